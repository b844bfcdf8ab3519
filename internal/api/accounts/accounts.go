package accounts

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
)

type accountToken struct {
	State      string     `json:"state" enum:"none,valid,expiring,expired,revoked,unreadable"`
	UID        string     `json:"uid,omitempty"`
	Origin     string     `json:"origin,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	ObtainedAt *time.Time `json:"obtained_at,omitempty"`
	ObtainedBy string     `json:"obtained_by,omitempty"`
	CheckedAt  *time.Time `json:"checked_at,omitempty"`
}

type matrixAccount struct {
	ID          int64        `json:"id"`
	UnitID      int64        `json:"unit_id"`
	UnitName    string       `json:"unit_name"`
	Platform    string       `json:"platform"`
	Handle      string       `json:"handle" doc:"平台上的名称，不带 @"`
	DisplayName string       `json:"display_name"`
	Seat        string       `json:"seat" doc:"在矩阵中的位置：main 主账号，affiliated 直属，district 区县"`
	State       string       `json:"state" enum:"preparing,live,suspended,closed"`
	Connector   string       `json:"connector" doc:"接入方式：commercial 商业接口，public 公开接口，manual 人工发布"`
	UID         string       `json:"uid,omitempty" doc:"平台上的账号编号"`
	URL         string       `json:"url,omitempty"`
	LateLimit   int          `json:"late_limit_seconds" doc:"超过定时多久就不再自动发送"`
	MinGap      int          `json:"min_gap_seconds" doc:"两条之间的最短间隔"`
	AutoResend  bool         `json:"auto_resend" doc:"确认没有发出时自动补发"`
	Position    int          `json:"position"`
	TestedAt    *time.Time   `json:"tested_at,omitempty"`
	CreatedAt   time.Time    `json:"created_at"`
	Token       accountToken `json:"token"`
}

type newAccount struct {
	UnitID      int64  `json:"unit_id"`
	Platform    string `json:"platform,omitempty" enum:"weibo" default:"weibo"`
	Handle      string `json:"handle" maxLength:"200" doc:"平台上的名称，不带 @"`
	DisplayName string `json:"display_name" maxLength:"200"`
	Seat        string `json:"seat" enum:"main,affiliated,district" doc:"在矩阵中的位置：main 主账号，affiliated 直属，district 区县"`
	Connector   string `json:"connector" enum:"commercial,public,manual" doc:"接入方式：commercial 商业接口，public 公开接口，manual 人工发布"`
	UID         string `json:"uid,omitempty" maxLength:"40" doc:"平台上的账号编号"`
	LateLimit   *int   `json:"late_limit_seconds,omitempty" minimum:"0" maximum:"604800" doc:"超过定时多久就不再自动发送"`
	MinGap      *int   `json:"min_gap_seconds,omitempty" minimum:"0" maximum:"86400" doc:"两条之间的最短间隔"`
	AutoResend  bool   `json:"auto_resend,omitempty" doc:"确认没有发出时自动补发"`
	Position    int    `json:"position,omitempty" minimum:"0" maximum:"1000000"`
}

type accountChange struct {
	UnitID      *int64  `json:"unit_id,omitempty"`
	Handle      *string `json:"handle,omitempty" maxLength:"200" doc:"平台上的名称，不带 @"`
	DisplayName *string `json:"display_name,omitempty" maxLength:"200"`
	Seat        *string `json:"seat,omitempty" enum:"main,affiliated,district"`
	Connector   *string `json:"connector,omitempty" enum:"commercial,public,manual"`
	UID         *string `json:"uid,omitempty" maxLength:"40" doc:"平台上的账号编号"`
	LateLimit   *int    `json:"late_limit_seconds,omitempty" minimum:"0" maximum:"604800" doc:"超过定时多久就不再自动发送"`
	MinGap      *int    `json:"min_gap_seconds,omitempty" minimum:"0" maximum:"86400" doc:"两条之间的最短间隔"`
	AutoResend  *bool   `json:"auto_resend,omitempty" doc:"确认没有发出时自动补发"`
	Position    *int    `json:"position,omitempty" minimum:"0" maximum:"1000000"`
}

type accountState struct {
	State  string `json:"state" enum:"preparing,live,suspended,closed"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"停用和关闭时必填"`
}

type accountName struct {
	Handle      string    `json:"handle"`
	DisplayName string    `json:"display_name"`
	Since       time.Time `json:"since"`
	ChangedBy   string    `json:"changed_by,omitempty"`
}

type accountFilter struct {
	rest.Paging
	Query  string   `query:"q" maxLength:"200" doc:"名称的一部分"`
	UnitID int64    `query:"unit_id" doc:"该单位和下属单位"`
	State  []string `query:"state" enum:"preparing,live,suspended,closed" doc:"可用逗号分隔多个"`
}

func (a *api) accounts() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/accounts", "list-accounts",
		"accounts", i18n.N("账号，按矩阵的次序"),
	), access.AccountView, a.listAccounts)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/accounts", "create-account",
		"accounts", i18n.N("新建账号"),
	)), access.AccountManage, a.createAccount)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/accounts/{id}", "get-account",
		"accounts", i18n.N("账号详情"),
	), access.AccountView, a.getAccount)
	rest.Register(a.API, rest.Op(http.MethodPatch,
		"/accounts/{id}", "update-account",
		"accounts", i18n.N("修改账号"),
	), access.AccountManage, a.updateAccount)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/accounts/{id}/state", "set-account-state",
		"accounts", i18n.N("启用、停用或关闭账号"),
	), access.AccountManage, a.setAccountState)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/accounts/{id}/names", "list-account-names",
		"accounts", i18n.N("账号用过的名称"),
	), access.AccountView, a.accountNames)
	a.custody()
}

func (a *api) showAccount(c account.Account) matrixAccount {
	credential := c.Token

	return matrixAccount{
		ID:          c.ID,
		UnitID:      c.UnitID,
		UnitName:    c.UnitName,
		Platform:    c.Platform,
		Handle:      c.Handle,
		DisplayName: c.DisplayName,
		Seat:        string(c.Seat),
		State:       string(c.State),
		Connector:   string(c.Connector),
		UID:         c.RemoteUID,
		URL:         c.HomeURL(),
		LateLimit:   seconds(c.LateLimit),
		MinGap:      seconds(c.MinGap),
		AutoResend:  c.AutoResend,
		Position:    c.Position,
		TestedAt:    rest.UTC(c.TestedAt),
		CreatedAt:   c.CreatedAt.UTC(),
		Token: accountToken{
			State:      string(credential.At(a.Now())),
			UID:        credential.RemoteUID,
			Origin:     string(credential.Origin),
			ExpiresAt:  rest.UTC(credential.ExpiresAt),
			ObtainedAt: rest.UTC(credential.ObtainedAt),
			ObtainedBy: credential.ObtainedBy,
			CheckedAt:  rest.UTC(credential.CheckedAt),
		},
	}
}

func seconds(d time.Duration) int { return int(d / time.Second) }

func (a *api) shownAccount(c account.Account, err error) (*rest.Out[matrixAccount], error) {
	if err != nil {
		return nil, err
	}

	return &rest.Out[matrixAccount]{Body: a.showAccount(c)}, nil
}

func (a *api) listAccounts(
	ctx context.Context,
	who access.Actor,
	in *accountFilter,
) (*rest.Out[rest.List[matrixAccount]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	filter := account.Filter{
		UnitPath: path,
		Query:    in.Query,
		States:   rest.Each(in.State, func(s string) account.State { return account.State(s) }),
	}
	rows, err := a.Accounts.List(ctx, who, filter)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(c account.Account) int64 { return c.ID }, a.showAccount)
}

func (a *api) createAccount(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newAccount },
) (*rest.Out[matrixAccount], error) {
	b := in.Body
	draft := account.Draft{
		UnitID:      b.UnitID,
		Handle:      b.Handle,
		DisplayName: b.DisplayName,
		Seat:        account.Seat(b.Seat),
		RemoteUID:   b.UID,
		Connector:   account.Connector(b.Connector),
		LateLimit:   account.DefaultLateLimit,
		MinGap:      account.DefaultMinGap,
		AutoResend:  b.AutoResend,
		Position:    b.Position,
	}
	setSeconds(&draft.LateLimit, b.LateLimit)
	setSeconds(&draft.MinGap, b.MinGap)

	return a.shownAccount(a.Accounts.Create(ctx, who, draft))
}

func setSeconds(d *time.Duration, n *int) {
	if n != nil {
		*d = time.Duration(*n) * time.Second
	}
}

func (a *api) getAccount(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[matrixAccount], error) {
	return a.shownAccount(a.Accounts.Find(ctx, who, in.ID))
}

func (a *api) updateAccount(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body accountChange
}) (*rest.Out[matrixAccount], error) {
	old, err := a.Accounts.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	draft, b := draftOf(old), in.Body
	rest.Set(&draft.UnitID, b.UnitID)
	rest.Set(&draft.Handle, b.Handle)
	rest.Set(&draft.DisplayName, b.DisplayName)
	rest.Set((*string)(&draft.Seat), b.Seat)
	rest.Set((*string)(&draft.Connector), b.Connector)
	rest.Set(&draft.RemoteUID, b.UID)
	setSeconds(&draft.LateLimit, b.LateLimit)
	setSeconds(&draft.MinGap, b.MinGap)
	rest.Set(&draft.AutoResend, b.AutoResend)
	rest.Set(&draft.Position, b.Position)

	return a.shownAccount(a.Accounts.Update(ctx, who, in.ID, draft))
}

func draftOf(c account.Account) account.Draft {
	return account.Draft{
		UnitID:      c.UnitID,
		Handle:      c.Handle,
		DisplayName: c.DisplayName,
		Seat:        c.Seat,
		Connector:   c.Connector,
		RemoteUID:   c.RemoteUID,
		LateLimit:   c.LateLimit,
		MinGap:      c.MinGap,
		AutoResend:  c.AutoResend,
		Position:    c.Position,
	}
}

func (a *api) setAccountState(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body accountState
}) (*rest.Out[matrixAccount], error) {
	return a.shownAccount(a.Accounts.SetState(ctx, who, in.ID, account.State(in.Body.State), in.Body.Reason))
}

func (a *api) accountNames(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[accountName]], error) {
	rows, err := a.Accounts.Names(ctx, who, in.ID)

	return rest.Whole(rows, func(name account.Name) accountName {
		return accountName{name.Handle, name.DisplayName, name.Since.UTC(), name.ChangedBy}
	}), err
}
