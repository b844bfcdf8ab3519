package roster_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	console "juzhen/internal/console/roster"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/roster"
	"juzhen/internal/web/webtest"
)

// morning is nine o'clock in Shanghai.
var morning = time.Date(2026, 12, 1, 9, 0, 0, 0, beijing.Zone)

// world is the section of rosters over the bureau and its district.
type world struct {
	*pages.Pages
	s *roster.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	w.Pages = pages.New(t, morning, func(p *pages.Pages) {
		w.s = roster.New(p.DB, p.Now)
		console.Register(p.Kit, console.Deps{Roster: w.s, Units: p.Org})
	})
	w.Person("reviewer", access.Reviewer, "环保局")
	w.Person("auditor", access.Auditor, "环保局")

	for _, name := range []string{"boss", "reviewer", "officer"} { // who can be on duty has a grant
		who := w.People[name]
		w.Exec("INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, now())",
			who.UserID, string(who.Grants[0].Role), who.Grants[0].UnitID)
	}

	return w
}

func (w *world) unit(name string) int64 { return w.Units[name].UnitID }

// entry is a shift as the form sends it.
func (w *world) entry(revision int, from, to string, people ...string) url.Values {
	form := url.Values{
		"unit":      {fmt.Sprint(w.unit("环保局"))},
		"revision":  {fmt.Sprint(revision)},
		"starts_at": {from},
		"ends_at":   {to},
	}

	for _, name := range people {
		form.Add("people", fmt.Sprint(w.People[name].UserID))
	}

	return form
}

// TestTheTemplatesShowWhatTheyAreGiven with every page of the section.
func TestTheTemplatesShowWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	webtest.CheckTemplates(t, w.Kit)
}

// TestAMonthIsPlannedOnItsPage from nothing, with what is wrong told at its field.
func TestAMonthIsPlannedOnItsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.As("boss")

	boss.Get("/roster").Want(200).
		WantText("main", "这个月还没有排班").
		WantText(".on-duty", "现在没有人值班").
		WantCount(".banner-warn", 0)

	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T08:30", "2026-12-01T20:30")).
		Want(422).
		WantText(".field-wrong", "请选择值班的人")
	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T20:30", "2026-12-01T08:30", "boss")).
		Want(422).
		WantCount(".field-wrong [name=ends_at]", 1)
	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T08:30", "2026-12-01T20:30", "boss")).
		Want(303)
	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T20:30", "2026-12-02T08:30", "reviewer")).
		Want(409).
		WantText(".banner-bad", "刚刚被他人改动")
	boss.Post("/roster/shifts", w.entry(1, "2026-12-01T20:30", "2026-12-02T08:30", "reviewer")).
		Want(303)
	boss.Post("/roster/shifts", w.entry(2, "2026-12-02T08:00", "2026-12-02T12:00", "reviewer")).
		Want(422).
		WantText(".field-wrong", "已经值班")

	page := boss.Get("/roster?month=2026-12").Want(200).
		WantCount("table.roster tbody tr", 2).
		WantText("table.roster", "20:30–次日 08:30").
		WantText(".banner-warn", "这些时间没有人值班").
		WantCount("tr.roster-on", 1)
	if got := page.Text(".on-duty"); !strings.Contains(got, w.People["boss"].Name) {
		t.Errorf("on duty: %q", got)
	}
	boss.Get("/roster?month=2027-01").Want(200).WantCount("table.roster", 0)
	boss.Get("/roster?month=nonsense").Want(200).WantCount("table.roster tbody tr", 2)
	boss.English().Get("/roster").Want(200).WantText("main", "Add a shift")
}

// TestWhoDoesNotPlanLooks and finds no form, and nothing of other units.
func TestWhoDoesNotPlanLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.As("boss").
		Post("/roster/shifts", w.entry(0, "2026-12-01T08:30", "2026-12-01T20:30", "boss", "reviewer")).
		Want(303)
	bureau := fmt.Sprintf("/roster?unit=%d", w.unit("环保局"))

	for _, name := range []string{"reviewer", "auditor"} {
		w.As(name).Get(bureau).Want(200).
			WantCount("table.roster tbody tr", 1).
			WantCount("#add", 0).
			WantCount("#cover", 0)
		w.As(name).Get("/roster/import").Want(403)
		w.As(name).Get("/roster/import/template.xlsx").Want(403)
		w.As(name).
			Post("/roster/shifts", w.entry(1, "2026-12-02T08:30", "2026-12-02T20:30", "boss")).
			Want(403)
	}

	officer := w.As("officer")
	officer.Get(bureau).Want(404)
	officer.Get("/roster/shifts/1").Want(404)
	officer.Get("/roster").Want(200).WantCount("#add", 1) // the own unit's
	officer.Post("/roster/shifts", w.entry(1, "2026-12-02T08:30", "2026-12-02T20:30", "boss")).Want(404)
	w.As("admin").Get("/roster").Want(403)
	w.As("").Get("/roster").Want(303)
}

// TestHoursToBeCoveredAreKept and gaps outside of them are none.
func TestHoursToBeCoveredAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.As("boss")
	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T08:30", "2026-12-31T08:30", "boss")).
		Want(422).
		WantText(".field-wrong", "一班最长")

	cover := func(revision int, from, to string) url.Values {
		return url.Values{
			"unit":     {fmt.Sprint(w.unit("环保局"))},
			"revision": {fmt.Sprint(revision)},
			"from":     {from},
			"to":       {to},
		}
	}
	boss.Post("/roster/cover", cover(0, "8点", "20:00")).Want(422).WantText(".field-wrong", "时刻无法识别")
	boss.Post("/roster/cover", cover(0, "20:00", "08:00")).Want(422).WantText(".field-wrong", "结束要晚于开始")
	boss.Post("/roster/cover", cover(0, "08:00", "20:00")).Want(303)
	boss.Post("/roster/cover", cover(0, "08:00", "20:00")).Want(409)
	form := boss.Get("/roster").Want(200).Form("#cover form")
	if form.Get("from") != "08:00" || form.Get("to") != "20:00" || form.Get("revision") != "1" {
		t.Errorf("%v", form)
	}
}

