package page

import (
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, beijing.Zone)

func TestInstantsAreToldRelativeToToday(t *testing.T) {
	t.Parallel()

	cases := []struct {
		at     time.Time
		zh, en string
	}{
		{noon.Add(150 * time.Minute), "今天 14:30", "Today 14:30"},
		{noon.Add(-12 * time.Hour), "今天 00:00", "Today 00:00"},
		{noon.Add(-12*time.Hour - time.Minute), "昨天 23:59", "Yesterday 23:59"},
		{noon.Add(12 * time.Hour), "明天 00:00", "Tomorrow 00:00"},
		{noon.Add(48 * time.Hour), "11月25日 12:00", "25 Nov 12:00"},
		{noon.AddDate(-1, 0, 0), "2025年11月23日 12:00", "23 Nov 2025 12:00"},
		{time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), "今天 00:00", "Today 00:00"},
		{time.Time{}, "—", "—"},
	}
	for _, c := range cases {
		if got := StampOf(i18n.For("zh"), c.at, noon.UTC()).Text; got != c.zh {
			t.Errorf("%v: %q, want %q", c.at, got, c.zh)
		}
		if got := StampOf(i18n.For("en"), c.at, noon).Text; got != c.en {
			t.Errorf("%v: %q, want %q", c.at, got, c.en)
		}
	}
}

func TestSpansHaveTheTwoBiggestUnits(t *testing.T) {
	t.Parallel()

	zh := i18n.For("zh")
	for d, want := range map[time.Duration]string{
		420 * time.Millisecond: "0.42 秒",
		42 * time.Second:       "42 秒",
		310 * time.Second:      "5 分 10 秒",
		0:                      "0 秒",
		time.Second:            "1 秒",
		10 * time.Minute:       "10 分",
		150 * time.Minute:      "2 小时 30 分",
		74 * time.Hour:         "3 天 2 小时",
	} {
		if got := Span(zh, d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestErrorsStandAtTheirFields(t *testing.T) {
	t.Parallel()
	var base Base
	base.Fail(fault.Fields{fault.Invalid("text", "甲"), fault.Invalid("text", "乙"), fault.Invalid("due", "丙")})
	if base.FieldError("text") != "甲" || base.FieldError("due") != "丙" || base.FormError() != "" {
		t.Errorf("%v", base.Errors)
	}
	base = Base{}
	base.Fail(fault.Conflict("丁"))
	if base.FormError() != "丁" {
		t.Errorf("%v", base.Errors)
	}
}

func TestProgressStaysBetweenNothingAndAll(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ done, all, want int }{{0, 0, 0}, {5, 0, 0}, {5, 20, 25}, {30, 20, 100}} {
		if got := (Progress{Done: c.done, All: c.all}).Percent(); got != c.want {
			t.Errorf("%d of %d: %d", c.done, c.all, got)
		}
	}
}
