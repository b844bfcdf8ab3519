// Package chains holds the pages on which review chains are kept and confirmed, and stand-ins appointed.
// Who may is package chain's to say.
package chains

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/chain"
	"juzhen/internal/column"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Chains  *chain.Service
	Columns *column.Service
	Units   *org.Service

	Accounts *account.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/admin", "/chains")
	kit.Declare("chains/list", listPage{})
	kit.Declare("chains/show", showPage{})
	kit.Declare("chains/edit", editPage{})
	kit.Declare("chains/standins", standInsPage{})

	g := kit.Group("/chains")
	kit.Handle(g, "GET", "", access.UnitView, h.list)
	kit.Handle(g, "GET", "/new", access.ChainManage, h.new)
	kit.Handle(g, "POST", "", access.ChainManage, h.create)
	kit.Handle(g, "GET", "/:id", access.UnitView, h.show)
	kit.Handle(g, "GET", "/:id/edit", access.ChainManage, h.edit)
	kit.Handle(g, "POST", "/:id", access.ChainManage, h.change)
	kit.Handle(g, "POST", "/:id/confirm", access.ChainConfirm, h.confirm)
	kit.Handle(g, "POST", "/:id/stop", access.UnitView, h.stop)

	s := kit.Group("/me/stand-ins")
	kit.Handle(s, "GET", "", access.Self, h.standIns)
	kit.Handle(s, "POST", "", access.Self, h.appoint)
	kit.Handle(s, "POST", "/:id/end", access.Self, h.end)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(chain.TodoSubject, "/chains/%d") }

// listPage is the list.
type listPage struct {
	page.Base
	Rows []chain.Chain
	May  bool // the reader may ask for a new one
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "审核流程", page.Crumb{Text: "管理", Href: "/admin"})}
	p.May = p.Actor.Can(access.ChainManage)
	var err error
	if p.Rows, err = h.Chains.List(c.Request.Context(), p.Actor); err != nil {
		return err
	}

	return h.kit.Show(c, 200, "chains/list", p)
}

// showPage is one chain: the steps in force and those asked for, with who could decide each today.
type showPage struct {
	page.Base
	Chain    chain.Chain
	Versions []chain.Version
	Now      *picture
	Asked    *picture
	Units    []page.Option // for whose posts it is looked at
	Unit     string
	May      struct{ Ask, Confirm, Stop bool }
	Reason   string
}

// picture is the steps of a version with who could decide each today.
type picture struct {
	*chain.Version
	Steps   []pictureStep
	Stuck   int      // at which step nobody is left; 0: none
	Columns []string // for which it is taken
}

type pictureStep struct {
	chain.Step
	Number int
	Unit   string // of Named
	Who    []string
}

func (h *pages) show(c *gin.Context) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "chains/show", p)
}

func (h *pages) page(c *gin.Context) (showPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := showPage{Base: h.kit.Base(c, "审核流程", page.Crumb{Text: "审核流程", Href: "/chains"})}
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}
	if p.Chain, p.Versions, err = h.Chains.Find(ctx, actor, id); err != nil {
		return p, err
	}
	p.Heading = p.Chain.Name()
	units, err := h.Units.Within(ctx, actor, access.UnitView)
	if err != nil {
		return p, err
	}
	unit, _ := strconv.ParseInt(c.Query("unit"), 10, 64)
	seen := slices.DeleteFunc(
		slices.Clone(units),
		func(u org.Unit) bool { return !strings.HasPrefix(u.Path, p.Chain.UnitPath) },
	)
	if !slices.ContainsFunc(seen, func(u org.Unit) bool { return u.ID == unit }) && len(seen) > 0 {
		unit = seen[0].ID
	}

	p.Units = parts.UnitOptions(seen)
	for i, option := range p.Units {
		p.Units[i].Selected = option.Value == strconv.FormatInt(unit, 10)
	}
	p.Unit = strconv.FormatInt(unit, 10)
	if p.Now, err = h.picture(c, p.Chain.Now, unit, units); err != nil {
		return p, err
	}
	if p.Asked, err = h.picture(c, p.Chain.Asked, unit, units); err != nil {
		return p, err
	}
	p.May.Ask = p.Chain.Asked == nil && !p.Chain.Fixed() && actor.CanAt(access.ChainManage, p.Chain.UnitPath)
	p.May.Confirm = p.Chain.MayConfirm(actor) == nil
	p.May.Stop = p.Chain.MayStop(actor) == nil

	return p, nil
}

func (h *pages) picture(
	c *gin.Context,
	version *chain.Version,
	unit int64,
	units []org.Unit,
) (*picture, error) {
	if version == nil {
		return nil, nil
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := &picture{Version: version}
	var who [][]identity.Holder
	if unit != 0 {
		var err error
		if who, p.Stuck, err = h.Chains.Who(ctx, actor, unit, version.Steps); err != nil {
			return nil, err
		}
	}

	for i, step := range version.Steps {
		one := pictureStep{Step: step, Number: i + 1}
		for _, u := range units {
			if u.ID == step.UnitID {
				one.Unit = u.Name
			}
		}
		if who != nil {
			for _, holder := range who[i] {
				one.Who = append(one.Who, holder.Name)
			}
		}
		p.Steps = append(p.Steps, one)
	}
	columns, err := h.Columns.List(ctx, actor)
	if err != nil {
		return nil, err
	}

	for _, one := range columns {
		if slices.Contains(version.When.Columns, one.ID) {
			p.Columns = append(p.Columns, one.Name)
		}
	}

	return p, nil
}

// mostListed is how many accounts the form lists. Of a larger matrix the interface names them.
const mostListed = 200

func (h *pages) create(c *gin.Context) error { return h.ask(c, 0) }

func (h *pages) change(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}

	return h.ask(c, id)
}

func (h *pages) ask(c *gin.Context, id int64) error {
	var f form
	err := web.Bind(c, &f)
	var draft chain.Draft
	if err == nil {
		draft, err = f.draft()
	}
	if err == nil {
		var asked chain.Chain
		if asked, err = h.Chains.Ask(c.Request.Context(), web.Actor(c), id, draft); err == nil {
			return h.kit.See(c, fmt.Sprintf("/chains/%d", asked.ID), "已申请，须由主管确认后生效")
		}
	}
	p, perr := h.editPage(c, id, f)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "chains/edit", &p)
}

type answerForm struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

func (h *pages) confirm(c *gin.Context) error {
	id, _, done, err := web.Act(c, func(id int64, f answerForm) (chain.Chain, error) {
		return h.Chains.Confirm(c.Request.Context(), web.Actor(c), id, f.Version)
	})
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/chains/%d", id), "已确认，“{.name}”即日起用于新提交的稿件", "name", done.Name())
	}

	return h.refuse(c, err, "")
}

func (h *pages) stop(c *gin.Context) error {
	id, f, _, err := web.Act(c, func(id int64, f answerForm) (chain.Chain, error) {
		return h.Chains.Stop(c.Request.Context(), web.Actor(c), id, f.Version, f.Reason)
	})
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/chains/%d", id), "已阻止这次修改")
	}

	return h.refuse(c, err, f.Reason)
}

func (h *pages) refuse(c *gin.Context, err error, reason string) error {
	p, perr := h.page(c)
	if perr != nil {
		return perr
	}
	p.Reason = reason

	return h.kit.Refuse(c, err, "chains/show", &p)
}