// TestAShiftIsHandedOverOnItsPage by who leaves to who comes.
func TestAShiftIsHandedOverOnItsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, reviewer := w.As("boss"), w.As("reviewer")
	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T08:30", "2026-12-01T20:30", "boss")).Want(303)
	boss.Post("/roster/shifts", w.entry(1, "2026-12-01T20:30", "2026-12-02T08:30", "reviewer")).Want(303)

	boss.Get("/roster/shifts/1").Want(200).
		WantText("main", "还没有写").
		WantCount(`form[action="/roster/shifts/1/note"]`, 1).
		WantCount(`form[action="/roster/shifts/1/read"]`, 0).
		WantCount(`form[action="/roster/shifts/1/remove"]`, 0) // it has begun
	boss.Get("/roster/shifts/2").Want(200).
		WantText("main", "还没有排下一班").
		WantCount(`form[action="/roster/shifts/2/remove"]`, 1)
	reviewer.Get("/roster/shifts/1").Want(200).
		WantCount(`form[action="/roster/shifts/1/note"]`, 0)

	boss.Post("/roster/shifts/1/note", url.Values{"version": {"0"}, "note": {" "}}).
		Want(422).
		WantCount(".field-wrong [name=note]", 1)
	boss.Post("/roster/shifts/1/note", url.Values{"version": {"0"}, "note": {"盯着预警\n催两家"}}).Want(303)
	boss.Post("/roster/shifts/1/note", url.Values{"version": {"0"}, "note": {"另写"}}).
		Want(409).
		WantText("textarea[name=note]", "另写") // nothing typed is lost
	reviewer.Post("/roster/shifts/1/note", url.Values{"version": {"1"}, "note": {"代写"}}).Want(403)

	reviewer.Get("/roster/shifts/1").Want(200).
		WantText("main", "催两家").
		WantCount(`form[action="/roster/shifts/1/read"]`, 1)
	reviewer.Post("/roster/shifts/1/read", url.Values{"version": {"7"}}).Want(409)
	reviewer.Post("/roster/shifts/1/read", url.Values{"version": {"1"}}).Want(303)
	reviewer.Post("/roster/shifts/1/read", url.Values{"version": {"1"}}).Want(409)
	boss.Get("/roster/shifts/1").Want(200).
		WantText("main", "已交接").
		WantText("main", "确认看过交班说明")
	boss.Get("/roster").Want(200).WantText("table.roster", "已交接")

	boss.Post("/roster/shifts/1/note", url.Values{"version": {"1"}, "note": {"又添一家"}}).Want(303)
	reviewer.Get("/roster/shifts/1").Want(200).
		WantText("main", "之后又改过").
		WantCount(`form[action="/roster/shifts/1/read"]`, 1)
}

// TestAShiftIsChangedAndRemoved as long as it may be.
func TestAShiftIsChangedAndRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.As("boss")
	boss.Post("/roster/shifts", w.entry(0, "2026-12-01T08:30", "2026-12-01T20:30", "boss")).Want(303)
	boss.Post("/roster/shifts", w.entry(1, "2026-12-01T20:30", "2026-12-02T08:30", "reviewer")).Want(303)

	boss.Post("/roster/shifts/1", w.entry(2, "2026-12-01T07:30", "2026-12-01T20:30", "boss")).
		Want(422).
		WantCount(".field-wrong [name=starts_at]", 1)
	boss.Post("/roster/shifts/1", w.entry(2, "2026-12-01T08:30", "2026-12-01T20:00", "boss")).Want(303)
	boss.Post("/roster/shifts/1", w.entry(2, "2026-12-01T08:30", "2026-12-01T19:00", "boss")).Want(409)
	boss.Post("/roster/shifts/1/remove", url.Values{"revision": {"3"}}).
		Want(409).
		WantText(".banner-bad", "已经开始")
	boss.Post("/roster/shifts/2/remove", url.Values{"revision": {"2"}}).Want(409)
	boss.Post("/roster/shifts/2/remove", url.Values{"revision": {"3"}}).Want(303)
	boss.Get("/roster/shifts/2").Want(404)
	boss.Get("/roster").Want(200).WantCount("table.roster tbody tr", 1)
}

// TestTheImportSaysWhatItTakes and offers to replace only what there is.
func TestTheImportSaysWhatItTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.As("boss")
	boss.Get("/roster/import").Want(200).
		WantText("main", "日期、开始、结束、值班人").
		WantCount("[name=replace]", 0)
	boss.Post("/roster/shifts", w.entry(0, "2026-12-02T08:30", "2026-12-02T20:30", "boss")).Want(303)
	boss.Get("/roster/import").Want(200).
		WantCount("[name=replace]", 1).
		WantText("main", "1 班还没有开始")
	boss.Post("/roster/import", url.Values{
		"unit":     {fmt.Sprint(w.unit("环保局"))},
		"month":    {"2026-12"},
		"revision": {"1"},
	}).Want(422).WantCount(".field-wrong [name=file]", 1)
	boss.Get("/roster/import/template.xlsx?month=2026-12").Want(200)
	w.As("officer").Get(fmt.Sprintf("/roster/import?unit=%d", w.unit("环保局"))).Want(404)
}
