package reach

import (
	"strconv"
	"time"

	"juzhen/internal/beijing"
)

// Host is one of the two interfaces, which are counted apart.
type Host string

// The hosts.
const (
	PublicHost     Host = "public"
	CommercialHost Host = "commercial"
)

// Limits is the share of the platform's call limits that readings may use; the rest stays free for
// posting. Zero fields take the defaults.
type Limits struct {
	PublicHour     int // of 15,000 an hour and address; default 10,000
	CommercialHour int // of 50,000 an hour and address; default 25,000
	AccountDay     int // of 100 a day and account on the open interface; default 40
	InboxDay       int // of the same, for what citizens say; default 30
}

func (l Limits) filled() Limits {
	if l.PublicHour == 0 {
		l.PublicHour = 10_000
	}
	if l.CommercialHour == 0 {
		l.CommercialHour = 25_000
	}
	if l.AccountDay == 0 {
		l.AccountDay = 40
	}
	if l.InboxDay == 0 {
		l.InboxDay = 30
	}

	return l
}

// window is one counter a call adds to.
type window struct {
	scope  string
	start  time.Time
	ends   time.Time
	limit  int
	shared bool // by all accounts
}

// windows lists the counters of a call with the token of an account: the account's own day first, then
// the address's hour.
func (l Limits) windows(host Host, accountID int64, now time.Time) []window {
	if host == CommercialHost {
		return []window{l.hourly(host, now)}
	}

	return []window{l.daily(accountID, now), l.hourly(host, now)}
}

func (l Limits) hourly(host Host, now time.Time) window {
	start := now.UTC().Truncate(hour)
	limit := l.PublicHour
	if host == CommercialHost {
		limit = l.CommercialHour
	}

	return window{scope: string(host), start: start, ends: start.Add(hour), limit: limit, shared: true}
}

func (l Limits) daily(accountID int64, now time.Time) window {
	start := beijing.Day(now)

	return window{
		scope: accountScope(accountID),
		start: start,
		ends:  start.AddDate(0, 0, 1),
		limit: l.AccountDay,
	}
}

// inboxDaily is the share of the account's day that its inbox has.
func (l Limits) inboxDaily(accountID int64, now time.Time) window {
	w := l.daily(accountID, now)
	w.scope, w.limit = w.scope+"/inbox", l.InboxDay

	return w
}

func accountScope(id int64) string { return "account/" + strconv.FormatInt(id, 10) }

// BudgetLine is what was used of one counter in its present window.
type BudgetLine struct {
	Host      Host  // of an address's counter; "" for an account's
	AccountID int64 // of an account's counter; 0 for an address's
	Handle    string
	Used      int
	Limit     int
	ResetsAt  time.Time
	Planned   int        // calls the readings due within the next hour will take
	NextAt    *time.Time // the next reading; nil when none is planned
}

// Left is what may still be called in this window.
func (b BudgetLine) Left() int { return max(b.Limit-b.Used, 0) }

// Percent is how much of the window is used, at most 100.
func (b BudgetLine) Percent() int {
	if b.Limit == 0 {
		return 0
	}

	return min(b.Used*100/b.Limit, 100)
}
