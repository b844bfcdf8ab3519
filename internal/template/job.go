package template

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// RemindArgs asks for a look at what is due and missing.
type RemindArgs struct{}

// Kind names the job.
func (RemindArgs) Kind() string { return "template_remind" }

// InsertOpts gives the queue.
func (RemindArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 1}
}

type reminder struct {
	river.WorkerDefaults[RemindArgs]
	s *Service
}

// Work looks at all clocks.
func (w reminder) Work(ctx context.Context, _ *river.Job[RemindArgs]) (err error) {
	defer fault.Step(&err, "template.reminder.Work")

	return w.s.Remind(ctx)
}

// AddWorkers registers the worker of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, reminder{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: time.Minute, Args: RemindArgs{}, OnStart: true}}
}
