package templates_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/e2e/stage"
	"juzhen/internal/template"
)

// filled is what is typed into each kind, and part of what it becomes.
var filled = map[template.Kind]struct {
	values url.Values
	want   string
}{
	template.Live: {
		url.Values{
			"v.at":       {"2026-11-30T15:00"},
			"v.readings": {table},
		},
		"全市AQI为52，空气质量二级（良），首要污染物PM2.5",
	},
	template.Daily: {
		url.Values{
			"v.day":      {"2026-11-29"},
			"v.readings": {table},
		},
		"【空气质量日报】11月29日，全市AQI为52",
	},
	template.Forecast: {
		url.Values{
			"v.from":    {"2026-12-01T00:00"},
			"v.weather": {"扩散条件较好"},
			"v.days":    {"40\t60\tPM2.5\n30\t45\n60\t110\t臭氧"},
		},
		"12月3日AQI 60–110，二级良至三级轻度污染，首要污染物臭氧",
	},
	template.Warning: {
		url.Values{
			"v.colour": {"橙"},
			"v.from":   {"2026-12-01T00:00"},
			"v.until":  {"2026-12-03T23:00"},
			"v.days":   {"210,220,180"},
			"v.cause":  {"静稳高湿"},
		},
		"空气重污染橙色预警（二级）",
	},
	template.Ozone: {
		url.Values{
			"v.from":  {"2026-12-01T12:00"},
			"v.until": {"2026-12-01T18:00"},
			"v.o3_8h": {"180"},
		},
		"臭氧日最大8小时平均浓度约180微克/立方米，达到三级（轻度污染）水平",
	},
	template.Dust: {
		url.Values{
			"v.from":  {"2026-12-01T12:00"},
			"v.until": {"2026-12-01T18:00"},
			"v.pm10":  {"600"},
			"v.area":  {"西北部"},
		},
		"西北部受沙尘影响，PM10小时浓度约600微克/立方米，达到六级（严重污染）水平",
	},
	template.Ranking: {
		url.Values{
			"v.month": {"2026-10"},
			"v.ranks": {"甲区\t30\t-5\n乙区\t28"},
		},
		"1. 乙区28；2. 甲区30（同比下降5%）",
	},
	template.Digest: {
		url.Values{
			"v.from":  {"2026-11-23T00:00"},
			"v.items": {"甲区\t开展巡查"},
		},
		"1. 甲区：开展巡查",
	},
}

// TestEachKindFromItsFormToItsDraft: the form asks for each field by name, what it becomes is shown beside
// it, and what is kept as a draft is the same text.
func TestEachKindFromItsFormToItsDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.As("officer")

	for _, kind := range template.Shipped() {
		if kind.Follows() {
			continue // a chain of its own, below
		}
		sample, ok := filled[kind]
		if !ok {
			t.Errorf("%s has no sample here", kind)
			continue
		}

		page := officer.Get("/templates/use?kind=" + string(kind)).Want(200)
		for _, field := range kind.Fields() {
			page.WantCount(fmt.Sprintf(`[name="v.%s"]`, field.Name), 1)
			page.WantCount(fmt.Sprintf(`label[for="f-%s"]`, field.Name), 1)
		}

		form := url.Values{}
		for name, values := range sample.values {
			form[name] = values
		}
		form.Set("kind", string(kind))
		form.Set("act", "show")
		officer.Post("/templates/use", form).
			Want(200).
			WantText("#result .boxed", sample.want)
		form.Set("act", "draft")
		done := officer.Post("/templates/use", form).Want(http.StatusSeeOther)
		if !strings.HasSuffix(done.Location, "/edit") {
			t.Errorf("%s leads to %s", kind, done.Location)
		}
		text := stage.One[string](w.Stage, "SELECT text FROM post_versions ORDER BY id DESC LIMIT 1")
		if !strings.Contains(text, sample.want) {
			t.Errorf("%s was kept as %s", kind, text)
		}
	}
}

