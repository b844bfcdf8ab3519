package reach

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/index"
	"juzhen/internal/score"
)

// weightSet are the weights of the house score.
type weightSet struct {
	Publishing  int `json:"publishing" minimum:"0" maximum:"100" doc:"发布的权重"`
	Service     int `json:"service" minimum:"0" maximum:"100" doc:"服务"`
	Interaction int `json:"interaction" minimum:"0" maximum:"100" doc:"互动"`
	Forwards    int `json:"forwards" minimum:"0" maximum:"100" doc:"转发，预设 0"`
	Approval    int `json:"approval" minimum:"0" maximum:"100" doc:"认同（点赞），预设 0"`
}

type weightSetting struct {
	UnitID   int64      `json:"unit_id" doc:"哪个单位定的，连同下属单位，较近的优先；0：预设"`
	UnitName string     `json:"unit_name"`
	Revision int        `json:"revision"`
	Weights  *weightSet `json:"weights,omitempty" doc:"没有：不再自定，按上级单位的"`
	SetAt    *time.Time `json:"set_at,omitempty"`
}

type weightChange struct {
	UnitID   int64      `json:"unit_id" minimum:"1"`
	Revision int        `json:"revision" minimum:"0" doc:"读到的版本；从没定过为 0"`
	Weights  *weightSet `json:"weights,omitempty" doc:"合计 100；不填：取消自定，按上级单位的"`
}

func (a *api) weights() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/indexes/house/weights", "list-house-weights",
		"reach", i18n.N("内部得分的权重：预设、各单位现行的"),
	), access.ReachView, a.listWeights)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/indexes/house/weights", "set-house-weights",
		"reach", i18n.N("设置或取消一个单位的内部得分权重"),
	), access.IndexManage, a.setWeights)
}

func showSetting(setting score.Setting) weightSetting {
	shown := weightSetting{UnitID: setting.UnitID, UnitName: setting.UnitName, Revision: setting.Revision}
	if setting.Weights != nil {
		weights := weightSet(*setting.Weights)
		shown.Weights = &weights
	}
	if !setting.At.IsZero() {
		shown.SetAt = rest.UTC(&setting.At)
	}

	return shown
}

func (a *api) listWeights(
	ctx context.Context, who access.Actor, in *struct{ rest.Paging },
) (*rest.Out[rest.List[weightSetting]], error) {
	rows, err := a.Scores.Settings(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, in.Paging, func(s score.Setting) int64 { return s.UnitID }, showSetting)
}

func (a *api) setWeights(
	ctx context.Context, who access.Actor, in *struct{ Body weightChange },
) (*rest.Out[weightSetting], error) {
	change := score.Change{UnitID: in.Body.UnitID, Revision: in.Body.Revision}
	if in.Body.Weights != nil {
		weights := index.Weights(*in.Body.Weights)
		change.Weights = &weights
	}
	set, err := a.Scores.Set(ctx, who, change)

	return &rest.Out[weightSetting]{Body: showSetting(set)}, err
}
