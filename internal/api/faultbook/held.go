package faultbook

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/faultbook"
)

// Held is how much of a code rules found that was not entered by itself.
type Held struct {
	Code string    `json:"code" doc:"哪一类问题的代码，见 docs/inspection.md"`
	N    int       `json:"n" doc:"还有几个没有记入"`
	At   time.Time `json:"at" doc:"什么时候数的；每 15 分钟一次"`
}

func (a *api) held(ctx context.Context, who access.Actor, in *struct {
	UnitID int64 `query:"unit_id" doc:"该单位和下属单位"`
}) (*rest.Out[rest.List[Held]], error) {
	path, err := a.UnitPath(ctx, who, in.UnitID)
	if err != nil {
		return nil, err
	}
	found, err := a.Faults.Held(ctx, who, path)
	if err != nil {
		return nil, err
	}

	return rest.Whole(found, func(h faultbook.Held) Held { return Held{h.Code.Code, h.N, h.At.UTC()} }), nil
}

// Entered is how many faults were entered.
type Entered struct {
	rest.Written
	N int `json:"n" doc:"记入了几个"`
}

func (a *api) enter(ctx context.Context, who access.Actor, in *struct {
	Body struct {
		Code string `json:"code" maxLength:"40" doc:"哪一类问题的代码，见 docs/inspection.md"`
	}
}) (*rest.Out[Entered], error) {
	n, err := a.Faults.Enter(ctx, who, in.Body.Code)
	if err != nil {
		return nil, err
	}

	return &rest.Out[Entered]{Body: Entered{N: n}}, nil
}
