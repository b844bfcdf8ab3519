package weibo_test

import (
	"strings"
	"testing"

	"juzhen/internal/weibo"
)

var (
	led  = weibo.Draft{Text: "转：重污染预警", Lead: "delivery/12@34"}
	lead = weibo.Original{ID: "5123456789012345", URL: "https://weibo.com/2039018811/NxYz8k3Qp"}
)

// TestALeadIsApprovedByNameAndSentById: the hash is of the name of what is passed on, and stays when its
// id is put in; what is sent holds the id, or the address where there is no repost.
func TestALeadIsApprovedByNameAndSentById(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		mode weibo.Mode
		call string
		want weibo.Field
	}{
		{weibo.Commercial, "statuses/repost/biz", weibo.Field{Name: "id", Value: lead.ID}},
		{weibo.Manual, "manual", weibo.Field{Name: "id", Value: lead.ID}},
		{weibo.Public, "statuses/share", weibo.Field{Name: "status", Value: led.Text + " " + lead.URL}},
	} {
		before := weibo.Build(tc.mode, led)
		after := before.With(lead)
		if !before.Waits() || after.Waits() || before.Hash() != after.Hash() || after.Call() != tc.call {
			t.Errorf("%s: waits %v, then %v; %s, then %s", tc.mode, before.Waits(), after.Waits(),
				before.Canonical(), after.Canonical())
		}

		found := false
		for _, field := range after.Fields() {
			found = found || field == tc.want
			if field.Name == "lead" {
				t.Errorf("%s sends the name of the lead", tc.mode)
			}
		}
		if !found {
			t.Errorf("%s sends %v", tc.mode, after.Fields())
		}
		if again := after.With(weibo.Original{ID: "1"}); again.Hash() != after.Hash() ||
			len(again.Fields()) != len(after.Fields()) {
			t.Errorf("%s: a second lead was put in", tc.mode)
		}

		other := led
		other.Lead = "delivery/13@34"
		if weibo.Build(tc.mode, other).Hash() == before.Hash() {
			t.Errorf("%s: another lead has the same hash", tc.mode)
		}
	}
}

// TestASharedLeadLeavesRoomForItsAddress: what is approved is what fits with the address behind it.
func TestASharedLeadLeavesRoomForItsAddress(t *testing.T) {
	t.Parallel()
	rules := weibo.Rules{SafeDomains: []string{"example.cn"}}
	draft := led

	for n := range 140 {
		draft.Text = "https://example.cn " + strings.Repeat("字", n)
		payload := weibo.Build(weibo.Public, draft)
		if len(weibo.CheckPayload(payload, rules)) > 0 {
			if n < 90 {
				t.Errorf("only %d letters fit", n)
			}

			return
		}
		if faults := weibo.CheckPayload(payload.With(lead), rules); len(faults) > 0 {
			t.Fatalf("%d letters fit without the address alone: %v", n, faults)
		}
	}
	t.Error("any text fits")
}
