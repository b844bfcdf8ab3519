package roster

import (
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// SweepArgs asks which rosters have gaps in the next days.
type SweepArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (SweepArgs) Kind() string { return "roster.sweep" }

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return queue.AddRound[SweepArgs](workers, service.Sweep)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 30 * time.Minute, Args: SweepArgs{}, OnStart: true}}
}
