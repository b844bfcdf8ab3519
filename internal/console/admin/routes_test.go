package admin_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

// expected is typed by hand: the answer of each route to each role, at a unit or user inside of the
// reader's subtree and outside of it. A form that is let in without values answers 422, an act that
// changes something leads on by 303.
const expected = `
method path                          press review chief admin audit | outside-admin
GET    /admin                        403   403    303   303   303   | 303
GET    /admin/units                  403   403    403   200   403   | 200
GET    /admin/units/new              403   403    403   200   403   | 200
POST   /admin/units                  403   403    403   422   403   | 422
GET    /admin/units/:unit            403   403    403   200   403   | 404
GET    /admin/units/:unit/edit       403   403    403   200   403   | 404
POST   /admin/units/:unit/edit       403   403    403   422   403   | 404
GET    /admin/units/:unit/move       403   403    403   200   403   | 404
POST   /admin/units/:unit/move       403   403    403   422   403   | 404
POST   /admin/units/:unit/delete     403   403    403   409   403   | 404
GET    /admin/users                  403   403    403   200   403   | 200
GET    /admin/users/new              403   403    403   200   403   | 200
POST   /admin/users                  403   403    403   422   403   | 422
GET    /admin/users/:user            403   403    403   200   403   | 404
GET    /admin/users/:user/edit       403   403    403   200   403   | 404
POST   /admin/users/:user/edit       403   403    403   422   403   | 404
GET    /admin/users/:user/grant      403   403    403   200   403   | 404
POST   /admin/users/:user/grant      403   403    403   422   403   | 404
POST   /admin/users/:user/grants/999/revoke 403 403 403 404   403   | 404
GET    /admin/users/:user/password   403   403    403   200   403   | 404
POST   /admin/users/:user/password   403   403    403   422   403   | 404
POST   /admin/users/:user/disable    403   403    403   303   403   | 404
POST   /admin/users/:user/enable     403   403    403   303   403   | 404
GET    /admin/changes                403   403    200   200   200   | 200
GET    /admin/changes/:change        403   403    200   200   200   | 404
POST   /admin/changes/:change/stop   403   403    422   422   422   | 404
POST   /admin/changes/:change/confirm 403  403    303   409   403   | 404
GET    /admin/refusals               403   403    200   200   200   | 200
GET    /admin/audit                  403   403    403   403   200   | 403
GET    /admin/audit/verify           403   403    403   403   200   | 403
POST   /admin/audit/export           403   403    403   403   200   | 403
`

func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	readers := []string{"press", "review", "chief", "admin", "audit", "outside"}
	for i, role := range access.Roles() {
		w.user(readers[i], "局", role)
	}
	w.user("outside", "西", access.Administrator)
	w.user("target", "东", access.PressOfficer)
	w.user("asker", "局", access.Administrator)
	asker := access.Actor{UserID: w.users["asker"].ID, Name: "岗位asker",
		Grants: []access.Grant{{Role: access.Administrator, Path: w.units["局"].Path}}}
	change, err := w.id.AskGrant(t.Context(), asker, w.users["target"].ID, identity.NewGrant{
		Role:   access.Reviewer,
		UnitID: w.units["东"].ID,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}

	for line := range strings.Lines(strings.TrimSpace(expected)) {
		cells := strings.Fields(strings.ReplaceAll(line, "|", ""))
		if cells[0] == "method" {
			continue
		}
		seen[cells[0]+" "+pattern(cells[1])] = true
		at := strings.NewReplacer(":unit", w.unitID("东"), ":user", fmt.Sprint(w.users["target"].ID),
			":change", fmt.Sprint(change.ID)).Replace(cells[1])

		for i, reader := range readers {
			form := url.Values(nil)
			if cells[0] == "POST" {
				form = url.Values{}
			}
			if page := w.as(reader).Do(cells[0], at, form); fmt.Sprint(page.Status) != cells[2+i] {
				t.Errorf("%s %s as %s: %d, want %s", cells[0], at, reader, page.Status, cells[2+i])
			}
		}
		signedOut(t, w.kit, cells[0], at)
	}

	for _, route := range w.kit.Routes() {
		if strings.HasPrefix(route.Path, "/admin") && !seen[route.Method+" "+route.Path] {
			t.Errorf("%s %s is not in the table", route.Method, route.Path)
		}
	}
}

