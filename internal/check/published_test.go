package check_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/check"
	"juzhen/internal/lexicon"
)

// serious gives what is found in a published text, as "rule level found" of each.
func (w *world) serious(text check.Published) (told string) {
	w.Helper()
	if text.At.IsZero() {
		text.At = w.now
	}
	found, err := w.s.Pass().Serious(w.Context(), text)
	if err != nil {
		w.Fatal(err)
	}

	for _, f := range found {
		told += fmt.Sprintf("%s %s %s;", f.Rule, f.Level, f.Found)
	}

	return told
}

// TestWhatIsPublishedIsHeldAgainstTheListsOfBothUnits: what stops a text and what needs a reason count, a
// hint does not, nor does what only the rules that read the text alone find.
func TestWhatIsPublishedIsHeldAgainstTheListsOfBothUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Grave, "甲词")
	w.list(2, lexicon.Typo, "错字")
	w.list(3, lexicon.Environment, "用语")
	text := "甲词、错字、用语，电话 13800138000"

	for _, c := range []struct {
		home, unit int64
		want       string
	}{
		{1, 1, "grave block 甲词;"},
		{1, 2, "grave block 甲词;typo second 错字;"},
		{2, 2, "grave block 甲词;typo second 错字;"},
		{3, 3, "grave block 甲词;"},
	} {
		if got := w.serious(check.Published{Home: c.home, Unit: c.unit, Text: text}); got != c.want {
			t.Errorf("a post of %d on an account of %d: %q, want %q", c.home, c.unit, got, c.want)
		}
	}
}

// TestAReasonThatASecondPersonAgreedToCounts for its version and its passage, and not for what stops a text.
func TestAReasonThatASecondPersonAgreedToCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Typo, "错字", "别字")
	w.list(1, lexicon.Grave, "甲词")
	w.sent(7, "sent", "错字、别字、甲词", "", w.now.Add(-time.Hour), 1)
	agree := func(level, found string, by any) {
		w.exec(`
INSERT INTO version_findings (version_id, rule, level, start_at, end_at, found, suggestion, said, args,
    reason, agreed_by, agreed_at)
VALUES (7, 'typo', $1, 0, 2, $2, '', '', '[]', '原文如此', $3::bigint,
    CASE WHEN $3::bigint IS NOT NULL THEN now() END)`,
			level, found, by)
	}
	text := check.Published{Home: 1, Unit: 1, Version: 7, Text: "错字、别字、甲词"}
	agree("second", "错字", nil)
	if got := w.serious(text); got != "typo second 错字;typo second 别字;grave block 甲词;" {
		t.Errorf("nobody agreed: %q", got)
	}
	agree("second", "错字", 4)
	agree("second", "甲词", 4)
	if got := w.serious(text); got != "typo second 别字;grave block 甲词;" {
		t.Errorf("one was agreed to: %q", got)
	}
	text.Version = 0
	if got := w.serious(text); got != "typo second 错字;typo second 别字;grave block 甲词;" {
		t.Errorf("of a text that was not sent from here: %q", got)
	}
}

// TestALevelOfAUnitCounts: where a unit takes a rule less seriously, or more, so is what was published.
func TestALevelOfAUnitCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Environment, "用语")
	text := check.Published{Home: 3, Unit: 3, Text: "用语"}
	if got := w.serious(text); got != "" {
		t.Errorf("a hint: %q", got)
	}
	before := w.force()
	w.exec(`
INSERT INTO rule_levels (unit_id, rule, level, version, changed_by, changed_at)
VALUES (3, 'environment', 'second', 1, 3, $1)`, w.now)
	if got := w.serious(text); got != "environment second 用语;" {
		t.Errorf("by the level of the district: %q", got)
	}

	after := w.force()
	if before.Of(3, 3) == after.Of(3, 3) || before.Of(1, 3) == after.Of(1, 3) {
		t.Error("what holds for the district has another name now")
	}
	if before.Of(1, 2) != after.Of(1, 2) || before.Print() == after.Print() {
		t.Error("what holds for the others has the same, what holds for all has not")
	}
}

// force is what holds for all units.
func (w *world) force() check.Force {
	w.Helper()
	force, err := w.s.Force(w.Context())
	if err != nil {
		w.Fatal(err)
	}

	return force
}

// TestWhatHoldsIsNamedByListsInForce: a list that is switched off, and one that comes, change the name.
func TestWhatHoldsIsNamedByListsInForce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list(1, lexicon.Grave, "甲词")
	first := w.force()
	if again := w.force(); again.Print() != first.Print() {
		t.Error("the same lists have two names")
	}
	w.exec("UPDATE lexicons SET state = 'off', version = version + 1 WHERE id = $1", list.ID)
	off := w.force()
	w.list(2, lexicon.Typo, "错字")
	more := w.force()
	if off.Of(1, 1) == first.Of(1, 1) || more.Of(1, 1) != off.Of(1, 1) || more.Of(2, 2) == off.Of(2, 2) {
		t.Error("a name goes by the lists of the unit and of those above alone")
	}
}
