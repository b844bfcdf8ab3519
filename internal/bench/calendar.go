package bench

import (
	"context"
	"time"
)

// How many posts lie behind the pages of the plan: three weeks of 2,000 accounts, and two years of them. The
// week ahead and the month around now hold the same in both.
const (
	fewPlanned  = 30_000
	manyPlanned = 1_000_000

	plannedAhead = 7 * 24 * time.Hour
	plannedEvery = 3 * 7 * 24 * time.Hour / fewPlanned // of the whole matrix

	calendarRounds = 100
)

// calendarPages are what a press officer and a head plan with.
var calendarPages = []struct{ name, path string }{
	{"month", "/calendar"},
	{"month_with_past", "/calendar?past=true"},
	{"month_feed", "/calendar/feed?{month}"},
	{"accounts_days", "/plan"},
	{"accounts_fortnight", "/plan?days=14"},
}

func calendarWanted() (list []want) {
	for _, page := range calendarPages {
		list = append(list, want{key: page.name + "_1m_p99_ms", most: 50}, want{
			key: page.name + "_1m_ms", baseline: page.name + "_30k_ms", most: flatMost,
		})
	}

	return list
}

// longer gives post i its time: one after the other at the same distance, from the week ahead backwards.
func longer(now time.Time, i, _ int) time.Time {
	at := now.Add(plannedAhead - time.Duration(i)*plannedEvery)
	if at.After(now) {
		at = at.Add(time.Hour) // nothing falls due meanwhile
	}

	return at
}

// calendars measures the pages of the plan over few posts and over many, each page of both in turn.
func calendars(ctx context.Context, f *field) (values, error) {
	two, err := f.grownTwo(ctx, fewPlanned, manyPlanned, longer)
	defer two.close()

	if err != nil {
		return nil, err
	}
	v := values{}

	for _, page := range calendarPages {
		a, b, err := two.inTurn(page.path, calendarRounds)
		if err != nil {
			return nil, err
		}
		v[page.name+"_30k_ms"], v[page.name+"_1m_ms"] = ms(a.at(0.5)), ms(b.at(0.5))
		v[page.name+"_30k_p99_ms"], v[page.name+"_1m_p99_ms"] = ms(a.at(0.99)), ms(b.at(0.99))
	}

	return v, nil
}
