package faultbook

import (
	"testing"
	"time"

	"juzhen/internal/fault"
)

// failing lets accounts fail by the rule of silence.
func (w *world) failing(ids ...int64) {
	w.Helper()
	w.exec("UPDATE accounts SET created_at = '2026-11-01' WHERE id = ANY ($1)", ids)
}

func (w *world) sweep() {
	w.Helper()
	w.must(w.s.Sweep(w.Context()))
}

// waiting is how much of silence is held back, as an actor reads it.
func (w *world) waiting(unitPath string) (n int) {
	w.Helper()
	held, err := w.s.Held(w.Context(), w.boss, unitPath)
	w.must(err)

	for _, one := range held {
		if one.Code.Code != "silence" || one.Code.Text != "超过两周未更新" || !one.Code.Veto {
			w.Errorf("held back: %+v", one)
		}
		n += one.N
	}

	return n
}

// TestAFloodIsHeldBack: of a code only so many are entered within a day; the others are told once to the
// supervisors of all of them, and follow a day later.
func TestAFloodIsHeldBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s.daily = 1
	w.failing(2, 3, 4)
	entered := func() int64 { return w.one("SELECT count(*) FROM faults") }
	told := func() int64 {
		return w.one("SELECT count(*) FROM todos WHERE code = 'faultbook.held' AND resolved_at IS NULL")
	}

	w.sweep()
	w.sweep()
	if entered() != 1 || w.waiting("") != 2 || told() != 1 {
		t.Fatalf("%d entered, %d held back, told %d times", entered(), w.waiting(""), told())
	}
	if n := w.waiting("/1/3/"); n != 1 {
		t.Errorf("%d held back in the district", n)
	}
	if n := w.one("SELECT subject_id FROM todos WHERE code = 'faultbook.held'"); n != 1 {
		t.Errorf("told the supervisors of unit %d, want those of all", n)
	}
	if theirs, err := w.s.Held(
		t.Context(),
		w.districtBoss,
		"",
	); err != nil || len(theirs) != 1 ||
		theirs[0].N != 1 {
		t.Errorf("the district's supervisor reads %+v, %v", theirs, err)
	}
	if none, err := w.s.Held(t.Context(), w.officer, ""); err != nil || len(none) != 0 {
		t.Errorf("an officer reads %+v, %v", none, err)
	}

	w.at = w.at.Add(24 * time.Hour)
	w.sweep()
	if entered() != 2 || w.waiting("") != 1 {
		t.Errorf("a day later: %d entered, %d held back", entered(), w.waiting(""))
	}
	w.exec("UPDATE accounts SET created_at = $1 WHERE id <> 1", w.at)
	w.sweep()
	if w.waiting("") != 0 || told() != 0 {
		t.Errorf("nobody fails any more: %d held back, told %d times", w.waiting(""), told())
	}
}

// TestASupervisorEntersWhatIsHeldBack, of the own units alone; it takes nothing from what rules may enter by
// themselves, and says who did it.
func TestASupervisorEntersWhatIsHeldBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s.daily = 1
	w.failing(2, 3, 4)
	w.sweep()

	for what, code := range map[string]string{"no code": "", "an unknown one": "nope"} {
		if _, err := w.s.Enter(t.Context(), w.boss, code); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := w.s.Enter(t.Context(), w.boss, "link_dead"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("of a code of which nothing waits: %v", err)
	}
	if _, err := w.s.Enter(t.Context(), w.officer, "silence"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("an officer: %v", err)
	}

	n, err := w.s.Enter(t.Context(), w.districtBoss, "silence")
	w.must(err)
	if n != 1 || w.waiting("") != 1 {
		t.Errorf("the district: %d entered, %d held back", n, w.waiting(""))
	}
	n, err = w.s.Enter(t.Context(), w.boss, "silence")
	w.must(err)
	if n != 1 || w.waiting("") != 0 {
		t.Errorf("the bureau: %d entered, %d held back", n, w.waiting(""))
	}
	if _, err := w.s.Enter(t.Context(), w.boss, "silence"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("once more: %v", err)
	}
	if n := w.one(`
SELECT count(*) FROM faults WHERE source = 'rule' AND opened_by = $1 AND account_id = 4`, w.districtBoss.UserID); n != 1 {
		t.Errorf("%d of the district's by its supervisor", n)
	}
	if n := w.one(
		"SELECT count(*) FROM todos WHERE code = 'faultbook.held' AND resolved_at IS NULL",
	); n != 0 {
		t.Errorf("%d still told", n)
	}
	w.sweep()
	if n := w.one("SELECT count(*) FROM faults"); n != 3 {
		t.Errorf("%d in the book after another sweep", n)
	}
}

// TestTheUnitOfTwo is the lowest that holds both.
func TestTheUnitOfTwo(t *testing.T) {
	t.Parallel()

	for _, c := range [][3]string{
		{"/1/3/", "/1/3/", "/1/3/"},
		{"/1/3/", "/1/", "/1/"},
		{"/1/", "/1/3/", "/1/"},
		{"/1/3/4/", "/1/35/", "/1/"},
		{"/1/3/4/", "/1/3/5/6/", "/1/3/"},
	} {
		if got := common(c[0], c[1]); got != c[2] {
			t.Errorf("%s and %s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
