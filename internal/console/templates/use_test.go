package templates_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/console/templates"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/template"
)

var now = time.Date(2026, 11, 30, 7, 30, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()

	return pages.New(t, now, func(p *pages.Pages) {
		templates.Register(p.Kit, templates.Deps{
			Templates: template.New(p.DB, p.Now), Accounts: p.Accounts, Units: p.Org,
		})
	})
}

const table = "区域\tPM2.5\tPM10\tSO2\tNO2\tCO\tO3\n全市\t36\t50\t5\t20\t0.5\t60\n城六区\t36\t50\t5\t20\t0.5\t60\n" +
	"西北部\t20\t50\t5\t20\t0.5\t60\n东北部\t20\t50\t5\t20\t0.5\t60\n东南部\t20\t50\t5\t20\t0.5\t60\n西南部\t20\t50\t5\t20\t0.5\t60"

func live(readings string) url.Values {
	return url.Values{
		"kind": {"live"}, "act": {"live"}, "v.at": {"2026-11-30T15:00"}, "v.readings": {readings},
	}
}

// TestTheTextIsShownWhileItIsTyped: what is missing is no fault yet, what is wrong is told at its cell, and
// nothing is kept.
func TestTheTextIsShownWhileItIsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.As("officer")

	page := officer.Part(http.MethodPost, "/templates/use", live("")).Want(200)
	page.WantText("#written", "小时浓度").WantCount(".field-error", 0).WantCount("form", 0)

	page = officer.Part(http.MethodPost, "/templates/use", live(strings.Replace(table, "西北部\t20", "西北部\t二十", 1))).
		Want(200)
	page.WantText("#f-readings-error", "第 4 行第 2 列“二十”").WantText("#written [data-say]", "有 1 处需要修改")

	page = officer.Part(http.MethodPost, "/templates/use", live(table)).Want(200)
	page.WantText("#written .boxed", "全市AQI为52，空气质量二级（良），首要污染物PM2.5").WantCount(".field-error", 0)
	page.WantText("#written [data-say]", "；全市：AQI 52，良")

	if n := stage.One[int](w.Stage, "SELECT count(*) FROM posts"); n != 0 {
		t.Errorf("%d drafts were kept", n)
	}
	officer.English().Part(http.MethodPost, "/templates/use", live("")).WantText("#written", "Missing:")
	w.As("boss").Part(http.MethodPost, "/templates/use", live(table)).Want(403)
}

// TestATableIsTakenOutOfAFile: it comes back in its field, so that it can be seen and mended.
func TestATableIsTakenOutOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := func(act, file string) *httptest.ResponseRecorder {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)

		for name, value := range map[string]string{
			"kind": "live", "act": act, "v.at": "2026-11-30T15:00", "v.readings": "旧的",
		} {
			_ = form.WriteField(name, value)
		}
		part, err := form.CreateFormFile("file.readings", "readings.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(file))
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, "/templates/use", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.AddCookie(&http.Cookie{Name: "juzhen_session", Value: "officer"})
		answer := httptest.NewRecorder()
		w.Kit.Handler().ServeHTTP(answer, r)

		return answer
	}
	file := strings.ReplaceAll(table, "\t", ",")

	if a := send(
		"live",
		file,
	); a.Code != 200 ||
		!strings.Contains(a.Body.String(), `<pre id="f-readings-read">区域`) ||
		!strings.Contains(a.Body.String(), "AQI为52") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := send("show", file); a.Code != 200 || !strings.Contains(a.Body.String(), "西南部\t20\t50") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := send("show", "\x89PNG\x00"); a.Code != 422 || !strings.Contains(a.Body.String(), "CSV") ||
		!strings.Contains(a.Body.String(), "旧的") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := send("draft", file); a.Code != http.StatusSeeOther {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

// TestAUnitSetsItsClocks: off unless set, and one page does not overwrite another.
func TestAUnitSetsItsClocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.As("boss")
	page := boss.Get("/templates/duties").Want(200)
	page.WantCount("form.filters", 2).WantCount(`option[selected][value=""]`, 6)
	form := page.Form("form.filters")
	form.Set("daily", "60")
	if done := boss.Post(
		"/templates/duties",
		form,
	); !strings.HasPrefix(
		done.Location,
		"/templates/duties#unit-",
	) {
		t.Fatalf("%d %s", done.Status, done.Body)
	}
	boss.Get("/templates/duties").WantCount(`option[selected][value="60"]`, 1)
	boss.Post("/templates/duties", form).Want(409).WantText(".field-error", "设置刚刚被他人改动")
	form.Set("version", "1")
	form.Set("daily", "7")
	boss.Post("/templates/duties", form).Want(422).WantText(".field-error", "请选择提前多久提醒")
}
