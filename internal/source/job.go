package source

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// waiting are the states in which a second job for the same source would be one too many.
var waiting = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

// PlanArgs asks for a look at which sources are due.
type PlanArgs struct{}

// Kind names the job.
func (PlanArgs) Kind() string { return "source_plan" }

// InsertOpts gives the queue.
func (PlanArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Pull, MaxAttempts: 1}
}

// PullArgs asks for the readings of one source.
type PullArgs struct {
	SourceID int64 `json:"source_id"`
}

// Kind names the job.
func (PullArgs) Kind() string { return "source_pull" }

// InsertOpts gives the queue; a source is pulled by one job at a time. What fails is tried again by the
// schedule and not by the queue.
func (PullArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       queue.Pull,
		MaxAttempts: 1,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: waiting},
	}
}

type planner struct {
	river.WorkerDefaults[PlanArgs]
	s *Service
}

// Work takes off people's lists what is done, and asks for a pull of each source that is due.
func (w planner) Work(ctx context.Context, _ *river.Job[PlanArgs]) (err error) {
	defer fault.Step(&err, "source.planner.Work")

	if err := w.s.SettleDrafts(ctx); err != nil {
		return err
	}
	ids, err := listDue(ctx, w.s.db.Gorm(ctx), w.s.now())
	if err != nil || len(ids) == 0 {
		return err
	}

	jobs := make([]river.InsertManyParams, len(ids))

	for i, id := range ids {
		jobs[i] = river.InsertManyParams{Args: PullArgs{SourceID: id}}
	}

	return w.s.db.InTx(ctx, func(tx pg.Tx) error { return queue.InsertMany(ctx, tx, jobs) })
}

type puller struct {
	river.WorkerDefaults[PullArgs]
	s *Service
}

// Work pulls one source, if it is due still.
func (w puller) Work(ctx context.Context, job *river.Job[PullArgs]) (err error) {
	defer fault.Step(&err, "source.puller.Work")

	return w.s.PullDue(ctx, job.Args.SourceID)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	if err := river.AddWorkerSafely(workers, planner{s: service}); err != nil {
		return err
	}

	return river.AddWorkerSafely(workers, puller{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 30 * time.Second, Args: PlanArgs{}, OnStart: true}}
}
