package proofread_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"juzhen/internal/proofread"
)

func TestATextThatContradictsItsTimeIsFound(t *testing.T) {
	t.Parallel()

	at := func(hour, minute int) time.Time {
		return time.Date(2026, 11, 30, hour-8, minute, 0, 0, time.UTC) // of Beijing
	}

	for _, c := range []struct {
		on   time.Time
		text string
		want string
	}{
		// announced and over
		{at(23, 30), "今晚20时，专家做客直播间", "今晚20时"},
		{at(23, 30), "今晚8点将发布预警，请关注", "今晚8点"},
		{at(23, 30), "今晚八点，不见不散！", "今晚八点"},
		{at(21, 0), "直播预告：今晚 8:30 开播", "今晚 8:30"},
		{at(15, 1), "今天下午3点，新闻发布会将直播", "今天下午3点"},
		{at(16, 0), "今天（11月30日）15时将召开发布会", "今天(11月30日)15时"},
		{at(20, 31), "今晚八点半开讲，锁定直播间", "今晚八点半"},
		{at(23, 30), "今晚20时前将完成清洗作业", "今晚20时"},
		// reported on and still to come
		{at(15, 0), "截至今日20时，全市PM2.5浓度为35微克/立方米", "今日20时"},
		// another day
		{at(9, 0), "今天（12月1日）是世界艾滋病日", "今天(12月1日)"},
		{at(9, 0), "今天12月1日，我们一起来看", "今天12月1日"},
		{at(9, 0), "明天（30日）有大风", "明天(30日)"},

		// ordinary sentences
		{at(19, 0), "今晚20时，专家做客直播间", ""},
		{at(20, 0), "今晚20时，专家做客直播间", ""},
		{at(9, 0), "今日8时，全市PM2.5浓度为35微克/立方米，空气质量良", ""},
		{at(20, 30), "今晚20时，我市空气质量为良", ""},
		{at(12, 0), "今天上午10时，新闻发布会召开，会上将介绍的数据已公布", ""},
		{at(21, 0), "今晚20时至次日6时，将有雾霾", ""},
		{at(21, 0), "自今日20时起，将启动Ⅱ级响应", ""},
		{at(21, 0), "今晚20时后，风力将加大", ""},
		{at(21, 0), "截至今日20时，全市PM2.5浓度为35微克/立方米", ""},
		{at(9, 0), "今天（11月30日）白天晴，明天（12月1日）多云", ""},
		{at(9, 0), "今天是11月30日，12月1日起将供暖", ""},
		{at(23, 0), "明早8点，我们将直播日出", ""},
		{at(23, 30), "今晚12点前，请锁定直播间", ""},
		{at(23, 30), "今天我们将走进监测站", ""},
		{at(23, 30), "回看：今晚20时的直播在这里", ""},
		{at(23, 30), "刚刚，今晚20时的直播结束了，明天将继续", ""},
		{at(13, 0), "今天中午12点，食堂将开放", "今天中午12点"},
		{at(11, 0), "今天中午12点，食堂将开放", ""},
		{at(23, 30), "这三点今天将重点说明：一是，二是", ""},
	} {
		var found []string

		for _, f := range proofread.Read(c.text, proofread.Context{On: c.on, Timed: true}) {
			if f.Rule == proofread.OwnTime {
				found = append(found, strings.NewReplacer("（", "(", "）", ")").Replace(f.Found))
			}
		}
		if got := strings.Join(found, "、"); got != c.want {
			t.Errorf("at %s %q: found %q, want %q", c.on.Format("15:04Z"), c.text, got, c.want)
		}

		for _, f := range proofread.Read(c.text, proofread.Context{On: c.on}) {
			if f.Rule == proofread.OwnTime {
				t.Errorf("without a time %q: found %q", c.text, f.Found)
			}
		}
	}
}

// Nobody knows for when the collection of notices was meant: where a time contradicts another it is wrong at
// some minute. At noon of the day of the tests none of them does.
func TestOrdinaryNoticesDoNotContradictTheirTime(t *testing.T) {
	t.Parallel()
	notices, err := os.ReadFile("testdata/notices.txt")
	if err != nil {
		t.Fatal(err)
	}
	timed := context
	timed.Timed = true

	for _, line := range strings.Split(string(notices), "\n") {
		for _, f := range proofread.Read(line, timed) {
			if f.Rule == proofread.OwnTime {
				t.Errorf("%q: %s %v", line, f.Found, f.Args)
			}
		}
	}
}
