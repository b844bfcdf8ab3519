package faultbook

import (
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// SweepArgs asks what rules find, and what is overdue.
type SweepArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (SweepArgs) Kind() string { return "faultbook.sweep" }

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return queue.AddRound[SweepArgs](workers, service.Sweep)
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: 15 * time.Minute, Args: SweepArgs{}, OnStart: true}}
}
