package inbox

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/words"
	"juzhen/internal/inbox"
)

// CitizenReply is an answer that the console sends.
type CitizenReply struct {
	ID         int64          `json:"id"`
	State      string         `json:"state" enum:"open,out,ended" doc:"open 正在发送或结果待核，out 已发出，ended 没有发出"`
	Delivery   string         `json:"delivery" doc:"发送的状态，同 /deliveries"`
	Reason     string         `json:"reason" doc:"为什么在这个状态"`
	ReasonArgs map[string]any `json:"reason_args,omitempty"`
	Text       string         `json:"text" doc:"按保存期限清除以后为空"`
	By         string         `json:"by"`
	WrittenAt  time.Time      `json:"written_at"`
	SentAt     *time.Time     `json:"sent_at,omitempty" doc:"平台时间"`
	DeniedBy   string         `json:"denied_by,omitempty" doc:"认为没有发出的人，等第二人确认"`
	May        []string       `json:"may" nullable:"false" doc:"本人现在可以做的"`
}

func showReply(who access.Actor, m inbox.Matter, o inbox.Outgoing) CitizenReply {
	return CitizenReply{
		ID:         o.ID,
		State:      string(o.State),
		Delivery:   string(o.Delivery),
		Reason:     string(o.Reason),
		ReasonArgs: o.ReasonArgs,
		Text:       o.Text,
		By:         o.By,
		WrittenAt:  o.WrittenAt.UTC(),
		SentAt:     rest.UTC(o.SentAt),
		DeniedBy:   o.DeniedName,
		May:        rest.Each(o.Acts(who, m), func(act inbox.OutAct) string { return string(act) }),
	}
}

func (a *api) replies(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[CitizenReply]], error) {
	m, err := a.Inbox.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	sent, err := a.Inbox.Outgoing(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return rest.Paged(sent, "", func(o inbox.Outgoing) CitizenReply { return showReply(who, m, o) }), nil
}

func (a *api) reply(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body struct {
		Revision int                   `json:"revision" minimum:"1"`
		Text     string                `json:"text" maxLength:"1000" doc:"答复的内容，至多 140 字，按微博的算法"`
		Reasons  []words.FindingReason `json:"reasons,omitempty" maxItems:"100" doc:"正文检查发现而仍要照发的，逐处说明理由"`
	}
}) (*rest.Out[CitizenMatter], error) {
	after, err := a.Inbox.Reply(ctx, who, in.ID, inbox.Answering{
		Revision: in.Body.Revision, Text: in.Body.Text, Reasons: words.ReasonsOf(in.Body.Reasons),
	})
	if err != nil {
		return nil, err
	}

	return &rest.Out[CitizenMatter]{Body: a.show(who, after)}, nil
}

func (a *api) decide(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Reply int64 `path:"reply" minimum:"1" doc:"答复的编号"`
	Body  struct {
		Act string `json:"act" enum:"take_back,saw_it,deny,agree,refuse" doc:"撤回；微博上已有、没有；第二人确认、不确认没有发出"`
	}
}) (*rest.Out[rest.List[CitizenReply]], error) {
	err := a.Inbox.Decide(ctx, who, in.ID, in.Reply, inbox.OutAct(in.Body.Act))
	if err != nil {
		return nil, err
	}

	return a.replies(ctx, who, &in.ByID)
}
