package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

type ringArgs struct {
	N int `json:"n"`
}

func (ringArgs) Kind() string                 { return "test_ring" }
func (ringArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Urgent, MaxAttempts: 1} }

type lostArgs struct{}

func (lostArgs) Kind() string { return "test_lost" }

// ringer does what the test wants.
type ringer struct {
	river.WorkerDefaults[ringArgs]
	work func(context.Context, *river.Job[ringArgs]) error
}

func (r *ringer) Work(ctx context.Context, job *river.Job[ringArgs]) error { return r.work(ctx, job) }

// safeBuffer takes log lines from many goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type world struct {
	*testing.T
	db     *pg.DB
	queue  *Queue
	log    *safeBuffer
	events <-chan *river.Event
}

// newWorld starts a queue whose one worker does work.
func newWorld(t *testing.T, config Config, work func(context.Context, *river.Job[ringArgs]) error) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), log: &safeBuffer{}}
	config.Workers = river.NewWorkers()
	config.Test = true
	config.Log = slog.New(slog.NewTextHandler(w.log, nil))
	river.AddWorker(config.Workers, &ringer{work: work})
	queue, err := New(w.db.Pool(), config)
	if err != nil {
		t.Fatal(err)
	}
	w.queue = queue
	events, cancel := queue.Subscribe(
		river.EventKindJobCompleted,
		river.EventKindJobFailed,
		river.EventKindJobCancelled,
	)
	w.events = events
	t.Cleanup(cancel)
	if err := queue.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := queue.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})

	return w
}

func (w *world) insert(n int) {
	w.Helper()
	err := w.db.InTx(
		w.Context(),
		func(tx pg.Tx) error { return Insert(w.Context(), tx, ringArgs{N: n}, nil) },
	)
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) event() *river.Event {
	w.Helper()

	select {
	case e := <-w.events:
		return e
	case <-time.After(20 * time.Second):
		w.Fatal("nothing happened")
		return nil
	}
}

func nothing(context.Context, *river.Job[ringArgs]) error { return nil }

func TestJobExistsOnlyWithItsCause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{}, nothing)
	stop := errors.New("stop")
	err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
		return errors.Join(Insert(t.Context(), tx, ringArgs{N: 1}, nil), stop)
	})
	if !errors.Is(err, stop) || err.Error() != "stop" {
		t.Fatal(err)
	}
	w.insert(2)
	if e := w.event(); !strings.Contains(string(e.Job.EncodedArgs), "2") ||
		e.Kind != river.EventKindJobCompleted {
		t.Errorf("got %s of %s, want the committed job alone completed", e.Kind, e.Job.EncodedArgs)
	}
	var n int
	if err := w.db.Pool().
		QueryRow(t.Context(), "SELECT count(*) FROM river_job").
		Scan(&n); err != nil ||
		n != 1 {
		t.Errorf("%d jobs, %v; want 1", n, err)
	}
}

func TestJobWithoutQueueIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		many := InsertMany(t.Context(), tx, []river.InsertManyParams{{Args: ringArgs{}}, {Args: lostArgs{}}})
		one := Insert(t.Context(), tx, lostArgs{}, nil)
		if !errors.Is(many, errNoQueue) || !errors.Is(one, errNoQueue) {
			t.Errorf("got %v and %v, want both refused", many, one)
		}

		return Insert(t.Context(), tx, lostArgs{}, &river.InsertOpts{Queue: Calc})
	})
	if err != nil {
		t.Error(err)
	}
}

func TestManyAreInserted(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)

	jobs := make([]river.InsertManyParams, insertBatch+1)
	for i := range jobs {
		jobs[i] = river.InsertManyParams{Args: ringArgs{N: i}}
	}
	if err := db.InTx(
		t.Context(),
		func(tx pg.Tx) error { return InsertMany(t.Context(), tx, jobs) },
	); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.Pool().
		QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE queue = $1", Urgent).
		Scan(&n); err != nil ||
		n != len(jobs) {
		t.Errorf("%d jobs, %v; want %d", n, err, len(jobs))
	}
}

func TestStopWaitsForRunningJobs(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	w := newWorld(t, Config{}, func(ctx context.Context, _ *river.Job[ringArgs]) error {
		close(begun)
		<-goOn
		return ctx.Err()
	})
	w.insert(1)
	<-begun
	stopped := make(chan error)
	go func() { stopped <- w.queue.Stop(context.Background()) }()
	close(goOn)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if e := w.event(); e.Kind != river.EventKindJobCompleted {
		t.Errorf("the running job ended as %s", e.Kind)
	}
}

func TestStopCutsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	w := newWorld(t, Config{}, func(ctx context.Context, _ *river.Job[ringArgs]) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	})
	w.insert(1)
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := w.queue.Stop(ctx); err != nil {
		t.Errorf("the job could not be cut: %v", err)
	}
	if !strings.Contains(w.log.String(), "jobs are cut") {
		t.Error("nobody was told")
	}
}

func TestLaneLimitEndsAJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{Lanes: map[string]Lane{Urgent: {Workers: 1, Limit: 20 * time.Millisecond}}},
		func(ctx context.Context, _ *river.Job[ringArgs]) error {
			<-ctx.Done()
			return context.Cause(ctx)
		})
	w.insert(1)
	if e := w.event(); len(e.Job.Errors) != 1 ||
		!strings.Contains(e.Job.Errors[0].Error, "limit of its queue") {
		t.Errorf("got %s %+v, want the limit as the cause", e.Kind, e.Job.Errors)
	}
}

func TestSecretsOfAFailureAreKept(t *testing.T) {
	t.Parallel()
	failure := errors.New(
		`Post "https://api/2/x?access_token=2.00AbC&uid=1": postgres://u:geheim@h/db refused, error_code: 20019`,
	)

	w := newWorld(t, Config{}, func(_ context.Context, job *river.Job[ringArgs]) error {
		if job.Args.N == 1 {
			return failure
		}

		return river.JobCancel(failure)
	})
	for n, want := range map[int]river.EventKind{
		1: river.EventKindJobFailed,
		2: river.EventKindJobCancelled,
	} {
		w.insert(n)
		e := w.event()
		if e.Kind != want {
			t.Errorf("ended as %s, want %s", e.Kind, want)
		}

		for where, text := range map[string]string{"log": w.log.String(), "row": e.Job.Errors[0].Error} {
			if strings.Contains(text, "2.00AbC") || strings.Contains(text, "geheim") ||
				!strings.Contains(text, "uid=1") ||
				!strings.Contains(text, "20019") {
				t.Errorf("%s: want the error without its secrets, got %s", where, text)
			}
		}
	}
	if !strings.Contains(w.log.String(), "job given up") || !strings.Contains(w.log.String(), "job failed") {
		t.Errorf("want both told, got %s", w.log.String())
	}
}

func TestPanicIsAFailureLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Config{}, func(context.Context, *river.Job[ringArgs]) error { panic("boom") })
	w.insert(1)
	w.event()
	if !strings.Contains(w.log.String(), "job panicked") {
		t.Errorf("log: %s", w.log.String())
	}
}

func TestPeriodicRunsOncePerPeriodWhoeverLeads(t *testing.T) {
	t.Parallel()
	table := []Periodic{{Every: time.Hour, Args: ringArgs{N: 7}, OnStart: true}}
	w := newWorld(t, Config{Periodic: table}, nothing)
	w.event()
	if err := w.queue.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &ringer{work: nothing})
	second, err := New(w.db.Pool(), Config{
		Workers:  workers,
		Periodic: append(table, Periodic{Every: time.Hour, Args: otherArgs{}, OnStart: true}),
		Test:     true,
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	// nobody works on otherArgs: it tells that the table was inserted
	events, cancel := second.Subscribe(river.EventKindJobFailed)
	defer cancel()
	if err := second.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-events
	if err := second.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := w.db.Pool().
		QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE kind = 'test_ring'").
		Scan(&n); err != nil ||
		n != 1 {
		t.Errorf("%d jobs of one period, %v; want 1", n, err)
	}
}

type otherArgs struct{}

func (otherArgs) Kind() string                 { return "test_other" }
func (otherArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Calc, MaxAttempts: 1} }

func TestBadTablesAreRefused(t *testing.T) {
	t.Parallel()

	for name, config := range map[string]Config{
		"unknown lane":   {Lanes: map[string]Lane{"quick": {Workers: 1, Limit: time.Second}}},
		"no workers":     {Lanes: map[string]Lane{Pull: {Limit: time.Second}}},
		"too often":      {Periodic: []Periodic{{Every: time.Millisecond, Args: ringArgs{}}}},
		"no queue":       {Periodic: []Periodic{{Every: time.Hour, Args: lostArgs{}}}},
		"negative limit": {Lanes: map[string]Lane{Pull: {Workers: 1, Limit: -1}}},
	} {
		if _, err := New(nil, config); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func BenchmarkInsertMany(b *testing.B) {
	db := pgtest.New(b)

	jobs := make([]river.InsertManyParams, 10_000)
	for i := range jobs {
		jobs[i] = river.InsertManyParams{Args: ringArgs{N: i}}
	}

	for b.Loop() {
		if err := db.InTx(
			b.Context(),
			func(tx pg.Tx) error { return InsertMany(b.Context(), tx, jobs) },
		); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(jobs)*b.N)/b.Elapsed().Seconds(), "jobs/s")
}
