package signing_test

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/signing"
	"juzhen/internal/todo"
)

var noon = time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)

// world is the small bureau: unit 1 with its centre (2) and its district (3). Users 1 and 2 review there, 3
// and 4 supervise, 5 reviews at the centre, 6 writes.
type world struct {
	*testing.T
	db *pg.DB
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t)}
	stage.Bureau(t, w.db, "审核员甲", "审核员乙", "主管", "副主管", "中心审核员", "专员")
	w.exec(`
INSERT INTO grants (user_id, role, unit_id, created_at)
SELECT id, role, unit, $1 FROM (VALUES (1, 'reviewer', 1), (2, 'reviewer', 1), (3, 'supervisor', 1),
    (4, 'supervisor', 1), (5, 'reviewer', 2), (6, 'press_officer', 1)) g (id, role, unit)`, noon.AddDate(0, 0, -1))

	return w
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

// steps has the bureau take a chain with these steps for rebuttals.
func (w *world) steps(steps string) {
	w.Helper()
	w.exec(`
UPDATE chain_versions SET active = true, risks = '{rebuttal}', name = '辟谣签发', steps = $1
WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'affairs')`, steps)
}

func (w *world) begin(not ...int64) (r signing.Round, err error) {
	w.Helper()
	err = w.db.InTx(w.Context(), func(tx pg.Tx) error {
		r, err = signing.BeginTx(w.Context(), tx, noon, "/1/", chain.Rebuttal, not...)
		return err
	})

	return r, err
}

func (w *world) sign(r signing.Round, who access.Actor) (out signing.Round, err error) {
	w.Helper()
	err = w.db.InTx(w.Context(), func(tx pg.Tx) error {
		out, err = r.SignTx(w.Context(), access.NewAct(tx, noon, who))
		return err
	})

	return out, err
}

func (w *world) signed(r signing.Round, who access.Actor) signing.Round {
	w.Helper()
	out, err := w.sign(r, who)
	w.must(err)

	return out
}

func (w *world) refused(r signing.Round, who access.Actor) {
	w.Helper()
	if _, err := w.sign(r, who); !fault.Is(err, fault.KindForbidden) {
		w.Errorf("user %d signs at step %d: %v", who.UserID, r.At, err)
	}
}

func person(id int64, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}}}
}

var (
	first   = person(1, access.Reviewer, 1, "/1/")
	second  = person(2, access.Reviewer, 1, "/1/")
	boss    = person(3, access.Supervisor, 1, "/1/")
	deputy  = person(4, access.Supervisor, 1, "/1/")
	expert  = person(5, access.Reviewer, 2, "/1/2/")
	officer = person(6, access.PressOfficer, 1, "/1/")
)

// TestWithoutAChainOneOtherPersonSigns, as for a post.
func TestWithoutAChainOneOtherPersonSigns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.begin(6, 2)
	w.must(err)
	w.refused(r, second) // asked for it
	w.refused(r, officer)
	w.refused(r, expert) // of a unit below
	if r.Passed() || !r.Sees(first) || r.Sees(officer) {
		t.Errorf("before: %+v", r)
	}
	r = w.signed(r, first)
	if !r.Passed() || r.Steps[0].Signed[0].Name != "审核员甲" || !r.Steps[0].Signed[0].At.Equal(noon) {
		t.Errorf("after: %+v", r)
	}
	if no := r.May(boss); no == nil || no.Kind != fault.KindConflict {
		t.Errorf("signed twice: %v", no)
	}
}

// TestEachStepIsSignedByItsOwnPeople: an expert of another unit, everybody of one role, and nobody twice; a
// step of editing changes no words here and is left out.
func TestEachStepIsSignedByItsOwnPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.steps(`[{"name":"专家","relation":"named","unit_id":2,"role":"reviewer","items":["会商结论"]},
    {"name":"编辑","relation":"unit","edit":true},
    {"name":"审核","relation":"unit","role":"reviewer","all":true},
    {"name":"签发","relation":"line"}]`)
	r, err := w.begin(6)
	w.must(err)
	if len(r.Steps) != 3 || r.Steps[0].UnitPath != "/1/2/" || r.Steps[0].Items[0] != "会商结论" {
		t.Fatalf("begun: %+v", r)
	}
	w.refused(r, boss)
	item := r.Todo(todo.Item{Key: "k", UnitPath: "/1/"})
	if item.UnitPath != "/1/2/" || item.Grant.Role != access.Reviewer || !item.Grant.Here {
		t.Errorf("the expert is not told: %+v", item)
	}

	r = w.signed(r, expert)
	if !r.Sees(expert) {
		t.Error("who signed reads it no more")
	}
	w.refused(r, expert)
	w.refused(r, boss)
	r = w.signed(r, second)
	w.refused(r, second)
	if r.Open().Name != "审核" {
		t.Fatalf("one of two signed for all: %+v", r)
	}
	r = w.signed(r, first)
	w.refused(r, first) // a reviewer, whom the last step names too
	if r = w.signed(r, deputy); !r.Passed() {
		t.Errorf("signed at every step: %+v", r)
	}
}

// TestAStepForAllDoesNotWaitForWhoLeft: of those it asked, those count who still may sign.
func TestAStepForAllDoesNotWaitForWhoLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.steps(`[{"name":"审核","relation":"unit","role":"reviewer","all":true}]`)
	r, err := w.begin(6)
	w.must(err)
	w.exec("DELETE FROM grants WHERE user_id = 1")
	if r = w.signed(r, second); !r.Passed() {
		t.Errorf("waits for somebody who may not sign: %+v", r)
	}
}

// TestWhoLostTheRightDoesNotSign: grants are read when it is signed, and nobody is asked whom nobody can
// be.
func TestWhoLostTheRightDoesNotSign(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.begin(6)
	w.must(err)
	w.exec("DELETE FROM grants WHERE user_id = 1")
	w.refused(r, first)

	w.steps(
		`[{"name":"甲","relation":"unit","role":"supervisor"},{"name":"乙","relation":"unit","role":"supervisor"}]`,
	)
	if _, err := w.begin(3); !fault.Is(err, fault.KindConflict) {
		t.Errorf("one supervisor is left for two steps: %v", err)
	}
}
