package rumour

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// world is a bureau (unit 1) with its centre (2) and its district (3), on the night of 8 December 2016.
type world struct {
	*testing.T
	db *pg.DB
	s  *Service
	at time.Time

	officer, reviewer, boss, district, districtBoss, auditor access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), at: at(12, 8, 1).UTC()}
	stage.Bureau(t, w.db, "专员", "审核员", "主管", "朝阳专员", "朝阳主管", "审计员")
	w.s = New(w.db, func() time.Time { return w.at })
	w.exec(`INSERT INTO grants (user_id, role, unit_id, created_at)
SELECT id, role, unit, $1 FROM (VALUES (1, 'press_officer', 1), (2, 'reviewer', 1), (3, 'supervisor', 1),
    (4, 'press_officer', 3), (5, 'supervisor', 3), (6, 'auditor', 1)) g (id, role, unit)`, w.at.AddDate(0, 0, -1))
	w.officer = person(1, access.PressOfficer, 1, "/1/")
	w.reviewer = person(2, access.Reviewer, 1, "/1/")
	w.boss = person(3, access.Supervisor, 1, "/1/")
	w.district = person(4, access.PressOfficer, 3, "/1/3/")
	w.districtBoss = person(5, access.Supervisor, 3, "/1/3/")
	w.auditor = person(6, access.Auditor, 1, "/1/")

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

func words() Words {
	return Words{
		Claim: december.Claim, Truth: "没有发布任何级别的预警。", Area: "全市", Expert: "首席预报员，会商单签字",
		Evidence: []Evidence{{Source: "https://example.org/1208", Note: "预报"}, {Source: "会商单.pdf"}},
		Keywords: december.Keywords, From: december.From, Until: december.Until,
	}
}

func (w *world) write(actor access.Actor, unit int64) Rebuttal {
	w.Helper()
	r, err := w.s.Write(w.Context(), actor, unit, words())
	w.must(err)

	return r
}

func (w *world) do(actor access.Actor, r Rebuttal, move Move) Rebuttal {
	w.Helper()
	move.Revision = r.Revision
	r, err := w.s.Do(w.Context(), actor, r.ID, move)
	w.must(err)

	return r
}

func (w *world) refused(kind fault.Kind, actor access.Actor, r Rebuttal, move Move) {
	w.Helper()
	if move.Revision == 0 {
		move.Revision = r.Revision
	}
	if _, err := w.s.Do(w.Context(), actor, r.ID, move); !fault.Is(err, kind) {
		w.Errorf("%s of a %s: %v", move.Act, r.State, err)
	}
}

// waits are the codes of what is open about rebuttals.
func (w *world) waits() string {
	w.Helper()
	var codes string
	w.must(w.db.Pool().QueryRow(w.Context(), `
SELECT coalesce(string_agg(code, ' ' ORDER BY code), '') FROM todos
WHERE resolved_at IS NULL AND subject_type = 'rebuttal'`).Scan(&codes))

	return codes
}

func (w *world) wait(want string) {
	w.Helper()
	if got := w.waits(); got != want {
		w.Errorf("%q waits, want %q", got, want)
	}
}

// inForce tells whether a rebuttal is held against texts of a unit at an instant.
func (w *world) inForce(unit int64, at time.Time) bool {
	w.Helper()
	rules, err := InForce(w.Context(), w.db, []int64{unit}, at)
	w.must(err)

	return len(rules) > 0
}

