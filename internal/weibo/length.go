package weibo

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// urlPattern finds links as Weibo's own composer does: a scheme, a host with a dot, then the ASCII of a path.
var urlPattern = regexp.MustCompile(`(?i)https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+[-a-z0-9_$.+!*()/,:;@&=?~#%]*`)

const (
	urlCost     = 20  // half-width units of an ordinary link
	urlFree     = 140 // what is longer than this is counted on top
	urlOwnShort = 41  // links to Weibo itself up to this length cost what they are
)

// Length counts text as Weibo's composer does, in Chinese characters: 1 each, half for ASCII, 10 for an
// ordinary link, 2 for an emoji outside the basic plane; rounded up. The server may judge differently
// (20012 is its word). The cases that the browser shares are in testdata/length.json.
func Length(s string) int {
	s = plainLines(s)
	sum, rest := 0, 0

	for _, at := range urlPattern.FindAllStringIndex(s, -1) {
		cost, counted := linkUnits(s[at[0]:at[1]])
		if counted {
			sum += units(s[rest:at[0]]) + cost
			rest = at[1]
		}
	}
	sum += units(s[rest:])

	return (sum + 1) / 2
}

// linkUnits is the cost of a link in half-width units; false for one that Weibo leaves in the text as it is.
func linkUnits(link string) (int, bool) {
	host, n := linkHost(link), len(link)
	switch {
	case host == "t.cn":
		return 0, false
	case (host == "weibo.com" || host == "weibo.cn") && n <= urlOwnShort:
		return n, true
	case n <= urlFree:
		return urlCost, true
	default:
		return n - urlFree + urlCost, true
	}
}

// linkHost is the host of a link that urlPattern found, in lower case, without port.
func linkHost(link string) string {
	_, rest, _ := strings.Cut(link, "//")
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end >= 0 {
		rest = rest[:end]
	}

	return strings.ToLower(strings.TrimRight(rest, "."))
}

// units counts half-width units: 1 for ASCII, 2 for each other UTF-16 code unit.
func units(s string) int {
	n := 0

	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			n++
		case r > 0xffff:
			n += 4
		default:
			n += 2
		}
	}

	return n
}

// plainLines makes each line break one line feed, as browsers count them and as texts are sent.
func plainLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// Links gives the links in text as Weibo would find them.
func Links(s string) []string { return urlPattern.FindAllString(s, -1) }
