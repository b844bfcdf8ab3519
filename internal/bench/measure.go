package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

func cores() int { return runtime.NumCPU() }

// conns is how many connections console and bare client may use.
const conns = 200

// allFigures are measured in this order. To add one: write its measure in a file of its own and add a
// line here. It finds the database, the stub and the console in its field (f.running, f.burst, f.ask,
// memory), and gives its values by name, with the unit at the end of the name.
func allFigures() []Figure {
	return []Figure{
		{
			Name:    "instant",
			Title:   "一瞬到期 all due at one instant",
			measure: instant(0),
			wanted: []want{
				{key: "early", most: 0, every: true},
				{key: "start_p99_ms", baseline: "bare_start_p99_ms", most: 2, every: true},
			},
		},
		{
			Name:    "api30",
			Title:   "30 ms 接口 with a 30 ms API",
			measure: instant(30 * time.Millisecond),
			wanted: []want{
				{key: "early", most: 0, every: true},
				{key: "total_ms", baseline: "bare_total_ms", most: 1.15},
			},
		},
		{
			Name:    "fifty",
			Title:   "50 个账号 200 条 200 posts over 50 accounts, 50 ms API",
			measure: fifty,
			wanted:  []want{{key: "early", most: 0, every: true}, {key: "done_p95_ms", most: 500}},
		},
		{Name: "planning", Title: "列入计划 planning", measure: planning},
		{
			Name:    "steady",
			Title:   "每秒 500 条 steady 500/s",
			measure: steady,
			wanted:  []want{{key: "early", most: 0, every: true}, {key: "start_p99_ms", most: 20}},
		},
		{
			Name:    "pages",
			Title:   "突发时的页面 pages while a burst runs",
			measure: pages,
			wanted:  []want{{key: "busy_p99_ms", baseline: "quiet_p99_ms", most: 3}},
		},
		{
			Name:    "flat",
			Title:   "稿件四倍时的页面 pages with four times the posts",
			measure: flat,
			wanted:  flatWanted(),
		},
		{
			Name:    "calendar",
			Title:   "两年的排期 the plan of 2,000 accounts over 30,000 and 1,000,000 posts",
			measure: calendars,
			wanted:  calendarWanted(),
		},
		{
			Name:    "history",
			Title:   "导入五万条历史微博 importing 50,000 past posts",
			measure: history,
			wanted:  historyWanted(),
		},
		{
			Name:    "hostile",
			Title:   "被攻击时 under attack, 100 posts due",
			measure: hostile,
			wanted:  hostileWanted(),
		},
		{
			Name:    "views",
			Title:   "主管的页面 pages of a supervisor, 2,000 × 730 and 160,000 × 90 days",
			measure: supervise,
			wanted:  viewsWanted(),
		},
		{
			Name:    "readings",
			Title:   "逐次读数 hourly readings of 160,000 accounts, and of 500 over 90 days",
			measure: readings,
			wanted:  readingsWanted(),
		},
		{
			Name:    "library",
			Title:   "素材库搜索 searching the library over 30,000 and 1,000,000 texts",
			measure: searching,
			wanted:  libraryWanted(),
		},
		{
			Name:    "inbox",
			Title:   "互动 the inbox over 1,000,000 things that were said",
			measure: heard,
			wanted:  inboxWanted(),
		},
		{
			Name:    "lexicon",
			Title:   "十万个词 100,000 words beside a library",
			measure: words,
			wanted: []want{
				{key: "plain_ms", baseline: "library_ms", most: 0.5},
				{key: "folded_ms", baseline: "library_ms", most: 1},
			},
		},
		{
			Name:    "lexicon-check",
			Title:   "检查 2,000 字 checking 2,000 letters by 100,000 words",
			measure: checking,
			wanted: []want{
				{key: "check_p99_ms", most: 50},
				{key: "check_ms", baseline: "shipped_only_ms", most: 2},
			},
		},
		{
			Name:    "site",
			Title:   "微官网 the public site beside nginx, one core",
			measure: siteServed,
			wanted:  siteWanted(),
		},
		{
			Name:    "start",
			Title:   "启动到就绪 start to ready",
			measure: startUp,
			wanted:  []want{{key: "ready_ms", most: 1000}},
		},
		{
			Name:    "memory",
			Title:   "静止内存 memory at rest, 20 accounts",
			measure: atRest,
			wanted:  []want{{key: "pss_mb", most: 80}, {key: "rss_mb", most: 80}},
		},
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

// burstTries is how often a burst is tried that was not prepared when its instant came; each time it
// gets the time it then took.
const burstTries = 4

// burst sows, waits for the instant and gives what the stub saw. due gives the instant of each
// delivery, at being the first; it may be asked again, for a later first one, when the machine was too
// slow for the one before.
func (f *field) burst(
	ctx context.Context,
	per, accounts int,
	delay time.Duration,
	due func(at time.Time, i int) time.Time,
) (list []Touch, at time.Time, err error) {
	n, inTime := per*accounts, false
	for try := 0; try < burstTries && !inTime; try++ {
		if list, at, inTime, err = f.tryBurst(ctx, per, accounts, delay, due); err != nil {
			return nil, at, err
		}
	}
	if !inTime {
		return nil, at, fmt.Errorf(
			"%d deliveries were not prepared in time, in %d tries: the last took %s",
			n,
			burstTries,
			f.prepared.Round(time.Millisecond),
		)
	}

	return list, at, nil
}

func (f *field) tryBurst(
	ctx context.Context,
	per, accounts int,
	delay time.Duration,
	due func(at time.Time, i int) time.Time,
) (list []Touch, at time.Time, inTime bool, err error) {
	n := per * accounts
	if _, err := f.running(); err != nil {
		return nil, at, false, err
	}
	if err := f.reset(ctx, delay); err != nil {
		return nil, at, false, err
	}
	began := time.Now()
	at = began.Add(f.pace.ahead(n)).Truncate(time.Millisecond)
	if err := f.sow(ctx, per, accounts, func(i int) time.Time { return due(at, i) }); err != nil {
		return nil, at, false, err
	}
	if err := f.awaitPrepared(ctx, n, began); err != nil {
		return nil, at, false, err
	}
	f.prepared = time.Since(began)
	f.pace.took(n, f.prepared)
	inTime = time.Until(at) > second // connections are opened within the last two
	if err := f.printStatements(ctx); err != nil {
		return nil, at, false, err
	}
	go f.keepProfile(at)
	wait(ctx, time.Until(at))
	if list, err = f.touches(ctx, n); err != nil {
		return nil, at, false, err
	}
	if err := f.settled(ctx); err != nil {
		return nil, at, false, err
	}

	return list, at, inTime, f.printStatements(ctx)
}

// early counts the calls that came before their instant.
func early(late series) float64 {
	n := 0

	for _, d := range late {
		if d < 0 {
			n++
		}
	}

	return float64(n)
}

func atOnce(at time.Time, _ int) time.Time { return at }

// bareBurst runs the bare client as a process of its own. It says itself when its instant is, once it
// has composed its requests.
func (f *field) bareBurst(ctx context.Context, delay time.Duration) (list []Touch, at time.Time, err error) {
	if err := f.reset(ctx, delay); err != nil {
		return nil, at, err
	}
	cmd := exec.CommandContext(ctx, f.self,
		"bench", "bare",
		"--url", f.api,
		"--calls", strconv.Itoa(f.n),
		"--conns", strconv.Itoa(conns),
	)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return nil, at, fmt.Errorf("bare client: %w: %s", err, words.Bytes())
	}
	nanos, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		return nil, at, fmt.Errorf("bare client: %w", err)
	}
	list, err = f.touches(ctx, f.n)

	return list, time.Unix(0, nanos), err
}

