package rest

import (
	"encoding/json"
	"testing"
	"time"
)

// TestInstantsCanAlwaysBeWritten: JSON knows years 1 to 9999, and one row beyond must not cost a list.
func TestInstantsCanAlwaysBeWritten(t *testing.T) {
	t.Parallel()

	for name, tc := range map[string]struct {
		at   time.Time
		want string
	}{
		"Beijing time is told in UTC": {
			time.Date(2026, 12, 1, 8, 0, 0, 0, time.FixedZone("", 8*3600)), `"2026-12-01T00:00:00Z"`,
		},
		"before the first year":  {time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), `"0001-01-01T00:00:00Z"`},
		"behind the last year":   {time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), `"9999-12-31T23:59:59Z"`},
		"the last one there is":  {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), `"9999-12-31T23:59:59Z"`},
		"the first one there is": {time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), `"0001-01-01T00:00:00Z"`},
	} {
		got, err := json.Marshal(UTC(&tc.at))
		if err != nil || string(got) != tc.want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, tc.want)
		}
	}

	if UTC(nil) != nil || Given(time.Time{}) != nil {
		t.Error("no instant became one")
	}
}

// TestNullIsNotAbsence: a change may leave an instant alone, set it or take it away.
func TestNullIsNotAbsence(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

	for body, want := range map[string]Clearable{
		`{}`:                             {},
		`{"at": null}`:                   {Set: true},
		`{"at": "2026-12-01T00:00:00Z"}`: {Set: true, At: &at},
	} {
		var got struct{ At Clearable }

		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}

		same := got.At.At == nil && want.At == nil ||
			got.At.At != nil && want.At != nil && got.At.At.Equal(*want.At)
		if got.At.Set != want.Set || !same {
			t.Errorf("%s: %+v, want %+v", body, got.At, want)
		}
	}

	var wrong struct{ At Clearable }
	if json.Unmarshal([]byte(`{"at": "yesterday"}`), &wrong) == nil {
		t.Error("no instant was taken for one")
	}
}

// TestPagesOfAWholeListMeet: page by page each row comes once, in order, and the last page says so.
func TestPagesOfAWholeListMeet(t *testing.T) {
	t.Parallel()

	rows := []int64{90, 70, 50, 30, 10}
	id := func(n int64) int64 { return n }

	for limit := 1; limit <= len(rows)+1; limit++ {
		var got []int64

		paging := Paging{Limit: limit}
		for range len(rows) + 1 {
			page, err := Sliced(rows, paging, id, id)
			if err != nil {
				t.Fatal(err)
			}

			got = append(got, page.Body.Items...)
			if paging.Cursor = page.Body.Next; paging.Cursor == "" {
				break
			}
		}

		if len(got) != len(rows) || paging.Cursor != "" {
			t.Errorf("limit %d: %v, cursor %q", limit, got, paging.Cursor)
		}
	}

	if _, err := Sliced(rows, Paging{Cursor: "no number", Limit: 2}, id, id); err == nil {
		t.Error("a cursor that is none was taken")
	}
}

// TestASpanEndsAfterItBegins: open ends are allowed.
func TestASpanEndsAfterItBegins(t *testing.T) {
	t.Parallel()

	early := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	late := early.Add(time.Hour)

	for _, tc := range []struct {
		from, to time.Time
		ok       bool
	}{
		{early, late, true},
		{late, early, false},
		{early, early, true},
		{early, time.Time{}, true},
		{time.Time{}, early, true},
	} {
		if err := Ordered(tc.from, tc.to); (err == nil) != tc.ok {
			t.Errorf("%s to %s: %v", tc.from, tc.to, err)
		}
	}
}
