package posts

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/chains"
	"juzhen/internal/api/deliveries"
	"juzhen/internal/api/pictures"
	"juzhen/internal/api/rest"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/review"
)

type decision struct {
	Version  int      `json:"version" minimum:"1" maximum:"2147483647" doc:"所审的版本号"`
	Hash     string   `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"所审版本的摘要"`
	Step     int      `json:"step,omitempty" minimum:"0" maximum:"6" doc:"所审的步骤，从 1 起；不填为轮到您的一步"`
	Decision string   `json:"decision" enum:"approve,return"`
	To       int      `json:"to_step,omitempty" minimum:"0" maximum:"6" doc:"退回到哪一步；不填为退回作者"`
	Ticked   []string `json:"ticked,omitempty" maxItems:"10" doc:"已核对的校对事项，批准时须全部列出"`
	Opinion  string   `json:"opinion,omitempty" maxLength:"2000" doc:"退回时必填"`
	Agreed   bool     `json:"agreed,omitempty" doc:"同意写稿人对正文检查所说的理由；有这样的理由时，批准须为 true"`
	Despite  bool     `json:"despite_notes,omitempty" doc:"最后一步有未解决的批注时，批准须为 true"`
	deliveries.Due
	Shown rest.Clearable `json:"shown_due_at,omitempty" doc:"审核时看到的发布时间，null 为批准后立即；给出时与现在的不同即不批准"`
}

// shown is the time that the reviewer saw; nil when the program does not say.
func (d decision) shown() *delivery.DueShown {
	if !d.Shown.Set {
		return nil
	}

	return &delivery.DueShown{At: d.Shown.At}
}

type waitingReview struct {
	Decided
	PostID      int64      `json:"post_id"`
	UnitName    string     `json:"unit_name"`
	Text        string     `json:"text"`
	SubmittedBy string     `json:"submitted_by"`
	RepostOf    string     `json:"repost_of,omitempty"`
	AccountNum  int        `json:"account_count"`
	PictureNum  int        `json:"picture_count"`
	DueAt       *time.Time `json:"due_at,omitempty"`
	Now         bool       `json:"now"`
	Urgent      bool       `json:"urgent"`
	Own         bool       `json:"own" doc:"您参与过写稿，不能审核"`
}

func (a *api) reviews() {
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/review", "review-post",
		"reviews", i18n.N("审核：通过或退回"),
	), access.PostReview, a.reviewPost)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}/review", "get-post-review",
		"reviews", i18n.N("审核走到哪一步，各步现在谁可以审"),
	), access.PostView, a.postReview)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}/reviews", "list-post-reviews",
		"reviews", i18n.N("稿件的审核记录"),
	), access.PostView, a.postReviews)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/reviews", "list-reviews",
		"reviews", i18n.N("待审核，加急的在前"),
	), access.PostReview, a.pendingReviews)
}

func (a *api) reviewPost(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body decision
}) (*OnePost, error) {
	b := in.Body
	hash, err := hex.DecodeString(b.Hash)
	if err != nil {
		return nil, fault.Invalid("hash", "格式不正确").With(err)
	}
	_, err = a.Deliveries.Review(ctx, who, in.ID, delivery.Verdict{
		Version:  b.Version,
		Hash:     hash,
		Step:     b.Step,
		Decision: review.Decision(b.Decision),
		To:       b.To,
		Ticked:   b.Ticked,
		Opinion:  b.Opinion,
		Agreed:   b.Agreed,
		Despite:  b.Despite,
		Due:      b.Choice(),
		Shown:    b.shown(),
	})
	if err != nil {
		return nil, err
	}
	shown, err := a.showPost(ctx, who, in.ID)
	if fault.Is(
		err,
		fault.KindNotFound,
	) { // named by the step alone, and the step is decided: nothing more is shown
		return &OnePost{Body: postDetail{
			PostHead:   PostHead{ID: in.ID, Version: b.Version},
			Hash:       b.Hash,
			AccountIDs: []int64{},
			Variants:   []Variant{},
			MediaIDs:   []int64{},
			Media:      []pictures.VersionMedia{},
			Visible:    "all",
			Reviews:    []Decided{},
			Deliveries: []deliveries.OneDelivery{},
		}}, nil
	}

	return shown, err
}

