package inbox

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/inbox"
)

// CitizenMatter is what one citizen wants of one account under one post.
type CitizenMatter struct {
	ID           int64      `json:"id"`
	AccountID    int64      `json:"account_id"`
	Handle       string     `json:"handle"`
	UnitID       int64      `json:"unit_id" doc:"办理单位"`
	UnitName     string     `json:"unit_name"`
	OwnerID      *int64     `json:"owner_id,omitempty" doc:"办理人"`
	Owner        string     `json:"owner"`
	State        string     `json:"state" enum:"open,assigned,referred,answered,closed,reopened"`
	Kind         string     `json:"kind" enum:"report,complaint,ask,rumour,proposal,praise,none"`
	Source       string     `json:"source" doc:"市民最近一次从哪里说的：comment 评论，mention 微博 @，naming 评论 @，message 私信"`
	Name         string     `json:"name" doc:"市民，只留第一个字"`
	Text         string     `json:"text" doc:"市民最近一次的话，号码隐去；作者已删除的为空"`
	Items        int        `json:"items" doc:"往来条数"`
	PostURL      string     `json:"post_url" doc:"所在微博的网址"`
	OpenedAt     time.Time  `json:"opened_at"`
	AskedAt      time.Time  `json:"asked_at" doc:"市民最近一次说话的时间"`
	WaitsSince   *time.Time `json:"waits_since,omitempty" doc:"没有的是已答复"`
	DueAt        *time.Time `json:"due_at,omitempty" doc:"答复时限；没有的是不计时或暂停"`
	Overdue      bool       `json:"overdue"`
	SnoozedUntil *time.Time `json:"snoozed_until,omitempty"`
	AnsweredAt   *time.Time `json:"answered_at,omitempty"`
	GoneAt       *time.Time `json:"gone_at,omitempty" doc:"发现作者已删除的时间"`
	Result       string     `json:"result" doc:"solved 已解决，answered 已答复说明，referred 已转其他单位，unneeded 无需答复，merged 并入另一件"`
	Rating       string     `json:"rating" doc:"市民的评价：pleased 满意，fair 基本满意，displeased 不满意；没有登记的为空"`
	MergedInto   int64      `json:"merged_into,omitempty" doc:"并入的那一件"`
	ReferredTo   string     `json:"referred_to"`
	UpdatedAt    time.Time  `json:"updated_at"`
	Revision     int        `json:"revision" doc:"办理时写所看到的这个数；市民又说话也会变"`
	May          []string   `json:"may" doc:"本人现在可以做的"`
}

// CitizenWord is something that was said.
type CitizenWord struct {
	ID       int64      `json:"id"`
	Source   string     `json:"source" doc:"answer 是在微博上读到的本账号答复，hand 是登记的答复"`
	Form     string     `json:"form,omitempty" doc:"私信的形式：text 文字，image 图片，voice 语音，position 位置，mention 在微博里 @ 本账号，other 其他"`
	Contract string     `json:"contract" doc:"经哪个接口得来；fans 是粉丝服务的推送"`
	Name     string     `json:"name"`
	Text     string     `json:"text"`
	Way      string     `json:"way,omitempty"`
	Link     string     `json:"link,omitempty"`
	By       string     `json:"by,omitempty" doc:"谁登记的"`
	SaidAt   time.Time  `json:"said_at"`
	GoneAt   *time.Time `json:"gone_at,omitempty"`
	PurgedAt *time.Time `json:"purged_at,omitempty" doc:"文字按保存期限清除的时间"`
}

// CitizenStep is one step of a matter.
type CitizenStep struct {
	Act  string    `json:"act"`
	From string    `json:"from"`
	To   string    `json:"to"`
	Note string    `json:"note"`
	By   string    `json:"by" doc:"空为本台"`
	At   time.Time `json:"at"`
}

type matterWithTalk struct {
	rest.Written
	CitizenMatter
	Until *time.Time    `json:"reply_until,omitempty" doc:"私信可以回复到什么时候；没有的是别的来源，不知道，或市民已取消关注"`
	Talk  []CitizenWord `json:"talk" nullable:"false"`
	Steps []CitizenStep `json:"steps" nullable:"false"`
}