// TestAWarningIsChangedAndLifted: each names the one before, which is continued once, and the chain is one
// table.
func TestAWarningIsChangedAndLifted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	officer := w.As("officer")
	officer.Get("/templates/warnings").
		Want(200).
		WantText("main", "六十天内没有预警")
	officer.Get("/templates/use?kind=warning_change").
		Want(200).
		WantText("main", "这个单位没有可以变更或解除的预警")

	send := func(kind template.Kind, values url.Values) {
		t.Helper()

		form := url.Values{}
		for name, value := range values {
			form[name] = value
		}
		form.Set("kind", string(kind))
		form.Set("act", "draft")
		if kind.Follows() {
			open := officer.Get("/templates/use?kind=" + string(kind)).Want(200)
			form.Set("supersedes", open.Find(`[name="supersedes"] option`).Last().AttrOr("value", ""))
		}
		officer.Post("/templates/use", form).Want(http.StatusSeeOther)
	}

	send(template.Warning, filled[template.Warning].values)
	send(template.Change, url.Values{
		"v.colour": {"红"},
		"v.from":   {"2026-12-02T00:00"},
		"v.until":  {"2026-12-04T23:00"},
		"v.cause":  {"持续静稳"},
	})
	send(template.Lift, url.Values{
		"v.from":  {"2026-12-03T12:00"},
		"v.cause": {"冷空气到达"},
	})

	officer.Get("/templates/warnings").
		Want(200).
		WantCount("section table", 1).
		WantCount("tbody tr", 3).
		WantText("tbody tr:nth-child(1)", "橙色").
		WantText("tbody tr:nth-child(2)", "红色").
		WantText("tbody tr:nth-child(2)", "稿件 #1").
		WantText("tbody tr:nth-child(3)", "稿件 #2").
		WantText("h2", "已写解除")
	officer.Get("/templates/use?kind=warning_lift").
		WantText("main", "这个单位没有可以变更或解除的预警")
	w.Person("afar", "press_officer", "环保局")
	w.As("afar").Get("/templates/warnings").WantCount("tbody tr", 3) // of the unit above
}

// TestAUnitWordsATemplateInItsOwnWay: a wording that lacks a slot is refused and nothing typed is lost; an
// older page does not overwrite a newer version; out of use, the shipped wording holds again.
func TestAUnitWordsATemplateInItsOwnWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss := w.As("boss")
	form := boss.Get("/templates/edit?kind=ozone").Want(200).Form("form.form")
	form.Set("act", "save")
	form.Set("unit", fmt.Sprint(w.Units["环保局"].UnitID))

	wording := form.Get("wording")
	form.Set("wording", "没有占位符的文字")
	boss.Post("/templates/edit", form).
		Want(422).
		WantText(".field-error", "缺少占位符").
		WantText("textarea", "没有占位符的文字")
	form.Set("wording", "本区提示："+wording)
	boss.Post("/templates/edit", form).Want(http.StatusSeeOther)
	boss.Get("/templates").
		Want(200).
		WantText("table", "第 1 版")

	sample := filled[template.Ozone].values

	ask := url.Values{}
	for name, values := range sample {
		ask[name] = values
	}
	ask.Set("kind", "ozone")
	ask.Set("act", "show")
	officer := w.As("officer")
	officer.Post("/templates/use", ask).
		Want(200).
		WantText("#result .boxed", "本区提示：【臭氧健康提示】")

	edit := boss.Get("/templates/edit?id=1").Want(200).Form("form.form")
	edit.Set("act", "save")
	edit.Set("wording", "改过："+wording)
	boss.Post("/templates/edit", edit).Want(http.StatusSeeOther)
	boss.Post("/templates/edit", edit).
		Want(http.StatusConflict).
		WantText("textarea", "改过：")
	officer.Get("/templates/edit?id=1").Want(404)

	retire := boss.Get("/templates/edit?id=1").Form("form.form")
	retire.Set("act", "retire")
	boss.Post("/templates/edit", retire).Want(http.StatusSeeOther)
	shown := officer.Post("/templates/use", ask).Want(200).Text("#result .boxed")
	if strings.Contains(shown, "改过") {
		t.Errorf("a wording that is out of use is still written: %s", shown)
	}
}
