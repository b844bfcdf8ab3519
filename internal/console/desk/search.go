package desk

import (
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// searchPage answers the search in the head: posts by their text, accounts by their name.
type searchPage struct {
	page.Base
	Posts    []listRow
	More     bool // there are more posts than shown
	Accounts []account.Account
}

const shownFound = 10

func (h *pages) search(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := searchPage{Base: h.kit.Base(c, "搜索")}
	words := strings.TrimSpace(c.Query("q"))
	if words != "" && actor.Can(access.PostView) {
		found, err := h.Posts.List(ctx, actor, post.Filter{Query: words, Limit: shownFound})
		if err != nil {
			return err
		}
		p.More = found.Next != ""
		if p.Posts, err = h.withStates(ctx, found.Rows); err != nil {
			return err
		}
	}
	if words != "" && actor.Can(access.AccountView) {
		list, err := h.Accounts.List(ctx, actor, account.Filter{Query: words})
		if err != nil {
			return err
		}
		p.Accounts = list[:min(len(list), shownFound)]
	}
	return h.kit.Show(c, 200, "desk/search", p)
}
