package api_test

import (
	"fmt"
	"testing"
)

// TestSlotsAreKeptByTheInterface: set by the revision that was read, asked for the next one, laid out as a
// queue.
func TestSlotsAreKeptByTheInterface(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	account := w.call("supervisor", "GET", "/accounts", nil).want(200).text("items", 0, "id")
	var id int64
	fmt.Sscan(account, &id)
	week := func(revision int, times ...any) body {
		return body{"account_id": id, "revision": revision, "times": append([]any{}, times...)}
	}
	every := func(clock string) (times []any) {
		for day := 1; day <= 7; day++ {
			times = append(times, body{"weekday": day, "time": clock})
		}

		return times
	}

	w.call("reviewer", "GET", "/slots?account_id="+account, nil).want(200).says("[]", "weeks")
	w.call("reviewer", "PUT", "/slots", week(0, every("09:00")...)).problem(403, "forbidden")
	w.call("supervisor", "PUT", "/slots", week(0, body{"weekday": 1, "time": "25:00"})).
		problem(422, "invalid")
	w.call("supervisor", "PUT", "/slots", week(0, every("09:00")...)).want(200).
		says("1", "weeks", 0, "revision").
		says("7", "weeks", 0, "times", 6, "weekday").
		says("09:00", "weeks", 0, "times", 6, "time")
	w.call("supervisor", "PUT", "/slots", week(0, every("09:00")...)).problem(409, "stale")

	next := "/slots/next?account_id=" + account
	due := w.call("writer", "GET", next, nil).want(200).text("due_at")
	w.call("writer", "GET", "/queue?account_id="+account, nil).want(200).
		says(due, "places", 0, "due_at").
		says("true", "places", 0, "slot").
		says("[]", "places", 0, "posts")
	w.call("reviewer", "GET", next, nil).problem(403, "forbidden")
	w.call("writer", "GET", "/slots/next?account_id=98765", nil).want(200).says("no_slots", "reason")
	w.call("chaoyang", "GET", "/queue?account_id="+account, nil).problem(404, "not_found")

	w.call("supervisor", "PUT", "/slots", week(1)).want(200).says("[]", "weeks")
	w.call("writer", "GET", next, nil).want(200).says("no_slots", "reason")
}
