package people

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
)

// shownUserChange is what one person asked about a user, or the place of a unit, and a second one confirms.
type shownUserChange struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind" enum:"create,update,grant,reset,enable,move"`
	State       string     `json:"state" enum:"asked,confirmed,stopped,expired,undone"`
	UserID      *int64     `json:"user_id,omitempty" doc:"新建用户确认之前没有，移动单位没有"`
	Username    string     `json:"username" doc:"移动单位时为空"`
	DisplayName string     `json:"display_name" doc:"岗位名称；移动单位时为单位名称"`
	UnitID      int64      `json:"unit_id" doc:"该单位及上级的管理员或主管可以确认"`
	UnitName    string     `json:"unit_name"`
	Grants      []newGrant `json:"grants,omitempty" doc:"申请的角色"`
	NewName     string     `json:"new_display_name,omitempty"`
	NewUnitID   *int64     `json:"new_unit_id,omitempty" doc:"移动单位时为新的上级单位"`
	MovedUnitID *int64     `json:"moved_unit_id,omitempty" doc:"要移动的单位"`
	OldUnitID   *int64     `json:"old_unit_id,omitempty" doc:"要移动的单位申请时的上级单位"`
	Reason      string     `json:"reason"`
	AskedBy     string     `json:"asked_by"`
	AskedAt     time.Time  `json:"asked_at"`
	ExpiresAt   time.Time  `json:"expires_at"`
	ConfirmedBy string     `json:"confirmed_by,omitempty" doc:"有 confirmed_at 而没有时，是在服务器上确认的"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	StoppedBy   string     `json:"stopped_by,omitempty"`
	StoppedAt   *time.Time `json:"stopped_at,omitempty"`
	StopReason  string     `json:"stop_reason,omitempty"`
	Confirm     string     `json:"confirm,omitempty" doc:"第二人确认的地址，POST"`
}

func showUserChange(change identity.Change) shownUserChange {
	shown := shownUserChange{
		ID:          change.ID,
		Kind:        string(change.Kind),
		State:       string(change.State),
		Username:    change.Username,
		DisplayName: change.DisplayName,
		UnitID:      change.UnitID,
		UnitName:    change.UnitName,
		Reason:      change.Why,
		AskedBy:     change.AskedByName,
		AskedAt:     change.AskedAt.UTC(),
		ExpiresAt:   change.Expires.UTC(),
		ConfirmedBy: change.ConfirmedBy,
		ConfirmedAt: rest.UTC(change.ConfirmedAt),
		StoppedBy:   change.StoppedBy,
		StoppedAt:   rest.UTC(change.StoppedAt),
		StopReason:  change.StopWhy,
	}
	if change.UserID != 0 {
		shown.UserID = &change.UserID
	}

	for _, orderGrant := range change.What.Grants {
		shown.Grants = append(shown.Grants, newGrant{
			string(orderGrant.Role), orderGrant.UnitID, rest.UTC(orderGrant.Until),
		})
	}
	if change.Kind == identity.ChangeUpdate {
		shown.NewName, shown.NewUnitID = change.What.DisplayName, &change.What.UnitID
	}
	if change.Kind == identity.ChangeMove {
		shown.NewName, shown.NewUnitID = change.What.DisplayName, &change.What.UnitID
		shown.MovedUnitID, shown.OldUnitID = &change.What.MovedID, &change.What.OldUnitID
	}
	if change.State == identity.ChangeAsked {
		shown.Confirm = confirmPath(change.ID)
	}

	return shown
}

func confirmPath(id int64) string { return fmt.Sprintf("%s/user-changes/%d/confirm", rest.Prefix, id) }

// awaitingChange says that a second person is needed.
type awaitingChange struct {
	State   string          `json:"state" enum:"awaiting_second"`
	Change  shownUserChange `json:"change"`
	Initial string          `json:"initial_password,omitempty" doc:"生成的初始密码，只在此处出现一次，由申请人告诉本人"`
}

type askedChange struct {
	Location string `header:"Location" doc:"第二人确认的地址"`
	Body     awaitingChange
}

func showAsked(change identity.Change, initial string) *askedChange {
	return &askedChange{
		confirmPath(change.ID),
		awaitingChange{"awaiting_second", showUserChange(change), initial},
	}
}

// asked makes op answer 202: a second person is needed.
func asked(op huma.Operation) huma.Operation { op.DefaultStatus = http.StatusAccepted; return op }

// confirmedChange is the answer to the confirmer: the one-time code is his or hers alone to hand over.
type confirmedChange struct {
	Change    shownUserChange `json:"change"`
	Code      string          `json:"one_time_code,omitempty" doc:"首次登录要用的一次性码，只在此处出现一次，由确认人交给本人"`
	ExpiresAt *time.Time      `json:"code_expires_at,omitempty"`
}

type firstSignIn struct {
	Username string `json:"username" minLength:"1" maxLength:"200"`
	Current  string `json:"current" minLength:"1" maxLength:"1000" doc:"初始密码，由申请人告知"`
	Code     string `json:"code" minLength:"1" maxLength:"100" doc:"一次性码，由确认人转交"`
	Password string `json:"password" minLength:"1" maxLength:"1000" doc:"自己的新密码"`
}

type userChangeFilter struct {
	rest.Paging
	State  string `query:"state" enum:"asked,confirmed,stopped,expired,undone"`
	UserID int64  `query:"user_id"`
}

// refusals are the refused sign-ins of one user on one day.
type refusals struct {
	Day         string    `json:"day" format:"date" doc:"北京时间的日期"`
	UserID      *int64    `json:"user_id,omitempty" doc:"没有时为不存在的用户名"`
	Username    string    `json:"username,omitempty"`
	DisplayName string    `json:"display_name,omitempty" doc:"岗位名称"`
	UnitName    string    `json:"unit_name,omitempty"`
	Wrong       int       `json:"wrong_passwords"`
	Waiting     int       `json:"told_to_wait"`
	LastAt      time.Time `json:"last_at"`
	LastIP      string    `json:"last_ip"`
}

func (a *api) userChanges() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/user-changes", "list-user-changes",
		"users", i18n.N("人员与单位变更"),
	), access.UserStop, a.listUserChanges)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/user-changes/{id}", "get-user-change",
		"users", i18n.N("一项人员与单位变更"),
	), access.UserStop, a.getUserChange)
	rest.Register(
		a.API,
		rest.Secret(rest.Op(http.MethodPost, "/user-changes/{id}/confirm", "confirm-user-change", "users",
			i18n.N("作为第二人确认人员与单位变更"))),
		access.UserConfirm,
		a.confirmUserChange,
	)
	rest.Register(a.API, rest.Op(http.MethodPost, "/user-changes/{id}/stop", "stop-user-change", "users",
		i18n.N("阻止或撤回人员与单位变更")), access.UserStop, a.stopUserChange)
	rest.Register(a.API, rest.Op(http.MethodGet, "/refused-sign-ins", "list-refused-sign-ins", "users",
		i18n.N("被拒绝的登录，按天和用户计数")), access.UserStop, a.listRefusals)
}

func (a *api) listUserChanges(
	ctx context.Context,
	who access.Actor,
	in *userChangeFilter,
) (*rest.Out[rest.List[shownUserChange]], error) {
	filter := identity.ChangeFilter{
		State:  identity.ChangeState(in.State),
		UserID: in.UserID,
		Limit:  in.Limit + 1,
	}
	if in.Cursor != "" {
		var err error
		if filter.Before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil {
			return nil, fault.Invalid("cursor", "列表已变化，请从第一页重新读取").With(err)
		}
	}
	rows, err := a.Identity.Changes(ctx, who, filter)
	if err != nil || len(rows) <= in.Limit {
		return rest.Paged(rows, "", showUserChange), err
	}
	rows = rows[:in.Limit]

	return rest.Paged(rows, strconv.FormatInt(rows[in.Limit-1].ID, 10), showUserChange), nil
}

func (a *api) getUserChange(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[shownUserChange], error) {
	change, err := a.Identity.FindChange(ctx, who, in.ID)
	return &rest.Out[shownUserChange]{Body: showUserChange(change)}, err
}

func (a *api) confirmUserChange(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[confirmedChange], error) {
	change, first, err := a.Identity.Confirm(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	shown := confirmedChange{Change: showUserChange(change), Code: first.Code.Reveal()}
	if first.Code != "" {
		shown.ExpiresAt = rest.UTC(&first.Until)
	}

	return &rest.Out[confirmedChange]{Body: shown}, nil
}

func (a *api) stopUserChange(
	ctx context.Context,
	who access.Actor,
	in *rest.Because,
) (*rest.Out[shownUserChange], error) {
	change, err := a.Identity.Stop(ctx, who, in.ID, in.Reason())
	return &rest.Out[shownUserChange]{Body: showUserChange(change)}, err
}

// refusalDays is how far the list looks back.
const refusalDays = 30

func (a *api) listRefusals(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[refusals]], error) {
	rows, err := a.Identity.Refusals(ctx, who, a.Now().AddDate(0, 0, -refusalDays))

	return rest.Whole(rows, func(r identity.Refusals) refusals {
		shown := refusals{
			Day:         r.Day.Format(time.DateOnly),
			Username:    r.Username,
			DisplayName: r.DisplayName,
			UnitName:    r.UnitName,
			Wrong:       r.Wrong,
			Waiting:     r.Waiting,
			LastAt:      r.LastAt.UTC(),
			LastIP:      r.LastIP,
		}
		if r.UserID != 0 {
			shown.UserID = &r.UserID
		}

		return shown
	}), err
}

func (a *api) firstSignIn(
	ctx context.Context,
	_ access.Actor,
	in *struct{ Body firstSignIn },
) (*rest.Out[token], error) {
	c, b := rest.Request(ctx), in.Body
	newPassword := identity.NewPassword{Current: b.Current, Code: b.Code, Password: b.Password}
	session, t, err := a.Identity.FirstSignIn(
		ctx,
		b.Username,
		newPassword,
		c.ClientIP(),
		c.Request.UserAgent(),
		true,
	)
	if err != nil {
		return nil, err
	}

	return &rest.Out[token]{
		Body: token{Token: t, ExpiresAt: session.Expires.UTC(), MustChange: session.MustChange},
	}, nil
}

// generated gives an initial password that was made here; one that the caller gave is not sent back.
func generated(given, initial string) string {
	if given != "" {
		return ""
	}

	return initial
}
