package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"juzhen/internal/delivery"
	"juzhen/internal/localpg"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/weibo"
)

// world is one matrix with its own database, its own imitation Weibo and as many consoles as a scenario
// starts.
type world struct {
	*stage
	dir      string
	postgres *localpg.Server // the shared one unless the scenario harms it
	owned    bool
	dbName   string
	gate     *gate // the consoles' way to the database
	db       *pg.DB
	weibo    *platform
	seats    []seat
	posts    *post.Service
	acts     *delivery.Service
	consoles []*console
	ahead    bool // crowds are marked ahead, however few
	notes    []string
	unmount  func()
	proved   int // harms that the records show to have fallen where they should
	harms    int
}

// safeDomain is the one the imitation's application may link to.
const safeDomain = "beijing.gov.cn"

// newWorld builds a world of n accounts.
func (s *stage) newWorld(ctx context.Context, sc Scenario, n int) (w *world, err error) {
	w = &world{
		stage:    s,
		ahead:    sc.Ahead,
		dir:      filepath.Join(s.dir, fmt.Sprintf("world%d", s.worlds.Add(1))),
		postgres: s.server,
	}
	if err := os.Mkdir(w.dir, 0o755); err != nil {
		return nil, err
	}
	if err := w.setDatabase(ctx, sc); err != nil {
		return w, err
	}
	if w.weibo, err = s.platform(ctx, w.dir); err != nil {
		return w, err
	}
	w.seats = seats(1, n)
	if err := w.connectAccounts(ctx, sc.connector()); err != nil {
		return w, err
	}
	rules := weibo.Rules{SafeDomains: []string{safeDomain}}
	w.posts = post.New(w.db, rules, time.Now)
	w.acts = delivery.New(w.db, delivery.Options{Rules: rules, Settings: delivery.Settings{Lead: lead}})

	return w, nil
}

func (w *world) setDatabase(ctx context.Context, sc Scenario) (err error) {
	if sc.prepare != nil {
		if err := sc.prepare(w); err != nil {
			return err
		}
	}
	if sc.OwnPostgres {
		if w.postgres, err = w.stage.postgres(ctx, filepath.Join(w.dir, "pg")); err != nil {
			return err
		}
		w.owned, w.dbName = true, template
		if err := pg.Migrate(ctx, w.postgres.URL(template), w.log); err != nil {
			return err
		}
	} else if w.dbName, err = w.database(ctx, w.postgres); err != nil {
		return err
	}
	if w.gate, err = newGate(fmt.Sprintf("127.0.0.1:%d", w.postgres.Port)); err != nil {
		return err
	}
	if w.db, err = pg.Open(ctx, w.url(w.gate), pg.Options{
		Name: "bench", MaxConns: 12, Log: w.log,
	}); err != nil {
		return err
	}
	_, err = w.db.Pool().Exec(ctx, peopleSQL+";"+watchMarksSQL)

	return err
}

// url is the address of the world's database through a gate.
func (w *world) url(g *gate) string {
	address, _ := url.Parse(w.postgres.URL(w.dbName)) // ours
	address.Host = g.address()
	return address.String()
}

func (w *world) connectAccounts(ctx context.Context, connector string) error {
	if err := w.weibo.join(ctx, w.seats); err != nil {
		return err
	}
	tokens := map[int64]string{}

	for _, s := range w.seats {
		t, err := w.weibo.token(ctx, s.Handle)
		if err != nil {
			return err
		}
		tokens[s.ID] = t
	}

	return seedAccounts(ctx, w.db, w.box, w.seats, connector, func(s seat) string { return tokens[s.ID] })
}

func (w *world) close() {
	for _, console := range w.consoles {
		console.kill()
	}
	if w.weibo != nil {
		w.weibo.kill()
	}
	if w.db != nil {
		w.db.Close()
	}
	if w.owned {
		stopServer(w.postgres)
	}
	if w.unmount != nil {
		w.unmount()
	}
}

// note keeps a remark for the report.
func (w *world) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// text is what a scenario posts; the link is what the open interface demands.
func text(i int) string {
	return fmt.Sprintf("空气质量提示第%d号：预计明日扩散条件转好。http://www.%s/t/%d", i, safeDomain, i)
}

// planEach writes a post for each seat, then approves all of them for instants around one that lies
// ahead, which it gives with the posts' ids. offset tells how far each is from it; nil: all at once.
func (w *world) planEach(
	ctx context.Context,
	ahead time.Duration,
	list []seat,
	offset func(i int) time.Duration,
) ([]int64, time.Time, error) {
	ids, began := make([]int64, len(list)), time.Now()
	var crew errgroup.Group
	crew.SetLimit(6)

	for i, s := range list {
		crew.Go(func() (err error) {
			ids[i], err = w.write(ctx, s)
			return err
		})
	}
	if err := crew.Wait(); err != nil {
		return nil, time.Time{}, err
	}
	// Approving takes about as long as writing did: on a busy machine the due time must not come before
	// the last approval.
	due := time.Now().Add(lead + ahead + max(time.Duration(len(list))*30*time.Millisecond, time.Since(began)))
	for i, id := range ids {
		at := due
		if offset != nil {
			at = at.Add(offset(i))
		}
		crew.Go(func() error { return w.approve(ctx, id, at) })
	}

	return ids, due, crew.Wait()
}

