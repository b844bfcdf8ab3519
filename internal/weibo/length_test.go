package weibo_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"juzhen/internal/weibo"
)

func TestLengthAgreesWithTheTableTheBrowserShares(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/length.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Text string
		Length     int
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 50 {
		t.Fatalf("only %d cases", len(cases))
	}

	for _, c := range cases {
		if got := weibo.Length(c.Text); got != c.Length {
			t.Errorf("%s: %d, want %d", c.Name, got, c.Length)
		}
	}
}

func TestLengthNeverExceedsWhatTheCharactersWeigh(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z中文，#@ \n😀]{0,60}`).Draw(t, "text")
		n := weibo.Length(s)
		if n < 0 || n > 2*len([]rune(s)) || (s != "" && n == 0) {
			t.Fatalf("%q counts %d", s, n)
		}
		if longer := weibo.Length(s + "中"); longer != n && longer != n+1 {
			t.Fatalf("one more character made %d of %d", longer, n)
		}
	})
}

func TestAnOrdinaryLinkCostsTenWhateverItsLength(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.StringMatching(`[a-z0-9/?=&%]{0,120}`).Draw(t, "path")
		before := rapid.StringMatching(`[一-龥]{0,20}`).Draw(t, "before")
		if got, want := weibo.Length(before+"https://gov.cn/"+path), len([]rune(before))+10; got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	})
}

func TestLinksAreFoundWhereWeiboFindsThem(t *testing.T) {
	t.Parallel()
	got := weibo.Links("见http://a.cn/x，和 https://b.cn:8080/y?z=1。不是 www.c.cn")
	if strings.Join(got, " ") != "http://a.cn/x https://b.cn:8080/y?z=1" {
		t.Errorf("links %q", got)
	}
}