// reviewStanding is where the review of a post's newest submitted version stands.
type reviewStanding struct {
	PostID   int64          `json:"post_id"`
	Version  int            `json:"version"`
	Hash     string         `json:"hash"`
	Chain    string         `json:"chain" doc:"提交时选中的审核流程"`
	State    string         `json:"state" enum:"pending,approved,returned,void"`
	OpenStep int            `json:"open_step" doc:"正在审的步骤；0 为没有"`
	Yours    int            `json:"your_step" doc:"现在由您审的步骤；0 为没有"`
	Steps    []standingStep `json:"steps"`
	Made     []madeDecision `json:"decisions" doc:"旧的在前"`
}

type standingStep struct {
	Step int `json:"step"`
	chains.ChainStep
	State    string              `json:"state" enum:"waiting,open,passed,ended"`
	UnitName string              `json:"unit_name" doc:"由这个单位的人审"`
	Raised   string              `json:"raised_to,omitempty" doc:"超过时限后转到的单位"`
	LimitAt  *time.Time          `json:"limit_at,omitempty"`
	Late     bool                `json:"late"`
	Who      []chains.StepPerson `json:"who" doc:"现在可以审这一步的人，不含参与写稿的"`
}

type madeDecision struct {
	Step     int       `json:"step"`
	Decision string    `json:"decision" doc:"approve、return 或 edit"`
	To       int       `json:"to_step,omitempty"`
	By       string    `json:"by"`
	For      string    `json:"for,omitempty" doc:"代谁审"`
	At       time.Time `json:"at"`
	Opinion  string    `json:"opinion,omitempty"`
	Ticked   []string  `json:"ticked,omitempty"`
	Undone   bool      `json:"undone" doc:"此后被退回，不再算数"`
}

func (a *api) postReview(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[reviewStanding], error) {
	standing, ok, err := a.Reviews.Standing(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.Conflict("稿件还没有提交审核").WithCode("not_submitted")
	}
	run := standing.Run
	body := reviewStanding{
		PostID: run.PostID, Version: run.VersionNumber, Hash: rest.HexOf(run.Hash), Chain: run.Chain,
		State: string(run.State), Yours: standing.Open, Made: []madeDecision{},
	}
	if open := run.Open(); open != nil {
		body.OpenStep = open.Number
	}

	for i, step := range run.Steps {
		shown := standingStep{
			Step:      step.Number,
			ChainStep: chains.ShowChainStep(step.Step),
			State:     string(step.State),
			UnitName:  step.Unit.Name,
			LimitAt:   rest.UTC(step.LimitAt),
			Late:      step.LateAt != nil,
			Who:       rest.Each(standing.Who[i], chains.ShowPerson),
		}
		if step.Raised != nil {
			shown.Raised = step.Raised.Name
		}
		body.Steps = append(body.Steps, shown)
	}

	for _, made := range run.Made {
		body.Made = append(body.Made, madeDecision{
			Step:     made.Number,
			Decision: string(made.Decision),
			To:       made.To,
			By:       made.ByName,
			For:      made.ForName,
			At:       made.At.UTC(),
			Opinion:  made.Opinion,
			Ticked:   made.Ticked,
			Undone:   !run.Counts(made),
		})
	}

	return &rest.Out[reviewStanding]{Body: body}, nil
}

func (a *api) postReviews(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[Decided]], error) {
	rows, err := a.Reviews.OfPost(ctx, who, in.ID)
	return rest.Whole(rows, showReview), err
}

func (a *api) pendingReviews(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[waitingReview]], error) {
	rows, err := a.Reviews.Pending(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(
		rows,
		*in,
		func(waiting review.Waiting) int64 { return waiting.ID },
		func(waiting review.Waiting) waitingReview {
			return waitingReview{
				Decided:     showReview(waiting.Review),
				PostID:      waiting.PostID,
				UnitName:    waiting.UnitName,
				Text:        waiting.Text,
				SubmittedBy: waiting.SubmittedName,
				RepostOf:    waiting.RepostOf,
				AccountNum:  waiting.Accounts,
				PictureNum:  waiting.Pictures,
				DueAt:       rest.UTC(waiting.DueAt),
				Now:         waiting.DueNow,
				Urgent:      waiting.Urgent,
				Own:         waiting.Own,
			}
		},
	)
}
