package org_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)

// world is a bureau with two districts, each with one department.
type world struct {
	*testing.T
	db    *pg.DB
	s     *org.Service
	units map[string]org.Unit
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, db: pgtest.New(t), units: map[string]org.Unit{}}
	w.s = org.New(w.db, func() time.Time { return noon })
	w.create("局", "", org.Bureau)
	w.create("东", "局", org.District)
	w.create("西", "局", org.District)
	w.create("东处", "东", org.Department)
	w.create("西处", "西", org.Department)

	return w
}

func (w *world) create(name, parent string, kind org.Kind) {
	w.Helper()
	unit, err := w.s.Create(w.Context(), access.System("测试"), w.units[parent].ID, name, kind)
	if err != nil {
		w.Fatal(err)
	}
	w.units[name] = unit
}

func (w *world) id(name string) int64 { return w.units[name].ID }

func (w *world) actor(role access.Role, unit string) access.Actor {
	u := w.units[unit]

	return access.Actor{
		UserID: 7,
		Name:   "管理员",
		Grants: []access.Grant{{Role: role, UnitID: u.ID, Path: u.Path}},
	}
}

// tree draws what the actor sees, one dot per unit above.
func (w *world) tree(actor access.Actor) string {
	w.Helper()
	units, err := w.s.Tree(w.Context(), actor)
	if err != nil {
		w.Fatal(err)
	}

	var out []string
	for _, unit := range units {
		out = append(out, strings.Repeat("·", unit.Depth())+unit.Name)
	}

	return strings.Join(out, " ")
}

func (w *world) wantTree(want string) {
	w.Helper()
	if got := w.tree(access.System("测试")); got != want {
		w.Errorf("tree %q, want %q", got, want)
	}
	w.consistent()
}

// consistent checks that every path is the parent's path with the own number.
func (w *world) consistent() {
	w.Helper()
	var broken int
	err := w.db.Pool().QueryRow(w.Context(), `SELECT count(*) FROM units u LEFT
			JOIN units p ON p.id = u.parent_id
		WHERE u.path <> coalesce(p.path, '/') || u.id || '/'`).Scan(&broken)
	if err != nil || broken != 0 {
		w.Errorf("%d paths do not fit their parents (%v)", broken, err)
	}
}

// move moves as a second person has let it happen: the rights are the asker's.
func (w *world) move(asker access.Actor, id, parent int64) error {
	_, err := w.moveAs(asker, org.Move{UnitID: id, ParentID: parent})
	return err
}

func (w *world) moveAs(asker access.Actor, move org.Move) (unit org.Unit, err error) {
	move.Asker, move.Actor = asker, asker
	err = w.db.InTx(w.Context(), func(tx pg.Tx) error {
		unit, err = org.MoveTx(w.Context(), tx, noon, move, org.Watch{})
		return err
	})

	return unit, err
}

func (w *world) wantKind(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("got %v, want kind %d", err, kind)
	}
}

func (w *world) recorded(action string) int {
	w.Helper()
	auditor := w.actor(access.Auditor, "局")
	page, err := audit.New(w.db, time.Now).List(w.Context(), auditor, audit.Filter{Action: action})
	if err != nil {
		w.Fatal(err)
	}

	return len(page.Rows)
}

func TestTreeIsScopedAndOrdered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantTree("局 ·东 ··东处 ·西 ··西处")
	if got := w.tree(w.actor(access.PressOfficer, "西")); got != "·西 ··西处" {
		t.Errorf("a district sees %q", got)
	}
	if got := w.tree(access.Actor{}); got != "" {
		t.Errorf("nobody sees %q", got)
	}
	if _, err := w.s.Find(
		t.Context(),
		w.actor(access.Reviewer, "西"),
		w.id("东"),
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("a foreign unit: %v", err)
	}
	units, err := w.s.Within(t.Context(), w.actor(access.Reviewer, "西"), access.UnitManage)
	if err != nil || len(units) != 0 {
		t.Errorf("a reviewer manages %v (%v)", units, err)
	}
}

func TestAdministratorCreatesWithinOwnSubtree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin := w.actor(access.Administrator, "东")
	unit, err := w.s.Create(ctx, admin, w.id("东"), "  监测站 ", org.Centre)
	if err != nil || unit.Name != "监测站" || unit.Path != fmt.Sprintf("%s%d/", w.units["东"].Path, unit.ID) {
		t.Fatalf("%+v, %v", unit, err)
	}
	_, err = w.s.Create(ctx, admin, w.id("西"), "站", org.Centre)
	w.wantKind(err, fault.KindNotFound)
	_, err = w.s.Create(ctx, admin, 0, "另一个局", org.Bureau)
	w.wantKind(err, fault.KindNotFound)
	_, err = w.s.Create(ctx, w.actor(access.Supervisor, "东"), w.id("东"), "站", org.Centre)
	w.wantKind(err, fault.KindForbidden)
	_, err = w.s.Create(ctx, admin, w.id("东"), "监测站", org.Centre)
	w.wantKind(err, fault.KindInvalid)
	_, err = w.s.Create(ctx, admin, w.id("东"), "", "")
	w.wantKind(err, fault.KindInvalid)
	w.wantTree("局 ·东 ··东处 ··监测站 ·西 ··西处")
	if n := w.recorded("unit.create"); n != 6 {
		t.Errorf("%d creations recorded, want 6", n)
	}
}

func TestRenameIsRecordedWithBothNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin := w.actor(access.Administrator, "局")
	if err := w.s.Rename(ctx, admin, w.id("东"), "东城", org.Zone); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Rename(ctx, admin, w.id("东"), "东城", org.Zone); err != nil {
		t.Fatal(err)
	}
	w.wantKind(w.s.Rename(ctx, admin, w.id("东"), "西", org.District), fault.KindInvalid)
	w.wantKind(w.s.Rename(ctx, admin, w.id("东"), "", org.District), fault.KindInvalid)
	w.wantKind(
		w.s.Rename(ctx, w.actor(access.Administrator, "西"), w.id("东"), "南", org.District),
		fault.KindNotFound,
	)
	w.wantTree("局 ·东城 ··东处 ·西 ··西处")
	page, err := audit.New(w.db, time.Now).
		List(ctx, w.actor(access.Auditor, "局"), audit.Filter{Action: "unit.rename"})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%d renamings recorded (%v)", len(page.Rows), err)
	}
	if d := page.Rows[0].Facts().Detail; d["from"] != "东" || d["to"] != "东城" {
		t.Errorf("recorded %v", d)
	}
}

func TestMoveTakesTheSubtreeAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("组", "东处", org.Department)
	root := w.actor(access.Administrator, "局")
	if err := w.move(root, w.id("东"), w.id("西处")); err != nil {
		t.Fatal(err)
	}
	w.wantTree("局 ·西 ··西处 ···东 ····东处 ·····组")
	if got := w.tree(w.actor(access.Reviewer, "西")); !strings.Contains(got, "组") {
		t.Errorf("a grant above the new place does not reach: %q", got)
	}
	w.wantKind(w.move(root, w.id("西"), w.id("组")), fault.KindInvalid)
	w.wantKind(w.move(root, w.id("局"), w.id("西")), fault.KindConflict)
	w.wantKind(w.move(root, w.id("东"), w.id("西处")), fault.KindInvalid)
	w.wantKind(w.move(root, w.id("东"), 999), fault.KindNotFound)
	if n := w.recorded("unit.move"); n != 1 {
		t.Errorf("%d moves recorded", n)
	}
}

func TestNobodyCarriesOffTheOwnGround(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	both := w.actor(access.Administrator, "东")
	both.Grants = append(both.Grants, w.actor(access.Administrator, "西").Grants...)
	w.wantKind(w.move(both, w.id("东"), w.id("西")), fault.KindForbidden)
	w.wantKind(w.s.Delete(ctx, both, w.id("西")), fault.KindForbidden)
	if err := w.move(both, w.id("东处"), w.id("西")); err != nil {
		t.Errorf("between two places of one's own: %v", err)
	}
	w.wantTree("局 ·东 ·西 ··西处 ··东处")
}

func TestMovingAndRenamingIsOneStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.actor(access.Administrator, "局")
	w.create("监测站", "西", org.Department)
	if _, err := w.moveAs(admin, org.Move{
		UnitID: w.id("东处"), ParentID: w.id("西"), Name: "监测站",
	}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a name that is taken there: %v", err)
	}
	if _, err := w.moveAs(admin, org.Move{
		UnitID:   w.id("东处"),
		ParentID: w.id("东处"),
		Name:     "另名",
	}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("below itself: %v", err)
	}
	w.wantTree("局 ·东 ··东处 ·西 ··西处 ··监测站")
	if n := w.recorded("unit.move") + w.recorded("unit.rename"); n != 0 {
		t.Errorf("a refused change left %d records", n)
	}

	w.create("西处", "东", org.Department) // its name is taken at the place it goes to, the new one is not
	unit, err := w.moveAs(admin, org.Move{
		UnitID:   w.id("西处"),
		ParentID: w.units["西"].ID,
		Name:     " 执法队 ",
		Kind:     org.Centre,
	})
	if err != nil || unit.Name != "执法队" || unit.Kind != org.Centre || unit.ParentID != w.units["西"].ID {
		t.Errorf("%+v (%v)", unit, err)
	}
	w.wantTree("局 ·东 ··东处 ·西 ··西处 ··监测站 ··执法队")
	if m, r := w.recorded("unit.move"), w.recorded("unit.rename"); m != 1 || r != 1 {
		t.Errorf("recorded %d moves and %d renamings", m, r)
	}
	if _, err := w.s.Change(
		t.Context(),
		admin,
		unit.ID,
		org.Change{},
	); err != nil ||
		w.recorded("unit.rename") != 1 {
		t.Errorf("a change of nothing: %v", err)
	}
	if _, err := w.s.Change(
		t.Context(),
		w.actor(access.Administrator, "东"),
		unit.ID,
		org.Change{Name: "别处"},
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("of somebody else's: %v", err)
	}
}

func TestMovesAtOnceKeepTheTreeWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	root := w.actor(access.Administrator, "局")
	names := []string{"东", "西", "东处", "西处"}

	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			u, parent := names[i%4], append(names, "局")[(i*3+i/4)%5]
			if err := w.move(
				root,
				w.id(u),
				w.id(parent),
			); err != nil &&
				fault.KindOf(err) == fault.KindInternal {
				t.Errorf("move %s below %s: %v", u, parent, err)
			}
			if _, err := w.s.Create(ctx, root, w.id(u), fmt.Sprint("新", i), org.Department); err != nil {
				t.Errorf("create below %s: %v", u, err)
			}
		})
	}
	wg.Wait()
	w.consistent()
	units, err := w.s.Tree(ctx, access.System("测试"))
	if err != nil || len(units) != 5+24 {
		t.Errorf("%d units hang in the tree (%v), want 29: the rest would be a ring", len(units), err)
	}
}

func TestOnlyAnEmptyUnitIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	root := w.actor(access.Administrator, "局")
	w.wantKind(w.s.Delete(ctx, root, w.id("东")), fault.KindConflict)
	w.wantKind(w.s.Delete(ctx, root, w.id("局")), fault.KindConflict)
	w.wantKind(w.s.Delete(ctx, w.actor(access.Administrator, "西"), w.id("东处")), fault.KindNotFound)
	_, err := w.db.Pool().Exec(ctx, `INSERT INTO users (username, display_name, unit_id, password_hash,
			must_change, password_changed_at, lang, theme, created_at)
		VALUES ('u', '值班员', $1, 'x', false, now(), 'zh', 'auto', now())`, w.id("西处"))
	if err != nil {
		t.Fatal(err)
	}
	w.wantKind(w.s.Delete(ctx, root, w.id("西处")), fault.KindConflict)
	if err := w.s.Delete(ctx, root, w.id("东处")); err != nil {
		t.Fatal(err)
	}
	w.wantTree("局 ·东 ·西 ··西处")
	if n := w.recorded("unit.delete"); n != 1 {
		t.Errorf("%d deletions recorded, want only the one that happened", n)
	}
}

func TestUnitIsFoundByNameAndInATransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	if unit, err := w.s.ByName(ctx, " 西 "); err != nil || unit.ID != w.id("西") {
		t.Errorf("%+v, %v", unit, err)
	}
	_, err := w.s.ByName(ctx, "南")
	w.wantKind(err, fault.KindNotFound)
	err = w.db.InTx(ctx, func(tx pg.Tx) error {
		if path, err := org.RootPathTx(ctx, tx); err != nil || path != w.units["局"].Path {
			t.Errorf("root %q, %v", path, err)
		}
		_, err := org.FindTx(ctx, tx, w.actor(access.PressOfficer, "局"), access.UnitManage, w.id("东"))
		w.wantKind(err, fault.KindNotFound)
		unit, err := org.FindTx(ctx, tx, w.actor(access.PressOfficer, "局"), access.PostWrite, w.id("东"))
		if unit.Name != "东" {
			t.Errorf("%+v", unit)
		}

		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNamesThatLookAlikeAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	ctx, admin := t.Context(), w.actor(access.Administrator, "局")
	for _, twin := range []string{
		"东\u200B", "\u202E东\u202C", "东 \u00AD", "东\U000E0041", "\u2066东\u2069", "东\u3164",
	} {
		_, err := w.s.Create(ctx, admin, w.id("局"), twin, org.Centre)
		w.wantKind(err, fault.KindInvalid)
		w.wantKind(w.s.Rename(ctx, admin, w.id("西"), twin, org.District), fault.KindInvalid)
	}

	for _, empty := range []string{"\u200B", "\u202E\u2060", "\u3164"} {
		_, err := w.s.Create(ctx, admin, w.id("局"), empty, org.Centre)
		w.wantKind(err, fault.KindInvalid)
	}

	w.create("A1处", "局", org.Department)
	_, err := w.s.Create(ctx, admin, w.id("局"), "Ａ１处", org.Department)
	w.wantKind(err, fault.KindInvalid)
	w.create("B处", "西", org.Department)
	_, err = w.moveAs(admin, org.Move{UnitID: w.id("东处"), ParentID: w.id("西"), Name: "ｂ处"})
	w.wantKind(err, fault.KindInvalid)

	made, err := w.s.Create(ctx, admin, w.id("局"), " 监测\u200B\u3000中心\u202E ", org.Centre)
	if err != nil || made.Name != "监测 中心" {
		t.Errorf("kept as %q (%v), want what is seen", made.Name, err)
	}
	if unit, err := w.s.ByName(ctx, "监测\u00A0中心\u2060"); err != nil || unit.ID != made.ID {
		t.Errorf("found %+v (%v)", unit, err)
	}
}
