package link

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// waiting are the states in which a second job for the same address would be one too many.
var waiting = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

// LookArgs asks for a look at one address.
type LookArgs struct {
	LinkID int64 `json:"link_id"`
}

// Kind names the job.
func (LookArgs) Kind() string { return "link_look" }

// InsertOpts gives the queue; an address is looked at by one job at a time. What fails is looked at again by
// the plan and not by the queue.
func (LookArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       queue.Look,
		MaxAttempts: 1,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: waiting},
	}
}

// PlanArgs asks which addresses are due.
type PlanArgs struct{}

// Kind names the job.
func (PlanArgs) Kind() string { return "link_plan" }

// InsertOpts gives the queue.
func (PlanArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Look, MaxAttempts: 1}
}

func insertLooks(ctx context.Context, tx pg.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}

	jobs := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		jobs[i] = river.InsertManyParams{Args: LookArgs{LinkID: id}}
	}

	return queue.InsertMany(ctx, tx, jobs)
}

type looker struct {
	river.WorkerDefaults[LookArgs]
	s *Service
}

// Work looks at one address.
func (w looker) Work(ctx context.Context, job *river.Job[LookArgs]) (err error) {
	defer fault.Step(&err, "link.looker.Work")

	return w.s.Look(ctx, job.Args.LinkID)
}

type planner struct {
	river.WorkerDefaults[PlanArgs]
	s *Service
}

// Work asks for a look at what is due.
func (w planner) Work(ctx context.Context, _ *river.Job[PlanArgs]) (err error) {
	defer fault.Step(&err, "link.planner.Work")

	return w.s.PlanLooks(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	if err := river.AddWorkerSafely(workers, looker{s: service}); err != nil {
		return err
	}

	return river.AddWorkerSafely(workers, planner{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 5 * time.Minute, Args: PlanArgs{}, OnStart: true}}
}
