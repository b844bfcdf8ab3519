package deliveries

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// OneDelivery is the sending of a version to one account.
type OneDelivery struct {
	ID            int64          `json:"id"`
	PostID        int64          `json:"post_id"`
	AccountID     int64          `json:"account_id"`
	AccountHandle string         `json:"account_handle"`
	UnitID        int64          `json:"unit_id"`
	State         string         `json:"state" enum:"planned,waiting,preparing,sending,unknown,held,handoff,sent,failed,missed,cancelled,expired"`
	DueAt         *time.Time     `json:"due_at" doc:"没有时为审核通过后立即"`
	NotAfter      *time.Time     `json:"not_after,omitempty" doc:"晚于此时不再自动发送"`
	SentAt        *time.Time     `json:"sent_at" doc:"平台给出的发布时间"`
	RemoteID      string         `json:"remote_id" doc:"平台上的微博编号"`
	URL           string         `json:"url,omitempty"`
	Text          string         `json:"text,omitempty" doc:"在这个账号发出的文字；只在取单条时给出"`
	Attempts      int            `json:"attempts" doc:"向平台发出请求的次数"`
	Reason        string         `json:"reason" doc:"固定的原因代码"`
	ReasonText    string         `json:"reason_text,omitempty" doc:"原因，用 Accept-Language 的语言"`
	ReasonArgs    map[string]any `json:"reason_args,omitempty"`
	Wish          string         `json:"wish,omitempty" doc:"结果未定时有人提出的要求，没有发出时照办"`
	PauseID       *int64         `json:"pause_id,omitempty"`
	TakenBy       string         `json:"taken_by,omitempty" doc:"领取人工发布的人"`
	TakenAt       *time.Time     `json:"taken_at,omitempty"`
	Live          string         `json:"live,omitempty" doc:"发出后在平台上的状况：live、changed、hidden、removed、taken_down"`
	LiveAt        *time.Time     `json:"live_at,omitempty"`
	Advance       *ShownAdvance  `json:"advance,omitempty" doc:"重新安排早于批准的时间时提出的申请；同意前什么都没有改"`
	UpdatedAt     time.Time      `json:"updated_at"`
}

// DeliveryStep is one event in the history of a delivery.
type DeliveryStep struct {
	ID       int64          `json:"id"`
	At       time.Time      `json:"at"`
	From     string         `json:"from"`
	To       string         `json:"to"`
	Plan     int            `json:"plan"`
	Reason   string         `json:"reason"`
	Text     string         `json:"text" doc:"用 Accept-Language 的语言"`
	Args     map[string]any `json:"args,omitempty"`
	ByUserID *int64         `json:"by_user_id,omitempty" doc:"没有时是系统所为"`
	ByName   string         `json:"by_name,omitempty"`
}

type deliveryFilter struct {
	rest.Paging
	rest.Tabular
	State     []string  `query:"state" enum:"planned,waiting,preparing,sending,unknown,held,handoff,sent,failed,missed,cancelled,expired" doc:"可用逗号分隔多个"`
	AccountID int64     `query:"account_id"`
	PostID    int64     `query:"post_id"`
	UnitID    int64     `query:"unit_id" doc:"该单位和下属单位"`
	From      time.Time `query:"from" doc:"定时不早于"`
	To        time.Time `query:"to" doc:"定时早于"`
	Query     string    `query:"q" maxLength:"200" doc:"正文的一部分"`
	Foreign   bool      `query:"foreign" doc:"只列其他单位的稿件从您管辖的账号发出的"`
}

type replan struct {
	Due
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"原因，记入审计"`
}

// mustSay is a request to do something to one thing that needs a reason.
type mustSay struct {
	rest.ByID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"原因，记入审计"`
	} `required:"true"`
}

type resolution struct {
	Outcome string `json:"outcome" enum:"sent,not_sent" doc:"核对的结论"`
	Link    string `json:"link,omitempty" maxLength:"1000" doc:"已发出时，微博的网址"`
	Reason  string `json:"reason,omitempty" maxLength:"1000" doc:"依据，记入审计"`
}

type resolved struct {
	State    string         `json:"state" doc:"发送状态；等第二人确认时为 awaiting_second"`
	Decision *ShownDecision `json:"decision,omitempty"`
}

