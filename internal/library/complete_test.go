package library_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/library"
)

func TestTopicsAndNamesAreCompletedFromWhatWasPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for i, text := range []string{
		"#美丽北京#今天良", "#蓝天保卫战#进展", "＃蓝天保卫战＃又一周 @生态环境部 转", "#藍天日記# @生态环境部", "没有#结束", "@京环之声 你好",
	} {
		w.published(1, noon.Add(-time.Duration(i)*time.Hour), text)
	}
	w.fill()

	for _, c := range []struct{ sign, typed, want string }{
		{library.Topic, "蓝", "蓝天保卫战 藍天日記"},
		{library.Topic, "", "蓝天保卫战 美丽北京 藍天日記"},
		{library.Topic, "美丽", "美丽北京"},
		{library.Topic, "北京", ""},
		{library.Mention, "生态", "生态环境部"},
		{library.Mention, "", "生态环境部 京环之声"},
		{library.Mention, "无", ""},
		{"!", "蓝", ""},
	} {
		got, err := w.library.Complete(t.Context(), district, c.sign, c.typed)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s%s: %v, %v; want %s", c.sign, c.typed, got, err, c.want)
		}
	}
}
