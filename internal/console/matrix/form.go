package matrix

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// formPage is a new account, or the change of one.
type formPage struct {
	page.Base
	Form       accountForm
	Account    account.Account // zero for a new one
	Units      []page.Option
	Seats      []page.Option
	Connectors []page.Option
	Action     string
}

type accountForm struct {
	Unit       int64  `form:"unit_id"`
	Handle     string `form:"handle"`
	Name       string `form:"display_name"`
	Seat       string `form:"seat"`
	Connector  string `form:"connector"`
	UID        string `form:"remote_uid"`
	Late       int    `form:"late_limit"` // minutes
	Gap        int    `form:"min_gap"`    // seconds
	AutoResend bool   `form:"auto_resend"`
	Position   int    `form:"position"`
}

func (f accountForm) draft() account.Draft {
	return account.Draft{
		UnitID:      f.Unit,
		Handle:      f.Handle,
		DisplayName: f.Name,
		Seat:        account.Seat(f.Seat),
		Connector:   account.Connector(f.Connector),
		RemoteUID:   f.UID,
		LateLimit:   time.Duration(f.Late) * time.Minute,
		MinGap:      time.Duration(f.Gap) * time.Second,
		AutoResend:  f.AutoResend,
		Position:    f.Position,
	}
}

func formOf(a account.Account) accountForm {
	return accountForm{
		Unit:       a.UnitID,
		Handle:     a.Handle,
		Name:       a.DisplayName,
		Seat:       string(a.Seat),
		Connector:  string(a.Connector),
		UID:        a.RemoteUID,
		Late:       int(a.LateLimit / time.Minute),
		Gap:        int(a.MinGap / time.Second),
		AutoResend: a.AutoResend,
		Position:   a.Position,
	}
}

// formPage fills the choices around a form; a is zero for a new account.
func (h *pages) formPage(c *gin.Context, a account.Account, form accountForm) (formPage, error) {
	p := formPage{Base: h.kit.Base(c, "新建账号", crumb), Form: form, Account: a, Action: "/matrix/accounts"}
	if a.ID != 0 {
		p.Base = h.kit.Base(c, "修改账号", crumb, page.Crumb{Text: a.At(), Href: href(a.ID)})
		p.Action = href(a.ID) + "/edit"
	}

	units, err := h.Org.Within(c.Request.Context(), web.Actor(c), access.AccountManage)
	for _, unit := range inTreeOrder(units) {
		p.Units = append(p.Units, page.Option{
			Value:    strconv.FormatInt(unit.ID, 10),
			Text:     unit.Name,
			Raw:      true,
			Selected: unit.ID == form.Unit,
		})
	}

	for _, seat := range account.Seats() {
		p.Seats = append(p.Seats, page.Option{
			Value:    string(seat),
			Text:     seat.Label(),
			Selected: string(seat) == form.Seat,
		})
	}

	for _, connector := range account.Connectors() {
		p.Connectors = append(p.Connectors, page.Option{
			Value:    string(connector),
			Text:     connector.Label(),
			Selected: string(connector) == form.Connector,
		})
	}

	return p, err
}

func (h *pages) blank(c *gin.Context) error {
	form := accountForm{
		Seat:      string(account.District),
		Connector: string(account.Commercial),
		Late:      int(account.DefaultLateLimit / time.Minute),
		Gap:       int(account.DefaultMinGap / time.Second),
	}
	page, err := h.formPage(c, account.Account{}, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "matrix/form", page)
}

func (h *pages) create(c *gin.Context) error {
	var form accountForm
	err := web.Bind(c, &form)
	var a account.Account
	if err == nil {
		a, err = h.Accounts.Create(c.Request.Context(), web.Actor(c), form.draft())
	}
	if err != nil {
		return h.refuseForm(c, err, account.Account{}, form)
	}
	if a.Connector.NeedsToken() {
		return h.back(c, a.ID, "账号已建立，下一步：授权")
	}

	return h.back(c, a.ID, "账号已建立")
}

func (h *pages) refuseForm(c *gin.Context, cause error, a account.Account, form accountForm) error {
	page, err := h.formPage(c, a, form)
	if err != nil {
		return err
	}

	return h.kit.Refuse(c, cause, "matrix/form", &page)
}

// managed gives the account of the address if the person manages it.
func (h *pages) managed(c *gin.Context) (account.Account, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return account.Account{}, err
	}
	a, err := h.Accounts.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return a, err
	}

	return a, access.Require(web.Actor(c), access.AccountManage, a.UnitPath)
}

func (h *pages) edit(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	page, err := h.formPage(c, account, formOf(account))
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "matrix/form", page)
}

func (h *pages) update(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	var form accountForm
	if err = web.Bind(c, &form); err == nil {
		_, err = h.Accounts.Update(c.Request.Context(), web.Actor(c), account.ID, form.draft())
	}
	if err != nil {
		return h.refuseForm(c, err, account, form)
	}

	return h.back(c, account.ID, "已保存")
}
