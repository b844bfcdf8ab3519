package faultbook

import (
	"context"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/inspect"
	"juzhen/internal/todo"
)

// MaxExport is how many faults one file holds.
const MaxExport = 5000

// Export gives all faults that are asked for, the last changed first. Fails with fault.Invalid at "state"
// beyond MaxExport.
func (s *Service) Export(ctx context.Context, actor access.Actor, query Query) (_ []Fault, err error) {
	defer fault.Step(&err, "faultbook.Export")

	query.After = ""
	found, err := faultsUpTo(ctx, s.db.Gorm(ctx), actor, query, s.now(), MaxExport+1)
	if err != nil {
		return nil, err
	}
	if len(found) > MaxExport {
		return nil, fault.Invalid("state", "问题超过 {.max} 个，请缩小筛选后再下载", "max", MaxExport)
	}

	return found, nil
}

// Quarter is what happened in three months: of the units that are asked for.
type Quarter struct {
	Year      int
	Number    int // 1 to 4
	Alarms    int // accounts about to fail of which supervisors were told
	Reminders int // faults that were put on people's lists to be dealt with
	Opened    int // faults that were entered, or opened again
	Closed    int
	Overdue   int // faults whose last day went by
}

// Name is the quarter as people write it: 2026Q4.
func (q Quarter) Name() string { return fmt.Sprintf("%dQ%d", q.Year, q.Number) }

// quartersShown is how many quarters are counted, this one among them.
const quartersShown = 8

// Quarters counts the last eight quarters, the latest first, this one up to now. unitPath is as in Query.
func (s *Service) Quarters(
	ctx context.Context,
	actor access.Actor,
	unitPath string,
) (_ []Quarter, err error) {
	defer fault.Step(&err, "faultbook.Quarters")

	today := beijing.Day(s.now())
	first := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, beijing.Zone)
	quarters := make([]Quarter, quartersShown)
	starts := make([]time.Time, quartersShown)

	for i := range quarters {
		starts[i] = first.AddDate(0, -3*i, 0)
		quarters[i] = Quarter{Year: starts[i].Year(), Number: (int(starts[i].Month())-1)/3 + 1}
	}

	return quarters, countQuarters(ctx, s.db, actor, unitPath, starts, quarters)
}

// The matters that are counted.
var (
	alarmsSQL    = todo.RaisedSQL(inspect.Alarm())
	remindersSQL = todo.RaisedSQL(todoOpen, todoCorrect, todoCheck, todoClose)
	overdueSQL   = todo.RaisedSQL(todoOverdue)
)
