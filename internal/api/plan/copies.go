package plan

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/instant"
	"juzhen/internal/plan"
)

// PlanPart says which posts of which days are copied or moved.
type PlanPart struct {
	From    string  `json:"from" format:"date" doc:"复制：这一天所在的一周；改期：这一天（北京日期）"`
	To      string  `json:"to" format:"date" doc:"到这一天所在的一周，或这一天"`
	UnitID  int64   `json:"unit_id,omitempty" doc:"这个单位和全部下级；不填为能写稿的全部"`
	Query   string  `json:"q,omitempty" maxLength:"60" doc:"账号名称中的几个字；稿件连同它的全部账号"`
	PostIDs []int64 `json:"post_ids,omitempty" maxItems:"500" doc:"只要这些；不填为列出的全部"`
}

type weekPart struct {
	PlanPart
	Again bool `json:"again,omitempty" doc:"知道其中有的已经复制到这个时间，再复制一次"`
}

// PlanDated is a post with its new time.
type PlanDated struct {
	PostID  int64     `json:"post_id"`
	Title   string    `json:"title"`
	Phase   string    `json:"phase" enum:"draft,submitted,returned,approved"`
	DueAt   time.Time `json:"due_at"`
	NewDue  time.Time `json:"new_due_at"`
	Kind    string    `json:"kind" enum:"unknown,workday,weekend,holiday,adjusted" doc:"新的那天怎样上班"`
	Holiday string    `json:"holiday,omitempty"`
}

type copiedWeek struct {
	ID    int64      `json:"id,omitempty" doc:"这次复制的编号，可撤销；dry_run 时没有"`
	Made  int        `json:"made" doc:"写成的草稿；dry_run 时为可以复制的"`
	Left  int        `json:"left,omitempty" doc:"已不能使用、没有带上的账号"`
	Posts []weekPost `json:"posts" nullable:"false" doc:"dry_run 时列出这一周的稿件"`
}

type weekPost struct {
	PlanDated
	Past   bool       `json:"past" doc:"新的时间已过，不复制"`
	Copied int64      `json:"copied,omitempty" doc:"已经复制到这个时间的草稿"`
	Near   *time.Time `json:"near,omitempty" doc:"同一账号在半小时内已有的一条的时间"`
}

type movedDay struct {
	Moved   int       `json:"moved" doc:"已改期的；dry_run 时为可以改的"`
	Asked   int       `json:"asked" doc:"早于批准的时间，等第二人同意的"`
	Refused int       `json:"refused" doc:"没有改的"`
	Posts   []dayPost `json:"posts" nullable:"false"`
}

type dayPost struct {
	PlanDated
	Refused string   `json:"refused,omitempty" doc:"为什么不改"`
	Second  bool     `json:"second" doc:"须第二人同意"`
	Anew    bool     `json:"anew" doc:"早于提交时的时间：审核中已有的批准作废"`
	Wrong   []string `json:"void_words,omitempty" doc:"到那时就不对的日期或星期：改期后批准失效"`
}

func (a *api) partOf(
	ctx context.Context,
	who access.Actor,
	in PlanPart,
) (from, to time.Time, _ plan.Part, _ error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return from, to, plan.Part{}, err
	}
	if from, err = a.dayOf("from", in.From); err != nil {
		return from, to, plan.Part{}, err
	}
	to, err = a.dayOf("to", in.To)

	return from, to, plan.Part{UnitPath: path, Query: in.Query, Posts: in.PostIDs}, err
}

func (a *api) dayOf(field, text string) (time.Time, error) {
	day, err := instant.Parse(text, time.DateOnly)
	if err != nil {
		return day, rest.ErrMalformed
	}
	if wrong := instant.Check(field, day, a.Now()); wrong != nil {
		return day, wrong
	}

	return day, nil
}

