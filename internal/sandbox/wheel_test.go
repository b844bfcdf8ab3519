package sandbox

import (
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAFrozenClockMovesByHandOnly(t *testing.T) {
	t.Parallel()
	clock := newClock(nil, noon)
	if !clock.now().Equal(noon) {
		t.Fatal(clock.now())
	}
	clock.advance(time.Hour)
	if got := clock.now(); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("advanced to %v", got)
	}
	clock.set(noon.Add(-time.Hour))
	if got := clock.now(); !got.Equal(noon.Add(-time.Hour)) {
		t.Errorf("set to %v", got)
	}
	clock.reset()
	if got := clock.now(); !got.Equal(noon) {
		t.Errorf("reset to %v", got)
	}
}

func TestARunningClockRunsOnFromWhereItWasSet(t *testing.T) {
	t.Parallel()
	base := noon
	clock := newClock(func() time.Time { return base }, time.Time{})
	clock.set(noon.AddDate(1, 0, 0))
	base = base.Add(time.Minute)
	if got := clock.now(); !got.Equal(noon.AddDate(1, 0, 0).Add(time.Minute)) {
		t.Errorf("%v", got)
	}
	clock.advance(time.Second)
	if got := clock.now(); !got.Equal(noon.AddDate(1, 0, 0).Add(time.Minute + time.Second)) {
		t.Errorf("%v", got)
	}
	clock.freeze()
	stood := clock.now()
	base = base.Add(time.Hour)
	if got := clock.now(); !got.Equal(stood) {
		t.Errorf("ran on from %v to %v", stood, got)
	}
	clock.reset()
	if got := clock.now(); !got.Equal(base) {
		t.Errorf("after the reset %v, want %v", got, base)
	}
}

func TestWaitingEndsByTurningStoppingOrRunning(t *testing.T) {
	t.Parallel()
	clock := newClock(nil, noon)
	stop := make(chan struct{})
	if !clock.wait(0, stop) || !clock.wait(-time.Hour, stop) {
		t.Error("nothing to wait for")
	}
	done := make(chan bool)
	go func() { done <- clock.wait(time.Hour, stop) }()
	clock.advance(time.Hour) // before or after the wait began: the loop below turns on until it ends

	ended := false
	for !ended {
		select {
		case ok := <-done:
			ended = true
			if !ok {
				t.Error("ended as stopped")
			}
		case <-time.After(time.Millisecond):
			clock.advance(time.Hour)
		}
	}
	go func() { done <- clock.wait(1000*time.Hour, stop) }()
	close(stop)
	if <-done {
		t.Error("ended as waited")
	}
	if !newClock(nil, time.Time{}).wait(time.Microsecond, nil) {
		t.Error("a running clock must get there")
	}
}

func TestIDsRiseEvenWhenTheClockFallsBack(t *testing.T) {
	t.Parallel()
	var s idSource
	last := int64(0)

	for _, at := range []time.Time{
		noon, noon, noon.Add(time.Second), noon.Add(-time.Hour), noon.Add(time.Hour),
	} {
		id := s.next(at)
		if id <= last {
			t.Errorf("%d after %d", id, last)
		}
		last = id
	}
	if got := last>>22 + idEpoch; got != noon.Add(time.Hour).Unix() {
		t.Errorf("the id tells %d", got)
	}
}

