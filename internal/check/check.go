// Package check says what is wrong in the wordings of a post and what that asks of people: by the word lists
// in force for its units (lexicon), by rules that read the text alone (proofread), and by what only the post
// knows: pictures without a description, a text that was sent lately, what is known of its links (link).
//
// What is found has a level. A block is not submitted; a second needs a reason of the writer and the
// agreement of a second person at review; a hint is told. docs/words.md has the presets and why.
package check

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
	"juzhen/internal/proofread"
)

// Rule names what found something: a rule of proofread, the kind of a word list, or one of those here.
type Rule string

// The rules that only a post can be held against.
const (
	Description Rule = "description" // a picture without a description
	Repeat      Rule = "repeat"      // the same text on the same account within RepeatWithin
	LinkState   Rule = "link_state"  // a link that the last look found dead, led elsewhere, or insecure
	LinkDomain  Rule = "link_domain" // a link to a domain that is not on the list of a unit
	Rebutted    Rule = "rebutted"    // what a rebuttal in force denies

	// Unchecked is no rule that anybody sets a level for: a part of the check did not run.
	Unchecked Rule = "unchecked"
)

// RepeatWithin is how near the same text on the same account must lie to be told.
const RepeatWithin = 7 * 24 * time.Hour

// presets are the levels of the rules that are no list's. What is not named is a hint.
var presets = map[Rule]lexicon.Level{
	Rule(proofread.AQIClass):       lexicon.Second,
	Rule(proofread.Primary):        lexicon.Second,
	Rule(proofread.Weekday):        lexicon.Second,
	Rule(proofread.ImpossibleDate): lexicon.Second,
	Rule(proofread.Mobile):         lexicon.Second,
	Rule(proofread.IdentityCard):   lexicon.Second,
	Rule(proofread.Plate):          lexicon.Second,
	Rule(proofread.BankCard):       lexicon.Second,
	LinkDomain:                     lexicon.Second,
	Rebutted:                       lexicon.Second,
}

// Preset is the level of a rule where nobody has set another. The words of a list have their list's.
func (r Rule) Preset() lexicon.Level {
	if kind := lexicon.Kind(r); kind.Label() != "" {
		return kind.Preset()
	}
	if level, ok := presets[r]; ok {
		return level
	}

	return lexicon.Hint
}

// Label is the Chinese name of the rule.
func (r Rule) Label() string {
	switch r {
	case Description:
		return i18n.N("图片说明")
	case Repeat:
		return i18n.N("近期重复")
	case LinkState:
		return i18n.N("链接打不开或跳转")
	case LinkDomain:
		return i18n.N("链接域名")
	case Rebutted:
		return i18n.N("与辟谣不一致")
	case Unchecked:
		return i18n.N("检查没有运行完整")
	}
	if label := lexicon.Kind(r).Label(); label != "" {
		return label
	}

	return proofread.Rule(r).Label()
}

// Rules are all there are, in the order in which they are shown.
func Rules() (all []Rule) {
	for _, kind := range lexicon.Kinds() {
		all = append(all, Rule(kind))
	}

	for _, rule := range proofread.Rules() {
		all = append(all, Rule(rule))
	}

	return append(all, LinkState, LinkDomain, Rebutted, Description, Repeat)
}

// Finding is one thing that is wrong, at its place in one wording of a post.
type Finding struct {
	AccountID  int64 // whose own wording it stands in; 0: the common text, or the post itself
	Rule       Rule
	Level      lexicon.Level
	Start, End int    // in code points of the wording, End exclusive; both 0: the post itself
	Found      string // exactly what stands there
	Suggestion string // what should stand there; "" where only a person can say
	Text       string // why, as a Chinese source text
	Args       []any  // fills Text: names and values in turn

	ListID int64  // of the word list it comes from; 0: none
	Word   string // of the list
	// Exception is what was asked for this word in this text, and perhaps confirmed; nil: nothing.
	Exception *lexicon.Exception
}

