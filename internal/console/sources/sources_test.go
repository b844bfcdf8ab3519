package sources_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/console/sources"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/identity"
	"juzhen/internal/outward"
	"juzhen/internal/source"
	"juzhen/internal/template"
)

var now = time.Date(2026, 11, 30, 7, 30, 0, 0, time.UTC)

// TestASourceFromItsTrialToItsDraft: an administrator looks for the paths, saves, pulls, and switches off.
func TestASourceFromItsTrialToItsDraft(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, `{"month":"2026-10","rows":[{"d":"甲区","m":30},{"d":"乙区","m":28}]}`)
	}))
	t.Cleanup(server.Close)
	w := pages.New(t, now, func(p *pages.Pages) {
		people, err := identity.New(p.DB, p.Now, identity.Options{Keys: [][]byte{make([]byte, 32)}})
		if err != nil {
			t.Fatal(err)
		}
		outside := outward.New(outward.Options{Allowed: []string{strings.TrimPrefix(server.URL, "http://")}})
		sources.Register(p.Kit, sources.Deps{
			Sources: source.New(
				p.DB,
				template.New(p.DB, p.Now),
				outside,
				p.Now,
			),
			Units:  p.Org,
			People: people,
		})
	})
	officer, unit := w.People["officer"].UserID, w.Units["朝阳区"].UnitID
	w.Exec(
		"INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, 'press_officer', $2, '2026-01-01')",
		officer,
		unit,
	)
	admin := w.As("admin")
	admin.Get("/sources").Want(200).WantText("main", "还没有数据来源")
	admin.Get("/sources/new").Want(200).WantText("main", "月度排名").WantCount("form.form", 0)
	form := admin.Get("/sources/new?kind=ranking").Want(200).Form("form.form")
	form.Set("unit", fmt.Sprint(unit))
	form.Set("url", server.URL)
	form.Set("act", "try")

	page := admin.Post("/sources", form).Want(200)
	page.WantText("#result", "rows[1].d").WantCount(".field-wrong", 3).WantCount("#result .boxed", 0)

	for name, path := range map[string]string{"month": "month", "ranks": "rows", "ranks.district": "d", "ranks.pm25": "m"} {
		form.Set("map."+name, path)
	}
	page = admin.Post("/sources", form).Want(200)
	page.WantText("#result .boxed", "1. 乙区28；2. 甲区30").
		WantCount(".field-wrong", 0).
		WantText(".got", "2026-10")

	form.Set("act", "save")
	form.Set("name", "月均浓度")
	form.Set("author", fmt.Sprint(w.People["boss"].UserID))
	admin.Post("/sources", form).Want(422).WantText(".field-error", "请选择一位可以为这个单位撰稿的人")
	form.Set("author", fmt.Sprint(officer))
	at := admin.Post("/sources", form).Want(303).Location

	admin.Post(at+"/pull", url.Values{}).Want(303)
	admin.Get(at).Want(200).WantText("table", "写了草稿").WantText("table", "稿件 #1").WantText("dl", server.URL)
	server.Close()
	admin.Post(at+"/pull", url.Values{}).Want(303)
	admin.Get(at).WantText("table", "未取得").WantText("table", "对方没有应答")
	admin.Get("/sources").WantText("table", "月均浓度").WantText("table", "未取得")

	edit := admin.Get(at + "/edit").Want(200).Form("form.form")
	edit.Set("every", "30")
	edit.Set("act", "save")
	admin.Post(at, edit).Want(303)
	admin.Post(at, edit).Want(409)
	admin.Post(at+"/switch", url.Values{"version": {"2"}, "to": {"off"}}).Want(303)
	admin.Get(at).WantText("main", "已停用").WantText("dl", "每 30 分钟一次")
	admin.Post(at+"/pull", url.Values{}).Want(409).WantText("main", "数据来源已停用")
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM posts"); n != 1 {
		t.Errorf("%d drafts", n)
	}
	w.As("officer").Get("/sources").Want(403)
}
