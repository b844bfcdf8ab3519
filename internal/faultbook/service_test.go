package faultbook

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/inspect"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau (unit 1, account 1) with its centre (2, accounts 2 and 3) and its district (3, account
// 4).
type world struct {
	*testing.T
	db *pg.DB
	s  *Service
	at time.Time

	officer, reviewer, boss, district, districtBoss, second, auditor access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), at: time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "专员", "审核员", "主管", "朝阳专员", "朝阳审核员", "朝阳主管", "审计员")
	stage.BureauAccounts(t, w.db)
	w.exec("UPDATE accounts SET created_at = '2026-11-29'")
	clock := func() time.Time { return w.at }
	w.s = New(w.db, inspect.New(w.db, clock), clock)
	w.officer = person(1, access.PressOfficer, 1, "/1/")
	w.reviewer = person(2, access.Reviewer, 1, "/1/")
	w.boss = person(3, access.Supervisor, 1, "/1/")
	w.district = person(4, access.PressOfficer, 3, "/1/3/")
	w.second = person(5, access.Reviewer, 3, "/1/3/")
	w.districtBoss = person(6, access.Supervisor, 3, "/1/3/")
	w.auditor = person(7, access.Auditor, 1, "/1/")

	return w
}

func person(id int64, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

func (w *world) one(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}

// entry is a dead link of account 4.
func entry() Entry {
	return Entry{
		AccountID:   4,
		Code:        "link_dead",
		Subject:     "post/41",
		Description: "链接打不开",
		Evidence:    "截图编号 7",
	}
}

func (w *world) open(actor access.Actor) Fault {
	w.Helper()
	f, err := w.s.Open(w.Context(), actor, entry())
	w.must(err)

	return f
}

func (w *world) do(actor access.Actor, f Fault, move Move) Fault {
	w.Helper()
	move.Revision = f.Revision
	after, err := w.s.Do(w.Context(), actor, f.ID, move)
	w.must(err)

	return after
}

// refused tries an act that must fail with a kind of fault and change nothing.
func (w *world) refused(kind fault.Kind, actor access.Actor, f Fault, move Move) {
	w.Helper()
	if move.Revision == 0 {
		move.Revision = f.Revision
	}
	before := w.one("SELECT count(*) FROM audit_entries")
	if _, err := w.s.Do(w.Context(), actor, f.ID, move); !fault.Is(err, kind) {
		w.Errorf("%s by %d: %v, want %v", move.Act, actor.UserID, err, kind)
	}
	if n := w.one("SELECT count(*) FROM audit_entries"); n != before {
		w.Errorf("%s by %d was refused and recorded", move.Act, actor.UserID)
	}
}

// waits are the codes of the open to-dos about faults.
func (w *world) waits() string {
	w.Helper()
	var codes string
	w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT coalesce(string_agg(code, ' ' ORDER BY code), '') FROM todos
WHERE resolved_at IS NULL AND subject_type = 'fault'`).Scan(&codes))

	return codes
}

var until = Move{Act: Assign, Deadline: "2026-12-05"}

// TestAFaultFromItsOpeningToItsEnd and open again: each step has its to-do, its entry and its step.
func TestAFaultFromItsOpeningToItsEnd(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	f := w.open(w.district)
	if f.State != Open || f.Source != ByPost || f.UnitID != 3 || f.Opener != "朝阳专员" ||
		w.waits() != "faultbook.open" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}
	f = w.do(w.districtBoss, f, until)
	if f.State != Assigned || f.Due() != "2026-12-05" || w.waits() != "faultbook.correct" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}
	f = w.do(w.district, f, Move{Act: Correct, Note: "链接已换", Evidence: "https://example.gov.cn/1"})
	if f.State != Corrected || f.Corrector != "朝阳专员" || !strings.Contains(f.Correction, "example") ||
		w.waits() != "faultbook.check" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}
	f = w.do(w.second, f, Move{Act: Return, Note: "手机上仍打不开"})
	if f.State != Assigned || f.CorrectedBy != nil || w.waits() != "faultbook.correct" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}
	f = w.do(w.district, f, Move{Act: Correct, Note: "再换"})
	f = w.do(w.second, f, Move{Act: Pass, Note: "手机和电脑都打得开"})
	if f.State != Checked || f.Checker != "朝阳审核员" || w.waits() != "faultbook.close" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}
	f = w.do(w.districtBoss, f, Move{Act: Close})
	if f.State != Closed || f.ClosedAt == nil || w.waits() != "" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}
	f = w.do(w.boss, f, Move{Act: Reopen, Note: "又打不开"})
	if f.State != Reopened || f.ClosedAt != nil || f.CorrectedBy != nil || w.waits() != "faultbook.open" {
		t.Fatalf("%+v, waits for %s", f, w.waits())
	}

	steps, err := w.s.Steps(t.Context(), w.auditor, f.ID)
	w.must(err)
	if len(steps) != 8 || steps[0].Act != Reopen || steps[0].By != "主管" || steps[7].Act != "" {
		t.Errorf("steps %+v", steps)
	}
	if n := w.one("SELECT count(*) FROM audit_entries WHERE action LIKE 'faultbook.%'"); n != 8 {
		t.Errorf("%d entries of the trail", n)
	}
}

func TestAFaultIsPutRightAndLookedAtByTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.open(w.districtBoss)

	w.refused(fault.KindNotFound, w.officer, f, until) // another unit's officer does not see it
	w.refused(fault.KindForbidden, w.auditor, f, until)
	w.refused(fault.KindConflict, w.districtBoss, f, Move{Act: Correct, Note: "已改"})
	w.refused(fault.KindInvalid, w.districtBoss, f, Move{Act: Assign, Deadline: "2026-11-01"})
	f = w.do(w.districtBoss, f, until)
	w.refused(
		fault.KindForbidden,
		w.district,
		f,
		Move{Act: Assign, Deadline: "2027-01-01"},
	) // its own deadline
	again := until
	again.Revision = 1 // what was shown before it was assigned
	w.refused(fault.KindConflict, w.districtBoss, f, again)
	w.refused(fault.KindInvalid, w.districtBoss, f, Move{Act: Correct})
	f = w.do(w.districtBoss, f, Move{Act: Correct, Note: "已改"})
	w.refused(fault.KindForbidden, w.districtBoss, f, Move{Act: Pass, Note: "看过"})
	w.refused(fault.KindForbidden, w.districtBoss, f, Move{Act: Return, Note: "看过"})
	f = w.do(w.second, f, Move{Act: Pass, Note: "看过"})
	w.refused(fault.KindForbidden, w.second, f, Move{Act: Close})
	w.refused(fault.KindForbidden, w.districtBoss, f, Move{Act: Close}) // who put it right
	stale := f
	stale.Revision--
	w.refused(fault.KindConflict, w.boss, stale, Move{Act: Close})
	if f = w.do(w.boss, f, Move{Act: Close}); f.State != Closed {
		t.Errorf("%s", f.State)
	}
}

func TestOneIsOpenOfAnAccountACodeAndASubject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.open(w.district)
	if _, err := w.s.Open(t.Context(), w.second, entry()); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second one: %v", err)
	}
	other := entry()
	other.Subject = "post/42"
	_, err := w.s.Open(t.Context(), w.second, other)
	w.must(err)
	w.exec("UPDATE faults SET state = 'closed', closed_at = now() WHERE id = $1", f.ID)
	if again := w.open(w.district); again.ID == f.ID {
		t.Error("the closed one came back")
	}
	w.exec("UPDATE faults SET state = 'closed' WHERE id <> $1", f.ID)
	_, err = w.s.Open(t.Context(), w.officer, entry())
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("an account of another unit: %v", err)
	}
}

// TestReopeningBesideAnOpenOneIsRefused: the one that is open holds the place.
func TestReopeningBesideAnOpenOneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.open(w.district)
	w.exec("UPDATE faults SET state = 'closed' WHERE id = $1", f.ID)
	f, err := w.s.Find(t.Context(), w.boss, f.ID)
	w.must(err)
	w.open(w.district)
	w.refused(fault.KindConflict, w.boss, f, Move{Act: Reopen, Note: "又有"})
}

func TestWhoeverHasItSeesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.open(w.district)
	f = w.do(w.boss, f, Move{Act: Assign, UnitID: 1, Deadline: "2026-12-05"})
	if f.UnitName != "市局" {
		t.Errorf("it is %s's", f.UnitName)
	}

	for _, c := range []struct {
		actor access.Actor
		sees  bool
		query Query
	}{
		{w.officer, true, Query{}},  // has to put it right
		{w.district, true, Query{}}, // whose account it is
		{w.boss, true, Query{UnitPath: "/1/3/"}},
		{w.boss, false, Query{UnitPath: "/1/2/"}},
		{w.boss, false, Query{State: Open}},
		{w.boss, true, Query{State: Assigned, Code: "link_dead", AccountID: 4}},
		{w.boss, false, Query{Code: "silence"}},
		{w.boss, false, Query{Overdue: true}},
		{person(9, access.Supervisor, 2, "/1/2/"), false, Query{}},
	} {
		found, err := w.s.List(t.Context(), c.actor, c.query)
		w.must(err)
		if sees := slices.ContainsFunc(
			found.Rows,
			func(o Fault) bool { return o.ID == f.ID },
		); sees != c.sees {
			t.Errorf("%d with %+v: %v", c.actor.UserID, c.query, sees)
		}
	}
	w.refused(
		fault.KindForbidden,
		w.district,
		f,
		Move{Act: Correct, Note: "已改"},
	) // it is the bureau's to put right
	w.refused(fault.KindNotFound, person(9, access.Supervisor, 2, "/1/2/"), f, Move{Act: Close})
}

// TestRulesOpenFaultsOnce for each time that an account fails, and supervisors hear of what is overdue.
func TestRulesOpenFaultsOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.exec("UPDATE accounts SET created_at = '2026-11-01' WHERE id = 4")
	sweep := func() {
		t.Helper()
		w.must(w.s.Sweep(t.Context()))
	}
	sweep()
	sweep()
	found, err := w.s.List(t.Context(), w.boss, Query{})
	w.must(err)
	if len(found.Rows) != 1 || found.Rows[0].Code != "silence" || found.Rows[0].Source != ByRule ||
		found.Rows[0].Subject != "silence/2026-11-16" {
		t.Fatalf("%+v", found.Rows)
	}
	f := w.do(w.boss, found.Rows[0], until)
	w.at = w.at.AddDate(0, 0, 6)
	sweep()
	sweep()
	if w.waits() != "faultbook.correct faultbook.overdue" {
		t.Errorf("waits for %s", w.waits())
	}
	by, overdue, err := w.s.Count(t.Context(), w.boss, "/1/3/")
	w.must(err)
	if by[Assigned] != 1 || overdue != 1 {
		t.Errorf("%v, %d overdue", by, overdue)
	}

	f = w.do(w.district, f, Move{Act: Correct, Note: "已发布"})
	f = w.do(w.second, f, Move{Act: Pass, Note: "看过"})
	w.do(w.boss, f, Move{Act: Close})
	sweep()
	if n := w.one("SELECT count(*) FROM faults WHERE account_id = 4"); n != 1 {
		t.Errorf("the same failure was opened again: %d", n)
	}
}

// TestAWordInAPublishedPostIsAFault, grave where it stops a text, and put right once the post is gone; closed
// out it is opened again only for what is found later.
func TestAWordInAPublishedPostIsAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.one(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES (4, 'weibo', 'w1', 'past', $1, '甲词', true, 0, 'live', $1, 0, 0, 0) RETURNING id`, w.at)
	list := w.one(`
INSERT INTO lexicons (unit_id, kind, name, state, version, entries, created_at)
VALUES (1, 'grave', '某表', 'on', 1, 1, $1) RETURNING id`, w.at)
	finds := func(level, word string) {
		w.exec(`
INSERT INTO wording_findings (platform_post_id, account_id, rule, level, lexicon_id, word, found, passage,
    listed_at, found_at) VALUES ($1, 4, 'grave', $2, $3, $4, $4, '有' || $4 || '在此', $5, $5)`,
			post, level, list, word, w.at)
	}
	sweep := func() []Fault {
		t.Helper()
		w.must(w.s.Sweep(t.Context()))
		found, err := w.s.List(t.Context(), w.boss, Query{Closed: true})
		w.must(err)

		return found.Rows
	}
	finds("block", "甲词")
	finds("second", "乙词")
	sweep()
	rows := sweep()
	if len(rows) != 2 || rows[0].Subject != rows[1].Subject || rows[0].Code == rows[1].Code {
		t.Fatalf("%+v", rows)
	}
	i := slices.IndexFunc(rows, func(f Fault) bool { return f.Code == "wording_grave" })
	if i < 0 || !strings.Contains(rows[i].Description, "有甲词在此") || rows[i].Source != ByRule {
		t.Fatalf("%+v", rows)
	}
	grave := rows[i]

	w.exec("UPDATE wording_findings SET ended_at = $1 WHERE word = '甲词'", w.at)
	sweep()
	now, err := w.s.Find(t.Context(), w.boss, grave.ID)
	w.must(err)
	if now.State != Corrected || now.CorrectedBy != nil || !strings.Contains(now.Correction, "规则不再查出") {
		t.Fatalf("%+v", now)
	}
	now = w.do(w.second, now, Move{Act: Pass, Note: "看过"})
	w.do(w.boss, now, Move{Act: Close})
	if n := len(sweep()); n != 2 {
		t.Errorf("%d faults", n)
	}
	w.at = w.at.AddDate(0, 0, 1)
	finds("block", "丙词")
	if n := len(sweep()); n != 3 {
		t.Errorf("%d faults: what is found after the end is another", n)
	}
}

