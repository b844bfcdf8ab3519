package plan

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// slotsForm is a week as the page holds it: a line of times for each day.
type slotsForm struct {
	Account   string `form:"account"` // its name, or its number
	Column    int64  `form:"column"`  // 0: all that have no week of their own
	Revision  int    `form:"revision"`
	Workdays  bool   `form:"workdays"`
	Monday    string `form:"d1" check:"max=200"`
	Tuesday   string `form:"d2" check:"max=200"`
	Wednesday string `form:"d3" check:"max=200"`
	Thursday  string `form:"d4" check:"max=200"`
	Friday    string `form:"d5" check:"max=200"`
	Saturday  string `form:"d6" check:"max=200"`
	Sunday    string `form:"d7" check:"max=200"`
}

// lines are the times as they are typed, from Monday.
func (f slotsForm) lines() [7]string {
	return [7]string{f.Monday, f.Tuesday, f.Wednesday, f.Thursday, f.Friday, f.Saturday, f.Sunday}
}

// fill writes the times of a week into the lines.
func (f *slotsForm) fill(week plan.KeptWeek) {
	lines := week.WriteTimes()

	f.Monday, f.Tuesday, f.Wednesday, f.Thursday = lines[0], lines[1], lines[2], lines[3]
	f.Friday, f.Saturday, f.Sunday = lines[4], lines[5], lines[6]
	f.Workdays, f.Revision = week.Workdays, week.Revision
}

// slotsPage is the slots of an account, and the week of one column to be set.
type slotsPage struct {
	page.Base
	Form    slotsForm
	Slots   plan.Slots // AccountID 0: none is chosen
	Weeks   []weekLine
	Columns []page.Option
	Queue   string
	accountChoice
}

// accountChoice is the field by which an account is chosen.
type accountChoice struct {
	Accounts     []page.Option // none: too many to choose from
	AccountAsked string
}

// weekLine is a week in words.
type weekLine struct {
	plan.KeptWeek
	Href    string
	Current bool
	Days    []dayLine
}

// dayLine is the times of a day of the week.
type dayLine struct{ Name, Times string }

// slotsAddress is where the week of a column of an account is set.
func slotsAddress(account, column int64) string {
	query := url.Values{"account": {strconv.FormatInt(account, 10)}}
	if column != 0 {
		query.Set("column", strconv.FormatInt(column, 10))
	}

	return "/plan/slots?" + query.Encode()
}

// queueAddress is the queue of an account.
func queueAddress(account int64) string {
	return "/plan/queue?account=" + strconv.FormatInt(account, 10)
}

// chooseAccount reads which account is meant, and what there is to choose from. id is 0 where none is.
func (h *pages) chooseAccount(c *gin.Context, asked string) (choice accountChoice, id int64, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostView,
		States:     []account.State{account.Live, account.Suspended},
		Limit:      parts.Choosable + 1,
	})
	if err != nil {
		return choice, 0, err
	}
	named, err := h.Accounts.Named(ctx, actor, access.PostView, asked)
	if err != nil {
		return choice, 0, err
	}
	if choice.Accounts = parts.AccountOptions(accounts); len(choice.Accounts) > 0 {
		choice.Accounts[0].Text = "请选择账号"
	}
	one := parts.AccountNamed(named, asked) // by its whole name: slots are set for it
	if one == nil && strings.TrimSpace(asked) != "" {
		return choice, 0, fault.NotFound("没有找到账号，或不在您的管辖范围内")
	}
	if one != nil {
		id, choice.AccountAsked = one.ID, one.At()
	}

	return choice, id, nil
}

func (h *pages) slots(c *gin.Context) error {
	var form slotsForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.slotsPage(c, form)
	if err != nil {
		return err
	}
	p.Form.fill(p.Slots.Of(form.Column))

	return h.kit.Show(c, http.StatusOK, "plan/slots", p)
}

func (h *pages) slotsPage(c *gin.Context, form slotsForm) (p slotsPage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p = slotsPage{Base: h.kit.Base(c, "发布时段", crumb, gridCrumb), Form: form}
	p.Bundle = []string{"plan"}
	choice, id, err := h.chooseAccount(c, form.Account)
	if err != nil || id == 0 {
		p.accountChoice = choice
		return p, err
	}
	p.accountChoice, p.Form.Account = choice, strconv.FormatInt(id, 10)
	if p.Slots, err = h.Plan.SlotsOf(ctx, actor, id); err != nil {
		return p, err
	}
	p.Heading = p.T("发布时段：@{.name}", "name", p.Slots.Handle)
	p.Queue = queueAddress(id)
	if !p.Slots.May {
		p.lines(form.Column)
		return p, nil
	}
	columns, err := h.Columns.For(ctx, actor, p.Slots.UnitID)
	p.Columns = []page.Option{{Value: "0", Text: "没有单独时段的各栏目"}}

	for _, column := range columns {
		if column.Active || p.Slots.Of(column.ID).Revision > 0 {
			p.Columns = append(p.Columns, page.Option{
				Value: strconv.FormatInt(column.ID, 10), Text: column.Name, Raw: true,
			})
		}
	}
	p.lines(form.Column)

	return p, err
}

// lines writes the weeks of the account in words.
func (p *slotsPage) lines(column int64) {
	names := parts.Weekdays()

	for _, week := range p.Slots.Weeks {
		line := weekLine{
			KeptWeek: week, Href: slotsAddress(p.Slots.AccountID, week.ColumnID),
			Current: week.ColumnID == column,
		}

		for i, times := range week.WriteTimes() {
			if times != "" {
				line.Days = append(line.Days, dayLine{names[(i+1)%7], times})
			}
		}
		p.Weeks = append(p.Weeks, line)
	}
}

