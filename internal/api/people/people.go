package people

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
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

type freshPassword struct {
	Password string `json:"password,omitempty" maxLength:"1000" doc:"初始密码，下次登录必须修改；不填则生成一个"`
	Reason   string `json:"reason,omitempty" maxLength:"200" doc:"给确认人看，记入审计"`
}

type userFilter struct {
	rest.Paging
	Query  string `query:"q" maxLength:"200" doc:"用户名或岗位名称的一部分"`
	UnitID int64  `query:"unit_id" doc:"该单位和下属单位"`
	Role   string `query:"role" enum:"press_officer,reviewer,supervisor,administrator,auditor"`
	State  string `query:"state" enum:"active,disabled"`
}

func (a *api) people() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/users", "list-users",
		"users", i18n.N("用户"),
	), access.UserManage, a.listUsers)
	rest.Register(a.API, rest.Secret(asked(rest.Op(http.MethodPost,
		"/users", "create-user",
		"users", i18n.N("申请新建用户，待第二人确认"),
	))), access.UserManage, a.createUser)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/users/{id}", "get-user",
		"users", i18n.N("用户详情"),
	), access.UserManage, a.getUser)
	rest.Register(a.API, asked(rest.Op(http.MethodPatch,
		"/users/{id}", "update-user",
		"users", i18n.N("申请修改用户，待第二人确认"),
	)), access.UserManage, a.updateUser)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/users/{id}/disable", "disable-user",
		"users", i18n.N("停用用户"),
	), access.UserManage, a.disableUser)
	rest.Register(a.API, asked(rest.Op(http.MethodPost,
		"/users/{id}/enable", "enable-user",
		"users", i18n.N("申请启用用户，待第二人确认"),
	)), access.UserManage, a.enableUser)
	rest.Register(a.API, rest.Secret(asked(rest.Op(http.MethodPut,
		"/users/{id}/password", "reset-password",
		"users", i18n.N("申请重置用户的密码，待第二人确认"),
	))), access.UserManage, a.resetPassword)
	rest.Register(a.API, asked(rest.Op(http.MethodPost,
		"/users/{id}/grants", "create-grant",
		"users", i18n.N("申请授予角色，待第二人确认"),
	)), access.UserManage, a.createGrant)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/grants/{id}/revoke", "revoke-grant",
		"users", i18n.N("收回授权"),
	), access.UserManage, a.revokeGrant)
}

func (a *api) listUsers(
	ctx context.Context,
	who access.Actor,
	in *userFilter,
) (*rest.Out[rest.List[User]], error) {
	filter := identity.UserFilter{
		Query: in.Query,
		Role:  access.Role(in.Role),
		State: in.State,
		Limit: in.Limit + 1,
	}
	var err error
	if filter.UnitPath, err = a.UnitPath(ctx, who, in.UnitID); err != nil {
		return nil, err
	}
	if in.Cursor != "" {
		if filter.After, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil {
			return nil, fault.Invalid("cursor", "列表已变化，请从第一页重新读取").With(err)
		}
	}
	rows, err := a.Identity.Users(ctx, who, filter)
	if err != nil || len(rows) <= in.Limit {
		return rest.Paged(rows, "", showUser), err
	}
	rows = rows[:in.Limit]

	return rest.Paged(rows, strconv.FormatInt(rows[in.Limit-1].ID, 10), showUser), nil
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
		DisabledAt:  rest.UTC(user.DisabledAt),
	}
	if !user.LastSeenAt.IsZero() {
		shown.LastSeenAt = rest.UTC(&user.LastSeenAt)
	}

	return shown
}

func (a *api) showDetail(u identity.UserDetail) userDetail {
	return userDetail{
		User:      showUser(u.User),
		Lang:      u.Lang,
		Theme:     u.Theme,
		Grants:    rest.Each(u.Grants, a.showGrant),
		Elsewhere: u.Elsewhere,
	}
}

func (a *api) showGrant(g identity.Grant) grant {
	return grant{
		g.ID, string(g.Role), g.UnitID, g.UnitName, g.InForce(a.Now()), rest.UTC(g.Until),
		g.CreatedAt.UTC(), g.CreatedBy, rest.UTC(g.RevokedAt), g.RevokedBy,
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
		Grants:      rest.Each(b.Grants, newGrant.grant),
	}
	change, initial, err := a.Identity.AskUser(ctx, who, n, b.Reason)

	return showAsked(change, generated(b.Password, initial.Reveal())), err
}

func (a *api) getUser(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[userDetail], error) {
	u, err := a.Identity.FindUser(ctx, who, in.ID)
	return &rest.Out[userDetail]{Body: a.showDetail(u)}, err
}

func (a *api) updateUser(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body userChange
}) (*askedChange, error) {
	old, err := a.Identity.FindUser(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	rest.Set(&old.DisplayName, in.Body.DisplayName)
	rest.Set(&old.UnitID, in.Body.UnitID)
	change, err := a.Identity.AskUpdate(ctx, who, in.ID, old.DisplayName, old.UnitID, in.Body.Reason)

	return showAsked(change, ""), err
}

func (a *api) disableUser(ctx context.Context, who access.Actor, in *rest.Because) (*rest.None, error) {
	return &rest.None{}, a.Identity.DisableUser(ctx, who, in.ID, in.Reason())
}

func (a *api) enableUser(ctx context.Context, who access.Actor, in *rest.Because) (*askedChange, error) {
	change, err := a.Identity.AskEnable(ctx, who, in.ID, in.Reason())
	return showAsked(change, ""), err
}

func (a *api) resetPassword(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body freshPassword
}) (*askedChange, error) {
	change, initial, err := a.Identity.AskReset(ctx, who, in.ID, in.Body.Password, in.Body.Reason)
	return showAsked(change, generated(in.Body.Password, initial.Reveal())), err
}

func (a *api) createGrant(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body grantAsked
}) (*askedChange, error) {
	change, err := a.Identity.AskGrant(ctx, who, in.ID, newGrant{
		in.Body.Role, in.Body.UnitID, in.Body.Until,
	}.grant(), in.Body.Reason)

	return showAsked(change, ""), err
}

func (a *api) revokeGrant(ctx context.Context, who access.Actor, in *rest.Because) (*rest.None, error) {
	return &rest.None{}, a.Identity.Revoke(ctx, who, in.ID, in.Reason())
}
