package incidents

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// clock is an instant as a message names it.
func clock(at time.Time) string { return beijing.ClockTime(at) }

type actForm struct {
	Revision   int          `form:"revision"`
	Reason     string       `form:"reason,raw"`
	Text       string       `form:"text,raw"`
	PostID     int64        `form:"post_id"`
	Due        incident.Due `form:"due"`
	At         time.Time    `form:"at"`
	NextAt     time.Time    `form:"next_at"`
	Deliveries []int64      `form:"delivery"`
}

func (f actForm) move(act incident.Act) incident.Move {
	move := incident.Move{
		Act:        act,
		Revision:   f.Revision,
		Reason:     f.Reason,
		Text:       f.Text,
		PostID:     f.PostID,
		Due:        f.Due,
		At:         f.At,
		Deliveries: f.Deliveries,
	}
	if !f.NextAt.IsZero() {
		move.NextAt = &f.NextAt
	}

	return move
}

// whole is an event as its pages show it.
type whole struct {
	incident.Incident
	Clocks     []dueLine
	Board      incident.Board
	Statements []incident.Statement
	History    []page.Event

	steps []incident.Step // what History tells
}

// showPage is the live board of an event.
type showPage struct {
	page.Base
	whole
	Form     actForm
	Tried    string // the act that was refused, whose form is open
	May      map[string]bool
	Dues     []page.Option
	Talk     *inbox.Talk // nil: the reader may not read what citizens say
	Chart    *page.Chart
	AskedAt  string // address of what citizens say
	MaxWords int
	Max      int
}

// KeywordLine are the key words in one line.
func (p showPage) KeywordLine() string { return strings.Join(p.Keywords, "、") }

// SayText is what stands in the form of the words: what was refused, else the last version.
func (p showPage) SayText() string {
	if p.Tried != string(incident.Say) && p.Words != nil {
		return p.Words.Text
	}

	return p.typed(incident.Say)
}

// PostTyped is the number that was typed; "" for none.
func (p showPage) PostTyped() string {
	if p.Form.PostID == 0 {
		return ""
	}

	return strconv.FormatInt(p.Form.PostID, 10)
}

// FollowText is what was typed of what was seen.
func (p showPage) FollowText() string { return p.typed(incident.Follow) }

// EndText is what stands in the form of the closing review.
func (p showPage) EndText() string {
	if p.Tried != string(incident.AskEnd) {
		return p.Summary
	}

	return p.typed(incident.AskEnd)
}

// typed is the text of the form of an act that was refused; "" for the others.
func (p showPage) typed(act incident.Act) string {
	if p.Tried != string(act) {
		return ""
	}

	return p.Form.Text
}

// choice is a list of planned or held posts from which some are chosen.
type choice struct {
	Rows  []incident.Planned
	May   bool
	holds bool
}

// Holding is the choice of what is to be held.
func (p showPage) Holding() choice {
	return choice{p.Board.Planned, p.May[string(incident.Hold)], true}
}

// Releasing is the choice of what is to go on.
func (p showPage) Releasing() choice {
	return choice{p.Board.Held, p.May[string(incident.Release)], false}
}

// Offers tells whether a row can be chosen.
func (c choice) Offers(one incident.Planned) bool { return !c.holds || one.Holdable() }

// Checked tells whether a row is chosen when the page is opened: a planned post in which a key word stands.
func (c choice) Checked(one incident.Planned) bool {
	return c.holds && one.Mentioned != "" && !one.Urgent
}

// looks are the icon and the tone of each act in the story.
var looks = map[incident.Act]struct{ icon, tone, text string }{
	"":               {"flame", "orange", i18n.N("启动")},
	incident.Edit:    {"pencil", "grey", i18n.N("修改")},
	incident.Say:     {"pencil", "grey", i18n.N("写口径")},
	incident.Ask:     {"send", "blue", i18n.N("口径送签")},
	incident.Sign:    {"file-certificate", "green", i18n.N("签发口径")},
	incident.Return:  {"arrow-back-up", "orange", i18n.N("退回口径")},
	incident.Link:    {"file-text", "blue", i18n.N("关联稿件")},
	incident.Record:  {"check", "teal", i18n.N("登记回应")},
	incident.Follow:  {"eye", "teal", i18n.N("跟踪")},
	incident.Hold:    {"player-pause", "orange", i18n.N("暂停稿件")},
	incident.Release: {"player-play", "green", i18n.N("恢复稿件")},
	incident.AskEnd:  {"hourglass", "blue", i18n.N("申请结束")},
	incident.End:     {"circle-check", "green", i18n.N("确认结束")},
	incident.Resume:  {"arrow-back-up", "orange", i18n.N("不同意结束")},
	incident.Reopen:  {"flame", "orange", i18n.N("重新启动")},
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.showPage(c, id)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "incidents/show", p)
}

// whole reads an event with its board and its story.
func (h *pages) whole(c *gin.Context, base page.Base, id int64) (w whole, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Incidents.Find(ctx, actor, id)
	if err != nil {
		return w, err
	}
	w.Incident, w.Statements, w.steps = found.Incident, found.Statements, found.Steps
	if w.Board, err = h.Incidents.Board(ctx, actor, found.Incident); err != nil {
		return w, err
	}

	for _, clock := range found.Clocks() {
		w.Clocks = append(w.Clocks, lineOf(base, found.Incident, clock))
	}

	for _, step := range found.Steps {
		look := looks[step.Act]

		var lines []string
		for _, line := range step.Told() {
			lines = append(lines, base.T(line.Text, line.Args...))
		}
		if step.Note != "" {
			lines = append(lines, step.Note)
		}
		w.History = append(w.History, page.Event{
			Who: step.By, Icon: look.icon, Tone: look.tone, Text: base.T(look.text),
			Note:  strings.Join(lines, "\n"),
			Stamp: page.StampOf(base.P, step.At, base.Now),
		})
	}

	return w, nil
}

