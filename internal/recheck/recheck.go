// Package recheck looks again through what is approved and on its way, because word lists change: a word
// that a list forbids since then holds the delivery, earlier than the last look within the minute before
// sending would, and an exception that two people gave lets it go.
package recheck

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	db     *pg.DB
	checks *check.Service
	wake   func()
	clock  func() time.Time
}

// New makes the service. wake tells the sender of this process that something may go; nil: nobody asks.
func New(db *pg.DB, checks *check.Service, wake func(), clock func() time.Time) *Service {
	if wake == nil {
		wake = func() {}
	}

	return &Service{db, checks, wake, clock}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// act changes deliveries in a transaction and wakes the sender once it is committed.
func (s *Service) act(ctx context.Context, do func(tx pg.Tx, now time.Time) error) error {
	err := s.db.InTxRetry(ctx, func(tx pg.Tx) error { return do(tx, s.now()) })
	if err == nil {
		s.wake()
	}

	return err
}

// goesOut is a wording with the deliveries on which it goes out.
type goesOut struct {
	version int64
	home    int64 // the unit of the post
	text    string
	due     time.Time
	byUnit  map[int64][]int64 // deliveries by the unit of their account
}

const saidSQL = `
SELECT d.version_id, CASE WHEN t.variant IS NULL THEN 0 ELSE d.account_id END AS own, p.unit_id, a.unit_id,
    min(coalesce(t.variant, v.text)), min(coalesce(d.due_at, @now)), array_agg(d.id ORDER BY d.id)
FROM all_deliveries d
JOIN all_posts p ON p.id = d.post_id
JOIN post_versions v ON v.id = d.version_id
JOIN version_targets t ON t.version_id = d.version_id AND t.account_id = d.account_id
JOIN accounts a ON a.id = d.account_id
WHERE d.id = ANY (@ids)
GROUP BY d.version_id, own, p.unit_id, a.unit_id
ORDER BY d.version_id, own`

// saidOn reads what goes out on deliveries, each wording once.
func (s *Service) saidOn(ctx context.Context, ids []int64) (all []goesOut, err error) {
	rows, err := s.db.Pool().Query(ctx, saidSQL, pgx.NamedArgs{"ids": ids, "now": s.now()})
	if err != nil {
		return nil, err
	}

	var version, own, home, unit int64
	var text string
	var due time.Time
	var on []int64
	last := int64(-1) // own of the wording before
	_, err = pgx.ForEachRow(rows, []any{&version, &own, &home, &unit, &text, &due, &on}, func() error {
		if n := len(all); n == 0 || all[n-1].version != version || last != own {
			all = append(all, goesOut{version, home, text, due, map[int64][]int64{}})
		}
		last = own
		one := &all[len(all)-1]
		one.byUnit[unit] = append(one.byUnit[unit], slices.Clone(on)...)

		return nil
	})

	return all, err
}

// spoken is what the lists say of a wording now.
type spoken struct {
	goesOut
	words    map[int64]string // by delivery, the word because of which it cannot be sent
	excepted []check.Finding  // words that stand there because two people said so
}

// lookAt looks through wordings by the lists of their posts' units and of the accounts' on which each goes
// out. Where some of it cannot be done it fails, and gives what the rest found.
func (s *Service) lookAt(ctx context.Context, ids []int64) ([]spoken, error) {
	all, err := s.saidOn(ctx, ids)
	if err != nil {
		return nil, err
	}

	pass := s.checks.Pass()
	out := make([]spoken, len(all))
	var failed error

	for i, one := range all {
		units := slices.Sorted(maps.Keys(one.byUnit))
		found, err := pass.Forbidden(ctx, one.home, units, one.text, one.due)
		failed = errors.Join(failed, err)
		out[i] = spoken{goesOut: one, words: map[int64]string{}, excepted: found}
		if len(check.Stopping(found)) == 0 {
			continue
		}

		// Something stops it somewhere: which list is whose is asked for each unit by itself.
		for _, unit := range units {
			found, err := pass.Forbidden(ctx, one.home, []int64{unit}, one.text, one.due)
			failed = errors.Join(failed, err)
			if stops := check.Stopping(found); len(stops) > 0 {
				for _, id := range one.byUnit[unit] {
					out[i].words[id] = stops[0].Found
				}
			}
		}
	}

	return out, failed
}

// Blocked finds those of deliveries whose wording must not be sent any more, because a list has changed since
// its approval, with the first word that is in the way. Where a list cannot be looked for it fails, and gives
// what the others forbid. It checks no right: for the engine.
func (s *Service) Blocked(ctx context.Context, ids []int64) (_ map[int64]string, err error) {
	defer fault.Step(&err, "recheck.Blocked")

	looked, err := s.lookAt(ctx, ids)
	words := map[int64]string{}

	for _, one := range looked {
		maps.Copy(words, one.words)
	}

	return words, err
}

// recheckRows is how many deliveries are looked at in one step.
const recheckRows = 500

// onItsWaySQL are deliveries that go out by themselves or by hand and that the lists of a unit are about, the
// most urgent first.
const onItsWaySQL = `
SELECT d.id FROM all_deliveries d
JOIN all_posts p ON p.id = d.post_id JOIN units pu ON pu.id = p.unit_id
JOIN accounts a ON a.id = d.account_id JOIN units au ON au.id = a.unit_id
WHERE NOT d.settled AND (starts_with(pu.path, @path) OR starts_with(au.path, @path))
    AND (d.state = ANY (@states) AND (NOT @held OR d.reason = 'wording' AND d.pause_id IS NULL))
ORDER BY d.due_at, d.id`

// eachOnItsWay gives deliveries to do, some at a time. held: those that a word holds; else those that wait.
// They are told at once, so that none is passed over that moves meanwhile; what comes later is looked at with
// the lists of then.
func (s *Service) eachOnItsWay(
	ctx context.Context,
	path string,
	held bool,
	do func(ids []int64) error,
) error {
	states := []string{string(delivery.Waiting), string(delivery.Preparing), string(delivery.Handoff)}
	if held {
		states = []string{string(delivery.Held)}
	}

	rows, err := s.db.Pool().Query(ctx, onItsWaySQL, pgx.NamedArgs{
		"path": path, "states": states, "held": held,
	})
	if err != nil {
		return err
	}

	all, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}

	for ids := range slices.Chunk(all, recheckRows) {
		err = errors.Join(err, do(ids))
	}

	return err
}

