package api_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"juzhen/internal/api"
	"juzhen/internal/fault"
)

// seconds is the time an answer asks to wait.
func (a answer) seconds() int {
	a.w.Helper()
	n, err := strconv.Atoi(a.Header().Get("Retry-After"))
	if err != nil {
		a.w.Fatalf("%s: Retry-After is %q", a.what, a.Header().Get("Retry-After"))
	}

	return n
}

func TestAnswersThatAskToWaitSayHowLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *api.Deps) {
		deps.Health = func(context.Context) (api.Sending, error) {
			return api.Sending{}, fault.Unavailable("发送的健康状况暂时读不到")
		}
		deps.Ready = func(context.Context) error { return errors.New("no database") }
	})
	wrong := body{"username": "auditor", "password": "not it at all"}

	var last answer
	for range 12 {
		if last = w.call("", "POST", "/sessions", wrong); last.Code == 429 {
			break
		}
		last.want(401)
	}
	if n := last.problem(429, "too_many").seconds(); n < 1 || n > 3600 {
		t.Errorf("wait %d s", n)
	}
	if n := w.call("admin", "GET", "/sending", nil).problem(503, "unavailable").seconds(); n < 1 {
		t.Errorf("wait %d s", n)
	}
	if n := w.call("", "GET", "!/readyz", nil).want(503).seconds(); n < 1 {
		t.Errorf("wait %d s", n)
	}
	if h := w.call("writer", "GET", "/posts/999", nil).
		problem(404, "not_found").
		Header().
		Get("Retry-After"); h != "" {
		t.Errorf("nothing to wait for, and asked to wait %s s", h)
	}
}

func TestUnitIsMovedAndRenamedAtOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("admin", "POST", "/units", body{"name": "监测站", "kind": "department", "parent_id": 3}).want(201)
	w.call("admin", "POST", "/units/2/move", body{
		"parent_id": 3, "name": "监测站",
	}).problem(422, "invalid").says("body.name", "errors", 0, "location")
	w.call("admin", "PATCH", "/units/2", body{"parent_id": 3}).want(422) // nobody moves a unit alone
	asked := w.call("admin", "POST", "/units/2/move", body{
		"parent_id": 3,
		"name":      "新闻中心",
		"reason":    "机构调整",
	}).want(202).
		says("awaiting_second", "state").says("move", "change", "kind").
		says("宣传中心", "change", "display_name").
		says("2", "change", "moved_unit_id").
		says("3", "change", "new_unit_id").says("1", "change", "old_unit_id").says("1", "change", "unit_id")
	w.call("admin", "GET", "/units/2", nil).want(200).says("宣传中心", "name").says("/1/2/", "path")
	w.call("admin", "POST", "/units/2/move", body{"parent_id": 3}).problem(409, "asked_already")

	confirm := asked.Header().Get("Location")[len("/api/v1"):]
	w.call("admin", "POST", confirm, nil).problem(403, "same_person")
	w.call("supervisor", "POST", confirm, nil).want(200).says("confirmed", "change", "state")
	w.call("admin", "GET", "/units/2", nil).want(200).says("新闻中心", "name").says("/1/3/2/", "path")
	at := "/user-changes/" + asked.text("change", "id")
	w.call("auditor", "POST", at+"/stop", body{"reason": "没有批文"}).want(200).says("undone", "state")
	w.call("admin", "GET", "/units/2", nil).want(200).says("宣传中心", "name").says("/1/2/", "path")
	w.call("admin", "PATCH", "/units/2", body{"name": "新闻中心"}).want(200).says("新闻中心", "name")
	w.call("admin", "PATCH", "/units/2", body{"kind": "department"}).
		want(200).
		says("新闻中心", "name").
		says("department", "kind")
}
