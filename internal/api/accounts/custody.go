package accounts

import (
	"context"
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

type credential struct {
	AccessToken string `json:"access_token" minLength:"1" maxLength:"2000" writeOnly:"true"`
	UID         string `json:"uid,omitempty" maxLength:"40" doc:"令牌所属的账号编号；与平台核对"`
	ExpiresIn   int64  `json:"expires_in,omitempty" minimum:"0" maximum:"315360000" doc:"平台给出的有效秒数；以向平台查询的结果为准"`
}

type authorisation struct {
	URL string `json:"url" doc:"在浏览器中打开，由账号所有者授权"`
}

type revocation struct {
	Told bool `json:"told" doc:"平台是否确认撤销；令牌在本台已清除"`
}

type testStep struct {
	Step   string `json:"step" enum:"token,timeline,post,destroy"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty" doc:"没有通过的原因"`
}

type testReport struct {
	Passed   bool       `json:"passed"`
	Unproven bool       `json:"unproven" doc:"该接入方式无法试发"`
	Steps    []testStep `json:"steps"`
	LeftID   string     `json:"left_id,omitempty" doc:"没能删除的测试微博，请人工删除"`
}

func (a *api) custody() {
	rest.Register(a.API, rest.Secret(rest.Op(http.MethodPut,
		"/accounts/{id}/credential", "put-credential",
		"accounts", i18n.N("导入令牌"),
	)), access.AccountManage, a.putCredential)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/accounts/{id}/credential", "delete-credential",
		"accounts", i18n.N("撤销令牌"),
	), access.AccountManage, a.deleteCredential)
	rest.Register(a.API, rest.Secret(rest.Op(http.MethodPost,
		"/accounts/{id}/authorisation", "start-authorisation",
		"accounts", i18n.N("开始在微博授权"),
	)), access.AccountManage, a.authorise)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/accounts/{id}/test", "test-account",
		"accounts", i18n.N("连接测试"),
	), access.AccountManage, a.testAccount)
}

// putCredential takes over a token. The platform's word counts for owner and expiry; uid must agree with it.
func (a *api) putCredential(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body credential
}) (*rest.Out[matrixAccount], error) {
	return a.shownAccount(a.Accounts.ImportTokenOf(ctx, who, in.ID, in.Body.AccessToken, in.Body.UID))
}

func (a *api) deleteCredential(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Reason string `query:"reason" maxLength:"1000" doc:"原因，记入审计"`
}) (*rest.Out[revocation], error) {
	told, err := a.Accounts.RevokeToken(ctx, who, in.ID, in.Reason)
	return &rest.Out[revocation]{Body: revocation{told}}, err
}

func (a *api) authorise(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[authorisation], error) {
	url, err := a.Accounts.StartOAuth(ctx, who, in.ID)
	return &rest.Out[authorisation]{Body: authorisation{url}}, err
}

func (a *api) testAccount(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[testReport], error) {
	r, err := a.Accounts.Test(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	printer := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[testReport]{Body: testReport{Passed: r.Passed, Unproven: r.Unproven, LeftID: r.LeftID,
		Steps: rest.Each(r.Steps, func(stepResult account.StepResult) testStep {
			if stepResult.Err == nil {
				return testStep{Step: string(stepResult.Step), Passed: true}
			}
			failure := fault.Public(stepResult.Err)

			return testStep{Step: string(stepResult.Step), Detail: printer.T(failure.Text, failure.Args...)}
		})}}, nil
}
