package rumour

import (
	"testing"
	"time"

	"juzhen/internal/beijing"
)

func at(month time.Month, day, hour int) time.Time {
	return time.Date(2016, month, day, hour, 0, 0, 0, beijing.Zone)
}

// december is what the bureau denied on the night to 8 December 2016: that a red alert had been issued. No
// warning of any level stood, and the air of the coming week would be generally good.
var december = Rule{
	ID:       1,
	Claim:    "北京将发布空气重污染红色预警",
	Keywords: [][]string{{"空气重污染", "预警"}, {"红色预警"}, {"PM2.5", "爆表"}},
	From:     at(12, 8, 0),
	Until:    at(12, 16, 0),
}

// TestWhatContradictsTheRebuttalOfDecember2016 holds texts of those days, and of others, against it.
func TestWhatContradictsTheRebuttalOfDecember2016(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, text string
		out        time.Time
		found      string // "": no contradiction
	}{
		{
			"the red alert of 15 December, while the rebuttal still held",
			"经市政府批准，北京市将于12月16日20时启动空气重污染红色预警，12月21日24时解除。", at(12, 15, 13), "空气重污染",
		},
		{
			"the same, had the rebuttal ended before",
			"经市政府批准，北京市将于12月16日20时启动空气重污染红色预警。", at(12, 16, 0), "",
		},
		{"planned for later, about a day within", "回顾：12月14日，本市启动红色预警。", at(12, 20, 9), "红色预警"},
		{"planned for later, about days after it", "12月16日至21日启动红色预警。", at(12, 20, 9), ""},
		{"a span that reaches into it", "12月15日至21日启动红色预警。", at(12, 20, 9), "红色预警"},
		{"a day without its month", "自15日20时至21日，启动红色预警。", at(12, 20, 9), "红色预警"},
		{"tomorrow, told before it begins", "明天启动红色预警。", at(12, 7, 9), "红色预警"},
		{"the day before, about the day before", "今天启动红色预警。", at(12, 6, 9), ""},
		{"the rebuttal itself", "网传今晚启动红色预警，不实。", at(12, 8, 1), ""},
		{"a denial of its own words", "本市没有发布红色预警。", at(12, 8, 1), ""},
		{"a denial in one sentence, the claim in the next", "此前传言不实。现启动红色预警。", at(12, 9, 1), "红色预警"},
		{"the words of a line in two sentences", "空气重污染正在减轻。暴雨预警已发布。", at(12, 9, 1), ""},
		{"one word of two", "暴雨蓝色预警已发布。", at(12, 9, 1), ""},
		{"full width and small letters", "局地ｐｍ2．5爆表。", at(12, 9, 1), "ｐｍ2．5"},
		{"the claim itself", "北京将发布空气重污染红色预警", at(12, 9, 1), "空气重污染"},
		{"the week that was foretold", "未来一周空气质量总体较好。", at(12, 8, 1), ""},
		{"nothing", "", at(12, 9, 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			place, ok := december.In(c.text, c.out)
			found := ""
			if ok {
				found = string([]rune(c.text)[place.Start:place.End])
			}
			if found != c.found {
				t.Errorf("%q going out %s: found %q, want %q", c.text, c.out, found, c.found)
			}
		})
	}
}