func (a *api) show(who access.Actor, m inbox.Matter) CitizenMatter {
	return CitizenMatter{
		ID:           m.ID,
		AccountID:    m.AccountID,
		Handle:       m.Handle,
		UnitID:       m.UnitID,
		UnitName:     m.UnitName,
		OwnerID:      m.OwnerID,
		Owner:        m.Owner,
		State:        string(m.State),
		Kind:         string(m.Kind),
		Source:       string(m.Source),
		Name:         m.Name,
		Text:         m.Text,
		Items:        m.Items,
		PostURL:      m.URL(),
		OpenedAt:     m.OpenedAt.UTC(),
		AskedAt:      m.AskedAt.UTC(),
		WaitsSince:   rest.UTC(m.WaitsSince),
		DueAt:        rest.UTC(m.DueAt),
		Overdue:      m.Late(a.Now()),
		SnoozedUntil: rest.UTC(m.SnoozedUntil),
		AnsweredAt:   rest.UTC(m.AnsweredAt),
		GoneAt:       rest.UTC(m.GoneAt),
		Result:       string(m.Result),
		Rating:       string(m.Rating),
		MergedInto:   m.DealtIn(),
		ReferredTo:   m.ReferredTo,
		UpdatedAt:    m.UpdatedAt.UTC(),
		Revision:     m.Revision,
		May:          rest.Each(m.Acts(who), func(act inbox.Act) string { return string(act) }),
	}
}

func showItem(i inbox.Item) CitizenWord {
	return CitizenWord{
		ID:       i.ID,
		Source:   string(i.Source),
		Form:     string(i.Form),
		Contract: i.Contract,
		Name:     i.Name,
		Text:     i.Text,
		Way:      string(i.Way),
		Link:     i.Link,
		By:       i.By,
		SaidAt:   i.SaidAt.UTC(),
		GoneAt:   rest.UTC(i.GoneAt),
		PurgedAt: rest.UTC(i.PurgedAt),
	}
}

type listAsk struct {
	rest.Paging
	State     string `query:"state" enum:"open,assigned,referred,answered,closed,reopened" doc:"不填为等待答复的"`
	Show      string `query:"show" enum:"mine,snoozed,all" doc:"没有 state 时：我办理的，稍后处理的，全部"`
	Kind      string `query:"kind" enum:"report,complaint,ask,rumour,proposal,praise,none" doc:"类别"`
	Source    string `query:"source" enum:"comment,mention,naming,message" doc:"comment 评论，mention 微博 @，naming 评论 @，message 私信"`
	AccountID int64  `query:"account_id"`
	UnitID    int64  `query:"unit_id" doc:"账号的单位或办理单位，连同下属单位"`
	Overdue   bool   `query:"overdue" doc:"只要超过答复时限的"`
	Text      string `query:"q" maxLength:"50" doc:"一句话里说到的词，空格隔开的都要有，不分大小写"`
}

