package chains

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/chain"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
)

// ChainStep is one step of a review chain.
type ChainStep struct {
	Name     string   `json:"name" minLength:"1" maxLength:"20"`
	Role     string   `json:"role,omitempty" enum:",reviewer,supervisor" doc:"须有的角色；不填为审核员或主管"`
	Relation string   `json:"relation" enum:"line,section,unit,above,named" doc:"由哪里的人审核：line 稿件单位及其上级，section 稿件所在科室（单位），unit 科室所属单位，above 上一级单位，named 指定单位"`
	UnitID   int64    `json:"unit_id,omitempty" minimum:"0" doc:"relation 为 named 时的单位"`
	All      bool     `json:"all,omitempty" doc:"须全部批准；不填为任一人"`
	Limit    int      `json:"limit,omitempty" minimum:"0" maximum:"43200" doc:"时限，分钟；过后转代审人，没有则转上一级"`
	Remind   int      `json:"remind,omitempty" minimum:"0" maximum:"43200" doc:"时限前多少分钟提醒"`
	Items    []string `json:"items,omitempty" maxItems:"10" doc:"批准前须逐项打勾的校对事项"`
	AtOnce   bool     `json:"at_once,omitempty" doc:"最后一步可以立即发布"`
	Edit     bool     `json:"edit,omitempty" doc:"这一步修改文字，不作批准；改动由前面各步确认"`
}

// ChainBody is what a version of a review chain says.
type ChainBody struct {
	Name     string      `json:"name" minLength:"1" maxLength:"20"`
	Active   bool        `json:"active" doc:"用于新提交的稿件"`
	Columns  []int64     `json:"columns,omitempty" maxItems:"200" doc:"只用于这些栏目；空为不限"`
	Risks    []string    `json:"risks,omitempty" maxItems:"4" enum:"second,generated,statement,rebuttal" doc:"只用于有其中一种情况的稿件，或热点事件的口径、辟谣的签发"`
	Accounts []int64     `json:"accounts,omitempty" maxItems:"200" doc:"或发往其中一个账号的稿件"`
	Steps    []ChainStep `json:"steps" minItems:"1" maxItems:"6"`
}

type newChain struct {
	UnitID int64 `json:"unit_id" minimum:"1" doc:"归哪个单位；该单位和下属单位的稿件可用"`
	ChainBody
}

type chainChange struct {
	Version int `json:"version" minimum:"1" doc:"所见的最新版本号"`
	ChainBody
}

type chainVersion struct {
	Version int    `json:"version"`
	State   string `json:"state" enum:"asked,in_force,past,stopped"`
	ChainBody
	AskedBy string    `json:"asked_by,omitempty"`
	AskedAt time.Time `json:"asked_at"`
}

type shownChain struct {
	ID       int64         `json:"id"`
	UnitID   int64         `json:"unit_id"`
	UnitName string        `json:"unit_name"`
	Shipped  string        `json:"shipped,omitempty" doc:"随程序提供的流程的名字；single 为没有选中其他流程时的一审"`
	Name     string        `json:"name"`
	Last     int           `json:"last_version"`
	InForce  *chainVersion `json:"in_force,omitempty"`
	Asked    *chainVersion `json:"asked,omitempty" doc:"等第二人确认的修改"`
}

type chainAnswer struct {
	Version int `json:"version" minimum:"1" doc:"所确认的版本号"`
}

type chainRefusal struct {
	Version int    `json:"version" minimum:"1"`
	Reason  string `json:"reason" minLength:"1" maxLength:"200"`
}

// StepPerson is somebody who may decide a step.
type StepPerson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (a *api) chains() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/chains", "list-chains",
		"reviews", i18n.N("审核流程：看得到的单位的，和上级单位的"),
	), access.UnitView, a.listChains)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/chains", "create-chain",
		"reviews", i18n.N("申请新的审核流程，第二人确认后生效"),
	)), access.ChainManage, a.createChain)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/chains/{id}", "update-chain",
		"reviews", i18n.N("申请修改审核流程，第二人确认后生效；进行中的审核不变"),
	), access.ChainManage, a.updateChain)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/chains/{id}/confirm", "confirm-chain",
		"reviews", i18n.N("作为第二人确认审核流程"),
	), access.ChainConfirm, a.confirmChain)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/chains/{id}/stop", "stop-chain",
		"reviews", i18n.N("阻止审核流程的修改，申请人可以撤回"),
	), access.UnitView, a.stopChain)
}

func (b ChainBody) draft() chain.Draft {
	draft := chain.Draft{
		Name: b.Name, Active: b.Active,
		When: chain.When{Columns: b.Columns, Accounts: b.Accounts},
	}
	for _, risk := range b.Risks {
		draft.When.Risks = append(draft.When.Risks, chain.Risk(risk))
	}

	for _, s := range b.Steps {
		draft.Steps = append(draft.Steps, chain.Step{
			Name:     s.Name,
			Role:     access.Role(s.Role),
			Relation: chain.Relation(s.Relation),
			UnitID:   s.UnitID,
			All:      s.All,
			Limit:    s.Limit,
			Remind:   s.Remind,
			Items:    s.Items,
			AtOnce:   s.AtOnce,
			Edit:     s.Edit,
		})
	}

	return draft
}

