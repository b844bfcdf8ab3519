package deliveries_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/pause"
)

// TestDeliveryAndCertificateTellTimesNewestFirst: the same story on the page and on paper, where each
// instant is written in full.
func TestDeliveryAndCertificateTellTimesNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post, ids := w.approve(words, 0, bureau)
	id := ids[bureau]
	w.now = w.now.Add(time.Minute)
	later := noon.Add(4 * time.Hour)
	_, err := w.s.Reschedule(t.Context(), w.people["writer"], post, delivery.DueChoice{At: &later})
	w.must(err)
	w.now = w.now.Add(time.Minute)
	paused, err := w.s.Pause(t.Context(), w.people["chief"], pause.Stop{UnitID: 1, Why: "重大活动"})
	w.must(err)
	w.now = w.now.Add(time.Minute)
	latest := noon.Add(5 * time.Hour)
	_, err = w.s.Resume(t.Context(), w.people["chief"], paused.ID, []delivery.Choice{{
		DeliveryID: id,
		Action:     delivery.ActReschedule,
		DueAt:      &latest,
	}})
	w.must(err)
	w.exec(`UPDATE deliveries
			SET state = 'sent', sent_at = now(), remote_id = '5000000000000001', attempts = 1 WHERE id = $1`,
		id)

	inOrder := func(where, story string, wants ...string) {
		t.Helper()

		for _, want := range wants {
			_, after, ok := strings.Cut(story, want)
			if !ok {
				t.Errorf("%s: %q is not told, or not behind what is newer: %s", where, want, story)
				return
			}
			story = after
		}
	}
	page := w.as("writer").Get(path(id, "")).Want(200).Text("ol.timeline")
	inOrder("page", page, "已恢复", "16:00", "17:00", "已暂停", "发布时间已改", "13:00", "16:00", "已批准", "已列入发布计划")
	paper := w.as("writer").Get(path(id, "/certificate")).Want(200).Text(".certificate-steps")
	inOrder("certificate", paper, "已恢复", "2026-11-23 16:00:00 → 2026-11-23 17:00:00", "已暂停", "发布时间已改",
		"2026-11-23 13:00:00 → 2026-11-23 16:00:00", "已批准", "已列入发布计划")
}
