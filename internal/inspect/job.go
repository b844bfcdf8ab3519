package inspect

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// RemindArgs asks who is about to fail.
type RemindArgs struct{}

// Kind names the job; it is never renamed.
func (RemindArgs) Kind() string { return "inspect.remind" }

// InsertOpts gives the queue. The next one does what this one could not.
func (RemindArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 1}
}

type reminder struct {
	river.WorkerDefaults[RemindArgs]
	s *Service
}

// Work tells people of accounts that are about to fail.
func (w reminder) Work(ctx context.Context, _ *river.Job[RemindArgs]) (err error) {
	defer fault.Step(&err, "inspect.reminder.Work")

	return w.s.Remind(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, reminder{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 15 * time.Minute, Args: RemindArgs{}, OnStart: true}}
}
