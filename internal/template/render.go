package template

import (
	"strings"
	"time"

	"juzhen/internal/air"
	"juzhen/internal/fault"
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
	case Daily:
		result.Facts = r.daily(slots)
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
