// Package lexicon keeps lists of words that must not stand in a post, or stand there wrong, and finds them in
// a text. A list belongs to a unit and holds for all below it. What a finding stops is decided above.
package lexicon

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// Kind says what the words of a list are. It gives entries without a level of their own theirs.
type Kind string

// The kinds of lists.
const (
	Grave       Kind = "grave"
	Names       Kind = "names"
	Typo        Kind = "typo"
	Sensitive   Kind = "sensitive"
	Environment Kind = "environment"
	Links       Kind = "links"
)

// Kinds lists the kinds, the gravest first.
func Kinds() []Kind { return []Kind{Grave, Names, Typo, Sensitive, Environment, Links} }

// Label is the Chinese name of the kind, empty for an unknown one.
func (k Kind) Label() string {
	return map[Kind]string{
		Grave:       i18n.N("严重错误"),
		Names:       i18n.N("姓名与职务"),
		Typo:        i18n.N("错别字"),
		Sensitive:   i18n.N("敏感词"),
		Environment: i18n.N("环境用语"),
		Links:       i18n.N("禁用链接"),
	}[k]
}

// Preset is the level of an entry that has none of its own.
func (k Kind) Preset() Level {
	switch k {
	case Grave:
		return Block
	case Names, Typo, Sensitive:
		return Second
	}

	return Hint
}

// bridged tells whether the words of the kind are looked for through signs between their letters: whoever
// writes a slip of the pen does not disguise it.
func (k Kind) bridged() bool { return k == Grave || k == Names || k == Sensitive }

// Level says what a finding asks of people.
type Level string

// The levels.
const (
	Block  Level = "block"  // not submitted until mended, or until two people enter an exception
	Second Level = "second" // needs a reason, and a second person's agreement
	Hint   Level = "hint"   // to be thought about
)

// Levels lists the levels, the gravest first.
func Levels() []Level { return []Level{Block, Second, Hint} }

// Label is the Chinese name of the level, empty for an unknown one.
func (l Level) Label() string {
	return map[Level]string{
		Block:  i18n.N("禁止"),
		Second: i18n.N("须说明"),
		Hint:   i18n.N("提示"),
	}[l]
}

// AtLeast tells whether the level is as grave as another or graver. What is no level is below all.
func (l Level) AtLeast(other Level) bool { return l.rank() >= other.rank() }

func (l Level) rank() int {
	return map[Level]int{Block: 3, Second: 2, Hint: 1}[l]
}

// State says whether a list, or an entry, is looked for.
type State string

// The states.
const (
	On  State = "on"
	Off State = "off"
)

// States lists the states.
func States() []State { return []State{On, Off} }

// Label is the Chinese name of the state.
func (s State) Label() string {
	return map[State]string{
		On:  i18n.N("启用中"),
		Off: i18n.N("已停用|词表"),
	}[s]
}

// List is a word list as it stands.
type List struct {
	ID       int64
	UnitID   int64
	UnitName string
	UnitPath string
	Kind     Kind
	Name     string
	State    State
	Version  int
	Entries  int    // looked for
	Shipped  string // the key of a list that came with the program
	// of the program's list, as far as it was taken over
	ShippedVersion int
	ChangedAt      time.Time
	ChangedBy      string // empty: the program
	Asked          int    // changes that wait for a second person
}

// Ref is the list as the audit trail names it.
func (l List) Ref() string { return "lexicon/" + strconv.FormatInt(l.ID, 10) }

// Entry is one word of a list. An entry is never changed: what replaces it has another ID.
type Entry struct {
	ID         int64
	Word       string
	Level      Level // empty: the preset of the list's kind
	Suggestion string
	Note       string
	From       string // Beijing day as 2006-01-02, inclusive; empty: always
	Until      string // inclusive
	// Longer words and names in which the word is no finding; "《》" and "“”" stand for all that lies between
	// such marks.
	Exceptions []string
	State      State
}

// LevelIn is the level of the entry in a list of a kind.
func (e Entry) LevelIn(kind Kind) Level {
	if e.Level != "" {
		return e.Level
	}

	return kind.Preset()
}

// same tells whether two entries say the same of one word.
func (e Entry) same(other Entry) bool {
	return e.Word == other.Word && e.Level == other.Level && e.Suggestion == other.Suggestion &&
		e.Note == other.Note && e.From == other.From && e.Until == other.Until && e.State == other.State &&
		slices.Equal(e.Exceptions, other.Exceptions)
}

// inForce tells whether the entry holds on a Beijing day.
func (e Entry) inForce(day string) bool {
	return e.State == On && (e.From == "" || e.From <= day) && (e.Until == "" || day <= e.Until)
}

// Bounds of lists and entries, in characters where they are lengths.
const (
	nameLimit       = 40
	wordLimit       = 100
	noteLimit       = 300
	exceptionsLimit = 50
	entriesLimit    = 300_000 // of one list, past ones not counted
	listsLimit      = 100     // of one unit
	whyLimit        = 200
)

