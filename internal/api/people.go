package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
)

// User is a person who may sign in, as the interface shows him.
type User struct {
	ID          int64      `json:"id"`
	Username    string     `json:"username"`
	DisplayName string     `json:"display_name" doc:"岗位名称"`
	UnitID      int64      `json:"unit_id"`
	UnitName    string     `json:"unit_name"`
	Roles       []string   `json:"roles" doc:"在您可见范围内的有效角色"`
	MustChange  bool       `json:"must_change_password"`
	CreatedAt   time.Time  `json:"created_at"`
	LastSeenAt  *time.Time `json:"last_seen_at,omitempty" doc:"没有时从未登录"`
	DisabledAt  *time.Time `json:"disabled_at,omitempty"`
}

type grant struct {
	ID        int64      `json:"id"`
	Role      string     `json:"role"`
	UnitID    int64      `json:"unit_id"`
	UnitName  string     `json:"unit_name"`
	InForce   bool       `json:"in_force"`
	Until     *time.Time `json:"until,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	RevokedBy string     `json:"revoked_by,omitempty"`
}

type userDetail struct {
	User
	Lang      string  `json:"lang"`
	Theme     string  `json:"theme"`
	Grants    []grant `json:"grants"`
	Elsewhere int     `json:"grants_elsewhere" doc:"在您可见范围之外的有效授权数"`
}

type newGrant struct {
	Role   string     `json:"role" enum:"press_officer,reviewer,supervisor,administrator,auditor"`
	UnitID int64      `json:"unit_id" doc:"授权及于该单位和下属单位"`
	Until  *time.Time `json:"until,omitempty" doc:"到期时间；不填为长期"`
}

// grantAsked is a role that is asked for.
type grantAsked struct {
	Role   string     `json:"role" enum:"press_officer,reviewer,supervisor,administrator,auditor"`
	UnitID int64      `json:"unit_id" doc:"授权及于该单位和下属单位"`
	Until  *time.Time `json:"until,omitempty" doc:"到期时间；不填为长期"`
	Reason string     `json:"reason,omitempty" maxLength:"200" doc:"给确认人看，记入审计"`
}

type newUser struct {
	Username    string     `json:"username" maxLength:"200"`
	DisplayName string     `json:"display_name" maxLength:"200" doc:"岗位名称"`
	UnitID      int64      `json:"unit_id"`
	Password    string     `json:"password,omitempty" maxLength:"1000" doc:"初始密码，首次登录必须修改；不填则生成一个"`
	Grants      []newGrant `json:"grants,omitempty" maxItems:"50"`
	Reason      string     `json:"reason,omitempty" maxLength:"200" doc:"给确认人看，记入审计"`
}

type userChange struct {
	DisplayName *string `json:"display_name,omitempty" maxLength:"200" doc:"岗位名称"`
	UnitID      *int64  `json:"unit_id,omitempty"`
	Reason      string  `json:"reason,omitempty" maxLength:"200" doc:"给确认人看，记入审计"`
}

type why struct {
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"原因，记入审计"`
}

type freshPassword struct {
	Password string `json:"password,omitempty" maxLength:"1000" doc:"初始密码，下次登录必须修改；不填则生成一个"`
	Reason   string `json:"reason,omitempty" maxLength:"200" doc:"给确认人看，记入审计"`
}

type userFilter struct {
	Paging
	Query  string `query:"q" maxLength:"200" doc:"用户名或岗位名称的一部分"`
	UnitID int64  `query:"unit_id" doc:"该单位和下属单位"`
	Role   string `query:"role" enum:"press_officer,reviewer,supervisor,administrator,auditor"`
	State  string `query:"state" enum:"active,disabled"`
}

func (a *api) people() {
	register(a, op(http.MethodGet,
		"/users", "list-users",
		"users", i18n.N("用户"),
	), access.UserManage, a.listUsers)
	register(a, secret(asked(op(http.MethodPost,
		"/users", "create-user",
		"users", i18n.N("申请新建用户，待第二人确认"),
	))), access.UserManage, a.createUser)
	register(a, op(http.MethodGet,
		"/users/{id}", "get-user",
		"users", i18n.N("用户详情"),
	), access.UserManage, a.getUser)
	register(a, asked(op(http.MethodPatch,
		"/users/{id}", "update-user",
		"users", i18n.N("申请修改用户，待第二人确认"),
	)), access.UserManage, a.updateUser)
	register(a, op(http.MethodPost,
		"/users/{id}/disable", "disable-user",
		"users", i18n.N("停用用户"),
	), access.UserManage, a.disableUser)
	register(a, asked(op(http.MethodPost,
		"/users/{id}/enable", "enable-user",
		"users", i18n.N("申请启用用户，待第二人确认"),
	)), access.UserManage, a.enableUser)
	register(a, secret(asked(op(http.MethodPut,
		"/users/{id}/password", "reset-password",
		"users", i18n.N("申请重置用户的密码，待第二人确认"),
	))), access.UserManage, a.resetPassword)
	register(a, asked(op(http.MethodPost,
		"/users/{id}/grants", "create-grant",
		"users", i18n.N("申请授予角色，待第二人确认"),
	)), access.UserManage, a.createGrant)
	register(a, op(http.MethodPost,
		"/grants/{id}/revoke", "revoke-grant",
		"users", i18n.N("收回授权"),
	), access.UserManage, a.revokeGrant)
}

