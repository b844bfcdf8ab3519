package template

import (
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// RemindArgs asks for a look at what is due and missing.
type RemindArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (RemindArgs) Kind() string { return "template_remind" }

// InsertOpts puts it among the messages to people.
func (RemindArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 1}
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return queue.AddRound[RemindArgs](workers, service.Remind)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: time.Minute, Args: RemindArgs{}, OnStart: true}}
}
