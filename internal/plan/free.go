package plan

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/reach"
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
	busy, err := busyTimes(ctx, s.db.Pool(), actor, accounts, except, now, now.AddDate(0, 0, freeWithin+1))
	if err != nil {
		return time.Time{}, false, err
	}
	at, ok = nextFree(now, busy, daytime)

	return at, ok, nil
}

// Best is a free time in an hour of the week in which an account's posts had most response.
type Best struct {
	At        time.Time
	AccountID int64
	Slot      reach.Slot // what is known of that hour
}

// How far back the response is looked at, and of how many accounts at most.
const (
	bestDays = 90
	bestOf   = 20
)

// NextBest is NextFree in the hours of the week in which the posts of an account had most response these 90
// days (reach.Heat): of the first of the accounts that has such hours and that the actor reads, and in the
// best of them that is free. ok is false where no hour stands out, or none is free. Fails as NextFree does.
func (s *Service) NextBest(
	ctx context.Context, actor access.Actor, accounts []int64, except int64,
) (best Best, ok bool, err error) {
	defer fault.Step(&err, "plan.NextBest")

	if len(accounts) > maxAccounts {
		return best, false, fault.Invalid("account_ids", "一次最多 {.max} 个", "max", maxAccounts)
	}
	now := s.now()
	account, slots, err := s.bestSlots(ctx, actor, accounts, now)
	if err != nil || len(slots) == 0 {
		return best, false, err
	}
	busy, err := busyTimes(ctx, s.db.Pool(), actor, accounts, except, now, now.AddDate(0, 0, freeWithin+1))
	if err != nil {
		return best, false, err
	}

	for _, hour := range slots {
		if at, ok := nextFree(now, busy, within(hour)); ok {
			return Best{At: at, AccountID: account, Slot: hour}, true, nil
		}
	}

	return best, false, nil
}

// bestSlots are the best hours of the first account that has some.
func (s *Service) bestSlots(
	ctx context.Context, actor access.Actor, accounts []int64, now time.Time,
) (int64, []reach.Slot, error) {
	for _, account := range accounts[:min(len(accounts), bestOf)] {
		heat, err := s.reach.Heat(ctx, actor, account, reach.LastDays(bestDays, now))
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil || len(heat.Best) > 0 {
			return account, heat.Best, err
		}
	}

	return 0, nil, nil
}

// daytime holds for the hours in which people read.
func daytime(at time.Time) bool {
	minute := at.Hour()*60 + at.Minute()
	return minute >= firstHour*60 && minute <= lastHour*60
}

// within holds for the times of one hour of the week.
func within(hour reach.Slot) func(time.Time) bool {
	return func(at time.Time) bool { return at.Weekday() == hour.Weekday && at.Hour() == hour.Hour }
}

// nextFree looks for a free time among those that suit, told in Shanghai; busy is in order.
func nextFree(now time.Time, busy []time.Time, suits func(time.Time) bool) (time.Time, bool) {
	at := now.In(beijing.Zone).Add(slot)
	if over := at.Sub(at.Truncate(slot)); over > 0 {
		at = at.Add(slot - over)
	}

	for end := now.AddDate(0, 0, freeWithin); at.Before(end); at = at.Add(slot) {
		if !suits(at) {
			continue
		}
		i, _ := slices.BinarySearchFunc(busy, at.Add(-slot+1), time.Time.Compare)
		if i == len(busy) || !busy[i].Before(at.Add(slot)) {
			return at, true
		}
	}

	return time.Time{}, false
}
