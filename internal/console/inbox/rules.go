package inbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/org"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

const rulesPath = "/inbox/rules"

// rulesPage lists the rules of the units, each unit's in the order in which they are asked.
type rulesPage struct {
	page.Base
	Rows []ruleRow
	May  bool // the reader may make one somewhere
}

// ruleRow is a rule in words.
type ruleRow struct {
	inbox.Rule
	When []string // what must be so; none: always
	Does []string
	May  bool
}

func (h *pages) rules(c *gin.Context) error {
	actor := web.Actor(c)
	p := rulesPage{Base: h.kit.Base(c, "分派规则", crumbs()...), May: actor.Can(access.InboxRule)}
	list, err := h.Inbox.Rules(c.Request.Context(), actor)
	if err != nil {
		return err
	}

	for _, rule := range list {
		p.Rows = append(p.Rows, ruleRow{
			rule, p.when(rule), p.does(rule), inbox.MayKeepRules(actor, rule.UnitPath) == nil,
		})
	}

	return h.kit.Show(c, 200, "inbox/rules", p)
}

// when says in the reader's language what must be so.
func (p rulesPage) when(rule inbox.Rule) (lines []string) {
	add := func(line string, is bool) {
		if is {
			lines = append(lines, line)
		}
	}

	kinds := make([]string, len(rule.If.Kinds))
	for i, kind := range rule.If.Kinds {
		kinds[i] = p.T(kind.Label())
	}

	add("@"+rule.AccountName, rule.AccountName != "")
	add(p.T("栏目")+" "+rule.ColumnName, rule.ColumnName != "")
	add(strings.Join(kinds, " / "), len(kinds) > 0)
	add("“"+strings.Join(rule.If.Words, "” / “")+"”", len(rule.If.Words) > 0)
	add(rule.If.Hours(), rule.If.Daily)

	return lines
}

// does says in the reader's language what a rule does.
func (p rulesPage) does(rule inbox.Rule) (lines []string) {
	if rule.Then.Kind != "" {
		lines = append(lines, p.T("定为")+" "+p.T(rule.Then.Kind.Label()))
	}
	if rule.Then.UnitID != 0 {
		lines = append(lines, strings.TrimSuffix(p.T("分派给")+" "+rule.ToUnit+" · "+rule.ToOwner, " · "))
	}

	return lines
}

// ruleForm is a rule as it is typed.
type ruleForm struct {
	Revision int        `form:"revision"`
	Unit     int64      `form:"unit"`
	Name     string     `form:"name"`
	Position int        `form:"position"`
	Account  string     `form:"account_id"` // its name on the platform; "": any
	Column   int64      `form:"column_id"`
	Kinds    []string   `form:"kinds"`
	Words    string     `form:"words"` // one a line
	Begin    string     `form:"begin"`
	End      string     `form:"end"`
	To       string     `form:"to_unit_id"` // a unit, or a unit and a person: "3" or "3/17"
	Kind     inbox.Kind `form:"kind"`
}

// rulePage is one rule, or a new one of a unit.
type rulePage struct {
	page.Base
	ID      int64
	Unit    org.Unit
	Form    ruleForm
	Units   []page.Option // for a new one
	Columns []page.Option
	Targets []page.Option
	Effects []page.Option // kinds that it may say
	Fit     inbox.Fit
	By      inbox.Rule // as it stands
}

// Boxes are the kinds to tick.
func (p rulePage) Boxes() (list []page.Option) {
	for _, kind := range inbox.Kinds() {
		list = append(list, page.Option{
			Value: string(kind), Text: kind.Label(), Selected: slices.Contains(p.Form.Kinds, string(kind)),
		})
	}

	return list
}

func (h *pages) newRule(c *gin.Context) error {
	var asked struct {
		Unit int64 `form:"unit"`
	}
	if err := web.Bind(c, &asked); err != nil {
		return err
	}
	p, err := h.rulePage(c, 0, asked.Unit)
	if err != nil {
		return err
	}
	p.Form.Position = 10

	return h.kit.Show(c, 200, "inbox/rule", p)
}