func (a *api) list(
	ctx context.Context,
	who access.Actor,
	in *listAsk,
) (*rest.Out[rest.List[CitizenMatter]], error) {
	found, err := a.Inbox.List(ctx, who, inbox.Query{
		State: inbox.State(in.State), Show: inbox.Show(in.Show), Kind: inbox.Kind(in.Kind),
		Source: inbox.Source(in.Source), AccountID: in.AccountID, UnitID: in.UnitID, Overdue: in.Overdue,
		Text:  in.Text,
		After: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}

	return rest.Paged(
		found.Rows,
		found.Next,
		func(m inbox.Matter) CitizenMatter { return a.show(who, m) },
	), nil
}

func (a *api) find(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[matterWithTalk], error) {
	found, err := a.Inbox.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	items, err := a.Inbox.Items(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return a.whole(ctx, who, found, items)
}

func (a *api) reveal(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[matterWithTalk], error) {
	found, items, err := a.Inbox.Reveal(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return a.whole(ctx, who, found, items)
}

func (a *api) whole(
	ctx context.Context,
	who access.Actor,
	m inbox.Matter,
	items []inbox.Item,
) (*rest.Out[matterWithTalk], error) {
	steps, err := a.Inbox.Steps(ctx, who, m.ID)
	if err != nil {
		return nil, err
	}

	window, err := a.Inbox.Window(ctx, who, m)
	if err != nil {
		return nil, err
	}

	return &rest.Out[matterWithTalk]{Body: matterWithTalk{
		CitizenMatter: a.show(who, m), Until: rest.UTC(window.Until()), Talk: rest.Each(items, showItem),
		Steps: rest.Each(steps, func(s inbox.Step) CitizenStep {
			return CitizenStep{string(s.Act), string(s.From), string(s.To), s.Note, s.By, s.At.UTC()}
		}),
	}}, nil
}

// do does an act and shows the matter as it is then.
func (a *api) do(
	ctx context.Context,
	who access.Actor,
	id int64,
	move inbox.Move,
) (*rest.Out[CitizenMatter], error) {
	after, err := a.Inbox.Do(ctx, who, id, move)
	if err != nil {
		return nil, err
	}

	return &rest.Out[CitizenMatter]{Body: a.show(who, after)}, nil
}

func (a *api) assign(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		UnitID   int64  `json:"unit_id,omitempty" doc:"办理单位；不填为现在的"`
		OwnerID  int64  `json:"owner_id,omitempty" doc:"办理人；不填为不指定个人"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Assign, Revision: in.Body.Revision, UnitID: in.Body.UnitID, OwnerID: in.Body.OwnerID,
		Note: in.Body.Note,
	})
}

// word is an act that takes nothing but a word.
type word struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (a *api) noted(
	act inbox.Act,
) func(context.Context, access.Actor, *word) (*rest.Out[CitizenMatter], error) {
	return func(ctx context.Context, who access.Actor, in *word) (*rest.Out[CitizenMatter], error) {
		return a.do(ctx, who, in.ID, inbox.Move{Act: act, Revision: in.Body.Revision, Note: in.Body.Note})
	}
}

func (a *api) refer(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Number   string `json:"number" maxLength:"100" doc:"转给谁，编号多少"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Refer, Revision: in.Body.Revision, Number: in.Body.Number, Note: in.Body.Note,
	})
}

func (a *api) answer(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Way      string `json:"way" enum:"comment,post,message,phone" doc:"comment 回复评论，post 发微博，message 私信，phone 电话或当面"`
		Link     string `json:"link,omitempty" maxLength:"2000" doc:"comment：所在微博的网址；post：本账号那条微博的网址"`
		Note     string `json:"note" maxLength:"2000" doc:"答复的内容"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Answer, Revision: in.Body.Revision, Way: inbox.Way(in.Body.Way), Link: in.Body.Link,
		Note: in.Body.Note,
	})
}

func (a *api) close(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Result   string `json:"result" enum:"solved,answered,referred,unneeded"`
		Note     string `json:"note,omitempty" maxLength:"2000" doc:"没有答复就办结的，必须写明原因"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Close, Revision: in.Body.Revision, Result: inbox.Result(in.Body.Result),
		Note: in.Body.Note,
	})
}

func (a *api) snooze(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int        `json:"revision" minimum:"1"`
		Until    *time.Time `json:"until,omitempty" doc:"三十天以内；不填为取消"`
	}
}) (*rest.Out[CitizenMatter], error) {
	move := inbox.Move{Act: inbox.Snooze, Revision: in.Body.Revision}
	if in.Body.Until != nil {
		move.Until = *in.Body.Until
	}

	return a.do(ctx, who, in.ID, move)
}

func (a *api) sort(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Kind     string `json:"kind" enum:"report,complaint,ask,rumour,proposal,praise,none"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Sort, Revision: in.Body.Revision, Kind: inbox.Kind(in.Body.Kind),
	})
}

func (a *api) merge(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int    `json:"revision" minimum:"1"`
		Into     int64  `json:"into" minimum:"1" doc:"并入哪一件：同一位市民的，答复时限先到的"`
		Note     string `json:"note,omitempty" maxLength:"2000"`
	}
}) (*rest.Out[CitizenMatter], error) {
	return a.do(ctx, who, in.ID, inbox.Move{
		Act: inbox.Merge, Revision: in.Body.Revision, Into: in.Body.Into, Note: in.Body.Note,
	})
}
