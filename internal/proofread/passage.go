package proofread

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// passage is a text as the rules read it: full width as half width, one rune for one rune, so that each
// byte of it has its place in what was written.
type passage struct {
	raw    []rune
	folded string
	rune   []int  // of each byte of folded, and of its end: which rune of raw
	link   []bool // of each byte: whether it belongs to an address
}

// address is a link as Weibo takes it out of a text.
var address = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]{1,15}://[!-~]+`)

func newPassage(raw string) *passage {
	t := &passage{raw: []rune(raw)}
	var folded strings.Builder
	folded.Grow(len(raw))
	t.rune = make([]int, 0, len(raw)+1)

	for i, r := range t.raw {
		n, _ := folded.WriteRune(half(r))
		for range n {
			t.rune = append(t.rune, i)
		}
	}
	t.rune = append(t.rune, len(t.raw))
	t.folded = folded.String()

	t.link = make([]bool, len(t.folded)+1)
	for _, place := range address.FindAllStringIndex(t.folded, -1) {
		for i := place[0]; i < place[1]; i++ {
			t.link[i] = true
		}
	}

	return t
}

// half is a sign of full width as one of half width; commas and full stops stay what they are.
func half(r rune) rune {
	switch {
	case r == '　':
		return ' '
	case r == '，' || r == '！' || r == '？' || r == '；':
		return r
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	}

	return r
}

// sentence is a part of a passage, with the byte at which it begins.
type sentence struct {
	from int
	text string
}

// sentences cuts a passage where a sentence ends. A point between digits ends none.
func (t *passage) sentences() (out []sentence) {
	from := 0

	for i, r := range t.folded {
		if strings.ContainsRune("。！？；\n\r!?;", r) && !t.link[i] {
			out = append(out, sentence{from, t.folded[from:i]})
			from = i + utf8.RuneLen(r)
		}
	}

	return append(out, sentence{from, t.folded[from:]})
}

// before and after give the rune beside a place; utf8.RuneError at an edge.
func before(s string, at int) rune { r, _ := utf8.DecodeLastRuneInString(s[:at]); return r }
func after(s string, at int) rune  { r, _ := utf8.DecodeRuneInString(s[at:]); return r }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func isHan(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

func in(set string, r rune) bool { return r != utf8.RuneError && strings.ContainsRune(set, r) }

// tail gives at most n runes of s before a place, head as many after it.
func tail(s string, at, n int) string {
	from := at
	for range n {
		_, size := utf8.DecodeLastRuneInString(s[:from])
		from -= size
	}

	return s[from:at]
}

func head(s string, at, n int) string {
	to := at
	for range n {
		_, size := utf8.DecodeRuneInString(s[to:])
		to += size
	}

	return s[at:to]
}

func containsAny(s string, words ...string) bool {
	for _, word := range words {
		if strings.Contains(s, word) {
			return true
		}
	}

	return false
}
