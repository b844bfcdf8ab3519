package lexicon

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// TestAnExceptionIsOfTwoPeopleAndOneText: who may ask and confirm, and what it then holds for.
func TestAnExceptionIsOfTwoPeopleAndOneText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Grave, "严重错误", Entry{Word: "攻府"})
	writer := person(3, "朝阳专员", access.PressOfficer, 3, "/1/3/")
	auditor := person(1, "审计员", access.Auditor, 1, "/1/")
	plea := Plea{ListID: list.ID, UnitID: 3, Word: "攻府", Text: "讲解“攻府”。\r\n", Why: "讲这个错字"}
	with := func(change func(*Plea)) Plea {
		changed := plea
		change(&changed)

		return changed
	}

	for name, c := range map[string]struct {
		actor access.Actor
		plea  Plea
		field string
		kind  fault.Kind
	}{
		"no reason":         {writer, with(func(p *Plea) { p.Why = " " }), "reason", fault.KindInvalid},
		"no text":           {writer, with(func(p *Plea) { p.Text = "\n" }), "text", fault.KindInvalid},
		"not in the text":   {writer, with(func(p *Plea) { p.Text = "政府" }), "word", fault.KindInvalid},
		"not in the list":   {writer, with(func(p *Plea) { p.Word = "讲解" }), "word", fault.KindInvalid},
		"no such list":      {writer, with(func(p *Plea) { p.ListID = 99 }), "", fault.KindNotFound},
		"another's unit":    {writer, with(func(p *Plea) { p.UnitID = 2 }), "", fault.KindNotFound},
		"one who only sees": {auditor, plea, "", fault.KindForbidden},
	} {
		_, err := w.s.Except(t.Context(), c.actor, c.plea)
		told := fault.Public(err)
		if fields := fault.FieldErrors(err); len(fields) == 1 {
			told = fields[0]
		}
		if err == nil || told.Kind != c.kind || told.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}

	e, err := w.s.Except(t.Context(), writer, plea)
	if err != nil || e.State != ChangeAsked {
		t.Fatal(e, err)
	}
	again, err := w.s.Except(t.Context(), w.second, with(func(p *Plea) { p.Text = "讲解“攻府”。" }))
	if err != nil || again.ID != e.ID {
		t.Errorf("asked twice: %+v, %v", again, err)
	}

	holds := func(unit int64, text string) bool {
		found, err := w.s.Exceptions(t.Context(), []int64{unit}, text)
		if err != nil {
			t.Fatal(err)
		}

		return found[Excepted{list.ID, "攻府"}].Holds()
	}
	if holds(3, plea.Text) {
		t.Error("holds before anybody confirmed")
	}

	for name, actor := range map[string]access.Actor{
		"the asker":         {UserID: 3, Grants: w.second.Grants},
		"one who writes":    person(1, "专员", access.PressOfficer, 1, "/1/"),
		"of another unit":   person(2, "审核员", access.Reviewer, 2, "/1/2/"),
		"one who only sees": auditor,
	} {
		if _, err := w.s.ConfirmException(t.Context(), actor, e.ID); err == nil {
			t.Errorf("%s confirmed", name)
		}
	}
	if _, err := w.s.ConfirmException(t.Context(), w.second, e.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.StopException(t.Context(), w.second, e.ID, "晚了"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("stopped afterwards: %v", err)
	}

	for name, c := range map[string]struct {
		unit int64
		text string
		want bool
	}{
		"the text":           {3, "讲解“攻府”。", true},
		"its blanks":         {3, " 讲解“攻府”。\n", true},
		"another text":       {3, "讲解“攻府”！", false},
		"the unit above":     {1, "讲解“攻府”。", false},
		"the unit beside it": {2, "讲解“攻府”。", false},
	} {
		if holds(c.unit, c.text) != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
	}
	var trail int
	if err := w.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audit_entries
		WHERE action IN ('lexicon.except', 'lexicon.except_confirm')`).Scan(&trail); err != nil || trail != 2 {
		t.Errorf("%d entries in the trail, %v", trail, err)
	}
}

// TestAnExceptionNobodyConfirmsEnds: after three days, with its to-do.
func TestAnExceptionNobodyConfirmsEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, Grave, "严重错误", Entry{Word: "攻府"})
	plea := Plea{ListID: list.ID, UnitID: 1, Word: "攻府", Text: "讲解“攻府”", Why: "讲这个错字"}
	e, err := w.s.Except(t.Context(), w.supervisor, plea)
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(askedLife + time.Second)
	if _, err := w.s.ConfirmException(t.Context(), w.second, e.ID); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed too late: %v", err)
	}
	if err := w.s.expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	var open int
	if err := w.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM todos
		WHERE subject_type = 'lexicon_exception' AND resolved_at IS NULL`).Scan(&open); err != nil || open != 0 {
		t.Errorf("%d to-dos are left, %v", open, err)
	}
	if next, err := w.s.Except(t.Context(), w.supervisor, plea); err != nil || next.ID == e.ID {
		t.Errorf("asked again: %+v, %v", next, err)
	}
}
