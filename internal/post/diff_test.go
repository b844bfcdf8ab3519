package post

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shown writes chunks as [-gone-] and {+new+}.
func shown(chunks []Chunk) string {
	var b strings.Builder

	for _, chunk := range chunks {
		switch {
		case chunk.IsGone():
			b.WriteString("[-" + chunk.Text + "-]")
		case chunk.IsNew():
			b.WriteString("{+" + chunk.Text + "+}")
		default:
			b.WriteString(chunk.Text)
		}
	}

	return b.String()
}

func TestDiffTextReadsLikeACorrection(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ old, new, want string }{
		{"今日空气质量良", "今日空气质量良", "今日空气质量良"},
		{"今日空气质量良", "今日空气质量优", "今日空气质量[-良-]{+优+}"},
		{"AQI 85，首要污染物 PM2.5", "AQI 152，首要污染物 PM2.5", "AQI [-85-]{+152+}，首要污染物 PM2.5"},
		{"", "新增", "{+新增+}"},
		{"删去", "", "[-删去-]"},
		{"请市民减少外出", "请广大市民尽量减少外出", "请{+广大+}市民{+尽量+}减少外出"},
		{"甲一乙", "丙一丁", "[-甲一乙-]{+丙一丁+}"},
		{"AQI 78，适宜户外", "AQI 112，不适宜户外", "AQI [-78-]{+112+}，{+不+}适宜户外"},
		{"see weibo", "see weibos", "see [-weibo-]{+weibos+}"},
	} {
		if got := shown(DiffText(c.old, c.new)); got != c.want {
			t.Errorf("DiffText(%q, %q) = %s, want %s", c.old, c.new, got, c.want)
		}
	}
}

func TestDiffTextLosesNothing(t *testing.T) {
	t.Parallel()
	text := rapid.StringOfN(rapid.RuneFrom([]rune("今日空气ab1 \n，😀")), 0, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		var was, is string

		for _, chunk := range DiffText(a, b) {
			if chunk.Text == "" {
				t.Fatal("empty chunk")
			}
			if chunk.Op != Came {
				was += chunk.Text
			}
			if chunk.Op != Gone {
				is += chunk.Text
			}
		}
		if was != a || is != b {
			t.Fatalf("%q, %q came back as %q, %q", a, b, was, is)
		}
	})
}

func TestDiffOfVeryLongTextsStaysBounded(t *testing.T) {
	t.Parallel()
	a, b := strings.Repeat("甲乙", 2500), strings.Repeat("丙丁", 2500)
	if got := DiffText(a, b); len(got) != 2 {
		t.Errorf("got %d chunks, want the whole replaced", len(got))
	}
}

func variant(s string) *string { return &s }

func TestDiffOfVersions(t *testing.T) {
	t.Parallel()
	old := Version{
		Text:    "甲",
		Targets: []Target{{AccountID: 1}, {AccountID: 2}, {AccountID: 3, Variant: variant("三")}},
		Media:   []VersionMedia{{MediaID: 7, Alt: "图"}, {MediaID: 8}, {MediaID: 9}},
	}
	new := Version{
		Text:     "乙",
		Visible:  1,
		RepostOf: "5",
		Targets:  []Target{{AccountID: 1}, {AccountID: 3, Variant: variant("叁")}, {AccountID: 4}},
		Media:    []VersionMedia{{MediaID: 8}, {MediaID: 7, Alt: "新图"}, {MediaID: 10}},
	}
	difference := Diff(old, new)
	if difference.Empty() || !difference.TextChanged || !difference.VisibleChanged ||
		!difference.RepostChanged {
		t.Errorf("got %+v", difference)
	}

	var targets []string
	for _, targetChange := range difference.Targets {
		targets = append(targets, shown(targetChange.Text))
	}
	if diff := cmp.Diff([]string{"[-三-]{+叁+}", "{+乙+}", "[-甲-]"}, targets); diff != "" {
		t.Error(diff)
	}
	if len(difference.Media) != 4 || !difference.Media[0].Moved || !difference.Media[1].AltAnew ||
		difference.Media[1].OldAlt != "图" ||
		!difference.Media[2].Added ||
		!difference.Media[3].Removed {
		t.Errorf("media: %+v", difference.Media)
	}
	if same := Diff(old, old); !same.Empty() {
		t.Errorf("a version differs from itself: %+v", same)
	}
}

func TestAccountThatLeavesTheCommonTextWithoutAnotherWordIsNoChange(t *testing.T) {
	t.Parallel()
	old := Version{Text: "甲", Targets: []Target{{AccountID: 1}}}
	new := Version{Text: "甲", Targets: []Target{{AccountID: 1, Variant: variant("甲")}}}
	if difference := Diff(old, new); !difference.Empty() {
		t.Errorf("got %+v", difference)
	}
}

func TestADifferenceNeverSplitsASign(t *testing.T) {
	t.Parallel()
	got := DiffText("全家👨‍👩‍👧‍👦出行", "全家👨‍👩‍👦出行")
	want := []Chunk{{Same, "全家"}, {Gone, "👨‍👩‍👧‍👦"}, {Came, "👨‍👩‍👦"}, {Same, "出行"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
