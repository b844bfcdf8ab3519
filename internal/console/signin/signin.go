// Package signin is the door: signing in and out. It does not decide whether a password is right:
// identity does.
package signin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/web"
)

// PasswordPath is the page for a new password, where a person whose password was set by somebody else
// must go first.
const PasswordPath = "/me/password"

// Deps are the use cases behind the pages.
type Deps struct{ Identity *identity.Service }

type pages struct {
	kit *web.Kit
	id  *identity.Service
}

// Register adds the routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit: kit, id: deps.Identity}
	g := kit.Group("")
	kit.Handle(g, http.MethodGet, web.SignInPath, web.Open, h.form)
	kit.Handle(g, http.MethodPost, web.SignInPath, web.Open, h.signIn)
	kit.Handle(g, http.MethodPost, web.SignOutPath, web.Open, h.signOut)
	kit.Declare("signin/first", firstPage{})
	kit.Handle(g, http.MethodGet, FirstPath, web.Open, h.firstForm)
	kit.Handle(g, http.MethodPost, FirstPath, web.Open, h.first)
}

// form shows the sign-in form, or leads on who is signed in already.
func (h *pages) form(c *gin.Context) error {
	page, err := h.kit.SignInForm(c)
	if err != nil {
		return err
	}
	if web.Actor(c).UserID != 0 {
		return h.kit.See(c, page.Next, "")
	}

	return h.kit.ShowSignIn(c, http.StatusOK, page)
}

func (h *pages) signIn(c *gin.Context) error {
	var f struct {
		Username string `form:"username" check:"required"`
		Password string `form:"password,raw" check:"required"`
	}
	err := web.Bind(c, &f)
	if err == nil {
		session, token, serr := h.id.SignIn(
			c.Request.Context(),
			f.Username,
			f.Password,
			c.ClientIP(),
			c.Request.UserAgent(),
		)
		if err = serr; err == nil {
			return h.kit.SignedIn(c, token, session.Expires)
		}
	}

	return h.again(c, err)
}

// again shows the form with the reason. A failure of ours is no reason a person can mend: it goes to
// the error page.
func (h *pages) again(c *gin.Context, err error) error {
	if fault.KindOf(err) == fault.KindInternal {
		return err
	}
	page, ferr := h.kit.SignInForm(c)
	if ferr != nil {
		return ferr
	}
	page.Fail(err)
	web.RetryAfter(c, err)

	return h.kit.ShowSignIn(c, web.StatusOf(err), page)
}

// signOut ends the session and takes the cookie away; without a session it only does the latter.
func (h *pages) signOut(c *gin.Context) error {
	if actor := web.Actor(c); actor.UserID != 0 {
		if err := h.id.SignOut(c.Request.Context(), actor); err != nil {
			return err
		}
	}
	h.kit.DropSession(c)

	return h.kit.See(c, web.SignInPath, "已退出登录")
}