// TestARebuttalIsSignedByAnotherAndExpires goes through the days of December 2016.
func TestARebuttalIsSignedByAnotherAndExpires(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	r := w.write(w.officer, 1)
	if r.State != Draft || r.Last.Number != 1 || w.inForce(1, w.at) {
		t.Fatalf("written: %+v", r)
	}
	w.refused(fault.KindForbidden, w.reviewer, r, Move{Act: Ask})
	r = w.do(w.officer, r, Move{Act: Ask})
	w.wait("rebuttal.sign")
	w.refused(fault.KindForbidden, w.officer, r, Move{Act: Sign})
	w.refused(fault.KindInvalid, w.reviewer, r, Move{Act: Return})
	r = w.do(w.reviewer, r, Move{Act: Return, Reason: "依据不够"})
	w.wait("rebuttal.returned")

	changed := words()
	changed.Truth = "没有发布任何级别的预警，未来一周空气质量总体较好。"
	r = w.do(w.boss, r, Move{Act: Edit, Words: changed})
	r = w.do(w.officer, r, Move{Act: Ask})
	w.refused(fault.KindForbidden, w.boss, r, Move{Act: Sign}) // wrote the last words
	late := december.Until.Add(time.Hour)
	w.refused(fault.KindInvalid, w.reviewer, r, Move{Act: Sign, ReviewAt: &late})
	again := at(12, 12, 9)
	w.refused(fault.KindConflict, w.reviewer, r, Move{Act: Sign, Revision: r.Revision - 1})
	r = w.do(w.reviewer, r, Move{Act: Sign, ReviewAt: &again})
	w.wait("")
	if r.State != Valid || r.SignedVersion != 2 || !w.inForce(1, w.at) || !w.inForce(3, w.at) {
		t.Fatalf("signed: %+v", r)
	}

	w.at = again
	w.must(w.s.Sweep(t.Context()))
	w.must(w.s.Sweep(t.Context()))
	w.wait("rebuttal.review")
	r = w.do(w.officer, r, Move{Act: Review})
	w.wait("")

	w.at = december.Until.Add(-2 * time.Hour)
	w.must(w.s.Sweep(t.Context()))
	w.wait("rebuttal.ends")
	r = w.do(w.officer, r, Move{Act: Review, Reason: "让它到期"})
	w.must(w.s.Sweep(t.Context()))
	w.wait("")

	w.at = december.Until
	found, err := w.s.Find(t.Context(), w.district, r.ID)
	w.must(err)
	if found.State != Expired || w.inForce(1, w.at) || len(found.Steps) != 0 || len(found.Versions) != 1 {
		t.Errorf("at its end: %+v", found)
	}
	w.refused(fault.KindConflict, w.officer, found.Rebuttal, Move{Act: Review})
}

// TestAWithdrawnRebuttalIsToBeCorrectedInPublic unless it never was signed.
func TestAWithdrawnRebuttalIsToBeCorrectedInPublic(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	never := w.do(w.boss, w.write(w.officer, 1), Move{Act: Withdraw, Reason: "不需要"})
	w.wait("")
	w.refused(fault.KindConflict, w.boss, never, Move{Act: Correct, Reason: "x"})

	r := w.do(w.boss, w.do(w.officer, w.write(w.officer, 1), Move{Act: Ask}), Move{Act: Sign})
	w.refused(fault.KindInvalid, w.boss, r, Move{Act: Withdraw})
	r = w.do(w.boss, r, Move{Act: Withdraw, Reason: "15 日已启动红色预警"})
	w.wait("rebuttal.correct")
	if r.State != Withdrawn || !r.CorrectionDue() || w.inForce(1, w.at) {
		t.Errorf("withdrawn: %+v", r)
	}
	w.refused(fault.KindInvalid, w.officer, r, Move{Act: Correct})
	r = w.do(w.officer, r, Move{Act: Correct, Reason: "https://weibo.com/1/abc"})
	w.wait("")
	w.refused(fault.KindConflict, w.officer, r, Move{Act: Correct, Reason: "x"})
	w.refused(fault.KindConflict, w.officer, r, Move{Act: Edit, Words: words()})
}

// TestTheNextVersionTakesOverWhenItIsSigned, and not before.
func TestTheNextVersionTakesOverWhenItIsSigned(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	r := w.do(w.boss, w.do(w.officer, w.write(w.officer, 1), Move{Act: Ask}), Move{Act: Sign})
	longer := words()
	longer.Until = december.Until.AddDate(0, 0, 5)
	r = w.do(w.officer, r, Move{Act: Edit, Words: longer})
	beyond := december.Until.Add(time.Hour)
	if r.State != Draft || !r.Next() || !r.Holds(w.at) || !w.inForce(1, w.at) || w.inForce(1, beyond) {
		t.Errorf("the next version before its signature: %+v", r)
	}
	below, err := w.s.Find(t.Context(), w.district, r.ID)
	w.must(err)
	if below.State != Valid || below.Last.Number != 1 || !below.Last.Until.Equal(december.Until) {
		t.Errorf("read from below: %+v", below)
	}
	r = w.do(w.boss, w.do(w.officer, r, Move{Act: Ask}), Move{Act: Sign})
	if r.State != Valid || !w.inForce(1, beyond) {
		t.Errorf("signed again: %+v", r)
	}

	for _, sql := range []string{
		"UPDATE rebuttal_versions SET claim = 'x'", "DELETE FROM rebuttal_versions",
		"UPDATE rebuttal_steps SET note = 'x'",
	} {
		if _, err := w.db.Pool().Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: done", sql)
		}
	}
}

