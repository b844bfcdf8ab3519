package template

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/air"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// Result is a text with what it was made of.
type Result struct {
	Text  string
	Facts []Fact
	Note  *fault.Error // something to be looked at that keeps nothing from being written
}

// Fact is one place's or one day's index with what belongs to it.
type Fact struct {
	Of        string
	AQI       int // 0: not published
	Level     air.Level
	Primary   string
	Published bool
}

// Previous is the warning that a change or a lifting continues.
type Previous struct {
	Colour string
	From   time.Time
}

// issuer of warnings in Beijing.
const issuer = "市空气重污染应急指挥部办公室"

// farthest is how far a time in a form may lie from today.
const farthest = 400 * 24 * time.Hour

// Render writes the text of a shipped kind from values, in a wording (Kind.Wording or a unit's), as of an
// instant. previous is what a change or a lifting continues. It fails with faults at the fields.
func Render(kind Kind, values Values, wording string, previous *Previous, on time.Time) (Result, error) {
	r := reader{values: values, on: on}
	slots := map[string]string{}
	var result Result

	if failure := CheckWording(kind, wording); failure != nil {
		return result, failure
	}
	if kind.Follows() && previous == nil {
		return result, fault.Invalid("supersedes", "请选择所接续的预警")
	}

	switch kind {
	case Live:
		result.Facts = r.live(slots)
	case Forecast:
		result.Facts = r.forecast(slots)
	case Warning, Change:
		result.Note = r.warning(slots, previous)
	case Lift:
		r.lift(slots, *previous)
	case Ozone:
		result.Facts = r.expected(slots, air.Day, air.O3Eight, "{臭氧}", "日最大8小时平均浓度约")
	case Dust:
		slots["{区域}"] = r.words("area", true)
		result.Facts = r.expected(slots, air.Hour, air.PM10, "{沙尘}", "小时浓度约")
	case Ranking:
		r.ranking(slots)
	case Digest:
		r.digest(slots)
	default:
		return result, fault.Invalid("kind", "没有这种模板")
	}
	if err := r.faults.Err(); err != nil {
		return Result{}, err
	}

	result.Text = fill(wording, slots)

	return result, nil
}

// fill puts values into slots in one pass: a value that looks like a slot stays as it is.
func fill(wording string, slots map[string]string) string {
	pairs := make([]string, 0, 2*len(slots))
	for slot, value := range slots {
		pairs = append(pairs, slot, value)
	}

	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(wording))
}

// Place is what the placeholders of a unit's own template become for one account.
type Place struct {
	Unit    string
	Account string
	Date    time.Time
	Link    string
}

// Resolve writes a unit's own template for one account.
func Resolve(wording string, place Place) string {
	return fill(wording, map[string]string{
		ofUnit:    place.Unit,
		ofAccount: place.Account,
		ofDate:    day(place.Date),
		ofLink:    place.Link,
	})
}

// reader takes values out of a form and keeps what is wrong with them.
type reader struct {
	values Values
	on     time.Time
	faults fault.Fields
}

func (r *reader) refuse(failure *fault.Error) { r.faults.Add(failure) }

func (r *reader) words(name string, needed bool) string {
	text := strings.TrimRight(strings.TrimSpace(r.values[name]), "。")
	switch {
	case text == "" && needed:
		r.refuse(fault.Invalid(name, "请填写这一项"))
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxWords:
		r.refuse(fault.Invalid(name, "文字过长，最多 {.max} 字", "max", maxWords))
	case strings.ContainsAny(text, "{}"):
		r.refuse(fault.Invalid(name, "不能有花括号"))
	}

	return text
}

func (r *reader) time(name string) time.Time {
	text := strings.TrimSpace(r.values[name])

	at, err := instant.Parse(text, time.RFC3339, "2006-01-02T15:04", time.DateOnly)
	switch {
	case err != nil:
		r.refuse(fault.Invalid(name, "请选择时间"))
	case at.Before(r.on.Add(-farthest)) || at.After(r.on.Add(farthest)):
		r.refuse(fault.Invalid(name, "时间离今天太远，请核对年份"))
	}

	return at.In(beijing.Zone)
}

// span reads a beginning and an end behind it.
func (r *reader) span() (from, until time.Time) {
	from, until = r.time("from"), r.time("until")
	if len(r.faults) == 0 && !until.After(from) {
		r.refuse(fault.Invalid("until", "结束时间应在开始之后"))
	}

	return from, until
}

func (r *reader) number(name string, least, most float64) float64 {
	value, ok := number(r.values[name])
	if !ok || value < least || value > most {
		r.refuse(fault.Invalid(name, "请填写 {.min} 到 {.max} 之间的数", "min", decimal(least), "max", decimal(most)))
	}

	return value
}

