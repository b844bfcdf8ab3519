// Package glyph knows what a reader sees of a text: where one visible sign ends and the next begins,
// which characters cannot be seen at all, and whether two names look alike. It knows nothing of posts
// or people.
//
// A text that holds direction marks reads otherwise than it is stored: "AQI 052" behind U+202E is seen
// as "250 IQA". Whoever approves a text must see what is stored, so pages write such marks out
// (Written), a post that holds them is not submitted (Find), and names are compared without them
// (Fold). See docs/security.md.
package glyph

import (
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// Cut gives the first n visible signs of a text, with an ellipsis where something is left out. A
// family, a flag or a letter with its accents is one sign and is never split.
func Cut(text string, n int) string {
	rest, state := text, -1
	for range n {
		if rest == "" {
			return text
		}
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}
	if rest == "" {
		return text
	}

	return text[:len(text)-len(rest)] + "…"
}

// Signs walks through the visible signs of a text.
func Signs(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		rest, state := text, -1
		for rest != "" {
			var sign string
			sign, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			if !yield(sign) {
				return
			}
		}
	}
}

// Count is the number of visible signs of a text.
func Count(text string) int { return uniseg.GraphemeClusterCount(text) }

// Index finds words in a text whatever the case of letters, and gives where the first place begins and
// ends; -1 when it has none.
func Index(text, words string) (from, to int) {
	if words == "" {
		return -1, -1
	}

	for at := range text {
		if n, ok := prefixFold(text[at:], words); ok {
			return at, at + n
		}
	}

	return -1, -1
}

// prefixFold tells whether a text begins with words, and how many bytes of the text that takes.
func prefixFold(text, words string) (taken int, ok bool) {
	for _, want := range words {
		got, size := utf8.DecodeRuneInString(text[taken:])
		if size == 0 || unicode.ToLower(got) != unicode.ToLower(want) {
			return 0, false
		}
		taken += size
	}

	return taken, true
}

// Around gives the passage of a text that surrounds the bytes from to to, with up to n visible signs
// before it and after it, in three pieces. What is left out at either end is an ellipsis.
func Around(text string, from, to, n int) (before, match, after string) {
	from, to = widen(text, from, to)
	return cutHead(text[:from], n), text[from:to], Cut(text[to:], n)
}

// widen moves both ends outwards to the borders of visible signs.
func widen(text string, from, to int) (int, int) {
	start, end := 0, len(text)
	for signs := uniseg.NewGraphemes(text); signs.Next(); {
		left, right := signs.Positions()
		if left <= from {
			start = left
		}
		if right >= to {
			end = right
			break
		}
	}

	return start, max(start, end)
}

// cutHead keeps the last n visible signs.
func cutHead(text string, n int) string {
	surplus := Count(text) - n
	if surplus <= 0 {
		return text
	}

	rest, state := text, -1
	for range surplus {
		_, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
	}

	return "…" + rest
}

// Unseen is a character of a text that has no shape of its own but changes how the rest is read, or
// hides in it.
type Unseen struct {
	Rune rune
	At   int // which visible sign of the text it follows: 0 at the very beginning
	Byte int // where it begins
}

// Direction tells whether the character turns the reading direction of what follows.
func (u Unseen) Direction() bool { return turns(u.Rune) }

// Name is how people speak of the character: U+202E.
func (u Unseen) Name() string { return fmt.Sprintf("U+%04X", u.Rune) }

// Find lists what cannot be seen in a text. Joiners, tags and selectors that make up one visible sign
// with what stands before them, as in a family or a flag, belong to that sign and are not listed.
func Find(text string) []Unseen {
	if !strings.ContainsFunc(text, Hidden) {
		return nil
	}

	var found []Unseen
	sign := 0

	for signs := uniseg.NewGraphemes(text); signs.Next(); {
		start, _ := signs.Positions()
		cluster := signs.Runes()
		shown := false

		for i, r := range cluster {
			if Hidden(r) && !partOfSign(cluster, i) {
				at := sign
				if shown {
					at++
				}
				found = append(found, Unseen{Rune: r, At: at, Byte: start})
			} else {
				shown = true
			}
			start += len(string(r))
		}
		if shown {
			sign++
		}
	}

	return found
}

