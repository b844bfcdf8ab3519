package template

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/air"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// zones of the live report, the whole city first, with the names they go by.
var zones = []struct {
	name  string
	names []string
}{
	{"全市", []string{"全市", "北京市", "全市平均"}},
	{"城六区", []string{"城六区", "城区", "中心城区"}},
	{"西北部", []string{"西北部"}},
	{"东北部", []string{"东北部"}},
	{"东南部", []string{"东南部"}},
	{"西南部", []string{"西南部"}},
}

// live reads the hour's concentrations of the city and its zones.
func (r *reader) live(slots map[string]string) []Fact {
	at := r.time("at")
	if len(r.faults) == 0 && at.After(r.on) {
		r.refuse(fault.Invalid("at", "监测时间还没有到"))
	}
	facts, worst := r.zoned(slots, air.Hour, at)
	slots["{时间}"] = clock(at)
	slots["{健康提示}"] = advice[worst]

	return facts
}

// daily reads the mean concentrations of a day that is over.
func (r *reader) daily(slots map[string]string) []Fact {
	on := r.time("day")
	if len(r.faults) == 0 && !beijing.Day(on).Before(beijing.Day(r.on)) {
		r.refuse(fault.Invalid("day", "日报写的是过去的一天"))
	}
	facts, _ := r.zoned(slots, air.Day, on)
	slots["{日期}"] = day(on)

	return facts
}

// zoned reads the concentrations of the city and its zones, and tells which level advice is for: 0 for none.
func (r *reader) zoned(slots map[string]string, over air.Averaging, at time.Time) ([]Fact, air.Level) {
	table := r.readings("readings", over)
	if len(r.faults) > 0 {
		return nil, 0
	}

	var facts []Fact
	var shown []string

	for i, zone := range zones {
		values, ok := table[zone.name]
		if !ok {
			if i > 0 {
				r.refuse(fault.Invalid("readings", "缺少“{.zone}”一行", "zone", zone.name))
			}

			continue
		}
		index, err := air.On(at).Compute(over, values)
		if err != nil {
			r.refuse(fault.Invalid("readings", "“{.zone}”一行没有浓度", "zone", zone.name))
			continue
		}
		facts = append(facts, factOf(zone.name, index))
		if i == 0 {
			continue
		}
		if fine := values[air.PM25]; fine != nil {
			shown = append(shown, zone.name+strconv.FormatFloat(math.RoundToEven(*fine), 'f', 0, 64))
		} else {
			shown = append(shown, zone.name+"缺测")
		}
	}
	if len(r.faults) > 0 || len(facts) == 0 {
		return nil, 0
	}

	worst := facts[0].Level
	slots["{空气质量}"] = "全市" + quality(facts[0])
	if facts[0].Of != "全市" {
		slots["{空气质量}"], worst = rangeOf(facts)
	}
	slots["{各区浓度}"] = "PM2.5浓度（微克/立方米）：" + strings.Join(shown, "，")
	if !facts[0].Published {
		worst = 0
	}

	return facts, worst
}

// forecast reads three days: least and greatest index, primary pollutant.
func (r *reader) forecast(slots map[string]string) []Fact {
	from := r.time("from")
	rows := r.table("days")
	if len(r.faults) > 0 {
		return nil
	}
	if len(rows) != 3 {
		r.refuse(fault.Invalid("days", "请填写三天，每天一行；现在是 {.n} 行", "n", len(rows)))
		return nil
	}

	var facts []Fact
	var days []string
	worst := air.Level(1)

	for i, row := range rows {
		low, high := r.index("days", row, 0), r.index("days", row, 1)
		primary := r.primary("days", row, 2, high)
		if len(r.faults) > 0 {
			continue
		}
		if low > high {
			r.cell("days", row, 1, i18n.N("应不低于最低AQI"))
			continue
		}
		date := day(from.AddDate(0, 0, i))
		said := fmt.Sprintf("%sAQI %d–%d，%s", date, low, high, classes(low, high))
		if primary != "" {
			said += "，首要污染物" + primary
		}
		days = append(days, said)
		worst = max(worst, air.LevelOf(high))
		facts = append(facts, Fact{date, high, air.LevelOf(high), primary, true})
	}

	slots["{逐日预报}"] = strings.Join(days, "；")
	slots["{天气}"] = ""
	if weather := r.words("weather", false); weather != "" {
		slots["{天气}"] = weather + "。"
	}
	slots["{健康提示}"] = advice[worst]

	return facts
}

// expected writes what one pollutant is expected to reach.
func (r *reader) expected(
	slots map[string]string,
	over air.Averaging,
	pollutant air.Pollutant,
	slot, measure string,
) []Fact {
	var field Field

	for _, kind := range []Kind{Ozone, Dust} {
		for _, f := range fields[kind] {
			if f.Name == string(pollutant) {
				field = f
			}
		}
	}
	from, until := r.span()
	value := r.number(field.Name, field.Min, field.Max)
	if len(r.faults) > 0 {
		return nil
	}
	index, err := air.On(from).Compute(over, map[air.Pollutant]*float64{pollutant: &value})
	if err != nil {
		r.refuse(
			fault.Invalid(
				field.Name,
				"请填写 {.min} 到 {.max} 之间的数",
				"min",
				decimal(field.Min),
				"max",
				decimal(field.Max),
			),
		)

		return nil
	}

	slots["{起止}"] = between(from, until)
	slots[slot] = fmt.Sprintf("%s%s%s微克/立方米，达到%s（%s）水平", pollutant.Name(), measure,
		strconv.FormatFloat(math.RoundToEven(value), 'f', 0, 64), index.Level.Ordinal(), index.Level.Class())
	slots["{健康提示}"] = advice[index.Level]

	return []Fact{{pollutant.Name(), index.IAQI[pollutant], index.Level, "", true}}
}
