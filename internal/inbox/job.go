package inbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/todo"
)

// PlanArgs asks for a look at which inboxes are due.
type PlanArgs struct{}

// PollArgs asks for the inbox of one account.
type PollArgs struct {
	AccountID int64 `json:"account_id"`
}

// SweepArgs asks what is overdue.
type SweepArgs struct{}

// FollowArgs asks what became of the answers that the console sends.
type FollowArgs struct{}

// PurgeArgs asks for what is past its time to be taken out.
type PurgeArgs struct{}

// Kind names the job; it is never renamed.
func (PlanArgs) Kind() string { return "inbox.plan" }

// Kind names the job.
func (PollArgs) Kind() string { return "inbox.poll" }

// Kind names the job.
func (SweepArgs) Kind() string { return "inbox.sweep" }

// Kind names the job.
func (FollowArgs) Kind() string { return "inbox.follow" }

// Kind names the job.
func (PurgeArgs) Kind() string { return "inbox.purge" }

// InsertOpts gives the queue.
func (PlanArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Pull, MaxAttempts: 1}
}

// InsertOpts gives the queue; an account is asked for by one job at a time.
func (PollArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue:       queue.Pull,
		MaxAttempts: 3,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled,
		}},
	}
}

// InsertOpts gives the queue.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 1}
}

// InsertOpts gives the queue.
func (FollowArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 1}
}

// InsertOpts gives the queue.
func (PurgeArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Calc, MaxAttempts: 3}
}

type planner struct {
	river.WorkerDefaults[PlanArgs]
	s *Service
}

// Work plans a question for each inbox that is due.
func (w planner) Work(ctx context.Context, _ *river.Job[PlanArgs]) (err error) {
	defer fault.Step(&err, "inbox.planner.Work")

	if err := w.s.opt.Reading.GiveWay(ctx); err != nil {
		return err
	}
	ids, err := w.s.Due(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}

	jobs := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		jobs[i] = river.InsertManyParams{Args: PollArgs{AccountID: id}}
	}

	return w.s.db.InTx(ctx, func(tx pg.Tx) error { return queue.InsertMany(ctx, tx, jobs) })
}

type poller struct {
	river.WorkerDefaults[PollArgs]
	s *Service
}

// Work asks for one inbox.
func (w poller) Work(ctx context.Context, job *river.Job[PollArgs]) (err error) {
	defer fault.Step(&err, "inbox.poller.Work")

	if err := w.s.opt.Reading.GiveWay(ctx); err != nil {
		return err
	}

	return w.s.Poll(ctx, job.Args.AccountID)
}

type sweeper struct {
	river.WorkerDefaults[SweepArgs]
	s *Service
}

// Work tells of what is overdue.
func (w sweeper) Work(ctx context.Context, _ *river.Job[SweepArgs]) (err error) {
	defer fault.Step(&err, "inbox.sweeper.Work")

	return w.s.Sweep(ctx)
}

type follower struct {
	river.WorkerDefaults[FollowArgs]
	s *Service
}

// Work follows the answers that the console sends.
func (w follower) Work(ctx context.Context, _ *river.Job[FollowArgs]) (err error) {
	defer fault.Step(&err, "inbox.follower.Work")

	return w.s.Follow(ctx)
}

type purger struct {
	river.WorkerDefaults[PurgeArgs]
	s *Service
}

// Work takes out what is past its time.
func (w purger) Work(ctx context.Context, _ *river.Job[PurgeArgs]) (err error) {
	defer fault.Step(&err, "inbox.purger.Work")

	return w.s.Purge(ctx)
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	for _, err := range []error{
		river.AddWorkerSafely(workers, planner{s: service}),
		river.AddWorkerSafely(workers, poller{s: service}),
		river.AddWorkerSafely(workers, sweeper{s: service}),
		river.AddWorkerSafely(workers, purger{s: service}),
		river.AddWorkerSafely(workers, follower{s: service}),
		river.AddWorkerSafely(workers, reckoner{s: service}),
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
		{Every: 5 * time.Minute, Args: SweepArgs{}, OnStart: true},
		{Every: time.Minute, Args: FollowArgs{}}, // beside the sender, which says so at once
		{Every: 6 * time.Hour, Args: PurgeArgs{}},
		{Every: time.Hour, Args: ReckonArgs{}}, // holidays and units change too
	}
}

// Due begins to ask for the inboxes of accounts that got a token, and lists those that are due.
func (s *Service) Due(ctx context.Context) (_ []int64, err error) {
	defer fault.Step(&err, "inbox.Due")

	now := s.now()
	if err := beginWatches(ctx, s.db.Pool(), now.Add(-s.opt.Since), now); err != nil {
		return nil, err
	}

	return dueWatches(ctx, s.db.Pool(), now)
}

// Sweep tells of accounts with matters over their time, once each while it is so.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "inbox.Sweep")

	list, err := overdueAccounts(ctx, s.db.Pool(), s.now())
	if err != nil || len(list) == 0 {
		return err
	}
	var items []todo.Item
	var over []string

	for _, one := range list {
		if one.Late {
			items = append(items, accountItem(todoOverdue, one.AccountID, one.Path, "@"+one.Handle))
		} else {
			over = append(over, accountKey(todoOverdue, one.AccountID))
		}
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := todo.ResolveManyTx(ctx, tx, s.now(), over, 0); err != nil || len(items) == 0 {
			return err
		}

		return todo.RaiseManyTx(ctx, tx, s.now(), items)
	})
}

// purgeBatch is how many items lose their texts in one transaction.
const purgeBatch = 2000

// Purge takes texts and names out of what is past its time, and records how many of which account.
func (s *Service) Purge(ctx context.Context) (err error) {
	defer fault.Step(&err, "inbox.Purge")

	for n := purgeBatch; n == purgeBatch; {
		err := s.db.InTx(ctx, func(tx pg.Tx) error {
			purged, err := purgeItems(ctx, tx, s.now(), purgeBatch)
			if err != nil {
				return err
			}
			if err := s.forget(ctx, tx); err != nil {
				return err
			}
			if err := forgetWindows(ctx, tx, s.now()); err != nil {
				return err
			}
			n = 0

			for _, account := range slices.Sorted(maps.Keys(purged)) {
				n += purged[account]
				err := audit.Write(ctx, tx, audit.Entry{
					Actor: access.System("inbox"), At: s.now(), Action: actPurge,
					Subject: fmt.Sprintf("account/%d", account),
					Detail:  map[string]any{"items": purged[account]},
				})
				if err != nil {
					return err
				}
			}

			return nil
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// forget clears the words of answers that the console sent, with those of their matters.
func (s *Service) forget(ctx context.Context, tx pg.Tx) error {
	posts, err := forgettable(ctx, tx, s.now(), purgeBatch)
	if err != nil || len(posts) == 0 {
		return err
	}

	return delivery.ForgetRepliesTx(ctx, tx, posts)
}
