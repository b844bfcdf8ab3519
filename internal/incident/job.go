package incident

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// SweepArgs asks which clocks of open events were met or went by, and what citizens say.
type SweepArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (SweepArgs) Kind() string { return "incident.sweep" }

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service, hearing Listening) error {
	return queue.AddRound[SweepArgs](workers, func(ctx context.Context) error {
		if err := service.Sweep(ctx); err != nil {
			return err
		}

		return service.Listen(ctx, hearing)
	})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: time.Minute, Args: SweepArgs{}, OnStart: true}}
}
