package site_test

import (
	"context"
	"strings"
	"testing"
	"time"

	sitepages "juzhen/internal/console/site"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/library"
	"juzhen/internal/public"
	"juzhen/internal/site"
)

var now = time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)

// drawn is the preview of the real site.
type drawn struct{ *public.Preview }

func face(l site.Look) public.Face {
	shown := public.Face{
		Name: l.Name, NameEn: l.NameEn, Footer: l.Footer, Filing: l.Filing, Accent: l.Accent,
		AccentDark: site.OnDark(l.Accent),
	}
	if l.Emblem != "" {
		shown.Emblem = []byte(l.Emblem)
	}

	return shown
}

func (d drawn) Open(
	ctx context.Context, look site.Look, path, parameters, at string,
) (string, []byte, error) {
	return d.Preview.Open(ctx, face(look), path, parameters, at)
}

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()

	return pages.New(t, now, func(p *pages.Pages) {
		preview, err := public.NewPreview(p.DB, p.Now, library.Asked)
		if err != nil {
			t.Fatal(err)
		}
		sitepages.Register(p.Kit, sitepages.Deps{
			Site: site.New(p.DB, nil, p.Now), Preview: drawn{preview}, Address: "https://site.example.cn",
		})
	})
}

// TestTheSiteIsOpenedOnItsPage by two people, who see beforehand what everybody will see.
func TestTheSiteIsOpenedOnItsPage(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	boss, admin := p.As("boss"), p.As("admin")
	p.As("officer").Get("/site").Want(403)
	form := boss.Get("/site").Want(200).WantText("main", "没有公开").WantCount("form[action$=ask]", 0).
		WantCount("a[href='/site/preview']", 0).Form("form[action='/site']")
	form.Set("name", "某市生态环境")
	form.Set("name_en", "Ecology and Environment")
	form.Set("footer", "主办：某市生态环境局")
	form.Set("accent", "#777777")
	boss.Post("/site", form).Want(422).WantText(".field-error", "4.5").
		WantText("form[action='/site'] textarea", "主办：某市生态环境局")
	form.Set("accent", "#7a1f5f")
	boss.Post("/site", form).Want(303)
	boss.Post("/site", form).Want(409).WantText("main", "刚被别人改过")

	preview := boss.Get("/site/preview").Want(200).WantText("header .name", "某市生态环境").
		WantText("main", "还没有公开的内容。").WantCount("[href='/site/preview/style.css']", 1).
		WantCount("header a[href^='/site/preview/']", 7).
		WantCount("a[href^='/']:not([href^='/site/preview/'])", 0).
		WantCount("script", 0)
	if preview.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the preview may be kept: %q", preview.Header.Get("Cache-Control"))
	}
	sheet := boss.Get("/site/preview/style.css").Want(200).Body
	if !strings.Contains(sheet, "--accent:#7a1f5f") {
		t.Errorf("the preview has another colour: %.80s", sheet)
	}
	boss.Get("/site/preview/search?q=没有").Want(200).WantText("main", "没有找到。").
		WantCount("form[action='/site/preview/search']", 1)
	boss.Get("/site/preview/en/matrix").Want(200).WantText("header .name", "Ecology")

	for _, nothing := range []string{"/p/1/0", "/p/1/999", "/p/1", "/en/", "/none", "/emblem.png"} {
		boss.Get("/site/preview" + nothing).Want(404)
	}

	emblem := boss.Get("/site").Form("form[action='/site/emblem']")
	boss.Post("/site/emblem", emblem).Want(422).WantText("#f-file-error", "请选择一张图片")

	form = boss.Get("/site").WantText(".table", "某市生态环境").Form("form[action='/site/ask']")
	boss.Post("/site/ask", form).Want(303)
	boss.Get("/site").WantText("main", "公开须由另一人确认").WantCount("form[action$=confirm]", 0).
		WantCount("form[action$=refuse]", 1)

	form = admin.Get("/site").Want(200).WantText("main", "boss 申请按保存的样子公开").
		Form("form[action='/site/confirm']")
	admin.Post("/site/confirm", form).Want(303)
	admin.Post("/site/confirm", form).Want(409)
	closing := admin.Get("/site").WantText("main", "已公开").WantCount("form[action$=ask]", 0).
		Form("form[action='/site/close']")
	admin.Post("/site/close", closing).Want(303)
	admin.Get("/site").WantText("main", "没有公开").WantCount("form[action$=close]", 0)
}
