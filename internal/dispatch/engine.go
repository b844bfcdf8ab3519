// Package dispatch keeps the instants of deliveries and talks to the platform: it claims what is due,
// prepares it, marks it, calls, records, and looks up what is not known, beside other processes on the
// same database. It decides nothing by itself: the rules are delivery's, the reasoning stands in
// docs/delivery.md. It serves no page and knows no person.
package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// args are the named values of a statement.
type args = pgx.NamedArgs

// Options of the engine.
type Options struct {
	Settings Settings
	Delivery delivery.Settings
	Marks    *pg.DB // a pool of its own for marks and records
	Weibo    *weibo.Client
	Accounts *account.Service
	Media    *media.Service
	Rules    weibo.Rules
	// finds those of deliveries whose wording must not be sent, with the word that is in the way. nil:
	// nothing is looked at
	Blocks func(ctx context.Context, ids []int64) (map[int64]string, error)
	// Replied is called after something became of replies; nil: nobody asks.
	Replied func(ctx context.Context) error
	Source  string // our application's name as Weibo shows it; empty: not compared
	Version string // of this program, for the table of processes
	Log     *slog.Logger
	Now     func() time.Time // wall clock; time.Now when nil
	// tests: how far the database's clock is to be taken for ahead of what it says; nil: nothing
	DBAhead func() time.Duration
	Watch   func(Step) // tests: told of each step; must not block
}

// Step is something the engine did, for tests that wait for events instead of clocks.
type Step struct {
	Name string
	IDs  []int64
}

// Engine sends. One per process.
type Engine struct {
	o    Options
	set  Settings
	del  delivery.Settings
	db   *pg.DB
	log  *slog.Logger
	clk  *clock
	self *process
	desk *desk

	slots    *slots // rights to be marked: some more than connections, so that none of these idles
	crew     *crew
	early    *early // marked ahead of their instant
	records  *pile
	untold   *notices      // of which open pages have not heard
	replied  chan struct{} // something became of a reply
	out      *outs         // of whose posts the writers may have to hear
	doubts   *doubts
	versions *versions
	stats    stats
	nudge    chan struct{}
	looks    chan struct{} // rights to look

	halt   atomic.Pointer[string] // why nothing is sent, beside clock and lock; nil: nothing
	ending atomic.Bool
	calls  sync.WaitGroup // from the mark to the record
	work   sync.WaitGroup // undone marks, uploads, looks

	hard     context.Context // ends when the grace of a shutdown is over
	hardStop context.CancelFunc
	soft     context.Context // ends when no new work begins
	softStop context.CancelFunc
	loops    sync.WaitGroup
	lockEnd  context.CancelFunc
	lockDone chan struct{}
}

// New makes the engine; nothing runs before Start.
func New(options Options) *Engine {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	set := options.Settings.filled()
	engine := &Engine{
		o:        options,
		set:      set,
		del:      options.Delivery.Filled(),
		db:       options.Marks,
		log:      options.Log,
		clk:      newClock(options.Now, set),
		desk:     newDesk(),
		slots:    newSlots(set.Conns),
		crew:     newCrew(set.Conns),
		early:    newEarly(),
		records:  newPile(),
		untold:   newNotices(),
		replied:  make(chan struct{}, 1),
		out:      newOuts(),
		doubts:   newDoubts(),
		versions: newVersions(),
		nudge:    make(chan struct{}, 1),
		looks:    make(chan struct{}, set.LookConns),
		lockDone: make(chan struct{}),
	}
	engine.self = newProcess(engine.connect, options.Version, engine.clk, set, options.Log)
	engine.self.ahead, engine.self.watch = options.DBAhead, options.Watch
	engine.self.turned = func() { poke(engine.desk.early) }

	return engine
}

// connect opens the connection that carries the lock. The server notices within seconds that a lost
// host is gone.
func (e *Engine) connect(ctx context.Context) (*pgx.Conn, error) {
	c := e.db.Pool().Config().ConnConfig.Copy()
	for name, v := range map[string]string{
		"application_name":        "juzhen lock",
		"tcp_keepalives_idle":     "2",
		"tcp_keepalives_interval": "1",
		"tcp_keepalives_count":    "3",
		"tcp_user_timeout":        "5000",
		"statement_timeout":       "10000",
	} {
		c.RuntimeParams[name] = v
	}

	return pgx.ConnectConfig(ctx, c)
}

// Start joins the processes on the database and begins. It fails when the process row cannot be written.
func (e *Engine) Start(ctx context.Context) (err error) {
	defer fault.Step(&err, "dispatch.Start")

	e.hard, e.hardStop = context.WithCancel(context.WithoutCancel(ctx))
	e.soft, e.softStop = context.WithCancel(e.hard)
	lockCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.lockEnd = cancel
	conn, err := e.self.join(ctx)
	if err != nil {
		return err
	}
	if err := e.self.renew(ctx, conn); err != nil {
		_ = conn.Close(ctx)
		return err
	}
	go func() {
		defer close(e.lockDone)
		e.self.run(lockCtx, conn)
	}()
	if err := e.checkEpoch(ctx); err != nil {
		e.lockEnd()
		<-e.lockDone
		return err
	}
	e.begin()

	return nil
}

func (e *Engine) begin() {
	loop := func(run func(context.Context)) {
		e.loops.Add(1)
		go func() {
			defer e.loops.Done()
			run(e.soft)
		}()
	}
	loop(e.timer)
	loop(e.warmer)
	loop(e.sweeper)
	if e.set.AheadFrom > 0 {
		loop(e.aheadMarker)
		loop(e.releaser)
	}

	for range e.set.Markers {
		loop(e.marker)
	}
	go e.notifier(e.hard)
	go e.outTeller(e.hard)
	go e.replyTeller(e.hard)

	for range e.set.Recorders {
		go e.recorder(e.hard)
	}
}

// timer moves items to the markers at their instant. It never sleeps longer than a nap, so that a jump
// of the clock costs at most that.
func (e *Engine) timer(ctx context.Context) {
	t := time.NewTimer(0)
	defer t.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-e.desk.early:
		}
		now := e.clk.Now()
		nap := e.set.Nap
		if next := e.desk.due(now); !next.IsZero() {
			nap = min(nap, next.Sub(now))
		}
		t.Reset(max(nap, 0))
	}
}

// Nudge makes the engine look at the rows now: something was planned, or a clock was turned.
func (e *Engine) Nudge() {
	poke(e.nudge)
	poke(e.desk.early)
}

// stopped tells why nothing may be marked now; empty when it may.
func (e *Engine) stopped() string {
	switch {
	case e.ending.Load():
		return "shutdown"
	case e.halt.Load() != nil:
		return *e.halt.Load()
	case e.clk.Jumped():
		poke(e.self.measure)
		return "clock_unmeasured"
	case e.clk.Wrong():
		return "clock_wrong"
	case !e.self.mayMark():
		return "lock_lost"
	}

	return ""
}

// step tells the watcher.
func (e *Engine) step(name string, ids ...int64) {
	if e.o.Watch != nil && (len(ids) > 0 || name == "swept") {
		e.o.Watch(Step{Name: name, IDs: ids})
	}
}
