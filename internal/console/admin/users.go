package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

func (h *pages) registerUsers(kit *web.Kit) {
	kit.Declare("admin/users", usersPage{})
	kit.Declare("admin/user", userPage{})
	kit.Declare("admin/user-form", userFormPage{})
	kit.Declare("admin/grant", grantPage{})
	kit.Declare("admin/reset", resetPage{})
	g := kit.Group("/admin/users")
	kit.Handle(g, http.MethodGet, "", access.UserManage, h.userList)
	kit.Handle(g, http.MethodGet, "/new", access.UserManage, h.userNew)
	kit.Handle(g, http.MethodPost, "", access.UserManage, h.userCreate)
	kit.Handle(g, http.MethodGet, "/:id", access.UserManage, h.userShow)
	kit.Handle(g, http.MethodGet, "/:id/edit", access.UserManage, h.userEdit)
	kit.Handle(g, http.MethodPost, "/:id/edit", access.UserManage, h.userUpdate)
	kit.Handle(g, http.MethodGet, "/:id/grant", access.UserManage, h.grantForm)
	kit.Handle(g, http.MethodPost, "/:id/grant", access.UserManage, h.grant)
	kit.Handle(g, http.MethodPost, "/:id/grants/:grant/revoke", access.UserManage, h.revoke)
	kit.Handle(g, http.MethodGet, "/:id/password", access.UserManage, h.resetForm)
	kit.Handle(g, http.MethodPost, "/:id/password", access.UserManage, h.reset)
	kit.Handle(g, http.MethodPost, "/:id/disable", access.UserManage, h.disable)
	kit.Handle(g, http.MethodPost, "/:id/enable", access.UserManage, h.enable)
}

var userCrumb = page.Crumb{Text: "用户与授权", Href: "/admin/users"}

// usersPage lists the users of the administrator's subtree.
type usersPage struct {
	base
	Form  usersForm
	Users []identity.User
	Units []page.Option
	Roles []page.Option
	Chips []page.Chip
	Pager page.Pager
}

type usersForm struct {
	Q     string      `form:"q"`
	Unit  int64       `form:"unit"`
	Role  access.Role `form:"role"`
	State string      `form:"state"`
	After int64       `form:"after"`
}

const usersPerPage = 50

func roleOptions(none string) []page.Option {
	out := []page.Option{{Text: none}}
	for _, role := range access.Roles() {
		out = append(out, page.Option{Value: string(role), Text: role.Label()})
	}

	return out
}

func (h *pages) userList(c *gin.Context) error {
	var form usersForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	path, unitName := h.pathOf(c, form.Unit)
	users, err := h.id.Users(c.Request.Context(), web.Actor(c), identity.UserFilter{
		Query: form.Q, UnitPath: path, Role: form.Role, State: form.State, After: form.After,
		Limit: usersPerPage + 1,
	})
	if err != nil {
		return err
	}
	page := usersPage{base: h.base(c, "用户与授权"), Form: form, Users: users, Roles: roleOptions("全部")}
	if page.Units, err = h.unitOptions(c, access.UserManage, "全部"); err != nil {
		return err
	}
	page.chips(c, unitName)
	if len(users) > usersPerPage {
		page.Users = users[:usersPerPage]
		page.Pager.Next = web.Link(c, "after", strconv.FormatInt(page.Users[usersPerPage-1].ID, 10))
	}
	if form.After > 0 {
		page.Pager.First = web.Link(c)
	}
	page.Pager.Shown = len(page.Users)

	return h.kit.Show(c, http.StatusOK, "admin/users", page)
}

func (p *usersPage) chips(c *gin.Context, unit string) {
	add := func(given bool, name, key, value string) {
		if given {
			p.Chips = append(p.Chips, page.Chip{Name: name, Value: value, Href: web.Link(c, key, "")})
		}
	}
	add(p.Form.Q != "", "搜索", "q", p.Form.Q)
	add(p.Form.Unit != 0, "单位", "unit", unit)
	add(p.Form.Role != "", "角色", "role", p.T(p.Form.Role.Label()))
	add(p.Form.State == "active", "状态", "state", p.T("在用"))
	add(p.Form.State == "disabled", "状态", "state", p.T("已停用"))
}

// userPage is one user with grants, past ones included, and what can be done.
type userPage struct {
	base
	User  identity.UserDetail
	Live  []identity.Grant
	Ended []identity.Grant
	Self  bool
	Asked []shownChange // waiting for a second person
}