// TestWhoSeesAndWritesRebuttals of which unit.
func TestWhoSeesAndWritesRebuttals(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	draft := w.write(w.officer, 1)
	if _, err := w.s.Find(t.Context(), w.district, draft.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a draft from below: %v", err)
	}
	if _, err := w.s.Write(t.Context(), w.officer, 3, words()); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("an officer of the bureau for a district: %v", err)
	}
	if _, err := w.s.Write(t.Context(), w.district, 1, words()); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("an officer of the district for the bureau: %v", err)
	}
	ours := w.write(w.district, 3)
	w.do(w.districtBoss, w.do(w.district, ours, Move{Act: Ask}), Move{Act: Sign})

	for _, c := range []struct {
		actor access.Actor
		query Query
		n     int
	}{
		{w.officer, Query{}, 2},
		{w.auditor, Query{State: Draft}, 1},
		{w.auditor, Query{State: Valid}, 1},
		{w.auditor, Query{State: Expired}, 0},
		{w.auditor, Query{Words: "红色预警"}, 2},
		{w.auditor, Query{Words: "没有这些字"}, 0},
		{w.auditor, Query{UnitPath: "/1/3/"}, 1},
		{w.district, Query{}, 1},
		{person(9, access.PressOfficer, 2, "/1/2/"), Query{}, 0},
	} {
		found, err := w.s.List(t.Context(), c.actor, c.query)
		w.must(err)
		if len(found.Rows) != c.n {
			t.Errorf("%+v: %d, want %d", c.query, len(found.Rows), c.n)
		}
	}
	first, err := w.s.List(t.Context(), w.officer, Query{Limit: 1})
	w.must(err)
	rest, err := w.s.List(t.Context(), w.officer, Query{After: first.Next})
	w.must(err)
	if len(first.Rows) != 1 || len(rest.Rows) != 1 || first.Rows[0].ID == rest.Rows[0].ID {
		t.Errorf("pages %+v, %+v", first, rest)
	}
}

