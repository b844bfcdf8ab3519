package inspect

import (
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// RemindArgs asks who is about to fail.
type RemindArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (RemindArgs) Kind() string { return "inspect.remind" }

// KeepArgs asks for the inspections that are kept.
type KeepArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (KeepArgs) Kind() string { return "inspect.keep" }

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	if err := queue.AddRound[RemindArgs](workers, service.Remind); err != nil {
		return err
	}

	return queue.AddRound[KeepArgs](workers, service.Keep)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: 15 * time.Minute, Args: RemindArgs{}, OnStart: true},
		{Every: 15 * time.Minute, Args: KeepArgs{}, OnStart: true},
	}
}
