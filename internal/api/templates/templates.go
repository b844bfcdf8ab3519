package templates

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/posts"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/template"
)

type templateField struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Type     string   `json:"type" enum:"text,number,datetime-local,date,month,choice,table"`
	Optional bool     `json:"optional"`
	Options  []string `json:"options,omitempty"`
	Help     string   `json:"help,omitempty"`
}

type templateKind struct {
	Kind    string          `json:"kind"`
	Name    string          `json:"name"`
	Fields  []templateField `json:"fields"`
	Slots   []string        `json:"slots" doc:"文字里必须有的占位符"`
	Wording string          `json:"wording" doc:"自带的文字"`
}

type unitTemplate struct {
	ID        int64     `json:"id"`
	UnitID    int64     `json:"unit_id"`
	Kind      string    `json:"kind" doc:"own 是本单位模板，其余是对自带模板文字的改写"`
	Name      string    `json:"name,omitempty"`
	Version   int       `json:"version"`
	Wording   string    `json:"wording"`
	WrittenBy string    `json:"written_by"`
	WrittenAt time.Time `json:"written_at"`
}

type allTemplates struct {
	Kinds     []templateKind `json:"kinds" doc:"自带的模板"`
	Templates []unitTemplate `json:"templates" doc:"单位的文字和模板"`
}

type newTemplate struct {
	UnitID  int64  `json:"unit_id" minimum:"1"`
	Kind    string `json:"kind" enum:"live,daily,forecast,warning,warning_change,warning_lift,ozone,dust,ranking,digest,own"`
	Name    string `json:"name,omitempty" maxLength:"200" doc:"本单位模板的名称"`
	Wording string `json:"wording" maxLength:"5000"`
}

type templateChange struct {
	Version int    `json:"version" minimum:"1" maximum:"2147483647" doc:"所依据的版本"`
	Name    string `json:"name,omitempty" maxLength:"200"`
	Wording string `json:"wording" maxLength:"5000"`
}

type templateAsk struct {
	UnitID     int64             `json:"unit_id" minimum:"1" doc:"稿件所属单位"`
	Kind       string            `json:"kind" enum:"live,daily,forecast,warning,warning_change,warning_lift,ozone,dust,ranking,digest,own"`
	TemplateID int64             `json:"template_id,omitempty" doc:"kind 为 own 时，哪一个模板"`
	Values     map[string]string `json:"values,omitempty" doc:"各字段的值；时间为 RFC 3339 或北京时间 2026-11-30T14:00，表格为制表符或逗号分隔的行"`
	Supersedes int64             `json:"supersedes,omitempty" doc:"变更或解除所接续的预警，见 GET /templates/warnings"`
	AccountIDs []int64           `json:"account_ids,omitempty" maxItems:"500" doc:"本单位模板按账号写出不同的内容"`
	Date       *time.Time        `json:"date,omitempty" doc:"日期占位符的值"`
	Link       string            `json:"link,omitempty" maxLength:"2000" doc:"链接占位符的值"`
}

type templateText struct {
	Text     string          `json:"text"`
	Variants []posts.Variant `json:"variants" nullable:"false" doc:"与正文不同的账号"`
	Facts    []templateFact  `json:"facts" nullable:"false"`
	Note     string          `json:"note,omitempty" doc:"需要核对的地方，不妨碍写成草稿"`
}

type templateFact struct {
	Of        string `json:"of"`
	AQI       int    `json:"aqi"`
	Level     int    `json:"level"`
	Class     string `json:"class"`
	Colour    string `json:"colour"`
	Primary   string `json:"primary,omitempty"`
	Published bool   `json:"published"`
}

type openWarning struct {
	ID     int64     `json:"id" doc:"写在 supersedes 里"`
	PostID int64     `json:"post_id"`
	Colour string    `json:"colour"`
	From   time.Time `json:"from"`
}

type openWarnings struct {
	Items []openWarning `json:"items" nullable:"false"`
}

