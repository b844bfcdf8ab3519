package reach

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/reach"
)

// heatSlot is one hour of the week in Asia/Shanghai.
type heatSlot struct {
	Weekday int     `json:"weekday" minimum:"1" maximum:"7" doc:"星期，1 是星期一，7 是星期日"`
	Hour    int     `json:"hour" minimum:"0" maximum:"23" doc:"钟点，北京时间"`
	Posts   int64   `json:"posts" doc:"在这一小时发布的微博数"`
	Median  float64 `json:"median" doc:"这些微博互动数的中位数"`
	Judged  bool    `json:"judged" doc:"微博数够不够判断"`
}

type accountHeat struct {
	AccountID int64      `json:"account_id"`
	From      string     `json:"from" format:"date" doc:"第一天"`
	To        string     `json:"to" format:"date" doc:"最后一天"`
	Posts     int64      `json:"posts" doc:"计入的微博数：发布满一天之后读过数的"`
	Median    float64    `json:"median" doc:"全部微博互动数的中位数"`
	Slots     []heatSlot `json:"slots" doc:"有微博的各个小时，从星期一零时起"`
	Best      []heatSlot `json:"best" doc:"回应最好的，至多三个；看不出的没有"`
}

func (a *api) heat() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/reach/heat", "get-account-heat",
		"reach", i18n.N("一个账号的微博按发布的星期和钟点有多少回应，内部参考"),
	), access.ReachView, a.accountHeat)
}

func (a *api) accountHeat(ctx context.Context, who access.Actor, in *struct {
	Span
	AccountID int64 `query:"account_id" minimum:"1" required:"true" doc:"账号"`
}) (*rest.Out[accountHeat], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	heat, err := a.Reach.Heat(ctx, who, in.AccountID, period)
	if err != nil {
		return nil, err
	}

	return &rest.Out[accountHeat]{Body: accountHeat{
		AccountID: in.AccountID,
		From:      beijing.Date(period.From),
		To:        beijing.Date(period.Last()),
		Posts:     heat.Posts,
		Median:    heat.Median,
		Slots:     showSlots(heat.Slots),
		Best:      showSlots(heat.Best),
	}}, nil
}

// showSlots counts the days of the week from Monday, as ISO 8601 does.
func showSlots(slots []reach.Slot) []heatSlot {
	out := make([]heatSlot, 0, len(slots))
	for _, slot := range slots {
		day := int(slot.Weekday)
		if slot.Weekday == time.Sunday {
			day = 7
		}
		out = append(out, heatSlot{day, slot.Hour, slot.Posts, slot.Median, slot.Judged()})
	}

	return out
}
