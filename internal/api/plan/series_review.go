package plan

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
)

type seriesTurn struct {
	ID    int64        `json:"id"`
	Items []string     `json:"items" nullable:"false" doc:"批准前须核对的校对事项，对每一篇"`
	Posts []seriesPart `json:"posts" nullable:"false"`
}

type seriesPart struct {
	Number  int        `json:"number" doc:"第几次"`
	PostID  int64      `json:"post_id"`
	Text    string     `json:"text"`
	DueAt   *time.Time `json:"due_at,omitempty"`
	Version int        `json:"version"`
	Step    int        `json:"step,omitempty" doc:"正在审的步骤；没有时不在审核中"`
	Hash    string     `json:"hash,omitempty" doc:"所审版本的摘要"`
	Yours   bool       `json:"yours" doc:"可以由您一并批准"`
	Why     string     `json:"why,omitempty" doc:"为什么不能一并批准"`
}

type seriesApproval struct {
	Posts   []seriesSeen `json:"posts" minItems:"1" maxItems:"62" doc:"一并批准的各篇，都照看到的样子写"`
	Opinion string       `json:"opinion,omitempty" maxLength:"2000"`
	Ticked  []string     `json:"ticked,omitempty" maxItems:"60" doc:"已核对的校对事项，对每一篇"`
	Agreed  bool         `json:"agreed,omitempty" doc:"同意写稿人对正文检查所说的理由；有这样的理由时，批准须为 true"`
	Despite bool         `json:"despite_notes,omitempty" doc:"最后一步有未解决的批注时，批准须为 true"`
}

type seriesSeen struct {
	PostID  int64     `json:"post_id" minimum:"1"`
	Version int       `json:"version" minimum:"1" maximum:"2147483647" doc:"所审的版本号"`
	Step    int       `json:"step" minimum:"1" maximum:"6" doc:"所审的步骤"`
	Hash    string    `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"所审版本的摘要"`
	DueAt   time.Time `json:"due_at" doc:"看到的发布时间"`
}

func (a *api) seriesReview() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/series/{id}/review", "get-series-review",
		"plan", i18n.N("一组重复发布中等您审核的各篇，供一并批准"),
	), access.PostReview, a.seriesTurn)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/series/{id}/review", "approve-series",
		"plan", i18n.N("一并批准一组里的各篇：每一篇都照看到的样子，有一篇变了就一篇也不批准"),
	), access.PostReview, a.approveSeries)
}

func (a *api) seriesTurn(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[seriesTurn], error) {
	turn, err := a.Plan.SeriesTurn(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	words := rest.PrinterOf(rest.Request(ctx))

	return &rest.Out[seriesTurn]{Body: seriesTurn{
		ID:    turn.Series.ID,
		Items: append([]string{}, turn.ToTick()...),
		Posts: rest.Each(turn.Posts, func(one plan.PostTurn) seriesPart {
			part := seriesPart{
				Number: one.Number, PostID: one.PostID, Text: one.Version.Text, Version: one.Version.Number,
				DueAt: rest.UTC(one.Post.DueAt), Yours: one.Why == nil,
			}
			if open := one.Run.Open(); open != nil {
				part.Step, part.Hash = open.Number, hex.EncodeToString(one.Run.Hash)
			}
			if one.Why != nil {
				part.Why = words.T(one.Why.Text, one.Why.Args...)
			}

			return part
		}),
	}}, nil
}

func (a *api) approveSeries(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body seriesApproval
}) (*rest.Out[seriesTurn], error) {
	var list []plan.Seen

	for i, one := range in.Body.Posts {
		hash, err := hex.DecodeString(one.Hash)
		if err != nil {
			return nil, fault.Invalid(fmt.Sprintf("posts[%d].hash", i), "格式不正确").With(err)
		}
		list = append(list, plan.Seen{
			PostID: one.PostID, Version: one.Version, Step: one.Step, Hash: hash, DueAt: one.DueAt,
		})
	}

	err := a.Plan.ApproveSeries(ctx, who, in.ID, list, plan.SeriesWord{
		Opinion: in.Body.Opinion, Ticked: in.Body.Ticked, Agreed: in.Body.Agreed, Despite: in.Body.Despite,
	})
	if err != nil {
		return nil, located(err, list)
	}

	return a.seriesTurn(ctx, who, &in.ByID)
}

// located names the place of the post because of which nothing was approved.
func located(err error, list []plan.Seen) error {
	var stopped *plan.ErrSeriesStopped
	if !errors.As(err, &stopped) || fault.Is(err, fault.KindInternal) || fault.Public(err).Field != "" {
		return err
	}
	at := slices.IndexFunc(list, func(one plan.Seen) bool { return one.PostID == stopped.Post.PostID })
	why := *fault.Public(err)
	why.Field = fmt.Sprintf("posts[%d]", at)

	return &why
}
