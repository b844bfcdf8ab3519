package relays

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/words"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/relay"
)

type newRelay struct {
	PostID        int64     `json:"post_id" minimum:"1" doc:"首发稿件：草稿的要求随它送审，已批准的现在就发出任务"`
	Kind          string    `json:"kind" enum:"repost,own" doc:"repost 转发首发微博，own 各自发一条"`
	LeadAccountID int64     `json:"lead_account_id" minimum:"1" doc:"首发账号，须在稿件的账号里"`
	AccountIDs    []int64   `json:"account_ids" minItems:"1" maxItems:"500"`
	Words         string    `json:"words,omitempty" maxLength:"500" doc:"建议的文字"`
	SpreadMinutes int       `json:"spread_minutes,omitempty" minimum:"0" maximum:"1440" doc:"按矩阵次序在这段时间内依次发出"`
	Deadline      time.Time `json:"deadline" doc:"截止时间：首发没有发出的，等到这时为止"`
	Reason        string    `json:"reason,omitempty" maxLength:"200" doc:"十个以上账号发同一条文字的理由"`
	Revision      int       `json:"revision,omitempty" minimum:"0" maximum:"2147483647" doc:"修改时，所见的修订号"`
}

type relayAnswer struct {
	AccountID   int64   `json:"account_id,omitempty" minimum:"0" doc:"一个账号；不填时须写明 all"`
	All         bool    `json:"all,omitempty" doc:"可以确认的全部账号，都用建议的文字"`
	LeadVersion int64   `json:"lead_version" minimum:"1" doc:"所见的首发版本"`
	Words       *string `json:"words,omitempty" maxLength:"500" doc:"自己的文字，走本单位审核；不填为建议的文字"`

	Reasons []words.FindingReason `json:"reasons,omitempty" maxItems:"500" doc:"正文检查发现而仍要照发的，逐处说明理由"`
}

type relayRefusal struct {
	AccountID int64  `json:"account_id" minimum:"1"`
	Reason    string `json:"reason" minLength:"1" maxLength:"200"`
}

type relayReminder struct {
	AccountID int64 `json:"account_id,omitempty" minimum:"0" doc:"不填为全部未完成的"`
}

type reminded struct {
	Reminded int `json:"reminded" doc:"提醒了几个账号的人员"`
}

type relayEnd struct {
	Reason string `json:"reason,omitempty" maxLength:"200"`
}

type relayStatement struct {
	Statement string `json:"statement,omitempty" maxLength:"500" doc:"小结"`
}

type shownTask struct {
	AccountID  int64      `json:"account_id"`
	Account    string     `json:"account"`
	State      string     `json:"state" enum:"planned,asked,in_review,returned,scheduled,unknown,sent,failed,missed,declined,withdrawn"`
	Words      string     `json:"words,omitempty" enum:",suggested,own,standing"`
	Text       string     `json:"text,omitempty"`
	PostID     *int64     `json:"post_id,omitempty"`
	DeliveryID int64      `json:"delivery_id,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty"`
	SentAt     *time.Time `json:"sent_at,omitempty"`
	URL        string     `json:"url,omitempty"`
	AnsweredBy string     `json:"answered_by,omitempty"`
	Reason     string     `json:"reason,omitempty" doc:"不参加的原因"`
	Reminded   int        `json:"reminded"`
}

type shownRelay struct {
	ID            int64       `json:"id"`
	PostID        int64       `json:"post_id"`
	Status        string      `json:"status" enum:"drafted,open,closed,withdrawn"`
	Kind          string      `json:"kind" enum:"repost,own"`
	LeadAccountID int64       `json:"lead_account_id"`
	Words         string      `json:"words"`
	SpreadMinutes int         `json:"spread_minutes"`
	Deadline      time.Time   `json:"deadline"`
	Reason        string      `json:"reason,omitempty"`
	Revision      int         `json:"revision"`
	LeadVersion   *int64      `json:"lead_version,omitempty" doc:"请各账号联动的首发版本；确认时要用"`
	Covered       bool        `json:"covered" doc:"首发的批准含建议的文字"`
	AskedAt       *time.Time  `json:"asked_at,omitempty"`
	Statement     string      `json:"statement,omitempty"`
	Sent          int         `json:"sent"`
	Tasks         []shownTask `json:"tasks" doc:"看得到的账号"`
}

func (a *api) relays() {
	rest.Register(a.API, rest.Op(http.MethodGet, "/relays", "list-relays", "relays",
		i18n.N("联动：最近的一百个，各带看得到的账号")), access.PostView, a.list)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost, "/relays", "set-relay", "relays",
		i18n.N("要求账号联动，或修改还没有开始的要求"))), access.RelayAsk, a.set)
	rest.Register(a.API, rest.Op(http.MethodGet, "/relays/{id}", "get-relay", "relays",
		i18n.N("一次联动：谁发了、何时、用的什么文字")), access.PostView, a.get)
	rest.Register(a.API, rest.Op(http.MethodPost, "/relays/{id}/confirm", "confirm-relay", "relays",
		i18n.N("为一个账号确认：建议的文字按首发的批准发，自己的文字走本单位审核")), access.PostWrite, a.confirm)
	rest.Register(a.API, rest.Op(http.MethodPost, "/relays/{id}/decline", "decline-relay", "relays",
		i18n.N("一个账号不参加联动")), access.PostWrite, a.decline)
	rest.Register(a.API, rest.Op(http.MethodPost, "/relays/{id}/remind", "remind-relay", "relays",
		i18n.N("提醒一个账号或全部未完成的：十分钟一次，至多五次")), access.RelayAsk, a.remind)
	rest.Register(a.API, rest.Op(http.MethodPost, "/relays/{id}/withdraw", "withdraw-relay", "relays",
		i18n.N("撤回联动：没有发出的取消，已发出的不受影响")), access.RelayAsk, a.withdraw)
	rest.Register(a.API, rest.Op(http.MethodPost, "/relays/{id}/close", "close-relay", "relays",
		i18n.N("结束联动并写小结")), access.RelayAsk, a.close)
}

