package deliveries

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	pausing "juzhen/internal/pause"
)

type pause struct {
	ID            int64     `json:"id"`
	UnitID        int64     `json:"unit_id"`
	UnitName      string    `json:"unit_name"`
	AccountID     *int64    `json:"account_id,omitempty" doc:"没有时是整个单位"`
	AccountHandle string    `json:"account_handle,omitempty"`
	SparesUrgent  bool      `json:"spares_urgent,omitempty" doc:"加急的照常发"`
	Reason        string    `json:"reason"`
	PausedBy      string    `json:"paused_by"`
	PausedAt      time.Time `json:"paused_at"`
	Held          int       `json:"held" doc:"现在被它拦下的条数"`
}

type newPause struct {
	UnitID    int64  `json:"unit_id,omitempty" doc:"暂停该单位和下属单位"`
	AccountID *int64 `json:"account_id,omitempty" doc:"只暂停这个账号"`
	Reason    string `json:"reason" maxLength:"1000" doc:"原因，记入审计"`

	SparesUrgent bool `json:"spares_urgent,omitempty" doc:"加急的照常发"`
}

type pausePreview struct {
	Accounts int `json:"accounts" doc:"涉及的在用账号数"`
	Waiting  int `json:"waiting" doc:"会被拦下的条数"`
	Sending  int `json:"sending" doc:"正在发送、来不及拦下的条数"`
	Spared   int `json:"spared,omitempty" doc:"照常发的加急条数"`
}

type resumeChoice struct {
	ID     int64      `json:"id"`
	Action string     `json:"action" enum:"send,reschedule,cancel"`
	DueAt  *time.Time `json:"due_at,omitempty" doc:"改期时必填"`
}

type resume struct {
	Deliveries []resumeChoice `json:"deliveries,omitempty" maxItems:"20000" doc:"被拦下的各条怎么办"`
}

func (a *api) pauses() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/pauses", "list-pauses",
		"pauses", i18n.N("没有恢复的暂停"),
	), access.UnitView, a.listPauses)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/pauses/preview", "preview-pause",
		"pauses", i18n.N("暂停会拦下多少"),
	), access.Pause, a.previewPause)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/pauses", "create-pause",
		"pauses", i18n.N("暂停发送"),
	)), access.Pause, a.createPause)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/pauses/{id}/deliveries", "list-paused-deliveries",
		"pauses", i18n.N("被一次暂停拦下的发送"),
	), access.UnitView, a.heldBy)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/pauses/{id}/resume", "resume-pause",
		"pauses", i18n.N("恢复发送"),
	), access.Pause, a.resume)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/sending/release", "release-sending",
		"sending", i18n.N("数据库恢复之后重新开始发送"),
	), access.Pause, a.release)
}

func showPause(p delivery.Paused) pause {
	return pause{
		p.ID, p.UnitID, p.UnitName, p.AccountID, p.AccountHandle, p.SparesUrgent, p.Reason, p.PausedName,
		p.PausedAt.UTC(), p.Held,
	}
}

func (a *api) listPauses(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[pause]], error) {
	rows, err := a.Deliveries.Pauses(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, *in, func(p delivery.Paused) int64 { return p.ID }, showPause)
}

func (a *api) previewPause(ctx context.Context, who access.Actor, in *struct {
	UnitID    int64 `query:"unit_id"`
	AccountID int64 `query:"account_id"`

	SparesUrgent bool `query:"spares_urgent" doc:"加急的照常发"`
}) (*rest.Out[pausePreview], error) {
	stop := pausing.Stop{UnitID: in.UnitID, SparesUrgent: in.SparesUrgent}
	if in.AccountID != 0 {
		stop.AccountID = &in.AccountID
	}
	p, err := a.Deliveries.PreviewPause(ctx, who, stop)

	return &rest.Out[pausePreview]{Body: pausePreview(p)}, err
}

func (a *api) createPause(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newPause },
) (*rest.Out[pause], error) {
	p, err := a.Deliveries.Pause(ctx, who, pausing.Stop{
		UnitID:       in.Body.UnitID,
		AccountID:    in.Body.AccountID,
		SparesUrgent: in.Body.SparesUrgent,
		Why:          in.Body.Reason,
	})

	return &rest.Out[pause]{Body: showPause(p)}, err
}

func (a *api) heldBy(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	rest.Paging
}) (*rest.Out[rest.List[OneDelivery]], error) {
	rows, err := a.Deliveries.HeldBy(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(d delivery.Delivery) int64 { return d.ID }, Shower(ctx))
}

func (a *api) resume(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body *resume
}) (*rest.Out[Effect], error) {
	var wanted resume
	rest.Set(&wanted, in.Body)

	return ShownEffect(
		a.Deliveries.Resume(
			ctx,
			who,
			in.ID,
			rest.Each(wanted.Deliveries, func(c resumeChoice) delivery.Choice {
				return delivery.Choice{DeliveryID: c.ID, Action: delivery.Action(c.Action), DueAt: c.DueAt}
			}),
		),
	)
}

func (a *api) release(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body rest.Why },
) (*rest.None, error) {
	return &rest.None{}, a.Deliveries.ReleaseSending(ctx, who, in.Body.Reason)
}
