package parts

import (
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
)

// Due is the time chosen in a form that must choose one: when is "now", or at is given. It fails with
// fault.Invalid on "due" otherwise.
func Due(when string, at time.Time) (delivery.DueChoice, error) {
	switch {
	case when == "now":
		return delivery.DueChoice{Now: true}, nil
	case at.IsZero():
		return delivery.DueChoice{}, fault.Invalid("due", "请选择立即发布或新的时间")
	}

	return delivery.DueChoice{At: &at}, nil
}

// Moved is the sentence that tells what became of another time for a post.
func Moved(rescheduled delivery.Rescheduled) (text string, args []any) {
	switch {
	case rescheduled.Asked != nil:
		return "早于批准的时间：已提请第二人同意，同意前仍按 {.time} 发布", []any{
			"time", beijing.ClockTime(rescheduled.Asked.DueFrom),
		}
	case len(rescheduled.Wrong) > 0:
		return "已改期。正文中的 {.words} 到那时就不对了，批准已失效；请修改正文，重新提交审核", []any{
			"words", delivery.Quoted(rescheduled.Wrong),
		}
	case rescheduled.Again > 0:
		return "已改期。新的时间早于提交时的，已有的 {.n} 个批准作废，须从第一步重新审核", []any{"n", rescheduled.Again}
	case rescheduled.TooLate > 0:
		return "已改期。有 {.n} 个账号正在发送，若没有发出将按新时间发送", []any{"n", rescheduled.TooLate}
	}

	return "已改期", nil
}

// Replanned is the sentence that tells what became of a new plan for one delivery.
func Replanned(asked *delivery.Advance) (text string, args []any) {
	if asked != nil {
		return "早于批准的时间：已提请第二人同意，同意前不发送", nil
	}

	return "已重新安排发送", nil
}
