package template

import (
	"errors"
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

var today = time.Date(2026, 11, 30, 15, 0, 0, 0, beijing.Zone)

const pasted = "区域\tPM2.5\tPM10\tSO2\tNO2\tCO\tO3\n" +
	"全市\t58\t80\t3\t40\t0.8\t20\n" +
	"城区\t60.5\t80\t3\t40\t0.8\t20\n" +
	"西北部\t34.5\t60\t3\t40\t0.8\t20\n" +
	"东北部\t40\t60\t3\t40\t0.8\t20\n" +
	"东南部\t68\t90\t3\t40\t0.8\t20\n" +
	"西南部\t62\t121\t3\t40\t0.8\t20\n"

func without(line string) string {
	var kept []string

	for l := range strings.Lines(pasted) {
		if !strings.HasPrefix(l, line) {
			kept = append(kept, l)
		}
	}

	return strings.Join(kept, "")
}

func TestWhatTemplatesWrite(t *testing.T) {
	t.Parallel()
	red := &Previous{Colour: "红", From: time.Date(2026, 11, 28, 0, 0, 0, 0, beijing.Zone)}

	for name, c := range map[string]struct {
		kind     Kind
		values   Values
		previous *Previous
		want     []string
	}{
		"live": {
			Live, Values{"at": "2026-11-30T14:00", "readings": pasted}, nil,
			[]string{
				"【空气质量实况】11月30日14时，全市AQI为96，空气质量二级（良），首要污染物PM2.5。",
				"城六区60，西北部34，东北部40，东南部68，西南部62。",
			},
		},
		"live by the standard of its day": {
			Live, Values{"at": "2026-02-28T14:00", "readings": pasted}, nil, []string{"AQI为79，空气质量二级（良）"},
		},
		"live without the city": {
			Live, Values{"at": "2026-11-30T14:00", "readings": without("全市")}, nil,
			[]string{"各区域空气质量二级（良）至三级（轻度污染）"},
		},
		"live, CSV": {
			Live,
			Values{
				"at":       "2026-11-30T14:00",
				"readings": strings.ReplaceAll(strings.ReplaceAll(pasted, "\t", ","), "全市,58", "全市,\"58\""),
			},
			nil, []string{"AQI为96"},
		},
		"a pollutant is missing": {
			Live,
			Values{
				"at":       "2026-11-30T14:00",
				"readings": strings.ReplaceAll(pasted, "全市\t58\t80\t3", "全市\t58\t80\t—"),
			},
			nil, []string{"全市部分项目缺测，暂不发布AQI。"},
		},
		"forecast": {
			Forecast,
			Values{
				"from": "2026-12-01T00:00", "weather": "扩散条件转差。",
				"days": "35\t50\n80\t110\tPM2.5\n160\t210\tPM2.5、PM10",
			},
			nil,
			[]string{
				"12月1日AQI 35–50，一级优；", "12月2日AQI 80–110，二级良至三级轻度污染，首要污染物PM2.5；",
				"12月3日AQI 160–210，四级中度污染至五级重度污染，首要污染物PM2.5、PM10。扩散条件转差。",
			},
		},
		"warning": {
			Warning,
			Values{
				"colour": "橙", "from": "2026-12-01T00:00", "until": "2026-12-03T24:00",
			},
			nil, nil,
		},
		"orange": {
			Warning,
			Values{
				"colour": "橙", "from": "2026-12-01T00:00", "until": "2026-12-03T23:00",
				"cause": "受静稳天气影响", "days": "210,220",
			},
			nil,
			[]string{
				"【空气重污染橙色预警（二级）】", "《北京市空气重污染应急预案（2023年修订）》",
				"自12月1日0时至12月3日23时。受静稳天气影响。",
			},
		},
		"change": {
			Change,
			Values{
				"colour": "橙", "from": "2026-11-30T20:00", "until": "2026-12-01T12:00", "cause": "冷空气提前",
			},
			red,
			[]string{
				"自11月30日20时起将11月28日0时启动的空气重污染红色预警（一级）变更为空气重污染橙色预警（二级），有效期至12月1日12时。",
			},
		},
		"lift": {
			Lift, Values{"from": "2026-12-01T12:00", "cause": "冷空气到达"}, red,
			[]string{"自12月1日12时起解除11月28日0时启动的空气重污染红色预警（一级）。冷空气到达。"},
		},
		"ozone": {
			Ozone, Values{"from": "2026-06-01T12:00", "until": "2026-06-01T20:00", "o3_8h": "216"}, nil,
			[]string{"臭氧日最大8小时平均浓度约216微克/立方米，达到四级（中度污染）水平", "不是空气重污染预警"},
		},
		"dust": {
			Dust,
			Values{
				"from": "2026-04-01T12:00", "until": "2026-04-01T20:00", "pm10": "800", "area": "全市",
			},
			nil, []string{"PM10小时浓度约800微克/立方米，达到六级（严重污染）水平"},
		},
		"ranking": {
			Ranking,
			Values{"month": "2026-10", "ranks": "朝阳\t31\t-5.5%\n密云\t22\n延庆\t22\t0\n通州\t35\t3"}, nil,
			[]string{"1. 密云22；1. 延庆22（同比持平）；3. 朝阳31（同比下降5.5%）；4. 通州35（同比上升3%）。"},
		},
		"digest": {
			Digest, Values{"from": "2026-11-23", "items": "朝阳\t河道清理完成\thttps://example.com/1\n密云\t水库巡查"}, nil,
			[]string{"11月23日至11月29日", "1. 朝阳：河道清理完成 https://example.com/1\n2. 密云：水库巡查"},
		},
	} {
		got, err := Render(c.kind, c.values, c.kind.Wording(), c.previous, today)
		if c.want == nil {
			if err == nil {
				t.Errorf("%s: was written: %s", name, got.Text)
			}

			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}

		for _, want := range c.want {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%s: %s\nlacks %s", name, got.Text, want)
			}
		}
		if strings.ContainsAny(got.Text, "{}") || got.Note != nil {
			t.Errorf("%s: %s, %v", name, got.Text, got.Note)
		}
	}
}

