package faultbook

import (
	"testing"
)

// TestTheQuartersAreCounted: what is opened, told and closed falls into its quarter, of the reader's units.
func TestTheQuartersAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // 2026-11-30
	f, err := w.s.Open(t.Context(), w.boss, entry())
	w.must(err)
	f = w.do(w.boss, f, until)
	w.at = w.at.AddDate(0, 0, 40) // of the next quarter, behind the last day
	w.must(w.s.Sweep(t.Context()))
	f = w.do(w.district, f, Move{Act: Correct, Note: "已换"})
	f = w.do(w.second, f, Move{Act: Pass, Note: "看过"})
	w.do(w.boss, f, Move{Act: Close})

	quarters, err := w.s.Quarters(t.Context(), w.boss, "/1/3/")
	w.must(err)
	now, before := quarters[0], quarters[1]
	if len(quarters) != 8 || now.Name() != "2027Q1" || before.Name() != "2026Q4" {
		t.Fatalf("%+v", quarters)
	}
	if before.Opened != 1 || before.Closed != 0 || before.Overdue != 0 || before.Reminders != 2 {
		t.Errorf("before: %+v", before)
	}
	if now.Closed != 1 || now.Overdue != 1 || now.Opened != 1 { // the account is silent by now
		t.Errorf("now: %+v", now)
	}

	elsewhere := person(9, "supervisor", 2, "/1/2/")
	quarters, err = w.s.Quarters(t.Context(), elsewhere, "")
	w.must(err)
	if quarters[1].Opened != 0 || quarters[0].Closed != 0 || quarters[0].Overdue != 0 {
		t.Errorf("of another unit: %+v", quarters[:2])
	}
}

// TestAllThatMatchIsExported, of what the reader sees.
func TestAllThatMatchIsExported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.s.Open(t.Context(), w.boss, entry())
	w.must(err)
	w.exec(`
INSERT INTO faults (account_id, unit_id, code, subject, source, description, state, opened_at, updated_at)
SELECT 1, 1, 'other', n::text, 'person', '某事', 'open', $1, $1 FROM generate_series(1, 300) n`, w.at)

	all, err := w.s.Export(t.Context(), w.boss, Query{})
	w.must(err)
	dead, err := w.s.Export(t.Context(), w.boss, Query{Code: "link_dead"})
	w.must(err)
	theirs, err := w.s.Export(t.Context(), w.district, Query{})
	w.must(err)
	if len(all) != 301 || len(dead) != 1 || len(theirs) != 1 {
		t.Errorf("%d, %d, %d", len(all), len(dead), len(theirs))
	}
	w.exec(`
INSERT INTO faults (account_id, unit_id, code, subject, source, description, state, opened_at, updated_at)
SELECT 1, 1, 'other', n::text, 'person', '某事', 'open', $1, $1 FROM generate_series(301, 5000) n`, w.at)
	if _, err := w.s.Export(t.Context(), w.boss, Query{}); err == nil {
		t.Error("a file without a bound")
	}
}
