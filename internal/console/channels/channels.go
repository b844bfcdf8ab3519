// Package channels holds the pages on which administrators keep the channels by which notices leave the
// console, try them, and see what came of what was sent. Who may is package channel's to say.
package channels

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/channel"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/courier"
	"juzhen/internal/org"
	"juzhen/internal/seal"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Channels *channel.Service
	Units    *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/admin", "/channels")
	kit.Declare("channels/list", listPage{})
	kit.Declare("channels/form", formPage{})
	kit.Declare("channels/show", showPage{})

	g := kit.Group("/channels")
	kit.Handle(g, "GET", "", access.ChannelManage, h.list)
	kit.Handle(g, "POST", "", access.ChannelManage, h.create)
	kit.Handle(g, "GET", "/new", access.ChannelManage, h.fresh)
	kit.Handle(g, "GET", "/:id", access.ChannelManage, h.show)
	kit.Handle(g, "GET", "/:id/edit", access.ChannelManage, h.edit)
	kit.Handle(g, "POST", "/:id", access.ChannelManage, h.change)
	kit.Handle(g, "POST", "/:id/switch", access.ChannelManage, h.turn)
	kit.Handle(g, "POST", "/:id/test", access.ChannelManage, h.test)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(channel.TodoSubject, "/channels/%d") }

// listPage is the list of channels.
type listPage struct {
	page.Base
	Rows []channel.Channel
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "通知渠道", page.Crumb{Text: "管理", Href: "/admin"})}

	var err error
	if p.Rows, err = h.Channels.List(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}

	return h.kit.Show(c, 200, "channels/list", p)
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "管理", Href: "/admin"}, {Text: "通知渠道", Href: "/channels"}}
}

// showPage is one channel.
type showPage struct {
	page.Base
	Channel channel.Channel
	Relay   string            // the installation's own mail server
	To      string            // typed: who gets the trial
	Outcome *channel.Outcome  // of a trial just now
	Left    []channel.Message // the last that left, or are to
}

// Mail tells whether it sends mail.
func (p showPage) Mail() bool { return p.Channel.Kind == channel.Mail }

// Quiet are the hours in which the robot says nothing that is not urgent.
func (p showPage) Quiet() string {
	return channel.Minute(p.Channel.Hours.From) + "–" + channel.Minute(p.Channel.Hours.To)
}

// Where is where the channel leads, with the last signs of a robot's address.
func (p showPage) Where() string {
	switch {
	case p.Channel.Place == "":
		return p.Relay
	case p.Channel.Hint != "":
		return p.Channel.Place + " …" + p.Channel.Hint
	}

	return p.Channel.Place
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.page(c, id)
	if err != nil {
		return err
	}

	p.Follow = page.Follow{Of: "channels", Every: 30}

	return h.kit.Show(c, 200, "channels/show", p)
}

func (h *pages) page(c *gin.Context, id int64) (showPage, error) {
	one, err := h.Channels.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{
		Base: h.kit.Base(c, "通知渠道", crumbs()...), Channel: one, Relay: h.Channels.Relay(),
	}
	p.Heading = one.Name
	p.Left, err = h.Channels.Messages(c.Request.Context(), web.Actor(c), id)

	return p, err
}

// channelForm is what is written of a channel.
type channelForm struct {
	Version  int    `form:"version"`
	Unit     int64  `form:"unit"`
	Kind     string `form:"kind"`
	Name     string `form:"name"`
	Address  string `form:"address"`
	Secret   string `form:"secret"`
	Login    string `form:"login"`
	Sender   string `form:"sender"`
	Security string `form:"security"`
	From     string `form:"quiet_from"`
	To       string `form:"quiet_to"`
}

// show puts hours into the form.
func (f *channelForm) show(hours channel.Hours) {
	if !hours.Never() {
		f.From, f.To = channel.Minute(hours.From), channel.Minute(hours.To)
	}
}

// formPage is the form of a channel. What was typed into the fields of secrets is not shown again.
type formPage struct {
	page.Base
	ID         int64 // 0: a new one
	Form       channelForm
	Kind       channel.Kind
	Kinds      []channel.Kind // to choose from first, while there is none
	Units      []page.Option
	Securities []page.Option
	Relay      string // the installation's own mail server
	Kept       string // last signs of the address that is kept
	MaxName    int
}

// Action is where the form is sent.
func (p formPage) Action() string {
	if p.ID == 0 {
		return "/channels"
	}

	return "/channels/" + strconv.FormatInt(p.ID, 10)
}

// Mail tells whether the form is one of mail.
func (p formPage) Mail() bool { return p.Kind == channel.Mail }

func (h *pages) fresh(c *gin.Context) error {
	var form channelForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	form.Security = string(courier.TLS)
	form.show(channel.Nights)
	p, err := h.form(c, 0, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "channels/form", p)
}

