package weibo

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Budget keeps one process within Weibo's call limits: per address, per user, per user and interface. It learns from
// refusals and from rate_limit_status. What several processes share is counted elsewhere.
type Budget struct {
	mu      sync.Mutex
	perHour int // of a user, until something better is known
	buckets map[budgetKey]*rate.Limiter
	resting map[budgetKey]time.Time
}

type budgetKey struct{ uid, call string } // both empty: the address

// NewBudget starts with ipPerHour calls for the address and userPerHour for each user; zero means no limit known.
func NewBudget(ipPerHour, userPerHour int) *Budget {
	b := &Budget{perHour: userPerHour, buckets: map[budgetKey]*rate.Limiter{}, resting: map[budgetKey]time.Time{}}
	b.buckets[budgetKey{}] = hourly(ipPerHour)
	return b
}

func hourly(n int) *rate.Limiter {
	if n <= 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(float64(n)/3600), n)
}

// Take takes one call of uid out of every bucket concerned. When one is empty or resting it takes nothing and gives the
// instant at which to ask again.
func (b *Budget) Take(now time.Time, uid, call string) (ok bool, again time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	keys := []budgetKey{{}, {uid: uid}, {uid, call}}
	for _, k := range keys {
		if until := b.resting[k]; until.After(now) {
			return false, until
		}
	}
	var taken []*rate.Reservation
	for _, k := range keys {
		r := b.bucket(k).ReserveN(now, 1)
		taken = append(taken, r)
		if d := r.DelayFrom(now); d > 0 {
			for _, t := range taken {
				t.CancelAt(now)
			}
			return false, now.Add(d)
		}
	}
	return true, now
}

func (b *Budget) bucket(k budgetKey) *rate.Limiter {
	l, ok := b.buckets[k]
	if !ok {
		n := 0
		if k.call == "" {
			n = b.perHour
		}
		l = hourly(n)
		b.buckets[k] = l
	}
	return l
}

// Refused learns from an error of a call of uid: whoever its scope names rests. Other errors teach nothing.
func (b *Budget) Refused(now time.Time, uid, call string, err error) {
	var e *Error
	if !errors.As(err, &e) || e.Class != ClassSlow {
		return
	}
	k := budgetKey{uid: uid}
	switch e.Scope {
	case ScopeIP:
		k = budgetKey{}
	case ScopeCall:
		k.call = call
	case ScopeUser, ScopeBehaviour:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := e.RestUntil(now); until.After(b.resting[k]) {
		b.resting[k] = until
	}
}

// Learn takes over what rate_limit_status says about uid and the address.
func (b *Budget) Learn(now time.Time, uid string, l Limits) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.learn(now, budgetKey{}, l.IPLimit, l.IPLeft, time.Hour, l.ResetIn)
	b.learn(now, budgetKey{uid: uid}, l.UserLimit, l.UserLeft, time.Hour, l.ResetIn)
	for _, c := range l.Calls {
		b.learn(now, budgetKey{uid, c.Call}, c.Limit, c.Remaining, unitOf(c.Unit), l.ResetIn)
	}
}

func (b *Budget) learn(now time.Time, k budgetKey, limit, left int64, per, reset time.Duration) {
	if limit <= 0 {
		return
	}
	speed := rate.Limit(float64(limit) / per.Seconds())
	if old, ok := b.buckets[k]; ok && k.call != "" && old.Limit() < speed && old.TokensAt(now) <= float64(left) {
		return // a stricter limit of the same interface is known
	}
	fresh := rate.NewLimiter(speed, int(limit))
	fresh.ReserveN(now, int(limit-min(max(left, 0), limit)))
	b.buckets[k] = fresh
	if until := now.Add(reset); left <= 0 && until.After(b.resting[k]) {
		b.resting[k] = until
	}
}

func unitOf(unit string) time.Duration {
	switch unit {
	case "MINUTES":
		return time.Minute
	case "DAYS":
		return 24 * time.Hour
	default:
		return time.Hour
	}
}
