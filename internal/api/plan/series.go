package plan

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
)

type newSeries struct {
	PostID   int64     `json:"post_id" minimum:"1" doc:"原稿：图片、账号、栏目和各账号的文案照它"`
	Text     string    `json:"text" minLength:"1" maxLength:"5000" doc:"正文；写明的日期和星期占位换成那一天"`
	First    time.Time `json:"first" doc:"第一次的时间，以后都在这个钟点（北京时间）"`
	Rule     string    `json:"rule" maxLength:"300" doc:"RFC 5545：FREQ=DAILY、WEEKLY 或 MONTHLY，INTERVAL，BYDAY，BYMONTHDAY，UNTIL 或 COUNT"`
	Except   []string  `json:"except,omitempty" maxItems:"62" doc:"除去的日子，如 2027-01-01"`
	Workdays bool      `json:"workdays,omitempty" doc:"只在工作日；没有录入放假安排的年份先留作草稿"`
}

type shownSeries struct {
	ID       int64        `json:"id,omitempty" doc:"dry_run 时没有"`
	UnitID   int64        `json:"unit_id"`
	Rule     string       `json:"rule"`
	First    time.Time    `json:"first"`
	Workdays bool         `json:"workdays"`
	Text     string       `json:"text"`
	By       string       `json:"by,omitempty"`
	Revision int          `json:"revision,omitempty" doc:"停止时要用"`
	EndedAt  *time.Time   `json:"ended_at,omitempty"`
	Ended    int          `json:"ended_from,omitempty" doc:"从第几次起停止"`
	Posts    []seriesPost `json:"posts" nullable:"false" doc:"列表里没有；dry_run 时为各次"`
}

type seriesPost struct {
	Number   int        `json:"number,omitempty" doc:"第几次；没有时这一次不写成稿件"`
	PostID   int64      `json:"post_id,omitempty"`
	Revision int        `json:"revision,omitempty" doc:"提交时要用"`
	State    string     `json:"state,omitempty" doc:"稿件的状态"`
	DueAt    *time.Time `json:"due_at,omitempty"`
	Text     string     `json:"text"`
	Kind     string     `json:"kind" enum:"unknown,workday,weekend,holiday,adjusted" doc:"那天怎样上班"`
	Skip     string     `json:"skip,omitempty" enum:"past,excepted,off" doc:"为什么不写成稿件"`
	Near     *time.Time `json:"near,omitempty" doc:"同一账号在半小时内已有的一条的时间"`
	Refused  string     `json:"refused,omitempty" doc:"为什么没有办成"`
}

type seriesPicks struct {
	Posts []seriesPick `json:"posts" minItems:"1" maxItems:"62"`
}

type seriesPick struct {
	PostID   int64 `json:"post_id" minimum:"1"`
	Revision int   `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的稿件版本"`
}

type seriesStop struct {
	From     int    `json:"from" minimum:"1" maximum:"62" doc:"从第几次起"`
	Only     bool   `json:"only,omitempty" doc:"只这一次"`
	Revision int    `json:"revision" minimum:"1" maximum:"2147483647" doc:"所看到的这一组的版本"`
	Reason   string `json:"reason" minLength:"1" maxLength:"200"`
}

func (a *api) series() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/series", "list-series",
		"plan", i18n.N("重复发布，新的在前，至多 100 组"),
	), access.PostView, a.listSeries)
	rest.Register(a.API, rest.Created(rest.Op(http.MethodPost,
		"/series", "make-series",
		"plan", i18n.N("把一篇稿件按规则写成多篇草稿，全部写成或一篇不写"),
	)), access.PostWrite, a.makeSeries)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/series/{id}", "get-series",
		"plan", i18n.N("一组重复发布和它的稿件"),
	), access.PostView, a.getSeries)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/series/{id}/submit", "submit-series",
		"plan", i18n.N("逐篇提交一组里的草稿，没有办成的说明原因"),
	), access.PostWrite, a.submitSeries)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/series/{id}/stop", "stop-series",
		"plan", i18n.N("从某一次起收回：草稿删除，已提交、已批准的撤回"),
	), access.PostWrite, a.stopSeries)
}

