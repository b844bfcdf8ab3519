package plan

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// What counts as a free time.
const (
	slot        = 30 * time.Minute // free times lie on the clock at multiples of it
	firstHour   = 8                // of the day, in Shanghai
	lastHour    = 22               // the last free time is at this hour
	freeWithin  = 14               // days
	maxAccounts = 5000
)

// NextFree gives the next half hour between 8 and 22 o'clock, at least half an hour ahead, at which none
// of the accounts has anything planned within half an hour: no delivery and no draft of a unit in which
// the actor writes. except is the post that looks for its time. ok is false where two weeks hold none.
// Accounts for which the actor does not write count for nothing. Fails with fault.Invalid beyond 5,000
// accounts.
func (s *Service) NextFree(
	ctx context.Context,
	actor access.Actor,
	accounts []int64,
	except int64,
) (at time.Time, ok bool, err error) {
	defer fault.Step(&err, "plan.NextFree")

	if len(accounts) > maxAccounts {
		return time.Time{}, false, fault.Invalid("account_ids", "一次最多 {.max} 个", "max", maxAccounts)
	}
	now := s.now()
	busy, err := busyTimes(ctx, s.db, actor, accounts, except, now, now.AddDate(0, 0, freeWithin+1))
	if err != nil {
		return time.Time{}, false, err
	}
	at, ok = nextFree(now, busy)

	return at, ok, nil
}

// nextFree looks for a free time; busy is in order.
func nextFree(now time.Time, busy []time.Time) (time.Time, bool) {
	at := now.In(beijing.Zone).Add(slot)
	if over := at.Sub(at.Truncate(slot)); over > 0 {
		at = at.Add(slot - over)
	}

	for end := now.AddDate(0, 0, freeWithin); at.Before(end); at = at.Add(slot) {
		minute := at.Hour()*60 + at.Minute()
		if minute < firstHour*60 || minute > lastHour*60 {
			continue
		}
		i, _ := slices.BinarySearchFunc(busy, at.Add(-slot+1), time.Time.Compare)
		if i == len(busy) || !busy[i].Before(at.Add(slot)) {
			return at, true
		}
	}

	return time.Time{}, false
}
