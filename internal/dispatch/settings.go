package dispatch

import "time"

// Settings are the figures of the engine. Zero fields are filled by filled.
type Settings struct {
	Conns     int           // calls under way at once; default 200
	Markers   int           // statements of marks under way at once; default 3
	Recorders int           // statements of records under way at once; default 2
	BatchRows int           // rows of one statement at most; default 500
	AheadFrom int           // so many due at one instant are marked ahead of it; 0: never
	Lease     time.Duration // by the database's clock; default 5 s
	Beat      time.Duration // between renewals of the lease; default 1 s
	Sweep     time.Duration // between sweeps; default 1 s
	Nap       time.Duration // the heap never sleeps longer, in case a clock jumps; default 1 s
	// a delivery we own and do not hold in memory is taken up again so long after its time; default 1 s
	Overdue   time.Duration
	Stuck     time.Duration // and one of a living process that does not send it; default 10 s
	CallGrace time.Duration // a call is given up so long after its hard end; default 20 s
	ClockWarn time.Duration // offset to the database's clock that is told; default 200 ms
	ClockStop time.Duration // offset at which sending stops; default 2 s
	// wall against monotonic; above it the offset is measured again before the next mark; default 200 ms
	ClockJump time.Duration
	Grace     time.Duration // of a shutdown; default 30 s
	LookConns int           // looks under way at once; default 8
}

func (s Settings) filled() Settings {
	count := func(n *int, def int) {
		if *n == 0 {
			*n = def
		}
	}
	span := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	count(&s.Conns, 200)
	count(&s.Markers, 3)
	count(&s.Recorders, 2)
	count(&s.BatchRows, 500)
	count(&s.LookConns, 8)
	span(&s.Lease, 5*time.Second)
	span(&s.Beat, time.Second)
	span(&s.Sweep, time.Second)
	span(&s.Nap, time.Second)
	span(&s.Overdue, time.Second)
	span(&s.Stuck, 10*time.Second)
	span(&s.CallGrace, 20*time.Second)
	span(&s.ClockWarn, 200*time.Millisecond)
	span(&s.ClockStop, 2*time.Second)
	span(&s.ClockJump, 200*time.Millisecond)
	span(&s.Grace, 30*time.Second)

	return s
}