// setSlots keeps the week of a column, or takes it away where no times are left.
func (h *pages) setSlots(c *gin.Context) error {
	var form slotsForm
	err := web.Bind(c, &form)
	p, pageErr := h.slotsPage(c, form)
	if pageErr != nil {
		return pageErr
	}
	var times []int
	if err == nil {
		times, err = plan.ReadTimes(form.lines())
	}
	if err == nil {
		_, err = h.Plan.SetSlots(c.Request.Context(), web.Actor(c), p.Slots.AccountID, form.Column,
			form.Revision, plan.Week{Times: times, Workdays: form.Workdays})
	}
	if err == nil {
		return h.kit.See(c, slotsAddress(p.Slots.AccountID, form.Column), "已保存发布时段")
	}

	return h.kit.Refuse(c, err, "plan/slots", &p)
}

// queuePage is what stands in the slots of an account that are to come.
type queuePage struct {
	page.Base
	Form    queueForm
	Queue   plan.Queue // AccountID 0: none is chosen
	Days    []queueDay
	Movable []page.Option // posts that may be given another time
	Free    []page.Option // where they may go
	Slots   string
	Weekday [7]string
	accountChoice
}

type queueForm struct {
	Account string    `form:"account"` // its name, or its number
	Post    string    `form:"post"`    // its number, and after an @ when the page showed it
	Due     time.Time `form:"due_at"`
	Was     time.Time `form:"was"` // when the page showed it
}

// queueDay is a day as the page shows it.
type queueDay struct {
	plan.QueueDay
	Places []queuePlace
}

// queuePlace is a slot, or the time of something beside the slots.
type queuePlace struct {
	plan.Place
	Due     string // local in Shanghai
	Clock   string
	Entries []gridEntry
}

func (h *pages) queue(c *gin.Context) error {
	var form queueForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.queuePage(c, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "plan/queue", p)
}

func (h *pages) queuePage(c *gin.Context, form queueForm) (p queuePage, err error) {
	p = queuePage{Base: h.kit.Base(c, "队列", crumb, gridCrumb), Form: form, Weekday: parts.Weekdays()}
	p.Bundle = []string{"plan"}
	choice, id, err := h.chooseAccount(c, form.Account)
	p.accountChoice = choice
	if err != nil || id == 0 {
		return p, err
	}
	p.Form.Account = strconv.FormatInt(id, 10)
	if p.Queue, err = h.Plan.Queue(c.Request.Context(), web.Actor(c), id); err != nil {
		return p, err
	}
	p.Heading, p.Slots = p.T("队列：@{.name}", "name", p.Queue.Handle), slotsAddress(id, 0)

	for _, day := range p.Queue.Days {
		shown := queueDay{QueueDay: day}

		for _, place := range day.Places {
			shown.Places = append(shown.Places, p.place(place))
		}
		p.Days = append(p.Days, shown)
	}

	for _, at := range p.Queue.Free {
		p.Free = append(p.Free, page.Option{
			Value: page.FieldTime(at), Text: page.StampOf(p.P, at, p.Now).Text, Raw: true,
		})
	}

	return p, nil
}

// Any tells whether there is something to show.
func (p queuePage) Any() bool {
	return slices.ContainsFunc(p.Days, func(day queueDay) bool { return len(day.Places) > 0 })
}

func (p *queuePage) place(place plan.Place) queuePlace {
	shown := queuePlace{Place: place, Due: page.FieldTime(place.At), Clock: place.At.Format("15:04")}

	for _, one := range place.Entries {
		entry := entryOf(p.Base, p.Queue.AccountID, one)
		if entry.Due == shown.Due {
			entry.Clock = "" // it stands beside it
		}
		if entry.Move != "" {
			id := strconv.FormatInt(one.PostID, 10)
			entry.Move = "/plan/queue/move?account=" + p.Form.Account + "&post=" + id
			p.Movable = append(p.Movable, page.Option{
				Value: id + "@" + entry.Due,
				Text:  page.StampOf(p.P, one.DueAt, p.Now).Text + " · " + entry.Title,
				Raw:   true,
			})
		}
		shown.Entries = append(shown.Entries, entry)
	}

	return shown
}

// moveInQueue gives a post another time of the queue.
func (h *pages) moveInQueue(c *gin.Context) error {
	var form queueForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	account, err := strconv.ParseInt(form.Account, 10, 64)
	if err != nil || form.Due.IsZero() {
		return fault.Invalid("due_at", "请选择改到哪个时段").With(err)
	}
	number, shown, _ := strings.Cut(form.Post, "@")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return fault.Invalid("post", "请选择稿件").With(err)
	}
	if was, err := instant.Parse(shown, page.FieldLayout); err == nil {
		form.Was = was
	}
	moved, err := h.Plan.MoveTo(c.Request.Context(), web.Actor(c), account, id, form.Was, form.Due)
	if err != nil {
		return err
	}
	text, args := parts.Moved(moved)

	switch {
	case web.IsFragment(c) && moved.Asked != nil:
		return fault.Conflict(text, args...).WithCode("asked")
	case web.IsFragment(c):
		c.JSON(http.StatusOK, gin.H{"text": h.kit.Printer(c).T(text, args...)})
		return nil
	}

	return h.kit.See(c, queueAddress(account), text, args...)
}
