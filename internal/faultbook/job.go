package faultbook

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// SweepArgs asks what rules find, and what is overdue.
type SweepArgs struct{}

// Kind names the job; it is never renamed.
func (SweepArgs) Kind() string { return "faultbook.sweep" }

// InsertOpts gives the queue. The next one does what this one could not.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 1}
}

type sweeper struct {
	river.WorkerDefaults[SweepArgs]
	s *Service
}

// Work opens what rules find and tells of what is overdue.
func (w sweeper) Work(ctx context.Context, _ *river.Job[SweepArgs]) (err error) {
	defer fault.Step(&err, "faultbook.sweeper.Work")

	return w.s.Sweep(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, sweeper{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 15 * time.Minute, Args: SweepArgs{}, OnStart: true}}
}
