package notices

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/channels"
	"juzhen/internal/api/rest"
	"juzhen/internal/channel"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
)

// Notice is something the reader was told.
type Notice struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind"`
	Code        string     `json:"code"`
	Text        string     `json:"text" doc:"用 Accept-Language 的语言"`
	Urgent      bool       `json:"urgent"`
	SubjectType string     `json:"subject_type"`
	SubjectID   int64      `json:"subject_id"`
	UnitName    string     `json:"unit_name"`
	Path        string     `json:"path" doc:"在页面上办理的地址"`
	RaisedAt    time.Time  `json:"raised_at"`
	ReadAt      *time.Time `json:"read_at,omitempty"`
	SettledAt   *time.Time `json:"settled_at,omitempty" doc:"事情已处理"`
}

func show(words *i18n.Printer, one notice.Notice) Notice {
	return Notice{
		ID: one.ID, Kind: string(one.Kind), Code: one.Code, Text: words.T(one.Word.Text, one.Pairs()...),
		Urgent: one.Urgent, SubjectType: one.Subject, SubjectID: one.SubjectID, UnitName: one.UnitName,
		Path: one.Path, RaisedAt: one.RaisedAt.UTC(), ReadAt: rest.UTC(one.ReadAt),
		SettledAt: rest.UTC(one.SettledAt),
	}
}

func (a *api) notices() {
	rest.Register(a.API, rest.Op(http.MethodGet, "/notices", "list-notices", "notices",
		i18n.N("本人的通知，最新的在前，每页 50 条")), access.Self, a.list)
	rest.Register(a.API, rest.Op(http.MethodPost, "/notices/{id}/read", "read-notice", "notices",
		i18n.N("标为已读")), access.Self, a.read)
	rest.Register(a.API, rest.Op(http.MethodPost, "/notices/read", "read-notices", "notices",
		i18n.N("列出过的全部标为已读，紧急的除外")), access.Self, a.readAll)
	rest.Register(a.API, rest.Op(http.MethodGet, "/notices/settings", "get-notice-settings", "notices",
		i18n.N("本人的通知设置")), access.Self, a.settings)
	rest.Register(a.API, rest.Op(http.MethodPut, "/notices/settings", "set-notice-settings", "notices",
		i18n.N("修改本人的通知设置")), access.Self, a.save)
	rest.Register(a.API, rest.Op(http.MethodGet, "/notices/outside", "list-told-outside", "notices",
		i18n.N("本人的通知里最近经群机器人说出的，最多 20 条")), access.Self, a.outside)
}

type noticeFilter struct {
	Cursor string `query:"cursor" maxLength:"100" doc:"上一页的 next"`
	Unread bool   `query:"unread" doc:"只要未读、还没有处理的"`
	Kind   string `query:"kind" maxLength:"20" doc:"只要这一类的"`
}

func (a *api) list(
	ctx context.Context,
	who access.Actor,
	in *noticeFilter,
) (*rest.Out[rest.List[Notice]], error) {
	page, err := a.Notices.List(ctx, who, notice.Filter{
		Unread: in.Unread, Kind: notice.Kind(in.Kind), After: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Paged(page.Rows, page.Next, func(one notice.Notice) Notice { return show(words, one) }), nil
}

func (a *api) read(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Notices.Read(ctx, who, in.ID)
}

type readUpTo struct {
	LastID int64  `json:"last_id" minimum:"1" doc:"列出过的通知里最大的编号；以后的不动"`
	Kind   string `json:"kind,omitempty" maxLength:"20" doc:"只要这一类的"`
}

type readCount struct {
	Read int `json:"read"`
}

func (a *api) readAll(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body readUpTo },
) (*rest.Out[readCount], error) {
	n, err := a.Notices.ReadAll(ctx, who, notice.Kind(in.Body.Kind), in.Body.LastID)
	return &rest.Out[readCount]{Body: readCount{n}}, err
}

// NoticeSettings are how the reader is told.
type NoticeSettings struct {
	Version int      `json:"version" minimum:"0" maximum:"2147483647" doc:"修改时给读到的版本号"`
	Counted []string `json:"counted" maxItems:"50" doc:"计在铃铛上的类别；紧急的总是计数"`
	Outside []string `json:"outside" maxItems:"50" doc:"群机器人也说的类别；urgent：各类里紧急的"`
}

// settingsEdit is what a person chooses.
type settingsEdit struct {
	Version int      `json:"version" minimum:"0" maximum:"2147483647" doc:"修改时给读到的版本号"`
	Counted []string `json:"counted" maxItems:"50" doc:"计在铃铛上的类别；紧急的总是计数"`
	Outside []string `json:"outside,omitempty" maxItems:"50" doc:"群机器人也说的类别；不给就不变"`
}

func showSettings(kept notice.Settings) NoticeSettings {
	shown := NoticeSettings{Version: kept.Version, Counted: []string{}, Outside: []string{}}

	for _, kind := range kept.Outside {
		shown.Outside = append(shown.Outside, string(kind))
	}

	for _, kind := range notice.Kinds() {
		if kept.Counts(kind, false) {
			shown.Counted = append(shown.Counted, string(kind))
		}
	}

	return shown
}

func (a *api) settings(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[NoticeSettings], error) {
	kept, err := a.Notices.Settings(ctx, who)
	return &rest.Out[NoticeSettings]{Body: showSettings(kept)}, err
}

func (a *api) save(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body settingsEdit },
) (*rest.Out[NoticeSettings], error) {
	kept, err := a.Notices.Settings(ctx, who)
	if err != nil {
		return nil, err
	}
	edit := kept.Counting(in.Body.Counted)
	edit.Version = in.Body.Version
	if in.Body.Outside != nil {
		edit = edit.Telling(in.Body.Outside)
	}
	saved, err := a.Notices.Save(ctx, who, edit)

	return &rest.Out[NoticeSettings]{Body: showSettings(saved)}, err
}

func (a *api) outside(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[channels.Told]], error) {
	rows, err := a.Channels.Told(ctx, who)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Sliced(rows, in.Paging, func(one channel.Message) int64 { return one.ID },
		func(one channel.Message) channels.Told { return channels.ShowTold(words, one) })
}
