package posts

import (
	"context"
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/column"
	"juzhen/internal/i18n"
)

type shownColumn struct {
	ID       int64  `json:"id"`
	UnitID   int64  `json:"unit_id" doc:"归哪个单位维护；该单位和下属单位的稿件可用"`
	UnitName string `json:"unit_name"`
	Name     string `json:"name"`
	Active   bool   `json:"active" doc:"停用的不能再选，已归入的稿件不变"`
}

type newColumn struct {
	UnitID int64  `json:"unit_id" minimum:"1" doc:"归哪个单位维护"`
	Name   string `json:"name" minLength:"1" maxLength:"20"`
}

type columnChange struct {
	Name   *string `json:"name,omitempty" minLength:"1" maxLength:"20"`
	Active *bool   `json:"active,omitempty" doc:"停用或启用"`
}

func (a *api) columns() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/columns", "list-columns",
		"posts", i18n.N("栏目：看得到的，或一个单位的稿件可用的"),
	), access.UnitView, a.listColumns)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/columns", "create-column",
		"posts", i18n.N("新建栏目"),
	)), access.ColumnManage, a.createColumn)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/columns/{id}", "update-column",
		"posts", i18n.N("改栏目名称，停用或启用"),
	), access.ColumnManage, a.updateColumn)
}

func showColumn(c column.Column) shownColumn {
	return shownColumn{ID: c.ID, UnitID: c.UnitID, UnitName: c.UnitName, Name: c.Name, Active: c.Active}
}

func (a *api) listColumns(ctx context.Context, who access.Actor, in *struct {
	rest.Paging
	UnitID int64 `query:"unit_id" doc:"这个单位的稿件可用的；不填为看得到的全部"`
}) (*rest.Out[rest.List[shownColumn]], error) {
	var rows []column.Column
	var err error
	if in.UnitID != 0 {
		rows, err = a.Columns.For(ctx, who, in.UnitID)
	} else {
		rows, err = a.Columns.List(ctx, who)
	}
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(c column.Column) int64 { return c.ID }, showColumn)
}

func (a *api) createColumn(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newColumn },
) (*rest.Out[shownColumn], error) {
	made, err := a.Columns.Create(ctx, who, in.Body.UnitID, in.Body.Name)
	return &rest.Out[shownColumn]{Body: showColumn(made)}, err
}

func (a *api) updateColumn(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body columnChange
}) (*rest.Out[shownColumn], error) {
	changed, err := a.Columns.Change(
		ctx,
		who,
		in.ID,
		column.Change{Name: in.Body.Name, Active: in.Body.Active},
	)

	return &rest.Out[shownColumn]{Body: showColumn(changed)}, err
}
