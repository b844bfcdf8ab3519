package web

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/web/page"
)

// PagerOf leads through a list by its cursor, which the address holds as "after": to the first page where
// this one is further on, and to the next one where there is more.
func PagerOf(c *gin.Context, shown int, after, next string) page.Pager {
	pager := page.Pager{Shown: shown}
	if after != "" {
		pager.First = Link(c)
	}
	if next != "" {
		pager.Next = Link(c, "after", next)
	}

	return pager
}