// ShowChainStep shows a step of a chain.
func ShowChainStep(s chain.Step) ChainStep {
	return ChainStep{
		Name: s.Name, Role: string(s.Role), Relation: string(s.Relation), UnitID: s.UnitID, All: s.All,
		Limit: s.Limit, Remind: s.Remind, Items: s.Items, AtOnce: s.AtOnce, Edit: s.Edit,
	}
}

func showChainVersion(v *chain.Version) *chainVersion {
	if v == nil {
		return nil
	}

	return &chainVersion{
		Version: v.Number, State: string(v.State), AskedBy: v.AskedByName, AskedAt: v.AskedAt.UTC(),
		ChainBody: ChainBody{
			Name: v.Name, Active: v.Active, Columns: v.When.Columns, Accounts: v.When.Accounts,
			Risks: rest.Each(v.When.Risks, func(r chain.Risk) string { return string(r) }),
			Steps: rest.Each(v.Steps, ShowChainStep),
		},
	}
}

func showChain(c chain.Chain) shownChain {
	return shownChain{
		ID: c.ID, UnitID: c.UnitID, UnitName: c.UnitName, Shipped: c.Shipped, Name: c.Name(), Last: c.Last,
		InForce: showChainVersion(c.Now), Asked: showChainVersion(c.Asked),
	}
}

func (a *api) listChains(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[shownChain]], error) {
	rows, err := a.Chains.List(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, *in, func(c chain.Chain) int64 { return c.ID }, showChain)
}

func (a *api) createChain(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newChain },
) (*rest.Out[shownChain], error) {
	draft := in.Body.draft()
	draft.UnitID = in.Body.UnitID
	made, err := a.Chains.Ask(ctx, who, 0, draft)

	return &rest.Out[shownChain]{Body: showChain(made)}, err
}

func (a *api) updateChain(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body chainChange
}) (*rest.Out[shownChain], error) {
	draft := in.Body.draft()
	draft.Version = in.Body.Version
	asked, err := a.Chains.Ask(ctx, who, in.ID, draft)

	return &rest.Out[shownChain]{Body: showChain(asked)}, err
}

func (a *api) confirmChain(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body chainAnswer
}) (*rest.Out[shownChain], error) {
	done, err := a.Chains.Confirm(ctx, who, in.ID, in.Body.Version)
	return &rest.Out[shownChain]{Body: showChain(done)}, err
}

func (a *api) stopChain(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body chainRefusal
}) (*rest.Out[shownChain], error) {
	done, err := a.Chains.Stop(ctx, who, in.ID, in.Body.Version, in.Body.Reason)
	return &rest.Out[shownChain]{Body: showChain(done)}, err
}

type shownStandIn struct {
	ID        int64     `json:"id"`
	UserID    int64     `json:"user_id"`
	Name      string    `json:"name"`
	StandInID int64     `json:"stand_in_id"`
	StandIn   string    `json:"stand_in"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	SetBy     string    `json:"set_by"`
}

type newStandIn struct {
	UserID    int64      `json:"user_id,omitempty" minimum:"0" doc:"谁需要代审；不填为自己，别人的由主管指定"`
	StandInID int64      `json:"stand_in_id" minimum:"1" doc:"代审人，须在同一单位或其上级有审核权限"`
	From      *time.Time `json:"from,omitempty" doc:"不填为立即"`
	Until     time.Time  `json:"until"`
}

func (a *api) standIns() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/stand-ins", "list-stand-ins",
		"reviews", i18n.N("代审：自己的，和可以指定的"),
	), access.Self, a.listStandIns)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/stand-ins", "create-stand-in",
		"reviews", i18n.N("指定代审人：步骤超过时限后由其审核"),
	)), access.Self, a.createStandIn)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/stand-ins/{id}", "end-stand-in",
		"reviews", i18n.N("结束代审"),
	), access.Self, a.endStandIn)
}

func showStandIn(s chain.StandIn) shownStandIn {
	return shownStandIn{
		ID: s.ID, UserID: s.UserID, Name: s.Name, StandInID: s.StandInID, StandIn: s.StandIn,
		From: s.From.UTC(), Until: s.Until.UTC(), SetBy: s.SetBy,
	}
}

func (a *api) listStandIns(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[shownStandIn]], error) {
	rows, err := a.Chains.StandIns(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, *in, func(s chain.StandIn) int64 { return s.ID }, showStandIn)
}

func (a *api) createStandIn(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newStandIn },
) (*rest.Out[shownStandIn], error) {
	what := chain.NewStandIn{UserID: in.Body.UserID, StandInID: in.Body.StandInID, Until: in.Body.Until}
	if in.Body.From != nil {
		what.From = *in.Body.From
	}
	made, err := a.Chains.SetStandIn(ctx, who, what)

	return &rest.Out[shownStandIn]{Body: showStandIn(made)}, err
}

func (a *api) endStandIn(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[shownStandIn], error) {
	done, err := a.Chains.EndStandIn(ctx, who, in.ID)
	return &rest.Out[shownStandIn]{Body: showStandIn(done)}, err
}

// ShowPerson shows who holds a right.
func ShowPerson(h identity.Holder) StepPerson { return StepPerson{h.UserID, h.Name} }
