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
	"juzhen/internal/fault"
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

// form is a chain as it is typed: one entry of each list for each step; a step without a name is none.
type form struct {
	Unit    int64    `form:"unit"`
	Version int      `form:"version"`
	Name    string   `form:"name"`
	Active  bool     `form:"active"`
	AtOnce  bool     `form:"at_once"`
	Columns []int64  `form:"columns"`
	Risks   []string `form:"risks"`
	Handles []int64  `form:"accounts"`

	Steps     []string `form:"step"`
	Roles     []string `form:"role"`
	Relations []string `form:"relation"`
	Units     []string `form:"step_unit"`
	Everyone  []string `form:"everyone"`
	Limits    []string `form:"limit"`
	Reminds   []string `form:"remind"`
	Items     []string `form:"items"`
}

func at(list []string, i int) string {
	if i < len(list) {
		return strings.TrimSpace(list[i])
	}

	return ""
}

func number(list []string, i int, what string) (int, error) {
	if at(list, i) == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(at(list, i))
	if err != nil {
		return 0, fault.Invalid("steps", "第 {.step} 步的{.what}要填整数", "step", i+1, "what", what)
	}

	return n, nil
}

// draft is what was typed as the use case takes it.
func (f form) draft() (chain.Draft, error) {
	d := chain.Draft{
		UnitID: f.Unit, Version: f.Version, Name: f.Name, Active: f.Active,
		When: chain.When{Columns: f.Columns, Accounts: f.Handles},
	}
	for _, risk := range f.Risks {
		d.When.Risks = append(d.When.Risks, chain.Risk(risk))
	}

	for i := range min(len(f.Steps), chain.MaxSteps) {
		if at(f.Steps, i) == "" {
			continue
		}
		step := chain.Step{
			Name: at(
				f.Steps,
				i,
			),
			Role:     access.Role(at(f.Roles, i)),
			Relation: chain.Relation(at(f.Relations, i)),
			All:      at(f.Everyone, i) == "all",
			Edit:     at(f.Everyone, i) == "edit",
		}
		var err error
		if step.Limit, err = number(f.Limits, i, "时限"); err != nil {
			return d, err
		}
		if step.Remind, err = number(f.Reminds, i, "提醒"); err != nil {
			return d, err
		}
		if step.Relation == chain.Named {
			unit, err := number(f.Units, i, "单位")
			if err != nil {
				return d, err
			}
			step.UnitID = int64(unit)
		}

		for _, item := range strings.Split(at(f.Items, i), "\n") {
			if item = strings.TrimSpace(item); item != "" {
				step.Items = append(step.Items, item)
			}
		}
		d.Steps = append(d.Steps, step)
	}
	if n := len(d.Steps); n > 0 {
		d.Steps[n-1].AtOnce = f.AtOnce
	}

	return d, nil
}

// formOf is a version as the form begins with it.
func formOf(c chain.Chain, v chain.Version) form {
	f := form{
		Version: c.Last,
		Name:    v.Name,
		Active:  v.Active,
		Columns: v.When.Columns,
		Handles: v.When.Accounts,
	}
	for _, risk := range v.When.Risks {
		f.Risks = append(f.Risks, string(risk))
	}

	for _, step := range v.Steps {
		everyone := "any"

		switch {
		case step.All:
			everyone = "all"
		case step.Edit:
			everyone = "edit"
		}
		f.Steps = append(f.Steps, step.Name)
		f.Roles, f.Relations = append(f.Roles, string(step.Role)), append(f.Relations, string(step.Relation))
		f.Units, f.Everyone = append(f.Units, fmt.Sprint(step.UnitID)), append(f.Everyone, everyone)
		f.Limits, f.Reminds = append(
			f.Limits,
			fmt.Sprint(step.Limit),
		), append(
			f.Reminds,
			fmt.Sprint(step.Remind),
		)
		f.Items = append(f.Items, strings.Join(step.Items, "\n"))
		f.AtOnce = step.AtOnce
	}

	return f
}

// editPage is the form of a chain.
type editPage struct {
	page.Base
	Form    form
	ID      int64 // 0: a new one
	Units   []page.Option
	Columns []page.Option
	Risks   []page.Option
	Fields  []stepFields

	Accounts []page.Option // that may be named
	Kept     []int64       // named ones of a matrix too large to be listed
}

// mostListed is how many accounts the form lists. Of a larger matrix the interface names them.
const mostListed = 200

