package words

import (
	"context"
	"errors"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/air"
	"juzhen/internal/api/rest"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// airValues are concentrations by pollutant. What is absent or null is missing.
type airValues struct {
	PM25    *float64 `json:"pm25,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"PM2.5，微克/立方米"`
	PM10    *float64 `json:"pm10,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"PM10，微克/立方米"`
	SO2     *float64 `json:"so2,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"二氧化硫，微克/立方米"`
	NO2     *float64 `json:"no2,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"二氧化氮，微克/立方米"`
	CO      *float64 `json:"co,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"一氧化碳，毫克/立方米"`
	O3      *float64 `json:"o3,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"臭氧 1 小时平均，微克/立方米；只用于 hour"`
	O3Eight *float64 `json:"o3_8h,omitempty" nullable:"true" minimum:"0" maximum:"10000" doc:"臭氧日最大 8 小时平均，微克/立方米；只用于 day"`
}

type airReading struct {
	At        *time.Time `json:"at,omitempty" doc:"数据的时间，北京时间的这一天决定按哪个标准；不填为现在"`
	Averaging string     `json:"averaging" enum:"hour,day" doc:"hour 1 小时平均，day 24 小时平均"`
	Standard  string     `json:"standard,omitempty" enum:"HJ633-2012,HJ633-2026" doc:"不填则由日期决定"`
	Values    airValues  `json:"values" doc:"浓度；没有或 null 是缺测，至少要有一项"`
}

type airIndex struct {
	AQI       int            `json:"aqi" minimum:"1" maximum:"500"`
	IAQI      map[string]int `json:"iaqi" doc:"各项的空气质量分指数"`
	Level     int            `json:"level" minimum:"1" maximum:"6" doc:"一级至六级"`
	Class     string         `json:"class" doc:"级别的名称，标准中的中文词"`
	Colour    string         `json:"colour" doc:"指数级别的颜色，中文词；不是预警的颜色"`
	Primary   []string       `json:"primary" nullable:"false" doc:"首要污染物，可以并列；AQI 不大于 50 时没有"`
	Standard  string         `json:"standard" enum:"HJ633-2012,HJ633-2026"`
	Published bool           `json:"published" doc:"能否发布：有缺测而 AQI 不大于 100 时不能"`
}

type airRequest struct{ Body airReading }

func (a *api) air() {
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/air/index", "compute-air-index",
		"air", i18n.N("由浓度计算空气质量指数"),
	), access.PostView, a.airIndex)
}

// airIndex computes and keeps nothing.
func (a *api) airIndex(_ context.Context, _ access.Actor, in *airRequest) (*rest.Out[airIndex], error) {
	at := a.Now()
	if in.Body.At != nil {
		at = *in.Body.At
	}
	standard := air.On(at)
	if in.Body.Standard != "" {
		standard, _ = air.ByCode(air.Code(in.Body.Standard)) // one of the two, or it had not come this far
	}

	index, err := standard.Compute(air.Averaging(in.Body.Averaging), in.Body.Values.given())
	var refusal *air.Refusal
	if errors.As(err, &refusal) {
		return nil, airFault(refusal)
	}
	if err != nil {
		return nil, err
	}

	return &rest.Out[airIndex]{Body: showAir(index)}, nil
}

// given are the values that are there.
func (v airValues) given() map[air.Pollutant]*float64 {
	given := map[air.Pollutant]*float64{
		air.PM25:    v.PM25,
		air.PM10:    v.PM10,
		air.SO2:     v.SO2,
		air.NO2:     v.NO2,
		air.CO:      v.CO,
		air.O3:      v.O3,
		air.O3Eight: v.O3Eight,
	}
	for name, value := range given {
		if value == nil {
			delete(given, name)
		}
	}

	return given
}

func airFault(refusal *air.Refusal) error {
	field := "values." + string(refusal.Pollutant)
	switch refusal.Why {
	case air.NoValue:
		return fault.Invalid("values", "至少要有一项浓度").WithCode("required")
	case air.Unknown:
		return fault.Invalid(field, "这种平均时间没有 {.name}；臭氧的小时值是 o3，日值是 o3_8h",
			"name", string(refusal.Pollutant),
		).WithCode("unknown_name")
	case air.Outside:
		return fault.Invalid(field, "浓度应在 0 到 {.most} 之间", "most", air.Most)
	}

	return refusal
}

func showAir(index air.Index) airIndex {
	shown := airIndex{
		AQI:       index.AQI,
		IAQI:      map[string]int{},
		Level:     int(index.Level),
		Class:     index.Level.Class(),
		Colour:    index.Level.Colour(),
		Primary:   []string{},
		Standard:  string(index.Standard),
		Published: index.Published,
	}
	for name, of := range index.IAQI {
		shown.IAQI[string(name)] = of
	}

	for _, name := range index.Primary {
		shown.Primary = append(shown.Primary, string(name))
	}

	return shown
}
