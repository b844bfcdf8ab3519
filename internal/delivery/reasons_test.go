package delivery

import (
	"strings"
	"testing"
)

func TestEveryReasonHasOneText(t *testing.T) {
	t.Parallel()
	seen := map[Reason]bool{}
	for _, r := range Reasons() {
		if seen[r] {
			t.Errorf("%s is listed twice", r)
		}
		seen[r] = true
		text := r.Label()
		if text == string(r) {
			t.Errorf("%s has no text", r)
		}
		if strings.ContainsAny(text, "!！") {
			t.Errorf("%s shouts: %s", r, text)
		}
	}
	if len(reasonTexts) != len(seen) {
		t.Errorf("%d texts for %d reasons", len(reasonTexts), len(seen))
	}
}

func TestReasonTextFillsParametersInOrder(t *testing.T) {
	t.Parallel()
	d := Delivery{Reason: Refused, ReasonArgs: Args{"text": "内容含有广告", "code": float64(20020)}}
	text, args := d.ReasonText()
	if text != Refused.Label() || len(args) != 4 || args[0] != "code" || args[1] != "20020" || args[3] != "内容含有广告" {
		t.Errorf("got %q %v", text, args)
	}
}
