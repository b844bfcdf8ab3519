package faultbook

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/faultbook"
)

// FaultQuarter is what happened in a quarter.
type FaultQuarter struct {
	Quarter   string `json:"quarter" doc:"如 2026Q4；本季截至现在"`
	Alarms    int    `json:"alarms" doc:"即将不合格、告诉了主管的"`
	Reminders int    `json:"reminders" doc:"进入各人待办的问题"`
	Opened    int    `json:"opened" doc:"记入的，连同重新打开的"`
	Closed    int    `json:"closed" doc:"销号的"`
	Overdue   int    `json:"overdue" doc:"过了期限还没有整改的"`
}

type quartersAsk struct {
	rest.Paging
	UnitID int64 `query:"unit_id" doc:"账号的单位或整改单位，连同下属单位"`
}

func (a *api) quarters(
	ctx context.Context,
	who access.Actor,
	in *quartersAsk,
) (*rest.Out[rest.List[FaultQuarter]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	found, err := a.Faults.Quarters(ctx, who, path)
	if err != nil {
		return nil, err
	}
	number := func(q faultbook.Quarter) int64 { return -int64(q.Year*10 + q.Number) }

	return rest.Sliced(found, in.Paging, number, func(q faultbook.Quarter) FaultQuarter {
		return FaultQuarter{q.Name(), q.Alarms, q.Reminders, q.Opened, q.Closed, q.Overdue}
	})
}
