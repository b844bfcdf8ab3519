package dispatch

import (
	"slices"
	"sync"
	"time"
)

// stats are the figures of this process.
type stats struct {
	mu       sync.Mutex
	lastSent time.Time
	lateness []time.Duration // of the last starts, from due time to first byte
	at       int

	clockWrong *bool // what people were told last; nil: nothing since the start

	checkFailed *bool // the same of the check before sending
}

// keepLateness is how many starts the figures cover.
const keepLateness = 10_000

func (s *stats) success(now time.Time) {
	s.mu.Lock()
	s.lastSent = now
	s.mu.Unlock()
}

func (s *stats) started(late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.lateness) < keepLateness {
		s.lateness = append(s.lateness, late)
		return
	}
	s.lateness[s.at%keepLateness] = late
	s.at++
}

// figures gives the last success and percentiles of the lateness of starts.
func (s *stats) figures() (last time.Time, p50, p99, worst time.Duration) {
	s.mu.Lock()
	sorted := slices.Clone(s.lateness)
	last = s.lastSent
	s.mu.Unlock()
	if len(sorted) == 0 {
		return last, 0, 0, 0
	}
	slices.Sort(sorted)

	return last, sorted[len(sorted)/2], sorted[len(sorted)*99/100], sorted[len(sorted)-1]
}
