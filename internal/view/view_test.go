package view

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

type form struct {
	Q     string    `form:"q"`
	State string    `form:"state"`
	Unit  int64     `form:"unit"`
	From  time.Time `form:"from"`
	Mine  bool      `form:"mine"`
	After string    `form:"after"`
}

var (
	posts = List{
		Key: "posts", Name: "稿件", Path: "/posts", Needs: access.PostView, Form: form{},
		Keeps: []Param{Text("q"), Among("state", "draft", "sent"), ID("unit"), Day("from"), Flag("mine")},
	}
	people = List{
		Key: "people", Name: "人员", Path: "/people", Needs: access.UserManage, Form: form{},
		Keeps: []Param{Text("q")},
	}
)

// TestWhatAFilterMayHold: a list knows its fields and the values of each, and nothing else of an address.
func TestWhatAFilterMayHold(t *testing.T) {
	t.Parallel()

	for query, kept := range map[string]string{
		"q=空气":                          "q=空气",
		"q=":                            "",
		"q=" + strings.Repeat("字", 101): "",
		"q=a%00b":                       "",
		"state=draft":                   "state=draft",
		"state=gone":                    "",
		"unit=3":                        "unit=3",
		"unit=-1":                       "",
		"unit=x":                        "",
		"from=2026-11-30":               "from=2026-11-30",
		"from=2026-11-31":               "",
		"mine=1":                        "mine=1",
		"mine=yes":                      "",
		"after=abc&state=sent":          "state=sent",
		"next=//evil.example&unit=1":    "unit=1",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := url.ParseQuery(kept)
		if got := posts.Filter(values); got.Encode() != want.Encode() {
			t.Errorf("%s keeps %q, want %q", query, got.Encode(), want.Encode())
		}
		if got := posts.check(values); (got == nil) != (kept != "" && kept == query) {
			t.Errorf("%s to be kept: %v", query, got)
		}
	}
	if err := posts.check(url.Values{"unit": {"1", "2"}}); err == nil {
		t.Error("a field was kept twice")
	}
}

// TestListsFitTheirPages: what cannot be kept as declared stops the program.
func TestListsFitTheirPages(t *testing.T) {
	t.Parallel()
	strange, half, same := people, people, people
	strange.Keeps = []Param{Text("nothing")}
	half.Needs = ""
	same.Key = "other"

	for name, lists := range map[string][]List{
		"a field that the page does not read": {strange},
		"a list without a permission":         {half},
		"two lists at one address":            {people, same},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was taken", name)
				}
			}()
			Join(lists)
		}()
	}
}

type world struct {
	*testing.T
	db  *pg.DB
	s   *Service
	now time.Time

	boss, officer, reviewer, district, admin access.Actor
}

// newWorld is a bureau (1) with two districts (2, 3) and people of them.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)}
	w.s = New(w.db, Join([]List{posts, people}), func() time.Time { return w.now })
	w.exec(`INSERT INTO units (id, parent_id, path, name, kind, created_at) OVERRIDING SYSTEM VALUE VALUES
		(1, NULL, '/1/', '市局', 'bureau', now()), (2, 1, '/1/2/', '朝阳', 'district', now()),
		(3, 1, '/1/3/', '海淀', 'district', now())`)
	w.boss = w.user(1, "主管", access.Supervisor, 1, "/1/")
	w.officer = w.user(2, "专员", access.PressOfficer, 1, "/1/")
	w.reviewer = w.user(3, "审核员", access.Reviewer, 1, "/1/")
	w.district = w.user(4, "朝阳专员", access.PressOfficer, 2, "/1/2/")
	w.admin = w.user(5, "管理员", access.Administrator, 1, "/1/")

	return w
}

func (w *world) user(id int64, name string, role access.Role, unit int64, path string) access.Actor {
	w.exec(`INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change,
		password_changed_at, lang, theme, created_at) OVERRIDING SYSTEM VALUE
		VALUES ($1::bigint, 'u' || $1::bigint::text, $2, $3, '', false, now(), 'zh', 'auto', now())`, id, name, unit)

	return access.Actor{
		UserID: id, Name: name, SessionID: id, Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(what string, args ...any) (n int) {
	w.Helper()
	if err := w.db.Pool().QueryRow(w.Context(), "SELECT count(*) FROM "+what, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}

	return n
}

func (w *world) save(actor access.Actor, unit int64, name string) View {
	w.Helper()
	kept, err := w.try(actor, unit, name)
	if err != nil {
		w.Fatal(err)
	}

	return kept
}

func (w *world) try(actor access.Actor, unit int64, name string) (View, error) {
	return w.s.Save(w.Context(), actor, Entry{
		List: "posts", Name: name, Filter: url.Values{"state": {"draft"}, "unit": {"2"}}, UnitID: unit,
	})
}

// sees names the views of posts that somebody sees, with those that may be changed marked.
func (w *world) sees(actor access.Actor) (names string) {
	w.Helper()
	views, err := w.s.Of(w.Context(), actor, "posts")
	if err != nil {
		w.Fatal(err)
	}

	for _, one := range views {
		names += one.Name
		if one.May(actor) {
			names += "!"
		}
		names += " "
	}

	return strings.TrimSpace(names)
}

func (w *world) want(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("got %v", err)
	}
}

// TestWhoSeesAView: one's own, and those of one's unit and of units above; a list that one may not open shows
// none.
func TestWhoSeesAView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(w.boss, 1, "局")
	w.save(w.district, 2, "朝阳")
	w.save(w.boss, 3, "海淀")
	w.save(w.boss, 0, "自己")

	for _, one := range []struct {
		who  access.Actor
		want string
	}{
		{w.boss, "自己! 局!"},
		{w.officer, "局!"},
		{w.reviewer, "局"},
		{w.district, "局 朝阳!"},
		{w.admin, ""},
	} {
		if got := w.sees(one.who); got != one.want {
			t.Errorf("%s sees %q, want %q", one.who.Name, got, one.want)
		}
	}
	all, err := w.s.All(t.Context(), w.boss)
	if err != nil || len(all) != 4 {
		t.Errorf("a supervisor keeps %d views: %v", len(all), err)
	}
	if all[0].Address() != "/posts?state=draft&unit=2" {
		t.Errorf("a view leads to %s", all[0].Address())
	}
}

