package posts

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/plan"
	"juzhen/internal/post"
)

func (a *api) many() {
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/acts", "act-on-posts",
		"posts",
		i18n.N("对符合条件的全部稿件改期、撤回或提交：先用 dry_run 列出，再对列出的去做；每篇按单篇的规矩"),
	), access.PostWrite, a.actOnPosts)
}

type manyAsk struct {
	Act     string     `json:"act" enum:"reschedule,withdraw,submit"`
	Filter  manyFilter `json:"filter,omitempty" doc:"dry_run 时：列出符合条件的，至多 500 篇"`
	Posts   []ManyPick `json:"posts,omitempty" maxItems:"500" doc:"没有 dry_run 时必填：对哪些去做"`
	Day     string     `json:"day,omitempty" format:"date" doc:"改期：到这一天（北京日期）的同一钟点"`
	Minutes int        `json:"minutes,omitempty" minimum:"-525600" maximum:"525600" doc:"改期：推后几分钟，负数提前"`
	Reason  string     `json:"reason,omitempty" maxLength:"200" doc:"撤回时必填"`
}

type manyFilter struct {
	State     []string   `json:"state,omitempty" maxItems:"20" doc:"稿件状态"`
	AccountID int64      `json:"account_id,omitempty"`
	UnitID    int64      `json:"unit_id,omitempty" doc:"该单位和下属单位"`
	AuthorID  int64      `json:"author_id,omitempty"`
	Query     string     `json:"q,omitempty" maxLength:"200" doc:"正文的一部分"`
	From      *time.Time `json:"from,omitempty" doc:"定时不早于"`
	To        *time.Time `json:"to,omitempty" doc:"定时早于"`
}

// ManyPick is a post as a list showed it.
type ManyPick struct {
	PostID   int64 `json:"post_id"`
	Revision int   `json:"revision" minimum:"1" doc:"列出时的修订号；之后有改动的不做，并说明"`
}

type manyDone struct {
	Done    int        `json:"done" doc:"办成的；dry_run 时为可以办的"`
	Asked   int        `json:"asked" doc:"其中早于批准的时间、等第二人同意的"`
	Refused int        `json:"refused" doc:"没有办的"`
	More    bool       `json:"more" doc:"还有没有列出的，或所选的有的已不在"`
	Posts   []manyPost `json:"posts" nullable:"false"`
}

type manyPost struct {
	ManyPick
	Title   string     `json:"title"`
	Phase   string     `json:"phase" enum:"draft,submitted,returned,approved,withdrawn"`
	DueAt   *time.Time `json:"due_at"`
	NewDue  *time.Time `json:"new_due_at,omitempty"`
	Refused string     `json:"refused,omitempty" doc:"为什么不办"`
	Second  bool       `json:"second" doc:"须第二人同意"`
	Anew    bool       `json:"anew" doc:"早于提交时的时间：审核中已有的批准作废"`
	Wrong   []string   `json:"void_words,omitempty" doc:"到那时就不对的日期或星期：改期后批准失效"`
	Sent    int        `json:"sent,omitempty" doc:"已经发出、不受影响的账号数"`
}

func (a *api) actOnPosts(ctx context.Context, who access.Actor, in *struct {
	DryRun bool `query:"dry_run" doc:"只列出会怎样，什么也不改"`
	Body   manyAsk
}) (*rest.Out[manyDone], error) {
	wish, err := a.manyWish(in.Body)
	if err != nil {
		return nil, err
	}
	var many plan.Many
	if in.DryRun {
		var filter post.Filter
		if filter, err = a.manyFilter(ctx, who, in.Body.Filter); err != nil {
			return nil, err
		}
		many, err = a.Plan.LookMany(ctx, who, filter, wish)
	} else {
		many, err = a.Plan.DoMany(ctx, who, rest.Each(in.Body.Posts, func(p ManyPick) plan.Chosen {
			return plan.Chosen{PostID: p.PostID, Revision: p.Revision}
		}), wish)
	}
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[manyDone]{Body: manyDone{
		Done: many.Able(), Asked: many.Asked(), Refused: len(many.Posts) - many.Able(), More: many.More,
		Posts: rest.Each(many.Posts, func(p plan.ManyPost) manyPost {
			shown := manyPost{
				ManyPick: ManyPick{p.ID, p.Revision}, Title: p.Title(), Phase: string(p.Phase),
				DueAt: rest.UTC(p.DueAt), NewDue: rest.UTC(p.NewDue),
				Second: p.Second, Anew: p.Anew, Wrong: p.Wrong, Sent: p.Sent,
			}
			if p.Refused != nil {
				shown.Refused = words.T(p.Refused.Text, p.Refused.Args...)
			}

			return shown
		}),
	}}, nil
}

func (a *api) manyWish(in manyAsk) (plan.Wish, error) {
	wish := plan.Wish{
		Act: plan.ManyAct(in.Act), By: time.Duration(in.Minutes) * time.Minute, Why: in.Reason,
	}
	if in.Day == "" {
		return wish, nil
	}
	day, err := instant.Parse(in.Day, time.DateOnly)
	if err != nil {
		return wish, rest.ErrMalformed
	}
	if in.Minutes != 0 {
		return wish, fault.Invalid("minutes", "请只写一种：改到某一天，或推后多少")
	}
	wish.Day = &day

	return wish, nil
}

func (a *api) manyFilter(ctx context.Context, who access.Actor, in manyFilter) (post.Filter, error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return post.Filter{}, err
	}
	filter := post.Filter{
		AccountID: in.AccountID, UnitPath: path, AuthorID: in.AuthorID, Query: in.Query,
		From: in.From, To: in.To,
	}
	if err := byState(&filter, in.State); err != nil {
		return filter, err
	}

	if in.From != nil && in.To != nil && in.To.Before(*in.From) {
		return filter, fault.Invalid("filter.to", "结束时间早于开始时间")
	}

	return filter, nil
}
