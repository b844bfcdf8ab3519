package inspection

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/inspect"
)

// Found is what one rule says of one account.
type Found struct {
	AccountID int64  `json:"account_id"`
	Handle    string `json:"handle"`
	UnitID    int64  `json:"unit_id"`
	Rule      string `json:"rule" doc:"规则的代码"`
	Source    string `json:"source" doc:"规则写在哪里"`
	State     string `json:"state" enum:"ok,soon,fail"`
	FailsOn   string `json:"fails_on" doc:"照现有安排，从哪天起不合格，如 2026-12-15；已经不合格的为从哪天起；只有提示的为空"`
	Days      int    `json:"days" doc:"距最近一条的天数"`
	Because   string `json:"because" doc:"为什么，用 Accept-Language 的语言"`
	Remedy    string `json:"remedy" doc:"怎样避免，用 Accept-Language 的语言"`
}

type boardAsk struct {
	rest.Paging
	UnitID int64  `query:"unit_id" doc:"该单位和下属单位"`
	State  string `query:"state" enum:"ok,soon,fail"`
	At     string `query:"at" maxLength:"40" doc:"哪天检查，如 2026-12-15（以这一天开始时计），或 RFC 3339 时间；不填为现在"`
}

func (a *api) board(
	ctx context.Context,
	who access.Actor,
	in *boardAsk,
) (*rest.Out[rest.List[Found]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	at, err := inspect.ParseAt(in.At, a.Now())
	if err != nil {
		return nil, ofQuery(err)
	}
	board, err := a.Inspect.Board(
		ctx,
		who,
		inspect.Ask{UnitPath: path, State: inspect.State(in.State), At: at},
	)
	if err != nil {
		return nil, ofQuery(err)
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return rest.Sliced(board.Rows, in.Paging, inspect.Finding.Number, func(f inspect.Finding) Found {
		return show(words, f)
	})
}

// ofQuery says that what is wrong stands in the address: a body may have a member of the same name.
func ofQuery(err error) error {
	if !fault.Is(err, fault.KindInvalid) {
		return err
	}
	told := *fault.Public(err)
	told.Field = "query." + told.Field

	return &told
}

// day is a date; "" for none.
func day(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return beijing.Date(at)
}

func show(words *i18n.Printer, f inspect.Finding) Found {
	because := rest.Each(f.Because, func(r inspect.Reason) string { return words.T(r.Text, r.Args...) })

	return Found{
		AccountID: f.ID, Handle: f.Handle, UnitID: f.UnitID, Rule: f.Rule.Code, Source: f.Rule.Source,
		State: string(f.State), FailsOn: day(f.FailsOn), Days: f.Days,
		Because: strings.Join(because, words.T("；")), Remedy: words.T(f.Remedy.Text, f.Remedy.Args...),
	}
}
