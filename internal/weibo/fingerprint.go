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
var cutMark = regexp.MustCompile(
	`(?:…|\.{3})+\s*(?:展开)?全文\s*[:：]?\s*(?:https?://[!-~]*|` + linkMark + `)?[\s\x{200b}\x{feff}]*$`,
)

// prefixRunes is how much of a cut text is compared; minPrefix is the least that says anything.
const (
	prefixRunes = 120
	minPrefix   = 20
)

// Fingerprint is text as it can be recognised after Weibo had it: NFC, HTML entities decoded, each link
// one mark without space around it, white space folded to single spaces, invisible characters dropped.
// It is its own fingerprint.
func Fingerprint(s string) string {
	for range 8 { // an entity may hide another; each round that changes anything makes the text shorter
		next := canonical(html.UnescapeString(anyLink.ReplaceAllString(s, linkMark)))
		if next == s {
			break
		}
		s = next
	}

	return s
}

// anyLink takes every character a URL may have, so that a link and the t.cn that replaced it end at the
// same place even where the two sides disagree about the end of a link.
var anyLink = regexp.MustCompile(`(?i)https?://[-a-z0-9._~:/?#\[\]@!$&'()*+,;=%]+`)

// canonical is the normal form without decoding.
func canonical(s string) string { return norm.NFC.String(fold(anyLink.ReplaceAllString(s, linkMark))) }

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

// compare holds what was sent against what is seen: the whole text, or where that is cut its first 120
// characters. How often Weibo escaped the text is not known, so each reading of it may agree; a reading
// is never mixed with another.
func compare(sent, seen string, cut bool) likeness {
	best := compareOne(Fingerprint(sent), Fingerprint(seen), cut)
	for _, a := range []string{sent, html.UnescapeString(sent)} {
		b := seen
		for range 3 {
			best = max(best, compareOne(canonical(a), canonical(b), cut))
			b = html.UnescapeString(b)
		}
	}

	return best
}

// compareOne compares two normal forms.
func compareOne(a, b string, cut bool) likeness {
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
