package glyph_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"juzhen/internal/glyph"
)

const family = "👨‍👩‍👧‍👦"

func TestACutNeverSplitsASign(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"今日空气质量良", 30, "今日空气质量良"},
		{"今日空气质量良", 4, "今日空气…"},
		{"全家" + family + "出行", 3, "全家" + family + "…"},
		{"全家" + family, 3, "全家" + family},
		{"🇨🇳🇨🇳", 1, "🇨🇳…"},
		{"e\u0301te\u0301", 1, "e\u0301…"},
		{"", 3, ""},
		{"有", 0, "…"},
	} {
		if got := glyph.Cut(c.text, c.n); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

func TestAPassageKeepsWholeSigns(t *testing.T) {
	t.Parallel()
	text := "全市淘汰" + family + "老旧车，补贴" + family + "到位"
	from := strings.Index(text, "老旧车")
	before, match, after := glyph.Around(text, from, from+len("老旧车"), 2)
	if before != "…汰"+family || match != "老旧车" || after != "，补…" {
		t.Errorf("passage is %q %q %q", before, match, after)
	}

	inside := strings.Index(text, family) + 4 // in the middle of a sign
	if _, match, _ = glyph.Around(text, inside, inside+3, 1); match != family {
		t.Errorf("a place inside a sign gives %q, want the whole sign", match)
	}
}

func TestWordsAreFoundWhateverTheirCase(t *testing.T) {
	t.Parallel()
	text := "北京PM2.5浓度，İstanbul"
	if from, to := glyph.Index(text, "pm2.5"); text[from:to] != "PM2.5" {
		t.Errorf("found %q", text[from:to])
	}
	if from, _ := glyph.Index(text, "臭氧"); from != -1 {
		t.Errorf("found at %d what is not there", from)
	}
}

func TestWhatCannotBeSeenIsFound(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, text, written string
	}{
		{"override", "AQI \u202e052", "AQI ‹U+202E›052"},
		{"isolates", "\u2067甲\u2069乙", "‹U+2067›甲‹U+2069›乙"},
		{"marks", "甲\u200e乙\u200f\u061c", "甲‹U+200E›乙‹U+200F›‹U+061C›"},
		{"zero width", "敏\u200b感\u2060词\ufeff", "敏‹U+200B›感‹U+2060›词‹U+FEFF›"},
		{"joiner between letters", "敏\u200d感", "敏‹U+200D›感"},
		{"fillers and soft hyphen", "甲\u3164乙\u00ad", "甲‹U+3164›乙‹U+00AD›"},
		{"tags without a flag", "甲\U000E0041", "甲‹U+E0041›"},
		{"control", "甲\x08乙", "甲‹U+0008›乙"},
		{"line separator", "甲\u2028乙", "甲‹U+2028›乙"},
		{"a family is one sign", family, family},
		{
			"a flag of a region", "🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
			"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
		},
		{"heart with its selector", "❤️‍🔥 ☁️", "❤️‍🔥 ☁️"},
		{"plain", "第一行\n\t第二行", "第一行\n\t第二行"},
	} {
		if got := glyph.Written(c.text); got != c.written {
			t.Errorf("%s: %q is written %q, want %q", c.name, c.text, got, c.written)
		}
	}

	found := glyph.Find("今天AQI \u202e052")
	if len(found) != 1 || found[0].At != 6 || !found[0].Direction() {
		t.Errorf("found %+v, want one direction mark behind the sixth sign", found)
	}
}

func TestNamesThatLookAlikeFoldToOne(t *testing.T) {
	t.Parallel()

	for _, pair := range [][2]string{
		{"环保北京", "环保\u200b北京"},
		{"环保北京", "\u202e环保北京\u202c"},
		{"ＢＪ环保", "bj环保"},
		{"海淀 环保", " 海淀\u3000环保 "},
		{"环保北京", "环保\ufe00北京"},
	} {
		if glyph.Fold(pair[0]) != glyph.Fold(pair[1]) {
			t.Errorf("%q and %q look alike but are told apart", pair[0], pair[1])
		}
	}
	if glyph.Fold("环保北京") == glyph.Fold("京环之声") {
		t.Error("two names fold to one")
	}
}

func TestTakingOutLeavesNothingUnseen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("甲乙a1 \n👨👩👧🏴\u200d\u200b\u202e\u2066\ufe0f\u00ad\U000E0067\U000E007F"))).
			Draw(t, "text")
		if plain := glyph.Without(text); len(glyph.Find(plain)) > 0 {
			t.Fatalf("taking out of %q leaves %q", text, glyph.Written(plain))
		}
		n := rapid.IntRange(0, 8).Draw(t, "n")
		cut := glyph.Cut(text, n)
		if !utf8.ValidString(cut) || !strings.HasPrefix(text, strings.TrimSuffix(cut, "…")) {
			t.Fatalf("Cut(%q, %d) = %q is no beginning of it", text, n, cut)
		}
	})
}

func TestANameIsKeptAsItIsShown(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{
		"  值班\u200B审核员 ": "值班审核员",
		"大气\u3000 处":     "大气 处",
		"\u202E站\u202C":  "站",
		"cafe\u0301":     "caf\u00E9",
		"大气处Ａ":           "大气处Ａ",
		"\u200B\u2060":   "",
		"\u2800\u3164":   "",
		"第一\n行\t二":       "第一 行 二",
		"监测\U000E0041站":  "监测站",
		"葛\U000E0100":    "葛",
	} {
		if got := glyph.Clean(name); got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.String().Draw(r, "name")
		clean := glyph.Clean(name)
		if found := glyph.Find(clean); len(found) > 0 || glyph.Clean(clean) != clean {
			r.Fatalf("%q is cleaned to %q, which hides %v or can be cleaned again", name, clean, found)
		}
	})
}
