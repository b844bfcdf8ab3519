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

// accountReading is one look at an account.
type accountReading struct {
	TakenAt   time.Time `json:"taken_at" doc:"读数的时刻"`
	Followers int64     `json:"followers" doc:"粉丝数"`
	Friends   int64     `json:"friends" doc:"关注数"`
	Posts     int64     `json:"posts" doc:"微博数"`
}

type accountReadings struct {
	AccountID int64            `json:"account_id"`
	From      string           `json:"from" format:"date" doc:"第一天"`
	To        string           `json:"to" format:"date" doc:"最后一天"`
	Readings  []accountReading `json:"readings" doc:"从早到晚，约每小时一次；没有读到的时候没有"`
}

func (a *api) readings() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/reach/readings", "get-account-readings",
		"reach", i18n.N("一个账号每次读到的粉丝、关注和微博数"),
	), access.ReachView, a.accountReadings)
}

func (a *api) accountReadings(ctx context.Context, who access.Actor, in *struct {
	Span
	AccountID int64 `query:"account_id" minimum:"1" required:"true" doc:"账号"`
}) (*rest.Out[accountReadings], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	list, err := a.Reach.Readings(ctx, who, in.AccountID, period)
	if err != nil {
		return nil, err
	}

	return &rest.Out[accountReadings]{Body: accountReadings{
		AccountID: in.AccountID,
		From:      beijing.Date(period.From),
		To:        beijing.Date(period.Last()),
		Readings: rest.Each(list, func(r reach.AccountReading) accountReading {
			return accountReading{r.TakenAt.UTC(), r.Followers, r.Friends, r.Posts}
		}),
	}}, nil
}