func showDated(d plan.Dated, due time.Time, mark plan.Mark) PlanDated {
	return PlanDated{
		PostID: d.PostID, Title: d.Title(), Phase: string(d.Phase), DueAt: d.DueAt.UTC(), NewDue: due.UTC(),
		Kind: string(mark.Kind), Holiday: mark.Name,
	}
}

func (a *api) copyWeek(ctx context.Context, who access.Actor, in *struct {
	DryRun bool `query:"dry_run" doc:"只列出要复制的，什么也不写"`
	Body   weekPart
}) (*rest.Out[copiedWeek], error) {
	from, to, part, err := a.partOf(ctx, who, in.Body.PlanPart)
	if err != nil {
		return nil, err
	}
	if !in.DryRun {
		made, err := a.Plan.CopyWeek(ctx, who, from, to, part, in.Body.Again)

		return &rest.Out[copiedWeek]{Body: copiedWeek{
			ID: made.ID, Made: made.Posts, Left: made.Left, Posts: []weekPost{},
		}}, err
	}
	week, err := a.Plan.LookWeek(ctx, who, from, to, part)

	return &rest.Out[copiedWeek]{
		Body: copiedWeek{Made: week.Able(), Posts: rest.Each(week.Posts, func(p plan.WeekPost) weekPost {
			shown := weekPost{PlanDated: showDated(p.Dated, p.NewDue, p.Mark), Past: p.Past, Copied: p.Copied}
			if p.Clash != nil {
				shown.Near = rest.UTC(&p.Clash.DueAt)
			}

			return shown
		})},
	}, err
}

func (a *api) moveDay(ctx context.Context, who access.Actor, in *struct {
	DryRun bool `query:"dry_run" doc:"只列出会怎样，什么也不改"`
	Body   PlanPart
}) (*rest.Out[movedDay], error) {
	from, to, part, err := a.partOf(ctx, who, in.Body)
	if err != nil {
		return nil, err
	}
	var day plan.DayMove
	if in.DryRun {
		day, err = a.Plan.LookDay(ctx, who, from, to, part)
	} else {
		day, err = a.Plan.MoveDay(ctx, who, from, to, part)
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[movedDay]{Body: movedDay{
		Moved: day.Able() - day.Asked(), Asked: day.Asked(), Refused: len(day.Posts) - day.Able(),
		Posts: rest.Each(day.Posts, func(p plan.DayPost) dayPost {
			shown := dayPost{
				PlanDated: showDated(p.Dated, p.NewDue, day.Mark),
				Second:    p.Second,
				Anew:      p.Anew,
				Wrong:     p.Wrong,
			}
			if p.Refused != nil {
				shown.Refused = words.T(p.Refused.Text, p.Refused.Args...)
			}

			return shown
		}),
	}}, err
}

type freeAsk struct {
	AccountIDs []int64 `json:"account_ids,omitempty" maxItems:"5000" doc:"要发往的账号；您不能为它写稿的不算"`
	PostID     int64   `json:"post_id,omitempty" doc:"为哪一篇找时间：它自己的不算"`
	Best       bool    `json:"best,omitempty" doc:"只找回应好的钟点：所选第一个看得出的账号近 90 天的"`
}

type freeTime struct {
	DueAt *time.Time `json:"due_at" doc:"两周之内没有空档，或看不出哪个钟点更好时为 null"`
}

func (a *api) nextFree(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body freeAsk },
) (*rest.Out[freeTime], error) {
	if in.Body.Best {
		best, ok, err := a.Plan.NextBest(ctx, who, in.Body.AccountIDs, in.Body.PostID)
		if err != nil || !ok {
			return &rest.Out[freeTime]{}, err
		}

		return &rest.Out[freeTime]{Body: freeTime{rest.UTC(&best.At)}}, nil
	}
	at, ok, err := a.Plan.NextFree(ctx, who, in.Body.AccountIDs, in.Body.PostID)
	if err != nil || !ok {
		return &rest.Out[freeTime]{}, err
	}

	return &rest.Out[freeTime]{Body: freeTime{rest.UTC(&at)}}, nil
}
