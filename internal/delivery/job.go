package delivery

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// Ref names a delivery and the plan a job was made for. After a new plan the job finds another number
// and does nothing.
type Ref struct {
	ID   int64 `json:"id"`
	Plan int   `json:"plan"`
}

// PrepareArgs wakes a process to prepare deliveries whose due time is near. The job only wakes: the
// rows are the truth.
type PrepareArgs struct {
	Deliveries []Ref `json:"deliveries"`
}

// Kind names the job; it is never renamed.
func (PrepareArgs) Kind() string { return "delivery.prepare" }

// InsertOpts puts the job where preparing has workers of its own. One try: the sweep does what a job
// could not.
func (PrepareArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Prepare, MaxAttempts: 2}
}

// jobChunk is how many deliveries one job wakes: few enough to share the work, many enough to insert
// thousands in no time.
const jobChunk = 200

// wakeTx inserts the jobs that prepare what was planned, one lead ahead of the due time. What is due
// sooner is inserted as available: River looks at scheduled jobs only every few seconds.
func (s *Service) wakeTx(ctx context.Context, tx pg.Tx, now, due time.Time, moved []Moved) error {
	opts := &river.InsertOpts{Queue: queue.Prepare}
	if start := due.Add(-s.set.Lead); start.After(now) {
		opts.ScheduledAt = start
	} else {
		opts.Queue = queue.Urgent
	}
	var jobs []river.InsertManyParams

	for len(moved) > 0 {
		n := min(len(moved), jobChunk)

		refs := make([]Ref, n)
		for i, m := range moved[:n] {
			refs[i] = Ref{m.ID, m.Plan}
			if m.Urgent {
				opts.Queue = queue.Urgent
			}
		}
		jobs = append(jobs, river.InsertManyParams{Args: PrepareArgs{Deliveries: refs}, InsertOpts: opts})
		moved = moved[n:]
	}

	return queue.InsertMany(ctx, tx, jobs)
}

// Preparer is the engine as the job sees it.
type Preparer interface {
	// Prepare takes the deliveries into hand that are still as planned and near enough; the rest it
	// leaves alone.
	Prepare(ctx context.Context, refs []Ref) error
	// TakeDown carries out a confirmed take-down; an error means: try again later.
	TakeDown(ctx context.Context, decisionID int64) error
}

type prepareWorker struct {
	river.WorkerDefaults[PrepareArgs]
	engine Preparer
}

// Work hands the deliveries to the engine and returns: the instant of sending is not kept by a job.
func (w *prepareWorker) Work(ctx context.Context, job *river.Job[PrepareArgs]) (err error) {
	defer fault.Step(&err, "delivery.prepareWorker.Work")

	return w.engine.Prepare(ctx, job.Args.Deliveries)
}

// AddWorkers registers the jobs of deliveries.
func AddWorkers(workers *river.Workers, engine Preparer) error {
	if err := river.AddWorkerSafely(workers, &takedownWorker{engine: engine}); err != nil {
		return err
	}

	return river.AddWorkerSafely(workers, &prepareWorker{engine: engine})
}
