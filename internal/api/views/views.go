// Package views holds the operations on kept views of lists.
package views

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/view"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Views *view.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	rest.Register(a.API, rest.Op(http.MethodGet, "/views", "list-views", "views",
		i18n.N("本人和单位的列表视图")), access.Self, a.list)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost, "/views", "save-view", "views",
		i18n.N("把一个列表的筛选存为视图，给自己或单位"))), access.Self, a.save)
	rest.Register(a.API, rest.Op(http.MethodPatch, "/views/{id}", "change-view", "views",
		i18n.N("给视图改名，或换成别的筛选")), access.Self, a.change)
	rest.Register(a.API, rest.Op(http.MethodDelete, "/views/{id}", "delete-view", "views",
		i18n.N("删除视图")), access.Self, a.drop)
}

// ListView is a filter of a list that was kept.
type ListView struct {
	ID        int64             `json:"id"`
	List      string            `json:"list" doc:"哪个列表，如 posts"`
	Name      string            `json:"name"`
	Filter    map[string]string `json:"filter" doc:"列表地址里的筛选条件"`
	Address   string            `json:"address" doc:"在控制台里打开的地址"`
	UnitID    *int64            `json:"unit_id,omitempty" doc:"归哪个单位，下属单位也看得到；没有则是本人的"`
	Revision  int               `json:"revision" doc:"改动时给它"`
	UpdatedAt time.Time         `json:"updated_at"`
}

func show(v view.View) ListView {
	filter := map[string]string{}

	for name := range v.Filter {
		filter[name] = v.Filter.Get(name)
	}

	return ListView{
		ID: v.ID, List: v.List.Key, Name: v.Name, Filter: filter, Address: v.Address(), UnitID: v.UnitID,
		Revision: v.Revision, UpdatedAt: v.UpdatedAt.UTC(),
	}
}

func valuesOf(filter map[string]string) url.Values {
	values := url.Values{}

	for name, value := range filter {
		values.Set(name, value)
	}

	return values
}

func (a *api) list(ctx context.Context, who access.Actor, in *struct {
	List string `query:"list" maxLength:"30" doc:"只要这个列表的"`
	rest.Paging
}) (*rest.Out[rest.List[ListView]], error) {
	views, err := a.Views.All(ctx, who)
	if err != nil {
		return nil, err
	}
	kept := views[:0]

	for _, one := range views {
		if in.List == "" || one.List.Key == in.List {
			kept = append(kept, one)
		}
	}

	return rest.Sliced(kept, in.Paging, func(v view.View) int64 { return v.ID }, show)
}

func (a *api) save(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		List   string            `json:"list" maxLength:"30"`
		Name   string            `json:"name" minLength:"1" maxLength:"200"`
		Filter map[string]string `json:"filter" maxProperties:"20" doc:"列表地址里的筛选条件，至少一个"`
		UnitID int64             `json:"unit_id,omitempty" minimum:"1" doc:"给这个单位和下属单位，须有 plan.manage；不填为本人的"`
	}
}) (*rest.Out[ListView], error) {
	saved, err := a.Views.Save(ctx, who, view.Entry{
		List: in.Body.List, Name: in.Body.Name, Filter: valuesOf(in.Body.Filter), UnitID: in.Body.UnitID,
	})

	return &rest.Out[ListView]{Body: show(saved)}, err
}

func (a *api) change(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int               `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
		Name     *string           `json:"name,omitempty" minLength:"1" maxLength:"200"`
		Filter   map[string]string `json:"filter,omitempty" maxProperties:"20" doc:"不填为不变"`
	}
}) (*rest.Out[ListView], error) {
	change := view.Change{Name: in.Body.Name}
	if in.Body.Filter != nil {
		change.Filter = valuesOf(in.Body.Filter)
	}
	changed, err := a.Views.Change(ctx, who, in.ID, in.Body.Revision, change)

	return &rest.Out[ListView]{Body: show(changed)}, err
}

func (a *api) drop(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Revision int `query:"revision" required:"true" minimum:"1" maximum:"2147483647" doc:"所看到的 revision"`
}) (*rest.None, error) {
	return &rest.None{}, a.Views.Drop(ctx, who, in.ID, in.Revision)
}