func number(text string) (float64, bool) {
	value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return value, err == nil && !math.IsNaN(value) && !math.IsInf(value, 0)
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

func day(at time.Time) string { return at.In(beijing.Zone).Format("1月2日") }

func clock(at time.Time) string {
	if at.Minute() != 0 {
		return at.In(beijing.Zone).Format("1月2日15时04分")
	}

	return at.In(beijing.Zone).Format("1月2日") + strconv.Itoa(at.In(beijing.Zone).Hour()) + "时"
}

func between(from, until time.Time) string { return clock(from) + "至" + clock(until) }

// quality is an index in words: number, level, class and primary pollutant are one piece.
func quality(f Fact) string {
	if !f.Published {
		return "部分项目缺测，暂不发布AQI"
	}
	said := fmt.Sprintf("AQI为%d，空气质量%s（%s）", f.AQI, f.Level.Ordinal(), f.Level.Class())
	if f.Primary != "" {
		said += "，首要污染物" + f.Primary
	}

	return said
}

func factOf(of string, index air.Index) Fact {
	f := Fact{Of: of, AQI: index.AQI, Level: index.Level, Published: index.Published}

	var names []string
	for _, p := range index.Primary {
		names = append(names, p.Name())
	}
	f.Primary = strings.Join(names, "、")

	return f
}

// advice for the public at each level, after table 1 of HJ 633.
var advice = map[air.Level]string{
	1: "适宜户外活动。",
	2: "极少数异常敏感人群应减少户外活动。",
	3: "儿童、老年人及心脏病、呼吸系统疾病患者应减少长时间、高强度的户外锻炼。",
	4: "儿童、老年人及心脏病、呼吸系统疾病患者避免长时间、高强度的户外锻炼，一般人群适量减少户外运动。",
	5: "儿童、老年人和心脏病、肺病患者应停留在室内，停止户外运动，一般人群减少户外运动。",
	6: "儿童、老年人和病人应留在室内，避免体力消耗，一般人群应避免户外活动。",
}

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
	table := r.readings("readings")
	if len(r.faults) > 0 {
		return nil
	}
	if at.After(r.on) {
		r.refuse(fault.Invalid("at", "监测时间还没有到"))
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
		index, err := air.On(at).Compute(air.Hour, values)
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
		return nil
	}

	worst := facts[0].Level
	slots["{空气质量}"] = "全市" + quality(facts[0])
	if facts[0].Of != "全市" {
		slots["{空气质量}"], worst = rangeOf(facts)
	}
	slots["{时间}"] = clock(at)
	slots["{各区浓度}"] = "PM2.5浓度（微克/立方米）：" + strings.Join(shown, "，")
	slots["{健康提示}"] = advice[worst]
	if !facts[0].Published {
		slots["{健康提示}"] = ""
	}

	return facts
}

