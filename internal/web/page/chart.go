package page

import (
	"encoding/json"
	"fmt"
)

// Chart is a picture and its table: one thing. Kind is "line", "bar" or "stack" (bars on each other). A
// nil value is a gap: there is no figure, which is not 0. All texts are in the reader's language
// already.
type Chart struct {
	ID, Kind, Title, Unit string
	XName                 string // heading of the first column of the table
	X                     []string
	Series                []Series
	Zoom                  bool // a slider below, for more than some forty points
}

// Series is one line or set of bars.
type Series struct {
	Name string
	Data []*float64
}

// MarshalJSON writes what static/src/ts/charts.ts reads.
func (c Chart) MarshalJSON() ([]byte, error) {
	type series struct {
		Name string     `json:"name"`
		Data []*float64 `json:"data"`
	}

	all := make([]series, len(c.Series))
	for i, s := range c.Series {
		all[i] = series(s)
	}

	return json.Marshal(map[string]any{
		"kind": c.Kind, "title": c.Title, "unit": c.Unit, "x": c.X, "series": all, "zoom": c.Zoom,
	})
}

// Cell is the figure of a series at x for the table; empty when there is none.
func (s Series) Cell(i int) string {
	if i >= len(s.Data) || s.Data[i] == nil {
		return ""
	}
	v := *s.Data[i]
	if v == float64(int64(v)) {
		return fmt.Sprint(int64(v))
	}

	return fmt.Sprintf("%.2f", v)
}
