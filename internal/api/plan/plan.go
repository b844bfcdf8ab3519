package plan

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/plan"
)

type specialDay struct {
	Day  string `json:"day" format:"date" doc:"北京日期"`
	Name string `json:"name" minLength:"1" maxLength:"20" doc:"节日名称；调休上班的写所补的节日"`
	Off  bool   `json:"off" doc:"true 放假；false 为上班的周六或周日"`
}

type holidayYear struct {
	Year    int          `json:"year"`
	Known   bool         `json:"known" doc:"false：这一年的通知还没有录入，哪天上班无从得知"`
	Version int          `json:"version" doc:"每次改动加一；未知的年份为 0"`
	Source  string       `json:"source,omitempty" doc:"依据"`
	SetAt   *time.Time   `json:"set_at,omitempty"`
	Days    []specialDay `json:"days" nullable:"false" doc:"与星期不符的日子，按日期"`
}

type holidayChange struct {
	Version int          `json:"version" minimum:"0" maximum:"2147483647" doc:"所依据的版本；未知的年份为 0"`
	Source  string       `json:"source,omitempty" maxLength:"100" doc:"依据，如通知的文号"`
	Days    []specialDay `json:"days" minItems:"1" maxItems:"100" nullable:"false" doc:"这一年的全部，替换原有的"`
}

// OfYear names a year.
type OfYear struct {
	Year int `query:"year" required:"true" minimum:"2000" maximum:"2100" doc:"年份"`
}

func (a *api) plan() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/plan", "get-plan",
		"plan", i18n.N("账号与日期：要发的、发了的、没有的，两周规则的情形"),
	), access.PostView, a.getPlan)
	importing := rest.Op(http.MethodPost,
		"/plan/import", "import-plan",
		"plan", i18n.N("从 Excel 导入草稿，全部导入或一篇不导入"),
	)
	importing.MaxBodyBytes = plan.MaxSheetBytes + plan.MaxZipBytes + 64<<10
	rest.Register(a.API, importing, access.PostWrite, a.importPlan)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/plan/imports/{id}/undo", "undo-plan-import",
		"plan", i18n.N("撤销导入或复制：一篇也没有提交或改动时，删除它的全部草稿"),
	), access.PostWrite, a.undoPlanImport)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/plan/free", "next-free",
		"plan", i18n.N("所选账号的下一个空档：前后半小时都没有安排的整点或半点，8 点到 22 点，两周之内"),
	), access.PostWrite, a.nextFree)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/plan/copy", "copy-week",
		"plan", i18n.N("把一周的稿件复制成另一周的草稿，全部复制或一篇不复制"),
	), access.PostWrite, a.copyWeek)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/plan/move", "move-day",
		"plan", i18n.N("把一天的稿件改到另一天的同一钟点，逐篇按改期的规矩"),
	), access.PostWrite, a.moveDay)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/holidays", "get-holidays",
		"plan", i18n.N("一年的放假与调休，未录入的年份说明未知"),
	), access.PostView, a.getHolidays)
	rest.Register(a.API, rest.Op(http.MethodPut,
		"/holidays", "put-holidays",
		"plan", i18n.N("录入或替换一年的放假与调休"),
	), access.PlanManage, a.putHolidays)
}

func showYear(y plan.Year) holidayYear {
	shown := holidayYear{Year: y.Year, Known: y.Known(), Version: y.Version, Source: y.Source}
	if y.Known() {
		at := y.SetAt.UTC()
		shown.SetAt = &at
	}
	shown.Days = rest.Each(y.Days, func(s plan.Special) specialDay {
		return specialDay{Day: beijing.Date(s.Day), Name: s.Name, Off: s.Off}
	})

	return shown
}

func (a *api) getHolidays(ctx context.Context, _ access.Actor, in *OfYear) (*rest.Out[holidayYear], error) {
	year, err := a.Plan.Year(ctx, in.Year)
	return &rest.Out[holidayYear]{Body: showYear(year)}, err
}

func (a *api) putHolidays(ctx context.Context, who access.Actor, in *struct {
	OfYear
	Body holidayChange
}) (*rest.Out[holidayYear], error) {
	days := make([]plan.Special, len(in.Body.Days))
	for i, day := range in.Body.Days {
		at, err := instant.Parse(day.Day, time.DateOnly)
		if err != nil {
			return nil, rest.ErrMalformed
		}
		days[i] = plan.Special{Day: at, Name: day.Name, Off: day.Off}
	}
	saved, err := a.Plan.SetYear(ctx, who, in.Year, in.Body.Version, days, in.Body.Source)

	return &rest.Out[holidayYear]{Body: showYear(saved)}, err
}