func showSeries(s plan.Series) shownSeries {
	return shownSeries{
		ID:       s.ID,
		UnitID:   s.UnitID,
		Rule:     s.RuleText,
		First:    s.First.UTC(),
		Workdays: s.Workdays,
		Text:     s.Text,
		By:       s.ByName,
		Revision: s.Revision,
		EndedAt:  rest.UTC(s.EndedAt),
		Ended:    s.EndedFrom,
		Posts:    rest.Each(s.Posts, showSeriesPost),
	}
}

func showSeriesPost(one plan.SeriesPost) seriesPost {
	kind := one.Mark.Kind
	if kind == "" {
		kind = plan.Unknown
	}

	return seriesPost{
		Number: one.Number, PostID: one.PostID, Revision: one.Revision, State: string(one.State),
		DueAt: rest.UTC(one.DueAt), Text: one.Text, Kind: string(kind),
	}
}

func (a *api) listSeries(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[shownSeries]], error) {
	all, err := a.Plan.AllSeries(ctx, who)
	return rest.Whole(all, showSeries), err
}

func (a *api) getSeries(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[shownSeries], error) {
	found, err := a.Plan.FindSeries(ctx, who, in.ID)
	return &rest.Out[shownSeries]{Body: showSeries(found)}, err
}

func (a *api) makeSeries(ctx context.Context, who access.Actor, in *struct {
	DryRun bool `query:"dry_run" doc:"只列出各次，什么也不写"`
	Body   newSeries
}) (*rest.Out[shownSeries], error) {
	ask := plan.SeriesAsk{
		PostID: in.Body.PostID, Text: in.Body.Text, First: in.Body.First, Workdays: in.Body.Workdays,
	}

	var err error
	if ask.Rule, err = plan.ParseRule(in.Body.Rule); err != nil {
		return nil, err
	}

	for _, text := range in.Body.Except {
		day, err := a.dayOf("except", text)
		if err != nil {
			return nil, err
		}

		ask.Except = append(ask.Except, day)
	}

	if in.DryRun {
		planned, err := a.Plan.LookSeries(ctx, who, ask)

		return &rest.Out[shownSeries]{Body: shownSeries{
			UnitID: planned.Source.UnitID, Rule: ask.Rule.String(), First: ask.First.UTC(),
			Workdays: ask.Workdays, Text: ask.Text, Posts: rest.Each(planned.Occurrences, showOccurrence),
		}}, err
	}

	made, err := a.Plan.MakeSeries(ctx, who, ask)
	if err != nil {
		return nil, err
	}

	return a.getSeries(ctx, who, &rest.ByID{ID: made.ID})
}

func showOccurrence(one plan.Occurrence) seriesPost {
	return seriesPost{
		Number: one.Number, DueAt: rest.UTC(&one.DueAt), Text: one.Text, Kind: string(one.Mark.Kind),
		Skip: string(one.Skip), Near: rest.UTC(one.Near),
	}
}

func (a *api) submitSeries(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body seriesPicks
}) (*rest.Out[rest.List[seriesPost]], error) {
	chosen := make([]plan.Chosen, len(in.Body.Posts))
	for i, pick := range in.Body.Posts {
		chosen[i] = plan.Chosen{PostID: pick.PostID, Revision: pick.Revision}
	}

	done, err := a.Plan.SubmitSeries(ctx, who, in.ID, chosen)

	return rest.Whole(done, outcomeOf(ctx)), err
}

func (a *api) stopSeries(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body seriesStop
}) (*rest.Out[rest.List[seriesPost]], error) {
	stop := in.Body
	done, err := a.Plan.StopSeries(ctx, who, in.ID, plan.Stop{
		From: stop.From, Only: stop.Only, Revision: stop.Revision, Why: stop.Reason,
	})

	return rest.Whole(done, outcomeOf(ctx)), err
}

// outcomeOf shows what became of a post of an act on many; its state is that before the act.
func outcomeOf(ctx context.Context) func(plan.Outcome) seriesPost {
	words := rest.PrinterOf(rest.Request(ctx))

	return func(one plan.Outcome) seriesPost {
		shown := showSeriesPost(one.SeriesPost)
		shown.State = ""

		if one.Refused != nil {
			shown.Refused = words.T(one.Refused.Text, one.Refused.Args...)
		}

		return shown
	}
}
