package delivery

import (
	"context"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// TakedownArgs carries out one confirmed take-down.
type TakedownArgs struct {
	DecisionID int64 `json:"decision_id"`
}

// Kind names the job; it is never renamed.
func (TakedownArgs) Kind() string { return "delivery.takedown" }

// InsertOpts puts the job among the urgent ones. Taking down twice does no harm, so it may be tried again.
func (TakedownArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Urgent, MaxAttempts: 8}
}

type takedownWorker struct {
	river.WorkerDefaults[TakedownArgs]
	engine Preparer
}

// Work lets the engine call the platform.
func (w *takedownWorker) Work(ctx context.Context, job *river.Job[TakedownArgs]) (err error) {
	defer fault.Step(&err, "delivery.takedownWorker.Work")

	return w.engine.TakeDown(ctx, job.Args.DecisionID)
}