// instant measures a burst with everything due at once, beside the bare client.
func instant(delay time.Duration) func(context.Context, *field) (values, error) {
	return func(ctx context.Context, f *field) (values, error) {
		ours, at, err := f.burst(ctx, 1, f.n, delay, atOnce)
		if err != nil {
			return nil, err
		}
		bare, bareAt, err := f.bareBurst(ctx, delay)
		if err != nil {
			return nil, err
		}
		series, b := starts(ours, at), starts(bare, bareAt)
		total, bareTotal := ends(ours, at).max(), ends(bare, bareAt).max()

		return values{
			"start_p50_ms":      ms(series.at(0.5)),
			"start_p99_ms":      ms(series.at(0.99)),
			"start_max_ms":      ms(series.max()),
			"total_ms":          ms(total),
			"bare_start_p99_ms": ms(b.at(0.99)),
			"bare_total_ms":     ms(bareTotal),
			"early":             early(series),
			"prepare_s":         f.prepared.Seconds(),
		}, nil
	}
}

func fifty(ctx context.Context, f *field) (values, error) {
	list, at, err := f.burst(ctx, 4, min(50, f.n), 50*time.Millisecond, atOnce)
	if err != nil {
		return nil, err
	}
	series, d := starts(list, at), ends(list, at)

	return values{
		"start_p95_ms": ms(series.at(0.95)),
		"start_max_ms": ms(series.max()),
		"done_p95_ms":  ms(d.at(0.95)),
		"done_max_ms":  ms(d.max()),
		"early":        early(series),
	}, nil
}

