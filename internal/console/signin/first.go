package signin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// FirstPath is where a one-time link leads. Name and code stand behind "#": a browser sends neither to
// a server, so that no log has them; a script puts them into the form, and without one they are typed.
// Looking at the page does nothing.
const FirstPath = "/first"

// firstPage is a person's first sign-in: the initial password from the asker, the one-time code from
// the confirmer, and a password of the person's own.
type firstPage struct {
	page.Base
	Username string
	Rules    page.PasswordHelp
}

func (h *pages) firstPage(c *gin.Context, username string) firstPage {
	p := firstPage{Base: h.kit.Base(c, "首次登录"), Username: username}
	p.Bare = true
	p.Rules = page.PasswordHelp{For: "f-password", Also: "f-repeat", Offer: identity.GeneratePassword()}

	return p
}

func (h *pages) firstForm(c *gin.Context) error {
	return h.kit.Show(c, http.StatusOK, "signin/first", h.firstPage(c, ""))
}

func (h *pages) first(c *gin.Context) error {
	var f struct {
		Username string `form:"username" check:"required"`
		Current  string `form:"current,raw" check:"required"`
		Code     string `form:"code" check:"required"`
		Password string `form:"password,raw" check:"required"`
		Repeat   string `form:"repeat,raw" check:"required"`
	}
	err := web.Bind(c, &f)
	if err == nil && f.Repeat != f.Password {
		err = fault.Invalid("repeat", "两次输入的新密码不一致")
	}
	if err == nil {
		newPassword := identity.NewPassword{Current: f.Current, Code: f.Code, Password: f.Password}
		session, token, serr := h.id.FirstSignIn(
			c.Request.Context(),
			f.Username,
			newPassword,
			c.ClientIP(),
			c.Request.UserAgent(),
			false,
		)
		if err = serr; err == nil {
			h.kit.SetSession(c, token, session.Expires)
			return h.kit.See(c, "/", "新密码已生效")
		}
	}
	if fault.KindOf(err) == fault.KindInternal {
		return err
	}
	page := h.firstPage(c, f.Username)
	page.Fail(err)
	web.RetryAfter(c, err)

	return h.kit.Show(c, web.StatusOf(err), "signin/first", page)
}
