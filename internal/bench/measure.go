package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/identity"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

func cores() int { return runtime.NumCPU() }

// conns is how many connections console and bare client may use.
const conns = 200

// prepareTime is how long before their due time sown deliveries are there: the console prepares them meanwhile.
const prepareTime = 18 * second

func allFigures() []Figure {
	return []Figure{
		{Name: "instant", Title: "一瞬到期 all due at one instant", measure: instant(0), wanted: map[string]want{"start_p99_ms": {150, "ms"}}},
		{Name: "api30", Title: "30 ms 接口 with a 30 ms API", measure: instant(30 * time.Millisecond), wanted: map[string]want{"total_ratio": {1.15, ""}}},
		{Name: "fifty", Title: "50 个账号 200 条 200 posts over 50 accounts, 50 ms API", measure: fifty, wanted: map[string]want{"done_p95_ms": {500, "ms"}}},
		{Name: "planning", Title: "列入计划 planning", measure: planning},
		{Name: "steady", Title: "每秒 500 条 steady 500/s", measure: steady, wanted: map[string]want{"start_p99_ms": {20, "ms"}}},
		{Name: "pages", Title: "突发时的页面 pages while a burst runs", measure: pages, wanted: map[string]want{"p99_ratio": {3, ""}}},
		{Name: "start", Title: "启动到就绪 start to ready", measure: startUp, wanted: map[string]want{"ready_ms": {1000, "ms"}}},
		{Name: "memory", Title: "静止内存 memory at rest, 20 accounts", measure: atRest, wanted: map[string]want{"pss_mb": {80, "MB"}, "rss_mb": {80, "MB"}}},
	}
}

// running gives the console of the field, started at its first use.
func (f *field) running() (*console, error) {
	if f.console != nil {
		return f.console, nil
	}
	var err error
	f.console, err = f.start(f.url)
	return f.console, err
}

// burst sows, waits for the instant and gives what the stub saw.
func (f *field) burst(ctx context.Context, per, accounts int, delay, ahead time.Duration, due func(at time.Time, i int) time.Time) (list []Touch, at time.Time, err error) {
	if _, err := f.running(); err != nil {
		return nil, at, err
	}
	if err := f.reset(ctx, delay); err != nil {
		return nil, at, err
	}
	at = time.Now().Add(ahead).Truncate(time.Millisecond)
	if err := f.sow(ctx, per, accounts, func(i int) time.Time { return due(at, i) }); err != nil {
		return nil, at, err
	}
	took, err := f.awaitPrepared(ctx, per*accounts, at)
	if err != nil {
		return nil, at, err
	}
	f.prepared = took
	if err := f.printStatements(ctx); err != nil {
		return nil, at, err
	}
	go f.keepProfile(at)
	wait(ctx, time.Until(at))
	if list, err = f.touches(ctx, per*accounts, time.Minute); err != nil {
		return nil, at, err
	}
	if err := f.settled(ctx); err != nil {
		return nil, at, err
	}
	return list, at, f.printStatements(ctx)
}

func atOnce(at time.Time, _ int) time.Time { return at }

// bareBurst runs the bare client as a process of its own.
func (f *field) bareBurst(ctx context.Context, delay time.Duration) (list []Touch, at time.Time, err error) {
	if err := f.reset(ctx, delay); err != nil {
		return nil, at, err
	}
	at = time.Now().Add(2 * second)
	out, err := exec.CommandContext(ctx, f.self, "bench", "bare", "--url", f.api, "--calls", strconv.Itoa(f.n), "--conns", strconv.Itoa(conns),
		"--at", strconv.FormatInt(at.UnixNano(), 10)).CombinedOutput()
	if err != nil {
		return nil, at, fmt.Errorf("bare client: %w: %s", err, out)
	}
	list, err = f.touches(ctx, f.n, 10*second)
	return list, at, err
}

