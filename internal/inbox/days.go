package inbox

import (
	"context"
	"sync"
	"time"

	"juzhen/internal/plan"
)

// almanac keeps which days are worked, so that a clock needs no reading of its own.
type almanac struct {
	mu    sync.Mutex
	known plan.Almanac
	at    time.Time
}

// fresh is how long it is kept.
const fresh = 10 * time.Minute

// load reads it where it is old. Without a plan weekdays alone count.
func (a *almanac) load(ctx context.Context, from *plan.Service, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if from == nil || a.known != nil && now.Sub(a.at).Abs() < fresh {
		return nil
	}
	known, err := from.Almanac(ctx, now.Year()-1, now.Year()+2)
	if err == nil {
		a.known, a.at = known, now
	}

	return err
}

// special tells of days that are not worked as their weekday says.
func (s *Service) special() func(time.Time) (works, known bool) {
	s.days.mu.Lock()
	known := s.days.known
	s.days.mu.Unlock()

	return func(day time.Time) (bool, bool) {
		kind, _ := known.Workday(day)
		return kind == plan.Adjusted, kind == plan.Adjusted || kind == plan.Holiday
	}
}
