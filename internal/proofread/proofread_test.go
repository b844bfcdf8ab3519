package proofread_test

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"juzhen/internal/beijing"
	"juzhen/internal/proofread"
)

// context is the day of the texts here: a Monday, after HJ 633-2026 came into force.
var context = proofread.Context{
	On:      time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC),
	Handles: []string{"环保北京", "京环之声", "北京环境监测", "北京经济技术开发区生态环境"},
}

// found writes findings as "rule:found→suggestion".
func found(text string) (out []string) {
	for _, f := range proofread.Read(text, context) {
		out = append(out, string(f.Rule)+":"+f.Found+"→"+f.Suggestion)
	}

	return out
}

func TestWhatIsWrongIsFoundWhereItIsToBeMended(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		// the index and the words about it
		"今日AQI为132，空气质量级别为四级，中度污染。": "aqi_class:四级→三级 aqi_class:中度污染→轻度污染",
		"AQI 98，轻度污染":             "aqi_class:轻度污染→良",
		"空气质量指数（AQI）为45，良":        "aqi_class:良→优",
		"空气质量指数为156（轻度污染）":        "aqi_class:轻度污染→中度污染",
		"城区中度污染（AQI 132），请减少户外活动": "aqi_class:中度污染→轻度污染",
		"ＡＱＩ：２１０，中度污染":            "aqi_class:中度污染→重度污染",
		"预计AQI 80～110，良":          "",
		"预计AQI 80～110，优至良":        "aqi_class:优至良→良至轻度污染",
		"AQI为132，橙色":              "",
		"AQI为132，红色":              "aqi_class:红色→橙色",
		"AQI达到301，重度污染":           "aqi_class:重度污染→严重污染",
		"AQI 达 620，严重污染":          "aqi_class:620→",
		"今日为中度污染（三级）":             "aqi_class:三级→四级",
		"AQI为52，首要污染物为PM2.5，良":    "",
		"AQI为45，优，首要污染物为PM2.5":    "primary_pollutant:PM2.5→无",
		"PM2.5浓度为30微克/立方米，PM10浓度为110微克/立方米，首要污染物为PM2.5": "primary_pollutant:PM2.5→PM10",

		// warnings
		"发布空气重污染橙色预警（一级）":    "warning_level:一级→二级",
		"启动红色（Ⅱ级）预警":         "warning_level:Ⅱ级→Ⅰ级",
		"发布三级（橙色）预警":         "warning_level:三级→二级",
		"发布黄色预警（三级）":         "",
		"AQI 132，发布红色预警，请注意": "",

		// days and times
		"11月30日（星期二）召开":      "weekday:星期二→星期一",
		"2026年12月1日 周一":      "weekday:周一→周二",
		"11月30日（星期一）召开":      "",
		"12月5日至12月7日（周六至周一）": "",
		"2024年11月30日（星期六）":   "",
		"2024年11月30日（星期一）":   "weekday:星期一→星期六",
		"去年11月30日（星期日）":      "",
		"2月30日前完成":           "impossible_date:2月30日→",
		"2026-02-30截止":       "impossible_date:2026-02-30→",
		"2026年13月5日":         "impossible_date:2026年13月5日→",
		"2027年2月29日":         "impossible_date:2027年2月29日→",
		"2月29日":              "",
		"今晚24:30开始":          "impossible_date:24:30→",
		"今晚24:00结束":          "",
		"9:75集合":             "impossible_date:9:75→",
		"25时起":               "impossible_date:25时→",
		"比分为25:21":           "",
		"15:00至14:30":        "end_before_start:14:30→",
		"15时至14时":            "end_before_start:14时→",
		"22:00至次日6:00":       "",
		"22:00-6:00施工":       "",
		"12月8日至5日":           "end_before_start:5日→",
		"12月28日至1月3日":        "",
		"8月5日至7月1日":          "end_before_start:7月1日→",

		// units
		"PM2.5日均浓度为35毫克/立方米":        "unit:毫克/立方米→微克/立方米",
		"PM10小时均值80 mg/m3":          "unit:mg/m3→μg/m³",
		"一氧化碳日均浓度为0.8毫克/立方米":        "",
		"锅炉烟气中二氧化硫排放浓度不得超过10毫克/立方米": "",

		// people
		"联系人电话13800138000。":                       "mobile:13800138000→",
		"联系人电话138-0013-8000":                      "mobile:138-0013-8000→",
		"电话：１３８００１３８０００":                          "mobile:１３８００１３８０００→",
		"订单号2026113013800138000123":               "",
		"https://a.cn/13800138000":                "",
		"拨打010-68413817或12345、12369，监督电话68413817": "",
		"身份证号11010519491231002X":                  "id_card:11010519491231002X→",
		"编号110105194912310021":                    "",
		"车牌京A12345的车辆":                            "plate:京A12345→",
		"京AD12345":                                "plate:京AD12345→",
		"京G1234国道":                                "",
		"卡号6222021234567890127":                   "",
		"账户 4111 1111 1111 1111。":                 "bank_card:4111 1111 1111 1111→",

		// topics, mentions, links
		"#北京蓝天# 今日":                      "",
		"#北京蓝天 今日空气好":                    "topic:#北京蓝天→#北京蓝天#",
		"3#楼和#1机组":                       "",
		"转发@环保北亰：今日":                     "handle:@环保北亰→@环保北京",
		"转发@京环之声 @北京环境监测":                "",
		"@北京环保":                          "",
		"ftp://a.cn/x 下载":                "link:ftp://a.cn/x→",
		"见http://192.168.1.5/a":          "link:http://192.168.1.5/a→",
		"见http://localhost/a":            "link:http://localhost/a→",
		"见https://sthjj.beijing.gov.cn。": "",
	} {
		if got := strings.Join(found(text), " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestABlueWarningOfPollutionEndedIn2018: the plan of the day on which a text goes out decides; the blue of
// the weather stays, and so does what is told of former years.
func TestABlueWarningOfPollutionEndedIn2018(t *testing.T) {
	t.Parallel()
	const issued, wrong = "本市发布空气重污染蓝色预警（四级）。", "发布空气重污染蓝色预警（三级）"
	none := "warning_level:蓝色→"

	for _, c := range []struct{ on, text, want string }{
		{"2018-10-12", issued, ""},
		{"2018-10-12", wrong, "warning_level:三级→四级"},
		{"2018-10-12", "解除空气重污染蓝色预警", ""},
		{"2018-10-13", issued, none},
		{"2018-10-13", wrong, none},
		{"2018-10-13", "解除空气重污染蓝色预警", none},
		{"2018-10-13", "空气重污染预警由黄色变更为重污染蓝预警", "warning_level:蓝→"},
		{"2026-12-02", issued, none},
		{"2026-12-02", "发布空气重污染黄色预警（三级）", ""},
		{"2026-12-02", "发布大风蓝色预警（四级），请注意防范。", ""},
		{"2026-12-02", "发布大风蓝色预警（三级）", "warning_level:三级→四级"},
		{"2026-12-02", "2016年12月，本市启动空气重污染蓝色预警（四级）。", ""},
		{"2026-12-02", "2018年修订后，空气重污染预警取消蓝色。", ""},
		{"2013-10-21", "启动空气重污染蓝色预警", ""}, // before the first plan
	} {
		on, err := time.ParseInLocation("2006-01-02", c.on, beijing.Zone)
		if err != nil {
			t.Fatal(err)
		}
		var got []string

		for _, f := range proofread.Read(c.text, proofread.Context{On: on}) {
			got = append(got, string(f.Rule)+":"+f.Found+"→"+f.Suggestion)
		}
		if told := strings.Join(got, " "); told != c.want {
			t.Errorf("%s %s: %q, want %q", c.on, c.text, told, c.want)
		}
	}
}

// TestOrdinaryNoticesAreLeftAlone: every line of both collections is right, so nothing may be found in it.
func TestOrdinaryNoticesAreLeftAlone(t *testing.T) {
	t.Parallel()
	var lines []string

	for _, file := range []string{"testdata/notices.txt", "../lexicon/testdata/notices.txt"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(strings.TrimSpace(string(text)), "\n")...)
	}
	if len(lines) < 260 {
		t.Fatalf("only %d lines", len(lines))
	}

	for _, line := range lines {
		if got := found(line); len(got) > 0 {
			t.Errorf("%s\n%v", line, got)
		}
	}
}

// TestWhatIsFoundStandsThere: whatever the text, each finding is a slice of it.
func TestWhatIsFoundStandsThere(t *testing.T) {
	t.Parallel()

	pieces := []string{
		"AQI",
		"为",
		"132",
		"，",
		"中度污染",
		"四级",
		"11月30日",
		"（星期二）",
		"24:30",
		"－",
		"PM2.5",
		"毫克/立方米",
		"#",
		"@环保北亰",
		"https://a.cn/",
		"１３８００１３８０００",
		"\n",
		"。",
		"😀",
		"至",
		"红色预警",
		"Ⅱ级",
		" ",
		"京A12345",
		"浓度",
		"\xff",
		"2月30日",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), "")
		runes := []rune(text)

		for _, f := range proofread.Read(text, context) {
			if f.Start < 0 || f.End > utf8.RuneCountInString(text) || f.Start >= f.End ||
				string(runes[f.Start:f.End]) != f.Found {
				t.Fatalf("%q: %+v", text, f)
			}
			if f.Rule.Label() == "" || f.Text == "" {
				t.Fatalf("%+v says nothing", f)
			}
		}
	})
}