// steady spreads deliveries over five seconds, one each two milliseconds.
func steady(ctx context.Context, f *field) (values, error) {
	const every = 2 * time.Millisecond
	list, at, err := f.burst(
		ctx,
		1,
		min(2500, f.n),
		0,
		func(at time.Time, i int) time.Time { return at.Add(time.Duration(i) * every) },
	)
	if err != nil {
		return nil, err
	}

	late := make(series, len(list))
	for i, touch := range list {
		late[i] = time.Duration(touch.First - at.Add(time.Duration(touch.Account-1)*every).UnixNano())
	}

	return values{
		"start_p50_ms": ms(late.at(0.5)),
		"start_p99_ms": ms(late.at(0.99)),
		"start_max_ms": ms(late.max()),
		"early":        early(late),
	}, nil
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
	_, err = f.db.Pool().Exec(ctx, cancelSQL)

	return values{"plan_200_ms": ms(small), "plan_all_ms": ms(all)}, err
}

// planPost times submitting and approving; writing the draft is a person's work.
func (f *field) planPost(ctx context.Context, first, n int) (time.Duration, error) {
	due := time.Now().Add(72 * time.Hour)

	content := post.Content{Text: burstText(int64(first)), DueAt: &due}
	for i := range n {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: int64(first + i)})
	}
	p, err := f.posts.Create(ctx, writer, 1, content)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := f.acts.Submit(ctx, writer, p.ID, 0); err != nil {
		return 0, err
	}
	submitted := time.Since(began)
	_, version, err := f.posts.Find(ctx, writer, p.ID)
	if err != nil {
		return 0, err
	}
	began = time.Now()
	_, err = f.acts.Review(ctx, reviewer, p.ID, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
	})

	return submitted + time.Since(began), err
}

// pageClient keeps as many connections as pages may be under way.
var pageClient = &http.Client{Timeout: 20 * second, Transport: &http.Transport{MaxIdleConnsPerHost: 100},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// askedPages are the pages a duty officer keeps open.
var askedPages = []string{"/", "/posts", "/calendar", "/todo", "/deliveries"}

// startUp measures a second start on the database of the field.
func startUp(ctx context.Context, f *field) (values, error) {
	console, err := f.start(f.url)
	if err != nil {
		return nil, err
	}
	console.stop(slack(15 * second))

	return values{"ready_ms": ms(console.took)}, nil
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
	if err := seedAccounts(
		ctx,
		db,
		f.box,
		seats(1, 20),
		"commercial",
		func(s seat) string { return string(burstToken(s.ID)) },
	); err != nil {
		return nil, err
	}
	console, err := f.start(url)
	if err != nil {
		return nil, err
	}
	defer console.stop(15 * second)
	wait(ctx, restBefore)
	rss, pss, err := memory(console.pid)

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
