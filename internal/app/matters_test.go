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
	"account": "@环保北京", "reason": "审核", "what": "审核", "title": "题目", "who": "系统管理员", "second": "值班主管", "name": "值班审核员",
	"why": "没有任命", "unit": "海淀区", "role": "审核员", "host": "服务器", "s": float64(3), "opinion": "意见", "words": "今天",
	"from": "11-29 20:00", "to": "11-29 15:00", "text": "正文", "n": float64(3),
}

// TestEveryMatterSpeaksAndLeadsSomewhere: whatever a feature puts on people's lists is said in both languages without gaps, and a face
// deals with it at an address that is there.
func TestEveryMatterSpeaksAndLeadsSomewhere(t *testing.T) {
	t.Parallel()
	all, err := i18n.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	routes, pages := allRoutes(t), todoPages()
	for _, m := range matters() {
		for _, lang := range []string{i18n.Chinese, i18n.English} {
			o, p := todo.Open{Matter: m, Code: m.Code, Args: toldWith}, i18n.For(lang)
			if s := p.T(o.Text(), o.Pairs()...); strings.Contains(s, "{.") || strings.Contains(s, "|") || strings.Contains(s, "no value") {
				t.Errorf("%s in %s: %q", m.Code, p.Lang(), s)
			}
			if s := p.T(o.Act()); s == "" || strings.Contains(s, "|") {
				t.Errorf("%s in %s: act %q", m.Code, p.Lang(), s)
			}
		}
		for _, text := range []string{m.Text, m.Act} {
			if _, ok := all[text]; !ok {
				t.Errorf("%s: %q has no English", m.Code, text)
			}
		}

		address, ok := pages[m.Code]
		if !ok {
			address, ok = pages[string(m.Subject)]
		}
		if !ok || !leads(routes, strings.ReplaceAll(address, "%d", "1")) {
			t.Errorf("%s is dealt with at %q, where nothing is", m.Code, address)
		}
	}
	for key := range pages {
		used := func(m todo.Matter) bool { return m.Code == key || string(m.Subject) == key }
		if !slices.ContainsFunc(matters(), used) {
			t.Errorf("a face deals with %s, of which nothing is ever told", key)
		}
	}
}