// instant measures a burst with everything due at once, beside the bare client.
func instant(delay time.Duration) func(context.Context, *field) (values, error) {
	return func(ctx context.Context, f *field) (values, error) {
		ours, at, err := f.burst(ctx, 1, f.n, delay, prepareTime, atOnce)
		if err != nil {
			return nil, err
		}
		bare, bareAt, err := f.bareBurst(ctx, delay)
		if err != nil {
			return nil, err
		}
		s, b := starts(ours, at), starts(bare, bareAt)
		total, bareTotal := ends(ours, at).max(), ends(bare, bareAt).max()
		return values{"start_p50_ms": ms(s.at(0.5)), "start_p99_ms": ms(s.at(0.99)), "start_max_ms": ms(s.max()), "total_ms": ms(total),
			"bare_start_p99_ms": ms(b.at(0.99)), "bare_total_ms": ms(bareTotal), "total_ratio": float64(total) / float64(bareTotal),
			"prepare_s": f.prepared.Seconds()}, nil
	}
}

func fifty(ctx context.Context, f *field) (values, error) {
	list, at, err := f.burst(ctx, 4, 50, 50*time.Millisecond, 6*second, atOnce)
	if err != nil {
		return nil, err
	}
	s, d := starts(list, at), ends(list, at)
	return values{"start_p95_ms": ms(s.at(0.95)), "start_max_ms": ms(s.max()), "done_p95_ms": ms(d.at(0.95)), "done_max_ms": ms(d.max())}, nil
}

// steady spreads deliveries over five seconds, one each two milliseconds.
func steady(ctx context.Context, f *field) (values, error) {
	const n, every = 2500, 2 * time.Millisecond
	list, at, err := f.burst(ctx, 1, n, 0, 20*second, func(at time.Time, i int) time.Time { return at.Add(time.Duration(i) * every) })
	if err != nil {
		return nil, err
	}
	late := make(series, len(list))
	for i, t := range list {
		late[i] = time.Duration(t.First - at.Add(time.Duration(t.Account-1)*every).UnixNano())
	}
	return values{"start_p50_ms": ms(late.at(0.5)), "start_p99_ms": ms(late.at(0.99)), "start_max_ms": ms(late.max())}, nil
}

// planning submits and approves posts for 200 accounts, and for 10,000 in posts of as many as one may have.
func planning(ctx context.Context, f *field) (values, error) {
	small, err := f.planPost(ctx, 1, min(200, f.n))
	if err != nil {
		return nil, err
	}
	var all time.Duration
	const most = 500
	for from := 1; from <= f.n; from += most {
		took, err := f.planPost(ctx, from, min(most, f.n-from+1))
		if err != nil {
			return nil, err
		}
		all += took
	}
	_, err = f.db.Pool().Exec(ctx, "UPDATE deliveries SET state = 'cancelled' WHERE NOT settled")
	return values{"plan_200_ms": ms(small), "plan_all_ms": ms(all)}, err
}

// planPost times submitting and approving; writing the draft is a person's work.
func (f *field) planPost(ctx context.Context, first, n int) (time.Duration, error) {
	due := time.Now().Add(72 * time.Hour)
	c := post.Content{Text: burstText(int64(first)), DueAt: &due}
	for i := range n {
		c.Targets = append(c.Targets, post.TargetChoice{AccountID: int64(first + i)})
	}
	p, err := f.posts.Create(ctx, writer, 1, c)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := f.acts.Submit(ctx, writer, p.ID, 0); err != nil {
		return 0, err
	}
	submitted := time.Since(began)
	_, v, err := f.posts.Find(ctx, writer, p.ID)
	if err != nil {
		return 0, err
	}
	began = time.Now()
	err = f.acts.Review(ctx, reviewer, p.ID, v.Number, v.Hash, review.Approve, "", delivery.DueChoice{})
	return submitted + time.Since(began), err
}

