package account

import (
	"net/url"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
)

const callback = "http://localhost:8080/oauth/weibo/callback"

// world is accounts on a stage of the test's own. The units are a bureau and two districts below it.
type world struct {
	*stage.Stage
	s     *Service
	admin access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		Stage: stage.New(t, time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), sandbox.Options{PastPosts: 40}),
	}
	w.s = w.service(w.Box)
	w.Unit("北京市环境保护局", "", "bureau")
	w.Unit("朝阳区", "北京市环境保护局", "district")
	w.Unit("海淀区", "北京市环境保护局", "district")
	w.admin = w.User("系统管理员", access.Administrator, "北京市环境保护局")

	return w
}

// service is a console process that seals with the given box.
func (w *world) service(box *seal.Box) *Service {
	return New(w.DB, box, w.Client, Options{AppKey: sandbox.DemoAppKey, CallbackURL: callback, Now: w.Now})
}

// account creates an account as the administrator.
func (w *world) account(handle, unitName string, connector Connector) Account {
	w.Helper()
	a, err := w.s.Create(w.Context(), w.admin, w.draft(handle, unitName, connector))
	if err != nil {
		w.Fatalf("create %s: %v", handle, err)
	}

	return a
}

func (w *world) draft(handle, unitName string, connector Connector) Draft {
	return Draft{
		UnitID:    w.Units[unitName].UnitID,
		Handle:    handle,
		Seat:      District,
		Connector: connector,
		MinGap:    DefaultMinGap,
	}
}

// connected is an account with a token of the sandbox.
func (w *world) connected(handle, unitName string, connector Connector) Account {
	w.Helper()
	account := w.account(handle, unitName, connector)
	account, err := w.s.ImportToken(w.Context(), w.admin, account.ID, w.Weibo.Token(handle))
	if err != nil {
		w.Fatalf("connect %s: %v", handle, err)
	}

	return account
}

// begun is the page of Weibo's at which the administrator begins to connect an account.
func (w *world) begun(account Account) *url.URL {
	w.Helper()
	page, err := w.s.StartOAuth(w.Context(), w.admin, account.ID)
	if err != nil {
		w.Fatal(err)
	}
	address, err := url.Parse(page)
	if err != nil {
		w.Fatal(err)
	}

	return address
}

// walk agrees on Weibo's page as the owner of handle; it gives the state and the code of the way back.
func (w *world) walk(page *url.URL, handle string) (state, code string) {
	w.Helper()
	back := w.Agree(page.String(), handle).Query()
	return back.Get("state"), back.Get("code")
}

// agreed begins to connect the account and agrees as the owner of handle.
func (w *world) agreed(account Account, handle string) (state, code string) {
	w.Helper()
	return w.walk(w.begun(account), handle)
}

func (w *world) count(sql string, args ...any) int {
	w.Helper()
	return stage.One[int](w.Stage, sql, args...)
}

func (w *world) wantCode(err error, kind fault.Kind, code string) {
	w.Helper()
	if !fault.Is(err, kind) || fault.Public(err).Code != code {
		w.Errorf("got %v, want a fault of kind %d with code %q", err, kind, code)
	}
}
