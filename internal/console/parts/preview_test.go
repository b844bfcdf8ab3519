package parts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
)

func TestPiecesAreWhatWeiboMakesLinksOf(t *testing.T) {
	t.Parallel()
	got := Pieces("#蓝天# 见 https://sthjj.beijing.gov.cn/a，@环保北京 发布")
	want := []Piece{
		{"topic", "#蓝天#"},
		{"text", " 见 "},
		{"link", "https://sthjj.beijing.gov.cn/a"},
		{"text", "，"},
		{"name", "@环保北京"},
		{"text", " 发布"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if Pieces("") != nil {
		t.Error("pieces of nothing")
	}
}

func TestAccountsWithTheSameWordsShareAPreview(t *testing.T) {
	t.Parallel()
	own := "单独"
	commercial := account.Account{ID: 1, Handle: "甲", Connector: account.Commercial}
	public := account.Account{ID: 2, Handle: "乙", Connector: account.Public}
	third := account.Account{ID: 3, Handle: "丙", Connector: account.Commercial}
	fourth := account.Account{ID: 4, Handle: "丁", Connector: account.Commercial}
	version := post.Version{
		Text:    "通用",
		Visible: 1,
		Media:   []post.VersionMedia{{MediaID: 9, Alt: "图"}},
		Targets: []post.Target{
			{AccountID: 1, Account: commercial},
			{AccountID: 2, Account: public},
			{AccountID: 3, Account: third},
			{AccountID: 4, Account: fourth, Variant: &own},
		},
	}
	problems := post.Problems{{Fault: fault.Invalid("text", "请填写正文"), Accounts: []account.Account{public}}}
	got := Previews(i18n.For("zh-CN"), version, problems)
	if len(got) != 3 || len(got[0].Others()) != 1 || got[0].Others()[0].Handle != "丙" ||
		got[1].First().Handle != "乙" ||
		!got[2].Own {
		t.Fatalf("got %+v", got)
	}
	if got[0].Limit != 2000 || got[1].Limit != 140 || got[0].Length != 2 || !got[0].Private ||
		got[0].Folded ||
		got[0].Pictures[0].Alt != "图" {
		t.Errorf("got %+v", got[0])
	}
	if len(got[0].Problems) != 0 || len(got[1].Problems) != 1 {
		t.Errorf("problems: %v, %v", got[0].Problems, got[1].Problems)
	}
}

func TestTheStreamFoldsAtAHundredAndFortyAndCutsNothingInHalf(t *testing.T) {
	t.Parallel()

	family := "👨‍👩‍👧‍👦"
	for _, c := range []struct{ text, head string }{
		{strings.Repeat("字", 140), strings.Repeat("字", 140)},
		{strings.Repeat("字", 141), strings.Repeat("字", 140)},
		{strings.Repeat("字", 139) + family + "尾", strings.Repeat("字", 139)},
		{strings.Repeat("字", 135) + "#空气质量播报#尾巴", strings.Repeat("字", 135)},
	} {
		account := account.Account{ID: 1, Handle: "甲", Connector: account.Commercial}
		version := post.Version{Text: c.text, Targets: []post.Target{{AccountID: 1, Account: account}}}
		preview := Previews(i18n.For("zh-CN"), version, nil)[0]

		whole := ""
		for _, piece := range preview.Head() {
			whole += piece.Text
		}
		if whole != c.text {
			t.Errorf("unfolded: %q", whole)
		}
		preview.Fold = true

		head, all := "", ""
		for _, piece := range preview.Head() {
			head += piece.Text
		}

		for _, piece := range preview.Tail() {
			all += piece.Text
		}
		if head != c.head || head+all != c.text {
			t.Errorf("folded at %q, want %q", head, c.head)
		}
	}
}
