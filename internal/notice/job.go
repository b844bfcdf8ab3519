package notice

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// WatchArgs asks for what is urgent and unopened to go on.
type WatchArgs struct{}

// Kind names the job.
func (WatchArgs) Kind() string { return "notice_watch" }

// InsertOpts gives the queue.
func (WatchArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 1}
}

// ForgetArgs asks for old notices to be deleted.
type ForgetArgs struct{}

// Kind names the job.
func (ForgetArgs) Kind() string { return "notice_forget" }

// InsertOpts gives the queue.
func (ForgetArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 1}
}

type watcher struct {
	river.WorkerDefaults[WatchArgs]
	s *Service
}

// Work passes on what nobody opened.
func (w watcher) Work(ctx context.Context, _ *river.Job[WatchArgs]) (err error) {
	defer fault.Step(&err, "notice.watcher.Work")

	return w.s.PassOn(ctx)
}

type forgetter struct {
	river.WorkerDefaults[ForgetArgs]
	s *Service
}

// Work deletes what is too old.
func (w forgetter) Work(ctx context.Context, _ *river.Job[ForgetArgs]) (err error) {
	defer fault.Step(&err, "notice.forgetter.Work")

	return w.s.Forget(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return errors.Join(
		river.AddWorkerSafely(workers, watcher{s: service}),
		river.AddWorkerSafely(workers, forgetter{s: service}),
	)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: 30 * time.Second, Args: WatchArgs{}},
		{Every: 24 * time.Hour, Args: ForgetArgs{}, OnStart: true},
	}
}
