// Package pages opens one section of the console on a stage: accounts and their figures behind it, and
// people who open its pages by name. It builds no other section and asserts nothing.
package pages

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/org"
	"juzhen/internal/reach"
	"juzhen/internal/sandbox"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

// Pages is a bureau (环保局) with the district 朝阳区, and one section over them.
type Pages struct {
	*stage.Stage
	Org      *org.Service
	Accounts *account.Service
	Reach    *reach.Service
	Kit      *web.Kit
	People   webtest.People // by the name that is also their session
	URL      string         // for browsers
}

// New sets the stage at an instant and lets register add the section's routes. An administrator
// ("admin") and a supervisor ("boss") of the bureau and a press officer ("officer") of the district are
// there.
func New(t testing.TB, at time.Time, register func(*Pages)) *Pages {
	t.Helper()
	pages := &Pages{Stage: stage.New(t, at, sandbox.Options{PastPosts: 200}), People: webtest.People{}}
	server := httptest.NewServer(
		http.HandlerFunc(
			func(rw http.ResponseWriter, r *http.Request) { pages.Kit.Handler().ServeHTTP(rw, r) },
		),
	)
	t.Cleanup(server.Close)
	pages.URL = server.URL
	pages.Org = org.New(pages.DB, pages.Now)
	pages.Accounts = account.New(pages.DB, pages.Box, pages.Client, account.Options{
		AppKey:      sandbox.DemoAppKey,
		CallbackURL: pages.URL + "/oauth/weibo/callback",
		Now:         pages.Now,
		Watch:       delivery.AccountChangedTx,
		First:       delivery.AccountFirstTx,
	})
	pages.Reach = reach.New(pages.DB, pages.Client, pages.Accounts, reach.Options{
		Now: pages.Now,
		Log: slog.New(slog.DiscardHandler),
	})
	var err error
	pages.Kit, err = web.New(web.Options{
		Sessions:   pages.People,
		Log:        slog.New(slog.DiscardHandler),
		Now:        pages.Now,
		FormAction: []string{pages.WeiboURL},
	})
	if err != nil {
		t.Fatal(err)
	}
	register(pages)
	pages.Unit("环保局", "", "district")
	pages.Unit("朝阳区", "环保局", "district")
	pages.Person("admin", access.Administrator, "环保局")
	pages.Person("boss", access.Supervisor, "环保局")
	pages.Person("officer", access.PressOfficer, "朝阳区")

	return pages
}

// Person puts somebody into a unit who opens pages under this name.
func (p *Pages) Person(name string, role access.Role, unit string) {
	p.Helper()
	p.People[name] = p.User(name, role, unit)
}

// Granted keeps what everybody holds in the database too, for rules that ask who else there is.
func (p *Pages) Granted() {
	p.Helper()

	for _, person := range p.People {
		for _, grant := range person.Grants {
			p.Exec(`INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, $4)`,
				person.UserID, string(grant.Role), grant.UnitID, p.Now())
		}
	}
}

// As is a browser in which the person of that name is signed in; "" is signed out.
func (p *Pages) As(name string) *webtest.Browser { return webtest.Open(p, p.Kit.Handler(), name) }

// Account is an account of the imitation Weibo's matrix; connected ones have a token.
func (p *Pages) Account(handle, unit string, connector account.Connector, connected bool) account.Account {
	p.Helper()
	draft := account.Draft{
		UnitID:    p.Units[unit].UnitID,
		Handle:    handle,
		Seat:      account.District,
		Connector: connector,
	}
	a, err := p.Accounts.Create(p.Context(), p.People["admin"], draft)
	if err == nil && connected {
		a, err = p.Accounts.ImportToken(p.Context(), p.People["admin"], a.ID, p.Weibo.Token(handle))
	}
	if err != nil {
		p.Fatal(err)
	}

	return a
}
