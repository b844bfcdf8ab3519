package admin

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// grantPage gives a role.
type grantPage struct {
	base
	User  identity.UserDetail
	Form  grantForm
	Units []page.Option
	Roles []page.Option
}

type grantForm struct {
	Role   access.Role `form:"role"`
	Unit   int64       `form:"unit"`
	Until  time.Time   `form:"until"`
	Reason string      `form:"reason" check:"max=200"`
}

func toUser(userDetail identity.UserDetail) string {
	return fmt.Sprintf("/admin/users/%d", userDetail.ID)
}

func (h *pages) grantPage(c *gin.Context, form grantForm) (grantPage, error) {
	userDetail, err := h.user(c)
	if err != nil {
		return grantPage{}, err
	}
	p := grantPage{
		base: h.base(c, "授予角色", userCrumb, page.Crumb{
			Text: userDetail.DisplayName,
			Href: toUser(userDetail),
		}),
		User:  userDetail,
		Form:  form,
		Roles: roleOptions("请选择"),
	}
	p.Units, err = h.unitOptions(c, access.UserManage, "请选择")

	return p, err
}

func (h *pages) grantForm(c *gin.Context) error {
	page, err := h.grantPage(c, grantForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/grant", page)
}

func (h *pages) grant(c *gin.Context) error {
	var form grantForm
	err := web.Bind(c, &form)
	page, perr := h.grantPage(c, form)
	if perr != nil {
		return perr
	}
	var asked identity.Change
	if err == nil {
		newGrant := identity.NewGrant{Role: form.Role, UnitID: form.Unit, Until: optional(form.Until)}
		asked, err = h.id.AskGrant(c.Request.Context(), web.Actor(c), page.User.ID, newGrant, form.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "admin/grant", &page)
	}

	return h.asked(c, asked)
}

// act runs one act on the user of the address and shows the user's page again, with the reason when it
// was refused.
func (h *pages) act(
	c *gin.Context,
	done string,
	do func(userDetail identity.UserDetail, why string) error,
) error {
	var f struct {
		Reason string `form:"reason" check:"max=200"`
	}
	err := web.Bind(c, &f)
	page, perr := h.userPage(c)
	if perr != nil {
		return perr
	}
	if err == nil {
		err = do(page.User, f.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "admin/user", &page)
	}

	return h.kit.See(c, toUser(page.User), done)
}

func (h *pages) revoke(c *gin.Context) error {
	id, err := web.ID(c, "grant")
	if err != nil {
		return err
	}

	return h.act(c, "已撤销，立即生效", func(_ identity.UserDetail, why string) error {
		return h.id.Revoke(c.Request.Context(), web.Actor(c), id, why)
	})
}

func (h *pages) disable(c *gin.Context) error {
	return h.act(c, "已停用，其会话已全部结束", func(userDetail identity.UserDetail, why string) error {
		return h.id.DisableUser(c.Request.Context(), web.Actor(c), userDetail.ID, why)
	})
}

func (h *pages) enable(c *gin.Context) error {
	return h.act(c, "已提交申请；第二人确认后生效", func(userDetail identity.UserDetail, why string) error {
		_, err := h.id.AskEnable(c.Request.Context(), web.Actor(c), userDetail.ID, why)
		return err
	})
}

// resetPage asks for a new initial password for somebody who lost the own one.
type resetPage struct {
	base
	User  identity.UserDetail
	Form  resetForm
	Rules page.PasswordHelp
}

type resetForm struct {
	Password string `form:"password,raw" check:"required"`
	Reason   string `form:"reason" check:"max=200"`
}

func (h *pages) resetPage(c *gin.Context, form resetForm) (resetPage, error) {
	userDetail, err := h.user(c)
	p := resetPage{
		base: h.base(c, "重置密码", userCrumb, page.Crumb{
			Text: userDetail.DisplayName,
			Href: toUser(userDetail),
		}),
		User: userDetail,
		Form: form,
	}
	p.Rules = page.PasswordHelp{
		For:      "f-password",
		Username: userDetail.Username,
		Offer:    identity.GeneratePassword(),
	}
	if p.Form.Password == "" {
		p.Form.Password, p.Rules.Offer = p.Rules.Offer, ""
	}

	return p, err
}

func (h *pages) resetForm(c *gin.Context) error {
	page, err := h.resetPage(c, resetForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/reset", page)
}

func (h *pages) reset(c *gin.Context) error {
	var form resetForm
	err := web.Bind(c, &form)
	page, perr := h.resetPage(c, form)
	if perr != nil {
		return perr
	}
	var asked identity.Change
	if err == nil {
		asked, _, err = h.id.AskReset(
			c.Request.Context(),
			web.Actor(c),
			page.User.ID,
			form.Password,
			form.Reason,
		)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "admin/reset", &page)
	}

	return h.asked(c, asked)
}
