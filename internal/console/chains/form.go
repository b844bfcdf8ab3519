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
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

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
