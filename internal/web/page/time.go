package page

import (
	"fmt"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
)

// FieldLayout is how a datetime-local control writes an instant.
const FieldLayout = "2006-01-02T15:04"

// Stamp is an instant in the words of the reader: Text for the eye, Full for the hint, Machine for the
// attribute.
type Stamp struct{ Text, Full, Machine string }

// StampOf writes at relative to now: 今天 14:30, 昨天 09:05, 11月25日 08:00, 2025年11月25日 08:00. The zero time
// is a dash.
func StampOf(printer *i18n.Printer, at, now time.Time) Stamp {
	if at.IsZero() {
		return Stamp{Text: "—"}
	}
	at, now = at.In(beijing.Zone), now.In(beijing.Zone)
	stamp := Stamp{Full: at.Format("2006-01-02 15:04:05"), Machine: at.Format(time.RFC3339)}
	stamp.Text = DayText(printer, at, now) + " " + at.Format("15:04")

	return stamp
}

// DayText writes the day of at relative to now.
func DayText(printer *i18n.Printer, at, now time.Time) string {
	at, now = at.In(beijing.Zone), now.In(beijing.Zone)
	switch days := int(beijing.Day(at).Sub(beijing.Day(now)).Hours() / 24); days {
	case 0:
		return printer.T("今天")
	case 1:
		return printer.T("明天")
	case -1:
		return printer.T("昨天")
	}
	month := any(int(at.Month()))
	if printer.Lang() == i18n.English {
		month = at.Format("Jan")
	}
	if at.Year() == now.Year() {
		return printer.T("{.m}月{.d}日", "m", month, "d", at.Day())
	}

	return printer.T("{.y}年{.m}月{.d}日", "y", at.Year(), "m", month, "d", at.Day())
}

// Span writes a duration in the two biggest units that matter: 3天2小时, 5分10秒, 0.42秒.
func Span(printer *i18n.Printer, d time.Duration) string {
	switch d = d.Abs(); {
	case d < time.Minute && d%time.Second == 0:
		return printer.T("{.s} 秒|时长", "s", int(d.Seconds()))
	case d < 10*time.Second:
		return printer.T("{.s} 秒|时长", "s", fmt.Sprintf("%.2f", d.Seconds()))
	case d < time.Minute:
		return printer.T("{.s} 秒|时长", "s", int(d.Seconds()))
	case d < time.Hour && d%time.Minute == 0:
		return printer.T("{.m} 分|时长", "m", int(d.Minutes()))
	case d < time.Hour:
		return printer.T("{.m} 分 {.s} 秒", "m", int(d.Minutes()), "s", int(d.Seconds())%60)
	case d < 24*time.Hour:
		return printer.T("{.h} 小时 {.m} 分", "h", int(d.Hours()), "m", int(d.Minutes())%60)
	}

	return printer.T("{.d} 天 {.h} 小时", "d", int(d.Hours())/24, "h", int(d.Hours())%24)
}

// FieldTime writes at for a datetime-local control; empty for the zero time.
func FieldTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}

	return at.In(beijing.Zone).Format(FieldLayout)
}