func (a *api) listUsers(ctx context.Context, who access.Actor, in *userFilter) (*out[list[User]], error) {
	filter := identity.UserFilter{
		Query: in.Query,
		Role:  access.Role(in.Role),
		State: in.State,
		Limit: in.Limit + 1,
	}
	var err error
	if filter.UnitPath, err = a.unitPath(ctx, who, in.UnitID); err != nil {
		return nil, err
	}
	if in.Cursor != "" {
		if filter.After, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil {
			return nil, fault.Invalid("cursor", "列表已变化，请从第一页重新读取").With(err)
		}
	}
	rows, err := a.Identity.Users(ctx, who, filter)
	if err != nil || len(rows) <= in.Limit {
		return paged(rows, "", showUser), err
	}
	rows = rows[:in.Limit]

	return paged(rows, strconv.FormatInt(rows[in.Limit-1].ID, 10), showUser), nil
}

func showUser(user identity.User) User {
	roles := make([]string, len(user.Roles))
	for i, role := range user.Roles {
		roles[i] = string(role)
	}
	shown := User{
		ID:          user.ID,
		Username:    user.Username,
		DisplayName: user.DisplayName,
		UnitID:      user.UnitID,
		UnitName:    user.UnitName,
		Roles:       roles,
		MustChange:  user.MustChange,
		CreatedAt:   user.CreatedAt.UTC(),
		DisabledAt:  utc(user.DisabledAt),
	}
	if !user.LastSeenAt.IsZero() {
		shown.LastSeenAt = utc(&user.LastSeenAt)
	}

	return shown
}

func (a *api) showDetail(u identity.UserDetail) userDetail {
	return userDetail{
		User:      showUser(u.User),
		Lang:      u.Lang,
		Theme:     u.Theme,
		Grants:    each(u.Grants, a.showGrant),
		Elsewhere: u.Elsewhere,
	}
}

func (a *api) showGrant(g identity.Grant) grant {
	return grant{
		g.ID, string(g.Role), g.UnitID, g.UnitName, g.InForce(a.Now()), utc(g.Until),
		g.CreatedAt.UTC(), g.CreatedBy, utc(g.RevokedAt), g.RevokedBy,
	}
}

func (g newGrant) grant() identity.NewGrant {
	return identity.NewGrant{Role: access.Role(g.Role), UnitID: g.UnitID, Until: g.Until}
}

func (a *api) createUser(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newUser },
) (*askedChange, error) {
	b := in.Body
	n := identity.NewUser{
		Username:    b.Username,
		DisplayName: b.DisplayName,
		UnitID:      b.UnitID,
		Password:    b.Password,
		Grants:      each(b.Grants, newGrant.grant),
	}
	change, initial, err := a.Identity.AskUser(ctx, who, n, b.Reason)

	return showAsked(change, generated(b.Password, initial.Reveal())), err
}

func (a *api) getUser(ctx context.Context, who access.Actor, in *ByID) (*out[userDetail], error) {
	u, err := a.Identity.FindUser(ctx, who, in.ID)
	return &out[userDetail]{a.showDetail(u)}, err
}

func (a *api) updateUser(ctx context.Context, who access.Actor, in *struct {
	ByID
	Body userChange
}) (*askedChange, error) {
	old, err := a.Identity.FindUser(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	set(&old.DisplayName, in.Body.DisplayName)
	set(&old.UnitID, in.Body.UnitID)
	change, err := a.Identity.AskUpdate(ctx, who, in.ID, old.DisplayName, old.UnitID, in.Body.Reason)

	return showAsked(change, ""), err
}

// because is a request to do something to one thing, with a reason.
type because struct {
	ByID
	Body *why
}

// reason is what was written; empty when nothing was.
func (b *because) reason() string {
	var w why
	set(&w, b.Body)
	return w.Reason
}

func (a *api) disableUser(ctx context.Context, who access.Actor, in *because) (*none, error) {
	return &none{}, a.Identity.DisableUser(ctx, who, in.ID, in.reason())
}

func (a *api) enableUser(ctx context.Context, who access.Actor, in *because) (*askedChange, error) {
	change, err := a.Identity.AskEnable(ctx, who, in.ID, in.reason())
	return showAsked(change, ""), err
}

func (a *api) resetPassword(ctx context.Context, who access.Actor, in *struct {
	ByID
	Body freshPassword
}) (*askedChange, error) {
	change, initial, err := a.Identity.AskReset(ctx, who, in.ID, in.Body.Password, in.Body.Reason)
	return showAsked(change, generated(in.Body.Password, initial.Reveal())), err
}

func (a *api) createGrant(ctx context.Context, who access.Actor, in *struct {
	ByID
	Body grantAsked
}) (*askedChange, error) {
	change, err := a.Identity.AskGrant(ctx, who, in.ID, newGrant{
		in.Body.Role, in.Body.UnitID, in.Body.Until,
	}.grant(), in.Body.Reason)

	return showAsked(change, ""), err
}

func (a *api) revokeGrant(ctx context.Context, who access.Actor, in *because) (*none, error) {
	return &none{}, a.Identity.Revoke(ctx, who, in.ID, in.reason())
}

// utc gives an instant as answers show it.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}

	u := t.UTC()
	switch { // JSON has no way to write it, and one such row of old would spoil the whole list
	case u.Year() > 9999:
		u = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	case u.Year() < 1:
		u = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	}

	return &u
}
