package notice

import (
	"errors"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// WatchArgs asks for what is urgent and unopened to go on.
type WatchArgs struct{ queue.Round }

// Kind names the job.
func (WatchArgs) Kind() string { return "notice_watch" }

// InsertOpts puts it among the messages to people.
func (WatchArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 1}
}

// ForgetArgs asks for old notices to be deleted.
type ForgetArgs struct{ queue.Round }

// Kind names the job.
func (ForgetArgs) Kind() string { return "notice_forget" }

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return errors.Join(
		queue.AddRound[WatchArgs](workers, service.PassOn),
		queue.AddRound[ForgetArgs](workers, service.Forget),
	)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: 30 * time.Second, Args: WatchArgs{}},
		{Every: 24 * time.Hour, Args: ForgetArgs{}, OnStart: true},
	}
}