// Written writes what cannot be seen out, as ‹U+202E›, so that a text is read as it is stored.
func Written(text string) string {
	return WrittenAs(text, func(unseen Unseen) string { return "‹" + unseen.Name() + "›" })
}

// WrittenAs is Written in a form of the caller's.
func WrittenAs(text string, form func(Unseen) string) string { return replace(text, form) }

// Without gives the text without what cannot be seen in it. Taking one character out may lay bare
// another, so it is done until nothing is left; each pass makes the text shorter.
func Without(text string) string {
	for {
		plain := replace(text, func(Unseen) string { return "" })
		if plain == text {
			return plain
		}
		text = plain
	}
}

func replace(text string, with func(Unseen) string) string {
	found := Find(text)
	if len(found) == 0 {
		return text
	}

	var out strings.Builder

	done := 0
	for _, unseen := range found {
		out.WriteString(text[done:unseen.Byte])
		out.WriteString(with(unseen))
		done = unseen.Byte + len(string(unseen.Rune))
	}
	out.WriteString(text[done:])

	return out.String()
}

// Fold is what two names are compared by: compatibility forms made one (NFKC), what cannot be seen and
// the blanks at the ends taken out, runs of blanks made one, letters made small. Two names of one fold
// look alike and must not both be given.
func Fold(name string) string {
	plain := strings.Map(func(r rune) rune {
		if Hidden(r) || joins(r) {
			return -1
		}

		return r
	}, norm.NFKC.String(name))

	return strings.ToLower(strings.Join(strings.Fields(plain), " "))
}

// Clean is how a name is kept: what is stored is what is shown. What cannot be seen is taken out, runs
// of blanks of any kind become one space, letters with their accents take one form (NFC).
func Clean(name string) string {
	plain := strings.Map(func(r rune) rune {
		if Hidden(r) || joins(r) {
			return -1
		}

		return r
	}, name)

	return norm.NFC.String(strings.Join(strings.Fields(plain), " "))
}

// turns tells whether a character changes the direction of reading: the embeddings and overrides, the
// isolates, and the marks.
func turns(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 ||
		r == 0x200E || r == 0x200F || r == 0x061C
}

// joins tells whether a character only ever shapes the sign before it: variation selectors.
func joins(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

// Hidden tells whether a character has no shape of its own. Find tells which of them belong to a sign.
// Line feed and tab are a text's own layout.
func Hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case turns(r):
		return true
	// zero width; invisible operators
	case r >= 0x200B && r <= 0x200D, r >= 0x2060 && r <= 0x2065, r >= 0x206A && r <= 0x206F:
		return true
	// soft hyphen, grapheme joiner, byte order mark, vowel separator
	case r == 0x00AD, r == 0x034F, r == 0xFEFF, r == 0x180E:
		return true
	case r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x17B4, r == 0x17B5: // fillers
		return true
	case r == 0x2028, r == 0x2029, r >= 0xFFF9 && r <= 0xFFFB: // separators of lines; annotations
		return true
	case r == 0x2800, r == 0xFFFC: // the braille pattern without dots; a place without its object
		return true
	case r >= 0xE0000 && r <= 0xE007F: // tags
		return true
	}

	return unicode.Is(unicode.Cc, r)
}

// partOfSign tells whether the joiner or tag at place i makes up one sign with its neighbours: a joiner
// between two pictures, a tag behind a flag, a joiner between letters of a script that needs it.
func partOfSign(cluster []rune, i int) bool {
	r := cluster[i]
	switch {
	case r == 0x200D: // between two pictures, or behind a virama
		return i > 0 && i < len(cluster)-1 && !Hidden(cluster[i-1]) && !Hidden(cluster[i+1]) &&
			pictureOrMark(cluster[0])
	case r >= 0xE0020 && r <= 0xE007F:
		return cluster[0] == 0x1F3F4 // the black flag of a region
	}

	return false
}

// pictureOrMark tells whether a sign may hold a joiner: pictures, and letters of the scripts of India.
func pictureOrMark(first rune) bool {
	return first >= 0x1F000 || first >= 0x2190 && first <= 0x2BFF || first >= 0x0900 && first <= 0x0DFF
}
