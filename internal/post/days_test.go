package post

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/beijing"
)

// on is noon of a day in Shanghai.
func on(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", beijing.Zone)
	if err != nil {
		t.Fatal(err)
	}

	return d
}

// TestDaysMadeWrong: 2026-11-29 is a Sunday.
func TestDaysMadeWrong(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, text, from, to string
		want                 []string
	}{
		{"the day itself, a day later", "11月29日空气质量良", "2026-11-29", "2026-11-30", []string{"11月29日"}},
		{"the day itself, a day earlier", "11月29日空气质量良", "2026-11-29", "2026-11-28", []string{"11月29日"}},
		{"the same day", "11月29日，今天空气质量良", "2026-11-29", "2026-11-29", nil},
		{"still ahead", "12月5日举行开放日", "2026-11-29", "2026-12-04", nil},
		{"becomes the day itself", "12月5日举行开放日", "2026-11-29", "2026-12-05", []string{"12月5日"}},
		{"becomes past", "12月5日举行开放日", "2026-11-29", "2026-12-06", []string{"12月5日"}},
		{"past stays past", "11月20日召开了会议", "2026-11-29", "2026-12-06", nil},
		{"a year with dashes", "2026-11-29 08:00 实况", "2026-11-29", "2026-11-30", []string{"2026-11-29"}},
		{"a year in words", "2026年11月29日", "2026-11-29", "2026-11-30", []string{"2026年11月29日"}},
		{
			"slashes and dots", "2026/11/29 和 2026.11.29", "2026-11-29", "2026-11-30",
			[]string{"2026/11/29", "2026.11.29"},
		},
		{"another year", "2025年11月29日起施行", "2026-11-29", "2026-11-30", nil},
		{"month and day with a slash", "11/29 空气质量", "2026-11-29", "2026-11-30", []string{"11/29"}},
		{"over New Year", "1月1日起实施", "2026-12-31", "2027-01-01", []string{"1月1日"}},
		{"blanks and full width", "１１ 月 ２９ 日", "2026-11-29", "2026-11-30", []string{"１１ 月 ２９ 日"}},
		{"Chinese numerals", "十一月二十九日", "2026-11-29", "2026-11-30", []string{"十一月二十九日"}},
		{"as spoken", "11月29号", "2026-11-29", "2026-11-30", []string{"11月29号"}},
		{"a range", "11月29-30日", "2026-11-29", "2026-12-01", []string{"11月29", "30日"}},
		{"the day alone", "今起至30日", "2026-11-29", "2026-12-01", []string{"今起", "30日"}},
		{
			"today and its kin", "今天、今日、今晚、今晨、今早", "2026-11-29", "2026-11-30",
			[]string{"今天", "今日", "今晚", "今晨", "今早"},
		},
		{"tomorrow, yesterday", "明天明日后天昨天昨日昨晚前天大后天", "2026-11-29", "2026-11-30",
			[]string{"明天", "明日", "后天", "昨天", "昨日", "昨晚", "前天", "大后天"}},
		{"today and tomorrow", "今明两天有雾", "2026-11-29", "2026-11-30", []string{"今明两天"}},
		{"the coming Sunday, still coming", "周日开放", "2026-11-27", "2026-11-28", nil},
		{"the coming Sunday, from its day on", "周日开放", "2026-11-27", "2026-11-29", []string{"周日"}},
		{"the coming Sunday, past", "周日开放", "2026-11-27", "2026-11-30", []string{"周日"}},
		{"the day itself", "星期天空气良好", "2026-11-29", "2026-11-30", []string{"星期天"}},
		{
			"all names of Sunday", "周日、星期日、星期天、礼拜天", "2026-11-29", "2026-11-30",
			[]string{"周日", "星期日", "星期天", "礼拜天"},
		},
		{"this week's", "本周五发布", "2026-11-25", "2026-11-26", nil},
		{"this week's, a week later", "本周五发布", "2026-11-25", "2026-12-02", []string{"本周五"}},
		{"next week's", "下周一起", "2026-11-27", "2026-11-29", nil},
		{"next week's, begun", "下周一起", "2026-11-27", "2026-11-30", []string{"下周一"}},
		{"every week", "每周日开放；两周一次；一周五天", "2026-11-29", "2026-12-01", nil},
		{"hours of service", "周一至周五 9:00 受理", "2026-11-27", "2026-12-02", nil},
		{"this week", "本周空气质量", "2026-11-29", "2026-11-30", []string{"本周"}},
		{"this month", "本月以来", "2026-11-29", "2026-12-01", []string{"本月"}},
		{"this year", "今年以来", "2026-12-31", "2027-01-01", []string{"今年"}},
		{"this year, the next day", "今年以来", "2026-11-29", "2026-11-30", nil},
		{"no dates", "近30日、3日内、第29号令、29号楼、12号台风、AQI 29、11.29", "2026-11-29", "2026-11-30", nil},
		{"no such day", "11月31日", "2026-11-30", "2026-12-01", nil},
		{"a number that goes on", "编号 111/29、2026-11-291", "2026-11-29", "2026-11-30", nil},
		{"in a link", "https://www.example.cn/2026-11-29/a.html", "2026-11-29", "2026-11-30", nil},
		{"a name", "@今日海淀 转自今日头条", "2026-11-29", "2026-11-30", nil},
		{"a topic", "#11月29日空气质量#", "2026-11-29", "2026-11-30", []string{"11月29日"}},
		{"told once", "今天，今天", "2026-11-29", "2026-11-30", []string{"今天"}},
		{"English", "Air quality today is good", "2026-11-29", "2026-11-30", []string{"today"}},
		{"near midnight in Shanghai", "今天", "2026-11-29", "2026-11-29", nil},
		{"nothing", "", "2026-11-29", "2026-11-30", nil},
	} {
		if got := DaysMadeWrong([]string{c.text}, on(t, c.from), on(t, c.to)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q from %s to %s: %q, want %q", c.name, c.text, c.from, c.to, got, c.want)
		}
	}
}

func TestADayEndsInShanghai(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 29, 15, 59, 0, 0, time.UTC) // 23:59 in Shanghai
	if got := DaysMadeWrong([]string{"今天"}, late, late.Add(time.Minute)); len(got) != 1 {
		t.Errorf("over midnight: %q", got)
	}
	if got := DaysMadeWrong([]string{"今天"}, late.Add(-15*time.Hour), late); len(got) != 0 {
		t.Errorf("the same day: %q", got)
	}
}

func FuzzDaysMadeWrong(f *testing.F) {
	for _, s := range []string{"11月29日", "2026-11-29", "周日", "今天", "１１／２９", "十一月廿九日", "\xff29日"} {
		f.Add(s)
	}
	from := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range DaysMadeWrong([]string{s}, from, from.AddDate(0, 0, 3)) {
			if w == "" {
				t.Errorf("an empty word in %q", s)
			}
		}
	})
}