func (h *pages) edit(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	one, err := h.Channels.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	form := channelForm{
		Version: one.Version, Name: one.Name, Login: one.Login, Sender: one.Sender,
		Security: string(one.Security),
	}
	form.show(one.Hours)
	if one.Kind == channel.Mail {
		form.Address = one.Place
	}
	p, err := h.form(c, id, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "channels/form", p)
}

// form fills what the form shows beside what was typed.
func (h *pages) form(c *gin.Context, id int64, form channelForm) (formPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := formPage{
		Base: h.kit.Base(c, "新建通知渠道", crumbs()...), ID: id, Kind: channel.Kind(form.Kind),
		Relay: h.Channels.Relay(), MaxName: channel.MaxName,
	}
	if id != 0 {
		one, err := h.Channels.Find(ctx, actor, id)
		if err != nil {
			return p, err
		}
		p.Title, p.Kind, p.Kept = "修改通知渠道", one.Kind, one.Hint
		form.Unit, form.Kind = one.UnitID, string(one.Kind)
	}
	form.Secret = ""
	p.Form = form
	if !p.Kind.Valid() {
		p.Kind, p.Kinds = "", channel.Kinds()
		return p, nil
	}

	units, err := h.Units.Within(ctx, actor, access.ChannelManage)
	if err != nil {
		return p, err
	}

	p.Units = parts.UnitOptions(units)
	for i, option := range p.Units {
		p.Units[i].Selected = form.Unit != 0 && option.Value == strconv.FormatInt(form.Unit, 10)
	}

	for _, security := range courier.Securities() {
		p.Securities = append(p.Securities, page.Option{
			Value: string(security), Text: security.Label(), Selected: string(security) == form.Security,
		})
	}

	return p, nil
}

func (h *pages) create(c *gin.Context) error { return h.save(c, 0) }

func (h *pages) change(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}

	return h.save(c, id)
}

func (h *pages) save(c *gin.Context, id int64) error {
	var form channelForm
	err := web.Bind(c, &form)
	var saved channel.Channel
	if err == nil {
		saved, err = h.Channels.Save(c.Request.Context(), web.Actor(c), channel.Edit{
			ID:       id,
			Version:  form.Version,
			UnitID:   form.Unit,
			Kind:     channel.Kind(form.Kind),
			Name:     form.Name,
			Address:  seal.Secret(form.Address),
			Secret:   seal.Secret(form.Secret),
			Login:    form.Login,
			Sender:   form.Sender,
			Security: courier.Security(form.Security),
			Quiet:    channel.ReadHours(form.From, form.To),
		})
	}
	if err == nil {
		return h.kit.See(c, "/channels/"+strconv.FormatInt(saved.ID, 10), "已保存，请发送一条测试消息")
	}
	p, perr := h.form(c, id, form)
	if perr != nil {
		return perr
	}
	if !p.Mail() { // the address of a robot is a secret too
		p.Form.Address = ""
	}

	return h.kit.Refuse(c, err, "channels/form", &p)
}

// turn switches a channel off or on.
func (h *pages) turn(c *gin.Context) error {
	type switchForm struct {
		Version int    `form:"version"`
		To      string `form:"to"` // "on" or "off"
	}

	id, form, _, err := web.Act(c, func(id int64, form switchForm) (channel.Channel, error) {
		return h.Channels.Switch(c.Request.Context(), web.Actor(c), id, form.Version, form.To == "on")
	})
	text := "已停用"
	if form.To == "on" {
		text = "已启用"
	}
	if err == nil {
		return h.kit.See(c, "/channels/"+strconv.FormatInt(id, 10), text)
	}

	return h.refuse(c, id, err, "")
}

// test sends a message that says it is one and shows what came of it.
func (h *pages) test(c *gin.Context) error {
	type testForm struct {
		To string `form:"to"`
	}
	lang := h.kit.Printer(c).Lang()

	id, form, outcome, err := web.Act(c, func(id int64, form testForm) (channel.Outcome, error) {
		return h.Channels.Test(c.Request.Context(), web.Actor(c), id, strings.TrimSpace(form.To), lang)
	})
	if err != nil {
		return h.refuse(c, id, err, form.To)
	}
	p, err := h.page(c, id)
	if err != nil {
		return err
	}
	p.Outcome, p.To = &outcome, form.To

	return h.kit.Show(c, 200, "channels/show", p)
}

// refuse shows a channel with what kept an act from being done.
func (h *pages) refuse(c *gin.Context, id int64, err error, to string) error {
	p, perr := h.page(c, id)
	if perr != nil {
		return perr
	}
	p.To = to

	return h.kit.Refuse(c, err, "channels/show", &p)
}
