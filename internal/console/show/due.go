package show

import (
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
)

// Due is the time chosen in a form that must choose one: when is "now", or at is given. It fails with fault.Invalid on "due" otherwise.
func Due(when string, at time.Time) (delivery.DueChoice, error) {
	switch {
	case when == "now":
		return delivery.DueChoice{Now: true}, nil
	case at.IsZero():
		return delivery.DueChoice{}, fault.Invalid("due", "请选择立即发布或新的时间")
	}
	return delivery.DueChoice{At: &at}, nil
}
