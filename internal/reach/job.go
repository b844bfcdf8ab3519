package reach

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// waiting are the states in which a second job of the same kind and account would be one too many.
var waiting = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

func pull(attempts int) river.InsertOpts {
	return river.InsertOpts{
		Queue:       queue.Pull,
		MaxAttempts: attempts,
		UniqueOpts:  river.UniqueOpts{ByArgs: true, ByState: waiting},
	}
}

// PlanArgs asks for a look at what is due.
type PlanArgs struct{}

// ReadArgs asks for the readings of one account.
type ReadArgs struct {
	AccountID int64 `json:"account_id"`
}

// FollowersArgs asks for followers of all accounts, or of one.
type FollowersArgs struct {
	AccountID int64 `json:"account_id,omitempty"`
}

// BackfillArgs asks for the past posts of one account.
type BackfillArgs struct {
	AccountID int64 `json:"account_id"`
}

// RollUpArgs asks for the roll-up of the last days.
type RollUpArgs struct{}

// PruneArgs asks for old readings to be dropped.
type PruneArgs struct{}

// Kind names the job.
func (PruneArgs) Kind() string { return "reach_prune" }

// InsertOpts gives the queue.
func (PruneArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 3}
}

// Kind names the job.
func (PlanArgs) Kind() string { return "reach_plan" }

// Kind names the job.
func (ReadArgs) Kind() string { return "reach_read" }

// Kind names the job.
func (FollowersArgs) Kind() string { return "reach_followers" }

// Kind names the job.
func (BackfillArgs) Kind() string { return "reach_backfill" }

// Kind names the job.
func (RollUpArgs) Kind() string { return "reach_roll_up" }

// InsertOpts gives the queue.
func (PlanArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Pull, MaxAttempts: 1}
}

// InsertOpts gives the queue; an account is read by one job at a time.
func (ReadArgs) InsertOpts() river.InsertOpts { return pull(3) }

// InsertOpts gives the queue.
func (FollowersArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Pull, MaxAttempts: 2}
}

// InsertOpts gives the queue; an account has one backfill at a time.
func (BackfillArgs) InsertOpts() river.InsertOpts { return pull(10) }

// InsertOpts gives the queue.
func (RollUpArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 3}
}

type planner struct {
	river.WorkerDefaults[PlanArgs]
	s *Service
}

// Work plans one reading per account that has something due.
func (w planner) Work(ctx context.Context, _ *river.Job[PlanArgs]) (err error) {
	defer fault.Step(&err, "reach.planner.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}
	ids, err := w.s.Plan(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}

	jobs := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		jobs[i] = river.InsertManyParams{Args: ReadArgs{AccountID: id}}
	}

	return w.s.db.InTx(ctx, func(tx pg.Tx) error { return queue.InsertMany(ctx, tx, jobs) })
}

type readerWorker struct {
	river.WorkerDefaults[ReadArgs]
	s *Service
}

// Work reads one account.
func (w readerWorker) Work(ctx context.Context, job *river.Job[ReadArgs]) (err error) {
	defer fault.Step(&err, "reach.readerWorker.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}

	return w.s.Read(ctx, job.Args.AccountID)
}

type followersWorker struct {
	river.WorkerDefaults[FollowersArgs]
	s *Service
}

// Work counts followers.
func (w followersWorker) Work(ctx context.Context, job *river.Job[FollowersArgs]) (err error) {
	defer fault.Step(&err, "reach.followersWorker.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}
	_, err = w.s.followers(ctx, job.Args.AccountID)

	return err
}

// AccountChangedTx is an account's Watch: one that may post, for the first time or again, has its
// followers counted at once and not within the hour.
func AccountChangedTx(
	ctx context.Context,
	tx pg.Tx,
	_ time.Time,
	_ int64,
	a account.Account,
	change account.Change,
) (err error) {
	defer fault.Step(&err, "reach.AccountChangedTx")

	if change != account.MayPost || !a.Connector.NeedsToken() {
		return nil
	}

	return queue.InsertMany(ctx, tx, []river.InsertManyParams{{Args: FollowersArgs{AccountID: a.ID}}})
}

type backfillWorker struct {
	river.WorkerDefaults[BackfillArgs]
	s *Service
}

// Work fetches pages until the first post, or comes back when the platform or the budget lets it.
func (w backfillWorker) Work(ctx context.Context, job *river.Job[BackfillArgs]) (err error) {
	defer fault.Step(&err, "reach.backfillWorker.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}
	wait, err := w.s.FetchPast(ctx, job.Args.AccountID)
	if err == nil && wait > 0 {
		return river.JobSnooze(wait)
	}

	return err
}

type rollWorker struct {
	river.WorkerDefaults[RollUpArgs]
	s *Service
}

// Work rolls up.
func (w rollWorker) Work(ctx context.Context, _ *river.Job[RollUpArgs]) (err error) {
	defer fault.Step(&err, "reach.rollWorker.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}

	return w.s.RollUp(ctx)
}

type pruneWorker struct {
	river.WorkerDefaults[PruneArgs]
	s *Service
}

// Work drops old readings.
func (w pruneWorker) Work(ctx context.Context, _ *river.Job[PruneArgs]) (err error) {
	defer fault.Step(&err, "reach.pruneWorker.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}
	_, err = w.s.Prune(ctx)

	return err
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	for _, err := range []error{
		river.AddWorkerSafely(workers, planner{s: service}),
		river.AddWorkerSafely(workers, readerWorker{s: service}),
		river.AddWorkerSafely(workers, followersWorker{s: service}),
		river.AddWorkerSafely(workers, backfillWorker{s: service}),
		river.AddWorkerSafely(workers, rollWorker{s: service}),
		river.AddWorkerSafely(workers, sumWorker{s: service}),
		river.AddWorkerSafely(workers, sealWorker{s: service}),
		river.AddWorkerSafely(workers, pruneWorker{s: service}),
		river.AddWorkerSafely(workers, importWorker{s: service}),
	} {
		if err != nil {
			return err
		}
	}

	return nil
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: 30 * time.Second, Args: PlanArgs{}, OnStart: true},
		{Every: FollowersEvery, Args: FollowersArgs{}, OnStart: true},
		{Every: 6 * time.Hour, Args: RollUpArgs{}, OnStart: true},
		{Every: time.Minute, Args: SumArgs{}, OnStart: true},
		{Every: hour, Args: SealArgs{}, OnStart: true},
		{Every: 6 * time.Hour, Args: PruneArgs{}},
	}
}
