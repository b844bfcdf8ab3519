package app

import (
	"slices"
	"strings"
	"testing"

	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// toldWith are the arguments that features give, by name.
var toldWith = map[string]any{
	"account": "@环保北京",
	"id":      float64(41),
	"reason":  "审核",
	"what":    "审核",
	"title":   "题目",
	"who":     "系统管理员",
	"second":  "值班主管",
	"name":    "值班审核员",
	"why":     "没有任命",
	"word":    "攻府",
	"unit":    "海淀区",
	"step":    "初审",
	"role":    "审核员",
	"host":    "服务器",
	"s":       float64(3),
	"opinion": "意见",
	"words":   "今天",
	"when":    "2026-12-01 20:00",
	"claim":   "网传停水",
	"from":    "11-29 20:00",
	"to":      "11-29 15:00",
	"text":    "正文",
	"n":       float64(3),
	"by":      "20:00",
	"day":     "2026-12-05",
}

// TestEveryMatterSpeaksAndLeadsSomewhere: whatever a feature puts on people's lists is said in both
// languages without gaps, and a face deals with it at an address that is there.
func TestEveryMatterSpeaksAndLeadsSomewhere(t *testing.T) {
	t.Parallel()
	all, err := i18n.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	routes, pages := allRoutes(t), todoPages()

	for _, matter := range matters() {
		for _, lang := range []string{i18n.Chinese, i18n.English} {
			open, printer := todo.Open{Matter: matter, Code: matter.Code, Args: toldWith}, i18n.For(lang)
			if s := printer.T(
				open.Text(),
				open.Pairs()...); strings.Contains(s, "{.") || strings.Contains(s, "|") ||
				strings.Contains(s, "no value") {
				t.Errorf("%s in %s: %q", matter.Code, printer.Lang(), s)
			}
			if s := printer.T(open.Act()); s == "" || strings.Contains(s, "|") {
				t.Errorf("%s in %s: act %q", matter.Code, printer.Lang(), s)
			}
		}

		for _, text := range []string{matter.Text, matter.Act} {
			if _, ok := all[text]; !ok {
				t.Errorf("%s: %q has no English", matter.Code, text)
			}
		}

		address, ok := pages[matter.Code]
		if !ok {
			address, ok = pages[string(matter.Subject)]
		}
		if !ok || !leads(routes, strings.ReplaceAll(address, "%d", "1")) {
			t.Errorf("%s is dealt with at %q, where nothing is", matter.Code, address)
		}
	}

	for key := range pages {
		used := func(matter todo.Matter) bool { return matter.Code == key || string(matter.Subject) == key }
		if !slices.ContainsFunc(matters(), used) {
			t.Errorf("a face deals with %s, of which nothing is ever told", key)
		}
	}
}
