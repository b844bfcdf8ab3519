package account

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/queue"
)

// SweepArgs asks for the hourly look at the expiry of tokens.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "account_token_sweep" }

// InsertOpts puts it among the messages to people.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 3}
}

type sweeper struct {
	river.WorkerDefaults[SweepArgs]
	accounts *Service
}

// Work looks once.
func (w sweeper) Work(ctx context.Context, _ *river.Job[SweepArgs]) (err error) {
	defer fault.Step(&err, "account.sweeper.Work")

	_, err = w.accounts.Sweep(ctx)

	return err
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, sweeper{accounts: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: time.Hour, Args: SweepArgs{}, OnStart: true}}
}
