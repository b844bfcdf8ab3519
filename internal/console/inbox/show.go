package inbox

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/inbox"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// actForm is what goes along with an act.
type actForm struct {
	Revision int          `form:"revision"`
	Note     string       `form:"note,raw"`
	Unit     int64        `form:"unit"`
	Owner    int64        `form:"owner"`
	Kind     inbox.Kind   `form:"kind"`
	Until    time.Time    `form:"until"`
	Number   string       `form:"number"`
	Way      inbox.Way    `form:"way"`
	Link     string       `form:"link"`
	Result   inbox.Result `form:"result"`
	Rating   inbox.Rating `form:"rating"`
	Into     int64        `form:"into"`
}

func (f actForm) move(act inbox.Act) inbox.Move {
	return inbox.Move{
		Act: act, Revision: f.Revision, Note: f.Note, UnitID: f.Unit, OwnerID: f.Owner, Kind: f.Kind,
		Until: f.Until, Number: f.Number, Way: f.Way, Link: f.Link, Result: f.Result,
		Rating: f.Rating, Into: f.Into,
	}
}

// showPage is one matter: the talk, what is known of it, what was done, what can be done.
type showPage struct {
	page.Base
	inbox.Matter
	Form      actForm
	Tried     string // the act that was refused, whose form is open
	May       map[string]bool
	Talk      []inbox.Item
	About     *inbox.Post
	Over      bool
	Off       bool // put off
	Revealed  bool // the citizen's name and numbers are shown
	MayReveal bool
	Units     []page.Option
	People    []page.Option
	Kinds     []page.Option
	Ways      []page.Option
	Results   []page.Option
	Ratings   []page.Option
	Alike     []page.Option // of the same citizen, into which it can be merged
	Here      []inbox.Matter
	History   []page.Event
	Answers   []answer // sent from here, the last first
	CannotSay string   // why the console cannot answer; "" when it can
	Reply     replyForm
	Open      []parts.Open // what the checks found in the words that were refused
	Max       int
	Others    string // the address of what else is said under this post; "" of a private message
	Window    inbox.Window
	Left      time.Duration // how long a private message may still be answered
	Shut      string        // why it may not
}

// looks are how the steps of a matter are drawn.
var looks = map[inbox.Act]struct{ icon, tone string }{
	inbox.Assign:  {"user-check", "blue"},
	inbox.Return:  {"arrow-back-up", "orange"},
	inbox.Refer:   {"external-link", "orange"},
	inbox.Back:    {"arrow-back-up", "blue"},
	inbox.Send:    {"send", "blue"},
	inbox.Decided: {"user-check", "orange"},
	inbox.Unsent:  {"alert-triangle", "red"},
	inbox.Answer:  {"message", "green"},
	inbox.Close:   {"circle-check", "green"},
	inbox.Reopen:  {"alert-triangle", "red"},
	inbox.Snooze:  {"clock", "grey"},
	inbox.Sort:    {"filter", "grey"},
	inbox.Note:    {"pencil", "grey"},
	inbox.Merge:   {"arrow-merge", "grey"},
	inbox.Took:    {"arrow-merge", "blue"},
	inbox.Rate:    {"mood-smile", "green"},
	inbox.Asked:   {"alert-circle", "red"},
	inbox.Found:   {"message", "green"},
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.showPage(c, id, actForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "inbox/show", p)
}

