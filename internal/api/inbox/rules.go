package inbox

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/inbox"
)

// AssignRule says to whom new matters go by themselves.
type AssignRule struct {
	ID       int64  `json:"id"`
	UnitID   int64  `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Revision int    `json:"revision" doc:"修改时写所看到的这个数"`
	AssignRuleText
	By string    `json:"by" doc:"最后修改的人"`
	At time.Time `json:"at"`
}

// AssignRuleText is what a rule asks and does.
type AssignRuleText struct {
	Name      string   `json:"name" minLength:"1" maxLength:"100" doc:"最多 30 字"`
	Position  int      `json:"position" minimum:"1" maximum:"999" doc:"次序，小的先用"`
	AccountID int64    `json:"account_id,omitempty" doc:"只对这个账号；不填为各账号"`
	ColumnID  int64    `json:"column_id,omitempty" doc:"市民评论的那条微博的栏目；不填不限"`
	Kinds     []string `json:"kinds,omitempty" maxItems:"7" doc:"类别是其中之一；不填不限"`
	Words     []string `json:"words,omitempty" maxItems:"20" doc:"市民的第一句话里有其中一个；不填不限"`
	Begin     string   `json:"begin,omitempty" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"每天从几点起，北京时间；不填为全天"`
	End       string   `json:"end,omitempty" pattern:"^[0-2][0-9]:[0-5][0-9]$" doc:"到几点；早于开始的，是到第二天"`
	ToUnitID  int64    `json:"to_unit_id,omitempty" doc:"分派给哪个单位；不填为不分派"`
	ToUserID  int64    `json:"to_user_id,omitempty" doc:"分派给该单位的谁；不填为单位"`
	ToKind    string   `json:"to_kind,omitempty" enum:"report,complaint,ask,rumour,proposal,praise,none" doc:"定为的类别"`
}

func showRule(r inbox.Rule) AssignRule {
	out := AssignRule{
		ID: r.ID, UnitID: r.UnitID, UnitName: r.UnitName, Revision: r.Revision, By: r.By, At: r.At.UTC(),
		AssignRuleText: AssignRuleText{
			Name: r.Name, Position: r.Position, AccountID: r.If.AccountID, ColumnID: r.If.ColumnID,
			Kinds: rest.Each(r.If.Kinds, func(k inbox.Kind) string { return string(k) }), Words: r.If.Words,
			ToUnitID: r.Then.UnitID, ToUserID: r.Then.OwnerID, ToKind: string(r.Then.Kind),
		},
	}
	if r.If.Daily {
		out.Begin, out.End = inbox.Minute(r.If.Begin), inbox.Minute(r.If.End)
	}

	return out
}

func (t AssignRuleText) rule() inbox.Rule {
	rule := inbox.Rule{
		Name: t.Name, Position: t.Position,
		If: inbox.Condition{
			AccountID: t.AccountID, ColumnID: t.ColumnID, Words: t.Words,
			Daily: t.Begin != "" || t.End != "",
		},
		Then: inbox.Effect{UnitID: t.ToUnitID, OwnerID: t.ToUserID, Kind: inbox.Kind(t.ToKind)},
	}

	for _, kind := range t.Kinds {
		rule.If.Kinds = append(rule.If.Kinds, inbox.Kind(kind))
	}
	if rule.If.Daily {
		rule.If.Begin, rule.If.End = inbox.ReadMinute(t.Begin), inbox.ReadMinute(t.End)
	}

	return rule
}

func (a *api) rules(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[AssignRule]], error) {
	rules, err := a.Inbox.Rules(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rules, in.Paging, func(r inbox.Rule) int64 { return r.ID }, showRule)
}

func (a *api) makeRule(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		UnitID int64 `json:"unit_id" minimum:"1" doc:"对它和下属单位的账号有效"`
		AssignRuleText
	}
}) (*rest.Out[AssignRule], error) {
	rule := in.Body.rule()
	rule.UnitID = in.Body.UnitID
	made, err := a.Inbox.SaveRule(ctx, who, rule)

	return &rest.Out[AssignRule]{Body: showRule(made)}, err
}

func (a *api) changeRule(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int `json:"revision" minimum:"1"`
		AssignRuleText
	}
}) (*rest.Out[AssignRule], error) {
	rule := in.Body.rule()
	rule.ID, rule.Revision = in.ID, in.Body.Revision
	changed, err := a.Inbox.SaveRule(ctx, who, rule)

	return &rest.Out[AssignRule]{Body: showRule(changed)}, err
}

// ruleChange is an act on a rule of a revision.
type ruleChange struct {
	rest.ByID
	Body struct {
		Revision int `json:"revision" minimum:"1"`
	}
}

func (a *api) retireRule(
	ctx context.Context, who access.Actor, in *ruleChange,
) (*rest.Out[AssignRule], error) {
	rule, err := a.Inbox.RetireRule(ctx, who, in.ID, in.Body.Revision)

	return &rest.Out[AssignRule]{Body: showRule(rule)}, err
}

// Assigned is how many matters a rule was applied to.
type Assigned struct {
	Done int `json:"done" doc:"处理了几件，一次至多 200 件"`
}

func (a *api) applyRule(
	ctx context.Context, who access.Actor, in *ruleChange,
) (*rest.Out[Assigned], error) {
	done, err := a.Inbox.ApplyRule(ctx, who, in.ID, in.Body.Revision)

	return &rest.Out[Assigned]{Body: Assigned{done}}, err
}
