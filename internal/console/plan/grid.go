package plan

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/org"
	"juzhen/internal/plan"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// gridForm is what the address holds.
type gridForm struct {
	From  string `form:"from"` // 2026-11-30; empty: today
	Days  int    `form:"days"`
	Unit  int64  `form:"unit"`
	Query string `form:"q" check:"max=60"`
	Apart string `form:"apart"` // minutes
	Page  int    `form:"page"`
}

// gridPage is accounts by days.
type gridPage struct {
	page.Base
	Form   gridForm
	Spans  []page.Option
	Aparts []page.Option
	Units  []page.Option
	Legend []page.State
	Grid   plan.Grid
	Rows   []gridRow

	Weekdays          [7]string // by time.Weekday
	Prev, Next, Today string
	Export            string // the same as a file
	Pager             page.Pager
	UnknownYear       int
}

// gridRow is one account with what the rule of two weeks says of it.
type gridRow struct {
	plan.Row
	Told  string
	Cells []gridCell
}

// gridCell is one day of it.
type gridCell struct {
	plan.Cell
	Today   bool
	Entries []gridEntry
}

// gridEntry is one post of a cell.
type gridEntry struct {
	PostID    int64
	AccountID int64
	Href      string
	Move      string // where a new time is posted to; "": it stays
	Due       string // local in Shanghai
	Clock     string
	Title     string
	Word      string
	Tone      string
}

// usualApart is the minutes that two posts of an account should lie apart, when nobody says otherwise.
const usualApart = 30

// spans are how many days may be shown.
var spans = []int{7, 14, 31}

func (h *pages) grid(c *gin.Context) error {
	var form gridForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p := gridPage{Base: h.kit.Base(c, "账号与日期", crumb), Form: form}
	p.Bundle = []string{"plan"}
	p.Weekdays = parts.Weekdays()
	ask, err := h.ask(c, &p)
	if err != nil {
		return err
	}
	if p.Grid, err = h.Plan.Grid(c.Request.Context(), web.Actor(c), ask); err != nil {
		return err
	}

	for _, row := range p.Grid.Rows {
		p.Rows = append(p.Rows, p.row(row))
	}

	for _, day := range p.Grid.Days {
		if day.Mark.Kind == plan.Unknown {
			p.UnknownYear = day.Date.Year()
		}
	}
	p.navigate(c, ask)

	for _, state := range []delivery.PostState{
		delivery.PostDraft, delivery.PostSubmitted, delivery.PostApproved, delivery.PostSent,
		delivery.PostUndecided, delivery.PostFailed,
	} {
		p.Legend = append(p.Legend, badge.Of(state))
	}

	return h.kit.Show(c, http.StatusOK, "plan/grid", p)
}

// ask reads the address; what nobody can mean is the usual.
func (h *pages) ask(c *gin.Context, p *gridPage) (plan.Ask, error) {
	from := beijing.Day(p.Now)
	if at, ok := instant.Read(p.Form.From, p.Now, time.DateOnly); ok {
		from = at
	}
	days := 14

	for _, n := range spans {
		if p.Form.Days == n {
			days = n
		}
		p.Spans = append(p.Spans, page.Option{
			Value: strconv.Itoa(n), Text: p.T("{.n} 天", "n", n), Raw: true,
		})
	}
	apart := usualApart
	if n, err := strconv.Atoi(p.Form.Apart); err == nil && n >= 0 && n <= plan.MaxApart {
		apart = n
	}

	for _, n := range []int{0, 10, 30, 60, 120} {
		text := p.T("{.n} 分钟", "n", n)
		if n == 0 {
			text = p.T("不提示")
		}
		p.Aparts = append(p.Aparts, page.Option{Value: strconv.Itoa(n), Text: text, Raw: true})
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostView)
	if err != nil {
		return plan.Ask{}, err
	}
	ask := plan.Ask{
		From:  from,
		To:    from.AddDate(0, 0, days),
		Query: p.Form.Query,
		Page:  max(0, p.Form.Page),
		Apart: apart,
	}
	var unit org.Unit
	p.Units, unit = parts.UnitFilter(units, p.Form.Unit)
	ask.UnitPath = unit.Path
	p.Form.From, p.Form.Days, p.Form.Apart = beijing.Date(from), days, strconv.Itoa(apart)

	return ask, nil
}

// navigate leads to the days before and behind, and to other accounts.
func (p *gridPage) navigate(c *gin.Context, ask plan.Ask) {
	p.Prev = web.Link(c, "from", beijing.Date(ask.From.AddDate(0, 0, -p.Form.Days)))
	p.Next = web.Link(c, "from", beijing.Date(ask.To))
	p.Today = web.Link(c, "from", "")
	p.Export = strings.Replace(web.Link(c, "page", ""), "/plan", "/plan/export.xlsx", 1)
	p.Pager.Shown = len(p.Rows)

	if ask.Page > 0 {
		p.Pager.First = web.Link(c, "page", "")
	}
	if p.Grid.More {
		p.Pager.Next = web.Link(c, "page", strconv.Itoa(ask.Page+1))
	}
}

// row writes an account's days for the reader.
func (p *gridPage) row(row plan.Row) gridRow {
	out := gridRow{Row: row, Told: p.told(row.Outlook)}

	for i, cell := range row.Cells {
		shown := gridCell{Cell: cell, Today: p.Grid.Days[i].Today}
		for _, post := range cell.Posts {
			shown.Entries = append(shown.Entries, p.entry(row.AccountID, post))
		}
		out.Cells = append(out.Cells, shown)
	}

	return out
}

func (p *gridPage) entry(accountID int64, post plan.Entry) gridEntry {
	return entryOf(p.Base, accountID, post)
}

// entryOf is a post as the reader may open and move it.
func entryOf(p page.Base, accountID int64, post plan.Entry) gridEntry {
	state := badge.Of(post.State)
	e := gridEntry{
		PostID:    post.PostID,
		AccountID: accountID,
		Href:      "/posts/" + strconv.FormatInt(post.PostID, 10),
		Due:       post.DueAt.Format("2006-01-02T15:04"),
		Clock:     post.DueAt.Format("15:04"),
		Word:      p.T(state.Word),
		Tone:      state.Tone,
		Title:     post.Title,
	}
	if e.Title == "" {
		e.Title = p.T("（尚未填写正文）")
	}
	if !post.Own {
		e.Href = "/deliveries?account=" + strconv.FormatInt(
			accountID,
			10,
		) + "&from=" + e.Due[:10] + "&to=" + e.Due[:10]
	}
	if post.Moves {
		e.Move = "/calendar/" + strconv.FormatInt(post.PostID, 10) + "/move"
	}

	return e
}

// told is the countdown of the rule of two weeks in words.
func (p *gridPage) told(o plan.Outlook) string {
	switch {
	case !o.Known:
		return ""
	case o.Left < 0:
		return p.T("已 {.n} 天没有更新", "n", o.Silent)
	case o.Kept:
		return p.T("照现有安排到 {.day}", "day", o.Broken.AddDate(0, 0, -1).Format("01-02"))
	}

	return p.T("{.day} 前要更新，还有 {.n} 天", "day", o.Deadline.Format("01-02"), "n", o.Left)
}

// ViewLists is the list whose filter readers keep: accounts by days.
func ViewLists() []view.List {
	return []view.List{{
		Key: "plan", Name: i18n.N("账号与日期"), Path: "/plan", Needs: access.PostView, Form: gridForm{},
		Keeps: []view.Param{
			view.ID("days"),
			view.ID("unit"),
			view.Text("q"),
			view.Text("apart"),
		},
	}}
}