// TestANoOfTheChecklistIsAFault, put right by the checklist that says yes and opened again by the next "no"
// after it was closed out.
func TestANoOfTheChecklistIsAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("UPDATE inspection_rules SET from_day = '2019-04-01' WHERE kind = 'interaction'")
	rules := inspect.New(w.db, func() time.Time { return w.at })
	number := 0
	looked := func(comments inspect.Given) {
		t.Helper()
		entry := inspect.Entry{
			Number: number, On: beijing.Date(w.at), Next: beijing.Date(w.at.AddDate(0, 0, 20)),
		}

		for _, question := range inspect.Questions() {
			answer := inspect.Answer{Question: question.Key, Given: inspect.Yes, Evidence: "看过"}
			if question.Key == "comments" {
				answer.Given = comments
			}
			entry.Answers = append(entry.Answers, answer)
		}
		w.must(rules.Check(t.Context(), w.boss, 4, entry))
		number++
		w.must(w.s.Sweep(t.Context()))
		w.at = w.at.AddDate(0, 0, 1)
	}
	book := func() []Fault {
		t.Helper()
		found, err := w.s.List(t.Context(), w.boss, Query{Closed: true})
		w.must(err)

		return found.Rows
	}

	looked(inspect.No)
	looked(inspect.No) // the same one, seen again
	rows := book()
	if len(rows) != 1 || rows[0].Code != "interaction" || rows[0].Subject != "interaction/comments" ||
		rows[0].State != Open || !strings.Contains(rows[0].Description, "公众可以评论") {
		t.Fatalf("%+v", rows)
	}

	looked(inspect.Yes)
	rows = book()
	if len(rows) != 1 || rows[0].State != Corrected || !strings.Contains(rows[0].Correction, "互动检查表") {
		t.Fatalf("%+v", rows)
	}
	passed := w.do(w.second, rows[0], Move{Act: Pass, Note: "看过"})
	w.do(w.boss, passed, Move{Act: Close})
	looked(inspect.Yes)
	if n := len(book()); n != 1 {
		t.Errorf("%d faults of a checklist without fault", n)
	}
	looked(inspect.No)
	if n := len(book()); n != 2 {
		t.Errorf("%d faults: comments were closed once more", n)
	}
}

// TestASweepGoesOnWhereTheLastOneEnded: what is in the book already takes nobody's place.
func TestASweepGoesOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s.most = 1
	w.exec("UPDATE accounts SET created_at = '2026-11-01' WHERE id IN (3, 4)")

	for want := int64(1); want <= 2; want++ {
		w.must(w.s.Sweep(t.Context()))
		if n := w.one("SELECT count(*) FROM faults"); n != want {
			t.Fatalf("%d in the book after sweep %d", n, want)
		}
	}
	w.exec("UPDATE faults SET state = 'assigned', deadline = '2026-11-20'")

	for want := int64(1); want <= 2; want++ {
		w.must(w.s.Sweep(t.Context()))
		if n := w.one("SELECT count(*) FROM todos WHERE code = 'faultbook.overdue'"); n != want {
			t.Errorf("%d are told of as overdue after sweep %d", n, want)
		}
	}
}
