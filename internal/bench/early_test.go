package bench

import (
	"testing"
	"time"
)

// TestEarlyByTheLeastBitIsSeen: a mark or a call a microsecond before its time breaks the promise, one
// at its time does not.
func TestEarlyByTheLeastBitIsSeen(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return due.Add(d) }
	publish := func(d time.Duration) event {
		return event{Wall: at(d), Step: "received", Call: "statuses/share", Account: "示例"}
	}
	marked := func(d time.Duration) mark { return mark{Delivery: 1, Handle: "示例", At: at(d), Due: due} }

	ahead := func(d time.Duration) mark {
		return mark{Delivery: 1, Handle: "示例", At: at(d), Due: due, Ahead: true}
	}
	for name, c := range map[string]struct {
		marks []mark
		log   []event
		early int
	}{
		"in time": {[]mark{marked(0)}, []event{publish(time.Microsecond)}, 0},
		"marked early": {
			[]mark{marked(-time.Microsecond)},
			[]event{publish(time.Microsecond)}, 1,
		},
		"called early": {
			[]mark{marked(-2 * time.Microsecond)},
			[]event{publish(-time.Nanosecond)}, 2,
		},
		"called for an earlier mark's due": {
			[]mark{marked(0), {Delivery: 2, Handle: "示例", At: at(time.Hour), Due: at(time.Hour)}},
			[]event{publish(time.Second)}, 0,
		},
		"called early for the later one": {
			[]mark{marked(0), {Delivery: 2, Handle: "示例", At: at(time.Minute), Due: at(time.Hour)}},
			[]event{publish(2 * time.Minute)}, 2,
		},
		"marked ahead, called in time": {[]mark{ahead(-time.Second)}, []event{publish(0)}, 0},
		"marked ahead, called early": {
			[]mark{ahead(-time.Second)},
			[]event{publish(-time.Nanosecond)}, 1,
		},
		"its mark is forgotten": {nil, []event{publish(-time.Hour)}, 0},
		"a reading": {
			[]mark{marked(0)},
			[]event{{Wall: at(-time.Hour), Step: "received", Call: "users/show", Account: "示例"}}, 0,
		},
	} {
		var verdict Verdict
		if verdict.countEarly(c.marks, c.log); verdict.Early != c.early || len(verdict.Notes) != c.early {
			t.Errorf("%s: %d early %v, want %d", name, verdict.Early, verdict.Notes, c.early)
		}
		if ok := (Result{Verdict: verdict}).OK(); ok != (c.early == 0) {
			t.Errorf("%s: the promise held: %t", name, ok)
		}
	}
}