// reveal shows the matter with the citizen's name and numbers, once.
func (h *pages) reveal(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	found, items, err := h.Inbox.Reveal(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	p, err := h.showPage(c, id, actForm{})
	if err != nil {
		return err
	}
	p.Name, p.Text, p.Talk, p.Revealed = found.Name, found.Text, items, true

	return h.kit.Show(c, 200, "inbox/show", p)
}

func (h *pages) showPage(c *gin.Context, id int64, form actForm) (showPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Inbox.Find(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{
		Base: h.kit.Base(c, "互动", crumbs()...), Matter: found, Form: form, May: map[string]bool{},
		Max: inbox.MaxText, MayReveal: found.MayReveal(actor) == nil,
	}
	if err := h.lane(c, &p); err != nil {
		return p, err
	}
	p.Heading = p.T("{.account}：{.kind}", "account", found.At(), "kind", i18n.Text(found.Kind.Label()))
	p.Over, p.Off = found.Late(p.Now), found.Snoozed(p.Now)
	if p.Talk, err = h.Inbox.Items(ctx, actor, id); err != nil {
		return p, err
	}
	if p.About, err = h.Inbox.About(ctx, actor, found); err != nil {
		return p, err
	}
	if p.Here, err = h.Inbox.MergedHere(ctx, actor, id); err != nil {
		return p, err
	}
	steps, err := h.Inbox.Steps(ctx, actor, id)
	if err != nil {
		return p, err
	}

	for _, act := range found.Acts(actor) {
		p.May[string(act)] = true
	}

	for _, step := range steps {
		who := step.By
		if who == "" {
			who = p.T("本台")
		}
		p.History = append(p.History, page.Event{
			Who: who, Icon: looks[step.Act].icon, Tone: looks[step.Act].tone, Text: p.T(step.Act.Label()),
			Note: step.Note, Stamp: page.StampOf(p.P, step.At, p.Now),
		})
	}

	p.Follow = page.Follow{Of: fmt.Sprintf("inbox/%d", id), Every: 30}
	if err := h.answers(c, &p); err != nil {
		return p, err
	}

	return p, h.choices(c, &p)
}

// lane is what differs between what is said under a post and what is written privately.
func (h *pages) lane(c *gin.Context, p *showPage) (err error) {
	if !p.Private() {
		p.Others = fmt.Sprintf("/inbox?show=all&thread=%s", p.Thread)
		return nil
	}
	p.Window, err = h.Inbox.Window(c.Request.Context(), web.Actor(c), p.Matter)
	p.Left, p.Shut = p.Window.Left(p.Now), p.Window.Closed(p.Now)

	return err
}

// choices are what the forms offer.
func (h *pages) choices(c *gin.Context, p *showPage) error {
	p.Kinds = kindOptions()
	for _, way := range inbox.Ways() {
		p.Ways = append(p.Ways, page.Option{Value: string(way), Text: way.Label()})
	}

	p.Ratings = []page.Option{{Text: "请选择"}}
	for _, rating := range inbox.Ratings() {
		p.Ratings = append(p.Ratings, page.Option{Value: string(rating), Text: rating.Label()})
	}

	p.Results = []page.Option{{Text: "请选择"}}
	for _, result := range inbox.Results() {
		p.Results = append(p.Results, page.Option{Value: string(result), Text: result.Label()})
	}
	if p.Form.Kind == "" {
		p.Form.Kind = p.Kind
	}
	if p.Form.Way == "" {
		p.Form.Way = inbox.ByComment
		if p.Private() {
			p.Form.Way = inbox.ByMessage
		}
	}
	ctx := c.Request.Context()
	alike, err := h.Inbox.Alike(ctx, web.Actor(c), p.ID)
	if err != nil {
		return err
	}

	p.Alike = []page.Option{{Text: "请选择"}}
	for _, one := range alike {
		text := fmt.Sprintf("#%d %s %s", one.ID, one.At(), glyph.Cut(one.Text, 20))
		p.Alike = append(p.Alike, page.Option{Value: fmt.Sprint(one.ID), Text: text, Raw: true})
	}
	if !p.May[string(inbox.Assign)] {
		return nil
	}
	units, err := h.Units.Within(ctx, web.Actor(c), access.InboxAssign)
	if err != nil {
		return err
	}
	people, err := h.Inbox.People(ctx, p.Matter)
	if err != nil {
		return err
	}
	p.Units = parts.UnitOptions(units)

	p.People = []page.Option{{Value: "0", Text: "不指定个人"}}
	for _, person := range people {
		p.People = append(p.People, page.Option{
			Value: fmt.Sprint(person.UserID), Text: person.Name, Raw: true,
		})
	}
	if p.Form.Unit == 0 {
		p.Form.Unit = p.UnitID
	}
	if p.Form.Owner == 0 && p.OwnerID != nil {
		p.Form.Owner = *p.OwnerID
	}

	return nil
}

// act is the handler of one act.
func (h *pages) act(act inbox.Act) web.Handler {
	return func(c *gin.Context) error {
		id, form, done, err := web.Act(c, func(id int64, form actForm) (inbox.Matter, error) {
			return h.Inbox.Do(c.Request.Context(), web.Actor(c), id, form.move(act))
		})
		if err == nil {
			to := path(id)
			if _, err := h.Inbox.Find(c.Request.Context(), web.Actor(c), id); err != nil {
				to = "/inbox" // who gives a matter away may not see it any more
			}

			return h.kit.See(c, to, "已记录，现在是“{.state}”", "state", h.kit.Printer(c).T(done.State.Label()))
		}
		p, perr := h.showPage(c, id, form)
		if perr != nil {
			return perr
		}
		p.Tried = string(act)

		return h.kit.Refuse(c, err, "inbox/show", &p)
	}
}

// Merges tells whether there is another matter of the citizen to merge it into.
func (p showPage) Merges() bool { return len(p.Alike) > 1 || p.Tried == string(inbox.Merge) }

// Any tells whether the reader may do something with the matter.
func (p showPage) Any() bool { return len(p.May) > 0 }

// waits says who acts next.
var waits = map[inbox.State]string{
	inbox.Open:     i18n.N("等待分派或答复"),
	inbox.Assigned: i18n.N("等待办理人答复"),
	inbox.Referred: i18n.N("等待外单位，时限暂停"),
	inbox.Answered: i18n.N("已答复，可以办结"),
	inbox.Closed:   i18n.N("已办结"),
	inbox.Reopened: i18n.N("市民又写了话，等待答复"),
}

// Waits says who acts next, as a Chinese source text.
func (p showPage) Waits() string { return waits[p.State] }
