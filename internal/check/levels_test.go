package check_test

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
)

// TestAUnitTakesARuleAsItWants: its own level, that of the nearest unit above, the preset; of two units the
// graver one; what is off is not found.
func TestAUnitTakesARuleAsItWants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Sensitive, "甲词")
	w.exec(`INSERT INTO rule_levels (unit_id, rule, level, version, changed_by, changed_at) VALUES
		(1, 'sensitive', 'block', 1, 3, now()), (2, 'sensitive', 'hint', 1, 3, now()),
		(1, 'topic', 'second', 1, 3, now()), (2, 'topic', '', 2, 3, now()), (3, 'topic', 'off', 1, 3, now())`)
	text := "甲词 #话题"

	for name, c := range map[string]struct {
		unit     int64
		accounts []int64
		want     []string
	}{
		"its own":              {1, nil, []string{"0 sensitive block 甲词", "0 topic second #话题"}},
		"of the unit above":    {2, nil, []string{"0 sensitive hint 甲词", "0 topic second #话题"}},
		"off":                  {3, nil, []string{"0 sensitive block 甲词"}},
		"the graver of two":    {2, []int64{1}, []string{"0 sensitive block 甲词", "0 topic second #话题"}},
		"off and not off":      {3, []int64{2}, []string{"0 sensitive block 甲词", "0 topic second #话题"}},
		"a lighter one beside": {1, []int64{2}, []string{"0 sensitive block 甲词", "0 topic second #话题"}},
	} {
		told := w.text(w.writer, check.Question{UnitID: c.unit, AccountIDs: c.accounts, Text: text})
		if !slices.Equal(told, c.want) {
			t.Errorf("%s: %q, want %q", name, told, c.want)
		}
	}
}

// TestALevelThatFindsLessNeedsTwoPeople: what acts at once, what waits, and what is refused.
func TestALevelThatFindsLessNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for _, c := range []struct {
		name   string
		rule   check.Rule
		level  lexicon.Level
		waits  bool
		field  string
		actor  access.Actor
		denied fault.Kind
	}{
		{name: "raised", rule: "topic", level: lexicon.Second, actor: w.supervisor},
		{name: "lowered", rule: "mobile", level: lexicon.Hint, waits: true, actor: w.supervisor},
		{name: "switched off", rule: "unit", level: check.Off, waits: true, actor: w.supervisor},
		{name: "a block", rule: "typo", level: lexicon.Block, waits: true, actor: w.supervisor},
		{name: "a rule that is no list's", rule: "weekday", level: lexicon.Block, field: "level", actor: w.supervisor},
		{name: "no rule", rule: "none", level: lexicon.Hint, field: "rule", actor: w.supervisor},
		{name: "one who writes", rule: "handle", level: lexicon.Second, denied: fault.KindForbidden, actor: w.writer},
		{name: "of another unit", rule: "handle", level: lexicon.Second, denied: fault.KindNotFound, actor: w.district},
	} {
		asked, err := w.s.SetLevel(
			t.Context(),
			c.actor,
			check.NewLevel{UnitID: 1, Rule: c.rule, Level: c.level},
		)
		switch fields := fault.FieldErrors(err); {
		case c.field != "":
			if len(fields) != 1 || fields[0].Field != c.field {
				t.Errorf("%s: %v", c.name, err)
			}
		case c.denied != 0:
			if !fault.Is(err, c.denied) {
				t.Errorf("%s: %v", c.name, err)
			}
		case err != nil || (asked != nil) != c.waits:
			t.Errorf("%s: waits %v, %v", c.name, asked != nil, err)
		}
	}
	// back to the preset finds less than what was raised
	if asked, err := w.s.SetLevel(t.Context(), w.supervisor, check.NewLevel{
		UnitID: 1, Rule: "topic", Version: 1,
	}); err != nil || asked == nil {
		t.Errorf("back to the preset: %v, %v", asked, err)
	}
	if _, err := w.s.SetLevel(t.Context(), w.supervisor, check.NewLevel{
		UnitID: 1, Rule: "topic", Level: lexicon.Hint,
	}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("from an older page: %v", err)
	}
}

// TestTheSecondPersonDecidesALevel: not the asker, once, within three days, and nobody changed it meanwhile.
func TestTheSecondPersonDecidesALevel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	level := func(rule check.Rule) lexicon.Level {
		all, err := w.s.Levels(t.Context(), w.supervisor, 1)
		if err != nil {
			t.Fatal(err)
		}

		return all[slices.IndexFunc(all, func(l check.Level) bool { return l.Rule == rule })].Level
	}
	ask := func(rule check.Rule, to lexicon.Level) int64 {
		asked, err := w.s.SetLevel(
			t.Context(),
			w.supervisor,
			check.NewLevel{UnitID: 1, Rule: rule, Level: to},
		)
		if err != nil || asked == nil {
			t.Fatal(asked, err)
		}

		return asked.ID
	}

	id := ask("mobile", lexicon.Hint)
	if _, err := w.s.ConfirmLevel(t.Context(), w.supervisor, id); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("the asker: %v", err)
	}
	if _, err := w.s.ConfirmLevel(t.Context(), w.second, id); err != nil || level("mobile") != lexicon.Hint {
		t.Errorf("confirmed: %s, %v", level("mobile"), err)
	}
	if _, err := w.s.StopLevel(t.Context(), w.second, id, "晚了"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("twice: %v", err)
	}

	id = ask("plate", check.Off)
	if _, err := w.s.StopLevel(t.Context(), w.second, id, ""); fault.FieldErrors(err) == nil {
		t.Errorf("refused without a reason: %v", err)
	}
	if _, err := w.s.StopLevel(
		t.Context(),
		w.second,
		id,
		"不妥",
	); err != nil ||
		level("plate") != lexicon.Second {
		t.Errorf("refused: %s, %v", level("plate"), err)
	}

	id = ask("weekday", lexicon.Hint)
	w.now = w.now.Add(73 * time.Hour)
	if _, err := w.s.ConfirmLevel(t.Context(), w.second, id); !fault.Is(err, fault.KindConflict) {
		t.Errorf("too late: %v", err)
	}
	if err := w.s.Expire(t.Context()); err != nil {
		t.Error(err)
	}
	ask("weekday", lexicon.Hint)
}
