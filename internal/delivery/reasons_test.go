package delivery

import (
	"encoding/json"
	"strings"
	"testing"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

func TestEveryReasonHasOneText(t *testing.T) {
	t.Parallel()

	seen := map[Reason]bool{}
	for _, reason := range Reasons() {
		if seen[reason] {
			t.Errorf("%s is listed twice", reason)
		}
		seen[reason] = true
		text := reason.Label()
		if text == string(reason) {
			t.Errorf("%s has no text", reason)
		}
		if strings.ContainsAny(text, "!！") {
			t.Errorf("%s shouts: %s", reason, text)
		}
	}
	if len(reasonTexts) != len(seen) {
		t.Errorf("%d texts for %d reasons", len(reasonTexts), len(seen))
	}
}

func TestReasonIsTranslatedWithWhatWasSaid(t *testing.T) {
	t.Parallel()
	refused := Delivery{Reason: Refused, ReasonArgs: Args{"text": "微博认为内容含有广告；请修改文字", "code": float64(20020)}}

	rule := FaultArgs(fault.Invalid("text", "正文 {.n} 字，超过 {.max} 字，请缩短", "n", 2001, "max", 2000))
	for _, tc := range []struct {
		d      Delivery
		zh, en string
	}{
		{
			refused, "微博拒绝发布：微博认为内容含有广告；请修改文字（20020）",
			"Weibo refused: Weibo finds advertising in the content; change the text (20020)",
		},
		{Delivery{Reason: TextRefused, ReasonArgs: kept(t, rule)}, "内容不符合接口规则：正文 2001 字，超过 2000 字，请缩短",
			"The content breaks a rule of the interface: The text counts 2001, more than 2000; shorten it"},
	} {
		text, args := tc.d.ReasonText()
		if got := i18n.For("zh").T(text, args...); got != tc.zh {
			t.Errorf("%q, want %q", got, tc.zh)
		}
		if got := i18n.For("en").T(text, args...); got != tc.en {
			t.Errorf("%q, want %q", got, tc.en)
		}
	}
}

// kept is what the database gives back.
func kept(t *testing.T, args Args) (out Args) {
	t.Helper()
	raw, err := json.Marshal(args)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		t.Fatal(err)
	}

	return out
}
