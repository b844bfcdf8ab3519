package i18n

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestChineseIsFilledAndLosesItsContext(t *testing.T) {
	t.Parallel()
	printer := For("zh-CN")
	if got := printer.T("共 {.n} 条|计数", "n", 5); got != "共 5 条" {
		t.Errorf("got %q", got)
	}
}

func TestEnglishChoosesThePlural(t *testing.T) {
	t.Parallel()

	printer := For("en")
	for n, want := range map[int]string{1: "1 row", 5: "5 rows"} {
		if got := printer.T("共 {.n} 条", "n", n); got != want {
			t.Errorf("n=%d: got %q, want %q", n, got, want)
		}
	}
}

func TestMarkedArgumentsAreTranslated(t *testing.T) {
	t.Parallel()
	if got := For("en").T("状态：{.state}", "state", Text("已发")); got != "State: Published" {
		t.Errorf("got %q", got)
	}
	if got := For("zh").T("状态：{.state}", "state", Text("已发")); got != "状态：已发" {
		t.Errorf("got %q", got)
	}
}

func TestMissingEntryFallsBackToChineseAndIsCounted(t *testing.T) {
	t.Parallel()
	before := Missing()
	if got := For("en").T("没有译文 {.n}", "n", 3); got != "没有译文 3" {
		t.Errorf("got %q", got)
	}
	if Missing() <= before {
		t.Error("the gap was not counted")
	}
}

func TestNilPrinterSpeaksChinese(t *testing.T) {
	t.Parallel()
	var printer *Printer
	if got := printer.T("稿件"); got != "稿件" {
		t.Errorf("got %q", got)
	}
}

func TestCatalogueRefusesTwoTranslationsOfOneText(t *testing.T) {
	t.Parallel()
	_, err := catalogue(fstest.MapFS{
		"en/a.json": {Data: []byte(`{"通过": "Approve"}`)},
		"en/b.json": {Data: []byte(`{"通过": "Passed"}`)},
	})
	if err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestOneIsSaidInEnglishWhereItLooksLikeMany(t *testing.T) {
	t.Parallel()
	if got := For("en").T("第 {.n} 张", "n", 1); got != "Picture 1" {
		t.Errorf("a count of one came out as %q", got)
	}
}

func TestWhatPeopleWroteIsNoPlaceholder(t *testing.T) {
	t.Parallel()
	if got := For("zh").T("{.why}（{.name}）",
		"why", "等 {.name} 通知",
		"name", "值班主管",
	); got != "等 {.name} 通知（值班主管）" {
		t.Errorf("filled twice: %q", got)
	}
}

func TestTextsWithinTextsAreTranslatedWithTheirArguments(t *testing.T) {
	t.Parallel()

	args := Pairs(map[string]any{
		"state":      "共 {.n} 条",
		"state_args": map[string]any{"n": float64(2)},
		"n":          float64(40),
		"who":        "已发",
	}, "state")
	for lang, want := range map[string]string{"en": "State: 2 rows", "zh": "状态：共 2 条"} {
		if got := For(lang).T("状态：{.state}", args...); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if got := For("zh").T("{.n} {.who} {.state}", Pairs(map[string]any{
		"n":     40.,
		"who":   "已发",
		"state": "发布|动词",
	}, "state")...); got != "40 已发 发布" {
		t.Errorf("got %q", got)
	}
}

// TestEnglishFillsOnlyWhatTheChineseNames finds a brace that is no placeholder and a placeholder that
// the text's caller does not fill: either would show an English reader Chinese.
func TestEnglishFillsOnlyWhatTheChineseNames(t *testing.T) {
	t.Parallel()
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}

	braces := regexp.MustCompile(`\{[^}]*\}?`)
	for id, entry := range all {
		for _, held := range braces.FindAllString(entry.One+entry.Other, -1) {
			if !strings.HasPrefix(held, "{.") || !strings.Contains(id, held) {
				t.Errorf("%q: %s in English is not in the Chinese", id, held)
			}
		}
	}
}
