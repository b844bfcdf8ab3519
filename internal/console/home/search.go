package home

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// searchPage answers the search in the head: posts by their text, accounts by their name.
type searchPage struct {
	page.Base
	Posts    []parts.PostRow
	More     bool // there are more posts than shown
	Accounts []account.Account
	Past     []pastRow // posts of the platform that were not written here
	MorePast bool
}

// pastRow is a post of the platform with the place in which the words stand.
type pastRow struct {
	reach.Post
	Passage page.Passage
}

// pastPage lists all posts of the platform that have the words in them.
type pastPage struct {
	page.Base
	Rows  []pastRow
	Pager page.Pager
	Short bool // one character was searched for: only of late
}

const shownFound = 10

func (h *pages) search(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	page := searchPage{Base: h.kit.Base(c, "搜索")}
	words := strings.TrimSpace(c.Query("q"))
	if words != "" && actor.Can(access.PostView) {
		found, err := h.Posts.List(ctx, actor, post.Filter{Query: words, Limit: shownFound})
		if err != nil {
			return err
		}
		page.More = found.Next != ""
		if page.Posts, err = parts.WithStates(ctx, h.Deliveries, found.Rows); err != nil {
			return err
		}
		parts.ShowPassages(page.Posts, words)
	}
	if words != "" && actor.Can(access.ReachView) {
		found, err := h.Reach.Search(ctx, actor, words, "", shownFound)
		if err != nil {
			return err
		}
		page.Past, page.MorePast = pastRows(found.Rows, words), found.Next != ""
	}
	if words != "" && actor.Can(access.AccountView) {
		list, err := h.Accounts.List(ctx, actor, account.Filter{Query: words})
		if err != nil {
			return err
		}
		page.Accounts = list[:min(len(list), shownFound)]
	}

	return h.kit.Show(c, 200, "home/search", page)
}

func pastRows(posts []reach.Post, words string) []pastRow {
	rows := make([]pastRow, len(posts))
	for i, post := range posts {
		rows[i] = pastRow{Post: post, Passage: page.PassageOf(post.Text, words)}
	}

	return rows
}

// searchPast lists all posts of the platform with the words of the search, a page at a time.
func (h *pages) searchPast(c *gin.Context) error {
	words, after := strings.TrimSpace(c.Query("q")), c.Query("after")
	found, err := h.Reach.Search(c.Request.Context(), web.Actor(c), words, after, 0)
	if err != nil {
		return err
	}

	p := pastPage{
		Base:  h.kit.Base(c, "平台上的微博", page.Crumb{Text: "搜索", Href: "/search?q=" + url.QueryEscape(words)}),
		Rows:  pastRows(found.Rows, words),
		Short: post.Short(words),
	}
	p.Pager = web.PagerOf(c, len(p.Rows), after, found.Next)

	return h.kit.Show(c, 200, "home/past", p)
}
