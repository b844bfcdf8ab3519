package plan

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts of planning that the trail records.
var (
	acts audit.Declared

	actHolidays      = acts.Declare("plan.holidays", i18n.N("修改节假日"))
	actSlots         = acts.Declare("plan.slots", i18n.N("设置发布时段"))
	actImport        = acts.Declare("plan.import", i18n.N("从 Excel 导入稿件"))
	actCopyWeek      = acts.Declare("plan.copy_week", i18n.N("复制一周的稿件"))
	actFeed          = acts.Declare("plan.feed", i18n.N("开通日历订阅"))
	actFeedRevoke    = acts.Declare("plan.feed_revoke", i18n.N("停用日历订阅"))
	actSeries        = acts.Declare("plan.series", i18n.N("安排重复发布"))
	actSeriesEnd     = acts.Declare("plan.series_end", i18n.N("停止重复发布"))
	actSeriesApprove = acts.Declare("plan.series_approve", i18n.N("一并批准重复发布"))
	actUndo          = acts.Declare("plan.import_undo", i18n.N("撤销导入或复制"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type:    "holidays",
			Text:    i18n.N("节假日"),
			NameSQL: `SELECT year::text FROM holiday_years WHERE year = e.number`,
		},
		{
			Type:    "slots",
			Text:    i18n.N("发布时段"),
			NameSQL: `SELECT '@' || handle FROM accounts WHERE id = e.number`,
		},
		{
			Type:    "plan_series",
			Text:    i18n.N("重复发布"),
			NameSQL: `SELECT left(text, 40) FROM plan_series WHERE id = e.number`,
		},
		{
			Type:    "plan_feed",
			Text:    i18n.N("日历订阅"),
			NameSQL: `SELECT name FROM plan_feeds WHERE id = e.number`,
		},
		{
			Type:    "plan_import",
			Text:    i18n.N("导入"),
			NameSQL: `SELECT name FROM plan_imports WHERE id = e.number`,
		},
	}
}
