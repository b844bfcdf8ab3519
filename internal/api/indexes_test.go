package api_test

import (
	"maps"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestIndexesAreComputedFromWhatIsSent: worked values of docs/indexes.md; a count that is missing, broken or
// below zero is told at its name.
func TestIndexesAreComputedFromWhatIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for path, c := range map[string]struct {
		counts body
		want   float64
	}{
		"/indexes/bci7": {body{
			"posts": 20, "originals": 15, "reposts": 300, "comments": 200, "original_reposts": 280,
			"original_comments": 180, "likes": 500,
		}, 799.55},
		"/indexes/bci4": {body{"posts": 20, "reposts": 300, "comments": 200, "likes": 500}, 820.30},
	} {
		got := w.call("supervisor", "POST", path, c.counts).want(http.StatusOK)
		value, err := strconv.ParseFloat(got.text("value"), 64)
		if err != nil || math.Abs(value-c.want) > 0.005 || got.text("version") == "" {
			t.Errorf("%s: %s, want %.2f", path, got.Body, c.want)
		}

		for name := range c.counts {
			for _, wrong := range []any{nil, -1, 1.5, "7", true} {
				broken := maps.Clone(c.counts)
				broken[name] = wrong
				if wrong == true {
					delete(broken, name)
				}
				told := w.call("supervisor", "POST", path, broken).want(http.StatusUnprocessableEntity)
				if !strings.Contains(told.Body.String(), name) {
					t.Errorf("%s with %s %v: %s", path, name, wrong, told.Body)
				}
			}
		}
	}
}

// TestAnIndexSaysWhereNothingIsKnown: an account that was never read has no index, which is not 0.
func TestAnIndexSaysWhereNothingIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	w.call("supervisor", "GET", "/indexes/bci4?account_id=1&from=2026-11-01&to=2026-11-02", nil).
		want(http.StatusOK).says("<nil>", "value").says("BCI4-1", "version").says("0", "inputs", "posts")
	w.call("supervisor", "GET", "/indexes/bci9?account_id=1", nil).want(http.StatusUnprocessableEntity)
	w.call("supervisor", "GET", "/indexes/bci7", nil).want(http.StatusUnprocessableEntity)
	w.call("supervisor", "GET", "/indexes/bci7?account_id=987654", nil).want(http.StatusNotFound)
}

// TestAHouseScoreSaysByWhatItIsWorkedOut: without data none, which is not 0; the weights are set per unit
// with the revision that was read, and months are told from days.
func TestAHouseScoreSaysByWhatItIsWorkedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const days, month = "&from=2026-11-01&to=2026-11-02", "&from=2026-10-01&to=2026-10-31"

	w.call("supervisor", "GET", "/indexes/house?account_id=1"+days, nil).want(http.StatusOK).
		says("<nil>", "value").says("HOUSE-1", "version").says("day", "unit").says("false", "house", "whole").
		says("30", "house", "weights", "publishing").says("0", "house", "weights", "approval").
		says("0", "house", "revision")
	w.call("supervisor", "GET", "/indexes/house?account_id=1"+month, nil).says("month", "unit")
	w.call("supervisor", "GET", "/indexes/bci7?account_id=1"+month, nil).says("month", "unit")
	w.call("supervisor", "GET", "/indexes/house?account_id=987654", nil).want(http.StatusNotFound)

	weights := body{"publishing": 20, "service": 20, "interaction": 20, "forwards": 20, "approval": 20}
	change := body{"unit_id": 1, "revision": 0, "weights": weights}
	w.call("supervisor", "POST", "/indexes/house/weights", change).want(http.StatusOK).says("1", "revision")
	w.call("supervisor", "POST", "/indexes/house/weights", change).problem(http.StatusConflict, "stale")
	w.call("writer", "POST", "/indexes/house/weights", change).want(http.StatusForbidden)
	w.call("supervisor", "GET", "/indexes/house?account_id=1"+days, nil).
		says("20", "house", "weights", "approval").says("1", "house", "unit_id")
	weights["approval"] = 21
	told := w.call("supervisor", "POST", "/indexes/house/weights", body{
		"unit_id": 1, "revision": 1, "weights": weights,
	}).want(http.StatusUnprocessableEntity)
	if !strings.Contains(told.Body.String(), "101") {
		t.Errorf("%s", told.Body)
	}
	w.call("chaoyang", "GET", "/indexes/house/weights", nil).
		want(http.StatusOK).
		says("20", "items", 1, "weights",
			"approval")
}

// TestTheHoursOfAnAccountAreTold: empty where nothing was read, and of nobody else's account.
func TestTheHoursOfAnAccountAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	w.call("supervisor", "GET", "/reach/heat?account_id=1&from=2026-11-01&to=2026-11-02", nil).
		want(http.StatusOK).says("0", "posts").says("2026-11-02", "to").says("[]", "slots").says("[]", "best")
	w.call("supervisor", "GET", "/reach/heat", nil).want(http.StatusUnprocessableEntity)
	w.call("supervisor", "GET", "/reach/heat?account_id=987654", nil).want(http.StatusNotFound)
}

// TestTheReadingsOfAnAccountAreTold: those of the days asked for in Shanghai, and of nobody else's account.
func TestTheReadingsOfAnAccountAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO account_readings (account_id, taken_at, followers, friends, statuses) VALUES
		(1, '2026-10-31 15:59:59Z', 5, 1, 1), (1, '2026-10-31 16:00Z', 6, 2, 3), (1, '2026-11-02 15:59Z',
		7, 2, 4),
		(1, '2026-11-02 16:00Z', 8, 2, 4)`)

	w.call("supervisor", "GET", "/reach/readings?account_id=1&from=2026-11-01&to=2026-11-02", nil).
		want(http.StatusOK).says("6", "readings", 0, "followers").says("3", "readings", 0, "posts").
		says("2026-10-31T16:00:00Z", "readings", 0, "taken_at").says("7", "readings", 1, "followers")
	w.call("supervisor", "GET", "/reach/readings?account_id=1&from=2026-11-05&to=2026-11-05", nil).
		want(http.StatusOK).says("[]", "readings")
	w.call("supervisor", "GET", "/reach/readings", nil).want(http.StatusUnprocessableEntity)
	w.call("supervisor", "GET", "/reach/readings?account_id=987654", nil).want(http.StatusNotFound)
}
