package reach

import (
	"context"
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/index"
	"juzhen/internal/reach"
)

// sevenCounts are what BCI₇ is made of.
type sevenCounts struct {
	Posts            int64 `json:"posts" minimum:"0" maximum:"1000000000000" doc:"发博数"`
	Originals        int64 `json:"originals" minimum:"0" maximum:"1000000000000" doc:"原创微博数"`
	Reposts          int64 `json:"reposts" minimum:"0" maximum:"1000000000000" doc:"被转发数"`
	Comments         int64 `json:"comments" minimum:"0" maximum:"1000000000000" doc:"被评论数"`
	OriginalReposts  int64 `json:"original_reposts" minimum:"0" maximum:"1000000000000" doc:"原创微博被转发数"`
	OriginalComments int64 `json:"original_comments" minimum:"0" maximum:"1000000000000" doc:"原创微博被评论数"`
	Likes            int64 `json:"likes" minimum:"0" maximum:"1000000000000" doc:"被点赞数"`
}

// fourCounts are what BCI₄ is made of.
type fourCounts struct {
	Posts    int64 `json:"posts" minimum:"0" maximum:"1000000000000" doc:"发博数"`
	Reposts  int64 `json:"reposts" minimum:"0" maximum:"1000000000000" doc:"被转发数"`
	Comments int64 `json:"comments" minimum:"0" maximum:"1000000000000" doc:"被评论数"`
	Likes    int64 `json:"likes" minimum:"0" maximum:"1000000000000" doc:"被点赞数"`
}

type indexValue struct {
	Value   float64 `json:"value" doc:"未取整"`
	Version string  `json:"version" doc:"公式及其版本"`
}

type accountIndex struct {
	Value   *float64         `json:"value" nullable:"true" doc:"未取整；null：这一时段还没有数据"`
	Version string           `json:"version" doc:"公式及其版本"`
	From    string           `json:"from" format:"date" doc:"第一天"`
	To      string           `json:"to" format:"date" doc:"最后一天"`
	Unit    string           `json:"unit" enum:"day,month" doc:"时段按整天还是整月；整天和整月的值不相比"`
	Inputs  map[string]int64 `json:"inputs" doc:"各项计数，从微博现有的数字重新合计"`
	House   *houseParts      `json:"house,omitempty" doc:"内部得分才有"`
}

// houseParts are what a house score was worked out of.
type houseParts struct {
	Weights  weightSet   `json:"weights"`
	UnitID   int64       `json:"unit_id" doc:"权重是哪个单位定的；0：预设"`
	Revision int         `json:"revision" doc:"权重的版本"`
	Whole    bool        `json:"whole" doc:"有权重的各项都有数据；否则缺的权重按比例分给其余各项"`
	Parts    []housePart `json:"parts"`
}

type housePart struct {
	Part   string   `json:"part" enum:"publishing,service,interaction,forwards,approval"`
	Value  *float64 `json:"value" nullable:"true" doc:"0 到 100；null：没有数据"`
	Weight int      `json:"weight" doc:"设置的权重"`
	Share  float64  `json:"share" doc:"实际计入的比例，0 到 1"`
}

func (a *api) indexes() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/indexes/{index}", "get-index",
		"reach", i18n.N("一个账号的传播指数或内部得分，内部参考"),
	), access.ReachView, a.accountIndex)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/indexes/bci7", "compute-index-of-seven",
		"reach", i18n.N("由七项计数计算 BCI₇"),
	), access.ReachView, func(
		_ context.Context, _ access.Actor, in *struct{ Body sevenCounts },
	) (*rest.Out[indexValue], error) {
		return computed(index.BCI7, index.Counts(in.Body)), nil
	})
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/indexes/bci4", "compute-index-of-four",
		"reach", i18n.N("由四项计数计算 BCI₄"),
	), access.ReachView, func(
		_ context.Context, _ access.Actor, in *struct{ Body fourCounts },
	) (*rest.Out[indexValue], error) {
		return computed(index.BCI4, index.Counts{
			Posts:    in.Body.Posts,
			Reposts:  in.Body.Reposts,
			Comments: in.Body.Comments,
			Likes:    in.Body.Likes,
		}), nil
	})
}

func computed(formula index.Formula, counts index.Counts) *rest.Out[indexValue] {
	return &rest.Out[indexValue]{Body: indexValue{formula.Of(counts), formula.Version()}}
}

func (a *api) accountIndex(ctx context.Context, who access.Actor, in *struct {
	Span
	Index     string `path:"index" enum:"bci7,bci4,house" doc:"哪个指数；house 是内部得分"`
	AccountID int64  `query:"account_id" minimum:"1" required:"true" doc:"账号"`
}) (*rest.Out[accountIndex], error) {
	period, err := a.period(in.Span)
	if err != nil {
		return nil, err
	}
	if in.Index == "house" {
		return a.houseScore(ctx, who, in.AccountID, period)
	}
	spread, err := a.Reach.Spread(ctx, who, in.AccountID, period)
	if err != nil {
		return nil, err
	}
	formula := index.Formula(in.Index)
	shown := accountIndex{
		Value:   spread.Index(formula),
		Version: formula.Version(),
		From:    beijing.Date(period.From),
		To:      beijing.Date(period.Last()),
		Unit:    unitOf(period),
		Inputs:  map[string]int64{},
	}

	for _, input := range formula.Inputs(spread.Counts) {
		shown.Inputs[input.Name] = input.Count
	}

	return &rest.Out[accountIndex]{Body: shown}, nil
}

// unitOf says whether a period is whole months or days.
func unitOf(period reach.Period) string {
	if period.Months() > 0 {
		return "month"
	}

	return "day"
}

func (a *api) houseScore(
	ctx context.Context, who access.Actor, accountID int64, period reach.Period,
) (*rest.Out[accountIndex], error) {
	got, err := a.Scores.Of(ctx, who, accountID, period)
	if err != nil {
		return nil, err
	}
	shown := accountIndex{
		Value:   got.House.Value,
		Version: index.HouseVersion,
		From:    beijing.Date(period.From),
		To:      beijing.Date(period.Last()),
		Unit:    unitOf(period),
		Inputs:  map[string]int64{},
		House: &houseParts{
			Weights:  weightSet(*got.Setting.Weights),
			UnitID:   got.Setting.UnitID,
			Revision: got.Setting.Revision,
			Whole:    got.Known() && got.House.Whole(),
			Parts:    rest.Each(got.House.Marks, showPart),
		},
	}

	for _, input := range got.Inputs() {
		shown.Inputs[input.Name] = input.Count
	}

	return &rest.Out[accountIndex]{Body: shown}, nil
}

func showPart(mark index.Mark) housePart {
	return housePart{string(mark.Part), mark.Value, mark.Weight, mark.Counts}
}
