package reach

import (
	"context"
	"net/http"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/reach"
)

// Figures are counts of a period. What the platform does not return is null, never 0.
type Figures struct {
	Followers       *int64 `json:"followers" doc:"期末粉丝数；null 为不可用"`
	FollowersGained *int64 `json:"followers_gained" doc:"净增粉丝；null 为不可用"`
	Posts           *int64 `json:"posts"`
	Originals       int64  `json:"originals" doc:"原创条数"`
	Interactions    *int64 `json:"interactions" doc:"转发、评论、赞之和"`
	Reposts         int64  `json:"reposts"`
	Comments        int64  `json:"comments"`
	Likes           int64  `json:"likes"`
	Reads           *int64 `json:"reads" doc:"阅读量；null 为不可用"`
	ReadPosts       int64  `json:"read_posts" doc:"阅读量是几条之和"`
	PostsBefore     *int64 `json:"posts_before" doc:"上一个同样长的时期"`
	Before          *int64 `json:"interactions_before" doc:"上一个同样长的时期"`
	Known           bool   `json:"known" doc:"是否读到过该账号的数据"`
	Noticed         int64  `json:"noticed" doc:"平台上有待关注的微博数"`
}

type day struct {
	Day          string `json:"day" format:"date"`
	Followers    *int64 `json:"followers"`
	Posts        *int64 `json:"posts"`
	Interactions *int64 `json:"interactions"`
	Reposts      *int64 `json:"reposts"`
	Comments     *int64 `json:"comments"`
	Likes        *int64 `json:"likes"`
	Reads        *int64 `json:"reads"`
}

// AccountFigures are those of one account.
type AccountFigures struct {
	Figures
	AccountID   int64      `json:"account_id"`
	Handle      string     `json:"handle"`
	DisplayName string     `json:"display_name"`
	UnitName    string     `json:"unit_name"`
	Connector   string     `json:"connector"`
	LastPost    *time.Time `json:"last_post_at,omitempty"`
}

type matrixReach struct {
	rest.Written
	From     string           `json:"from" format:"date" doc:"第一天"`
	To       string           `json:"to" format:"date" doc:"最后一天"`
	SummedTo *time.Time       `json:"summed_to,omitempty" doc:"截至：到这时写下的每日数据都已计入"`
	Total    Figures          `json:"total"`
	Accounts []AccountFigures `json:"accounts"`
	Days     []day            `json:"days"`
}

type accountReach struct {
	rest.Written
	AccountFigures
	From     string        `json:"from" format:"date" doc:"第一天"`
	To       string        `json:"to" format:"date" doc:"最后一天"`
	Days     []day         `json:"days"`
	Since    *string       `json:"since,omitempty" format:"date" doc:"已知最早一条微博的日期"`
	LookedAt *time.Time    `json:"looked_at,omitempty" doc:"最近一次读取"`
	Hint     string        `json:"hint,omitempty" doc:"数据不全时的说明"`
	Backfill backfillState `json:"backfill"`
}

