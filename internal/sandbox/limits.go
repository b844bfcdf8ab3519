package sandbox

import (
	"sync"
	"time"
)

// Limits bound the calls of users and addresses. 0 is no limit.
type Limits struct {
	UserDay          int           `json:"user_day"`           // public calls per user, application and day
	PostHour         int           `json:"post_hour"`          // posts per user, application and hour
	IPHour           int           `json:"ip_hour"`            // public calls per address and hour
	CommercialIPHour int           `json:"commercial_ip_hour"` // commercial calls per address and hour
	Gap              time.Duration `json:"gap"`                // least time between two posts of an account
}

// DocumentedLimits are those of the platform's newest page; the gap is not published, one second is our
// assumption.
func DocumentedLimits() Limits {
	return Limits{UserDay: 100, PostHour: 30, IPHour: 15000, CommercialIPHour: 50000, Gap: time.Second}
}

// usage counts calls in the running hour and day of Asia/Shanghai.
type usage struct {
	hour, day   int64
	hourN, dayN int
	postHour    int64
	posts       int
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }
func dayOf(t time.Time) int64  { return (t.Unix() + 8*3600) / 86400 }

// roll starts new hours and days.
func (u *usage) roll(t time.Time) {
	if h := hourOf(t); h != u.hour {
		u.hour, u.hourN = h, 0
	}
	if h := hourOf(t); h != u.postHour {
		u.postHour, u.posts = h, 0
	}
	if d := dayOf(t); d != u.day {
		u.day, u.dayN = d, 0
	}
}

type limiter struct {
	mu         sync.Mutex
	bounds     Limits
	public     map[string]*usage // by address
	commercial map[string]*usage
}

func (l *limiter) set(limits Limits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bounds = limits
}

func (l *limiter) get() Limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bounds
}

func (l *limiter) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.public, l.commercial = nil, nil
}

// touch counts a call of an address and says whether it is within the hour's limit.
func (l *limiter) touch(ip string, commercial bool, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	book, limit := &l.public, l.bounds.IPHour
	if commercial {
		book, limit = &l.commercial, l.bounds.CommercialIPHour
	}
	usage := entry(book, ip)
	usage.roll(now)
	usage.hourN++

	return limit == 0 || usage.hourN <= limit
}

// hits is what the address has used this hour.
func (l *limiter) hits(ip string, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	usage := entry(&l.public, ip)
	usage.roll(now)

	return usage.hourN
}

func entry(book *map[string]*usage, key string) *usage {
	if *book == nil {
		*book = map[string]*usage{}
	}
	u := (*book)[key]
	if u == nil {
		u = &usage{}
		(*book)[key] = u
	}

	return u
}

// admit counts the call and refuses it when the address or the user has none left. The commercial
// interface counts addresses only; a call without a user is counted for its address alone.
func (s *Server) admit(c *call) error {
	limits := s.limits.get()
	if !s.limits.touch(c.ip, c.commercial, c.now) {
		return fail(10022)
	}
	if c.acc == nil {
		return nil
	}
	c.acc.mu.Lock()
	defer c.acc.mu.Unlock()
	usage := entry(&c.acc.usage, c.app.Key)
	usage.roll(c.now)
	usage.hourN++
	if c.commercial {
		return nil
	}
	usage.dayN++
	if limits.UserDay > 0 && usage.dayN > limits.UserDay {
		return fail(10023)
	}

	return nil
}

type rateStatus struct {
	IPLimit       int         `json:"ip_limit"`
	Unit          string      `json:"limit_time_unit"`
	IPLeft        int         `json:"remaining_ip_hits"`
	UserLeft      int         `json:"remaining_user_hits"`
	Reset         string      `json:"reset_time"`
	ResetSeconds  int         `json:"reset_time_in_seconds"`
	UserLimit     int         `json:"user_limit"`
	APIRateLimits []rateLimit `json:"api_rate_limits"`
}

type rateLimit struct {
	API   string `json:"api"`
	Limit int    `json:"limit"`
	Unit  string `json:"limit_time_unit"`
	Left  int    `json:"remaining_hits"`
}

// rateLimitStatus answers account/rate_limit_status, which is not counted itself.
func rateLimitStatus(c *call) (any, error) {
	limits := c.s.limits.get()
	ip := c.s.limits.hits(c.ip, c.now)
	c.acc.mu.Lock()
	usage := entry(&c.acc.usage, c.app.Key)
	usage.roll(c.now)
	day, posts := usage.dayN, usage.posts
	c.acc.mu.Unlock()
	next := c.now.In(shanghai).Truncate(time.Hour).Add(time.Hour)

	return rateStatus{
		IPLimit: limits.IPHour, Unit: "HOURS", IPLeft: left(limits.IPHour, ip),
		UserLimit: limits.UserDay, UserLeft: left(limits.UserDay, day),
		Reset: next.Format("2006-01-02 15:04:05"), ResetSeconds: int(next.Sub(c.now).Seconds()),
		APIRateLimits: []rateLimit{
			{"/statuses/share", limits.PostHour, "HOURS", left(limits.PostHour, posts)},
			{"/statuses/update", limits.PostHour, "HOURS", left(limits.PostHour, posts)},
		},
	}, nil
}

func left(limit, used int) int { return max(limit-used, 0) }
