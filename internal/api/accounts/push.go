package accounts

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/push"
)

// PushAddress is where the platform pushes to for an account, without what nobody is told twice.
type PushAddress struct {
	Open       bool          `json:"open" doc:"有推送地址，没有撤销"`
	Secret     bool          `json:"secret" doc:"已填写粉丝服务的密钥"`
	Revision   int           `json:"revision" doc:"换新和撤销时写所看到的这个数；还没有开通过的是 0"`
	MadeAt     *time.Time    `json:"made_at,omitempty"`
	MadeBy     string        `json:"made_by,omitempty"`
	VerifiedAt *time.Time    `json:"verified_at,omitempty" doc:"微博最近一次验证地址的时间"`
	TakenAt    *time.Time    `json:"taken_at,omitempty" doc:"粉丝服务最近一次推送的时间"`
	Taken      int64         `json:"taken" doc:"粉丝服务推送的次数"`
	HintedAt   *time.Time    `json:"hinted_at,omitempty" doc:"合作推送最近一次推送的时间"`
	Hinted     int64         `json:"hinted" doc:"合作推送的次数"`
	Refusals   []PushRefusal `json:"refusals" nullable:"false" doc:"拒绝的推送"`
}

// PushRefusal is how often pushes were refused for a reason.
type PushRefusal struct {
	Reason string    `json:"reason" enum:"too_large,no_secret,bad_signature,bad_time,bad_form,bad_receiver,replayed"`
	N      int64     `json:"n" doc:"次数"`
	LastAt time.Time `json:"last_at"`
}

type newPush struct {
	Revision int    `json:"revision" doc:"所看到的推送地址的 revision；还没有开通过的写 0"`
	Secret   string `json:"secret,omitempty" maxLength:"200" writeOnly:"true" doc:"粉丝服务的 App Secret；不填则沿用已填写的"`
}

type madePush struct {
	Fans     string `json:"fans_url" doc:"填到粉丝服务的消息接口地址；只给出这一次"`
	Partner  string `json:"partner_url" doc:"填到合作数据推送的地址；只给出这一次"`
	Revision int    `json:"revision"`
}

func (a *api) pushes() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/accounts/{id}/push", "get-push-address",
		"accounts", i18n.N("推送地址的状态"),
	), access.AccountManage, a.getPush)
	rest.Register(a.API, rest.Secret(rest.Op(http.MethodPost,
		"/accounts/{id}/push", "make-push-address",
		"accounts", i18n.N("开通推送地址，或换新"),
	)), access.AccountManage, a.makePush)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/accounts/{id}/push", "delete-push-address",
		"accounts", i18n.N("撤销推送地址"),
	), access.AccountManage, a.deletePush)
}

func (a *api) getPush(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[PushAddress], error) {
	found, err := a.Push.Find(ctx, who, in.ID)
	shown := PushAddress{
		Open: found.Open, Secret: found.Secret, Revision: found.Revision, MadeBy: found.MadeBy,
		VerifiedAt: rest.UTC(found.VerifiedAt), TakenAt: rest.UTC(found.TakenAt), Taken: found.Taken,
		HintedAt: rest.UTC(found.HintedAt), Hinted: found.Hinted,
		Refusals: rest.Each(found.Refusals, func(r push.Refusal) PushRefusal {
			return PushRefusal{string(r.Reason), r.N, r.LastAt.UTC()}
		}),
	}
	if found.Revision > 0 {
		shown.MadeAt = rest.UTC(&found.MadeAt)
	}

	return &rest.Out[PushAddress]{Body: shown}, err
}

func (a *api) makePush(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body newPush
}) (*rest.Out[madePush], error) {
	made, err := a.Push.Make(ctx, who, in.ID, in.Body.Revision, in.Body.Secret)

	return &rest.Out[madePush]{Body: madePush{made.Fans, made.Partner, in.Body.Revision + 1}}, err
}

func (a *api) deletePush(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Revision int    `query:"revision" required:"true" doc:"所看到的推送地址的 revision"`
	Reason   string `query:"reason" maxLength:"1000" doc:"原因，记入审计"`
}) (*rest.None, error) {
	return nil, a.Push.Revoke(ctx, who, in.ID, in.Revision, in.Reason)
}
