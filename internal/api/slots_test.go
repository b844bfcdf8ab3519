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
	asked := body{"text": "今日空气质量良", "account_ids": []int64{id}, "slot": "next"}
	w.call("writer", "POST", "/checks", asked).want(200).says(due, "at")
	at := w.call("writer", "POST", "/posts", asked).want(201).says(due, "due_at").at("id")
	second := w.call("writer", "GET", next, nil).want(200).text("due_at")
	if second == due {
		t.Errorf("the slot of a post that took it is offered again: %s", second)
	}
	asked["due_at"] = due
	w.call("writer", "POST", "/posts", asked).
		problem(422, "invalid").
		says("body.slot", "errors", 0, "location")
	both := body{"text": "一", "account_ids": []int64{id}, "slot": "next", "at": due}
	w.call("writer", "POST", "/checks", both).problem(422, "invalid")

	// Whoever says which time they saw moves nothing that was moved since.
	move := fmt.Sprintf("/posts/%v/reschedule", at)
	w.call("writer", "POST", move, body{"due_at": second, "was": second}).problem(409, "stale")
	w.call("writer", "POST", move, body{"due_at": second, "was": due}).want(200)
	w.call("writer", "POST", move, body{"due_at": due, "was": due}).problem(409, "stale")
	w.call("writer", "POST", move, body{"due_at": due}).want(200)
	w.call("writer", "DELETE", fmt.Sprintf("/posts/%v", at), nil).want(204)
	w.call("writer", "GET", "/queue?account_id="+account, nil).want(200).
		says(due, "places", 0, "due_at").
		says("true", "places", 0, "slot").
		says("[]", "places", 0, "posts")
	w.call("reviewer", "GET", next, nil).problem(403, "forbidden")
	w.call("writer", "GET", "/slots/next?account_id=98765", nil).want(200).says("no_slots", "reason")
	w.call("chaoyang", "GET", "/queue?account_id="+account, nil).problem(404, "not_found")

	w.call("supervisor", "PUT", "/slots", week(1)).want(200).says("[]", "weeks")
	w.call("writer", "GET", next, nil).want(200).says("no_slots", "reason")
	delete(asked, "due_at")
	w.call("writer", "POST", "/posts", asked).problem(409, "no_slot")
	w.call("writer", "POST", "/checks", asked).problem(409, "no_slot")
}
