package parts

import (
	"juzhen/internal/link"
	"juzhen/internal/post"
	"juzhen/internal/web/page"
)

// Link is an address of a post with what is known of it.
type Link struct {
	link.Link
	Said string // what to know of it, in the reader's language; "" for what is as it should be
}

// LinkList is the links of a post's version.
type LinkList struct {
	PostID int64
	Lines  []Link
	Again  bool   // the reader may have them looked at again
	Back   string // "review" where that leads back to the review
}

// Links shows the addresses of a post.
func Links(base page.Base, p post.Post, links []link.Link) LinkList {
	list := LinkList{PostID: p.ID, Again: p.MayLookAgain(base.Actor)}

	for _, one := range links {
		line := Link{Link: one}
		if text, args := one.Said(base.Now); text != "" {
			line.Said = base.T(text, args...)
		}
		list.Lines = append(list.Lines, line)
	}

	return list
}
