package parts

import (
	"errors"
	"testing"

	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/web/page"
)

// TestARefusalNamesWhatCanBeExplained: the fields it offers are those that are read again, one for equal
// words.
func TestARefusalNamesWhatCanBeExplained(t *testing.T) {
	t.Parallel()
	found := []check.Finding{
		{Rule: check.LinkState, Level: lexicon.Second, Start: 0, End: 2, Found: "秸杆"},
		{Rule: check.LinkState, Level: lexicon.Second, Start: 4, End: 6, Found: "必需"},
		{Rule: check.LinkState, Level: lexicon.Second, Start: 9, End: 11, Found: "必需"},
	}
	_, refused := check.Settle(found, []check.Reason{{Key: found[0].Key(), Text: "引用原文"}})
	typed := map[string]string{found[1].Key(): " "}

	open := OpenOf(page.Base{}, refused, typed)
	if len(open) != 1 || open[0].Start != 4 || open[0].Reason != " " {
		t.Fatalf("%+v", open)
	}
	if name := open[0].Name(); name != ReasonField+found[1].Key() {
		t.Errorf("its field is %q", name)
	}

	typed[found[0].Key()], typed[found[1].Key()] = "引用原文", "标题如此"
	if _, err := check.Settle(found, Reasons(typed)); err != nil {
		t.Errorf("with both reasons: %v", err)
	}
	if left := OpenOf(page.Base{}, errors.New("away"), typed); left != nil {
		t.Errorf("of another refusal: %+v", left)
	}
}
