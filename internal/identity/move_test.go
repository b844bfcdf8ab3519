package identity_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
)

// place is the path of a unit now.
func (w *world) place(unit org.Unit) (path string) {
	w.Helper()
	if err := w.db.Pool().
		QueryRow(w.Context(), "SELECT path FROM units WHERE id = $1", unit.ID).
		Scan(&path); err != nil {
		w.Fatal(err)
	}

	return path
}

// TestNobodyCarriesOffAUnitAlone: a move changes who may do what in everything below, so a second
// person above all three places lets it happen, those above and the auditors are told, and can stop it
// or take it back.
func TestNobodyCarriesOffAUnitAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("boss", w.bureau, grant(access.Supervisor, w.bureau))
	w.user("wboss", w.west, grant(access.Supervisor, w.west))
	w.user("auditor", w.bureau, grant(access.Auditor, w.bureau))
	admin, _ := w.signIn("root")
	boss, _ := w.signIn("boss")
	western, _ := w.signIn("wboss")
	auditor, _ := w.signIn("auditor")
	eastern, _ := w.signIn("eastern")
	below := org.Move{UnitID: w.east.ID, ParentID: w.west.ID}
	there := w.west.Path + strings.TrimPrefix(w.east.Path, w.bureau.Path)

	for who, actor := range map[string]access.Actor{
		"of the unit alone": eastern,
		"a supervisor":      boss,
		"an auditor":        auditor,
	} {
		if _, err := w.s.AskMove(ctx, actor, below, ""); err == nil {
			t.Errorf("asked by somebody who does not manage the places: %s", who)
		}
	}

	for what, move := range map[string]org.Move{
		"itself":      {UnitID: w.east.ID, ParentID: w.east.ID},
		"where it is": {UnitID: w.east.ID, ParentID: w.bureau.ID},
		"no name":     {UnitID: w.east.ID, ParentID: w.west.ID, Kind: "tent"},
	} {
		_, err := w.s.AskMove(ctx, admin, move, "")
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("below %s: %v", what, err)
		}
	}

	change, err := w.s.AskMove(ctx, admin, below, "机构调整")
	w.wantOK(err)
	if change.Kind != identity.ChangeMove || change.State != identity.ChangeAsked ||
		change.DisplayName != "东" ||
		change.UnitID != w.bureau.ID ||
		change.What.Along.Users != 1 {
		t.Errorf("asked: %+v", change)
	}
	if w.place(w.east) != w.east.Path {
		t.Error("moved by one person alone")
	}
	if _, err := w.s.AskMove(ctx, admin, below, ""); fault.Public(err).Code != "asked_already" {
		t.Errorf("asked twice: %v", err)
	}
	if b, a := w.todos(boss), w.todos(auditor); b != "confirm people.confirm" || a != "notice people.asked" {
		t.Errorf("the supervisor is asked %q, the auditor told %q", b, a)
	}
	_, _, err = w.s.Confirm(ctx, admin, change.ID)
	w.wantKind(err, fault.KindForbidden)
	_, _, err = w.s.Confirm(ctx, western, change.ID) // the place it goes to is not above the one it leaves
	w.wantKind(err, fault.KindNotFound)
	_, _, err = w.s.Confirm(ctx, auditor, change.ID)
	w.wantKind(err, fault.KindForbidden)

	_, _, err = w.s.Confirm(ctx, boss, change.ID)
	w.wantOK(err)
	if got := w.place(w.east); got != there {
		t.Errorf("lies at %s, want %s", got, there)
	}
	row := w.trail("unit.move")[0]
	if row.ActorName != "岗位boss" || !strings.Contains(string(row.Body), "岗位root") {
		t.Errorf("recorded %s", row.Body)
	}
	if got := w.todos(auditor); got != "notice people.confirmed" {
		t.Errorf("the auditor is told %q", got)
	}

	w.undone(auditor, change)
	if got := w.place(w.east); got != w.east.Path {
		t.Errorf("taken back to %s", got)
	}
	w.recorded("unit.move", 2)
	w.recorded("change.undo", 1)
}

// TestAMoveThatWasOvertakenIsNotDone: what was agreed on is this unit from this place to that one, with
// everything else as it is by now.
func TestAMoveThatWasOvertakenIsNotDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	machine := access.System("命令行")
	units := org.New(w.db, w.now)
	south := w.unit(units, w.bureau.ID, "南", org.District)
	admin, _ := w.signIn("root")
	ask := func(parent org.Unit, name string) identity.Change {
		t.Helper()
		change, err := w.s.AskMove(ctx, admin, org.Move{
			UnitID: w.east.ID, ParentID: parent.ID, Name: name,
		}, "")
		w.wantOK(err)

		return change
	}
	confirm := func(change identity.Change) error { _, _, err := w.s.Confirm(ctx, machine, change.ID); return err }
	name := func() (name string) {
		t.Helper()
		w.wantOK(w.db.Pool().QueryRow(ctx, "SELECT name FROM units WHERE id = $1", w.east.ID).Scan(&name))
		return name
	}

	c := ask(w.west, "")
	w.wantOK(units.Rename(ctx, admin, w.east.ID, "东城", org.District))
	w.wantOK(confirm(c))
	if name() != "东城" {
		t.Errorf("a move without a name took back the new one: %s", name())
	}

	late := ask(south, "东南")
	w.wantOK(confirm(late))
	_, err := w.s.Stop(ctx, admin, c.ID, "改主意")
	if fault.Public(err).Code != "overtaken" {
		t.Errorf("taken back though it lies elsewhere: %v", err)
	}
	if _, err := w.s.Stop(ctx, admin, late.ID, "改主意"); err != nil || name() != "东城" {
		t.Errorf("taken back: %v, %s", err, name())
	}

	c = ask(south, "")
	w.advance(73 * time.Hour)
	if err := confirm(c); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed when it had expired: %v", err)
	}
	w.wantOK(w.s.Sweep(ctx))

	admin, _ = w.signIn("root")
	c = ask(south, "")
	w.exec("UPDATE units SET parent_id = $1 WHERE id = $2", w.bureau.ID, w.east.ID)
	if err := confirm(c); fault.Public(err).Code != "overtaken" {
		t.Errorf("confirmed though it was moved meanwhile: %v", err)
	}
	w.exec("UPDATE units SET parent_id = $1 WHERE id = $2", w.west.ID, w.east.ID)
	w.unit(units, south.ID, "东城", org.District)
	if err := confirm(c); fault.Public(err).Code != "overtaken" {
		t.Errorf("confirmed though the name is taken by now: %v", err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}