func (a *api) templates() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/templates", "list-templates",
		"templates", i18n.N("自带的模板，单位的文字和模板"),
	), access.PostView, a.listTemplates)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/templates", "create-template",
		"templates", i18n.N("改写自带模板的文字，或新建本单位模板"),
	)), access.TemplateManage, a.createTemplate)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/templates/{id}", "update-template",
		"templates", i18n.N("写下一版"),
	), access.TemplateManage, a.updateTemplate)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/templates/{id}", "retire-template",
		"templates", i18n.N("不再使用"),
	), access.TemplateManage, a.retireTemplate)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/templates/duties", "list-duties",
		"templates", i18n.N("各单位的发布时限提醒"),
	), access.TemplateManage, a.listDuties)
	rest.Register(a.API, rest.Op(http.MethodPut,
		"/templates/duties", "set-duty",
		"templates", i18n.N("设置一个单位的发布时限提醒"),
	), access.TemplateManage, a.setDuty)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/templates/warnings", "list-open-warnings",
		"templates", i18n.N("可以变更或解除的预警"),
	), access.PostWrite, a.openWarnings)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/templates/render", "render-template",
		"templates", i18n.N("看写出的文字，什么也不保存"),
	), access.PostWrite, a.renderTemplate)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/templates/drafts", "draft-from-template",
		"templates", i18n.N("写成草稿"),
	)), access.PostWrite, a.draftTemplate)
}

func (a *api) listTemplates(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[allTemplates], error) {
	words := rest.PrinterOf(rest.Request(ctx))
	all, err := a.Templates.List(ctx, who)
	if err != nil {
		return nil, err
	}

	shown := allTemplates{Templates: rest.Each(all, showTemplate)}
	shown.Kinds = rest.Each(template.Shipped(), func(kind template.Kind) templateKind {
		return templateKind{
			Kind:    string(kind),
			Name:    words.T(kind.Label()),
			Slots:   kind.Slots(),
			Wording: kind.Wording(),
			Fields: rest.Each(kind.Fields(), func(f template.Field) templateField {
				return templateField{
					Name:     f.Name,
					Label:    words.T(f.Label),
					Type:     string(f.Type),
					Optional: f.Optional,
					Options:  f.Options,
					Help:     words.T(f.Help),
				}
			}),
		}
	})

	return &rest.Out[allTemplates]{Body: shown}, nil
}

func showTemplate(t template.Template) unitTemplate {
	return unitTemplate{
		ID:        t.ID,
		UnitID:    t.UnitID,
		Kind:      string(t.Kind),
		Name:      t.Name,
		Version:   t.Version,
		Wording:   t.Text,
		WrittenBy: t.WrittenBy,
		WrittenAt: t.WrittenAt.UTC(),
	}
}

func (a *api) createTemplate(
	ctx context.Context, who access.Actor, in *struct{ Body newTemplate },
) (*rest.Out[unitTemplate], error) {
	t, err := a.Templates.Save(ctx, who, template.Edit{
		UnitID: in.Body.UnitID,
		Kind:   template.Kind(in.Body.Kind),
		Name:   in.Body.Name,
		Text:   in.Body.Wording,
	})

	return &rest.Out[unitTemplate]{Body: showTemplate(t)}, err
}

func (a *api) updateTemplate(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body templateChange
}) (*rest.Out[unitTemplate], error) {
	t, err := a.Templates.Save(ctx, who, template.Edit{
		ID:      in.ID,
		Version: in.Body.Version,
		Name:    in.Body.Name,
		Text:    in.Body.Wording,
	})

	return &rest.Out[unitTemplate]{Body: showTemplate(t)}, err
}

func (a *api) retireTemplate(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Version int `query:"version" minimum:"1" maximum:"2147483647" required:"true" doc:"所依据的版本"`
}) (*rest.None, error) {
	return &rest.None{}, a.Templates.Retire(ctx, who, in.ID, in.Version)
}

