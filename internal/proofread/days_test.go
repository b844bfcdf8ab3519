package proofread

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
)

// TestDaysThatATextNames reads days as people write them; the text goes out on 29 December 2026.
func TestDaysThatATextNames(t *testing.T) {
	t.Parallel()

	on := time.Date(2026, 12, 29, 9, 0, 0, 0, beijing.Zone)

	for text, want := range map[string]string{
		"今天晴":               "12-29",
		"明日有雨，后天转晴":         "12-30 12-31",
		"12月30日20时至1月2日24时": "12-30/01-02",
		"30日至2日":            "12-30/01-02",
		"31日（周四）到3日":        "12-31/01-03",
		"2026年12月30日、31日":   "12-30 12-31",
		"2027-01-03 起":      "01-03",
		"未来三天":              "12-29/01-01",
		"未来两周":              "12-29/01-12",
		"28日发布":             "12-28",
		"3日内办结，日均 5 日均值，第3日，每5日": "",
		"2月30日，40日":                "",
		"https://a.cn/12月30日 没有日子": "",
		"昨天的通报":                    "12-28",
		"去年12月30日":                 "",
		"1月5日，又到1月3日":              "01-05 01-03",
		"PM2.5 浓度 35，AQI 120":      "",
		"":                         "",
	} {
		var got []string

		for _, span := range Days(text, on) {
			first, last := span.From.Format("01-02"), span.To.AddDate(0, 0, -1).Format("01-02")
			if first != last {
				first += "/" + last
			}
			got = append(got, first)
		}
		if joined := strings.Join(got, " "); joined != want {
			t.Errorf("%q names %q, want %q", text, joined, want)
		}
	}
}