// show shows a relay as it is now.
func (a *api) show(board relay.Board) shownRelay {
	now := a.Now()

	shown := shownRelay{
		ID: board.ID, PostID: board.PostID, Status: string(board.Status()), Kind: string(board.Kind),
		LeadAccountID: board.LeadAccountID, Words: board.Words,
		SpreadMinutes: int(board.Spread.Minutes()), Deadline: board.Deadline.UTC(), Reason: board.Reason,
		Revision: board.Revision, LeadVersion: board.LeadVersion, Covered: board.Covered,
		AskedAt:   rest.UTC(board.AskedAt),
		Statement: board.Statement, Sent: board.Figures.Done(), Tasks: []shownTask{},
	}
	for _, task := range board.Tasks {
		shown.Tasks = append(shown.Tasks, shownTask{
			AccountID: task.AccountID, Account: task.Handle, State: string(task.State(now, board.Deadline)),
			Words: string(task.Words), Text: task.Text, PostID: task.PostID, DeliveryID: task.DeliveryID,
			DueAt: rest.UTC(task.DueAt), SentAt: rest.UTC(task.SentAt), URL: task.URL(),
			AnsweredBy: task.AnsweredName, Reason: task.Why, Reminded: task.Reminded,
		})
	}

	return shown
}

func (a *api) list(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[shownRelay]], error) {
	list, err := a.Relays.List(ctx, who)
	return rest.Paged(list, "", a.show), err
}

// answer gives the relay as it is after an act on it.
func (a *api) answer(
	ctx context.Context,
	who access.Actor,
	id int64,
	err error,
) (*rest.Out[shownRelay], error) {
	if err != nil {
		return nil, err
	}
	board, err := a.Relays.Find(ctx, who, id)

	return &rest.Out[shownRelay]{Body: a.show(board)}, err
}

func (a *api) get(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[shownRelay], error) {
	return a.answer(ctx, who, in.ID, nil)
}

func (a *api) set(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newRelay },
) (*rest.Out[shownRelay], error) {
	body := in.Body
	set, err := a.Relays.Set(ctx, who, body.PostID, relay.Request{
		Kind: relay.Kind(body.Kind), LeadAccountID: body.LeadAccountID, AccountIDs: body.AccountIDs,
		Words: body.Words, Spread: time.Duration(body.SpreadMinutes) * time.Minute, Deadline: body.Deadline,
		Reason: body.Reason, Revision: body.Revision,
	})

	return a.answer(ctx, who, set.ID, err)
}

// task finds the task of an account, as the actor sees it.
func (a *api) task(ctx context.Context, who access.Actor, id, account int64) (int64, error) {
	board, err := a.Relays.Find(ctx, who, id)
	if err != nil {
		return 0, err
	}

	for _, task := range board.Tasks {
		if task.AccountID == account {
			return task.ID, nil
		}
	}

	return 0, fault.Invalid("account_id", "这个账号没有联动任务")
}

func (a *api) confirm(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body relayAnswer
}) (*rest.Out[shownRelay], error) {
	switch body := in.Body; {
	case body.All == (body.AccountID != 0):
		return nil, fault.Invalid("account_id", "请写明一个账号，或者全部")
	case body.All && body.Words != nil:
		return nil, fault.Invalid("words", "自己的文字只能为一个账号写")
	case body.All:
		_, _, err := a.Relays.ConfirmAll(ctx, who, in.ID, body.LeadVersion)
		return a.answer(ctx, who, in.ID, err)
	}
	task, err := a.task(ctx, who, in.ID, in.Body.AccountID)
	if err == nil {
		_, err = a.Relays.Confirm(ctx, who, task, relay.Answer{
			LeadVersion: in.Body.LeadVersion, Words: in.Body.Words, Reasons: words.ReasonsOf(in.Body.Reasons),
		})
	}

	return a.answer(ctx, who, in.ID, err)
}

func (a *api) decline(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body relayRefusal
}) (*rest.Out[shownRelay], error) {
	task, err := a.task(ctx, who, in.ID, in.Body.AccountID)
	if err == nil {
		err = a.Relays.Decline(ctx, who, task, in.Body.Reason)
	}

	return a.answer(ctx, who, in.ID, err)
}

func (a *api) remind(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body relayReminder
}) (_ *rest.Out[reminded], err error) {
	task := int64(0)
	if in.Body.AccountID != 0 {
		if task, err = a.task(ctx, who, in.ID, in.Body.AccountID); err != nil {
			return nil, err
		}
	}
	n, err := a.Relays.Remind(ctx, who, in.ID, task)

	return &rest.Out[reminded]{Body: reminded{n}}, err
}

func (a *api) withdraw(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body relayEnd
}) (*rest.Out[shownRelay], error) {
	return a.answer(ctx, who, in.ID, a.Relays.Withdraw(ctx, who, in.ID, in.Body.Reason))
}

func (a *api) close(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body relayStatement
}) (*rest.Out[shownRelay], error) {
	return a.answer(ctx, who, in.ID, a.Relays.Close(ctx, who, in.ID, in.Body.Statement))
}
