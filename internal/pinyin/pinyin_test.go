package pinyin_test

import (
	"testing"

	"juzhen/internal/pinyin"
)

func TestNamesAreTypedByLetters(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, typed string
		want        bool
	}{
		{"环保北京", "huanbaobeijing", true},
		{"环保北京", "hbbj", true},
		{"环保北京", "beijing", true},
		{"环保北京", "HBBJ", true},
		{"环保北京", "bj", true},
		{"环保北京", "bh", false},
		{"环保北京", "环保", false}, // that is found by its letters
		{"朝阳环保示例", "chaoyang", true},
		{"朝阳环保示例", "cyhb", true},
		{"朝阳环保示例", "zyhb", true},
		{"重庆环保", "chongqing", true},
		{"第12号", "di12hao", true},
		{"PM发布", "pmfb", true},
		{"西安", "xi'an", true},
		{"绿色通州", "lvse", true},
		{"北京", "", false},
	} {
		if got := pinyin.Match(c.name, c.typed); got != c.want {
			t.Errorf("%s by %q: %v; keys %s", c.name, c.typed, got, pinyin.Keys(c.name))
		}
	}
}
