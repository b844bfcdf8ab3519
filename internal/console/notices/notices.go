// Package notices holds a person's notices: the list, the way behind each, the part of the frame that counts
// them, and how the person is told. It decides nothing about who hears of what.
package notices

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/channel"
	"juzhen/internal/notice"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the pages.
type Deps struct {
	Notices  *notice.Service
	Channels *channel.Service
}

type pages struct {
	kit *web.Kit
	svc *notice.Service
	out *channel.Service
}

// Register adds the routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit: kit, svc: deps.Notices, out: deps.Channels}
	kit.Belongs("/", "/notices")
	kit.Declare("notices/list", listPage{})
	kit.Declare("notices/settings", settingsPage{})
	kit.Declare("notices/list#bell", bellPart{})
	g := kit.Group("/notices")
	kit.Handle(g, http.MethodGet, "", access.Self, h.list)
	kit.Handle(g, http.MethodGet, "/bell", access.Self, h.bell)
	kit.Handle(g, http.MethodPost, "/of/:id", access.Self, h.open)
	kit.Handle(g, http.MethodPost, "/read", access.Self, h.readAll)
	kit.Handle(g, http.MethodPost, "/:id/read", access.Self, h.read)
	kit.Handle(g, http.MethodGet, "/settings", access.Self, h.settings)
	kit.Handle(g, http.MethodPost, "/settings", access.Self, h.save)
}

// listPage shows the notices, the newest first.
type listPage struct {
	page.Base
	Unread bool
	Kind   notice.Kind
	Rows   []row
	Next   string // address of the next page; empty on the last one
	Last   int64  // the highest number shown, on this page or one before: nothing later is marked as read
}

// row is a notice in the reader's words.
type row struct {
	notice.Notice
	Line string
}

func (h *pages) list(c *gin.Context) error {
	var form struct {
		Show  string `form:"show"`
		Kind  string `form:"kind"`
		After string `form:"after"`
		Last  int64  `form:"last"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p := listPage{
		Base: h.kit.Base(c, "通知"), Unread: form.Show != "all", Kind: notice.Kind(form.Kind),
	}
	p.Follow = page.Follow{Of: "notices", Every: 30}
	p.Last = form.Last
	found, err := h.svc.List(c.Request.Context(), web.Actor(c), notice.Filter{
		Unread: p.Unread, Kind: p.Kind, After: form.After,
	})
	if err != nil {
		return err
	}

	for _, one := range found.Rows {
		p.Rows = append(p.Rows, row{one, p.T(one.Word.Text, one.Pairs()...)})
		p.Last = max(p.Last, one.ID)
	}
	if found.Next != "" {
		query := c.Request.URL.Query()
		query.Set("after", found.Next)
		query.Set("last", strconv.FormatInt(p.Last, 10))
		p.Next = "/notices?" + query.Encode()
	}

	return h.kit.Show(c, http.StatusOK, "notices/list", p)
}

// bellPart is the count in the frame, as an open page asks for it.
type bellPart struct {
	page.Base
}

func (h *pages) bell(c *gin.Context) error {
	part := bellPart{Base: h.kit.Base(c, "通知")}

	var err error
	part.Notices, part.Urgent, err = h.svc.Count(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "notices/list#bell", part)
}

// open leads to what the notice of an event is about; the reader has seen it then. No reading of a page
// does that: programs that look ahead would.
func (h *pages) open(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	one, err := h.svc.Open(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}

	return h.kit.See(c, one.Path, "")
}

func (h *pages) read(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.svc.Read(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}

	return h.kit.See(c, "/notices", "")
}

func (h *pages) readAll(c *gin.Context) error {
	var form struct {
		Last int64  `form:"last"`
		Kind string `form:"kind"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	n, err := h.svc.ReadAll(c.Request.Context(), web.Actor(c), notice.Kind(form.Kind), form.Last)
	if err != nil {
		return err
	}

	return h.kit.See(c, "/notices", "{.n} 条已标为已读；紧急的请逐条打开", "n", n)
}

// settingsPage is how a person is told.
type settingsPage struct {
	page.Base
	Version int
	Urgent  bool // told outside, of any kind
	Rows    []choice
	Robots  []channel.Channel // that speak of what the person is told
	Left    []channel.Message // the last that left
}

// choice is one kind with what the person chose.
type choice struct {
	Kind    notice.Kind
	Console bool // it counts at the bell
	Outside bool // the robot of the group says it
}

func (h *pages) settings(c *gin.Context) error {
	kept, err := h.svc.Settings(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	p, err := h.settingsPage(c, kept)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "notices/settings", p)
}

func (h *pages) settingsPage(c *gin.Context, kept notice.Settings) (p settingsPage, err error) {
	p = settingsPage{
		Base:    h.kit.Base(c, "通知设置", page.Crumb{Text: "通知", Href: "/notices"}),
		Version: kept.Version, Urgent: slices.Contains(kept.Outside, notice.Urgent),
	}
	for _, kind := range notice.Kinds() {
		p.Rows = append(p.Rows, choice{kind, kept.Counts(kind, false), kept.Leaves(kind, false)})
	}
	if p.Robots, err = h.out.Near(c.Request.Context(), web.Actor(c)); err != nil {
		return p, err
	}
	p.Left, err = h.out.Told(c.Request.Context(), web.Actor(c))

	return p, err
}

func (h *pages) save(c *gin.Context) error {
	var form struct {
		Version int      `form:"version"`
		Console []string `form:"console"` // kinds that count at the bell
		Outside []string `form:"outside"` // kinds that the robot of the group says
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	kept, err := h.svc.Settings(ctx, actor)
	if err != nil {
		return err
	}

	kept = kept.Counting(form.Console).Telling(form.Outside)
	kept.Version = form.Version
	if _, err := h.svc.Save(ctx, actor, kept); err != nil {
		p, perr := h.settingsPage(c, kept)
		if perr != nil {
			return perr
		}

		return h.kit.Refuse(c, err, "notices/settings", &p)
	}

	return h.kit.See(c, "/notices/settings", "通知设置已保存")
}
