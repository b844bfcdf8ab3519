package inbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/lexicon"
)

// Bounds of rules.
const (
	MaxRules     = 100 // of one unit
	MaxRuleWords = 20
	maxRuleName  = 30
	maxRuleWord  = 20
	maxPosition  = 999
)

// Condition says which new matters a rule is for: all of it must be so, and what is not given asks nothing.
type Condition struct {
	AccountID int64
	ColumnID  int64  // of the post that was commented on
	Kinds     []Kind // one of them
	Words     []string
	Daily     bool          // only from Begin to End, Beijing time
	Begin     time.Duration // after midnight
	End       time.Duration // not after Begin: over midnight
}

// Effect is what a rule does: it assigns, or says which kind it is, or both.
type Effect struct {
	UnitID  int64 // 0: it assigns to nobody
	OwnerID int64 // 0: to the unit
	Kind    Kind  // "": the kind stays
}

// Rule says to whom what citizens say to the accounts of a unit and of those below goes by itself.
type Rule struct {
	ID          int64
	UnitID      int64
	UnitName    string
	UnitPath    string
	Name        string
	Position    int // in the order in which the unit's rules are asked
	If          Condition
	Then        Effect
	AccountName string // "": any
	ColumnName  string
	ToUnit      string
	ToPath      string
	ToOwner     string
	Revision    int
	By          string
	At          time.Time
}

// Ref names the rule in the audit trail.
func (r Rule) Ref() string { return "inbox_rule/" + strconv.FormatInt(r.ID, 10) }

// Opening is a new matter as rules see it.
type Opening struct {
	AccountID int64
	ColumnID  int64 // 0: of none, or not known
	Kind      Kind
	Text      string // the first that the citizen said
	At        time.Time
}

// asks tells whether all but the words of the condition is so of a matter.
func (c Condition) asks(o Opening) bool {
	switch {
	case c.AccountID != 0 && c.AccountID != o.AccountID,
		c.ColumnID != 0 && c.ColumnID != o.ColumnID,
		len(c.Kinds) > 0 && !slices.Contains(c.Kinds, o.Kind),
		c.Daily && !c.within(o.At):
		return false
	}

	return true
}

// within tells whether an instant lies in the hours of the condition: from Begin on, before End.
func (c Condition) within(at time.Time) bool {
	local := at.In(beijing.Zone)
	hour, minute, _ := local.Clock()
	day := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	if c.Begin < c.End {
		return c.Begin <= day && day < c.End
	}

	return c.Begin <= day || day < c.End
}

// Hours are the hours of the condition as people read them; "" is all day.
func (c Condition) Hours() string {
	if !c.Daily {
		return ""
	}

	return Minute(c.Begin) + "–" + Minute(c.End)
}

// Rulebook is rules that are ready to be asked of many matters: in the order in which they are asked, with
// their words in one matcher. It is fixed once made and may be used by many at once.
type Rulebook struct {
	rules  []Rule
	words  *lexicon.Matcher
	wordOf []int // by word: the rule whose it is
}

// NewRulebook makes a book of rules in any order.
func NewRulebook(rules []Rule) *Rulebook {
	book := &Rulebook{rules: slices.SortedFunc(slices.Values(rules), Rule.before)}

	var words []lexicon.Word

	for i, rule := range book.rules {
		for _, word := range rule.If.Words {
			words = append(words, lexicon.Word{Text: word, Through: lexicon.Folded})
			book.wordOf = append(book.wordOf, i)
		}
	}
	book.words = lexicon.Build(words)

	return book
}

// Follow is the rule that a matter of the unit at a path follows, nil where none fits: the nearest unit's
// come first, each unit's in order of their positions. Words are found however they are written: in capitals,
// in full width, in traditional letters.
func (b *Rulebook) Follow(path string, o Opening) *Rule {
	said := make([]bool, len(b.rules)) // one of the rule's words
	b.words.Find(o.Text, func(match lexicon.Match) bool {
		said[b.wordOf[match.Pattern]] = true
		return true
	})

	for i := range b.rules {
		rule := &b.rules[i]
		if strings.HasPrefix(path, rule.UnitPath) && (len(rule.If.Words) == 0 || said[i]) && rule.If.asks(o) {
			return rule
		}
	}

	return nil
}

