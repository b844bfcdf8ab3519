package deliveries_test

import (
	"testing"

	"juzhen/internal/pause"
)

// TestAWrongClockIsToldOnEveryPage: whoever is signed in reads that nothing is sent, and why.
func TestAWrongClockIsToldOnEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	w.health.Stopped = "clock_wrong"
	for _, who := range []string{"writer", "reviewer", "chief", "afar"} {
		w.as(who).Get("/deliveries").Want(200).WantText(".banner-bad", "时钟与数据库相差过大，发送已停止")
	}
	w.as("writer").Get(path(w.one(bureau), "")).Want(200).WantText(".banner-bad", "发送已停止")
	w.as("admin").Get("/sending").Want(200).WantText(".banner-bad", "请管理员校时")
}

// TestPausedUnitsComeBeforeCountedAccounts: single accounts, however many and however new, never hide a
// paused unit.
func TestPausedUnitsComeBeforeCountedAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paused := func(account *int64, why string) {
		_, err := w.s.Pause(
			t.Context(),
			w.people["chief"],
			pause.Stop{UnitID: 1, AccountID: account, Why: why},
		)
		w.must(err)
	}
	one, two := int64(bureau), int64(voice)
	paused(&one, "自查")
	w.as("writer").Get("/deliveries").WantCount(".banner-warn", 1).WantText(".banner-warn", "已暂停发送：自查")
	paused(&two, "自查")
	w.as("writer").Get("/deliveries").WantCount(".banner-warn", 1).WantText(".banner-warn", "有 2 个账号单独暂停发送")
	_, err := w.s.Pause(
		t.Context(),
		w.people["chief"],
		pause.Stop{UnitID: 1, SparesUrgent: true, Why: "预警"},
	)
	w.must(err)
	w.as("writer").
		Get("/deliveries").
		WantText(".banner-warn:first-of-type", "及其下属已暂停发送，加急的照常发：预警")
	paused(nil, "雷雨")
	w.as("writer").
		Get("/deliveries").
		WantCount(".banner-warn", 3).
		WantText(".banner-warn:first-of-type", "及其下属已暂停发送：雷雨")
}