type backfillState struct {
	State     string     `json:"state" enum:"none,running,done,partial,failed"`
	Found     int        `json:"found"`
	Total     int        `json:"total" doc:"平台给出的总数；0 为未知"`
	Reason    string     `json:"reason,omitempty"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
}

// Span is the period a request asks for: two days of which both count, or instants within them.
type Span struct {
	From string `query:"from" maxLength:"40" doc:"第一天，如 2026-11-01；也可用 RFC 3339 时间。都不填为最近七天"`
	To   string `query:"to" maxLength:"40" doc:"最后一天"`
}

func (a *api) reach() {
	rest.Register(a.API, rest.Tables(rest.Op(http.MethodGet,
		"/accounts/{id}/reach", "get-account-reach",
		"reach", i18n.N("一个账号的成效"),
	)), access.ReachView, a.accountReach)
	rest.Register(a.API, rest.Tables(rest.Op(http.MethodGet,
		"/reach", "get-reach",
		"reach", i18n.N("矩阵的成效"),
	)), access.ReachView, a.matrixReach)
	a.platformPosts()
	a.history()
}

// period reads the span in days of Asia/Shanghai.
func (a *api) period(span Span) (reach.Period, error) {
	return reach.ParsePeriod("", dayOf(span.From), dayOf(span.To), a.Now())
}

func dayOf(s string) string {
	if at, err := instant.Parse(s, time.RFC3339); err == nil {
		return beijing.Date(at)
	}

	return s
}

func showFigures(row reach.Row) Figures {
	return Figures{
		Followers:       row.Followers,
		FollowersGained: row.Gained.Now,
		Posts:           row.Posts.Now,
		Originals:       row.Originals,
		Interactions:    row.Interacted.Now,
		Reposts:         row.Reposts,
		Comments:        row.Comments,
		Likes:           row.Likes,
		Reads:           row.Reads,
		ReadPosts:       row.ReadPosts,
		PostsBefore:     row.Posts.Before,
		Before:          row.Interacted.Before,
		Known:           row.Known,
		Noticed:         row.Noticed,
	}
}

func showAccountFigures(row reach.Row) AccountFigures {
	return AccountFigures{
		Figures:     showFigures(row),
		AccountID:   row.AccountID,
		Handle:      row.Handle,
		DisplayName: row.DisplayName,
		UnitName:    row.UnitName,
		Connector:   string(row.Connector),
		LastPost:    rest.UTC(row.LastPost),
	}
}

func showDay(point reach.Point) day {
	return day{
		beijing.Date(point.Day), point.Followers, point.Posts, point.Interactions(), point.Reposts,
		point.Comments, point.Likes, point.Reads,
	}
}

func (a *api) accountReach(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Span
	rest.Tabular
}) (*rest.Out[accountReach], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	series, err := a.Reach.Series(ctx, who, in.ID, period)
	if err != nil {
		return nil, err
	}
	shown := accountReach{
		AccountFigures: showAccountFigures(series.Row),
		From:           beijing.Date(period.From),
		To:             beijing.Date(period.Last()),
		Days:           rest.Each(series.Points, showDay),
		LookedAt:       rest.UTC(series.LookedAt),
		Backfill:       showBackfill(series.Backfill),
	}
	shown.AccountID, shown.Handle = series.Account.ID, series.Account.Handle
	if series.Since != nil {
		since := beijing.Date(*series.Since)
		shown.Since = &since
	}
	if hint := series.Hint(); hint != "" {
		shown.Hint = rest.PrinterOf(rest.Request(ctx)).T(hint)
	}
	if rest.WantsTable(ctx) {
		rest.Attachment(ctx, "account-"+rest.Number(in.ID)+".csv")
		shown.Written = rest.AsTable(reach.DaysTable(series.Points, rest.WordsOf(ctx)))
	}

	return &rest.Out[accountReach]{Body: shown}, nil
}

func (a *api) matrixReach(ctx context.Context, who access.Actor, in *struct {
	Span
	rest.Tabular
	UnitID int64 `query:"unit_id" doc:"该单位和下属单位"`
}) (*rest.Out[matrixReach], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	who = below(who, access.ReachView, path)
	if rest.WantsTable(ctx) {
		rest.Attachment(ctx, "reach.csv")

		return &rest.Out[matrixReach]{
			Body: matrixReach{
				Written: rest.AsTable(reach.MatrixTable(func(fn func(reach.Row) error) (reach.Row, error) {
					return a.Reach.EachRow(ctx, who, period, reach.View{}, fn)
				}, rest.WordsOf(ctx))),
			},
		}, nil
	}
	matrix, err := a.Reach.Matrix(ctx, who, period, reach.View{})
	if err != nil {
		return nil, err
	}
	shown := matrixReach{
		From:     beijing.Date(period.From),
		To:       beijing.Date(period.Last()),
		SummedTo: rest.UTC(&matrix.SummedTo),
		Total:    showFigures(matrix.Total),
		Accounts: rest.Each(matrix.Rows, showAccountFigures),
		Days:     rest.Each(matrix.Days, showDay),
	}

	return &rest.Out[matrixReach]{Body: shown}, nil
}

// below is the same person seeing by p only what lies at path or under it: a filter, never a new right.
// A grant that reaches its own unit alone is not carried further down.
func below(who access.Actor, permission access.Permission, path string) access.Actor {
	if path == "" {
		return who
	}
	var grants []access.Grant

	for _, grant := range who.Grants {
		switch {
		case strings.HasPrefix(grant.Path, path):
			grants = append(grants, grant)
		case strings.HasPrefix(path, grant.Path) && access.ExtentOf(grant.Role, permission) == access.Subtree:
			grant.Path = path
			grants = append(grants, grant)
		}
	}
	who.Grants = grants

	return who
}
