package review

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/identity"
)

// Bounds of notes: letters of one and of what it quotes, and how many a post may have.
const (
	MaxNote   = 300
	MaxQuoted = 100
	maxNotes  = 200
)

// Note is what one reviewer says to others beside a text. Those who wrote the text do not see it: what they
// are to change is said with a return.
type Note struct {
	ID            int64
	PostID        int64
	VersionNumber int // of the version it was written beside
	By            int64
	ByName        string
	At            time.Time
	Text          string
	Quoted        string   // the words it is about; "" for the whole
	Asks          []string // names of the colleagues it asks with @
	ResolvedBy    string   // display name; "" while it is open
	ResolvedAt    *time.Time
}

// Open tells whether the note still wants something.
func (n Note) Open() bool { return n.ResolvedAt == nil }

// Unresolved counts the open notes.
func Unresolved(notes []Note) (n int) {
	for _, note := range notes {
		if note.Open() {
			n++
		}
	}

	return n
}

// checkNote looks at what somebody wrote. wordings are the texts of the version: what a note quotes stands
// in one of them.
func checkNote(text, quoted string, wordings []string) error {
	var wrong fault.Fields

	switch {
	case text == "":
		wrong.Add(fault.Invalid("note", "请写下批注"))
	case utf8.RuneCountInString(text) > MaxNote:
		wrong.Add(fault.Invalid("note", "批注最多 {.max} 字", "max", MaxNote))
	case len(glyph.Find(text)) > 0:
		wrong.Add(fault.Invalid("note", "批注中有看不见的字符，请删去"))
	}

	switch {
	case quoted == "":
	case utf8.RuneCountInString(quoted) > MaxQuoted:
		wrong.Add(fault.Invalid("quoted", "引用的文字最多 {.max} 字", "max", MaxQuoted))
	case !slices.ContainsFunc(wordings, func(text string) bool { return strings.Contains(text, quoted) }):
		wrong.Add(fault.Invalid("quoted", "这一版里没有这段文字，请照原文引用"))
	}

	return wrong.Err()
}

// asked are the colleagues whom a note names with @, the longest name first: 值班审核员甲 is not 值班审核员.
func asked(text string, colleagues []identity.Holder) (people []identity.Holder) {
	byLength := slices.Clone(colleagues)
	slices.SortStableFunc(byLength, func(a, b identity.Holder) int {
		return cmp.Compare(len(b.Name), len(a.Name))
	})

	for _, person := range byLength {
		called := "@" + person.Name
		if person.Name == "" || !strings.Contains(text, called) {
			continue
		}
		people = append(people, person)
		text = strings.ReplaceAll(text, called, " ")
	}

	return people
}
