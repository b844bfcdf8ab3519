package reach

import (
	"html"
	"regexp"
	"strings"

	"juzhen/internal/glyph"
	"juzhen/internal/weibo"
)

// verdict is what one look says about a post that was known before.
type verdict struct {
	live Live
	text string // the new text when it changed
}

// judgePost compares a known post with what the platform shows of it now.
func judgePost(known tracked, now weibo.Post) verdict {
	switch {
	case now.Deleted:
		return verdict{live: Removed}
	case now.Visible != weibo.VisibleAll:
		return verdict{live: Hidden}
	case known.Shown != nil && !sameText(*known.Shown, now.Text) || known.Pictures != now.Pics &&
		known.Shown != nil:
		return verdict{live: Changed, text: now.Text}
	case known.State == Changed:
		return verdict{live: Changed}
	}

	return verdict{live: Shown}
}

var (
	shortLink = regexp.MustCompile(`https?://[^\s\p{Han}，。；！？、）】》”]+`)
	cutTail   = regexp.MustCompile(`(…|\.\.\.)\s*(<[^>]*>)?\s*全文.*$`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
	space     = regexp.MustCompile(`[\s\x{200b}]+`)
)

// sameText tells whether two texts as the platform showed them are the same post's: links are
// rewritten, entities and white space vary, and a long text is cut at one time and whole at another.
func sameText(a, b string) bool {
	a, cutA := plain(a)

	b, cutB := plain(b)
	switch {
	case cutA && cutB:
		n := min(len(a), len(b))
		return a[:n] == b[:n]
	case cutA:
		return strings.HasPrefix(b, a)
	case cutB:
		return strings.HasPrefix(a, b)
	}

	return a == b
}

// plain folds what varies and tells whether the text was cut.
func plain(s string) (string, bool) {
	s = html.UnescapeString(s)
	cut := cutTail.MatchString(s)
	s = cutTail.ReplaceAllString(s, "")
	s = anyTag.ReplaceAllString(s, "")
	s = shortLink.ReplaceAllString(s, "⁄")
	s = space.ReplaceAllString(s, "")

	return s, cut
}

// brief is the beginning of a text, for lists and to-dos.
func brief(s string) string {
	s = strings.TrimSpace(space.ReplaceAllString(s, " "))
	return glyph.Cut(s, 30)
}
