package plan_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	planpages "juzhen/internal/console/plan"
	"juzhen/internal/delivery"
	"juzhen/internal/plan"
)

func TestAFeedIsACalendar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	beijing := time.FixedZone("", 8*3600)
	long := strings.Repeat("很长的账号名称", 12)
	text := planpages.WriteFeed(plan.Fed{Lang: "zh", At: at, Posts: []plan.FedPost{
		{
			PostID: 41, DueAt: time.Date(2026, 12, 1, 9, 0, 0, 0, beijing), State: delivery.PostApproved,
			Accounts: 20, Names: `环保,北京 京环;之声`, Revision: 3, UpdatedAt: at,
		},
		{
			PostID:    42,
			DueAt:     at,
			State:     delivery.PostDraft,
			Accounts:  1,
			Names:     long,
			Revision:  1,
			UpdatedAt: at,
		},
	}}, "https://juzhen.example.cn")

	for _, want := range []string{
		"UID:post-41@juzhen.example.cn\r\n", "DTSTART:20261201T010000Z\r\n", "DTEND:20261201T011500Z\r\n",
		"DTSTAMP:20261130T020000Z\r\n", "SEQUENCE:3\r\n", "STATUS:CONFIRMED\r\n", "STATUS:TENTATIVE\r\n",
		`SUMMARY:已批准 环保\,北京 京环\;之声 等 20 个账号` + "\r\n", "URL:https://juzhen.example.cn/posts/41\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") ||
		!strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Errorf("no calendar:\n%s", text)
	}

	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\n\r") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if events := calendar.Events(); len(events) != 2 ||
		events[1].GetProperty(ics.ComponentPropertySummary).Value != "草稿 "+long {
		t.Errorf("read back: %d events", len(events))
	}
}
