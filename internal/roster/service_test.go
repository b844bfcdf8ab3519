package roster

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau (1) with a district (2) and people of both.
type world struct {
	*testing.T
	db  *pg.DB
	s   *Service
	now time.Time

	boss, officer, reviewer, district access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: at(7)}
	w.s = New(w.db, func() time.Time { return w.now })
	w.exec(`INSERT INTO units (id, parent_id, path, name, kind, created_at) OVERRIDING SYSTEM VALUE VALUES
		(1, NULL, '/1/', '市局', 'bureau', now()), (2, 1, '/1/2/', '朝阳', 'district', now())`)
	w.boss = w.user(1, "主管", access.Supervisor, 1, "/1/")
	w.officer = w.user(2, "专员", access.PressOfficer, 1, "/1/")
	w.reviewer = w.user(3, "审核员", access.Reviewer, 1, "/1/")
	w.district = w.user(4, "朝阳专员", access.PressOfficer, 2, "/1/2/")
	w.user(5, "审计员", access.Auditor, 1, "/1/")

	return w
}

func (w *world) user(id int64, name string, role access.Role, unit int64, path string) access.Actor {
	w.exec(`INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change,
		password_changed_at, lang, theme, created_at) OVERRIDING SYSTEM VALUE
		VALUES ($1::bigint, 'u' || $1::bigint::text, $2, $3, '', false, now(), 'zh', 'auto', now())`, id, name, unit)
	w.exec("INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, now())",
		id, string(role), unit)

	return access.Actor{
		UserID: id, Name: name, SessionID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), "SELECT count(*) FROM "+sql, args...).Scan(&n))

	return n
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("got %v", err)
	}
}

// add puts a shift of the bureau into its roster as it is.
func (w *world) add(from, to int, people ...int64) Shift {
	w.Helper()
	shown, err := w.s.Of(w.Context(), w.boss, 1, at(0), at(24))
	w.must(err)
	shift, err := w.s.Add(w.Context(), w.boss, 1, shown.Revision, Entry{at(from), at(to), people})
	w.must(err)

	return shift
}

func TestARosterIsWrittenByWhoMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	first := w.add(8, 20, 2)

	_, err := w.s.Add(ctx, w.boss, 1, 0, Entry{at(20), at(32), []int64{3}})
	w.want(err, fault.KindConflict) // somebody wrote meanwhile
	_, err = w.s.Add(ctx, w.reviewer, 1, 1, Entry{at(20), at(32), []int64{3}})
	w.want(err, fault.KindForbidden)
	_, err = w.s.Add(ctx, w.district, 1, 1, Entry{at(20), at(32), []int64{3}})
	w.want(err, fault.KindNotFound)

	for _, who := range []int64{4, 5, 99} { // of below, without posts, nobody
		_, err = w.s.Add(ctx, w.boss, 1, 1, Entry{at(20), at(32), []int64{who}})
		w.want(err, fault.KindInvalid)
	}
	_, err = w.s.Add(ctx, w.boss, 1, 1, Entry{at(19), at(23), []int64{2}})
	w.want(err, fault.KindInvalid) // the officer is there already

	changed, err := w.s.Change(ctx, w.boss, first.ID, 1, Entry{at(8), at(21), []int64{3}})
	w.must(err)
	if changed.Names() != "审核员" || !changed.EndsAt.Equal(at(21)) {
		t.Errorf("%+v", changed)
	}
	w.want(w.s.Remove(ctx, w.boss, first.ID, 1), fault.KindConflict)
	w.must(w.s.Remove(ctx, w.boss, first.ID, 2))
	_, err = w.s.Find(ctx, w.boss, first.ID)
	w.want(err, fault.KindNotFound)
	if n := w.count("audit_entries WHERE action LIKE 'roster.%'"); n != 3 {
		t.Errorf("%d entries", n)
	}
}

func TestWhoIsOnDutyIsTheNearest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.add(8, 20, 2, 3)
	_, err := w.s.Add(ctx, w.district, 2, 0, Entry{at(9), at(12), []int64{4}})
	w.must(err)

	for hour, want := range map[int]string{7: "", 8: "专员、审核员", 10: "朝阳专员", 12: "专员、审核员", 20: ""} {
		w.now = at(hour)
		watch, err := w.s.OnDuty(ctx, 2)
		w.must(err)
		if watch.Names() != want {
			t.Errorf("at %d: %q", hour, watch.Names())
		}
	}
	w.now = at(10)
	w.exec("UPDATE users SET disabled_at = now() WHERE id = 4")
	watch, err := w.s.Mine(ctx, w.district)
	w.must(err)
	if watch.UnitID != 1 || !watch.Until.Equal(at(20)) {
		t.Errorf("%+v", watch)
	}
}

func TestANoteIsWrittenReadAndReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	day := w.add(8, 20, 2)
	w.now = at(19)
	_, err := w.s.WriteNote(ctx, w.officer, day.ID, 0, "盯着预警")
	w.must(err)
	if n := w.count("todos WHERE code = 'roster.handover'"); n != 0 { // nobody comes yet
		t.Errorf("%d to-dos", n)
	}
	w.add(20, 32, 3)
	if n := w.count(
		"todos WHERE code = 'roster.handover' AND only_users = '{3}' AND resolved_at IS NULL",
	); n != 1 {
		t.Errorf("%d to-dos", n)
	}
	_, err = w.s.WriteNote(ctx, w.officer, day.ID, 0, "另写")
	w.want(err, fault.KindConflict) // the page showed none
	_, err = w.s.WriteNote(ctx, w.boss, day.ID, 1, "另写")
	w.want(err, fault.KindForbidden)
	after, err := w.s.WriteNote(ctx, w.officer, day.ID, 1, "盯着预警，已答应区局")
	w.must(err)
	_, err = w.s.Confirm(ctx, w.reviewer, day.ID, 1)
	w.want(err, fault.KindConflict) // not what the page showed
	after, err = w.s.Confirm(ctx, w.reviewer, day.ID, after.NoteVersion)
	w.must(err)
	if after.Handover(w.now) != Taken || after.ReadBy().Name != "审核员" {
		t.Errorf("%+v", after)
	}
	if n := w.count("todos WHERE code = 'roster.handover' AND resolved_at IS NULL"); n != 0 {
		t.Errorf("%d open", n)
	}
	_, err = w.s.WriteNote(ctx, w.officer, day.ID, 2, "又改")
	w.must(err)
	after, err = w.s.Find(ctx, w.boss, day.ID)
	w.must(err)
	if after.Handover(w.now) != Waits {
		t.Error("what was changed counts as read")
	}
}

func TestGapsAreToldUntilTheyAreFilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.s.Sweep(t.Context()))
	if n := w.count("todos"); n != 0 { // who keeps no roster is told nothing
		t.Errorf("%d to-dos", n)
	}
	w.add(8, 20, 2)
	w.add(32, 100, 3)
	w.must(w.s.Sweep(t.Context()))
	w.must(w.s.Sweep(t.Context()))
	// before eight, and the night
	if n := w.count("todos WHERE code = 'roster.gap' AND resolved_at IS NULL"); n != 2 {
		t.Errorf("%d gaps", n)
	}
	w.add(20, 32, 1)
	w.now = at(9)
	w.must(w.s.Sweep(t.Context()))
	if n := w.count("todos WHERE code = 'roster.gap' AND resolved_at IS NULL"); n != 0 {
		t.Errorf("%d gaps", n)
	}
	shown, err := w.s.Of(t.Context(), w.boss, 1, at(0), at(110))
	w.must(err)
	if len(shown.Gaps) != 1 || !shown.Gaps[0].From.Equal(at(100)) {
		t.Errorf("%v", shown.Gaps)
	}
	w.must(w.s.SetCover(t.Context(), w.boss, 1, shown.Revision, Cover{8 * 60, 9 * 60}))
	w.want(w.s.SetCover(t.Context(), w.boss, 1, shown.Revision+1, Cover{9, 9}), fault.KindInvalid)
}

func TestAMonthOutOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.now = at(12)
	w.add(14, 20, 2)
	file := func(lines ...string) File {
		return File{Month: w.now, Sheet: []byte("日期,开始,结束,值班人\n" + strings.Join(lines, "\n"))}
	}

	bad := file("2026-12-02,8:30,20:30,专员、没有这人", "2027-01-01,8:30,20:30,u3", "昨天,8:30,20:30,u3",
		"2026-12-03,八点,20:30,u3", "2026-12-04,8:30,20:30,")
	made, err := w.s.Import(ctx, w.boss, 1, 1, bad)
	w.want(err, fault.KindInvalid)
	if len(made.Faults) != 5 || made.Faults[0].Row != 2 || made.Faults[0].Field != "people" {
		t.Errorf("%+v", made.Faults)
	}
	bad.Dry = true
	if made, err = w.s.Import(ctx, w.boss, 1, 1, bad); err != nil || len(made.Faults) != 5 {
		t.Errorf("%v %v", made, err)
	}

	good := file(
		"2026/12/01,0:00,8:30,u2",
		"2026-12-01,20:00,8:30,审核员；u1",
		"2026-12-02,08:30,20:00,专员",
		",,,",
	)
	_, err = w.s.Import(ctx, w.reviewer, 1, 1, good)
	w.want(err, fault.KindForbidden)
	if _, err = w.s.Import(ctx, w.boss, 1, 1, good); fault.Public(err).Code != "planned" {
		t.Errorf("%v", err)
	}
	good.Replace = true
	if made, err = w.s.Import(ctx, w.boss, 1, 1, good); err != nil || made.Shifts != 2 || made.Over != 1 ||
		made.Replaced != 1 {
		t.Errorf("%+v %v", made, err)
	}
	shown, err := w.s.Of(ctx, w.boss, 1, at(0), at(200))
	w.must(err)
	if len(shown.Shifts) != 2 || shown.Shifts[0].Names() != "主管、审核员" || !shown.Shifts[0].EndsAt.Equal(
		at(32).Add(30*time.Minute)) {
		t.Errorf("%+v", shown.Shifts)
	}
	twice := file("2026-12-03,8:00,20:00,u2", "2026-12-03,19:00,22:00,u2")
	twice.Replace = true
	_, err = w.s.Import(ctx, w.boss, 1, shown.Revision, twice)
	w.want(err, fault.KindInvalid)
	if n := w.count("duty_shifts"); n != 2 { // all or nothing
		t.Errorf("%d shifts", n)
	}
}
