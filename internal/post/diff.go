package post

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"juzhen/internal/glyph"
)

// Op says what happened to a piece of text.
type Op int

// The ops.
const (
	Same Op = iota
	Gone
	Came
)

// Chunk is a piece of text with what happened to it.
type Chunk struct {
	Op   Op
	Text string
}

// IsGone tells whether the piece was taken out.
func (c Chunk) IsGone() bool { return c.Op == Gone }

// IsNew tells whether the piece was added.
func (c Chunk) IsNew() bool { return c.Op == Came }

// TargetChange is an account whose text differs between two versions, or that is in one of them only.
type TargetChange struct {
	Target  Target // of the new version; of the old one when it is gone
	Added   bool
	Removed bool
	Text    []Chunk // of what the account would publish
}

// MediaChange is a picture that was added, removed, moved or described anew.
type MediaChange struct {
	Media    VersionMedia
	Added    bool
	Removed  bool
	Moved    bool
	OldAlt   string
	AltAnew  bool
	Position int // from 1, in the new version; in the old one when it is gone
}

// Difference is what changed from one version to another.
type Difference struct {
	Text        []Chunk
	TextChanged bool
	// only those that changed; accounts that merely follow the common text are left out
	Targets        []TargetChange
	Media          []MediaChange // only those that changed
	VisibleChanged bool
	RepostChanged  bool

	GeneratedChanged bool
	ColumnChanged    bool
	OldColumn        string // "": none
	NewColumn        string

	UntilChanged       bool
	OldUntil, NewUntil *time.Time // nil: as the account says
}

// Empty tells whether nothing changed.
func (d Difference) Empty() bool {
	return !d.TextChanged && len(d.Targets) == 0 && len(d.Media) == 0 && !d.VisibleChanged &&
		!d.RepostChanged && !d.GeneratedChanged && !d.ColumnChanged && !d.UntilChanged
}

// Diff compares two versions as their readers would: texts by Han characters and by words, accounts and
// pictures one by one.
func Diff(old, new Version) Difference {
	return Difference{
		Text:           DiffText(old.Text, new.Text),
		TextChanged:    old.Text != new.Text,
		Targets:        diffTargets(old, new),
		Media:          diffMedia(old.Media, new.Media),
		VisibleChanged: old.Visible != new.Visible,
		RepostChanged:  old.RepostOf != new.RepostOf,

		GeneratedChanged: old.Generated != new.Generated,
		ColumnChanged:    old.ColumnID != new.ColumnID,
		OldColumn:        old.ColumnName,
		NewColumn:        new.ColumnName,

		UntilChanged: !sameInstant(old.NotAfter, new.NotAfter),
		OldUntil:     old.NotAfter,
		NewUntil:     new.NotAfter,
	}
}

func diffTargets(old, new Version) []TargetChange {
	var out []TargetChange

	for _, target := range new.Targets {
		was, ok := old.Target(target.AccountID)
		if !ok {
			out = append(out, TargetChange{
				Target: target,
				Added:  true,
				Text:   []Chunk{{Came, target.TextOf(new)}},
			})

			continue
		}
		follows := target.Variant == nil && was.Variant == nil
		if a, b := was.TextOf(old), target.TextOf(new); !follows && a != b {
			out = append(out, TargetChange{Target: target, Text: DiffText(a, b)})
		}
	}

	for _, target := range old.Targets {
		if _, ok := new.Target(target.AccountID); !ok {
			out = append(out, TargetChange{
				Target:  target,
				Removed: true,
				Text:    []Chunk{{Gone, target.TextOf(old)}},
			})
		}
	}

	return out
}