// pattern is the path as the router has it.
func pattern(p string) string {
	return strings.NewReplacer(":unit", ":id", ":user", ":id", ":change", ":id", "grants/999", "grants/:grant").
		Replace(p)
}

// signedOut checks that nobody is led to the door: a page by an address, a form by the sign-in page
// with its fields inside.
func signedOut(t *testing.T, kit *web.Kit, method, at string) {
	t.Helper()
	browser := webtest.Open(t, kit.Handler(), "")
	if method == "GET" {
		if page := browser.Get(at).Want(303); !strings.HasPrefix(page.Location, web.SignInPath) {
			t.Errorf("%s signed out leads to %s", at, page.Location)
		}

		return
	}
	browser.Post(at, url.Values{"name": {"打了一半的字"}}).
		Want(401).
		WantCount("input[name='carry.name'][value=打了一半的字]", 1)
}

func TestDeniedActsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("chief", "局", access.Supervisor)
	w.user("outside", "西", access.Administrator)
	w.user("target", "东", access.PressOfficer)
	before := w.everything()

	unit, user := w.unit("东"), w.page("target")
	for _, reader := range []string{"chief", "outside"} {
		browser := w.as(reader)
		for at, form := range map[string]url.Values{
			unit + "/edit":     {"name": {"改名"}, "kind": {"district"}},
			unit + "/move":     {"parent": {w.unitID("西")}},
			unit + "/delete":   {},
			user + "/edit":     {"display_name": {"改名"}, "unit": {w.unitID("西")}},
			user + "/grant":    {"role": {"reviewer"}, "unit": {w.unitID("东")}},
			user + "/password": {"password": {"Vb4n-Kt8w-Xe2q"}},
			user + "/disable":  {"reason": {"x"}},
		} {
			if page := browser.Post(at, form); page.Status != 403 && page.Status != 404 {
				t.Errorf("%s as %s: %d", at, reader, page.Status)
			}
		}
		browser.Post("/admin/units", url.Values{"parent": {w.unitID("东")}, "name": {"新"}, "kind": {"centre"}})
		browser.Post("/admin/users", url.Values{
			"username":     {"neu"},
			"display_name": {"新"},
			"unit":         {w.unitID("东")},
			"password":     {"Vb4n-Kt8w-Xe2q"},
		})
	}
	if after := w.everything(); after != before {
		t.Errorf("rows changed:\n%s\nbefore:\n%s", after, before)
	}
}

// everything is the content of all tables the administration writes to.
func (w *world) everything() string {
	w.Helper()
	var out strings.Builder

	for _, table := range []string{"units", "users", "grants", "user_changes", "sessions", "audit_entries"} {
		var rows string
		err := w.db.Pool().
			QueryRow(w.Context(), "SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t.id), '') FROM "+table+" t").
			Scan(&rows)
		if err != nil {
			w.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n%s\n", table, rows)
	}

	return out.String()
}

func TestEnglishReadersFindNoChineseOfOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("audit", "局", access.Auditor)
	w.user("press", "东", access.PressOfficer)

	for reader, paths := range map[string][]string{
		"root": {
			"/admin/units", "/admin/units/new", w.unit("东"), w.unit("东") + "/edit",
			w.unit("东") + "/move", "/admin/users?state=active", "/admin/users/new", w.page("press"),
			w.page("root"), w.page("press") + "/edit", w.page("press") + "/grant",
			w.page("press") + "/password", "/admin/changes", "/admin/refusals",
		},
		"audit": {"/admin/audit", "/admin/audit?actor=nobody", "/admin/audit/verify"},
	} {
		for _, at := range paths {
			page := w.as(reader).English().Get(at).Want(200)
			page.Find("script, style, option").Remove()
			if found := foreign(page.Text("main")); found != "" {
				t.Errorf("%s in English says %q", at, found)
			}
		}
	}
}

// foreign gives the first Chinese words that are not the test's own data.
func foreign(text string) string {
	for _, data := range []string{"岗位", "命令行", "测试", "局", "东", "西"} {
		text = strings.ReplaceAll(text, data, "")
	}
	i := strings.IndexFunc(text, func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF })
	if i < 0 {
		return ""
	}

	return text[i:min(len(text), i+60)]
}
