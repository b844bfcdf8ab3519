package weibo

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// linkMark stands for any link, because Weibo rewrites links to t.cn.
const linkMark = "\ufffc"

// cutMark is how Weibo ends a text that goes on elsewhere: "…全文", with a link behind it or without.
var cutMark = regexp.MustCompile(`(?:…|\.{3})+\s*(?:展开)?全文\s*[:：]?\s*(?:https?://[!-~]*|` + linkMark + `)?[\s\x{200b}\x{feff}]*$`)

// prefixRunes is how much of a cut text is compared; minPrefix is the least that says anything.
const (
	prefixRunes = 120
	minPrefix   = 20
)

// Fingerprint is text as it can be recognised after Weibo had it: NFC, HTML entities decoded, each link one mark without
// space around it, white space folded to single spaces, invisible characters dropped. It is its own fingerprint.
func Fingerprint(s string) string {
	for range 8 { // an entity may hide another; each round that changes anything makes the text shorter
		next := norm.NFC.String(fold(html.UnescapeString(urlPattern.ReplaceAllString(s, linkMark))))
		if next == s {
			break
		}
		s = next
	}
	return s
}

// fold joins white space, takes it away around link marks and at the ends, and drops what nobody sees.
func fold(s string) string {
	var b strings.Builder
	space, last := false, rune(0)
	for _, r := range s {
		switch {
		case invisible(r):
			continue
		case unicode.IsSpace(r):
			space = true
			continue
		}
		isMark := string(r) == linkMark
		if space && last != 0 && !isMark && string(last) != linkMark {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		space, last = false, r
	}
	return b.String()
}

func invisible(r rune) bool {
	return r == 0x200b || r == 0xfeff || r == 0x2060 || (unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r))
}

// likeness says how well two texts agree.
type likeness int

const (
	different likeness = iota
	weak               // the visible part agrees but is too short to say anything
	same
)

// compare holds what was sent against what is seen: the whole text, or where that is cut its first 120 characters.
func compare(sent, seen string, cut bool) likeness {
	a, b := Fingerprint(sent), Fingerprint(seen)
	if a == b {
		return same
	}
	if !cut && !cutMark.MatchString(b) {
		return different
	}
	head := []rune(strings.TrimSpace(cutMark.ReplaceAllString(b, "")))
	whole := []rune(a)
	n := min(prefixRunes, len(head))
	switch {
	case n == 0 || len(whole) < n || string(whole[:n]) != string(head[:n]):
		return different
	case n < minPrefix:
		return weak
	default:
		return same
	}
}
