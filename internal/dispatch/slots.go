package dispatch

import (
	"context"
	"sync"
	"time"
)

// slots are the rights to be marked. There are some more than connections, as many as these work off in
// a moment, so that marks are grouped and no connection waits for one. Not more: what is marked and not
// called when a process dies has to be looked up.
type slots struct {
	conns int

	mu    sync.Mutex
	used  int
	call  time.Duration // how long calls take lately
	last  time.Time     // when a right was given back last
	freed chan struct{}
}

const (
	aheadFor = 50 * time.Millisecond // the time connections need for what is marked ahead
	// times the connections: should calls grow slow suddenly, what is marked must not outwait its hard end
	aheadMost = 5
	firstCall = 50 * time.Millisecond // a call is taken to last so long before the first has ended
)

func newSlots(conns int) *slots {
	return &slots{conns: conns, call: firstCall, freed: make(chan struct{}, 1)}
}

// ahead is how many may be marked beyond the connections. The lock must be held.
func (s *slots) ahead() int {
	return max(
		8,
		s.conns/4,
		min(aheadMost*s.conns, int(int64(s.conns)*int64(aheadFor)/int64(max(s.call, time.Microsecond)))),
	)
}

// firstGroup is how many are marked at a time while connections idle: several markers share them.
func (s *slots) firstGroup() int { return max(50, s.conns/2) }

// take gives up to n rights. It waits until there are n, or half of those ahead of the connections,
// whichever is less, so that marks come in groups; 0 when ctx ended.
func (s *slots) take(ctx context.Context, n int) int {
	for {
		s.mu.Lock()
		ahead := s.ahead()
		free := s.conns + ahead - s.used
		if free > 0 && free >= min(n, ahead/2) {
			got := min(n, free)
			if s.used < s.conns {
				got = min(got, s.firstGroup()) // connections idle: a small group is marked sooner
			}
			s.used += got
			if free > got {
				poke(s.freed) // another marker may wait for the rest
			}
			s.mu.Unlock()

			return got
		}
		s.mu.Unlock()

		select {
		case <-s.freed:
		case <-ctx.Done():
			return 0
		}
	}
}

// takeReleased gives up to n rights to what is marked already: as many as are free, at once when half
// of the rights ahead of the connections are; 0 when ctx ended.
func (s *slots) takeReleased(ctx context.Context, n int) int {
	for {
		s.mu.Lock()
		ahead := s.ahead()
		if free := s.conns + ahead - s.used; free > 0 && free >= min(n, ahead/2) {
			got := min(n, free)
			s.used += got
			s.mu.Unlock()

			return got
		}
		s.mu.Unlock()

		select {
		case <-s.freed:
		case <-ctx.Done():
			return 0
		}
	}
}

// stuck tells that there is no right to be had and that none was given back for so long: calls hang.
func (s *slots) stuck(long time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used >= s.conns+s.ahead() && time.Since(s.last) > long
}

func (s *slots) free(n int) {
	if n == 0 {
		return
	}
	s.mu.Lock()
	s.used -= n
	s.last = time.Now()
	s.mu.Unlock()
	poke(s.freed)
}

// freeAfter gives one right back after a call that lasted so long.
func (s *slots) freeAfter(d time.Duration) {
	s.mu.Lock()
	s.used--
	s.last = time.Now()
	s.call += (d - s.call) / 32
	s.mu.Unlock()
	poke(s.freed)
}
