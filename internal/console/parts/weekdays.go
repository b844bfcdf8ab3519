package parts

import (
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
)

// Weekdays are the days of the week by time.Weekday, from Sunday, as source texts.
func Weekdays() [7]string {
	return [7]string{
		i18n.N("周日"), i18n.N("周一"), i18n.N("周二"), i18n.N("周三"), i18n.N("周四"), i18n.N("周五"), i18n.N("周六"),
	}
}

// Weekday is the day of the week of an instant in Asia/Shanghai, as a source text.
func Weekday(at time.Time) string { return Weekdays()[at.In(beijing.Zone).Weekday()] }
