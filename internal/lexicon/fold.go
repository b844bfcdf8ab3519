package lexicon

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// traditional holds pairs of letters, the traditional form and the simplified one, by blanks apart. The
// pairs come from TSCharacters of OpenCC (Apache-2.0); letters that simplified texts use for themselves
// (乾, 瞭, 藉, 覆, 著, 徵) are left out.
//
//go:embed traditional.txt
var traditional string

// folding gives each letter its plain form: half width, lower case, simplified. One letter stays one letter,
// so that positions in what was folded are positions in the text.
type folding struct{ simple map[rune]rune }

// theFolding is read from its table once.
var theFolding = sync.OnceValue(newFolding)

func newFolding() folding {
	simple := make(map[rune]rune, len(traditional)/7)

	for pair := range strings.FieldsSeq(traditional) {
		letters := []rune(pair)
		simple[letters[0]] = letters[1]
	}

	return folding{simple}
}

// Distance between a full-width form and the ASCII letter that it stands for.
const (
	fullWidthFirst = '！'
	fullWidthLast  = '～'
	fullWidthShift = '！' - '!'
)

// letter gives the plain form of one letter.
func (f folding) letter(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}

		return r
	case r >= fullWidthFirst && r <= fullWidthLast:
		return f.letter(r - fullWidthShift)
	case unicode.Is(unicode.Zs, r):
		return ' '
	}

	if simple, ok := f.simple[r]; ok {
		return simple
	}
	if !lookalike(r) {
		return unicode.ToLower(r)
	}

	plain := []rune(norm.NFKC.String(string(r)))
	if len(plain) != 1 || plain[0] == r {
		return unicode.ToLower(r)
	}

	return f.letter(plain[0])
}

// lookalike tells whether a letter may be another one in disguise: circled, mathematical, a radical or a
// form kept for old encodings. Raised and lowered digits are none: μg/m³ is how it is meant to be written.
func lookalike(r rune) bool {
	switch {
	case r == 'µ':
		return true
	case 0x2460 <= r && r <= 0x24FF, // enclosed letters and digits
		0x2E80 <= r && r <= 0x2FDF,   // radicals
		0xF900 <= r && r <= 0xFAFF,   // forms of old encodings
		0x1D400 <= r && r <= 0x1D7FF, // mathematical letters
		0x2F800 <= r && r <= 0x2FA1F:
		return true
	}

	return false
}

// text folds a whole text, letter by letter.
func (f folding) text(text string) string { return strings.Map(f.letter, text) }

// bridgeable tells whether a folded letter may stand between two letters of a word as a disguise: a blank, an
// unseen sign, a mark over letters, a dash, a symbol. What ends or parts sentences (。！？，、；：, brackets,
// quotes, a new line) is none: two words beside it are two words.
func bridgeable(r rune) bool {
	if r < 0x80 {
		return strings.ContainsRune(" \t*.-_~|/\\+=#@&^%$<>`", r)
	}

	return strings.ContainsRune("·•‧・※†‡", r) ||
		unicode.In(r, unicode.Zs, unicode.Cf, unicode.Mn, unicode.Me, unicode.Pd, unicode.Pc, unicode.S)
}

// Fold gives a text letter by letter in its plain form: half width, lower case, simplified. What looks the
// same to a reader of a list of words is the same afterwards; one letter stays one letter.
func Fold(text string) string { return theFolding().text(text) }
