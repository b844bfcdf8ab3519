package api_test

import (
	"fmt"
	"net/http"
	"testing"
)

// monthly is a source of monthly means at an address that is not allowed.
func monthly(unit, author int) body {
	return body{
		"unit_id":   unit,
		"name":      "月均浓度",
		"kind":      "ranking",
		"url":       "http://10.0.0.9/monthly.json",
		"every":     60,
		"from_time": "00:10",
		"author_id": author,
		"mapping": body{
			"month":          "=2026-10",
			"ranks":          "rows",
			"ranks.district": "d",
			"ranks.pm25":     "p",
		},
	}
}

// TestASourceByTheInterface: made, changed by version, pulled, switched off, and nobody else's.
func TestASourceByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	writer := w.count("SELECT id FROM users WHERE username = 'writer'")
	made := w.call("admin", "POST", "/sources", monthly(1, writer)).want(http.StatusCreated).
		says("1", "version").
		says("true", "active").
		says("月均浓度", "name")
	at := "/sources/" + made.text("id")

	w.call("admin", "POST", "/sources", monthly(1, writer)).
		problem(http.StatusUnprocessableEntity, "invalid")
	if n := w.count("SELECT count(*) FROM sources"); n != 1 {
		t.Errorf("%d sources", n)
	}

	w.call("admin", "PATCH", at, body{"version": 1, "every": 30, "name": "各区月均"}).
		want(http.StatusOK).
		says("2", "version").
		says("30", "every").
		says("各区月均", "name").
		says("=2026-10", "mapping", "month")
	w.call("admin", "PATCH", at, body{"version": 1, "every": 15}).
		problem(http.StatusConflict, "conflict")
	w.call("admin", "PATCH", at, body{"version": 2, "mapping": body{"month": "a..b"}}).
		problem(http.StatusUnprocessableEntity, "invalid")

	w.call("admin", "POST", at+"/pull", nil).
		want(http.StatusOK).
		says("failed", "result").
		says("网址指向内部网络，不允许访问", "reasons", 0)
	w.call("admin", "GET", at, nil).
		want(http.StatusOK).
		says("failed", "last_result").
		says("failed", "pulls", 0, "result")
	w.call("admin", "GET", "/sources", nil).
		want(http.StatusOK).
		says("各区月均", "items", 0, "name")

	for _, other := range []string{"writer", "reviewer"} {
		w.call(other, "GET", at, nil).want(http.StatusForbidden)
		w.call(other, "POST", at+"/pull", nil).want(http.StatusForbidden)
	}

	w.call("admin", "PATCH", at, body{"version": 2, "active": false}).
		want(http.StatusOK).
		says("false", "active").
		says("3", "version")
	w.call("admin", "POST", at+"/pull", nil).
		problem(http.StatusConflict, "conflict")
	w.call("admin", "PATCH", at, body{"version": 3, "active": true, "every": 60}).
		want(http.StatusOK).
		says("true", "active").
		says("60", "every")
	if n := w.count("SELECT count(*) FROM audit_entries WHERE subject_type = 'source'"); n != 5 {
		t.Errorf("%d entries in the trail", n)
	}
}

// TestDueTimesByTheInterface: off unless set, by version.
func TestDueTimesByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := body{
		"unit_id": 1,
		"live":    20,
		"daily":   60,
		"version": 0,
	}

	before := w.call("writer", "GET", "/templates/duties", nil).want(http.StatusOK)
	before.says("0", "items", 0, "live").
		says("0", "items", 0, "version")
	w.call("writer", "PUT", "/templates/duties", set).want(http.StatusNoContent)
	w.call("writer", "PUT", "/templates/duties", set).
		problem(http.StatusConflict, "conflict")
	w.call("writer", "GET", "/templates/duties", nil).
		says("20", "items", 0, "live").
		says("60", "items", 0, "daily").
		says("0", "items", 0, "forecast").
		says("1", "items", 0, "version")

	for field, minutes := range map[string]int{"live": 7, "daily": 5, "forecast": 10} {
		wrong := body{"unit_id": 1, "version": 1, field: minutes}
		w.call("writer", "PUT", "/templates/duties", wrong).
			problem(http.StatusUnprocessableEntity, "invalid")
	}
	w.call("reviewer", "PUT", "/templates/duties", set).want(http.StatusForbidden)
	if n := w.count("SELECT count(*) FROM duties WHERE version = 1"); n != 1 {
		t.Errorf("%d settings", n)
	}
}

// TestTheDailyReportByTheInterface: ozone of a day is the greatest mean of eight hours.
func TestTheDailyReportByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	table := "区域,PM2.5,PM10,SO2,NO2,CO,O3\n"
	for _, zone := range []string{"全市", "城六区", "西北部", "东北部", "东南部", "西南部"} {
		table += fmt.Sprintf("%s,20,30,5,20,0.5,165\n", zone)
	}
	asked := body{
		"unit_id": 1,
		"kind":    "daily",
		"values": body{
			"day":      "2026-11-22",
			"readings": table,
		},
	}

	w.call("writer", "POST", "/templates/render", asked).
		want(http.StatusOK).
		says("105", "facts", 0, "aqi").
		says("轻度污染", "facts", 0, "class").
		says("臭氧", "facts", 0, "primary")
}
