package push

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// SweepArgs asks for what is past its time to be dropped.
type SweepArgs struct{}

// Kind names the job; it is never renamed.
func (SweepArgs) Kind() string { return "push.sweep" }

// InsertOpts gives the queue.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 1}
}

type sweeper struct {
	river.WorkerDefaults[SweepArgs]
	s *Service
}

// Work drops what is past its time.
func (w sweeper) Work(ctx context.Context, _ *river.Job[SweepArgs]) (err error) {
	defer fault.Step(&err, "push.sweeper.Work")

	return w.s.Sweep(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, sweeper{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 10 * time.Minute, Args: SweepArgs{}}}
}