// columns tells whether some rule asks for the column of the post that was commented on.
func (b *Rulebook) columns() bool {
	return slices.ContainsFunc(b.rules, func(rule Rule) bool { return rule.If.ColumnID != 0 })
}

// before compares the rule with another one by which is asked first.
func (r Rule) before(other Rule) int {
	return cmp.Or(
		cmp.Compare(len(other.UnitPath), len(r.UnitPath)),
		cmp.Compare(r.Position, other.Position),
		cmp.Compare(r.ID, other.ID),
	)
}

// MayKeepRules tells whether the actor may make, change and retire the rules of a unit: nil, fault.NotFound
// or fault.Forbidden.
func MayKeepRules(actor access.Actor, unitPath string) error {
	return access.Require(actor, access.InboxRule, unitPath)
}

// clean checks and completes what a rule says by itself. Fails with fault.Fields on "name", "position",
// "kinds", "words", "begin", "end", "to_unit_id" and
// "kind".
func (r Rule) clean() (Rule, error) {
	var wrong fault.Fields
	r.Name = strings.TrimSpace(r.Name)
	if n := glyph.Count(r.Name); n == 0 || n > maxRuleName {
		wrong.Add(fault.Invalid("name", "请填写规则的名称，最多 {.max} 个字", "max", maxRuleName))
	}
	if r.Position < 1 || r.Position > maxPosition {
		wrong.Add(fault.Invalid("position", "请填写 1 到 {.max} 的整数，小的先用", "max", maxPosition))
	}
	if slices.ContainsFunc(r.If.Kinds, func(k Kind) bool { return !k.Valid() }) {
		wrong.Add(fault.Invalid("kinds", "没有这个类别，请重新选择"))
	}
	words, bad := cleanWords(r.If.Words)
	r.If.Words = words
	wrong.Add(bad)
	wrong.Add(r.If.hours())

	switch {
	case r.Then.Kind != "" && !r.Then.Kind.Valid():
		wrong.Add(fault.Invalid("kind", "没有这个类别，请重新选择"))
	case r.Then.UnitID == 0 && r.Then.Kind == "":
		wrong.Add(fault.Invalid("to_unit_id", "请选择分派给谁，或者定为什么类别"))
	}
	if r.Then.UnitID == 0 {
		r.Then.OwnerID = 0
	}

	return r, wrong.Err()
}

// hours says what is wrong with the hours, and clears them where they are not asked for.
func (c *Condition) hours() *fault.Error {
	const day = 24 * time.Hour
	if !c.Daily {
		c.Begin, c.End = 0, 0
		return nil
	}
	if c.End == 0 {
		c.End = day
	}

	switch {
	case c.Begin < 0 || c.Begin >= day:
		return fault.Invalid("begin", "请填写 00:00 到 23:59 的时间")
	case c.End < 0 || c.End > day || c.End == c.Begin:
		return fault.Invalid("end", "请填写与开始不同的时间；早于开始的，是到第二天")
	}

	return nil
}

func cleanWords(words []string) (kept []string, wrong *fault.Error) {
	for _, word := range words {
		word = strings.TrimSpace(word)
		if word == "" || slices.Contains(kept, word) {
			continue
		}
		if glyph.Count(word) > maxRuleWord {
			return words, fault.Invalid(
				"words",
				"“{.word}”太长，一个词最多 {.max} 个字",
				"word",
				word,
				"max",
				maxRuleWord,
			)
		}
		kept = append(kept, word)
	}
	if len(kept) > MaxRuleWords {
		return words, fault.Invalid("words", "最多 {.max} 个词", "max", MaxRuleWords)
	}

	return kept, nil
}