// TestWhoKeepsAView: for a unit it takes plan.manage there; a list that one may not open is none.
func TestWhoKeepsAView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shared, own := w.save(w.boss, 1, "局"), w.save(w.boss, 0, "自己")

	_, err := w.try(w.reviewer, 1, "不行")
	w.want(err, fault.KindForbidden)
	_, err = w.try(w.district, 1, "不行")
	w.want(err, fault.KindNotFound)
	_, err = w.try(w.admin, 0, "不行")
	w.want(err, fault.KindInvalid)
	_, err = w.try(w.boss, 99, "不行")
	w.want(err, fault.KindNotFound)

	for _, id := range []int64{own.ID, 999} {
		w.want(w.s.Drop(t.Context(), w.officer, id, 1), fault.KindNotFound)
	}
	w.want(w.s.Drop(t.Context(), w.reviewer, shared.ID, 1), fault.KindForbidden)
	if n := w.count("list_views"); n != 2 {
		t.Errorf("%d views are left", n)
	}
}

// TestAViewIsChangedAsItWasShown, once in the trail each, and a name is taken once in a list.
func TestAViewIsChangedAsItWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kept := w.save(w.boss, 1, "  局  的 ")
	w.save(w.boss, 1, "另一个")
	_, err := w.try(w.officer, 1, "局 的")
	w.want(err, fault.KindConflict)

	rename := func(revision int, name string) error {
		_, err := w.s.Change(t.Context(), w.officer, kept.ID, revision, Change{Name: &name})
		return err
	}
	w.want(rename(2, "新"), fault.KindConflict)
	w.want(rename(1, "另一个"), fault.KindConflict)
	w.want(rename(1, " "), fault.KindInvalid)
	if err := rename(1, "新名"); err != nil {
		t.Fatal(err)
	}
	w.want(rename(1, "又"), fault.KindConflict)
	_, err = w.s.Change(t.Context(), w.boss, kept.ID, 2, Change{Filter: url.Values{"next": {"/x"}}})
	w.want(err, fault.KindInvalid)
	changed, err := w.s.Change(t.Context(), w.boss, kept.ID, 2, Change{Filter: url.Values{"mine": {"1"}}})
	if err != nil || changed.Name != "新名" || changed.Address() != "/posts?mine=1" || changed.Revision != 3 {
		t.Errorf("changed to %+v: %v", changed, err)
	}
	w.want(w.s.Drop(t.Context(), w.boss, kept.ID, 2), fault.KindConflict)
	if err := w.s.Drop(t.Context(), w.boss, kept.ID, 3); err != nil {
		t.Fatal(err)
	}

	for act, n := range map[string]int{"view.save": 2, "view.change": 2, "view.drop": 1} {
		if got := w.count("audit_entries WHERE action = $1 AND unit_path = '/1/'", act); got != n {
			t.Errorf("%s stands %d times in the trail, want %d", act, got, n)
		}
	}
}

// TestFiftyViewsAreKept by a person, and fifty by a unit beside them.
func TestFiftyViewsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for i := range maxKept {
		w.save(w.boss, 0, fmt.Sprint("第", i))
	}
	_, err := w.try(w.boss, 0, "多一个")
	w.want(err, fault.KindConflict)
	w.save(w.boss, 1, "单位的")
	w.save(w.officer, 0, "别人的")
}

// TestAListThatIsGone takes its views along, and a field that is gone leaves the rest of a filter.
func TestAListThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(w.boss, 0, "稿件")
	w.exec(
		"INSERT INTO list_views (user_id, list, name, filter, updated_at) VALUES (1, 'gone', '旧', 'a=1', now())",
	)
	w.exec("UPDATE list_views SET filter = 'state=draft&old=1' WHERE list = 'posts'")

	all, err := w.s.All(t.Context(), w.boss)
	if err != nil || len(all) != 1 || all[0].Address() != "/posts?state=draft" {
		t.Errorf("%+v: %v", all, err)
	}
}
