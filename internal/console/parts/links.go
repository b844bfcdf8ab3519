package parts

import (
	"juzhen/internal/link"
	"juzhen/internal/web/page"
)

// Link is an address of a post with what is known of it.
type Link struct {
	link.Link
	Said string // what to know of it, in the reader's language; "" for what is as it should be
}

// Links shows the addresses of a post.
func Links(base page.Base, links []link.Link) (lines []Link) {
	for _, one := range links {
		line := Link{Link: one}
		if text, args := one.Said(base.Now); text != "" {
			line.Said = base.T(text, args...)
		}
		lines = append(lines, line)
	}

	return lines
}