// rangeOf says the classes of the zones where the city's own is not given, and which is the worst.
func rangeOf(facts []Fact) (string, air.Level) {
	best, worst := air.Level(6), air.Level(1)

	for _, f := range facts {
		if f.Published {
			best, worst = min(best, f.Level), max(worst, f.Level)
		}
	}

	switch {
	case best > worst:
		return "部分项目缺测，暂不发布AQI", 0
	case best == worst:
		return "各区域空气质量" + best.Ordinal() + "（" + best.Class() + "）", worst
	}

	return fmt.Sprintf("各区域空气质量%s（%s）至%s（%s）", best.Ordinal(), best.Class(), worst.Ordinal(),
		worst.Class()), worst
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

func classes(low, high int) string {
	from, to := air.LevelOf(low), air.LevelOf(high)
	if from == to {
		return from.Ordinal() + from.Class()
	}

	return from.Ordinal() + from.Class() + "至" + to.Ordinal() + to.Class()
}

// named is a warning with its level, as one piece.
func named(colour string, level int) string {
	return fmt.Sprintf("空气重污染%s色预警（%s级）", colour, []string{"", "一", "二", "三", "四"}[level])
}

// warning writes a new warning, or one that takes the place of another.
func (r *reader) warning(slots map[string]string, previous *Previous) *fault.Error {
	from, until := r.span()
	colour := strings.TrimSuffix(strings.TrimSpace(r.values["colour"]), "色")
	days := r.days("days")
	cause := r.words("cause", true)
	if len(r.faults) > 0 {
		return nil
	}
	plan, _ := air.PlanOn(from)
	level, ok := air.WarningLevel(colour, from)
	if !ok {
		r.refuse(fault.Invalid("colour", "按当日的预案没有这种颜色的预警"))
		return nil
	}

	slots["{预警}"] = named(colour, level)
	slots["{预案}"] = "北京市" + plan.Name
	slots["{发布单位}"] = issuer
	slots["{起止}"] = "自" + between(from, until)
	slots["{成因}"] = cause
	slots["{健康提示}"] = "儿童、老年人及心脏病、呼吸系统疾病患者尽量留在室内，一般人群减少户外活动。"
	slots["{时间}"] = clock(from)
	slots["{有效期}"] = "有效期至" + clock(until)
	if previous != nil {
		was, known := air.WarningLevel(previous.Colour, previous.From)
		if !known || previous.Colour == colour || from.Before(previous.From) {
			r.refuse(fault.Invalid("colour", "变更应改为另一种颜色，时间不早于原预警启动"))
			return nil
		}
		slots["{原预警}"] = clock(previous.From) + "启动的" + named(previous.Colour, was)
	}

	return against(plan, colour, days)
}

// against holds a colour against what the forecast reaches: a person decides, and is told.
func against(plan air.Plan, colour string, days []int) *fault.Error {
	reached, ok := plan.Reached(days)
	switch {
	case len(days) == 0 || reached.Colour == colour:
		return nil
	case !ok:
		return fault.Invalid("colour", "所填的预报没有达到预案中任何颜色的启动条件，请核对")
	}

	return fault.Invalid("colour", "按预案，所填的预报达到{.colour}色的启动条件，请核对", "colour", reached.Colour)
}

func (r *reader) lift(slots map[string]string, previous Previous) {
	from := r.time("from")
	cause := r.words("cause", true)
	level, ok := air.WarningLevel(previous.Colour, previous.From)
	if len(r.faults) == 0 && (!ok || from.Before(previous.From)) {
		r.refuse(fault.Invalid("from", "解除时间应在原预警启动之后"))
	}
	if len(r.faults) > 0 {
		return
	}

	slots["{发布单位}"] = issuer
	slots["{时间}"] = clock(from)
	slots["{原预警}"] = clock(previous.From) + "启动的" + named(previous.Colour, level)
	slots["{成因}"] = cause
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

// ranking sorts districts by their mean; equal ones share a place.
func (r *reader) ranking(slots map[string]string) {
	month, err := instant.Parse(strings.TrimSpace(r.values["month"]), "2006-01")
	if err != nil || month.After(r.on) || month.Before(r.on.Add(-10*farthest)) {
		r.refuse(fault.Invalid("month", "请选择月份"))
	}
	type district struct {
		name, change string
		tenths       int
	}
	var list []district
	seen := map[string]bool{}

	for _, row := range r.table("ranks") {
		name := row.cell(0)

		value, ok := number(row.cell(1))
		switch {
		case name == "" || len([]rune(name)) > 20 || seen[name]:
			r.cell("ranks", row, 0, i18n.N("没有区名，或重复了"))
			continue
		case !ok || value <= 0 || value > 1000:
			r.cell("ranks", row, 1, i18n.N("应为 0 到 1000 之间的浓度"))
			continue
		}
		d := district{name: name, tenths: int(math.Round(value * 10))}
		if text := strings.TrimSuffix(row.cell(2), "%"); text != "" {
			change, ok := number(text)
			if !ok || change < -100 || change > 1000 {
				r.cell("ranks", row, 2, i18n.N("应为同比的百分数"))
				continue
			}
			d.change = changed(change)
		}
		seen[name] = true
		list = append(list, d)
	}
	if len(r.faults) > 0 {
		return
	}

	slices.SortStableFunc(list, func(a, b district) int { return a.tenths - b.tenths })
	var said []string
	place := 0

	for i, d := range list {
		if i == 0 || d.tenths != list[i-1].tenths {
			place = i + 1
		}
		said = append(said, fmt.Sprintf("%d. %s%s%s", place, d.name, decimal(float64(d.tenths)/10), d.change))
	}
	slots["{月份}"] = month.Format("2006年1月")
	slots["{排名}"] = strings.Join(said, "；")
}

func changed(percent float64) string {
	switch {
	case percent < 0:
		return "（同比下降" + decimal(-percent) + "%）"
	case percent > 0:
		return "（同比上升" + decimal(percent) + "%）"
	}

	return "（同比持平）"
}

// digest lists the news of the districts.
func (r *reader) digest(slots map[string]string) {
	from := r.time("from")
	var said []string

	for i, row := range r.table("items") {
		district, news, link := row.cell(0), row.cell(1), row.cell(2)
		switch {
		case district == "":
			r.cell("items", row, 0, i18n.N("没有区名"))
		case news == "" || utf8.RuneCountInString(news) > maxWords:
			r.cell("items", row, 1, i18n.N("没有消息，或过长"))
		case link != "" && !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://"):
			r.cell("items", row, 2, i18n.N("应为 http 或 https 网址"))
		}
		said = append(said, strings.TrimSpace(fmt.Sprintf("%d. %s：%s %s", i+1, district, news, link)))
	}

	slots["{周}"] = day(from) + "至" + day(from.AddDate(0, 0, 6))
	slots["{消息}"] = strings.Join(said, "\n")
}