// fillAccounts lists the accounts that the reader sees, to be named by the chain.
func (h *pages) fillAccounts(c *gin.Context, p *editPage) error {
	accounts, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{Limit: mostListed + 1})
	if err != nil {
		return err
	}
	if len(accounts) > mostListed {
		p.Kept = p.Form.Handles
		return nil
	}

	for _, one := range accounts {
		p.Accounts = append(p.Accounts, page.Option{
			Value: strconv.FormatInt(one.ID, 10), Text: one.At(), Raw: true,
			Selected: slices.Contains(p.Form.Handles, one.ID),
		})
	}

	for _, id := range p.Form.Handles { // named by somebody who sees more
		if !slices.ContainsFunc(accounts, func(one account.Account) bool { return one.ID == id }) {
			p.Kept = append(p.Kept, id)
		}
	}

	return nil
}

// Used are the steps of the form that are filled in, and one more.
func (p editPage) Used() []stepFields { return p.Fields[:p.used()] }

// More are the steps that could be added.
func (p editPage) More() []stepFields { return p.Fields[p.used():] }

func (p editPage) used() int {
	used := 0

	for i, step := range p.Fields {
		if step.Name != "" {
			used = i + 1
		}
	}

	return min(used+1, len(p.Fields))
}

// stepFields is one step of the form.
type stepFields struct {
	Number                             int
	Name, Limit, Remind, Items         string
	Roles, Relations, Units, Everyones []page.Option
}

func (h *pages) new(c *gin.Context) error {
	f := form{Active: true, AtOnce: true}
	if from, _ := strconv.ParseInt(c.Query("from"), 10, 64); from > 0 {
		found, _, err := h.Chains.Find(c.Request.Context(), web.Actor(c), from)
		if err != nil {
			return err
		}
		if found.Now != nil {
			f = formOf(found, *found.Now)
			f.Active, f.Version = true, 0
		}
	}
	p, err := h.editPage(c, 0, f)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "chains/edit", p)
}

func (h *pages) edit(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	found, _, err := h.Chains.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if err := access.Require(web.Actor(c), access.ChainManage, found.UnitPath); err != nil {
		return err
	}
	var f form
	if found.Now != nil {
		f = formOf(found, *found.Now)
	} else {
		f.Version = found.Last
	}
	p, err := h.editPage(c, id, f)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "chains/edit", p)
}

func (h *pages) editPage(c *gin.Context, id int64, f form) (editPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := editPage{Base: h.kit.Base(c, "编辑审核流程", page.Crumb{Text: "审核流程", Href: "/chains"}), Form: f, ID: id}
	owners, err := h.Units.Within(ctx, actor, access.ChainManage)
	if err != nil {
		return p, err
	}
	p.Units = marked(parts.UnitOptions(owners), strconv.FormatInt(f.Unit, 10))
	seen, err := h.Units.Within(ctx, actor, access.UnitView)
	if err != nil {
		return p, err
	}
	columns, err := h.Columns.List(ctx, actor)
	if err != nil {
		return p, err
	}

	for _, one := range columns {
		if one.Active || slices.Contains(f.Columns, one.ID) {
			p.Columns = append(p.Columns, page.Option{
				Value: strconv.FormatInt(
					one.ID,
					10,
				),
				Text:     one.Name,
				Raw:      true,
				Selected: slices.Contains(f.Columns, one.ID),
			})
		}
	}

	for _, risk := range chain.Risks() {
		p.Risks = append(p.Risks, page.Option{
			Value: string(risk), Text: risk.Label(), Selected: slices.Contains(f.Risks, string(risk)),
		})
	}

	roles := []page.Option{{Value: "", Text: "审核员或主管"}}
	for _, role := range chain.Reviewing() {
		roles = append(roles, page.Option{Value: string(role), Text: role.Label()})
	}

	var relations []page.Option
	for _, relation := range chain.Relations() {
		relations = append(relations, page.Option{Value: string(relation), Text: relation.Label()})
	}
	everyone := []page.Option{{Value: "any", Text: "任一人"}, {Value: "all", Text: "全部的人"},
		{Value: "edit", Text: "任一人编辑"}}
	units := append([]page.Option{{Value: "0", Text: "不指定"}}, parts.UnitOptions(seen)...)

	for i := range chain.MaxSteps {
		p.Fields = append(p.Fields, stepFields{
			Number:    i + 1,
			Name:      at(f.Steps, i),
			Limit:     at(f.Limits, i),
			Remind:    at(f.Reminds, i),
			Items:     at(f.Items, i),
			Roles:     marked(roles, at(f.Roles, i)),
			Relations: marked(relations, at(f.Relations, i)),
			Units:     marked(units, at(f.Units, i)),
			Everyones: marked(everyone, at(f.Everyone, i)),
		})
	}

	return p, h.fillAccounts(c, &p)
}

func marked(options []page.Option, value string) []page.Option {
	out := slices.Clone(options)
	for i := range out {
		out[i].Selected = out[i].Value == value
	}

	return out
}

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
