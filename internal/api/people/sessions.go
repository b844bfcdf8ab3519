package people

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
	"juzhen/internal/web"
)

type credentials struct {
	Username string `json:"username" minLength:"1" maxLength:"200"`
	Password string `json:"password" minLength:"1" maxLength:"1000"`
}

type token struct {
	Token      string    `json:"token" doc:"放在 Authorization: Bearer 之后"`
	ExpiresAt  time.Time `json:"expires_at"`
	MustChange bool      `json:"must_change_password" doc:"为 true 时先修改密码，此前没有任何权限"`
}

type session struct {
	ID         int64     `json:"id"`
	Kind       string    `json:"kind" enum:"browser,api"`
	Current    bool      `json:"current" doc:"本次请求所用的登录"`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	IP         string    `json:"ip"`
	UserAgent  string    `json:"user_agent"`
}

type preferences struct {
	Lang  string `json:"lang,omitempty" enum:"zh,en" doc:"页面语言"`
	Theme string `json:"theme,omitempty" enum:"auto,light,dark" doc:"页面外观"`
}

type newPassword struct {
	Current  string `json:"current" maxLength:"1000"`
	Code     string `json:"code,omitempty" maxLength:"100" doc:"一次性码，当前密码是初始密码时要用"`
	Password string `json:"password" maxLength:"1000"`
}

func (a *api) sessions() {
	rest.Register(a.API, rest.Secret(rest.Created(rest.Op(http.MethodPost,
		"/sessions", "create-session",
		"sessions", i18n.N("登录，取得令牌"),
	))), web.Open, a.signIn)
	rest.Register(
		a.API,
		rest.Secret(rest.Created(rest.Op(http.MethodPost, "/first-sign-in", "first-sign-in", "sessions",
			i18n.N("首次登录：凭初始密码和一次性码设置自己的密码")))),
		web.Open,
		a.firstSignIn,
	)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/sessions", "list-sessions",
		"sessions", i18n.N("本人的登录"),
	), access.Self, a.listSessions)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/sessions", "delete-sessions",
		"sessions", i18n.N("结束本人的全部登录"),
	), access.Self, a.signOutEverywhere)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/sessions/current", "delete-current-session",
		"sessions", i18n.N("退出本次登录"),
	), access.Self, a.signOut)
	rest.Register(a.API, rest.Op(http.MethodDelete,
		"/sessions/{id}", "delete-session",
		"sessions", i18n.N("结束本人的一个登录"),
	), access.Self, a.endSession)
	rest.Register(
		a.API,
		rest.Op(http.MethodGet, "/me", "get-me", "sessions", i18n.N("本人和本人的授权")),
		access.Self,
		a.me,
	)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/me", "update-me",
		"sessions", i18n.N("修改本人的语言和外观"),
	), access.Self, a.prefer)
	rest.Register(a.API, rest.Secret(rest.Op(http.MethodPut,
		"/me/password", "change-password",
		"sessions", i18n.N("修改本人的密码"),
	)), access.Self, a.changePassword)
}

func (a *api) signIn(
	ctx context.Context,
	_ access.Actor,
	in *struct{ Body credentials },
) (*rest.Out[token], error) {
	c := rest.Request(ctx)
	session, t, err := a.Identity.SignInAPI(
		ctx,
		in.Body.Username,
		in.Body.Password,
		c.ClientIP(),
		c.Request.UserAgent(),
	)
	if err != nil {
		return nil, err
	}

	return &rest.Out[token]{
		Body: token{Token: t, ExpiresAt: session.Expires.UTC(), MustChange: session.MustChange},
	}, nil
}

func (a *api) listSessions(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[session]], error) {
	rows, err := a.Identity.Sessions(ctx, who)

	return rest.Whole(rows, func(s identity.Session) session {
		kind := "browser"
		if s.API {
			kind = "api"
		}

		return session{
			s.ID, kind, s.ID == who.SessionID, s.CreatedAt.UTC(), s.LastSeenAt.UTC(),
			s.Expires.UTC(), s.IP, s.UserAgent,
		}
	}), err
}

func (a *api) signOut(ctx context.Context, who access.Actor, _ *struct{}) (*rest.None, error) {
	return &rest.None{}, a.Identity.SignOut(ctx, who)
}

func (a *api) signOutEverywhere(ctx context.Context, who access.Actor, _ *struct{}) (*rest.None, error) {
	return &rest.None{}, a.Identity.SignOutEverywhere(ctx, who)
}

func (a *api) endSession(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Identity.EndSession(ctx, who, in.ID)
}

func (a *api) me(ctx context.Context, who access.Actor, _ *struct{}) (*rest.Out[userDetail], error) {
	u, err := a.Identity.Me(ctx, who)
	return &rest.Out[userDetail]{Body: a.showDetail(u)}, err
}

func (a *api) prefer(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body preferences },
) (*rest.None, error) {
	return &rest.None{}, a.Identity.Prefer(ctx, who, in.Body.Lang, in.Body.Theme)
}

func (a *api) changePassword(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newPassword },
) (*rest.None, error) {
	return &rest.None{}, a.Identity.ChangePassword(ctx, who,
		identity.NewPassword{Current: in.Body.Current, Code: in.Body.Code, Password: in.Body.Password})
}
