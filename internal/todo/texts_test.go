package todo

import (
	"strings"
	"testing"

	"juzhen/internal/i18n"
)

// names are the arguments that raisers give, as docs and the list of codes say.
var names = map[string]any{"account": "@环保北京", "reason": "审核", "what": "审核", "title": "题目", "who": "系统管理员", "second": "值班主管", "name": "值班审核员", "why": "没有任命", "unit": "海淀区", "role": "审核员", "host": "服务器", "s": float64(3), "opinion": "意见", "words": "今天", "from": "11-29 20:00", "to": "11-29 15:00", "text": "正文", "n": float64(3)}

func TestEveryReasonSpeaksBothLanguagesWithoutGaps(t *testing.T) {
	t.Parallel()
	zh, en := i18n.For(i18n.Chinese), i18n.For(i18n.English)
	all, err := i18n.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for code, tx := range texts {
		o := Open{Code: code, Args: names}
		for _, p := range []*i18n.Printer{zh, en} {
			if s := p.T(o.Text(), o.Pairs()...); strings.Contains(s, "{.") || strings.Contains(s, "|") || strings.Contains(s, "no value") {
				t.Errorf("%s in %s: %q", code, p.Lang(), s)
			}
			if s := p.T(o.Act()); s == "" || strings.Contains(s, "|") {
				t.Errorf("%s in %s: act %q", code, p.Lang(), s)
			}
		}
		for _, text := range []string{tx.Text, tx.Act} {
			if _, ok := all[text]; !ok {
				t.Errorf("%s: %q has no English", code, text)
			}
		}
		if tx.Tone != Danger && tx.Tone != Warning && tx.Tone != Notice {
			t.Errorf("%s has the tone %q", code, tx.Tone)
		}
	}
}

func TestLongestPrefixSpeaks(t *testing.T) {
	t.Parallel()
	for code, same := range map[string]string{
		"delivery.problem.token.ip": "delivery.problem", "delivery.problem": "delivery.problem", "token.expired.again": "token.expired",
	} {
		if lookup(code) != texts[same] {
			t.Errorf("%s does not speak as %s", code, same)
		}
	}
	for _, code := range []string{"", "delivery", "x.y.z", "."} {
		if lookup(code) != general {
			t.Errorf("%q has words", code)
		}
	}
}

func TestMattersLeadToTheirPages(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Open{
		"/posts/4": {Kind: KindReturned, SubjectType: "post", SubjectID: 4}, "/reviews/4": {Kind: KindReview, SubjectType: "post", SubjectID: 4},
		"/deliveries/9": {Kind: KindUnknown, SubjectType: "delivery", SubjectID: 9}, "/decisions/3": {Kind: KindConfirm, SubjectType: "decision", SubjectID: 3},
		"/matrix/accounts/2": {Kind: KindToken, SubjectType: "account", SubjectID: 2}, "/todo": {SubjectType: "moon"},
	} {
		if got := o.Path(); got != want {
			t.Errorf("%+v leads to %s, want %s", o, got, want)
		}
	}
}