// clean takes blanks from the ends and gives what is not said its plain form.
func (e Entry) clean() Entry {
	e.Word, e.Suggestion = strings.TrimSpace(e.Word), strings.TrimSpace(e.Suggestion)
	e.Note, e.From, e.Until = glyph.Clean(e.Note), strings.TrimSpace(e.From), strings.TrimSpace(e.Until)
	if e.State == "" {
		e.State = On
	}

	exceptions := []string{}

	for _, exception := range e.Exceptions {
		exception = strings.TrimSpace(exception)
		if exception != "" && !slices.Contains(exceptions, exception) {
			exceptions = append(exceptions, exception)
		}
	}
	e.Exceptions = exceptions

	return e
}

// check tells what is wrong with an entry, as faults at its fields.
func (e Entry) check() error {
	var fields fault.Fields

	switch n := len([]rune(e.Word)); {
	case n == 0:
		fields.Add(fault.Invalid("word", "请填写词语"))
	case n > wordLimit:
		fields.Add(fault.Invalid("word", "词语最多 {.max} 个字", "max", wordLimit))
	case !printable(e.Word):
		fields.Add(fault.Invalid("word", "词语中有换行或不可见的字符"))
	}
	if e.Level != "" && e.Level.Label() == "" {
		fields.Add(fault.Invalid("level", "级别只能是禁止、须说明、提示，或留空"))
	}

	switch {
	case len([]rune(e.Suggestion)) > wordLimit:
		fields.Add(fault.Invalid("suggestion", "建议最多 {.max} 个字", "max", wordLimit))
	case !printable(e.Suggestion):
		fields.Add(fault.Invalid("suggestion", "建议中有换行或不可见的字符"))
	case e.Suggestion != "" && e.Suggestion == e.Word:
		fields.Add(fault.Invalid("suggestion", "建议与词语相同"))
	}
	if len([]rune(e.Note)) > noteLimit || !printable(e.Note) {
		fields.Add(fault.Invalid("note", "说明最多 {.max} 个字，不能换行", "max", noteLimit))
	}
	fields.Add(checkDay("from", e.From))
	fields.Add(checkDay("until", e.Until))
	if e.From != "" && e.Until != "" && e.From > e.Until {
		fields.Add(fault.Invalid("until", "止日早于起日"))
	}
	fields.Add(e.checkExceptions())
	if e.State.Label() == "" {
		fields.Add(fault.Invalid("state", "状态只能是启用或停用"))
	}

	return fields.Err()
}

func (e Entry) checkExceptions() *fault.Error {
	if len(e.Exceptions) > exceptionsLimit {
		return fault.Invalid("exceptions", "例外最多 {.max} 个", "max", exceptionsLimit)
	}
	word := theFolding().text(e.Word)

	for _, exception := range e.Exceptions {
		switch folded := theFolding().text(exception); {
		case len([]rune(exception)) > wordLimit || !printable(exception):
			return fault.Invalid("exceptions", "每个例外最多 {.max} 个字，不能换行", "max", wordLimit)
		case exception == inBookMarks || exception == inQuotes:
		case !strings.Contains(folded, word) || folded == word:
			return fault.Invalid("exceptions", "例外「{.exception}」须是含有该词的更长的词，或《》、“”", "exception", exception)
		}
	}

	return nil
}

// Exceptions that name a place and no word.
const (
	inBookMarks = "《》"
	inQuotes    = "“”"
)

// checkDay tells whether a day is one; nil for none.
func checkDay(field, day string) *fault.Error {
	if day == "" {
		return nil
	}
	at, err := instant.Parse(day, time.DateOnly)
	if err != nil || at.Year() < 1949 || at.Year() > 2199 {
		return fault.Invalid(field, "请按 2026-01-31 的样子填写日期")
	}

	return nil
}

// printable tells whether a text can be read on one line. Joiners may be part of a word that is looked for.
func printable(text string) bool {
	return !strings.ContainsFunc(
		text,
		func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar },
	)
}

// needsSecond tells whether an entry may take the place of another (nil: of none) only when two people say
// so: what forbids a word, and what finds less than before. Source: docs/words.md.
func needsSecond(kind Kind, before *Entry, after Entry) bool {
	forbids := after.State == On && after.LevelIn(kind) == Block
	if before == nil || before.State == Off {
		return forbids
	}

	return after.State == Off ||
		forbids && before.LevelIn(kind) != Block ||
		!after.LevelIn(kind).AtLeast(before.LevelIn(kind)) ||
		after.From > before.From ||
		after.Until != before.Until && after.Until != "" &&
			(before.Until == "" || after.Until < before.Until) ||
		slices.ContainsFunc(after.Exceptions, func(exception string) bool {
			return !slices.Contains(before.Exceptions, exception)
		})
}

// ListDo is what the actor may do with a list, as a page offers it and a use case asks it.
type ListDo struct{ Manage, Confirm bool }

// May tells what the actor may do with the list.
func (l List) May(actor access.Actor) ListDo {
	return ListDo{
		Manage:  actor.CanAt(access.LexiconManage, l.UnitPath),
		Confirm: actor.CanAt(access.LexiconConfirm, l.UnitPath),
	}
}
