package demo

import (
	"context"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/report"
)

// lastQuarter makes the report on the quarter that is over and signs it as the first of two, once: the second
// signature is left to whoever looks at the demonstration.
func (s *Show) lastQuarter(ctx context.Context) error {
	boss, err := s.signIn(ctx, "zhuguan")
	if err != nil {
		return err
	}
	there, err := s.Services.Reports.List(ctx, boss, report.Query{Kind: report.Quarter, Limit: 1})
	if err != nil || len(there.Rows) > 0 {
		return err
	}
	from, to := quarterBefore(time.Now())
	made, err := s.Services.Reports.Make(ctx, boss, report.Ask{
		Kind: report.Quarter, UnitID: s.Matrix.Root.ID, From: from, To: to,
	})
	if err != nil {
		return err
	}
	if _, err := s.Services.Reports.Sign(ctx, boss, made.ID, made.Revision); err != nil {
		return err
	}
	s.say("生成“%s”，值班主管已签，等待第二人", made.Title)

	return nil
}

// quarterBefore is the first and the last day of the quarter that is over.
func quarterBefore(now time.Time) (from, to string) {
	now = now.In(beijing.Zone)
	first := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)

	return first.AddDate(0, -3, 0).Format(time.DateOnly), first.AddDate(0, 0, -1).Format(time.DateOnly)
}
