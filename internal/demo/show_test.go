package demo

import (
	"strings"
	"testing"

	"juzhen/internal/delivery"
)

// TestAShowThatWaitsInVainSaysForWhom: a suspended or resting account is named with its reason.
func TestAShowThatWaitsInVainSaysForWhom(t *testing.T) {
	t.Parallel()

	got := unrested([]delivery.Delivery{
		{AccountHandle: "环保北京", State: delivery.Sent},
		{AccountHandle: "京环之声", State: delivery.Held, Reason: delivery.AccountStopped},
		{
			AccountHandle: "朝阳环保示例",
			State:         delivery.Waiting,
			Reason:        delivery.RestGoesOn,
			ReasonArgs:    delivery.Args{"until": "10:00"},
		},
	})
	for _, want := range []string{"2 个账号", "@京环之声 暂停（账号已停用", "@朝阳环保示例 待发（微博要求暂歇，尚未到时，10:00 后继续发送）"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	if strings.Contains(got, "环保北京 ") {
		t.Errorf("%q names one that is done", got)
	}
}
