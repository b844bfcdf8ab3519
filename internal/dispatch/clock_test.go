package dispatch

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// twoClocks are the own monotonic clock and the database's, each running at a rate of its own beside
// the true time.
type twoClocks struct {
	mono time.Duration
	db   time.Time
}

// pass lets true time go by, in which each clock gains so many millionths.
func (w *twoClocks) pass(d time.Duration, own, db int64) {
	w.mono += d + d*time.Duration(own)/1_000_000
	w.db = w.db.Add(d + d*time.Duration(db)/1_000_000)
}

// watched makes a clock over them.
func (w *twoClocks) watched() *clock {
	c := newClock(func() time.Time { return t0.Add(w.mono) }, Settings{}.filled())
	c.mono = func() time.Duration { return w.mono }
	return c
}

// says is what the database answers, in the microseconds it has.
func (w *twoClocks) says() time.Time { return w.db.Truncate(time.Microsecond) }

// TestClockIsNeverAheadOfTheDatabase lets questions take unequal trips, clocks drift against each other
// and the database's be set: after each answer the clock is not ahead of the database's by a
// nanosecond, and no further behind than the trip and the drift explain.
func TestClockIsNeverAheadOfTheDatabase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := &twoClocks{
			db: t0.Add(time.Duration(rapid.Int64Range(-2_000_000_000, 2_000_000_000).Draw(r, "apart"))),
		}
		clock := w.watched()

		trip := func(most int64) time.Duration { return time.Duration(rapid.Int64Range(0, most).Draw(r, "trip")) }
		rate := func() int64 { return rapid.Int64Range(-500, 500).Draw(r, "rate") }
		known := false

		check := func(behind time.Duration) {
			now := clock.Now()
			if now.After(w.db) {
				r.Fatalf("%v ahead of the database", now.Sub(w.db))
			}
			if lag := w.db.Sub(now); behind >= 0 && lag > behind {
				r.Fatalf("%v behind the database, want %v at most", lag, behind)
			}
			if latest := now.Add(clock.Spread() + time.Microsecond); latest.Before(w.db) {
				r.Fatalf("the database is %v past what is held possible", w.db.Sub(latest))
			}
		}

		r.Repeat(map[string]func(*rapid.T){
			"measure": func(*rapid.T) {
				most := int64(rapid.SampledFrom([]time.Duration{
					time.Millisecond, 100 * time.Millisecond, time.Second,
				}).Draw(r, "most"))
				there, back := trip(most), trip(most)

				before := clock.read()
				w.pass(there, rate(), rate())
				said := w.says()
				w.pass(back, rate(), rate())
				clock.Measured(before, said, clock.read())

				known = true
				check(back + (there+back)/driftPart + 3*time.Microsecond)
			},
			"wait": func(*rapid.T) {
				w.pass(trip(int64(5*time.Second)), rate(), rate())
				if known {
					check(-1)
				}
			},
			"set the database's clock": func(*rapid.T) {
				if !known {
					return // set twice between measurements it may end up right beside where it was
				}
				d := time.Duration(rapid.Int64Range(int64(3*time.Second), int64(time.Hour)).Draw(r, "by"))
				if rapid.Bool().Draw(r, "back") {
					d = -d
				}
				w.db = w.db.Add(d)
				known = false // until it is measured again; the mark asks the database's own clock meanwhile
			},
		})
	})
}

// TestTheShortestTripWins: a slow answer neither spoils a good one nor is it lost when there is no better.
func TestTheShortestTripWins(t *testing.T) {
	t.Parallel()
	w := &twoClocks{db: t0.Add(time.Second)}
	clock := w.watched()
	ask := func(there, back time.Duration) (turned bool) {
		before := clock.read()
		w.pass(there, 0, 0)
		said := w.says()
		w.pass(back, 0, 0)

		return clock.Measured(before, said, clock.read())
	}
	behind := func(want time.Duration) {
		t.Helper()
		if got := w.db.Sub(clock.Now()); got < want || got > want+5*time.Microsecond {
			t.Errorf("%v behind, want %v", got, want)
		}
	}

	ask(time.Millisecond, 90*time.Millisecond)
	behind(90 * time.Millisecond)

	ask(400*time.Microsecond, 100*time.Microsecond)
	behind(100 * time.Microsecond)

	ask(0, 300*time.Millisecond)
	behind(400 * time.Microsecond) // the better one, and a thousandth of the time since

	w.pass(10*time.Second, 0, 0)
	behind(10*time.Millisecond + 400*time.Microsecond)

	if ask(0, time.Millisecond) {
		t.Error("an answer that fits is taken for a turned clock")
	}
	behind(time.Millisecond)

	w.db = w.db.Add(-time.Minute)
	if !ask(0, time.Millisecond) {
		t.Error("a database's clock that was set back went unnoticed")
	}
	behind(time.Millisecond)
}

func TestClockFollowsTheDatabaseAndNoticesJumps(t *testing.T) {
	t.Parallel()
	skew, mono := time.Duration(0), time.Duration(0)
	clock := newClock(func() time.Time { return t0.Add(mono + skew) }, Settings{}.filled())
	clock.mono = func() time.Duration { return mono }
	if !clock.Jumped() {
		t.Error("a clock that was never measured is trusted")
	}
	measure := func(ahead time.Duration) {
		now := clock.read()
		clock.Measured(now, now.wall.Add(ahead), now)
	}
	measure(300 * time.Millisecond)
	if d, ok := clock.Offset(); clock.Jumped() || !ok || d.Round(time.Millisecond) != 300*time.Millisecond {
		t.Errorf("%v ahead, want 300 ms", d)
	}

	was := clock.Now()
	skew = time.Second
	if moved := clock.Now().Sub(was); moved != 0 {
		t.Errorf("setting the wall clock moved the instant of every post by %v", moved)
	}
	if !clock.Jumped() {
		t.Error("a jump of a second went unnoticed")
	}

	measure(-3 * time.Second)
	if clock.Jumped() || !clock.Wrong() {
		t.Error("an offset of three seconds is taken for right")
	}
	measure(time.Second)
	if clock.Wrong() {
		t.Error("an offset of one second stops sending")
	}
}

// TestASlowAnswerDoesNotCondemnTheClock: what took four seconds to come says nothing about the clocks.
func TestASlowAnswerDoesNotCondemnTheClock(t *testing.T) {
	t.Parallel()
	w := &twoClocks{db: t0}
	clock := w.watched()
	before := clock.read()
	said := w.says()
	w.pass(4*time.Second, 0, 0)
	clock.Measured(before, said, clock.read())
	if clock.Wrong() || clock.Apart() != 0 {
		t.Errorf("surely %v apart", clock.Apart())
	}
}