func diffMedia(old, new []VersionMedia) []MediaChange {
	place := func(list []VersionMedia, id int64) int {
		return slices.IndexFunc(
			list,
			func(versionMedia VersionMedia) bool { return versionMedia.MediaID == id },
		)
	}
	var out []MediaChange

	for i, versionMedia := range new {
		was := place(old, versionMedia.MediaID)
		mediaChange := MediaChange{
			Media:    versionMedia,
			Added:    was < 0,
			Moved:    was >= 0 && was != i,
			Position: i + 1,
		}
		if was >= 0 && old[was].Alt != versionMedia.Alt {
			mediaChange.AltAnew, mediaChange.OldAlt = true, old[was].Alt
		}
		if mediaChange.Added || mediaChange.Moved || mediaChange.AltAnew {
			out = append(out, mediaChange)
		}
	}

	for i, versionMedia := range old {
		if place(new, versionMedia.MediaID) < 0 {
			out = append(out, MediaChange{Media: versionMedia, Removed: true, Position: i + 1})
		}
	}

	return out
}

// DiffText compares two texts: Han characters and marks one by one, Latin words and numbers whole.
// Joining the Same and Gone chunks gives the old text, joining the Same and Came ones the new text.
func DiffText(old, new string) []Chunk {
	a, b := tokens(old), tokens(new)

	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}

	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out script
	out.add(Same, a[:head]...)
	out.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	out.add(Same, a[len(a)-tail:]...)

	return out.calm()
}

// tokens cuts a text into what a reader would call one piece: a word, a number, or one visible sign.
func tokens(s string) []string {
	var out []string
	last := single

	for sign := range glyph.Signs(s) {
		kind := kindOf(sign)
		if kind != single && kind == last {
			out[len(out)-1] += sign
		} else {
			out = append(out, sign)
		}
		last = kind
	}

	return out
}

// The kinds of visible signs: those that stand alone, and those that make up words and numbers.
const (
	single = iota
	letter
	digit
)

func kindOf(sign string) int {
	r, _ := utf8.DecodeRuneInString(sign)
	switch {
	case unicode.Is(unicode.Han, r):
		return single
	case unicode.IsLetter(r):
		return letter
	case unicode.IsDigit(r):
		return digit
	}

	return single
}

// maxCells bounds the table of the comparison; beyond it the middle is shown as replaced whole.
const maxCells = 16 << 20

// script is a growing list of chunks.
type script []Chunk

func (s *script) add(op Op, words ...string) {
	for _, w := range words {
		if n := len(*s); n > 0 && (*s)[n-1].Op == op {
			(*s)[n-1].Text += w
			continue
		}
		*s = append(*s, Chunk{op, w})
	}
}

// middle appends the difference by the longest common subsequence.
func (s *script) middle(a, b []string) {
	if len(a) == 0 || len(b) == 0 || len(a)*len(b) > maxCells {
		s.add(Gone, a...)
		s.add(Came, b...)
		return
	}
	width := len(b) + 1

	best := make([]uint16, (len(a)+1)*width) // length of the longest common rest
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				best[i*width+j] = best[(i+1)*width+j+1] + 1
			} else {
				best[i*width+j] = max(best[(i+1)*width+j], best[i*width+j+1])
			}
		}
	}

	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			s.add(Same, a[i])
			i, j = i+1, j+1
		case best[(i+1)*width+j] >= best[i*width+j+1]:
			s.add(Gone, a[i])
			i++
		default:
			s.add(Came, b[j])
			j++
		}
	}
	s.add(Gone, a[i:]...)
	s.add(Came, b[j:]...)
}

// calm joins what is torn: an unchanged single character between two changes is shown as changed too,
// unless it is a mark that parts them, and each run of changes is shown as what went and then what
// came.
func (s script) calm() []Chunk {
	var out script
	var gone, came string
	flush := func() {
		if gone != "" {
			out.add(Gone, gone)
		}
		if came != "" {
			out.add(Came, came)
		}
		gone, came = "", ""
	}

	for i, chunk := range s {
		between := i > 0 && i < len(s)-1 && joins(chunk.Text)
		switch {
		case chunk.Op == Gone:
			gone += chunk.Text
		case chunk.Op == Came:
			came += chunk.Text
		case between:
			gone, came = gone+chunk.Text, came+chunk.Text
		default:
			flush()
			out.add(Same, chunk.Text)
		}
	}
	flush()

	return out
}

// joins tells whether text is a single letter or digit.
func joins(text string) bool {
	runes := []rune(text)
	return len(runes) == 1 && (unicode.IsLetter(runes[0]) || unicode.IsDigit(runes[0]))
}
