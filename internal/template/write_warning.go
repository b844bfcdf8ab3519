package template

import (
	"strings"

	"juzhen/internal/air"
	"juzhen/internal/fault"
)

// issuer of warnings in Beijing.
const issuer = "市空气重污染应急指挥部办公室"

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
