package library

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/library"
)

// publishedText is a text that the matrix has published.
type publishedText struct {
	ID       int64     `json:"id"`
	Text     string    `json:"text"`
	Times    int       `json:"times" doc:"发布过几次"`
	LastAt   time.Time `json:"last_at" doc:"最近一次"`
	Handle   string    `json:"handle" doc:"最近一次在哪个账号"`
	Accounts int       `json:"accounts" doc:"一共在几个账号"`
	PostID   *int64    `json:"post_id,omitempty" doc:"最近一次是本台的哪篇稿件"`
	Column   string    `json:"column,omitempty"`
	Writer   string    `json:"writer,omitempty"`
	Removed  int       `json:"removed,omitempty" doc:"其中几次被平台删除或隐藏"`
	Down     int       `json:"taken_down,omitempty" doc:"其中几次由人下架"`
}

// foundTexts is a page of what was found.
type foundTexts struct {
	rest.Written
	Items   []publishedText `json:"items" nullable:"false"`
	Next    string          `json:"next" doc:"下一页的 cursor；空为已到末尾"`
	Count   int             `json:"count" doc:"一共几段，至多数到 1000；第一页以后为 -1"`
	Over    bool            `json:"over" doc:"超过 1000 段"`
	Waiting int             `json:"waiting" doc:"还有几条微博没有收入，至多数到 1000"`
}

func (a *api) search(ctx context.Context, who access.Actor, in *struct {
	Q         string    `query:"q" maxLength:"400" doc:"多个词用空格隔开，都要有；全半角、大小写、繁简不分"`
	AccountID int64     `query:"account_id" doc:"在这个账号发布过"`
	ColumnID  int64     `query:"column_id" doc:"在这个栏目发布过"`
	UserID    int64     `query:"user_id" doc:"由这个人撰写"`
	From      time.Time `query:"from" doc:"这个时刻以后发布过"`
	To        time.Time `query:"to" doc:"这个时刻以前发布过"`
	rest.Paging
}) (*rest.Out[foundTexts], error) {
	query := library.Query{
		Words: in.Q, AccountID: in.AccountID, ColumnID: in.ColumnID, UserID: in.UserID,
		After: in.Cursor, Limit: in.Limit,
	}
	if !in.From.IsZero() {
		query.From = &in.From
	}
	if !in.To.IsZero() {
		query.To = &in.To
	}
	found, err := a.Library.Search(ctx, who, query)
	if err != nil {
		return nil, err
	}

	return &rest.Out[foundTexts]{Body: foundTexts{
		Items: rest.Each(found.Rows, func(p library.Published) publishedText { return publishedText(p) }),
		Next:  found.Next, Count: found.Count, Over: found.Over, Waiting: found.Waiting,
	}}, nil
}

// Item is an item of the library as the interface shows it.
type Item struct {
	ID         int64      `json:"id"`
	UnitID     int64      `json:"unit_id" doc:"归哪个单位；该单位和下属单位都可用"`
	UnitName   string     `json:"unit_name"`
	Kind       string     `json:"kind" enum:"snippet,text,picture"`
	Title      string     `json:"title"`
	Text       string     `json:"text" doc:"图片为画面内容"`
	MediaID    *int64     `json:"media_id,omitempty"`
	Source     string     `json:"source"`
	Licence    string     `json:"licence"`
	ExpiresOn  string     `json:"expires_on" doc:"最后可用的一天（北京），空为没有期限"`
	Revision   int        `json:"revision"`
	Uses       int        `json:"uses" doc:"用过几次"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
	RetiredAt  *time.Time `json:"retired_at,omitempty"`
	UpdatedBy  string     `json:"updated_by"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

func show(i library.Item) Item {
	return Item{
		ID: i.ID, UnitID: i.UnitID, UnitName: i.UnitName, Kind: string(i.Kind),
		Title: i.Title, Text: i.Text, MediaID: i.MediaID, Source: i.Source, Licence: i.Licence,
		ExpiresOn: i.ExpiresOn, Revision: i.Revision,
		Uses: i.Uses, LastUsedAt: i.LastUsedAt, RetiredAt: i.RetiredAt, UpdatedBy: i.UpdatedBy,
		UpdatedAt: i.UpdatedAt,
	}
}

func (a *api) items(ctx context.Context, who access.Actor, in *struct {
	Q    string       `query:"q" maxLength:"400" doc:"多个词用空格隔开，都要有"`
	Kind library.Kind `query:"kind" enum:"snippet,text,picture" doc:"只要一类"`
	rest.Paging
}) (*rest.Out[rest.List[Item]], error) {
	query := library.ItemQuery{Words: in.Q, After: in.Cursor, Limit: in.Limit}
	if in.Kind != "" {
		query.Kinds = []library.Kind{in.Kind}
	}
	found, err := a.Library.Items(ctx, who, query)

	return rest.Paged(found.Rows, found.Next, show), err
}

// ItemWords is what a person writes of an item.
type ItemWords struct {
	Title     string `json:"title" maxLength:"200"`
	Text      string `json:"text" maxLength:"5000" doc:"图片为画面内容"`
	Source    string `json:"source,omitempty" maxLength:"800" doc:"图片必填"`
	Licence   string `json:"licence,omitempty" maxLength:"800" doc:"图片必填"`
	ExpiresOn string `json:"expires_on,omitempty" maxLength:"10" doc:"最后可用的一天，如 2026-12-31"`
}

func (w ItemWords) edit(mediaID int64) library.Edit {
	return library.Edit{
		Title: w.Title, Text: w.Text, MediaID: mediaID, Source: w.Source, Licence: w.Licence,
		ExpiresOn: w.ExpiresOn,
	}
}

type newItem struct {
	ItemWords
	UnitID  int64        `json:"unit_id" minimum:"1"`
	Kind    library.Kind `json:"kind" enum:"snippet,text,picture"`
	MediaID int64        `json:"media_id,omitempty" doc:"图片必填：该单位的一张，见 POST /media"`
}

type itemChange struct {
	ItemWords
	Revision int `json:"revision" minimum:"1" maximum:"2147483647" doc:"所依据的版本"`
}

func (a *api) create(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newItem },
) (*rest.Out[Item], error) {
	made, err := a.Library.Create(ctx, who, in.Body.UnitID, in.Body.Kind, in.Body.edit(in.Body.MediaID))
	return &rest.Out[Item]{Body: show(made)}, err
}

func (a *api) item(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[Item], error) {
	found, err := a.Library.Find(ctx, who, in.ID)
	return &rest.Out[Item]{Body: show(found)}, err
}

func (a *api) change(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body itemChange
}) (*rest.Out[Item], error) {
	changed, err := a.Library.Change(ctx, who, in.ID, in.Body.Revision, in.Body.edit(0))
	return &rest.Out[Item]{Body: show(changed)}, err
}

func (a *api) retire(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Revision int `query:"revision" required:"true" minimum:"1" maximum:"2147483647" doc:"所依据的版本"`
}) (*struct{}, error) {
	return nil, a.Library.Retire(ctx, who, in.ID, in.Revision)
}

// usedItem is what an item gives a post.
type usedItem struct {
	Item
	PictureID int64 `json:"picture_id,omitempty" doc:"稿件里写这个图片编号"`
}

func (a *api) use(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		UnitID int64 `json:"unit_id" minimum:"1" doc:"稿件所属单位"`
	}
}) (*rest.Out[usedItem], error) {
	used, err := a.Library.Use(ctx, who, in.ID, in.Body.UnitID)
	return &rest.Out[usedItem]{Body: usedItem{show(used.Item), used.Picture.ID}}, err
}
