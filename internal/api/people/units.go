package people

import (
	"context"
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
)

type unit struct {
	ID       int64  `json:"id"`
	ParentID *int64 `json:"parent_id,omitempty" doc:"没有时是最上级"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Path     string `json:"path" doc:"从最上级到本单位的编号，如 /1/4/"`
}

type newUnit struct {
	Name     string `json:"name" maxLength:"200"`
	Kind     string `json:"kind" enum:"bureau,centre,district,zone,department"`
	ParentID int64  `json:"parent_id" doc:"上级单位"`
}

type unitChange struct {
	Name string `json:"name,omitempty" maxLength:"200"`
	Kind string `json:"kind,omitempty" enum:"bureau,centre,district,zone,department"`
}

type unitMove struct {
	ParentID int64  `json:"parent_id" minimum:"1" doc:"移到这个单位之下"`
	Name     string `json:"name,omitempty" maxLength:"200" doc:"同时改名；不填则不变"`
	Kind     string `json:"kind,omitempty" enum:"bureau,centre,district,zone,department"`
	Reason   string `json:"reason,omitempty" maxLength:"200" doc:"给确认人看，记入审计"`
}

func (a *api) units() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/units", "list-units",
		"units", i18n.N("单位，上级在前"),
	), access.UnitView, a.listUnits)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/units", "create-unit",
		"units", i18n.N("新建单位"),
	)), access.UnitManage, a.createUnit)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/units/{id}", "get-unit",
		"units", i18n.N("单位详情"),
	), access.UnitView, a.getUnit)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/units/{id}", "update-unit",
		"units", i18n.N("改名"),
	), access.UnitManage, a.updateUnit)
	rest.Register(a.API, asked(rest.Op(http.MethodPost,
		"/units/{id}/move", "move-unit",
		"units", i18n.N("申请移动单位，待第二人确认"),
	)), access.UnitManage, a.moveUnit)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/units/{id}", "delete-unit",
		"units", i18n.N("删除空单位"),
	), access.UnitManage, a.deleteUnit)
}

func showUnit(u org.Unit) unit {
	shown := unit{ID: u.ID, Name: u.Name, Kind: string(u.Kind), Path: u.Path}
	if u.ParentID != 0 {
		shown.ParentID = &u.ParentID
	}

	return shown
}

func (a *api) listUnits(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[unit]], error) {
	rows, err := a.Units.Tree(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, *in, func(u org.Unit) int64 { return u.ID }, showUnit)
}

// createUnit never makes a second root: that is the operator's.
func (a *api) createUnit(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newUnit },
) (*rest.Out[unit], error) {
	if in.Body.ParentID <= 0 {
		return nil, fault.Invalid("parent", "请选择上级单位")
	}
	u, err := a.Units.Create(ctx, who, in.Body.ParentID, in.Body.Name, org.Kind(in.Body.Kind))

	return &rest.Out[unit]{Body: showUnit(u)}, err
}

func (a *api) getUnit(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[unit], error) {
	u, err := a.Units.Find(ctx, who, in.ID)
	return &rest.Out[unit]{Body: showUnit(u)}, err
}

func (a *api) updateUnit(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body unitChange
}) (*rest.Out[unit], error) {
	u, err := a.Units.Change(ctx, who, in.ID, org.Change{Name: in.Body.Name, Kind: org.Kind(in.Body.Kind)})
	return &rest.Out[unit]{Body: showUnit(u)}, err
}

func (a *api) moveUnit(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body unitMove
}) (*askedChange, error) {
	b := in.Body
	change, err := a.Identity.AskMove(ctx, who, org.Move{
		UnitID: in.ID, ParentID: b.ParentID, Name: b.Name, Kind: org.Kind(b.Kind),
	}, b.Reason)

	return showAsked(change, ""), err
}

func (a *api) deleteUnit(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Units.Delete(ctx, who, in.ID)
}