func (h *pages) showPage(c *gin.Context, id int64) (p showPage, err error) {
	actor := web.Actor(c)
	p = showPage{
		Base: h.kit.Base(c, "热点事件", crumbs()...), May: map[string]bool{}, MaxWords: incident.MaxWords,
		Max: incident.MaxReason,
	}
	if p.whole, err = h.whole(c, p.Base, id); err != nil {
		return p, err
	}
	p.Heading = p.Facts.Title
	p.Follow = page.Follow{Of: "incidents deliveries", Every: 30}

	for _, act := range p.Acts(actor) {
		p.May[string(act)] = true
	}

	for _, clock := range p.Clocks {
		p.Dues = append(p.Dues, page.Option{Value: string(clock.Due), Text: clock.Due.Label()})
	}

	return p, h.talk(c, &p)
}

// talk adds what citizens say of it by hour, from six hours before its start on, two days at most.
func (h *pages) talk(c *gin.Context, p *showPage) error {
	actor := web.Actor(c)
	if !actor.Can(access.InboxView) {
		return nil
	}
	const before, most = 6 * time.Hour, 48
	from := p.T0.Add(-before).Truncate(time.Hour)
	until := p.Now
	if p.EndedAt != nil {
		until = *p.EndedAt
	}
	if until.Sub(from) > most*time.Hour {
		from = until.Add(-most * time.Hour).Truncate(time.Hour)
	}
	talk, err := h.Inbox.TalkOf(c.Request.Context(), actor, p.UnitPath, inbox.AnyOf(p.Keywords), from, until)
	if err != nil {
		return err
	}
	p.Talk = &talk
	p.AskedAt = "/inbox?" + url.Values{"q": {p.Keywords[0]}}.Encode()
	p.Chart, p.Bundle = chartOf(p.Base, talk, from, until), []string{"charts"}

	return nil
}

// chartOf draws what was said by hour, hours in which nothing was said as well.
func chartOf(base page.Base, talk inbox.Talk, from, until time.Time) *page.Chart {
	said := map[time.Time]inbox.Heard{}
	for _, one := range talk.Hours {
		said[one.Hour.UTC()] = one
	}
	chart := page.Chart{
		ID:    "talk",
		Kind:  "bar",
		Title: base.T("每小时说到关键词的留言"),
		Unit:  base.T("条"),
		XName: base.T("小时（北京时间）"),
	}
	var items, citizens []*float64

	for hour := from.UTC(); hour.Before(until); hour = hour.Add(time.Hour) {
		chart.X = append(chart.X, clock(hour))
		n, people := float64(said[hour].Items), float64(said[hour].Citizens)
		items, citizens = append(items, &n), append(citizens, &people)
	}

	chart.Series = []page.Series{
		{Name: base.T("留言"), Data: items}, {Name: base.T("市民"), Data: citizens},
	}

	return &chart
}

// act does one act with an event.
func (h *pages) act(act incident.Act) web.Handler {
	return func(c *gin.Context) error {
		id, form, done, err := web.Act(c, func(id int64, form actForm) (incident.Incident, error) {
			return h.Incidents.Do(c.Request.Context(), web.Actor(c), id, form.move(act))
		})
		if err == nil && act == incident.Return && !web.Actor(c).CanAt(access.PostView, done.UnitPath) {
			return h.kit.See(c, "/incidents", "已退回") // who signs a step alone reads it no more
		}
		if err == nil {
			return h.kit.See(c, path(id), "已记录：{.act}", "act", h.kit.Printer(c).T(act.Label()))
		}
		p, perr := h.showPage(c, id)
		if perr != nil {
			return perr
		}
		p.Tried, p.Form = string(act), form

		return h.kit.Refuse(c, err, "incidents/show", &p)
	}
}

// reviewPage is the closing review, as it is printed.
type reviewPage struct {
	page.Base
	whole
	Story     []told
	PrintedAt string
}

// told is a step of the story as it is printed.
type told struct {
	At    time.Time
	Event page.Event
}

// Exact is an instant as paper has it, which is read another day: date and minute, Beijing time.
func (p reviewPage) Exact(at any) string {
	switch at := at.(type) {
	case time.Time:
		return at.In(beijing.Zone).Format("2006-01-02 15:04")
	case *time.Time:
		if at != nil {
			return p.Exact(*at)
		}
	}

	return ""
}

func (h *pages) review(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p := reviewPage{Base: h.kit.Base(c, "热点事件处置报告", append(crumbs(), page.Crumb{Href: path(id)})...)}
	if p.whole, err = h.whole(c, p.Base, id); err != nil {
		return err
	}
	p.Crumbs[len(p.Crumbs)-1].Text = p.Facts.Title

	p.PrintedAt = p.Exact(p.Now)
	for n, event := range p.History {
		p.Story = append(p.Story, told{p.steps[n].At, event})
	}

	return h.kit.Show(c, 200, "incidents/review", p)
}
