package sandbox

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

const (
	shortLimit = 140  // 汉字, two half-width characters each
	longLimit  = 2000 // of a long post
)

// escape is what the platform does to a text before it goes into JSON.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

var (
	links  = regexp.MustCompile(`https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+`)
	topics = regexp.MustCompile(`#[^#\s][^#]*#`)
)

// halfWidths counts a text in half-width characters as the web composer does: an ordinary link is 20
// however long, one on weibo.com up to 41 counts as it is, a t.cn link is text. Half of it, rounded up,
// is the length that is held against 140.
func halfWidths(text string) int {
	sum := 0

	rest := links.ReplaceAllStringFunc(text, func(link string) string {
		if strings.HasPrefix(link, "http://t.cn/") {
			return link
		}
		sum += linkCost(link)

		return ""
	})
	for _, unit := range utf16.Encode([]rune(rest)) {
		sum++
		if unit > 0x80 {
			sum++
		}
	}

	return sum
}

func linkCost(link string) int {
	n := len(link)

	own := strings.HasPrefix(link, "http://weibo.com") || strings.HasPrefix(link, "http://weibo.cn")
	switch {
	case own && n <= 41:
		return n
	case n <= 140:
		return 20
	}

	return n - 140 + 20
}

func textLength(text string) int { return (halfWidths(text) + 1) / 2 }

func linksIn(text string) []string {
	if !strings.Contains(text, "http") {
		return nil
	}

	return links.FindAllString(text, -1)
}

// hasTopic says whether #a topic# stands in the text; a number sign inside a link is none.
func hasTopic(text string) bool { return topics.MatchString(links.ReplaceAllString(text, "")) }

// shown turns a text into what timelines give back: links become t.cn, a text over 140 is cut with a
// link to the whole, and the rest is HTML-escaped. whole asks for the uncut text.
func (s *Server) shown(raw string, uid, id int64, whole bool) string {
	short := s.links.replace(raw)
	cut := cutText(short)
	if whole || textLength(raw) <= shortLimit || cut == short {
		return escape.Replace(short)
	}

	return escape.Replace(cut) + fmt.Sprintf("…全文： http://m.weibo.cn/%d/%d", uid, id)
}

// cutText keeps the first 140 汉字 of a text and splits no link.
func cutText(text string) string {
	units, end := 0, len(text)
	for i, r := range text {
		units += runeUnits(r)
		if units > 2*shortLimit {
			end = i
			break
		}
	}

	for _, at := range links.FindAllStringIndex(text, -1) {
		if at[0] < end && end < at[1] {
			end = at[0]
		}
	}

	return text[:end]
}

func runeUnits(r rune) int {
	switch {
	case r <= 0x80:
		return 1
	case r > 0xffff:
		return 4
	}

	return 2
}
