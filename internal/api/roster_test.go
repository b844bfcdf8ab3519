package api_test

import (
	"fmt"
	"testing"
	"time"
)

// TestARosterIsKeptByTheInterface from the first shift to its note.
func TestARosterIsKeptByTheInterface(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	hour := func(n int) string { return w.now().Add(time.Duration(n) * time.Hour).UTC().Format(time.RFC3339) }
	self := func(who string) string { return w.call(who, "GET", "/me", nil).want(200).text("id") }
	supervisor, writer := self("supervisor"), self("writer")
	shift := func(revision, from, to int, people ...string) body {
		ids := make([]any, len(people))
		for i, id := range people {
			var n int64
			fmt.Sscan(id, &n)
			ids[i] = n
		}

		return body{
			"unit_id":   1,
			"revision":  revision,
			"starts_at": hour(from),
			"ends_at":   hour(to),
			"people":    ids,
		}
	}

	w.call("auditor", "GET", "/roster?unit_id=1", nil).want(200).
		says("0", "revision").
		says("24:00", "cover", "to")
	w.call("chaoyang", "GET", "/roster?unit_id=1", nil).problem(404, "not_found")
	w.call("reviewer", "POST", "/roster/shifts", shift(0, -1, 8, writer)).problem(403, "forbidden")
	w.call("supervisor", "POST", "/roster/shifts", shift(0, 8, -1, writer)).
		problem(422, "invalid").
		says("body.ends_at", "errors", 0, "location")

	made := w.call("supervisor", "POST", "/roster/shifts", shift(0, -1, 8, writer)).
		want(201).
		says("not_yet", "handover").
		says(writer, "people", 0, "id")
	first := made.text("id")
	w.call("supervisor", "POST", "/roster/shifts", shift(0, 8, 20, supervisor)).problem(409, "stale")
	second := w.call("supervisor", "POST", "/roster/shifts", shift(1, 8, 20, supervisor)).
		want(201).
		text("id")

	w.call("writer", "GET", "/roster?unit_id=1", nil).want(200).
		says(writer, "on_duty", "people", 0, "id").
		says(second, "shifts", 1, "id")

	note := "/roster/shifts/" + first + "/note"
	read := "/roster/shifts/" + first + "/read"
	w.call("supervisor", "PUT", note, body{"version": 0, "note": "代写"}).problem(403, "forbidden")
	w.call("writer", "PUT", note, body{"version": 0, "note": "盯着预警"}).want(200).
		says("waits", "handover").
		says("1", "note_version")
	w.call("supervisor", "POST", read, body{"version": 1}).want(200).
		says("taken", "handover").
		says(supervisor, "reads", 0, "user_id")
	w.call("supervisor", "POST", read, body{"version": 1}).problem(409, "conflict")
	w.call("supervisor", "GET", "/roster/shifts/"+first, nil).want(200).says("盯着预警", "note")

	w.call("supervisor", "PATCH", "/roster/shifts/"+second, shiftWithout(shift(2, 8, 21, supervisor))).
		want(200).
		says(hour(21), "ends_at")
	w.call("supervisor", "DELETE", "/roster/shifts/"+first+"?revision=3", nil).problem(409, "conflict")
	w.call("supervisor", "DELETE", "/roster/shifts/"+second+"?revision=3", nil).want(204)
	w.call("supervisor", "GET", "/roster/shifts/"+second, nil).problem(404, "not_found")
}

// shiftWithout is a shift without its unit, which a change does not name.
func shiftWithout(whole body) body {
	delete(whole, "unit_id")
	return whole
}

// TestHoursOfDutyAreSetByTheInterface and refused where they cannot be.
func TestHoursOfDutyAreSetByTheInterface(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	cover := func(revision int, from, to string) body {
		return body{
			"unit_id":  1,
			"revision": revision,
			"from":     from,
			"to":       to,
		}
	}
	w.call("supervisor", "PUT", "/roster/cover", cover(0, "20:00", "08:00")).problem(422, "invalid")
	w.call("supervisor", "PUT", "/roster/cover", cover(0, "08:00", "20:00")).want(200).
		says("1", "revision").
		says("20:00", "cover", "to")
	w.call("supervisor", "PUT", "/roster/cover", cover(0, "08:00", "20:00")).problem(409, "stale")
	w.call("reviewer", "PUT", "/roster/cover", cover(1, "08:00", "20:00")).problem(403, "forbidden")
}