func (a *api) openWarnings(ctx context.Context, who access.Actor, in *struct {
	UnitID int64 `query:"unit_id" minimum:"1" required:"true" doc:"哪个单位的"`
}) (*rest.Out[openWarnings], error) {
	rows, err := a.Templates.Open(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[openWarnings]{Body: openWarnings{rest.Each(rows, func(o template.Open) openWarning {
		return openWarning{o.ID, o.PostID, o.Colour, o.From.UTC()}
	})}}, nil
}

func (b templateAsk) ask() template.Ask {
	ask := template.Ask{
		Kind:       template.Kind(b.Kind),
		TemplateID: b.TemplateID,
		UnitID:     b.UnitID,
		Values:     b.Values,
		Supersedes: b.Supersedes,
		AccountIDs: b.AccountIDs,
		Link:       strings.TrimSpace(b.Link),
	}
	if b.Date != nil {
		ask.Date = *b.Date
	}

	return ask
}

func (a *api) renderTemplate(
	ctx context.Context, who access.Actor, in *struct{ Body templateAsk },
) (*rest.Out[templateText], error) {
	ask := in.Body.ask()
	written, err := a.Templates.Preview(ctx, who, ask)
	if err != nil {
		return nil, err
	}

	shown := templateText{Text: written.Text, Variants: []posts.Variant{}}
	for _, id := range ask.AccountIDs {
		if own, ok := written.Own[id]; ok {
			shown.Variants = append(shown.Variants, posts.Variant{AccountID: id, Text: own})
		}
	}
	shown.Facts = rest.Each(written.Facts, func(f template.Fact) templateFact {
		return templateFact{
			f.Of, f.AQI, int(f.Level), f.Level.Class(), f.Level.Colour(), f.Primary, f.Published,
		}
	})
	if written.Note != nil {
		shown.Note = rest.PrinterOf(rest.Request(ctx)).T(written.Note.Text, written.Note.Args...)
	}

	return &rest.Out[templateText]{Body: shown}, nil
}

func (a *api) draftTemplate(
	ctx context.Context, who access.Actor, in *struct{ Body templateAsk },
) (*posts.OnePost, error) {
	made, err := a.Templates.Draft(ctx, who, in.Body.ask())
	if err != nil {
		return nil, err
	}

	return a.Post(ctx, who, made.ID)
}

type unitDuty struct {
	UnitID   int64  `json:"unit_id"`
	UnitName string `json:"unit_name"`
	Live     int    `json:"live" doc:"实况没有批准的稿件时，提前多少分钟提醒；0 为不提醒"`
	Daily    int    `json:"daily" doc:"日报，同上"`
	Forecast int    `json:"forecast" doc:"预报，同上"`
	Version  int    `json:"version" doc:"没有设置过的是 0"`
}

type dutyChange struct {
	UnitID   int64 `json:"unit_id" minimum:"1"`
	Live     int   `json:"live,omitempty" minimum:"0" maximum:"40"`
	Daily    int   `json:"daily,omitempty" minimum:"0" maximum:"180"`
	Forecast int   `json:"forecast,omitempty" minimum:"0" maximum:"180"`
	Version  int   `json:"version" minimum:"0" maximum:"2147483647" doc:"所依据的版本"`
}

func (a *api) listDuties(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[unitDuty]], error) {
	rows, err := a.Templates.Duties(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(
		rows,
		in.Paging,
		func(d template.Duty) int64 { return d.UnitID },
		func(d template.Duty) unitDuty {
			return unitDuty{
				UnitID:   d.UnitID,
				UnitName: d.UnitName,
				Live:     d.Leads[template.Live],
				Daily:    d.Leads[template.Daily],
				Forecast: d.Leads[template.Forecast],
				Version:  d.Version,
			}
		},
	)
}

func (a *api) setDuty(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body dutyChange },
) (*rest.None, error) {
	leads := map[template.Kind]int{
		template.Live:     in.Body.Live,
		template.Daily:    in.Body.Daily,
		template.Forecast: in.Body.Forecast,
	}
	maps.DeleteFunc(leads, func(_ template.Kind, lead int) bool { return lead == 0 })

	return &rest.None{}, a.Templates.SetDuty(ctx, who, template.Duty{
		UnitID:  in.Body.UnitID,
		Leads:   leads,
		Version: in.Body.Version,
	})
}
