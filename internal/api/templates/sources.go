package templates

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/source"
	"juzhen/internal/template"
)

type shownSource struct {
	ID         int64             `json:"id"`
	UnitID     int64             `json:"unit_id" doc:"稿件所属单位"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind" doc:"写成哪一种模板"`
	URL        string            `json:"url"`
	Mapping    map[string]string `json:"mapping" doc:"各项数据的路径，或以 = 开头的固定文字；表格的列写作 字段.列"`
	Every      int               `json:"every" doc:"两次取数之间的分钟数"`
	From       string            `json:"from_time" doc:"从一天中的什么时间算起，北京时间，如 00:10"`
	AuthorID   int64             `json:"author_id" doc:"以谁的名义写草稿"`
	Active     bool              `json:"active"`
	Version    int               `json:"version"`
	NextAt     *time.Time        `json:"next_at,omitempty" doc:"下一次取数；停用的没有"`
	LastAt     *time.Time        `json:"last_at,omitempty" doc:"最近一次取数"`
	LastResult string            `json:"last_result,omitempty" enum:"drafted,same,failed"`
}

type shownPull struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty" doc:"谁要求的；按时的没有"`
	Result  string    `json:"result" enum:"drafted,same,failed"`
	PostID  int64     `json:"post_id,omitempty" doc:"写出的草稿"`
	Reasons []string  `json:"reasons" nullable:"false" doc:"没有取到的原因"`
}

type sourceWithPulls struct {
	shownSource
	Pulls []shownPull `json:"pulls" nullable:"false" doc:"最近五十次"`
}

type newSource struct {
	UnitID   int64             `json:"unit_id" minimum:"1"`
	Name     string            `json:"name" minLength:"1" maxLength:"200"`
	Kind     string            `json:"kind" enum:"live,daily,forecast,ozone,dust,ranking,digest"`
	URL      string            `json:"url" minLength:"1" maxLength:"2000"`
	Mapping  map[string]string `json:"mapping"`
	Every    int               `json:"every" minimum:"5" maximum:"1440"`
	From     string            `json:"from_time" maxLength:"5"`
	AuthorID int64             `json:"author_id" minimum:"1"`
}

type sourceChange struct {
	Version  int                `json:"version" minimum:"1" maximum:"2147483647" doc:"所依据的版本"`
	Name     *string            `json:"name,omitempty" minLength:"1" maxLength:"200"`
	URL      *string            `json:"url,omitempty" minLength:"1" maxLength:"2000"`
	Mapping  *map[string]string `json:"mapping,omitempty"`
	Every    *int               `json:"every,omitempty" minimum:"5" maximum:"1440"`
	From     *string            `json:"from_time,omitempty" maxLength:"5"`
	AuthorID *int64             `json:"author_id,omitempty" minimum:"1"`
	Active   *bool              `json:"active,omitempty" doc:"停用或启用"`
}

func (a *api) sources() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/sources", "list-sources",
		"posts", i18n.N("数据来源"),
	), access.SourceManage, a.listSources)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/sources/{id}", "get-source",
		"posts", i18n.N("一个数据来源和最近的取数"),
	), access.SourceManage, a.getSource)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/sources", "create-source",
		"posts", i18n.N("新建数据来源"),
	)), access.SourceManage, a.createSource)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/sources/{id}", "update-source",
		"posts", i18n.N("修改、停用或启用数据来源"),
	), access.SourceManage, a.updateSource)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/sources/{id}/pull", "pull-source",
		"posts", i18n.N("立即取数；取到新数据就写一份草稿"),
	), access.SourceManage, a.pullSource)
}

func showSource(s source.Source) shownSource {
	return shownSource{
		ID:         s.ID,
		UnitID:     s.UnitID,
		Name:       s.Name,
		Kind:       string(s.Kind),
		URL:        s.URL,
		Mapping:    s.Mapping,
		Every:      s.Every,
		From:       s.At,
		AuthorID:   s.AuthorID,
		Active:     s.Active,
		Version:    s.Version,
		NextAt:     rest.UTC(s.NextAt),
		LastAt:     rest.UTC(s.LastAt),
		LastResult: string(s.LastResult),
	}
}

func showPull(words *i18n.Printer, p source.Pull) shownPull {
	return shownPull{
		ID:     p.ID,
		At:     p.At.UTC(),
		By:     p.ByName,
		Result: string(p.Result),
		PostID: p.PostID,
		Reasons: rest.Each(p.Reasons, func(r source.Reason) string {
			return words.T(r.Text, r.Pairs()...)
		}),
	}
}

func (a *api) listSources(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[shownSource]], error) {
	rows, err := a.Sources.List(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(s source.Source) int64 { return s.ID }, showSource)
}

func (a *api) getSource(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[sourceWithPulls], error) {
	one, pulls, err := a.Sources.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[sourceWithPulls]{Body: sourceWithPulls{
		shownSource: showSource(one),
		Pulls:       rest.Each(pulls, func(p source.Pull) shownPull { return showPull(words, p) }),
	}}, nil
}

func (a *api) createSource(
	ctx context.Context, who access.Actor, in *struct{ Body newSource },
) (*rest.Out[shownSource], error) {
	made, err := a.Sources.Save(ctx, who, source.Edit{
		UnitID:   in.Body.UnitID,
		Name:     in.Body.Name,
		Kind:     template.Kind(in.Body.Kind),
		URL:      in.Body.URL,
		Mapping:  in.Body.Mapping,
		Every:    in.Body.Every,
		At:       in.Body.From,
		AuthorID: in.Body.AuthorID,
	})

	return &rest.Out[shownSource]{Body: showSource(made)}, err
}

func (a *api) updateSource(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body sourceChange
}) (*rest.Out[shownSource], error) {
	if in.Body.Active != nil && in.Body == (sourceChange{Version: in.Body.Version, Active: in.Body.Active}) {
		turned, err := a.Sources.Switch(ctx, who, in.ID, in.Body.Version, *in.Body.Active)
		return &rest.Out[shownSource]{Body: showSource(turned)}, err
	}
	before, _, err := a.Sources.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	edit := source.Edit{
		ID:       in.ID,
		Version:  in.Body.Version,
		Name:     before.Name,
		URL:      before.URL,
		Mapping:  before.Mapping,
		Every:    before.Every,
		At:       before.At,
		AuthorID: before.AuthorID,
		Active:   in.Body.Active,
	}
	rest.Set(&edit.Name, in.Body.Name)
	rest.Set(&edit.URL, in.Body.URL)
	rest.Set(&edit.Every, in.Body.Every)
	rest.Set(&edit.At, in.Body.From)
	rest.Set(&edit.AuthorID, in.Body.AuthorID)
	if in.Body.Mapping != nil {
		edit.Mapping = *in.Body.Mapping
	}
	changed, err := a.Sources.Save(ctx, who, edit)

	return &rest.Out[shownSource]{Body: showSource(changed)}, err
}

func (a *api) pullSource(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[shownPull], error) {
	done, err := a.Sources.Pull(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[shownPull]{Body: showPull(rest.PrinterOf(rest.Request(ctx)), done)}, nil
}
