package peer

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// How peers are read: once a day each, one that the platform says nothing of again after some hours.
const (
	readEvery = time.Hour
	askAgain  = 6 * time.Hour
	perCall   = 100
	perRound  = 20 // calls
)

// ReadArgs asks for the counts of peers that were not read today.
type ReadArgs struct{}

// Kind names the job; it is never renamed.
func (ReadArgs) Kind() string { return "peer_read" }

// InsertOpts gives the queue.
func (ReadArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Pull, MaxAttempts: 2}
}

type readWorker struct {
	river.WorkerDefaults[ReadArgs]
	s *Service
}

// Work reads, unless much is about to be sent.
func (w readWorker) Work(ctx context.Context, _ *river.Job[ReadArgs]) (err error) {
	defer fault.Step(&err, "peer.readWorker.Work")

	if err := w.s.reach.GiveWay(ctx); err != nil {
		return err
	}
	_, err = w.s.Read(ctx)

	return err
}

// Read asks the platform for the counts of peers that it has said nothing of today, a hundred a call, as far
// as the readings' share of calls goes, and drops days that are older than they are kept. It tells for how
// many accounts it asked; what is left is asked for in the next round.
func (s *Service) Read(ctx context.Context) (asked int, err error) {
	defer fault.Step(&err, "peer.Read")

	for range perRound {
		var uids []string
		now := s.now()
		err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
			uids, err = dueUIDs(ctx, tx.Pgx, beijing.Day(now), now.Add(-askAgain), perCall)
			return err
		})
		if err != nil || len(uids) == 0 {
			break
		}
		counts, answered, err := s.reach.CountsOf(ctx, uids)
		if err != nil {
			return asked, err
		}
		if !answered {
			break // no token works, or its day is used up
		}
		err = s.db.InTx(ctx, func(tx pg.Tx) error { return keepCounts(ctx, tx, now, uids, counts) })
		if err != nil {
			return asked, err
		}
		asked += len(uids)
	}
	if err != nil {
		return asked, err
	}

	return asked, s.db.InTx(ctx, func(tx pg.Tx) error {
		return prune(ctx, tx, s.now().AddDate(0, 0, -KeepDays))
	})
}

// AddWorkers registers the workers of this feature.
func AddWorkers(workers *river.Workers, service *Service) error {
	return river.AddWorkerSafely(workers, readWorker{s: service})
}

// Periodic lists what this feature does again and again.
func Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: readEvery, Args: ReadArgs{}, OnStart: true}}
}
