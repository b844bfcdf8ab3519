package library

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/library"
	"juzhen/internal/post"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// shelf is one of the parts of the library, as the address names it.
type shelf string

const (
	published shelf = ""
	kept      shelf = "kept" // snippets and texts
	pictures  shelf = "pictures"
	drafts    shelf = "drafts"
)

// tab leads to a shelf.
type tab struct {
	Text, Href, Icon string
	Current          bool
}

// listForm is the filter, as the address holds it. To is a day and counts whole.
type listForm struct {
	On      shelf     `form:"on"`
	Q       string    `form:"q"`
	Account string    `form:"account"`
	Column  int64     `form:"column"`
	Author  int64     `form:"author"`
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	After   string    `form:"after"`
}

// FromDay is the first day as a date control writes it.
func (f listForm) FromDay() string { return dayOf(f.From) }

// ToDay is the last day.
func (f listForm) ToDay() string { return dayOf(f.To) }

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}

	return beijing.Date(t)
}

// period is the filter's time, from the first instant to the one behind its last day.
func (f listForm) period() (from, to *time.Time) {
	if !f.From.IsZero() {
		from = &f.From
	}
	if !f.To.IsZero() {
		end := f.To.AddDate(0, 0, 1)
		to = &end
	}

	return from, to
}

// listPage is one shelf.
type listPage struct {
	page.Base
	Form  listForm
	Tabs  []tab
	Chips []page.Chip
	Pager page.Pager

	Found     library.Found
	Published []publishedRow
	Items     []itemRow
	Drafts    []draftRow

	Accounts     []page.Option // none: too many to choose from
	AccountAsked string
	Columns      []page.Option
	Authors      []page.Option
	accountID    int64
}

// publishedRow is a text that went out, with the place of the words in it.
type publishedRow struct {
	library.Published
	page.Passage
}

// Short is the beginning of the text.
func (r publishedRow) Short() string { return glyph.Cut(r.Text, shown) }

// itemRow is an item as a list shows it.
type itemRow struct {
	library.Item
	Expired bool
}

// Short is the beginning of the text.
func (r itemRow) Short() string { return glyph.Cut(r.Text, shown) }

// draftRow is a post that was not approved yet.
type draftRow struct{ post.Row }

// Short is the beginning of the text.
func (r draftRow) Short() string { return glyph.Cut(r.Text, shown) }

// shown is how many signs of a text a list shows.
const shown = 140

// Finds tells whether the reader looks at published texts, which have more filters.
func (p listPage) Finds() bool { return p.Form.On == published }

func (h *pages) list(c *gin.Context) error {
	var form listForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p := listPage{Base: h.kit.Base(c, "素材库", page.Crumb{Text: "稿件", Href: "/posts"}), Form: form}
	p.Tabs = h.tabs(c, form.On)
	if err := h.fill(c, &p); err != nil {
		return err
	}
	if form.After != "" {
		p.Pager.First = web.Link(c)
	}

	return h.kit.Show(c, 200, "library/list", p)
}

func (h *pages) tabs(c *gin.Context, on shelf) (tabs []tab) {
	for _, one := range []struct {
		on         shelf
		text, icon string
	}{
		{published, "发布过的", "send"},
		{kept, "片段与文稿", "file-text"},
		{pictures, "图片", "photo"},
		{drafts, "草稿", "pencil"},
	} {
		href := "/library"
		if one.on != published {
			href += "?on=" + string(one.on)
		}
		tabs = append(tabs, tab{Text: one.text, Href: href, Icon: one.icon, Current: one.on == on})
	}

	return tabs
}

func (h *pages) fill(c *gin.Context, p *listPage) error {
	switch p.Form.On {
	case kept:
		return h.fillItems(c, p, library.Snippet, library.Whole)
	case pictures:
		return h.fillItems(c, p, library.Picture)
	case drafts:
		return h.fillDrafts(c, p)
	}
	p.Form.On = published

	return h.fillPublished(c, p)
}

