package relay

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// SettleArgs asks to bring a relay to where its lead stands.
type SettleArgs struct {
	RelayID int64 `json:"relay_id"`
}

// Kind names the job; it is never renamed.
func (SettleArgs) Kind() string { return "relay.settle" }

// InsertOpts gives the queue: what accounts are asked for must not wait behind other work.
func (SettleArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: queue.Urgent} }

// RevokeArgs asks to take back what a standing approval that was ended has planned.
type RevokeArgs struct {
	StandingID int64 `json:"standing_id"`
}

// Kind names the job; it is never renamed.
func (RevokeArgs) Kind() string { return "relay.revoke" }

// InsertOpts gives the queue.
func (RevokeArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: queue.Urgent} }

// SweepArgs asks which deadlines have passed.
type SweepArgs struct{}

// Kind names the job; it is never renamed.
func (SweepArgs) Kind() string { return "relay.sweep" }

// InsertOpts gives the queue. The next one does what this one could not.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Look, MaxAttempts: 1}
}

// wantSettled inserts the job in the transaction of what changed.
func wantSettled(ctx context.Context, tx pg.Tx, id int64) error {
	return queue.Insert(ctx, tx, SettleArgs{RelayID: id}, nil)
}

type settler struct {
	river.WorkerDefaults[SettleArgs]
	s *Service
}

// Work settles one relay.
func (w settler) Work(ctx context.Context, job *river.Job[SettleArgs]) (err error) {
	defer fault.Step(&err, "relay.settler.Work")

	return w.s.Settle(ctx, job.Args.RelayID)
}

type revoker struct {
	river.WorkerDefaults[RevokeArgs]
	s *Service
}

// Work takes back what is left of one approval.
func (w revoker) Work(ctx context.Context, job *river.Job[RevokeArgs]) (err error) {
	defer fault.Step(&err, "relay.revoker.Work")

	return w.s.Revoke(ctx, job.Args.StandingID)
}

type sweeper struct {
	river.WorkerDefaults[SweepArgs]
	s *Service
}

// Work ends what is past its deadline.
func (w sweeper) Work(ctx context.Context, _ *river.Job[SweepArgs]) (err error) {
	defer fault.Step(&err, "relay.sweeper.Work")

	return w.s.Sweep(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	if err := river.AddWorkerSafely(workers, settler{s: service}); err != nil {
		return err
	}

	if err := river.AddWorkerSafely(workers, revoker{s: service}); err != nil {
		return err
	}

	return river.AddWorkerSafely(workers, sweeper{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: time.Minute, Args: SweepArgs{}, OnStart: true}}
}
