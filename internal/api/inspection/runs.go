package inspection

import (
	"context"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/inspect"
)

// Run is an inspection that was kept as it was.
type Run struct {
	ID       int64     `json:"id"`
	Cycle    string    `json:"cycle" enum:"week,quarter" doc:"每周，或每季结束之后"`
	Day      string    `json:"day" format:"date" doc:"那一周的星期一；那一季之后的第一天"`
	At       time.Time `json:"at" doc:"什么时候判断的"`
	Accounts int       `json:"accounts" doc:"现在管辖范围内的账号，当时判断了几个"`
	Fail     int       `json:"fail" doc:"其中当时不合格的；一个账号按最差的一条计"`
	Soon     int       `json:"soon"`
	OK       int       `json:"ok"`
}

// RunResult is what one rule said of one account then, and says today.
type RunResult struct {
	AccountID int64  `json:"account_id"`
	Handle    string `json:"handle" doc:"当时的名称"`
	UnitName  string `json:"unit_name" doc:"当时的单位"`
	Rule      string `json:"rule" doc:"规则的代码"`
	Source    string `json:"source" doc:"规则写在哪里"`
	State     string `json:"state" enum:"ok,soon,fail"`
	FailsOn   string `json:"fails_on" doc:"当时看来从哪天起不合格；没有日期的为空"`
	Days      int    `json:"days" doc:"当时距最近一条的天数"`
	Because   string `json:"because" doc:"当时的原因，用 Accept-Language 的语言；合格的为空"`
	Remedy    string `json:"remedy" doc:"当时怎样避免；合格的为空"`
	Now       string `json:"now" doc:"同一条规则今天的结论：ok、soon、fail；空为不再检查"`
}

// skipped reads the cursor of a list of what was kept: how many were given before.
func skipped(cursor string) (skip int, err error) {
	if cursor == "" {
		return 0, nil
	}
	if skip, err = strconv.Atoi(cursor); err != nil || skip < 0 {
		return 0, fault.Invalid("cursor", "列表已变化，请从第一页重新读取")
	}

	return skip, nil
}

func (a *api) runs(ctx context.Context, who access.Actor, in *struct {
	rest.Paging
	Cycle  string `query:"cycle" enum:"week,quarter" doc:"每周，或每季结束之后"`
	UnitID int64  `query:"unit_id" doc:"该单位和下属单位"`
}) (*rest.Out[rest.List[Run]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	skip, err := skipped(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, more, err := a.Inspect.Runs(ctx, who, inspect.RunsAsk{
		Cycle: inspect.Cycle(in.Cycle), UnitPath: path, Skip: skip, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if more {
		next = strconv.Itoa(skip + len(found))
	}

	return rest.Paged(found, next, func(r inspect.Run) Run {
		return Run{
			ID:       r.ID,
			Cycle:    string(r.Cycle),
			Day:      beijing.Date(r.Day),
			At:       r.At.UTC(),
			Accounts: r.Accounts(),
			Fail:     r.By[inspect.Fail],
			Soon:     r.By[inspect.Soon],
			OK:       r.By[inspect.OK],
		}
	}), nil
}

func (a *api) run(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	rest.Paging
	UnitID int64  `query:"unit_id" doc:"该单位和下属单位"`
	State  string `query:"state" enum:"ok,soon,fail"`
}) (*rest.Out[rest.List[RunResult]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	skip, err := skipped(in.Cursor)
	if err != nil {
		return nil, err
	}
	kept, err := a.Inspect.Run(ctx, who, in.ID, inspect.RunAsk{
		UnitPath: path, State: inspect.State(in.State), Skip: skip, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	next := ""
	if after := skip + len(kept.Rows); after < kept.Found && len(kept.Rows) > 0 {
		next = strconv.Itoa(after)
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Paged(kept.Rows, next, func(r inspect.Result) RunResult {
		return RunResult{
			AccountID: r.AccountID, Handle: r.Handle, UnitName: r.UnitName, Rule: r.Rule, Source: r.Source,
			State: string(r.State), FailsOn: day(r.FailsOn), Days: r.Days,
			Because: strings.Join(r.Because(words.Lang()), words.T("；")), Remedy: r.Remedy(words.Lang()),
			Now: string(r.Now),
		}
	}), nil
}