// write drafts and submits a post for a seat.
func (w *world) write(ctx context.Context, s seat) (int64, error) {
	p, err := w.posts.Create(ctx, writer, 1, post.Content{
		Text:    text(int(s.ID)),
		DueNow:  true,
		Targets: []post.TargetChoice{{AccountID: s.ID}},
	})
	if err != nil {
		return 0, fmt.Errorf("write: %w", err)
	}

	return p.ID, w.acts.Submit(ctx, writer, p.ID, 0)
}

// approve approves what was submitted, to go out at the instant.
func (w *world) approve(ctx context.Context, id int64, at time.Time) error {
	_, version, err := w.posts.Find(ctx, writer, id)
	if err != nil {
		return err
	}
	_, err = w.acts.Review(ctx, reviewer, id, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
		Due:      delivery.DueChoice{At: &at},
	})

	return err
}

// inState counts deliveries of the seats.
func (w *world) inState(ctx context.Context, list []seat, states ...delivery.State) (n int, err error) {
	ids := make([]int64, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}

	names := make([]string, len(states))
	for i, state := range states {
		names[i] = string(state)
	}
	err = w.db.Pool().QueryRow(ctx, `
		SELECT count(*) FROM deliveries WHERE account_id = ANY ($1) AND state = ANY ($2)`, ids, names).
		Scan(&n)

	return n, err
}

// awaitStates waits until all seats' deliveries are in one of the states.
func (w *world) awaitStates(
	ctx context.Context,
	limit time.Duration,
	list []seat,
	states ...delivery.State,
) error {
	return until(ctx, fmt.Sprintf("%d deliveries %v", len(list), states), limit, func() (bool, error) {
		n, err := w.inState(ctx, list, states...)
		return n == len(list), err
	})
}

var errNoHarm = errors.New("the harm did not fall")

// console is one process of a world.
type console struct {
	*program
	base    string        // http address
	stops   string        // folder of its stop points
	listen  string        // address given to it
	profile string        // address of its profiles
	took    time.Duration // from its start to its readiness
}

// lead is how long before the due time consoles of scenarios prepare; everything that takes minutes in
// operation is turned down.
const lead = 3 * time.Second

// callLimit and lookLag bound how long an open outcome takes to settle in scenarios.
const (
	callLimit = 2 * time.Second
	lookLag   = 2 * time.Second
)

// console starts one more process and waits until it is ready.
func (w *world) console(env ...string) (*console, error) { return w.consoleAt(w.gate, env...) }

func (w *world) consoleAt(g *gate, env ...string) (*console, error) {
	n := len(w.consoles)
	dir := filepath.Join(w.dir, fmt.Sprintf("console%d", n))
	c := &console{stops: filepath.Join(dir, "stops")}
	if err := os.MkdirAll(c.stops, 0o755); err != nil {
		return nil, err
	}
	var err error
	c.program, err = startProgram(
		fmt.Sprintf("console %d", n),
		filepath.Join(w.dir, fmt.Sprintf("console%d.log", n)),
		append(w.environment(dir, g, c.stops), env...),
		filepath.Join(w.bin, "juzhen"),
		"serve",
	)
	if err != nil {
		return nil, err
	}
	w.consoles = append(w.consoles, c)
	line, err := c.awaitLine("msg=ready", patience)
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(line, "address=")
	c.base, _, _ = strings.Cut(rest, " ")

	return c, nil
}

func (w *world) environment(dir string, g *gate, stops string) []string {
	from := "0"
	if w.ahead {
		from = "2"
	}

	return []string{
		"JUZHEN_MARK_AHEAD_FROM=" + from, "STOPPOINTS=" + stops, "JUZHEN_LISTEN=127.0.0.1:0",
		"JUZHEN_DATA_DIR=" + dir, "JUZHEN_DATABASE_URL=" + w.url(g), "JUZHEN_SECRET_KEY=" + w.key,
		"JUZHEN_WEIBO_URL=" + w.weibo.base, "JUZHEN_WEIBO_COMMERCIAL_URL=" + w.weibo.base + "/c",
		"JUZHEN_WEIBO_SAFE_DOMAIN=" + safeDomain, "JUZHEN_PAGE_CONNECTIONS=5",
		"JUZHEN_QUEUE_CONNECTIONS=8", "JUZHEN_MARK_CONNECTIONS=6", "JUZHEN_SEND_CONNECTIONS=64",
		"JUZHEN_PREPARE_LEAD=" + lead.String(), "JUZHEN_CALL_LIMIT=" + callLimit.String(),
		"JUZHEN_LOOK_FIRST=300ms", "JUZHEN_LOOK_LAG=" + lookLag.String(), "JUZHEN_LOOK_AGAIN=3s",
		"JUZHEN_READ_BACK=1s", "JUZHEN_SHUTDOWN_GRACE=10s",
	}
}

// order tells the process to harm itself at a point: "kill" or "stop", after it was passed so many times.
func (c *console) order(point, harm string, after int) error {
	return os.WriteFile(filepath.Join(c.stops, point), []byte(fmt.Sprintf("%s %d", harm, after)), 0o600)
}

// turnClock makes the clock of the process wrong.
func (c *console) turnClock(by time.Duration) error {
	return os.WriteFile(filepath.Join(c.stops, "clock"), []byte(by.String()), 0o600)
}
