package template

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// farthest is how far a time in a form may lie from today.
const farthest = 400 * 24 * time.Hour

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
