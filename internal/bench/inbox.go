package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"juzhen/internal/access"
	"juzhen/internal/inbox"
)

// inboxQuestions are lists that people ask for, over all that was said; %d is another number each time.
var inboxQuestions = []struct {
	name  string
	actor access.Actor
	query inbox.Query
}{
	{"first", supervisor, inbox.Query{}},
	{"mine", writer, inbox.Query{Show: inbox.ShowMine}},
	{"overdue", supervisor, inbox.Query{Overdue: true}},
	{"snoozed", supervisor, inbox.Query{Show: inbox.ShowSnoozed}},
	{"all", supervisor, inbox.Query{Show: inbox.ShowAll}},
	{"closed", supervisor, inbox.Query{State: inbox.Closed}},
	{"kind", supervisor, inbox.Query{Kind: inbox.Rumour}},
	{"account", supervisor, inbox.Query{AccountID: 37, Show: inbox.ShowAll}},
	{"source", supervisor, inbox.Query{Source: inbox.FromMention}},
	{"unit", supervisor, inbox.Query{UnitID: firstDistrict + 3, Show: inbox.ShowAll}},
	{"district", districtOfficer, inbox.Query{}},
	{"district_all", districtOfficer, inbox.Query{Show: inbox.ShowAll}},
	{"letter", supervisor, inbox.Query{Text: "的"}},
	{"frequent", supervisor, inbox.Query{Text: "空气质量", Show: inbox.ShowAll}},
	{"two_words", supervisor, inbox.Query{Text: "空气质量 公布", Show: inbox.ShowAll}},
	{"rare", supervisor, inbox.Query{Text: "第%d号", Show: inbox.ShowAll}},
	{"absent", supervisor, inbox.Query{Text: "麒麟%d麟麒", Show: inbox.ShowAll}},
	{"word_account", supervisor, inbox.Query{Text: "监测", AccountID: 37, Show: inbox.ShowAll}},
	{"word_district", districtOfficer, inbox.Query{Text: "监测"}},
}

const (
	inboxTimes  = 100 // each list is asked for so often
	pullWorkers = 10  // inboxes that a console asks for at once: the workers of queue.Pull
)

func inboxWanted() []want {
	wanted := []want{
		{key: "ingest_2000_ms", most: 1000},
		{key: "clocks_100k_ms", most: 1000},
		{key: "assignment_100k_ms", most: 1000},
		{key: "overdue_100k_ms", most: 1000},
		{key: "next_page_p99_ms", most: 50},
		{key: "counts_p99_ms", most: 50},
	}

	for _, question := range inboxQuestions {
		wanted = append(wanted, want{key: question.name + "_p99_ms", most: 50})
	}

	return wanted
}

// heard measures the inbox of a bureau over a million things that citizens said: how fast more come in, how
// long lists take the server, and the passes over all that waits.
func heard(ctx context.Context, f *field) (values, error) {
	if f.inbox == nil {
		hall, err := f.openHall(ctx)
		if err != nil {
			return nil, err
		}
		f.inbox = hall
	}
	hall := f.inbox
	got := values{"all_clocks_set_ms": milliseconds(hall.reckoned)}
	rate, err := hall.ingest(ctx)
	if err != nil {
		return nil, err
	}
	got["items_s"], got["ingest_2000_ms"] = rate, 1000*2000/rate

	for _, question := range inboxQuestions {
		took, err := hall.ask(ctx, question.actor, question.query)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", question.name, err)
		}
		got[question.name+"_ms"], got[question.name+"_p99_ms"] = took.middle(), took.nearlyAll()
	}

	return got, hall.passes(ctx, got)
}

// took are times, the shortest first.
type took []time.Duration

func (t took) middle() float64    { return milliseconds(t[len(t)/2]) }
func (t took) nearlyAll() float64 { return milliseconds(t[len(t)*99/100]) }

// timed does something again and again and gives how long each took.
func timed(times int, do func(n int) error) (all took, err error) {
	for n := range times {
		began := time.Now()
		if err := do(n); err != nil {
			return nil, err
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)

	return all, nil
}

// ask gives how long a list takes.
func (h *hall) ask(ctx context.Context, actor access.Actor, query inbox.Query) (took, error) {
	words := query.Text

	return timed(inboxTimes, func(n int) error {
		if strings.Contains(words, "%d") {
			query.Text = fmt.Sprintf(words, 1000+n*277)
		}
		_, err := h.service.List(ctx, actor, query)

		return err
	})
}

// passes measures what is done over all that waits, the numbers beside the list, and pages behind the first.
func (h *hall) passes(ctx context.Context, got values) error {
	next := ""
	pages, err := timed(inboxTimes, func(int) error {
		page, err := h.service.List(ctx, supervisor, inbox.Query{After: next})
		next = page.Next

		return err
	})
	if err != nil {
		return err
	}
	got["next_page_ms"], got["next_page_p99_ms"] = pages.middle(), pages.nearlyAll()
	counts, err := timed(inboxTimes, func(int) error {
		_, err := h.service.Count(ctx, supervisor)
		return err
	})
	if err != nil {
		return err
	}
	got["counts_ms"], got["counts_p99_ms"] = counts.middle(), counts.nearlyAll()

	for name, pass := range map[string]func() error{
		"clocks_100k_ms":     func() error { return h.service.Reckon(ctx, "") },
		"overdue_100k_ms":    func() error { return h.service.Sweep(ctx) },
		"assignment_100k_ms": func() error { return h.fits(ctx) },
	} {
		all, err := timed(3, func(int) error { return pass() })
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		got[name] = all.middle()
	}

	return nil
}

// fits asks of all that nobody has which rule it follows.
func (h *hall) fits(ctx context.Context) error {
	fit, err := h.service.Fitting(ctx, supervisor, h.rule)
	if err == nil && (fit.Open != inbox.MostUnassigned || fit.Fit == 0) {
		return fmt.Errorf("%d of %d follow the rule", fit.Fit, fit.Open)
	}

	return err
}

// ingest lets citizens say so much that each account has a full question's worth of it, and asks for all of
// it as the jobs do. It gives how many came in a second.
func (h *hall) ingest(ctx context.Context) (rate float64, err error) {
	if err := h.audience.speak(ctx, h.db); err != nil {
		return 0, err
	}
	due, err := h.service.Due(ctx)
	if err != nil {
		return 0, err
	}
	var before, after int
	count := func(into *int) error {
		return h.db.Pool().QueryRow(ctx, "SELECT count(*) FROM inbox_items").Scan(into)
	}
	if err := count(&before); err != nil {
		return 0, err
	}
	began := time.Now()
	var workers errgroup.Group
	workers.SetLimit(pullWorkers)

	for _, id := range due {
		workers.Go(func() error { return h.service.Poll(ctx, id) })
	}
	if err := workers.Wait(); err != nil {
		return 0, err
	}
	seconds := time.Since(began).Seconds()
	if err := count(&after); err != nil {
		return 0, err
	}
	if want := len(due) * saidEach; after-before != want || len(due) != listened {
		return 0, fmt.Errorf("%d came in of %d said to %d accounts", after-before, want, len(due))
	}

	return float64(after-before) / seconds, nil
}