func (h *pages) userPage(c *gin.Context) (userPage, error) {
	userDetail, err := h.user(c)
	if err != nil {
		return userPage{}, err
	}
	page := userPage{
		base: h.base(c, "用户", userCrumb),
		User: userDetail,
		Self: userDetail.ID == web.Actor(c).UserID,
	}
	page.Heading = userDetail.DisplayName
	asked, err := h.id.Changes(c.Request.Context(), web.Actor(c), identity.ChangeFilter{
		UserID: userDetail.ID,
		State:  identity.ChangeAsked,
	})
	if err != nil {
		return userPage{}, err
	}

	for _, change := range asked {
		page.Asked = append(page.Asked, shown(change))
	}

	for _, grant := range userDetail.Grants {
		if grant.InForce(page.Now) {
			page.Live = append(page.Live, grant)
		} else {
			page.Ended = append(page.Ended, grant)
		}
	}

	return page, nil
}

// user gives the user of the address, if the person may manage users there.
func (h *pages) user(c *gin.Context) (identity.UserDetail, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return identity.UserDetail{}, err
	}

	return h.id.FindUser(c.Request.Context(), web.Actor(c), id)
}

func (h *pages) userShow(c *gin.Context) error {
	page, err := h.userPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/user", page)
}

// userForm is a new user, or the changes to one.
type userForm struct {
	Username    string      `form:"username"`
	DisplayName string      `form:"display_name"`
	Unit        int64       `form:"unit"`
	Password    string      `form:"password,raw"`
	Role        access.Role `form:"role"`
	Until       time.Time   `form:"until"`
	Reason      string      `form:"reason" check:"max=200"`
}

type userFormPage struct {
	base
	Form  userForm
	User  identity.User // zero for a new one
	Units []page.Option
	Roles []page.Option
	Rules page.PasswordHelp
}

func (h *pages) userFormPage(
	c *gin.Context,
	title string,
	form userForm,
	user identity.User,
) (userFormPage, error) {
	p := userFormPage{base: h.base(c, title, userCrumb), Form: form, User: user, Roles: roleOptions("暂不授予")}
	p.Rules = page.PasswordHelp{For: "f-password", Offer: identity.GeneratePassword()}
	if p.Form.Password == "" {
		p.Form.Password, p.Rules.Offer = p.Rules.Offer, ""
	}
	if user.ID != 0 {
		p.Crumbs = append(p.Crumbs, page.Crumb{
			Text: user.DisplayName,
			Href: fmt.Sprintf("/admin/users/%d", user.ID),
		})
	}
	var err error
	p.Units, err = h.unitOptions(c, access.UserManage, "请选择")

	return p, err
}

func (h *pages) userNew(c *gin.Context) error {
	page, err := h.userFormPage(c, "新建用户", userForm{}, identity.User{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/user-form", page)
}

func (h *pages) userCreate(c *gin.Context) error {
	var form userForm
	err := web.Bind(c, &form)
	if err == nil && form.Password == "" {
		err = fault.Invalid("password", "请填写初始密码")
	}
	var asked identity.Change
	if err == nil {
		asked, _, err = h.id.AskUser(c.Request.Context(), web.Actor(c), form.newUser(), form.Reason)
	}
	if err == nil {
		return h.asked(c, asked)
	}
	page, perr := h.userFormPage(c, "新建用户", form, identity.User{})
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "admin/user-form", &page)
}

func (f userForm) newUser() identity.NewUser {
	n := identity.NewUser{
		Username:    f.Username,
		DisplayName: f.DisplayName,
		UnitID:      f.Unit,
		Password:    f.Password,
	}
	if f.Role != "" {
		n.Grants = []identity.NewGrant{{Role: f.Role, UnitID: f.Unit, Until: optional(f.Until)}}
	}

	return n
}

// asked leads to what was asked, with the way it goes on.
func (h *pages) asked(c *gin.Context, change identity.Change) error {
	return h.kit.See(c, fmt.Sprintf("/admin/changes/%d", change.ID), "已提交申请；第二人确认后生效")
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}

	return &t
}

func (h *pages) userEdit(c *gin.Context) error {
	userDetail, err := h.user(c)
	if err != nil {
		return err
	}
	page, err := h.userFormPage(c, "修改用户", userForm{
		DisplayName: userDetail.DisplayName,
		Unit:        userDetail.UnitID,
	}, userDetail.User)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/user-form", page)
}

func (h *pages) userUpdate(c *gin.Context) error {
	userDetail, err := h.user(c)
	if err != nil {
		return err
	}
	var form userForm
	var asked identity.Change
	if err = web.Bind(c, &form); err == nil {
		asked, err = h.id.AskUpdate(
			c.Request.Context(),
			web.Actor(c),
			userDetail.ID,
			form.DisplayName,
			form.Unit,
			form.Reason,
		)
	}
	if err == nil {
		return h.asked(c, asked)
	}
	page, perr := h.userFormPage(c, "修改用户", form, userDetail.User)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "admin/user-form", &page)
}
