package sending_test

import "testing"

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
