package matrix

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/account"
	"juzhen/internal/push"
	"juzhen/internal/web"
)

// pushForm asks for a new address that the platform pushes to.
type pushForm struct {
	Revision int    `form:"revision"`
	Secret   string `form:"secret,raw"`
}

// makePush gives the account a new push address, and shows it once.
func (h *pages) makePush(c *gin.Context) error {
	a, err := h.managed(c)
	if err != nil {
		return err
	}
	var form pushForm
	var made push.Addresses
	if err = web.Bind(c, &form); err == nil {
		made, err = h.Push.Make(c.Request.Context(), web.Actor(c), a.ID, form.Revision, form.Secret)
	}
	if err != nil {
		return h.refuse(c, a.ID, err)
	}
	page, err := h.accountPage(c, a.ID)
	if err != nil {
		return err
	}
	page.Pushed = &made

	return h.kit.Show(c, http.StatusOK, "matrix/account", page)
}

type pushRevokeForm struct {
	Revision int    `form:"revision"`
	Reason   string `form:"reason"`
}

func (h *pages) revokePush(c *gin.Context) error {
	a, err := h.managed(c)
	if err != nil {
		return err
	}
	var form pushRevokeForm
	if err = web.Bind(c, &form); err == nil {
		err = h.Push.Revoke(c.Request.Context(), web.Actor(c), a.ID, form.Revision, form.Reason)
	}
	if err != nil {
		return h.refuse(c, a.ID, err)
	}

	return h.back(c, a.ID, "推送地址已撤销，密钥已销毁")
}

// MayPush tells whether the account can be given an address that the platform pushes to.
func (p accountPage) MayPush() bool {
	return p.Manage && p.Listens && p.Account.State != account.Closed
}
