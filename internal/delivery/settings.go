package delivery

import "time"

// Settings are the waits of delivery. Zero fields are filled by Filled.
type Settings struct {
	Lead      time.Duration // preparing begins so long before the due time; default 60 s
	FirstLook time.Duration // after an unknown outcome; default 10 s
	// longest lag and review the platform is known to have: nothing is absent earlier; default 5 min
	AbsentAfter time.Duration
	LookAgain   time.Duration // between looks once a person was asked; default 10 min
	LookFor     time.Duration // looks end so long after the attempt; default 24 h
	LookRetry   time.Duration // after a look that could not read; default 30 s
	ReadBack    time.Duration // from sending to reading back; default 30 s
	RetryWait   time.Duration // after a call that reached nobody; default 2 s
	Handoff     time.Duration // a hand-off taken by an officer goes back after; default 10 min
	// no automatic resend when the platform reviewed a post of the account within; default 30 days
	ReviewMemo time.Duration
	// marks that may follow an open unknown where only the newest posts are shown; default 4
	Follow     int
	TokenSpare time.Duration // a token must outlive the due time by; default 1 min
}

// Filled puts the defaults where nothing was set.
func (s Settings) Filled() Settings {
	fill := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	fill(&s.Lead, time.Minute)
	fill(&s.FirstLook, 10*time.Second)
	fill(&s.AbsentAfter, 5*time.Minute)
	fill(&s.LookAgain, 10*time.Minute)
	fill(&s.LookFor, 24*time.Hour)
	fill(&s.LookRetry, 30*time.Second)
	fill(&s.ReadBack, 30*time.Second)
	fill(&s.RetryWait, 2*time.Second)
	fill(&s.Handoff, 10*time.Minute)
	fill(&s.ReviewMemo, 30*24*time.Hour)
	fill(&s.TokenSpare, time.Minute)
	if s.Follow == 0 {
		s.Follow = 4
	}

	return s
}