// TestWordsAreHeldToTheirBounds, each wrong one named at its field.
func TestWordsAreHeldToTheirBounds(t *testing.T) {
	t.Parallel()

	now := at(12, 8, 1)

	for field, spoil := range map[string]func(*Words){
		"claim":       func(w *Words) { w.Claim = "  " },
		"truth":       func(w *Words) { w.Truth = strings.Repeat("长", MaxTruth+1) },
		"area":        func(w *Words) { w.Area = "全\u200b市" },
		"expert":      func(w *Words) { w.Expert = "" },
		"evidence":    func(w *Words) { w.Evidence = []Evidence{{Source: "ftp://example.org/x"}} },
		"keywords":    func(w *Words) { w.Keywords = [][]string{{"字"}} },
		"valid_from":  func(w *Words) { w.From = time.Time{} },
		"valid_until": func(w *Words) { w.Until = w.From.AddDate(2, 0, 0) },
	} {
		wrong := words()
		spoil(&wrong)
		_, err := wrong.clean(now)
		at := fault.FieldErrors(err)
		if len(at) != 1 || at[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}

	for _, spoil := range []func(*Words){
		func(w *Words) { w.Evidence = nil },
		func(w *Words) { w.Evidence = make([]Evidence, MaxEvidence+1) },
		func(w *Words) { w.Evidence = []Evidence{{Source: "x", Note: strings.Repeat("长", MaxSource+1)}} },
		func(w *Words) { w.Keywords = nil },
		func(w *Words) { w.Keywords = make([][]string, MaxKeywords+1) },
		func(w *Words) { w.Keywords = [][]string{{}} },
		func(w *Words) { w.Until = w.From },
		func(w *Words) { w.From, w.Until = now.AddDate(0, 0, -9), now },
		func(w *Words) { w.Until = time.Time{} },
	} {
		wrong := words()
		spoil(&wrong)
		if _, err := wrong.clean(now); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// TestFormsAreReadAsTheyAreWritten and written as they are read.
func TestFormsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()

	evidence := ReadEvidence(" https://a.example/b  12 月 8 日预报\r\n\n会商单.pdf\n")
	if len(evidence) != 2 || !evidence[0].Link() || evidence[0].Note != "12 月 8 日预报" || evidence[1].Link() ||
		!slices.Equal(ReadEvidence(WriteEvidence(evidence)), evidence) {
		t.Errorf("evidence %+v", evidence)
	}
	keywords := ReadKeywords("红色预警  启动\n\n爆表\n")
	if WriteKeywords(keywords) != "红色预警 启动\n爆表" {
		t.Errorf("key words %+v", keywords)
	}
}

// TestEachStateAndActHasItsWord and each act of the trail its name.
func TestEachStateAndActHasItsWord(t *testing.T) {
	t.Parallel()

	for _, state := range States() {
		if state.Label() == "" || !state.Valid() {
			t.Errorf("%s has no word", state)
		}
	}

	for _, act := range Acts() {
		if act.Label() == "" || recorded[act].Code == "" || len(allowed[act]) == 0 {
			t.Errorf("%s is not whole", act)
		}
	}
}

// TestARebuttalPassesTheStepsOfItsChain: the centre's expert signs before the bureau's head; each reads it
// for their step, and what holds is what all have signed.
func TestARebuttalPassesTheStepsOfItsChain(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.exec(`
UPDATE chain_versions SET active = true, risks = '{rebuttal}', steps = '[
    {"name":"专家签字","relation":"named","unit_id":2},{"name":"局领导签发","relation":"unit","role":"supervisor"}]'
WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'affairs')`)
	w.exec("INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (6, 'reviewer', 2, $1)", w.at)
	expert := person(6, access.Reviewer, 2, "/1/2/")
	r := w.write(w.officer, 1)
	if _, err := w.s.Find(t.Context(), expert, r.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the expert reads a draft: %v", err)
	}
	r = w.do(w.officer, r, Move{Act: Ask})
	w.refused(fault.KindForbidden, w.boss, r, Move{Act: Sign})
	w.refused(fault.KindForbidden, w.reviewer, r, Move{Act: Return, Reason: "不对"})
	found, err := w.s.Find(t.Context(), expert, r.ID)
	w.must(err)
	if found.Last.Claim != december.Claim || len(found.Steps) != 0 {
		t.Errorf("the expert reads %+v", found)
	}

	// Returned for a step, it begins anew.
	r = w.do(expert, r, Move{Act: Return, Reason: "依据不够"})
	w.wait("rebuttal.returned")
	if _, err := w.s.Find(t.Context(), expert, r.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the expert reads what was returned: %v", err)
	}
	r = w.do(w.officer, r, Move{Act: Ask})
	again := at(12, 12, 9)
	w.refused(fault.KindInvalid, expert, r, Move{Act: Sign, ReviewAt: &again}) // that is for who signs last
	r = w.do(expert, r, Move{Act: Sign})
	w.wait("rebuttal.sign")
	if r.State != Signing || r.Round.At != 1 || w.inForce(1, w.at) {
		t.Fatalf("the expert alone put it in force: %+v", r)
	}
	if _, err := w.s.Find(t.Context(), expert, r.ID); err != nil {
		t.Errorf("the expert lost what was signed: %v", err)
	}
	w.refused(fault.KindForbidden, expert, r, Move{Act: Sign})
	w.refused(fault.KindForbidden, w.reviewer, r, Move{Act: Sign})
	r = w.do(w.boss, r, Move{Act: Sign, ReviewAt: &again})
	w.wait("")
	if r.State != Valid || !r.Round.Passed() || r.ReviewAt == nil || !w.inForce(1, w.at) {
		t.Errorf("signed by both: %+v", r)
	}
}