func (h *pages) rule(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.rulePage(c, id, 0)
	if err != nil {
		return err
	}
	p.fill(p.By)

	return h.kit.Show(c, 200, "inbox/rule", p)
}

// fill puts a rule into the form.
func (p *rulePage) fill(rule inbox.Rule) {
	p.Form = ruleForm{
		Revision: rule.Revision, Unit: rule.UnitID, Name: rule.Name, Position: rule.Position,
		Account: rule.AccountName, Column: rule.If.ColumnID,
		Words: strings.Join(rule.If.Words, "\n"), Kind: rule.Then.Kind,
		To: targetValue(rule.Then.UnitID, rule.Then.OwnerID),
	}

	for _, kind := range rule.If.Kinds {
		p.Form.Kinds = append(p.Form.Kinds, string(kind))
	}
	if rule.If.Daily {
		p.Form.Begin, p.Form.End = inbox.Minute(rule.If.Begin), inbox.Minute(rule.If.End%(24*time.Hour))
	}
}

// targetValue writes whom a rule assigns to; "" is nobody.
func targetValue(unit, owner int64) string {
	switch {
	case unit == 0:
		return ""
	case owner == 0:
		return fmt.Sprint(unit)
	}

	return fmt.Sprintf("%d/%d", unit, owner)
}

// readTarget reads what targetValue writes; what it cannot read is a unit that does not exist.
func readTarget(text string) (unit, owner int64) {
	if text == "" {
		return 0, 0
	}
	unitText, ownerText, personal := strings.Cut(text, "/")
	unit, err := strconv.ParseInt(unitText, 10, 64)
	if err == nil && personal {
		owner, err = strconv.ParseInt(ownerText, 10, 64)
	}
	if err != nil {
		return -1, 0
	}

	return unit, owner
}

// rulePage is the page of a rule, or of a new one of a unit; without a unit it is the first that the reader
// may choose.
func (h *pages) rulePage(c *gin.Context, id, unit int64) (p rulePage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p.Base = h.kit.Base(c, "分派规则", append(crumbs(), page.Crumb{Text: "分派规则", Href: rulesPath})...)
	if id != 0 {
		if p.By, err = h.Inbox.Rule(ctx, actor, id); err != nil {
			return p, err
		}
		if err := inbox.MayKeepRules(actor, p.By.UnitPath); err != nil {
			return p, err
		}
		if p.Fit, err = h.Inbox.Fitting(ctx, actor, id); err != nil {
			return p, err
		}
		p.ID, unit = id, p.By.UnitID
	}
	units, err := h.Units.Within(ctx, actor, access.InboxRule)
	if err != nil {
		return p, err
	}
	if len(units) == 0 {
		return p, fault.Forbidden("您没有可以设规则的单位")
	}
	p.Unit = units[0]
	if i := slices.IndexFunc(units, func(one org.Unit) bool { return one.ID == unit }); i >= 0 {
		p.Unit = units[i]
	} else if unit != 0 {
		return p, fault.NotFound("没有找到这个单位，或不在您的管辖范围内")
	}
	p.Form.Unit, p.Units = p.Unit.ID, parts.UnitOptions(units)
	p.Heading = p.T("{.unit}：分派规则", "unit", p.Unit.Name)

	return p, h.ruleChoices(ctx, actor, &p)
}

// ruleChoices fills in what can be chosen.
func (h *pages) ruleChoices(ctx context.Context, actor access.Actor, p *rulePage) error {
	columns, err := h.Columns.For(ctx, actor, p.Unit.ID)
	if err != nil {
		return err
	}

	p.Columns = []page.Option{{Text: "不限"}}
	for _, one := range columns {
		p.Columns = append(p.Columns, page.Option{Value: fmt.Sprint(one.ID), Text: one.Name, Raw: true})
	}
	targets, err := h.Inbox.Targets(ctx, actor)
	if err != nil {
		return err
	}

	p.Targets = []page.Option{{Text: "不分派"}}
	for _, target := range targets {
		p.Targets = append(p.Targets, page.Option{
			Value: targetValue(target.Unit.ID, 0), Text: target.Unit.Name, Raw: true,
		})
		for _, one := range target.People {
			p.Targets = append(p.Targets, page.Option{
				Value: targetValue(
					target.Unit.ID,
					one.UserID,
				),
				Text: target.Unit.Name + " · " + one.Name,
				Raw:  true,
			})
		}
	}

	p.Effects = []page.Option{{Text: "不改"}}
	for _, kind := range inbox.Kinds() {
		p.Effects = append(p.Effects, page.Option{Value: string(kind), Text: kind.Label()})
	}

	return nil
}

