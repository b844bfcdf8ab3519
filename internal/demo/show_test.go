package demo

import (
	"strings"
	"testing"

	"juzhen/internal/check"
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

// TestSuggestionsAreTakenWhereTheyWereFound: several in one wording, whatever their length; those of other
// wordings and those that only a person can mend are left.
func TestSuggestionsAreTakenWhereTheyWereFound(t *testing.T) {
	t.Parallel()
	found := []check.Finding{
		{AccountID: 7, Start: 1, End: 3, Found: "秸杆", Suggestion: "秸秆"},
		{AccountID: 8, Start: 0, End: 1, Found: "焚", Suggestion: "烧"},
		{AccountID: 7, Start: 4, End: 5, Found: "某"},
		{AccountID: 7, Start: 6, End: 8, Found: "环保局", Suggestion: "生态环境局"},
	}
	if got := mendWording("焚秸杆，某处环保。", 7, found); got != "焚秸秆，某处生态环境局。" {
		t.Error(got)
	}
	if got := mendWording("焚秸杆", 9, found); got != "焚秸杆" {
		t.Error(got)
	}
}
