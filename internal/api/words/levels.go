package words

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/check"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
)

type ruleLevel struct {
	Rule    string `json:"rule"`
	Level   string `json:"level" enum:"block,second,hint,off" doc:"在这个单位现行的级别，off 为不查"`
	Preset  string `json:"preset" enum:"block,second,hint"`
	Own     string `json:"own,omitempty" doc:"这个单位自己设的；没有则随上级或预设"`
	Version int    `json:"version" doc:"自己设的级别的版本，修改时写上"`
	Change  int64  `json:"change_id,omitempty" doc:"等待第二人确认的申请"`
}

type newRuleLevel struct {
	UnitID  int64  `json:"unit_id" minimum:"1"`
	Rule    string `json:"rule" maxLength:"64"`
	Level   string `json:"level,omitempty" enum:"block,second,hint,off" doc:"不填则随上级或预设；只有词表的类别可以是 block"`
	Version int    `json:"version" minimum:"0" doc:"所见的版本，从未设过为 0"`
	Reason  string `json:"reason,omitempty" maxLength:"200" doc:"须第二人确认时给确认人看"`
}

// levelOutcome is what became of a wish: done, or waiting for a second person.
type levelOutcome struct {
	Done     bool  `json:"done" doc:"已生效；否则等待第二人确认"`
	ChangeID int64 `json:"change_id,omitempty" doc:"等待确认的申请"`
}

type levelAnswer struct {
	Status int
	Body   levelOutcome
}

type levelChange struct {
	ID      int64  `json:"id"`
	UnitID  int64  `json:"unit_id"`
	Rule    string `json:"rule"`
	Level   string `json:"level,omitempty"`
	State   string `json:"state" enum:"asked,confirmed,stopped,expired"`
	AskedBy int64  `json:"asked_by"`
}

func (a *api) levels() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/checks/levels", "list-rule-levels",
		"checks", i18n.N("检查规则在一个单位的级别"),
	), access.LexiconView, a.listLevels)
	setting := rest.Op(http.MethodPost,
		"/checks/levels", "set-rule-level",
		"checks", i18n.N("设一个单位的检查级别；禁止、调低和不查待第二人确认"),
	)
	setting.Responses = map[string]*huma.Response{"202": {
		Description: i18n.N("等待第二人确认"),
		Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/LevelOutcome"}},
		},
	}}
	rest.Register(a.API, setting, access.LexiconManage, a.setLevel)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/checks/levels/changes/{id}/confirm", "confirm-rule-level",
		"checks", i18n.N("作为第二人确认检查级别"),
	), access.LexiconConfirm, a.confirmLevel)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/checks/levels/changes/{id}/stop", "stop-rule-level",
		"checks", i18n.N("阻止或撤回检查级别的申请"),
	), access.LexiconView, a.stopLevel)
}

func (a *api) listLevels(ctx context.Context, who access.Actor, in *struct {
	UnitID int64 `query:"unit_id" required:"true" minimum:"1"`
}) (*rest.Out[rest.List[ruleLevel]], error) {
	rows, err := a.Checks.Levels(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}

	return rest.Paged(rows, "", func(l check.Level) ruleLevel {
		shown := ruleLevel{
			Rule:    string(l.Rule),
			Level:   string(l.Level),
			Preset:  string(l.Rule.Preset()),
			Own:     string(l.Own),
			Version: l.Version,
		}
		if l.Asked != nil {
			shown.Change = l.Asked.ID
		}

		return shown
	}), nil
}

func (a *api) setLevel(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newRuleLevel },
) (*levelAnswer, error) {
	b := in.Body
	asked, err := a.Checks.SetLevel(ctx, who, check.NewLevel{
		UnitID:  b.UnitID,
		Rule:    check.Rule(b.Rule),
		Level:   lexicon.Level(b.Level),
		Version: b.Version,
		Why:     b.Reason,
	})
	if err != nil {
		return nil, err
	}
	if asked != nil {
		return &levelAnswer{http.StatusAccepted, levelOutcome{ChangeID: asked.ID}}, nil
	}

	return &levelAnswer{http.StatusOK, levelOutcome{Done: true}}, nil
}

func showLevelChange(c check.LevelChange) levelChange {
	return levelChange{
		ID:      c.ID,
		UnitID:  c.UnitID,
		Rule:    string(c.Rule),
		Level:   string(c.Level),
		State:   string(c.State),
		AskedBy: c.AskedBy,
	}
}

func (a *api) confirmLevel(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[levelChange], error) {
	change, err := a.Checks.ConfirmLevel(ctx, who, in.ID)
	return &rest.Out[levelChange]{Body: showLevelChange(change)}, err
}

func (a *api) stopLevel(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"阻止别人的申请时必填"`
	}
}) (*rest.Out[levelChange], error) {
	change, err := a.Checks.StopLevel(ctx, who, in.ID, in.Body.Reason)
	return &rest.Out[levelChange]{Body: showLevelChange(change)}, err
}