func TestAWarningIsHeldAgainstItsForecast(t *testing.T) {
	t.Parallel()
	values := Values{
		"colour": "黄",
		"from":   "2026-12-01T00:00",
		"until":  "2026-12-03T00:00",
		"cause":  "静稳",
		"days":   "210，310，220",
	}
	got, err := Render(Warning, values, Warning.Wording(), nil, today)
	if err != nil || got.Note == nil || !strings.Contains(got.Note.Plain(), "红色") {
		t.Errorf("%+v, %v", got.Note, err)
	}
	values["colour"] = "蓝"
	if _, err := Render(Warning, values, Warning.Wording(), nil, today); err == nil {
		t.Error("there is no blue warning today")
	}
}

func TestAFaultyCellIsNamedByRowAndColumn(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		kind  Kind
		field string
		text  string
		want  []string
	}{
		"no number": {
			Live, "readings", strings.ReplaceAll(pasted, "西北部\t34.5", "西北部\tabc"), []string{"第 4 行第 2 列“abc”"},
		},
		"two at once": {
			Live, "readings", strings.ReplaceAll(strings.ReplaceAll(pasted, "34.5", "-1"), "68", "1e9"),
			[]string{"第 4 行第 2 列“-1”", "第 6 行第 2 列“1e9”"},
		},
		"no pollutant": {Live, "readings", strings.Replace(pasted, "SO2", "铅", 1), []string{"第 1 行第 4 列“铅”"}},
		"no zone":      {Live, "readings", strings.Replace(pasted, "西南部", "河北", 1), []string{"第 7 行第 1 列“河北”"}},
		"zone twice":   {Live, "readings", strings.Replace(pasted, "西南部", "西北部", 1), []string{"第 7 行第 1 列"}},
		"not a class":  {Forecast, "days", "1\t2\n80\t70\tPM2.5\n9\t9", []string{"第 2 行第 2 列“70”"}},
		"no primary":   {Forecast, "days", "1\t2\n80\t90\n9\t9", []string{"第 2 行第 3 列"}},
		"one too many": {Forecast, "days", "1\t2\tPM2.5\n8\t9\n9\t9", []string{"第 1 行第 3 列“PM2.5”"}},
		"two days":     {Forecast, "days", "1\t2\n8\t9", []string{"三天"}},
		"no district":  {Ranking, "ranks", "密云\t22\n\t21", []string{"第 2 行第 1 列"}},
		"much":         {Ranking, "ranks", strings.Repeat("密云\t22\n", 5000), []string{"表格过大"}},
		"many":         {Ranking, "ranks", strings.Repeat("密\t2\n", 60), []string{"超过"}},
	} {
		_, err := Render(c.kind, Values{
			"at": "2026-11-30T14:00", "from": "2026-12-01T00:00", "month": "2026-10", c.field: c.text,
		}, c.kind.Wording(), nil, today)
		var fields fault.Fields
		if !errors.As(err, &fields) {
			t.Errorf("%s: %v", name, err)
			continue
		}

		var said []string
		for _, one := range fields {
			said = append(said, one.Plain())
		}

		for _, want := range c.want {
			if !strings.Contains(strings.Join(said, "\n"), want) {
				t.Errorf("%s: %v, want %s", name, said, want)
			}
		}
	}
}

func TestAWordingKeepsWhatBelongsTogether(t *testing.T) {
	t.Parallel()

	for _, kind := range Shipped() {
		if failure := CheckWording(
			kind,
			kind.Wording(),
		); failure != nil || kind.Label() == "" ||
			kind.Help() == "" ||
			len(kind.Fields()) == 0 {
			t.Errorf("%s: %v", kind, failure)
		}
	}

	for _, c := range []struct {
		kind Kind
		text string
		good bool
	}{
		{Ozone, "{起止}，{臭氧}。{健康提示}", true},
		{Ozone, "{起止}，{臭氧}。", false},
		{Ozone, "{起止}，{臭氧}，轻度污染。{健康提示}", false},
		{Ozone, "{起止}，{臭氧}，橙色预警。{健康提示}", false},
		{Ozone, "{起止}，{臭氧}。{健康提示}{预警}", false},
		{Ozone, "{起止}，{臭氧}。{健康提示", false},
		{Ozone, " ", false},
		{Own, "{区}环保局提醒您：{日期}……{链接} @{账号}", true},
		{Own, "{区}{某}", false},
	} {
		if got := CheckWording(c.kind, c.text); (got == nil) != c.good {
			t.Errorf("%s %q: %v", c.kind, c.text, got)
		}
	}
}

func TestAnOwnTemplateBecomesEachAccounts(t *testing.T) {
	t.Parallel()
	got := Resolve("{日期}，{区}：{链接} @{账号}", Place{
		Unit: "{链接}", Account: "环保朝阳", Date: today, Link: "https://a.example",
	})
	if got != "11月30日，{链接}：https://a.example @环保朝阳" {
		t.Error(got)
	}
}
