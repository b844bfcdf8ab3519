package check_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
)

// TestEveryRuleHasItsLevel holds the presets against docs/words.md and the issue, typed by hand.
func TestEveryRuleHasItsLevel(t *testing.T) {
	t.Parallel()
	want := map[check.Rule]lexicon.Level{
		"grave":             lexicon.Block,
		"names":             lexicon.Second,
		"typo":              lexicon.Second,
		"sensitive":         lexicon.Second,
		"environment":       lexicon.Hint,
		"links":             lexicon.Hint,
		"aqi_class":         lexicon.Second,
		"primary_pollutant": lexicon.Second,
		"weekday":           lexicon.Second,
		"impossible_date":   lexicon.Second,
		"mobile":            lexicon.Second,
		"id_card":           lexicon.Second,
		"plate":             lexicon.Second,
		"bank_card":         lexicon.Second,
		"warning_level":     lexicon.Hint,
		"end_before_start":  lexicon.Hint,
		"own_time":          lexicon.Hint,
		"unit":              lexicon.Hint,
		"topic":             lexicon.Hint,
		"handle":            lexicon.Hint,
		"link":              lexicon.Hint,
		"link_state":        lexicon.Hint,
		"link_domain":       lexicon.Second,
		"rebutted":          lexicon.Second,
		"description":       lexicon.Hint,
		"repeat":            lexicon.Hint,
	}

	for _, rule := range check.Rules() {
		if got := rule.Preset(); got != want[rule] {
			t.Errorf("%s is %q, want %q", rule, got, want[rule])
		}
		if rule.Label() == "" {
			t.Errorf("%s has no name", rule)
		}
		delete(want, rule)
	}
	if len(want) > 0 {
		t.Errorf("no such rules: %v", want)
	}
}

func TestAKeyMeansTheWordsAndNotTheirPlace(t *testing.T) {
	t.Parallel()
	f := check.Finding{AccountID: 1, Rule: "mobile", Start: 3, End: 14, Found: "13800138000"}

	for name, c := range map[string]struct {
		other check.Finding
		same  bool
	}{
		"moved":           {check.Finding{AccountID: 1, Rule: "mobile", Start: 9, End: 20, Found: "13800138000"}, true},
		"another level":   {check.Finding{AccountID: 1, Rule: "mobile", Level: lexicon.Hint, Found: "13800138000"}, true},
		"another account": {check.Finding{Rule: "mobile", Found: "13800138000"}, false},
		"another rule":    {check.Finding{AccountID: 1, Rule: "plate", Found: "13800138000"}, false},
		"other words":     {check.Finding{AccountID: 1, Rule: "mobile", Found: "13800138001"}, false},
		// what is joined may not read as something else
		"borrowed digits": {check.Finding{AccountID: 11, Rule: "mobile", Found: "3800138000"}, false},
	} {
		if same := c.other.Key() == f.Key(); same != c.same {
			t.Errorf("%s: same %v", name, same)
		}
	}
	if len(f.Key()) != 12 {
		t.Errorf("key %q", f.Key())
	}
}