// pages asks for pages at a fixed rate, without and with a burst behind them.
func pages(ctx context.Context, f *field) (values, error) {
	c, err := f.running()
	if err != nil {
		return nil, err
	}
	if err := f.signIn(ctx); err != nil {
		return nil, err
	}
	alone, err := f.askEach(ctx, c)
	if err != nil {
		return nil, err
	}
	quiet, err := f.ask(ctx, c, time.Now().Add(4*second))
	if err != nil {
		return nil, err
	}
	asked := make(chan series, 1)
	due := make(chan time.Time, 1)
	go func() {
		at := <-due
		wait(ctx, time.Until(at.Add(-100*time.Millisecond)))
		busy, _ := f.ask(ctx, c, at.Add(2500*time.Millisecond))
		asked <- busy
	}()
	once := false
	list, at, err := f.burst(ctx, 1, f.n, 30*time.Millisecond, prepareTime, func(at time.Time, _ int) time.Time {
		if !once {
			once = true
			due <- at
		}
		return at
	})
	if err != nil {
		return nil, err
	}
	busy := <-asked
	v := values{"quiet_p99_ms": ms(quiet.at(0.99)), "busy_p99_ms": ms(busy.at(0.99)), "quiet_p50_ms": ms(quiet.at(0.5)), "busy_p50_ms": ms(busy.at(0.5)),
		"p99_ratio": float64(busy.at(0.99)) / float64(max(1, quiet.at(0.99))), "burst_total_ms": ms(ends(list, at).max())}
	for path, took := range alone {
		v["alone_"+path+"_ms"] = ms(took)
	}
	return v, nil
}

// askEach asks for each page by itself, twice, and gives the second time.
func (f *field) askEach(ctx context.Context, c *console) (map[string]time.Duration, error) {
	took := map[string]time.Duration{}
	for range 2 {
		for _, path := range askedPages {
			began := time.Now()
			if err := f.askOne(c, path); err != nil {
				return nil, err
			}
			took[path] = time.Since(began)
		}
	}
	return took, ctx.Err()
}

// askOne asks for a page as the signed-in press officer.
func (f *field) askOne(c *console, path string) error {
	req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	res, err := pageClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	return nil
}

// pageClient keeps as many connections as pages may be under way.
var pageClient = &http.Client{Timeout: 20 * second, Transport: &http.Transport{MaxIdleConnsPerHost: 100},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// askedPages are the pages a duty officer keeps open.
var askedPages = []string{"/", "/posts", "/calendar", "/todo", "/reviews"}

// ask asks for pages at 20 a second until the instant; each time counts from when the request should have been made.
func (f *field) ask(ctx context.Context, c *console, end time.Time) (series, error) {
	const every = 50 * time.Millisecond
	answers := make(chan time.Duration, 1000)
	n := 0
	for at := time.Now(); at.Before(end); at = at.Add(every) {
		wait(ctx, time.Until(at))
		path := askedPages[n%len(askedPages)]
		n++
		go func() {
			if err := f.askOne(c, path); err != nil {
				fmt.Fprintln(f.log, "  ", err)
			}
			answers <- time.Since(at)
		}()
	}
	out := make(series, 0, n)
	for range n {
		out = append(out, <-answers)
	}
	return out, ctx.Err()
}

// signIn makes a press officer with a password and a session, once.
func (f *field) signIn(ctx context.Context) error {
	if f.token != "" {
		return nil
	}
	people, err := identity.New(f.db, time.Now, identity.Options{Keys: [][]byte{f.rawKey}})
	if err != nil {
		return err
	}
	const password = "Bench-4417-haidian"
	if _, err := people.CreateUser(ctx, machineActor, identity.NewUser{Username: "bench-officer", DisplayName: "测量用岗位", UnitID: 1, Password: password,
		Grants: []identity.NewGrant{{Role: "press_officer", UnitID: 1}}}); err != nil {
		return err
	}
	_, f.token, err = people.SignIn(ctx, "bench-officer", password, "127.0.0.1", "bench")
	return err
}

// startUp measures a second start on the database of the field.
func startUp(ctx context.Context, f *field) (values, error) {
	c, err := f.start(f.url)
	if err != nil {
		return nil, err
	}
	c.stop(15 * second)
	return values{"ready_ms": ms(c.took)}, nil
}

// restBefore is how long a console is left alone before its memory is read.
const restBefore = 20 * second

// atRest measures a console of twenty accounts that does nothing.
func atRest(ctx context.Context, f *field) (values, error) {
	url, db, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := seedAccounts(ctx, db, f.box, seats(1, 20), "commercial", func(s seat) string { return string(burstToken(s.ID)) }); err != nil {
		return nil, err
	}
	c, err := f.start(url)
	if err != nil {
		return nil, err
	}
	defer c.stop(15 * second)
	wait(ctx, restBefore)
	rss, pss, err := memory(c.pid)
	return values{"rss_mb": rss, "pss_mb": pss}, err
}

// freeAddress gives an address nobody listens on just now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
