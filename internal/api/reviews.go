package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/review"
)

type decision struct {
	Version  int    `json:"version" minimum:"1" maximum:"2147483647" doc:"所审的版本号"`
	Hash     string `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"所审版本的摘要"`
	Decision string `json:"decision" enum:"approve,return"`
	Opinion  string `json:"opinion,omitempty" maxLength:"2000" doc:"退回时必填"`
	Agreed   bool   `json:"agreed,omitempty" doc:"同意写稿人对正文检查所说的理由；有这样的理由时，批准须为 true"`
	Due
	Shown clearable `json:"shown_due_at,omitempty" doc:"审核时看到的发布时间，null 为批准后立即；给出时与现在的不同即不批准"`
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
	register(a, op(http.MethodPost,
		"/posts/{id}/review", "review-post",
		"reviews", i18n.N("审核：通过或退回"),
	), access.PostReview, a.reviewPost)
	register(a, op(http.MethodGet,
		"/posts/{id}/reviews", "list-post-reviews",
		"reviews", i18n.N("稿件的审核记录"),
	), access.PostView, a.postReviews)
	register(a, op(http.MethodGet,
		"/reviews", "list-reviews",
		"reviews", i18n.N("待审核，加急的在前"),
	), access.PostReview, a.pendingReviews)
}

func (a *api) reviewPost(ctx context.Context, who access.Actor, in *struct {
	ByID
	Body decision
}) (*onePost, error) {
	b := in.Body
	hash, err := hex.DecodeString(b.Hash)
	if err != nil {
		return nil, fault.Invalid("hash", "格式不正确").With(err)
	}
	_, err = a.Deliveries.Review(ctx, who, in.ID, delivery.Verdict{
		Version:  b.Version,
		Hash:     hash,
		Decision: review.Decision(b.Decision),
		Opinion:  b.Opinion,
		Agreed:   b.Agreed,
		Due:      b.choice(),
		Shown:    b.shown(),
	})
	if err != nil {
		return nil, err
	}

	return a.showPost(ctx, who, in.ID)
}

func (a *api) postReviews(ctx context.Context, who access.Actor, in *ByID) (*out[list[Decided]], error) {
	rows, err := a.Reviews.OfPost(ctx, who, in.ID)
	return whole(rows, showReview), err
}

func (a *api) pendingReviews(
	ctx context.Context,
	who access.Actor,
	in *Paging,
) (*out[list[waitingReview]], error) {
	rows, err := a.Reviews.Pending(ctx, who)
	if err != nil {
		return nil, err
	}

	return sliced(
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
				DueAt:       utc(waiting.DueAt),
				Now:         waiting.DueNow,
				Urgent:      waiting.Urgent,
				Own:         waiting.Own,
			}
		},
	)
}
