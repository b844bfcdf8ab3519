package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

const updateBiz = "statuses/update/biz"

func TestEveryFaultDoesItsHarmAndNoOther(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name  string
		fault Fault
		posts int
		check func(t *testing.T, r reply)
	}{
		{"cut before", Fault{Kind: FaultCut}, 0, wantCut},
		{"cut after", Fault{Kind: FaultCut, When: After}, 1, wantCut},
		{"half an answer", Fault{Kind: FaultPartial}, 1, wantCut},
		{"502 before", Fault{Kind: FaultStatus}, 0, wantHTML(502)},
		{"504 after", Fault{Kind: FaultStatus, When: After, Status: 504}, 1, wantHTML(504)},
		{"code before", Fault{Kind: FaultError, Code: 10001}, 0, wantAnswerCode(10001)},
		{"code after", Fault{Kind: FaultError, Code: 10001, When: After}, 1, wantAnswerCode(10001)},
		{"broken after", Fault{Kind: FaultBroken}, 1, wantBroken},
		{"broken before", Fault{Kind: FaultBroken, When: Before}, 0, wantBroken},
		{"empty", Fault{Kind: FaultEmpty}, 1, wantEmpty},
		{"redirect before", Fault{Kind: FaultRedirect}, 0, wantRedirect},
		{"redirect after", Fault{Kind: FaultRedirect, When: After, Status: 307}, 1, wantRedirect},
		{"expired", Fault{Kind: FaultExpired}, 0, wantAnswerCode(21327)},
		{"revoked", Fault{Kind: FaultRevoked}, 0, wantAnswerCode(21316)},
		{"limit", Fault{Kind: FaultLimit}, 0, wantAnswerCode(10023)},
		{"address limit", Fault{Kind: FaultLimit, Code: 10022}, 0, wantAnswerCode(10022)},
		{"review", Fault{Kind: FaultReview}, 1, wantAnswerCode(20053)},
		{"slow platform", Fault{Kind: FaultSlow}, 1, wantAnswerCode(20032)},
		{"hidden", Fault{Kind: FaultHidden, Hide: time.Minute}, 1, wantFine},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.fault.Account, c.fault.Call, c.fault.Times = bureau, updateBiz, 1
			w.Fault(c.fault)
			c.check(t, w.post(updateBiz, "status", "一"))
			w.wantCount(c.posts)
			if got := w.Faults()[0].Struck; got != 1 {
				t.Errorf("struck %d times", got)
			}
			wantFine(t, w.post(updateBiz, "status", "二"))
			w.wantCount(c.posts + 1)
		})
	}
}

func wantCut(t *testing.T, r reply) {
	t.Helper()
	if r.err == nil {
		t.Errorf("an answer came: %d %s", r.status, r.body)
	}
}

func wantHTML(status int) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		if r.status != status || !strings.HasPrefix(r.body, "<html>") {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
}

func wantAnswerCode(code int) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		if r.code(t) != strconv.Itoa(code) ||
			!strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
			t.Errorf("%d %s", r.status, r.body)
		}
		if _, there := r.tree(t)["id"]; there {
			t.Error("a refusal has no id")
		}
	}
}

func wantBroken(t *testing.T, r reply) {
	t.Helper()
	if r.status != 200 || r.body == "" || json.Valid([]byte(r.body)) {
		t.Errorf("%d %q", r.status, r.body)
	}
}

func wantEmpty(t *testing.T, r reply) {
	t.Helper()
	if r.status != 200 || r.body != "" || r.err != nil {
		t.Errorf("%d %q %v", r.status, r.body, r.err)
	}
}

func wantRedirect(t *testing.T, r reply) {
	t.Helper()
	if r.status/100 != 3 || r.header.Get("Location") != "/elsewhere" {
		t.Errorf("%d %v", r.status, r.header)
	}
}

func wantFine(t *testing.T, r reply) {
	t.Helper()
	if r.err != nil || r.status != 200 || r.id(t) == "" {
		t.Errorf("%v %d %s", r.err, r.status, r.body)
	}
}

func TestEveryCodeCanBeSentBeforeAndAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0

	for code := range wireTexts {
		for _, when := range []string{Before, After} {
			w.Fault(Fault{Kind: FaultError, Code: code, When: when, Times: 1})
			reply := w.post(updateBiz, "status", strconv.Itoa(code)+when)
			w.wantCode(reply, strconv.Itoa(code))
			if strings.Contains(reply.body, "%") {
				t.Errorf("text of %d has a hole: %s", code, reply.body)
			}
			if when == After {
				n++
			}
		}
	}
	w.wantCount(n)
}

func TestFaultsStrikeWhomTheyAreMeantFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.Token("京环之声")
	w.Fault(Fault{Account: "5600000001", Call: PostCalls, Kind: FaultError, Code: 10009, Skip: 1, Times: 2})

	var codes []string
	for i := range 5 {
		codes = append(codes, w.post(updateBiz, "status", strconv.Itoa(i)).code(t))
		wantFine(t, w.post(updateBiz, "access_token", other, "status", strconv.Itoa(i)))
		if reply := w.get("statuses/user_timeline/biz"); reply.status != 200 {
			t.Errorf("a reading call was struck: %s", reply.body)
		}
	}
	if got := strings.Join(codes, ","); got != ",10009,10009,," {
		t.Errorf("codes %s", got)
	}
}