// TestReasonsAreHeldAgainstFindings: what may be submitted, and what is kept.
func TestReasonsAreHeldAgainstFindings(t *testing.T) {
	t.Parallel()
	block := check.Finding{Rule: "grave", Level: lexicon.Block, Start: 0, End: 2, Found: "攻府"}
	second := check.Finding{Rule: "mobile", Level: lexicon.Second, Start: 3, End: 14, Found: "13800138000"}
	hint := check.Finding{Rule: "topic", Level: lexicon.Hint, Start: 15, End: 18, Found: "#话题"}
	own := second
	own.AccountID = 7
	because := func(f check.Finding, text string) check.Reason {
		return check.Reason{Key: f.Key(), Text: text}
	}
	placed := check.Reason{Rule: "mobile", Start: 3, End: 14, Text: " 热线 "}

	for name, c := range map[string]struct {
		found   []check.Finding
		reasons []check.Reason
		texts   string // joined by "|"
		open    int    // findings in the way
		field   string // of a fault that is no open finding
	}{
		"nothing":              {},
		"a hint asks nothing":  {found: []check.Finding{hint}, texts: ""},
		"a hint keeps a word":  {found: []check.Finding{hint}, reasons: []check.Reason{because(hint, "是")}, texts: "是"},
		"a second":             {found: []check.Finding{second}, open: 1},
		"a second by key":      {found: []check.Finding{second}, reasons: []check.Reason{because(second, "热线")}, texts: "热线"},
		"a second by place":    {found: []check.Finding{second}, reasons: []check.Reason{placed}, texts: "热线"},
		"blanks are no reason": {found: []check.Finding{second}, reasons: []check.Reason{because(second, " \n")}, open: 1},
		"another wording's":    {found: []check.Finding{own}, reasons: []check.Reason{because(second, "热线")}, open: 1},
		"another place's": {
			found:   []check.Finding{own},
			reasons: []check.Reason{{AccountID: 7, Rule: "mobile", Start: 4, End: 14, Text: "热线"}},
			open:    1,
		},
		"a reason mends no block": {found: []check.Finding{block}, reasons: []check.Reason{because(block, "是")}, open: 1},
		"all that is open at once": {
			found: []check.Finding{second, block, hint}, open: 2,
		},
		"too long": {
			found:   []check.Finding{second},
			reasons: []check.Reason{because(second, strings.Repeat("长", check.MaxReason+1))},
			field:   "reasons",
		},
		"as long as may be": {
			found:   []check.Finding{second},
			reasons: []check.Reason{because(second, strings.Repeat("长", check.MaxReason))},
			texts:   strings.Repeat("长", check.MaxReason),
		},
	} {
		texts, err := check.Settle(c.found, c.reasons)

		open, isOpen := check.OpenIn(err)
		switch {
		case c.field != "":
			if failure := fault.Public(err); err == nil || failure.Field != c.field {
				t.Errorf("%s: %v", name, err)
			}
		case c.open > 0:
			if !isOpen || len(open.Findings) != c.open {
				t.Errorf("%s: %v, want %d open", name, err, c.open)
			}
		case err != nil || strings.Join(texts, "|") != c.texts:
			t.Errorf("%s: %q, %v", name, texts, err)
		}
	}
}

// TestADigestNamesWhatWasLookedAt: everything that the findings hang on, and not the order of the accounts.
func TestADigestNamesWhatWasLookedAt(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	own := "另有文字"
	base := func() (post.Post, post.Version) {
		due := at

		return post.Post{UnitID: 1, DueAt: &due}, post.Version{
			Text: "今日空气质量良",
			Targets: []post.Target{
				{AccountID: 1, Account: account.Account{ID: 1}},
				{AccountID: 2, Account: account.Account{ID: 2}, Variant: &own},
			},
			Media: []post.VersionMedia{{MediaID: 5, Alt: "图"}},
		}
	}
	before := check.Digest(base())

	for name, change := range map[string]func(*post.Post, *post.Version){
		"text":        func(_ *post.Post, v *post.Version) { v.Text += "。" },
		"own":         func(_ *post.Post, v *post.Version) { other := "别的"; v.Targets[1].Variant = &other },
		"account":     func(_ *post.Post, v *post.Version) { v.Targets = v.Targets[:1] },
		"unit":        func(p *post.Post, _ *post.Version) { p.UnitID = 2 },
		"time":        func(p *post.Post, _ *post.Version) { due := at.Add(time.Hour); p.DueAt = &due },
		"now":         func(p *post.Post, _ *post.Version) { p.DueNow = true },
		"picture":     func(_ *post.Post, v *post.Version) { v.Media[0].MediaID = 6 },
		"description": func(_ *post.Post, v *post.Version) { v.Media[0].Alt = "" },
	} {
		p, v := base()
		change(&p, &v)
		if check.Digest(p, v) == before {
			t.Errorf("%s makes no difference", name)
		}
	}

	p, v := base()
	v.Targets[0], v.Targets[1] = v.Targets[1], v.Targets[0]
	if check.Digest(p, v) != before {
		t.Error("the order of the accounts makes a difference")
	}
}
