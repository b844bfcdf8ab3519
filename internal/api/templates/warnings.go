package templates

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/api/words"
	"juzhen/internal/i18n"
	"juzhen/internal/relay"
	"juzhen/internal/template"
	"juzhen/internal/urgent"
)

// warningAsk is a warning with the accounts that carry it.
type warningAsk struct {
	UnitID     int64             `json:"unit_id" minimum:"1" doc:"稿件所属单位"`
	Kind       string            `json:"kind" enum:"warning,warning_change,warning_lift"`
	Values     map[string]string `json:"values" doc:"模板各字段的值，同 POST /templates/drafts"`
	Supersedes int64             `json:"supersedes,omitempty" doc:"变更或解除所接续的预警，见 GET /templates/warnings"`

	LeadAccountID int64   `json:"lead_account_id" minimum:"1" doc:"首发账号"`
	AccountIDs    []int64 `json:"account_ids,omitempty" maxItems:"500" doc:"联动的账号；不填为只由首发账号发"`
	RelayKind     string  `json:"relay_kind,omitempty" enum:"repost,own" doc:"不填为转发"`
	Words         string  `json:"words,omitempty" maxLength:"500" doc:"建议的文字"`
	Reason        string  `json:"reason,omitempty" maxLength:"200" doc:"十个以上账号发同一条文字的理由"`
	Minutes       int     `json:"minutes,omitempty" minimum:"5" maximum:"1440" doc:"多少分钟内答复；不填为 60"`
	AtOnce        bool    `json:"at_once,omitempty" doc:"批准后，申请人可以确认的账号一并确认"`

	Reasons []words.FindingReason `json:"reasons,omitempty" maxItems:"500" doc:"正文检查发现而仍要照发的，逐处说明理由"`
}

type startedWarning struct {
	PostID  int64 `json:"post_id"`
	RelayID int64 `json:"relay_id,omitempty" doc:"没有请别的账号联动的没有"`
}

func (a *api) warnings() {
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/warnings", "start-warning",
		"templates", i18n.N("写出预警并连同联动一起送审，批准后立即发布"),
	)), access.PostWrite, a.startWarning)
}

func (a *api) startWarning(
	ctx context.Context, who access.Actor, in *struct{ Body warningAsk },
) (*rest.Out[startedWarning], error) {
	body := in.Body
	started, err := a.Urgent.Start(ctx, who, urgent.Request{
		Warning: template.Ask{
			Kind: template.Kind(
				body.Kind,
			),
			UnitID:     body.UnitID,
			Values:     body.Values,
			Supersedes: body.Supersedes,
		},
		LeadAccountID: body.LeadAccountID,
		AccountIDs:    body.AccountIDs,
		Kind:          cmp.Or(relay.Kind(body.RelayKind), relay.Repost),
		Words:         body.Words,
		Reason:        body.Reason,
		Within:        time.Duration(cmp.Or(body.Minutes, 60)) * time.Minute,
		AtOnce:        body.AtOnce,
		Reasons:       words.ReasonsOf(body.Reasons),
	})
	if err != nil {
		return nil, err
	}
	answer := startedWarning{PostID: started.Post.ID}
	if started.Relay != nil {
		answer.RelayID = started.Relay.ID
	}

	return &rest.Out[startedWarning]{Body: answer}, nil
}
