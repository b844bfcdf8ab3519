package sandbox

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// together runs each job the given number of times, all jobs at once.
func together(times int, jobs ...func(i int)) {
	var group sync.WaitGroup
	for _, job := range jobs {
		group.Add(1)
		go func() {
			defer group.Done()

			for i := range times {
				job(i)
			}
		}()
	}
	group.Wait()
}

func TestEveryWheelCanBeTurnedWhileOthersPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.PastPosts = 300 })
	file := filepath.Join(t.TempDir(), "state.json")
	first := w.must(bureau).posts[0].id
	together(25,
		func(i int) { w.post(updateBiz, "status", fmt.Sprint("一", i)) },
		func(i int) { w.get("statuses/user_timeline/biz", "count", "50") },
		func(i int) { w.get("users/show", "uid", "5600000001") },
		func(i int) { w.get("statuses/count/biz", "ids", fmt.Sprint(first)) },
		func(i int) { w.page("/"); w.page("/u/" + bureau) },
		func(i int) { w.Rival(bureau, fmt.Sprint("对手", i)) },
		func(i int) { w.SetText(first, fmt.Sprint("改", i)); w.JumpPost(first, Reach{Reads: 1}) },
		func(i int) { w.Advance(time.Second); w.SetLag(time.Duration(i)); w.SetLimits(Limits{}) },
		func(i int) { w.ClearFaults(w.Fault(Fault{Kind: FaultDelay, Account: "京环之声"})) },
		func(i int) {
			_ = w.AddAccount(Account{UID: int64(i + 1), Handle: fmt.Sprint("新", i)})
			w.AddApp(DemoApp())
		},
		func(i int) { w.Token("京环之声"); w.ExpireTokens("京环之声"); w.Jump(bureau, 1) },
		func(i int) {
			w.Log(0)
			w.Counters()
			w.Faults()
			w.Posts(bureau)
			w.control("GET", "/_control/state", "")
		},
		func(i int) {
			if err := w.Save(file); err != nil {
				t.Error(err)
			}
		},
	)
	w.wantCount(25)
	if n := len(w.Accounts()); n != 45 {
		t.Errorf("%d accounts", n)
	}
	if reach := w.Reach(first); reach.Reads < 25 {
		t.Errorf("lost jumps: %+v", reach)
	}
}

func TestOfTheSameTextSentAtOnceOneIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var fine, repeated atomic.Int32
	job := func(int) {
		switch reply := w.post(updateBiz, "status", "同一条"); {
		case reply.status == 200:
			fine.Add(1)
		case reply.code(t) == "20019":
			repeated.Add(1)
		}
	}
	together(1, job, job, job, job, job, job, job, job)
	if fine.Load() != 1 || repeated.Load() != 7 {
		t.Errorf("%d accepted, %d refused", fine.Load(), repeated.Load())
	}
	w.wantCount(1)
}

func TestThePostLimitHoldsUnderPressure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Limits = &Limits{PostHour: 10} })
	var n atomic.Int32
	job := func(int) { w.post(updateBiz, "status", fmt.Sprint(n.Add(1))) }
	together(5, job, job, job, job)
	w.wantCount(10)
}

func TestAFaultForThreeStrikesThree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultError, Code: 10009, Times: 3})
	var n, struck atomic.Int32
	job := func(int) {
		if reply := w.post(updateBiz, "status", fmt.Sprint(n.Add(1))); reply.status == 503 {
			struck.Add(1)
		}
	}
	together(3, job, job, job, job)
	if struck.Load() != 3 {
		t.Errorf("struck %d", struck.Load())
	}
	w.wantCount(9)
}

func TestTheLogOfABurstTellsEveryStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var n atomic.Int32
	job := func(int) { w.post(updateBiz, "status", fmt.Sprint(n.Add(1))) }
	together(20, job, job, job, job)
	stories := map[int64][]string{}
	accepted := map[int64]bool{}

	for i, event := range w.Log(0) {
		if event.Seq != int64(i)+1 {
			t.Fatalf("line %d has number %d", i+1, event.Seq)
		}
		stories[event.Request] = append(stories[event.Request], event.Step)
		if event.Step == Accepted {
			accepted[event.Post] = true
		}
	}
	if len(stories) != 80 || len(accepted) != 80 {
		t.Errorf("%d requests, %d posts", len(stories), len(accepted))
	}

	for number, story := range stories {
		if fmt.Sprint(story) != "[received accepted answered]" {
			t.Errorf("request %d: %v", number, story)
		}
	}
}