// Recheck looks through what waits to go out for a unit and all below it, because a list of the unit forbids
// more than before, and holds what must not be sent any more. It does what the last look within the minute
// before sending would do, earlier, so that there is time to mend it. What cannot be looked at is not held.
func (s *Service) Recheck(ctx context.Context, unitPath string) (err error) {
	defer fault.Step(&err, "recheck.Recheck %s", unitPath)

	return s.eachOnItsWay(ctx, unitPath, false, func(ids []int64) error {
		looked, failed := s.lookAt(ctx, ids)

		for _, one := range looked {
			failed = errors.Join(failed, s.holdWords(ctx, one))
		}

		return failed
	})
}

// holdWords holds the deliveries of a wording that a word stops, those of one word at once.
func (s *Service) holdWords(ctx context.Context, one spoken) error {
	byWord := map[string][]int64{}

	for id, word := range one.words {
		byWord[word] = append(byWord[word], id)
	}

	for word, ids := range byWord {
		err := s.act(ctx, func(tx pg.Tx, now time.Time) error {
			return delivery.HoldWordTx(ctx, tx, now, one.version, ids, word)
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// ReleaseExcepted lets go on what a word holds in posts of a unit and of those below, where two people have
// excepted it. What a pause covers meanwhile is held by that; what is past its limit waits for a person. by
// is the second person.
func (s *Service) ReleaseExcepted(ctx context.Context, unitPath string, by int64) (err error) {
	defer fault.Step(&err, "recheck.ReleaseExcepted %s", unitPath)

	return s.eachOnItsWay(ctx, unitPath, true, func(ids []int64) error {
		looked, err := s.lookAt(ctx, ids)
		if err != nil {
			return err
		}

		for _, one := range looked {
			if err := s.releaseWords(ctx, one, by); err != nil {
				return err
			}
		}

		return nil
	})
}

func (s *Service) releaseWords(ctx context.Context, one spoken, by int64) error {
	var free []int64

	for _, ids := range one.byUnit {
		for _, id := range ids {
			if one.words[id] == "" {
				free = append(free, id)
			}
		}
	}
	// Only an exception lets go what a word holds: a list that was changed back does not.
	if len(free) == 0 || !slices.ContainsFunc(one.excepted, check.Finding.Excepted) {
		return nil
	}

	return s.act(ctx, func(tx pg.Tx, now time.Time) error {
		if err := delivery.FreeWordTx(ctx, tx, now, one.version, free, by); err != nil {
			return err
		}

		return check.KeepExceptedTx(ctx, tx, one.version, one.excepted)
	})
}
