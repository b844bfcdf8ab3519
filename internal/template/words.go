package template

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/air"
	"juzhen/internal/beijing"
)

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

func changed(percent float64) string {
	switch {
	case percent < 0:
		return "（同比下降" + decimal(-percent) + "%）"
	case percent > 0:
		return "（同比上升" + decimal(percent) + "%）"
	}

	return "（同比持平）"
}