func (h *pages) fillPublished(c *gin.Context, p *listPage) (err error) {
	if err := h.choices(c, p); err != nil {
		return err
	}
	query := library.Query{
		Words:     p.Form.Q,
		AccountID: p.accountID,
		ColumnID:  p.Form.Column,
		UserID:    p.Form.Author,
		After:     p.Form.After,
	}
	query.From, query.To = p.Form.period()
	if p.Found, err = h.Library.Search(c.Request.Context(), web.Actor(c), query); err != nil {
		return err
	}

	for _, row := range p.Found.Rows {
		p.Published = append(p.Published, publishedRow{row, page.PassageOf(row.Text, p.Form.Q)})
	}
	p.page(c, len(p.Published), p.Found.Next)

	return nil
}

func (h *pages) fillItems(c *gin.Context, p *listPage, kinds ...library.Kind) error {
	found, err := h.Library.Items(c.Request.Context(), web.Actor(c), library.ItemQuery{
		Words: p.Form.Q, Kinds: kinds, After: p.Form.After,
	})
	if err != nil {
		return err
	}
	today := h.Library.Today()

	for _, item := range found.Rows {
		p.Items = append(p.Items, itemRow{item, item.Expired(today)})
	}
	p.page(c, len(p.Items), found.Next)

	return nil
}

func (h *pages) fillDrafts(c *gin.Context, p *listPage) error {
	found, err := h.Posts.List(c.Request.Context(), web.Actor(c), post.Filter{
		Query: p.Form.Q, Phases: []post.Phase{post.Draft, post.Submitted}, After: p.Form.After,
	})
	if err != nil {
		return err
	}

	for _, row := range found.Rows {
		p.Drafts = append(p.Drafts, draftRow{row})
	}
	p.page(c, len(p.Drafts), found.Next)

	return nil
}

func (p *listPage) page(c *gin.Context, shown int, next string) {
	p.Pager.Shown = shown
	if next != "" {
		p.Pager.Next = web.Link(c, "after", next)
	}
}

// choices fills what the filters of published texts offer, and names what is filtered by.
func (h *pages) choices(c *gin.Context, p *listPage) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostView, Limit: parts.Choosable + 1,
	})
	if err != nil {
		return err
	}
	named, err := h.Accounts.Named(ctx, actor, access.PostView, p.Form.Account)
	if err != nil {
		return err
	}
	p.Accounts = parts.AccountOptions(accounts)
	p.accountID, p.AccountAsked = parts.AccountAsked(named, p.Form.Account)
	columns, err := h.Columns.List(ctx, actor)
	if err != nil {
		return err
	}
	authors, err := h.Posts.Authors(ctx, actor)
	if err != nil {
		return err
	}
	p.Columns, p.Authors = []page.Option{{Text: "全部"}}, []page.Option{{Text: "全部"}}

	for _, one := range columns {
		p.Columns = append(p.Columns, option(one.ID, one.Name, p.Form.Column))
	}

	for _, one := range authors {
		p.Authors = append(p.Authors, option(one.ID, one.Name, p.Form.Author))
	}
	p.chip(c, "q", "搜索", p.Form.Q)
	p.chip(c, "account", "账号", p.AccountAsked)
	p.chip(c, "column", "栏目", chosen(p.Columns))
	p.chip(c, "author", "作者", chosen(p.Authors))
	p.chip(c, "from", "从|日期", p.Form.FromDay())
	p.chip(c, "to", "到|日期", p.Form.ToDay())

	return nil
}

func (p *listPage) chip(c *gin.Context, key, name, value string) {
	if value != "" {
		p.Chips = append(p.Chips, page.Chip{Name: name, Value: value, Href: web.Link(c, key, "")})
	}
}

func option(id int64, name string, asked int64) page.Option {
	return page.Option{Value: fmt.Sprint(id), Text: name, Raw: true, Selected: id == asked}
}

func chosen(options []page.Option) string {
	for _, option := range options {
		if option.Selected {
			return option.Text
		}
	}

	return ""
}

// ViewLists is the list whose filter readers keep: the library.
func ViewLists() []view.List {
	return []view.List{{
		Key: "library", Name: i18n.N("素材库"), Path: "/library", Needs: access.PostView, Form: listForm{},
		Keeps: []view.Param{
			view.Among("on", kept, pictures, drafts),
			view.Text("q"),
			view.Text("account"),
			view.ID("column"),
			view.ID("author"),
			view.Day("from"),
			view.Day("to"),
		},
	}}
}
