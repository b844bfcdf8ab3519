package rescan

import (
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/queue"
)

// RoundArgs asks for a round through what was published.
type RoundArgs struct{ queue.Round }

// Kind names the job; it is never renamed.
func (RoundArgs) Kind() string { return "rescan.round" }

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	if err := queue.AddRound[RoundArgs](workers, service.Round); err != nil {
		return err
	}
	if err := queue.AddRound[PlanArgs](workers, service.PlanLinks); err != nil {
		return err
	}

	return river.AddWorkerSafely(workers, linkLooker{service: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: time.Minute, Args: RoundArgs{}, OnStart: true},
		{Every: time.Hour, Args: PlanArgs{}},
	}
}
