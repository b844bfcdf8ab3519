package lexicon

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// levelsPage is how gravely a unit takes what each rule of the check finds.
type levelsPage struct {
	page.Base
	Form  levelForm
	Units []page.Option
	Rules []levelLine
	May   bool // change them
}

// levelLine is one rule with the levels it may have.
type levelLine struct {
	check.Level
	Choices []page.Option
	Error   string
	Reason  string // as typed
}

// InForce is the level in Chinese.
func (l levelLine) InForce() string { return check.LevelLabel(l.Level.Level) }

// Preset is the program's level in Chinese.
func (l levelLine) Preset() string { return check.LevelLabel(l.Rule.Preset()) }

// Pleading is the address of the change that waits.
func (l levelLine) Pleading() string { return levelPath(l.Asked.ID) }

type levelForm struct {
	Unit    int64         `form:"unit"`
	Rule    check.Rule    `form:"rule"`
	Level   lexicon.Level `form:"level"`
	Version int           `form:"version"`
	Reason  string        `form:"reason"`
}

func levelPath(id int64) string { return fmt.Sprintf("/lexicon/levels/%d", id) }

func (h *pages) levelsPage(c *gin.Context, form levelForm, wrong string) (levelsPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := levelsPage{Base: h.kit.Base(c, "检查级别", crumb), Form: form}
	units, err := h.Units.Within(ctx, actor, access.LexiconView)
	if err != nil {
		return p, err
	}
	if p.Form.Unit == 0 && len(units) > 0 {
		p.Form.Unit = units[0].ID
	}

	p.Units = parts.UnitOptions(units)
	for i := range p.Units {
		p.Units[i].Selected = p.Units[i].Value == fmt.Sprint(p.Form.Unit)
	}

	for _, unit := range units {
		if unit.ID == p.Form.Unit {
			p.May = actor.CanAt(access.LexiconManage, unit.Path)
		}
	}

	levels, err := h.Checks.Levels(ctx, actor, p.Form.Unit)
	for _, level := range levels {
		line := levelLine{Level: level}

		line.Choices = append(line.Choices, page.Option{Text: "随上级或预设"})
		for _, choice := range level.Rule.Choices() {
			line.Choices = append(line.Choices, page.Option{
				Value: string(choice), Text: check.LevelLabel(choice), Selected: choice == level.Own,
			})
		}
		if level.Rule == form.Rule && wrong != "" {
			line.Error, line.Reason = wrong, form.Reason
			for i := range line.Choices {
				line.Choices[i].Selected = line.Choices[i].Value == string(form.Level)
			}
		}
		p.Rules = append(p.Rules, line)
	}

	return p, err
}

func (h *pages) levels(c *gin.Context) error {
	var form levelForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.levelsPage(c, levelForm{Unit: form.Unit}, "")
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/levels", p)
}

func (h *pages) setLevel(c *gin.Context) error {
	var form levelForm
	err := web.Bind(c, &form)
	var asked *check.LevelChange
	if err == nil {
		asked, err = h.Checks.SetLevel(c.Request.Context(), web.Actor(c), check.NewLevel{
			UnitID: form.Unit, Rule: form.Rule, Level: form.Level, Version: form.Version, Why: form.Reason,
		})
	}

	switch {
	case err == nil && asked != nil:
		return h.kit.See(c, levelPath(asked.ID), "已申请，等待第二人确认")
	case err == nil:
		return h.kit.See(c, fmt.Sprintf("/lexicon/levels?unit=%d", form.Unit), "已保存")
	}
	told := fault.Public(err)
	if fields := fault.FieldErrors(err); len(fields) > 0 {
		told = fields[0]
	}
	p, pageErr := h.levelsPage(c, form, h.kit.Base(c, "检查级别", crumb).T(told.Text, told.Args...))
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/levels", &p)
}

// levelPage is a change of a level that waits for a second person, or did.
type levelPage struct {
	page.Base
	Change check.LevelChange
	Second page.Second
}

func (h *pages) levelPage(c *gin.Context) (levelPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return levelPage{}, err
	}
	change, err := h.Checks.FindLevelChange(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return levelPage{}, err
	}

	p := levelPage{
		Base: h.kit.Base(c, "修改检查级别", crumb, page.Crumb{
			Text: "检查级别", Href: fmt.Sprintf("/lexicon/levels?unit=%d", change.UnitID),
		}),
		Change: change,
	}
	p.Second = parts.Second(
		p.Base,
		change,
		change.State == lexicon.ChangeAsked,
		change.AskedBy,
		levelPath(id),
	)
	p.Second.Before, p.Second.Confirm = "确认后立即生效，您的名字记入审计日志。", p.T("确认")

	return p, nil
}

func (h *pages) level(c *gin.Context) error {
	p, err := h.levelPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/level", p)
}

func (h *pages) confirmLevel(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.Checks.ConfirmLevel(c.Request.Context(), web.Actor(c), id); err != nil {
		return h.refuseLevel(c, err)
	}

	return h.kit.See(c, levelPath(id), "已确认，现在生效")
}

func (h *pages) stopLevel(c *gin.Context) error {
	id, _, change, err := web.Act(c, func(id int64, form whyForm) (check.LevelChange, error) {
		return h.Checks.StopLevel(c.Request.Context(), web.Actor(c), id, form.Reason)
	})
	if err != nil {
		return h.refuseLevel(c, err)
	}

	return h.stopped(c, change.Asked, levelPath(id))
}

func (h *pages) refuseLevel(c *gin.Context, err error) error {
	p, pageErr := h.levelPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/level", &p)
}