// Excepted tells whether two people said that the word may stand here.
func (f Finding) Excepted() bool { return f.Exception != nil && f.Exception.Holds() }

// Stops tells whether nobody can submit, approve or send the text as it is.
func (f Finding) Stops() bool { return f.Level == lexicon.Block && !f.Excepted() }

// MayExcept tells whether an exception can be asked for: a word of a list stops the text, and nobody asked
// yet.
func (f Finding) MayExcept() bool { return f.Stops() && f.ListID != 0 && f.Exception == nil }

// Stopping gives the findings because of which a text cannot go out.
func Stopping(found []Finding) (out []Finding) {
	for _, f := range found {
		if f.Stops() {
			out = append(out, f)
		}
	}

	return out
}

// Key names a finding as people mean it: the same rule on the same words of the same wording, wherever in
// it they stand. A form carries reasons by it, because places move while somebody writes.
func (f Finding) Key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s\n%s", f.AccountID, f.Rule, f.Found))

	return hex.EncodeToString(sum[:6])
}

// Highest is the gravest level among findings; empty for none.
func Highest(found []Finding) (level lexicon.Level) {
	for _, f := range found {
		if f.Level.AtLeast(level) {
			level = f.Level
		}
	}

	return level
}

// Digest names what was looked at: the wordings, their accounts, pictures and the time. Findings of one
// digest belong to no other.
func Digest(p post.Post, version post.Version) string {
	hash := sha256.New()
	due := "now"
	if p.DueAt != nil && !p.DueNow {
		due = p.DueAt.UTC().Format(time.RFC3339)
	}
	_, _ = fmt.Fprintf(hash, "%d %s %q\n", p.UnitID, due, version.Text)

	targets := slices.Clone(version.Targets)
	slices.SortFunc(targets, func(a, b post.Target) int { return cmp.Compare(a.AccountID, b.AccountID) })

	for _, target := range targets {
		_, _ = fmt.Fprintf(hash, "%d %q\n", target.AccountID, target.TextOf(version))
	}

	for _, picture := range version.Media {
		_, _ = fmt.Fprintf(hash, "%d %q\n", picture.MediaID, picture.Alt)
	}

	return hex.EncodeToString(hash.Sum(nil))
}

// fromList is the finding of a word of a list.
func fromList(hit lexicon.Hit, text []rune) Finding {
	finding := Finding{
		Rule:       Rule(hit.Kind),
		Level:      hit.Level,
		Start:      hit.Start,
		End:        hit.End,
		Found:      string(text[hit.Start:hit.End]),
		Suggestion: hit.Suggestion,
		Text:       i18n.N("词表中有“{.word}”"),
		Args:       []any{"word", hit.Word},
		ListID:     hit.ListID,
		Word:       hit.Word,
	}

	switch {
	case hit.Note != "":
		finding.Text, finding.Args = i18n.N(
			"词表中有“{.word}”：{.note}",
		), []any{
			"word",
			hit.Word,
			"note",
			hit.Note,
		}
	case hit.Suggestion != "":
		finding.Text = i18n.N("“{.word}”应为“{.want}”")
		finding.Args = []any{"word", hit.Word, "want", hit.Suggestion}
	}

	return finding
}

// fromRule is the finding of a rule that reads the text alone.
func fromRule(f proofread.Finding) Finding {
	return Finding{
		Rule:       Rule(f.Rule),
		Level:      Rule(f.Rule).Preset(),
		Start:      f.Start,
		End:        f.End,
		Found:      f.Found,
		Suggestion: f.Suggestion,
		Text:       f.Text,
		Args:       f.Args,
	}
}

// inOrder sorts findings by wording and place, the graver first where they stand at one place.
func inOrder(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.AccountID, b.AccountID),
			cmp.Compare(a.Start, b.Start),
			cmp.Compare(b.End, a.End),
			cmp.Compare(a.Rule, b.Rule),
		)
	})

	return found
}