func TestIDsAreUniqueFromManySides(t *testing.T) {
	t.Parallel()
	var s idSource
	var mu sync.Mutex
	seen := map[int64]bool{}

	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()

			for range 500 {
				id := s.next(noon)
				mu.Lock()
				if seen[id] {
					t.Errorf("%d twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		}()
	}
	group.Wait()
}

func TestTheIndexForgetsAndKnowsNoNegatives(t *testing.T) {
	t.Parallel()

	var x postIndex
	for id := int64(1); id <= 200; id++ {
		x.put(&post{id: id})
	}
	if p := x.get(77); p == nil || p.id != 77 || x.get(201) != nil || x.get(-1) != nil {
		t.Error("wrong post")
	}
	x.reset()
	if x.get(77) != nil {
		t.Error("still there")
	}
}

func TestUsageRollsByHourAndByShanghaisDay(t *testing.T) {
	t.Parallel()
	u := &usage{}
	u.roll(noon)
	u.hourN, u.dayN, u.posts = 3, 5, 2
	u.roll(noon.Add(59 * time.Minute))
	if u.hourN != 3 || u.dayN != 5 || u.posts != 2 {
		t.Errorf("within the hour: %+v", u)
	}
	u.roll(noon.Add(time.Hour))
	if u.hourN != 0 || u.posts != 0 || u.dayN != 5 {
		t.Errorf("next hour: %+v", u)
	}
	u.roll(noon.Add(12*time.Hour - time.Second))
	if u.dayN != 5 {
		t.Errorf("still the same day: %+v", u)
	}
	u.roll(noon.Add(12 * time.Hour))
	if u.dayN != 0 {
		t.Errorf("midnight in Shanghai: %+v", u)
	}
}

func TestDurationsInFaultsAreText(t *testing.T) {
	t.Parallel()
	fault := Fault{ID: 3, Kind: FaultDelay, Delay: 1500 * time.Millisecond, Hide: time.Hour}
	b, err := fault.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"id":3,"kind":"delay","struck":0,"delay":"1.5s","hide":"1h0m0s"}`; string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
	var back Fault
	if err := back.UnmarshalJSON(b); err != nil || back != fault {
		t.Errorf("%+v %v", back, err)
	}

	for _, bad := range []string{`{`, `{"delay":"x"}`, `{"hide":"x"}`} {
		if err := back.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestDelaysAddUpAndTheFirstHarmDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(Fault{Kind: FaultDelay, Delay: time.Second})
	w.Fault(Fault{Kind: FaultStatus, Delay: 2 * time.Second})
	w.Fault(Fault{Kind: FaultCut})
	plan := w.faults.take(&call{s: w.Server, name: updateBiz, acc: w.must(bureau)}, noon)
	if plan.delay != 3*time.Second || plan.before == nil || plan.before.Kind != FaultStatus ||
		plan.after != nil ||
		plan.names != "delay,status,cut" {
		t.Errorf("%+v", plan)
	}
}

func TestAccountsAreFoundByHandleAndByUID(t *testing.T) {
	t.Parallel()
	server := New(Options{Frozen: noon})
	if account, b := server.find("京环之声"), server.find("5600000002"); account == nil || account != b {
		t.Error("two accounts")
	}
	if server.find("") != nil || server.find("42") != nil {
		t.Error("found nobody's account")
	}

	for _, bad := range []Account{
		{},
		{UID: 1},
		{Handle: "x"},
		{UID: 5600000001, Handle: "neu"},
		{UID: 9, Handle: bureau},
	} {
		if err := server.AddAccount(bad); err == nil {
			t.Errorf("%+v was added", bad)
		}
	}
	defer func() {
		if got := recover(); got != "sandbox: no account niemand" {
			t.Errorf("panic %v", got)
		}
	}()
	server.Token("niemand")
}

func TestANonsenseFaultInATestPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New(Options{Frozen: noon}).Fault(Fault{Kind: "fire"})
}

func TestApplicationsOwnTheirDomainAndBelow(t *testing.T) {
	t.Parallel()

	app := App{SafeDomain: "beijing.gov.cn"}
	for link, want := range map[string]bool{
		"http://beijing.gov.cn/":             true,
		"https://sthjj.beijing.gov.cn:8443/": true,
		"http://SthJJ.Beijing.GOV.cn/x":      true,
		"http://notbeijing.gov.cn/":          false,
		"http://beijing.gov.cn.example.com/": false,
		"http://example.com/?beijing.gov.cn": false,
		"http://[":                           false,
	} {
		if got := app.owns(link); got != want {
			t.Errorf("owns(%s) = %v", link, got)
		}
	}
}

func TestAShortLinkToTheSafeDomainCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	short := w.links.shorten("http://beijing.gov.cn/a")
	if reply := w.post("statuses/share", "status", "看 "+short, "rip", "1.1.1.1"); reply.status != 200 {
		t.Error(reply.body)
	}
	w.wantCode(w.post("statuses/share", "status", "看 http://t.cn/zzz", "rip", "1.1.1.1"), "10017")
}

func TestTokenLivesByKindOfApplication(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		app  App
		want time.Duration
	}{
		{App{}, 30 * 24 * time.Hour},
		{App{TokenLife: time.Hour}, time.Hour},
		{App{TokenLife: time.Hour, Unreviewed: true}, 24 * time.Hour},
	} {
		if got := c.app.life(); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

func TestBase62(t *testing.T) {
	t.Parallel()

	for n, want := range map[uint64]string{
		0: "0", 9: "9", 10: "a", 35: "z", 36: "A", 61: "Z", 62: "10", 3844: "100",
	} {
		if got := base62(n); got != want {
			t.Errorf("base62(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestRichTextEscapesAndLinks(t *testing.T) {
	t.Parallel()

	for raw, want := range map[string]string{
		"好":           "好",
		"a<b>&c":      "a&lt;b&gt;&amp;c",
		"一\n二":        "一<br>二",
		"http://a.cn": `<a href="http://a.cn" rel="nofollow noopener">网页链接</a>`,
		"x http://a.cn/?q=1&r=2 y https://b.cn z": `x <a href="http://a.cn/?q=1&amp;r=2" rel="nofollow noopener">网页链接</a> y ` +
			`<a href="https://b.cn" rel="nofollow noopener">网页链接</a> z`,
		"http://a.cn/'x'": `<a href="http://a.cn/&#39;x&#39;" rel="nofollow noopener">网页链接</a>`,
	} {
		if got := string(richText(raw)); got != want {
			t.Errorf("richText(%q) = %s, want %s", raw, got, want)
		}
	}
	if got := plainSource("纯文字"); got != "纯文字" {
		t.Error(got)
	}
	if got := plainSource(phoneSource); !strings.HasPrefix(got, "微博") {
		t.Error(got)
	}
}