func (h *pages) saveRule(c *gin.Context) (err error) {
	var id int64
	if c.Param("id") != "" {
		if id, err = web.ID(c, "id"); err != nil {
			return err
		}
	}
	var form ruleForm
	err = web.Bind(c, &form)
	if err == nil {
		err = h.keepRule(c, id, form)
	}

	switch {
	case err == nil:
		return h.kit.See(c, rulesPath, "已保存，从现在起的新互动按它分派")
	case fault.Is(err, fault.KindNotFound), fault.Is(err, fault.KindForbidden):
		return err
	}
	p, perr := h.rulePage(c, id, form.Unit)
	if perr != nil {
		return perr
	}
	p.Form = form

	return h.kit.Refuse(c, err, "inbox/rule", &p)
}

// keepRule saves what was typed.
func (h *pages) keepRule(c *gin.Context, id int64, form ruleForm) error {
	rule := inbox.Rule{
		ID: id, UnitID: form.Unit, Revision: form.Revision, Name: form.Name, Position: form.Position,
		If: inbox.Condition{
			ColumnID: form.Column, Words: strings.Split(form.Words, "\n"),
			Daily: form.Begin != "" || form.End != "",
		},
		Then: inbox.Effect{Kind: form.Kind},
	}

	for _, kind := range form.Kinds {
		rule.If.Kinds = append(rule.If.Kinds, inbox.Kind(kind))
	}
	if rule.If.Daily {
		rule.If.Begin, rule.If.End = inbox.ReadMinute(form.Begin), inbox.ReadMinute(form.End)
	}
	rule.Then.UnitID, rule.Then.OwnerID = readTarget(form.To)
	if name := strings.TrimPrefix(strings.TrimSpace(form.Account), "@"); name != "" {
		accounts, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{
			Permission: access.InboxView, Query: name,
		})
		if err != nil {
			return err
		}
		found := parts.AccountNamed(accounts, name)
		if found == nil {
			return fault.Invalid("account_id", "没有叫“{.name}”的账号，请写微博上的名字", "name", name)
		}
		rule.If.AccountID = found.ID
	}
	_, err := h.Inbox.SaveRule(c.Request.Context(), web.Actor(c), rule)

	return err
}

// onRule does an act on a rule of the revision that was shown.
func (h *pages) onRule(c *gin.Context, do func(id int64, revision int) (told string, err error)) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form struct {
		Revision int `form:"revision"`
	}
	told := ""
	err = web.Bind(c, &form)
	if err == nil {
		told, err = do(id, form.Revision)
	}

	switch {
	case err == nil:
		return h.kit.See(c, rulesPath, told)
	case fault.Is(err, fault.KindNotFound), fault.Is(err, fault.KindForbidden):
		return err
	}
	p, perr := h.rulePage(c, id, 0)
	if perr != nil {
		return perr
	}
	p.fill(p.By)

	return h.kit.Refuse(c, err, "inbox/rule", &p)
}

func (h *pages) retireRule(c *gin.Context) error {
	return h.onRule(c, func(id int64, revision int) (string, error) {
		_, err := h.Inbox.RetireRule(c.Request.Context(), web.Actor(c), id, revision)
		return "已停用这条规则", err
	})
}

func (h *pages) applyRule(c *gin.Context) error {
	return h.onRule(c, func(id int64, revision int) (string, error) {
		n, err := h.Inbox.ApplyRule(c.Request.Context(), web.Actor(c), id, revision)
		return h.kit.Printer(c).T("已按规则处理 {.n} 件", "n", n), err
	})
}
