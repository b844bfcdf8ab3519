package views_test

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/todo"
	"juzhen/internal/console/views"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/roster"
	todos "juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

// world is the page of kept views beside the one list of the to-dos.
type world struct {
	*testing.T
	db  *pg.DB
	kit *web.Kit
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t)}
	stage.Bureau(t, w.db, "主管", "审核员", "朝阳专员")
	now := func() time.Time { return time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC) }
	kept := view.New(w.db, view.Join(todo.ViewLists()), now)
	person := func(id int64, name string, role access.Role, unit int64, path string) access.Actor {
		return access.Actor{
			UserID: id, Name: name, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
		}
	}

	var err error
	w.kit, err = web.New(web.Options{
		Now: now, Log: slog.New(slog.DiscardHandler), Views: views.Bar(kept),
		Sessions: webtest.People{
			"boss":     person(1, "主管", access.Supervisor, 1, "/1/"),
			"reviewer": person(2, "审核员", access.Reviewer, 1, "/1/"),
			"district": person(3, "朝阳专员", access.PressOfficer, 3, "/1/3/"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	views.Register(w.kit, views.Deps{Views: kept})
	todo.Register(w.kit, todo.Deps{
		Roster: roster.New(w.db, now), Todo: todos.New(w.db, nil, todos.Pages{}, now),
	})

	return w
}

func (w *world) as(name string) *webtest.Browser { return webtest.Open(w, w.kit.Handler(), name) }

// keep sends the form of the bar of the list, filtered by a kind.
func (w *world) keep(who, kind, name, unit string) *webtest.Page {
	browser := w.as(who)
	form := browser.Get("/todo?kind=" + kind).Want(200).Form("nav.views form")
	form.Set("name", name)
	form.Set("unit", unit)

	return browser.Post("/views", form)
}

// TestTheBarOfAList offers to keep a filter that nobody kept, leads to those that are, and marks the one that
// the page shows. A list without a filter and without views has none.
func TestTheBarOfAList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("boss").Get("/todo").Want(200).WantCount("nav.views", 0)
	w.as("boss").Get("/views").Want(200).WantText(".empty-state", "还没有视图")
	w.as("reviewer").Get("/todo?kind=review").Want(200).
		WantCount("nav.views form", 1).
		WantCount("nav.views select", 0) // nobody to share with

	told := w.keep("boss", "review", "待审", "1").Want(303)
	if told.Location != "/todo?kind=review" {
		t.Errorf("kept, it leads to %s", told.Location)
	}
	w.keep("boss", "unknown", "待核", "").Want(303)

	w.as("boss").Get("/todo?kind=review").Want(200).
		WantCount("nav.views li", 2).
		WantText("nav.views a[aria-current=true]", "待审 市局").
		WantCount("nav.views form", 0)
	w.as("boss").
		Get("/todo").
		Want(200).
		WantCount("nav.views a[aria-current]", 0).
		WantCount("nav.views form", 0)
	w.as("district").Get("/todo?kind=other").Want(200).
		WantCount("nav.views li", 1).
		WantText("nav.views li", "待审 市局").
		WantText("nav.views select", "朝阳区")
	w.as("boss").English().Get("/todo?kind=x").Want(200).WantText("nav.views", "Keep as a view")
}

// TestAViewThatIsRefused leaves what was typed, and says what is wrong at its field.
func TestAViewThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keep("boss", "review", "待审", "1").Want(303)

	again := w.keep("boss", "unknown", "待审", "1").Want(409).WantText("main", "这个列表已有视图“待审”")
	form := again.Form("main form.form")
	if form.Get("name") != "待审" || form.Get("filter") != "kind=unknown" || form.Get("unit") != "1" {
		t.Errorf("left of what was typed: %v", form)
	}
	form.Set("name", "待核")
	w.as("boss").Post("/views", form).Want(303)

	w.keep("boss", "x", " ", "").Want(422).WantText(".field-error", "请给视图取个名字")
	w.keep("boss", "x", strings.Repeat("长", 31), "").Want(422).WantText(".field-error", "名称最多 30 字")
	w.keep("reviewer", "x", "局里的", "1").Want(403)
	w.keep("district", "x", "局里的", "1").Want(404)
	w.as("boss").Post("/views", url.Values{"list": {"todo"}, "name": {"坏"}, "filter": {"%zz"}}).Want(422)
	w.as("boss").Post("/views", url.Values{"list": {"todo"}, "name": {"坏"}, "filter": {"next=//x"}}).Want(422)
	w.as("boss").Post("/views", url.Values{"list": {"users"}, "name": {"坏"}, "filter": {"q=1"}}).Want(422)
}

// TestAViewIsRenamedAndTakenAway by whom it belongs to, at the revision that was shown.
func TestAViewIsRenamedAndTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keep("boss", "review", "待审", "1").Want(303)
	w.keep("boss", "unknown", "待核", "1").Want(303)
	w.as("reviewer").Get("/views").Want(200).WantCount("tbody tr", 2).WantCount("tbody form", 0)

	page := w.as("boss").Get("/views").Want(200)
	form := page.Form("form[action='/views/1']")
	form.Set("name", "待核")
	w.as("boss").Post("/views/1", form).Want(409).WantText("main", "这个列表已有视图“待核”")
	form.Set("name", "")
	w.as("boss").Post("/views/1", form).Want(422).
		WantText("#rename-1 .field-error", "请给视图取个名字").
		WantCount("#rename-1[open]", 1).
		WantCount("#rename-2[open]", 0)
	form.Set("name", "要我审的")
	w.as("boss").Post("/views/1", form).Want(303)
	w.as("boss").Post("/views/1", form).Want(409).WantText("main", "刚刚被他人改动")

	old := page.Form("form[action='/views/1/drop']")
	w.as("boss").Post("/views/1/drop", old).Want(409)
	w.as("reviewer").Post("/views/2/drop", url.Values{"revision": {"1"}}).Want(403)
	w.as("boss").Post("/views/2/drop", page.Form("form[action='/views/2/drop']")).Want(303)
	w.as("boss").Get("/views").Want(200).WantCount("tbody tr", 1).WantText("tbody", "要我审的")
	w.as("boss").Post("/views/2/drop", page.Form("form[action='/views/2/drop']")).Want(404)
}
