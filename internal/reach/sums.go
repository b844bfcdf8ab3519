package reach

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// Sums are what pages of figures read: running sums per account and month, and the days of each unit with
// all below it today. Whoever writes a day of an account leaves a note of it in the same transaction (a
// trigger, so that nobody can forget); one job at a time works the notes off. What a page shows is therefore
// as old as the oldest note.

// sumBatch is how many notes are worked off by one transaction. What many accounts of a unit changed in a day
// costs one sum if it is done at once.
const sumBatch = 200_000

// SumArgs asks for the sums to be brought up to date.
type SumArgs struct{}

// Kind names the job.
func (SumArgs) Kind() string { return "reach_sums" }

// InsertOpts gives the queue; one that waits is enough.
func (SumArgs) InsertOpts() river.InsertOpts {
	opts := pull(3)
	opts.Queue = queue.Calc

	return opts
}

type sumWorker struct {
	river.WorkerDefaults[SumArgs]
	s *Service
}

// Work brings the sums up to date.
func (w sumWorker) Work(ctx context.Context, _ *river.Job[SumArgs]) (err error) {
	defer fault.Step(&err, "reach.sumWorker.Work")

	if err := w.s.giveWay(ctx); err != nil {
		return err
	}

	return w.s.SumUp(ctx)
}

// sumsLater has the sums brought up to date once the readings of a transaction are there. It comes late in
// the transaction: others that ask for the same job wait for its end.
func sumsLater(ctx context.Context, tx pg.Tx) error { return queue.Insert(ctx, tx, SumArgs{}, nil) }

// SumUp brings the sums up to date with all days written so far. Running it again changes nothing.
func (s *Service) SumUp(ctx context.Context) (err error) {
	defer fault.Step(&err, "reach.SumUp")

	for n := sumBatch; n == sumBatch; {
		err := s.db.InTxRetry(ctx, func(tx pg.Tx) (err error) {
			n, err = s.sumBatch(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// sumBatch works off some notes, and gives how many.
func (s *Service) sumBatch(ctx context.Context, tx pg.Tx) (int, error) {
	if err := lockSums(ctx, tx.Pgx); err != nil {
		return 0, err
	}
	notes, err := takeStale(ctx, tx.Pgx, sumBatch)
	if err != nil || len(notes) == 0 {
		return 0, err
	}
	if err := sumMonths(ctx, tx.Pgx, firstDays(notes), s.now()); err != nil {
		return 0, err
	}
	units, err := selectBranches(ctx, tx.Pgx)
	if err != nil {
		return 0, err
	}

	for _, level := range levels(units, notes) {
		if err := sumUnits(ctx, tx.Pgx, level); err != nil {
			return 0, err
		}
	}

	return len(notes), nil
}

// stale is a note of days that changed: of an account, or of what lies at a unit itself (AccountID 0).
type stale struct {
	AccountID      int64
	UnitID         int64 // where the account is now
	FromDay, ToDay time.Time
}

// firstDays are the accounts whose days changed, with the first of these.
func firstDays(notes []stale) map[int64]time.Time {
	first := map[int64]time.Time{}

	for _, note := range notes {
		if at, ok := first[note.AccountID]; note.AccountID != 0 && (!ok || note.FromDay.Before(at)) {
			first[note.AccountID] = note.FromDay
		}
	}

	return first
}

// branch is a unit of the tree.
type branch struct {
	ID   int64
	Path string
}

// unitDay is a day of a unit that has to be summed anew.
type unitDay struct {
	unit int64
	day  string
}

// levels are the days of units that changed, those of the deepest units first: a unit is the sum of what
// lies at itself and of the units right below it.
func levels(units []branch, notes []stale) [][]unitDay {
	paths := make(map[int64]string, len(units))

	ids := make(map[string]int64, len(units))
	for _, unit := range units {
		paths[unit.ID], ids[unit.Path] = unit.Path, unit.ID
	}

	byDepth := map[int]map[unitDay]bool{}

	for _, note := range notes {
		for path := paths[note.UnitID]; path != ""; path = above(path) {
			depth := strings.Count(path, "/")
			if byDepth[depth] == nil {
				byDepth[depth] = map[unitDay]bool{}
			}

			for day := note.FromDay; !day.After(note.ToDay); day = day.AddDate(0, 0, 1) {
				byDepth[depth][unitDay{ids[path], day.Format(time.DateOnly)}] = true
			}
		}
	}

	var out [][]unitDay
	for _, depth := range slices.Backward(slices.Sorted(maps.Keys(byDepth))) {
		out = append(out, slices.SortedFunc(maps.Keys(byDepth[depth]), func(a, b unitDay) int {
			return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.day, b.day))
		}))
	}

	return out
}

// above is the path of the unit right above, "" of a topmost one.
func above(path string) string {
	path = path[:strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')+1]
	if path == "/" {
		return ""
	}

	return path
}

// SummedTo is the instant up to which every day written is in the sums.
func (s *Service) SummedTo(ctx context.Context) (_ time.Time, err error) {
	defer fault.Step(&err, "reach.SummedTo")

	at, err := selectSummedTo(ctx, s.db.Pool())
	if at == nil {
		now := s.now()
		at = &now
	}

	return at.In(beijing.Zone), err
}
