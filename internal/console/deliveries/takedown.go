package deliveries

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// shownAtOnce is how many accounts a page of many shows.
const shownAtOnce = 50

// takedownPage asks to take a post down from some or all of its accounts. A second person must agree.
// Of many accounts it shows some at a time; what is chosen travels along, and "all of them" is one
// choice.
type takedownPage struct {
	page.Base
	PostID int64
	What   string // title of the post
	All    int    // accounts of the post
	Able   int    // that can be taken down
	Chosen int
	Hidden string // chosen but not in Rows
	Rows   []takedownRow
	Match  int // accounts the search found
	Pages  int
	Form   takedownForm
}

// Many tells that not all accounts are shown at once.
func (p takedownPage) Many() bool { return p.All > shownAtOnce }

// First and Last number the rows that are shown.
func (p takedownPage) First() int { return (p.Form.Page-1)*shownAtOnce + 1 }

// Last is the number of the last row.
func (p takedownPage) Last() int { return p.First() + len(p.Rows) - 1 }

// takedownRow is one account of the post.
type takedownRow struct {
	delivery.Delivery
	Chosen bool
	Why    string // Chinese, why it cannot be taken down; empty when it can
}

// takedownForm is what was chosen. Delivery comes from the address or from the boxes.
type takedownForm struct {
	Scope      string  `form:"scope"` // "all" takes whatever can be taken down
	Deliveries []int64 `form:"delivery"`
	Picked     string  `form:"picked"`
	Reason     string  `form:"reason"`
	Q          string  `form:"q"`
	Page       int     `form:"page"`
	Act        string  `form:"act"` // "find" and "page.N" show other rows
}

func (h *pages) takedownForm(c *gin.Context) error {
	var form takedownForm
	if err := web.Bind(c, &form); err != nil {
		form.Deliveries = nil
	}
	if form.Scope == "" && len(form.Deliveries) == 0 {
		form.Scope = "all"
	}
	page, err := h.takedownPage(c, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "takedowns/form", page)
}

func (h *pages) takedownPage(c *gin.Context, form takedownForm) (takedownPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return takedownPage{}, err
	}
	p := takedownPage{
		Base:   h.kit.Base(c, "从微博下架", page.Crumb{Text: "发送", Href: "/deliveries"}),
		PostID: id,
		Form:   form,
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	list, asked, err := h.Deliveries.ToTakeDown(ctx, actor, id)
	if err != nil {
		return p, err
	}
	titled, err := parts.WithTitles(ctx, h.Deliveries, actor, p.Base, list[:1])
	if err != nil {
		return p, err
	}
	p.What = titled[0].Title
	p.fill(list, asked, actor)

	return p, nil
}

// fill counts and cuts the rows.
func (p *takedownPage) fill(list []delivery.Delivery, asked map[int64]bool, actor access.Actor) {
	wanted := map[int64]bool{}
	for _, id := range p.Form.Deliveries {
		wanted[id] = true
	}
	p.All = len(list)
	var rows []takedownRow
	var chosen []int64

	for _, d := range list {
		row := takedownRow{Delivery: d, Why: whyNotDown[delivery.AgainstTakedown(actor, d, asked[d.ID])]}
		if row.Why == "" {
			p.Able++
			row.Chosen = wanted[d.ID] || p.Form.Scope == "all" && p.All <= shownAtOnce
		}
		if row.Chosen {
			chosen = append(chosen, d.ID)
		}
		if matches(d, p.Form.Q) {
			rows = append(rows, row)
		}
	}
	p.Chosen, p.Match = len(chosen), len(rows)
	p.Pages = max(1, (len(rows)+shownAtOnce-1)/shownAtOnce)
	p.Form.Page = min(max(p.Form.Page, 1), p.Pages)
	from := (p.Form.Page - 1) * shownAtOnce
	p.Rows = rows[from:min(from+shownAtOnce, len(rows))]
	p.Hidden = page.WriteIDs(slices.DeleteFunc(chosen, func(id int64) bool {
		return slices.ContainsFunc(p.Rows, func(row takedownRow) bool { return row.ID == id })
	}))
}

// matches tells whether the account or its unit has the words in its name.
func matches(d delivery.Delivery, words string) bool {
	words = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(words), "@"))
	return strings.Contains(strings.ToLower(d.AccountHandle+"\n"+d.UnitName), words)
}

// whyNotDown says what stands against a take-down, in the few words that a row has room for.
var whyNotDown = map[delivery.Obstacle]string{
	delivery.AskedDown:     i18n.N("已申请下架，等第二人确认"),
	delivery.NotOut:        i18n.N("没有发出"),
	delivery.DownAlready:   i18n.N("已下架"),
	delivery.GoneAlready:   i18n.N("已不在平台上"),
	delivery.PostedByHand:  i18n.N("由人工发布，请登录微博删除"),
	delivery.IDNotKnown:    i18n.N("微博编号还没有取得，请稍后再试"),
	delivery.NoRightToTake: i18n.N("您在这个单位没有下架权限"),
}

func (h *pages) takedown(c *gin.Context) error {
	var form takedownForm
	err := web.Bind(c, &form)
	hidden, wrong := page.ReadIDs(form.Picked)
	if wrong != nil {
		return fault.Invalid("", "表单无法读取，请刷新页面后重试").With(wrong)
	}
	form.Deliveries = append(form.Deliveries, hidden...)
	p, perr := h.takedownPage(c, form.turned())
	if perr != nil {
		return perr
	}
	if form.Act != "" {
		return h.kit.Show(c, 200, "takedowns/form", p)
	}
	if err == nil {
		var ids []int64
		if ids, err = h.toTake(c, p); err == nil {
			return h.askDown(c, &p, ids)
		}
	}

	return h.kit.Refuse(c, err, "takedowns/form", &p)
}

// turned is the form after a button that only shows other rows.
func (f takedownForm) turned() takedownForm {
	verb, rest, _ := strings.Cut(f.Act, ".")
	if n, err := strconv.Atoi(rest); verb == "page" && err == nil {
		f.Page = n
	}
	if verb == "find" {
		f.Page = 1
	}

	return f
}

// toTake are the deliveries that were meant. What was chosen must belong to the post of the address.
func (h *pages) toTake(c *gin.Context, page takedownPage) ([]int64, error) {
	actor := web.Actor(c)
	list, asked, err := h.Deliveries.ToTakeDown(c.Request.Context(), actor, page.PostID)
	if err != nil {
		return nil, err
	}
	of := map[int64]bool{}
	var able []int64

	for _, one := range list {
		of[one.ID] = true
		if delivery.AgainstTakedown(actor, one, asked[one.ID]) == "" {
			able = append(able, one.ID)
		}
	}
	if page.Form.Scope == "all" && page.Many() {
		return able, nil
	}

	for _, id := range page.Form.Deliveries {
		if !of[id] {
			return nil, fault.NotFound("没有找到，或不在您的管辖范围内")
		}
	}

	return page.Form.Deliveries, nil
}

func (h *pages) askDown(c *gin.Context, page *takedownPage, ids []int64) error {
	asked, err := h.Deliveries.Takedown(c.Request.Context(), web.Actor(c), ids, page.Form.Reason)
	switch {
	case err != nil:
		return h.kit.Refuse(c, err, "takedowns/form", page)
	case len(asked) == 1:
		return h.kit.See(c, decisionPath(asked[0].ID), "已申请下架，等第二人确认")
	}

	return h.kit.See(c, batchPath(*asked[0].BatchID), "已申请从 {.n} 个账号下架，等第二人确认", "n", len(asked))
}