func (a *api) deliveries() {
	rest.Register(a.API, rest.Tables(rest.Op(http.MethodGet,
		"/deliveries", "list-deliveries",
		"deliveries", i18n.N("发送，按条件筛选"),
	)), access.PostView, a.listDeliveries)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/deliveries/{id}", "get-delivery",
		"deliveries", i18n.N("一条发送"),
	), access.PostView, a.getDelivery)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/deliveries/{id}/events", "list-delivery-events",
		"deliveries", i18n.N("一条发送的经过，新的在前"),
	), access.PostView, a.deliveryEvents)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/deliveries/{id}/cancel", "cancel-delivery",
		"deliveries", i18n.N("取消一个账号的发送"),
	), access.PostWrite, a.cancelDelivery)
	rest.Register(a.API, rest.Second(rest.Op(http.MethodPost,
		"/deliveries/{id}/replan", "replan-delivery",
		"deliveries", i18n.N("重新安排失败、错过或存疑的发送"),
	), "OneDelivery"), access.DeliveryDecide, a.replanDelivery)
	rest.Register(a.API, rest.Second(rest.Op(http.MethodPost,
		"/deliveries/{id}/resolve", "resolve-delivery",
		"deliveries", i18n.N("判断结果未知的发送"),
	), "Resolved"), access.DeliveryDecide, a.resolveDelivery)
	a.decisions()
	a.handoffs()
}

func text(s *string) string {
	if s == nil {
		return ""
	}

	return *s
}

// ShowDelivery shows a delivery in the language of the printer.
func ShowDelivery(printer *i18n.Printer, d delivery.Delivery) OneDelivery {
	shown := OneDelivery{
		ID:            d.ID,
		PostID:        d.PostID,
		AccountID:     d.AccountID,
		AccountHandle: d.AccountHandle,
		UnitID:        d.UnitID,
		State:         string(d.State),
		DueAt:         rest.UTC(d.DueAt),
		NotAfter:      rest.UTC(d.NotAfter),
		SentAt:        rest.UTC(d.SentAt),
		RemoteID:      text(d.RemoteID),
		URL:           d.URL(),
		Attempts:      d.Attempts,
		Reason:        string(d.Reason),
		ReasonArgs:    d.ReasonArgs,
		Wish:          text((*string)(d.Wish)),
		PauseID:       d.PauseID,
		TakenBy:       d.TakenByName,
		TakenAt:       rest.UTC(d.TakenAt),
		Live:          text((*string)(d.Live)),
		LiveAt:        rest.UTC(d.LiveAt),
		UpdatedAt:     d.UpdatedAt.UTC(),
	}
	if d.Reason != delivery.None {
		words, args := d.ReasonText()
		shown.ReasonText = printer.T(words, args...)
	}

	return shown
}

// Shower shows deliveries in the language of the request.
func Shower(ctx context.Context) func(delivery.Delivery) OneDelivery {
	printer := rest.PrinterOf(rest.Request(ctx))
	return func(d delivery.Delivery) OneDelivery { return ShowDelivery(printer, d) }
}

func (a *api) listDeliveries(
	ctx context.Context,
	who access.Actor,
	in *deliveryFilter,
) (*rest.Out[rest.List[OneDelivery]], error) {
	filter := delivery.Filter{
		UnitID:    in.UnitID,
		AccountID: in.AccountID,
		PostID:    in.PostID,
		From:      rest.Given(in.From),
		To:        rest.Given(in.To),
		Text:      in.Query,
		Foreign:   in.Foreign,
		Cursor:    in.Cursor,
		Limit:     in.Limit,
		States:    rest.Each(in.State, func(s string) delivery.State { return delivery.State(s) }),
	}
	if err := rest.Ordered(in.From, in.To); err != nil {
		return nil, err
	}
	if rest.WantsTable(ctx) {
		filter.Limit = rest.MaxRows
	}
	page, err := a.Deliveries.List(ctx, who, filter)
	if err != nil {
		return nil, err
	}
	shown := rest.Paged(page.Rows, page.Next, Shower(ctx))
	if rest.WantsTable(ctx) {
		shown.Body.Written = deliveryTable(
			ctx,
			page.Rows,
			page.Next,
			func(cursor string) ([]delivery.Delivery, string, error) {
				filter.Cursor = cursor
				more, err := a.Deliveries.List(ctx, who, filter)
				return more.Rows, more.Next, err
			},
		)
	}

	return shown, nil
}

