package queue

import (
	"context"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
)

// Round is embedded by the arguments of a job that is done again and again and has nothing to be told: it is
// tried once, because the next round does what this one could not.
type Round struct{}

// InsertOpts puts it among what is reckoned out. A job that belongs elsewhere has an InsertOpts of its own.
func (Round) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: Calc, MaxAttempts: 1} }

// AddRound registers what is done in each round of the job with the arguments T.
func AddRound[T river.JobArgs](workers *river.Workers, do func(context.Context) error) error {
	return river.AddWorkerSafely(workers, round[T]{do: do})
}

type round[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	do func(context.Context) error
}

// Work does one round.
func (r round[T]) Work(ctx context.Context, job *river.Job[T]) (err error) {
	defer fault.Step(&err, "queue.round.Work %s", job.Args.Kind())

	return r.do(ctx)
}