func TestAFaultEndsAtItsInstantOrWhenCleared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultLimit, Until: noon.Add(time.Hour)})
	w.wantCode(w.post(updateBiz, "status", "一"), "10023")
	w.Advance(time.Hour)
	wantFine(t, w.post(updateBiz, "status", "一"))
	id := w.Fault(Fault{Kind: FaultExpired})
	w.Fault(Fault{Kind: FaultRevoked})
	w.wantCode(w.post(updateBiz, "status", "二"), "21327")
	w.ClearFaults(id)
	w.wantCode(w.post(updateBiz, "status", "二"), "21316")
	w.ClearFaults()
	wantFine(t, w.post(updateBiz, "status", "二"))
}

func TestNonsenseFaultsAreRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, fault := range []Fault{
		{Kind: "fire"},
		{Kind: FaultError},
		{Kind: FaultCut, When: "between"},
		{Kind: FaultCut, Account: "nobody"},
	} {
		if _, err := w.addFault(fault); err == nil {
			t.Errorf("%+v was taken", fault)
		}
	}
}

func TestAPostInReviewAppearsLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultReview, Times: 1, Hide: 10 * time.Minute})
	w.wantCode(w.post(updateBiz, "status", "一"), "20053")
	w.Advance(10*time.Minute - time.Second)
	if got := w.get("statuses/user_timeline/biz").texts(t); len(got) != 0 {
		t.Errorf("early: %v", got)
	}
	w.Advance(time.Second)
	if got := w.get("statuses/user_timeline/biz").texts(t); len(got) != 1 {
		t.Errorf("late: %v", got)
	}
}

func TestAnAcceptedPostOutlivesItsClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultDelay, Delay: time.Minute, Times: 1})
	ctx, leave := context.WithCancel(context.Background())
	body := values("access_token", w.token, "status", "迟到").Encode()
	r, err := http.NewRequestWithContext(ctx, "POST", w.http.URL+path(updateBiz), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	left := make(chan struct{})
	go func() {
		defer close(left)
		if res, err := http.DefaultClient.Do(r); err == nil {
			res.Body.Close()
		}
	}()
	w.await(Received)
	leave()
	<-left
	w.await(Gone)
	w.wantCount(0)
	w.Advance(time.Minute)
	w.await(Accepted)
	w.wantCount(1)
}

// await waits for a step in the log.
func (w *world) await(step string) Event {
	w.t.Helper()
	limit := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()

	for {
		for _, event := range w.Log(0) {
			if event.Step == step {
				return event
			}
		}

		select {
		case <-tick.C:
		case <-limit:
			w.t.Fatalf("no %s in %+v", step, w.Log(0))
		}
	}
}

func TestADelayEndsWhenTheClockIsTurned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultDelay, Delay: time.Hour, Times: 1})
	done := make(chan reply)
	go func() { done <- w.post(updateBiz, "status", "一") }()
	w.await(Received)
	w.Advance(time.Hour)
	wantFine(t, <-done)
	if post := w.Posts(bureau)[0]; !post.At.Equal(noon.Add(time.Hour)) {
		t.Errorf("accepted at %v", post.At)
	}
}

func TestClosingLetsWaitingRequestsGoWithoutAPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultDelay, Delay: time.Hour})
	done := make(chan reply)
	go func() { done <- w.post(updateBiz, "status", "一") }()
	w.await(Received)
	w.Close()
	wantCut(t, <-done)
	w.wantCount(0)
}

func TestADripComesByteByByte(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.Frozen = time.Time{} })
	w.Fault(Fault{Kind: FaultDrip, Delay: time.Microsecond, Times: 1})
	if reply := w.get("account/get_uid"); reply.err != nil || reply.body != `{"uid":"5600000001"}` {
		t.Errorf("%v %s", reply.err, reply.body)
	}
}

func TestADripStopsWhenTheServerCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultDrip, Delay: time.Hour, Times: 1})
	done := make(chan reply)
	go func() { done <- w.post(updateBiz, "status", "一") }()
	w.await(Answered)
	w.Close()
	if r := <-done; r.err == nil {
		t.Errorf("a whole answer came: %s", r.body)
	}
	w.wantCount(1)
}

func TestTheLogIsTheJudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultStatus, When: After, Times: 1})
	w.post(updateBiz, "status", "一")
	w.post(updateBiz, "status", "一")

	var steps []string
	for i, event := range w.Log(0) {
		steps = append(steps, strings.TrimSpace(event.Step+" "+event.Fault))
		if event.Seq != int64(i)+1 || event.Account != bureau || event.Call != updateBiz ||
			!event.At.Equal(noon) ||
			event.Wall.IsZero() {
			t.Errorf("%+v", event)
		}
	}
	if got := strings.Join(steps, "; "); got != "received; accepted; answered status; received; answered" {
		t.Errorf("steps %s", got)
	}
	log := w.Log(3)
	if len(log) != 2 || log[1].Code != 20019 || log[1].Status != 400 {
		t.Errorf("%+v", log)
	}
	if n := w.Calls(bureau, updateBiz); n != 2 || w.Calls("", "") != 2 || w.Calls("京环之声", "") != 0 {
		t.Errorf("%d calls counted", n)
	}
}
