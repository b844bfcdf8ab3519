package inbox

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
)

// terms are the usual ones with another limit and other hours.
func terms(first time.Duration, begin, end int) Terms {
	t := UsualTerms()
	t.Limits[Ask] = Limit{First: first, Next: first}
	t.Hours.Begin, t.Hours.End = time.Duration(begin)*time.Hour, time.Duration(end)*time.Hour

	return t
}

func (w *world) set(unit string, draft Draft) UnitTerms {
	w.Helper()
	draft.UnitID = w.Units[unit].UnitID
	out, err := w.s.SetTerms(w.Context(), w.boss, draft)
	w.must(err)

	return out
}

// TestTermsOfTheNearestUnitHold: what the bureau sets holds in the district until that sets its own, and
// again when it gives them up. What waits is reckoned again, its to-do too.
func TestTermsOfTheNearestUnitHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(below, "朝阳区", account.Commercial)
	w.Weibo.Comment(w.post(below, "今日空气质量良"), "通州老张", "请问明天限行吗")
	w.poll()
	m := w.only()
	w.do(w.boss, m, Move{Act: Assign, OwnerID: w.boss.UserID})
	w.do(w.boss, w.only(), Move{Act: Assign, OwnerID: w.district.UserID, UnitID: w.Units["朝阳区"].UnitID})
	due := func() string {
		w.Helper()
		w.must(w.s.Reckon(w.Context(), w.Units["市局"].Path))
		found, at := w.only(), stage.One[time.Time](w.Stage,
			"SELECT due_at FROM todos WHERE key LIKE 'inbox/%' AND resolved_at IS NULL")
		if !found.DueAt.Equal(at) {
			t.Errorf("due %v, to do until %v", found.DueAt, at)
		}

		return found.DueAt.In(beijing.Zone).Format("01-02 15:04")
	}

	for _, step := range []struct {
		unit  string
		draft Draft
		want  string
	}{
		{"市局", Draft{Terms: terms(8*time.Hour, 9, 20)}, "11-30 18:00"},
		{"朝阳区", Draft{Terms: terms(time.Hour, 9, 12), Since: at("2026-12-01 00:00")}, "11-30 18:00"},
		{
			"朝阳区", Draft{Terms: terms(time.Hour, 9, 12), Revision: 1, Since: at("2026-11-30 11:00")},
			"12-02 12:00", // the limit of its beginning still
		},
		{"市局", Draft{Terms: terms(8*time.Hour, 0, 24), Revision: 1}, "12-02 12:00"},
		{"朝阳区", Draft{Inherits: true, Revision: 2, Since: at("2026-12-01 09:00")}, "12-01 15:00"},
	} {
		w.set(step.unit, step.draft)
		if got := due(); got != step.want {
			t.Errorf("%s set %+v: due %s, want %s", step.unit, step.draft, got, step.want)
		}
	}
	now, err := w.s.TermsOf(w.Context(), w.district, w.Units["朝阳区"].UnitID)
	if w.must(err); now.Own() || now.Current.From.UnitName != "市局" || now.Revision != 3 ||
		len(now.Later) != 2 {
		t.Errorf("terms of the district: %+v", now)
	}

	holds := ""
	for _, version := range now.Versions {
		holds += map[bool]string{true: "y", false: "n"}[now.Holds(version)]
	}
	if holds != "yyn" {
		t.Errorf("of its versions hold %s", holds)
	}
	if n := stage.One[int](
		w.Stage,
		"SELECT count(*) FROM audit_entries WHERE action = 'inbox.terms'",
	); n != 5 {
		t.Errorf("%d entries", n)
	}
	passes := stage.One[int](w.Stage, "SELECT count(*) FROM river_job WHERE kind = 'inbox.reckon'")
	if passes != 5 {
		t.Errorf("%d passes are asked for", passes)
	}
}

// TestTermsAreSetByThoseWhoMay, on what was shown, and what cannot be is told at its field.
func TestTermsAreSetByThoseWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bureau := w.Units["市局"].UnitID
	of := func(revision int) Draft { return Draft{UnitID: bureau, Revision: revision, Terms: UsualTerms()} }
	w.set("市局", Draft{Terms: UsualTerms()})

	for name, c := range map[string]struct {
		who   access.Actor
		draft Draft
		want  fault.Kind
	}{
		"an officer":           {w.officer, of(1), fault.KindForbidden},
		"a stranger":           {w.district, of(1), fault.KindNotFound},
		"an administrator":     {w.admin, of(1), fault.KindNotFound},
		"not what was shown":   {w.boss, of(0), fault.KindConflict},
		"what is not there":    {w.boss, of(2), fault.KindConflict},
		"no unit":              {w.boss, Draft{UnitID: 4711, Terms: UsualTerms()}, fault.KindNotFound},
		"with nothing in them": {w.boss, Draft{UnitID: bureau, Revision: 1}, fault.KindInvalid},
	} {
		_, err := w.s.SetTerms(w.Context(), c.who, c.draft)
		if !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := w.s.Terms(w.Context(), w.district)
	if w.must(err); len(list) != 1 || list[0].Unit.Name != "朝阳区" || list[0].Current.From.UnitName != "市局" {
		t.Errorf("the district sees %+v", list)
	}
	if list, err = w.s.Terms(w.Context(), w.admin); len(list) != 0 {
		t.Errorf("the administrator sees %+v", list)
	}
	w.must(err)
	w.must(func() error { _, err := w.s.TermsOf(w.Context(), w.auditor, bureau); return err }())
}