func deliveryTable(
	ctx context.Context,
	rows []delivery.Delivery,
	next string,
	more func(string) ([]delivery.Delivery, string, error),
) rest.Written {
	rest.Attachment(ctx, "deliveries.csv")
	t := rest.WordsOf(ctx)
	head := []string{t("编号"), t("稿件编号"), t("账号"), t("状态"), t("发布时间"), t("发出"), t("微博编号"), t("链接"), t("原因")}

	return rest.PagesOf(head, rows, next, more, func(d delivery.Delivery) []string {
		why := ""
		if d.Reason != delivery.None {
			words, args := d.ReasonText()
			why = t(words, args...)
		}

		return []string{
			rest.Number(
				d.ID,
			),
			rest.Number(d.PostID),
			d.AccountHandle,
			t(d.State.Label()),
			rest.BeijingMinute(d.DueAt),
			rest.BeijingMinute(d.SentAt),
			text(d.RemoteID),
			d.URL(),
			why,
		}
	})
}

func (a *api) getDelivery(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[OneDelivery], error) {
	kit, err := a.Deliveries.HandoffKit(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	shown := Shower(ctx)(kit.Delivery)
	shown.Text = kit.Text

	return &rest.Out[OneDelivery]{Body: shown}, nil
}

func (a *api) deliveryEvents(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[DeliveryStep]], error) {
	rows, err := a.Deliveries.Events(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows) // the newest first, as everywhere

	return rest.Whole(rows, Stepper(ctx)), nil
}

// Stepper shows events in the request's language.
func Stepper(ctx context.Context) func(delivery.Event) DeliveryStep {
	printer := rest.PrinterOf(rest.Request(ctx))

	return func(event delivery.Event) DeliveryStep {
		words, args := event.Text()

		return DeliveryStep{
			event.ID, event.At.UTC(), string(event.From), string(event.To), event.Plan,
			string(event.Code), printer.T(words, args...), event.Args, event.ByUser, event.ByName,
		}
	}
}

func (a *api) cancelDelivery(
	ctx context.Context,
	who access.Actor,
	in *mustSay,
) (*rest.Out[OneDelivery], error) {
	return a.afterwards(ctx, who, in.ID, a.Deliveries.Cancel(ctx, who, in.ID, in.Body.Reason))
}

func (a *api) replanDelivery(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body replan
}) (*rest.MaybeSecond[OneDelivery], error) {
	asked, err := a.Deliveries.Replan(ctx, who, in.ID, in.Body.Choice(), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	shown, err := a.getDelivery(ctx, who, &rest.ByID{ID: in.ID})
	if err != nil {
		return nil, err
	}
	answer := &rest.MaybeSecond[OneDelivery]{Status: http.StatusOK, Body: shown.Body}
	if asked != nil {
		shownAdvance := ShowAdvance(*asked)
		answer.Status, answer.Location, answer.Body.Advance = http.StatusAccepted, shownAdvance.Agree,
			&shownAdvance
	}

	return answer, nil
}

func (a *api) resolveDelivery(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body resolution
}) (*rest.MaybeSecond[resolved], error) {
	b := in.Body
	if b.Outcome == "sent" && strings.TrimSpace(b.Link) == "" {
		return nil, fault.Invalid("link", "请填写微博的网址")
	}
	r, err := a.Deliveries.Resolve(ctx, who, in.ID, delivery.Resolution(b.Outcome), b.Link, b.Reason)
	if err != nil {
		return nil, err
	}
	if r.Awaiting == nil {
		return &rest.MaybeSecond[resolved]{Status: http.StatusOK, Body: resolved{State: string(r.State)}}, nil
	}
	shown := ShowDecision(*r.Awaiting)

	return &rest.MaybeSecond[resolved]{
		Status: http.StatusAccepted, Location: shown.Confirm,
		Body: resolved{State: shown.State, Decision: &shown},
	}, nil
}
