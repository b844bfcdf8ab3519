package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

type body = map[string]any

func (w *world) submitted(text string) answer {
	w.Helper()

	return w.call("writer", "POST", "/posts", body{
		"text":        text,
		"account_ids": []int{1, 2},
		"due_at":      w.in(time.Hour),
		"submit":      true,
	}).want(201)
}

func (w *world) approve(p answer) answer {
	w.Helper()

	return w.call("reviewer", "POST", "/posts/"+p.text("id")+"/review", body{
		"version":  p.at("version"),
		"hash":     p.text("hash"),
		"decision": "approve",
	}).want(200)
}

func TestPostGoesFromDraftToPlannedDeliveries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("writer", "POST", "/posts", body{
		"text":        "今日空气质量良",
		"account_ids": []int{1, 2},
		"due_at":      w.in(time.Hour),
		"variants":    []body{{"account_id": 2, "text": "京城今日空气质量良"}},
		"submit":      true,
	}).want(201)
	answer.says("submitted", "state").says("1", "version").says("2", "variants", 0, "account_id")
	if len(answer.text("hash")) != 64 || answer.len("deliveries") != 2 {
		t.Fatalf("submitted: %s", answer.Body)
	}
	answer.says("planned", "deliveries", 0, "state").says("0", "deliveries", 0, "attempts")

	w.call("reviewer", "GET", "/reviews", nil).
		want(200).
		says(answer.text("id"), "items", 0, "post_id").
		says(answer.text("hash"), "items", 0, "hash")
	done := w.approve(answer)
	done.says("approved", "phase").
		says("waiting", "deliveries", 0, "state").
		says("approved", "reviews", 0, "state")
	w.call("second", "POST", "/posts/"+answer.text("id")+"/review", body{
		"version":  1,
		"hash":     answer.text("hash"),
		"decision": "approve",
	}).problem(409, "decided")

	w.call("writer", "GET", "/posts?state=approved", nil).want(200).says(answer.text("id"), "items", 0, "id")
	w.call("writer", "GET", "/posts?state=sent", nil).want(200).says("[]", "items")
	w.call("writer", "GET", "/deliveries?state=waiting&account_id=1", nil).
		want(200).
		says(answer.text("id"), "items", 0, "post_id")
	w.call("auditor", "GET", "/audit?subject=post", nil).
		want(200).
		says("示例reviewer", "items", 0, "actor_name")
}

func TestReviewOfAnOldVersionIsAConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.submitted("第一版")
	at := "/posts/" + answer.text("id")
	w.call("writer", "POST", at+"/revise", nil).want(200)
	old := body{"version": 1, "hash": answer.text("hash"), "decision": "approve"}
	w.call("reviewer", "POST", at+"/review", old).problem(409, "overtaken")
	now := w.call("writer", "GET", at, nil).want(200)
	fresh := w.call("writer", "PATCH", at, body{
		"text":     "第二版",
		"revision": now.at("revision"),
		"submit":   true,
	}).want(200).says("2", "version")
	w.call("reviewer", "POST", at+"/review", old).problem(409, "overtaken")
	w.call("reviewer", "POST", at+"/review", body{
		"version":  2,
		"hash":     answer.text("hash"),
		"decision": "approve",
	}).problem(409, "hash")
	w.call("writer", "POST", at+"/review", old).problem(403, "forbidden")
	w.call("reviewer", "POST", at+"/review", body{
		"version":  2,
		"hash":     fresh.text("hash"),
		"decision": "return",
	}).problem(422, "invalid").
		says("body.opinion", "errors", 0, "location")
	w.call("reviewer", "POST", at+"/review", body{
		"version":  2,
		"hash":     fresh.text("hash"),
		"decision": "return",
		"opinion":  "标题不妥",
	}).want(200).
		says("returned", "phase")
	w.call("writer", "GET", at+"/versions", nil).
		want(200).
		says("2", "items", 0, "version").
		says("1", "items", 1, "version")
}

func TestPatchKeepsWhatSomebodyElseSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("writer", "POST", "/posts", body{
		"text":        "稿",
		"account_ids": []int{1},
		"due_at":      w.in(time.Hour),
		"urgent":      true,
	}).want(201)
	at, tag := "/posts/"+answer.text("id"), answer.Header().Get("ETag")
	w.call("writer", "PATCH", at, body{"text": "不知修订号"}).problem(422, "revision_required")
	changed := w.call("writer", "PATCH", at, body{"text": "新稿"}, header("If-Match", tag)).want(200)
	changed.says("新稿", "text").says("[1]", "account_ids").says("true", "urgent")
	if changed.text("due_at") != answer.text("due_at") {
		t.Errorf("due changed to %s", changed.text("due_at"))
	}
	w.call("writer", "PATCH", at, body{"text": "迟到的稿"}, header("If-Match", tag)).
		problem(412, "precondition_failed")
	w.call("writer", "PATCH", at, body{
		"text":     "迟到的稿",
		"revision": answer.at("revision"),
	}).problem(409, "stale")
	w.call("writer", "PATCH", at, body{
		"due_at":   nil,
		"revision": changed.at("revision"),
	}).want(200).says("<nil>", "due_at").says("新稿", "text")
	w.call("writer", "DELETE", at, nil).want(204)
	w.call("writer", "GET", at, nil).problem(404, "not_found")
}

func TestADraftIsGivenToAnotherUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("writer", "POST", "/posts", body{
		"text":        "稿",
		"account_ids": []int{1, 3},
		"unit_id":     1,
		"due_at":      w.in(time.Hour),
	}).want(201)
	at := "/posts/" + answer.text("id")
	w.call("writer", "PATCH", at, body{"unit_id": 3}).problem(422, "revision_required")
	w.call("writer", "PATCH", at, body{
		"unit_id":  3,
		"revision": answer.at("revision"),
	}).problem(422, "invalid").
		says("body.account_ids", "errors", 0, "location")
	w.call("writer", "GET", at, nil).want(200).says("1", "unit_id").says(answer.text("revision"), "revision")

	moved := w.call("writer", "PATCH", at, body{
		"unit_id": 3, "account_ids": []int{3},
	}, header("If-Match", answer.Header().Get("ETag"))).want(200)
	moved.says("3", "unit_id").says("[3]", "account_ids").says("稿", "text")
	w.call("writer", "PATCH", at, body{"unit_id": 1, "revision": answer.at("revision")}).problem(409, "stale")
	w.call("chaoyang", "PATCH", at, body{
		"unit_id":  1,
		"revision": moved.at("revision"),
	}).problem(422, "invalid").says("body.unit_id", "errors", 0, "location")
	w.call("auditor", "GET", "/audit?subject=post", nil).want(200).says("post.move", "items", 0, "action")

	w.call("writer", "PATCH", at, body{"revision": moved.at("revision"), "submit": true}).want(200)
	w.call("writer", "POST", at+"/revise", nil).want(200)
	again := w.call("writer", "GET", at, nil).want(200)
	w.call("writer", "PATCH", at, body{
		"unit_id":     1,
		"account_ids": []int{1},
		"revision":    again.at("revision"),
	}).problem(409, "conflict")
}

func TestPostThatCannotGoOutIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refused := w.call("writer", "POST", "/posts", body{
		"text":        "",
		"account_ids": []int{1},
		"due_at":      w.in(time.Hour),
		"submit":      true,
	})
	if refused.Code != 422 || refused.len("errors") == 0 {
		t.Fatalf("%d %s", refused.Code, refused.Body)
	}

	for left, of := range map[string]string{
		"posts":         "posts",
		"versions":      "post_versions",
		"deliveries":    "deliveries",
		"reviews":       "review_runs",
		"audit entries": "audit_entries WHERE action LIKE 'post.%'",
	} {
		if n := w.count("SELECT count(*) FROM " + of); n != 0 {
			t.Errorf("%d %s are left", n, left)
		}
	}
	w.call("writer", "POST", "/posts", body{
		"text":        "稿",
		"account_ids": []int{1},
		"variants":    []body{{"account_id": 2, "text": "x"}},
	}).
		problem(422, "invalid").says("body.variants[0].account_id", "errors", 0, "location")
	w.call("chaoyang", "POST", "/posts", body{
		"text": "稿", "account_ids": []int{1},
	}).problem(422, "invalid").says("body.account_ids", "errors", 0, "location")
	w.call("chaoyang", "POST", "/posts", body{
		"text": "稿", "account_ids": []int{3},
	}).want(201).says("3", "unit_id")
	w.call("writer", "POST", "/posts", body{
		"text": "稿", "account_ids": []int{2}, "unit_id": 2,
	}).want(201).says("2", "unit_id")
}

func TestWithdrawAndReschedule(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.approve(w.submitted("稿"))
	at := "/posts/" + answer.text("id")
	later := w.in(3 * time.Hour)
	w.call("writer", "POST", at+"/reschedule", body{"due_at": later}).want(200).says("2", "done")
	w.call("writer", "GET", at, nil).want(200).says("waiting", "deliveries", 1, "state")
	w.call("writer", "POST", at+"/reschedule", body{"due_at": w.in(-time.Hour)}).
		problem(422, "invalid").
		says("body.due_at", "errors", 0, "location")
	cancel := fmt.Sprintf("/deliveries/%s/cancel", answer.text("deliveries", 0, "id"))
	w.call("writer", "POST", cancel, body{}).want(422).says("缺少 reason", "errors", 0, "message")

	for _, without := range []body{{"reason": ""}, {"reason": " \n"}} {
		w.call("writer", "POST", cancel, without).want(422).says("body.reason", "errors", 0, "location")
	}
	w.call("writer", "POST", cancel, body{"reason": "不发了"}).want(200).says("cancelled", "state")
	w.call("writer", "POST", at+"/withdraw", nil).
		problem(422, "invalid").
		says("body.reason", "errors", 0, "location")
	w.call("writer", "POST", at+"/withdraw", body{"reason": "作废"}).want(200).says("1", "done")
	w.call("writer", "GET", at, nil).
		want(200).
		says("withdrawn", "phase").
		says("cancelled", "deliveries", 1, "state")
	w.call("writer", "POST", at+"/withdraw", body{"reason": "作废"}).want(409)
}

func TestAPostIsNotToGoOutAfterAnInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := body{
		"text":        "有时限的话",
		"account_ids": []int64{1},
		"due_at":      w.in(2 * time.Hour),
		"not_after":   w.in(time.Hour),
		"submit":      true,
	}
	w.call("writer", "POST", "/posts", wanted).
		problem(422, "invalid").
		says("body.not_after", "errors", 0, "location")

	wanted["not_after"] = w.in(3 * time.Hour)
	made := w.call("writer", "POST", "/posts", wanted).want(201)
	at := "/posts/" + made.text("id")
	if made.text("not_after") == "" || made.text("not_after") != made.text("deliveries", 0, "not_after") {
		t.Errorf(
			"the post says %s, its delivery %s",
			made.text("not_after"),
			made.text("deliveries", 0, "not_after"),
		)
	}
	w.call("writer", "POST", at+"/reschedule", body{"due_at": w.in(4 * time.Hour)}).
		problem(422, "too_late").
		says("body.due_at", "errors", 0, "location")
	w.call("writer", "POST", at+"/revise", nil).want(200)
	open := w.call("writer", "GET", at, nil).want(200)
	changed := w.call("writer", "PATCH", at, body{"not_after": nil, "revision": open.at("revision")}).
		want(200)
	var shown struct {
		NotAfter *time.Time `json:"not_after"`
	}
	if err := json.Unmarshal(changed.Body.Bytes(), &shown); err != nil || shown.NotAfter != nil {
		t.Errorf("taken away, and still %v: %v", shown.NotAfter, err)
	}
}

func TestPicturesGoIntoPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	data, kind := upload(t, "图.png", drawing(t), map[string]string{"alt": "空气质量图"})
	answer := w.call("writer", "POST", "/media", data, kind).
		want(201).
		says("空气质量图", "alt").
		says("80", "width").
		says("1", "unit_id")
	w.call("writer", "GET", "/media/"+answer.text("id"), nil).want(200)
	thumb := w.call("reviewer", "GET", "/media/"+answer.text("id")+"/thumb", nil).want(200)
	if kind := thumb.Header().Get("Content-Type"); kind != "image/jpeg" {
		t.Errorf("thumb is %s", kind)
	}
	w.call("admin", "GET", "/media/"+answer.text("id"), nil).problem(403, "forbidden")
	p := w.call("writer", "POST", "/posts", body{
		"text":        "见图",
		"account_ids": []int{1},
		"media_ids":   []any{answer.at("id")},
		"media_alts":  []body{{"media_id": answer.at("id"), "alt": "图一"}},
	}).want(201)
	p.says("图一", "media", 0, "alt").says(answer.text("sha256"), "media", 0, "sha256")
	bad, kind := upload(t, "坏.png", []byte("no picture"), nil)
	w.call("writer", "POST", "/media", bad, kind).
		problem(422, "invalid").
		says("body.file", "errors", 0, "location")
	w.call("writer", "POST", "/media", body{"file": "x"}).want(415)
}

func TestUnitsAndAccountsAreManaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("admin", "POST", "/units", body{
		"name": "海淀区", "kind": "district", "parent_id": 1,
	}).want(201)
	w.call("writer", "POST", "/units", body{
		"name": "海淀区", "kind": "district", "parent_id": 1,
	}).problem(403, "forbidden")
	w.call("admin", "PATCH", "/units/"+answer.text("id"), body{"name": "海淀区生态环境局"}).
		want(200).
		says("海淀区生态环境局", "name")
	w.sure(w.call("admin", "POST", "/units/"+answer.text("id")+"/move", body{"parent_id": 2}))
	w.call("admin", "GET", "/units/"+answer.text("id"), nil).want(200).says("2", "parent_id")
	w.call("writer", "GET", "/units?limit=2", nil).want(200).says("2", "next")
	w.call("writer", "GET", "/units?limit=2&cursor=2", nil).
		want(200).
		says(answer.text("id"), "items", 0, "id")
	a := w.call("admin", "POST", "/accounts", body{
		"unit_id":      answer.at("id"),
		"platform":     "weibo",
		"handle":       "海淀环境示例",
		"display_name": "海淀环境",
		"seat":         "district",
		"connector":    "manual",
	}).want(201).says("preparing", "state").says("1800", "late_limit_seconds")
	w.call("admin", "PATCH", "/accounts/"+a.text("id"), body{"min_gap_seconds": 120}).
		want(200).
		says("120", "min_gap_seconds").
		says("海淀环境示例", "handle")
	w.call("admin", "POST", "/accounts/"+a.text("id")+"/state", body{"state": "live"}).
		want(200).
		says("live", "state")
	w.call("admin", "POST", "/accounts/"+a.text("id")+"/state", body{"state": "suspended"}).want(422)
	w.call("writer", "GET", "/accounts?state=live&unit_id=2", nil).
		want(200).
		says(a.text("id"), "items", 0, "id").
		says("京环之声", "items", 1, "handle")
	w.call("admin", "DELETE", "/units/"+answer.text("id"), nil).problem(409, "conflict")
	w.call("admin", "POST", "/accounts", body{
		"unit_id":      1,
		"handle":       "海淀环境示例",
		"display_name": "又一个",
		"seat":         "district",
		"connector":    "manual",
	}).want(422).
		says("body.handle", "errors", 0, "location")
}

func TestTokenIsImportedAndNeverShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("admin", "POST", "/accounts", body{
		"unit_id":      1,
		"handle":       "朝阳环保示例",
		"display_name": "朝阳环保示例",
		"seat":         "district",
		"connector":    "commercial",
	}).want(201)
	at := "/accounts/" + answer.text("id")
	token := w.sandbox.Token("朝阳环保示例")
	w.call("admin", "PUT", at+"/credential", body{
		"access_token": token, "uid": "1", "expires_in": 3600,
	}).problem(422, "foreign_user").says("body.uid", "errors", 0, "location")
	w.call("admin", "GET", at, nil).want(200).says("<nil>", "uid")
	given := w.call("admin", "PUT", at+"/credential", body{"access_token": token}).
		want(200).
		says("valid", "token", "state")
	w.call("admin", "POST", at+"/test", nil).want(200).says("true", "passed")
	w.call("admin", "DELETE", at+"/credential?reason=x", nil).want(200).says("true", "told")
	if s := given.Body.String() + w.log.String(); strings.Contains(s, token) {
		t.Error("the token is shown")
	}
}

func TestPeopleAreManaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("admin", "POST", "/users", body{
		"username":     "haidian",
		"display_name": "海淀专员",
		"unit_id":      3,
		"password":     password,
		"grants":       []body{{"role": "press_officer", "unit_id": 3}},
	}).want(202).says("awaiting_second", "state").says("asked", "change", "state")
	change := answer.text("change", "id")
	w.call("admin", "POST", "/user-changes/"+change+"/confirm", nil).problem(403, "same_person")
	w.call("reviewer", "POST", "/user-changes/"+change+"/confirm", nil).problem(403, "forbidden")
	w.call("", "POST", "/sessions", body{
		"username": "haidian", "password": password,
	}).problem(401, "unauthenticated")
	sure := w.call("supervisor", "POST", "/user-changes/"+change+"/confirm", nil).
		want(200).
		says("confirmed", "change", "state")
	at := "/users/" + sure.text("change", "user_id")
	w.call("admin", "GET", at, nil).
		want(200).
		says("press_officer", "grants", 0, "role").
		says("true", "grants", 0, "in_force")
	w.call("haidian", "GET", "/posts", nil).problem(403, "forbidden")
	own := body{"current": password, "password": "hK8m-Tq3v-Zr6b"}
	w.call("haidian", "PUT", "/me/password", own).problem(422, "invalid")
	own["code"] = sure.text("one_time_code")
	w.call("haidian", "PUT", "/me/password", own).want(204)
	w.call("haidian", "GET", "/posts", nil).want(200).says("[]", "items")

	granted := w.sure(w.call("admin", "POST", at+"/grants", body{"role": "reviewer", "unit_id": 2}))
	w.call("admin", "POST", at+"/grants", body{"role": "auditor", "unit_id": 2}).want(409)
	g := w.call("admin", "GET", at, nil).want(200).text("grants", 0, "id")
	w.call("admin", "POST", "/grants/"+g+"/revoke", body{"reason": "调岗"}).want(204)
	w.call("supervisor", "POST", "/user-changes/"+granted.text("change", "id")+"/stop", body{"reason": "x"}).
		want(200).
		says("undone", "state")
	w.sure(w.call("admin", "PATCH", at, body{"display_name": "朝阳专员二"}))
	w.call("admin", "GET", at, nil).want(200).says("朝阳专员二", "display_name")

	reset := w.call("admin", "PUT", at+"/password", body{"reason": "忘记密码"}).want(202)
	again := w.sure(reset)
	first := body{
		"username": "haidian",
		"current":  reset.text("initial_password"),
		"code":     again.text("one_time_code"),
		"password": "hK8m-Tq3v-Zr6b",
	}
	w.call("", "POST", "/first-sign-in", first).problem(422, "invalid") // used before
	first["password"] = "Vb4n-Kt8w-Xe2q"
	w.call("", "POST", "/first-sign-in", first).want(201).says("false", "must_change_password")
	w.call("", "POST", "/first-sign-in", first).problem(401, "unauthenticated")
	w.call("supervisor", "GET", "/user-changes?state=undone", nil).want(200).says("grant", "items", 0, "kind")
	w.call("writer", "GET", "/user-changes", nil).problem(403, "forbidden")
	// the name was nobody's when it was tried first
	w.call("supervisor", "GET", "/refused-sign-ins", nil).want(200).
		says("<nil>", "items", 0, "username").
		says("haidian", "items", 1, "username")
	w.call("admin", "POST", at+"/disable", body{"reason": "离职"}).want(204)
	w.call("haidian", "GET", "/me", nil).problem(401, "unauthenticated")
	w.call("admin", "GET", "/users?limit=2", nil).want(200).says("2", "next")
	w.call("admin", "GET", "/users?state=disabled", nil).want(200).says("haidian", "items", 0, "username")
	w.call("writer", "GET", "/users", nil).problem(403, "forbidden")
}

// sure lets the supervisor confirm what was asked.
func (w *world) sure(asked answer) answer {
	w.Helper()
	return w.call("supervisor", "POST", "/user-changes/"+asked.want(202).text("change", "id")+"/confirm", nil).
		want(200)
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("", "POST", "/sessions", body{
		"username": "writer", "password": "wrong",
	}).problem(401, "unauthenticated")
	w.call("writer", "GET", "/sessions", nil).
		want(200).
		says("true", "items", 0, "current").
		says("api", "items", 0, "kind")
	w.call("writer", "GET", "/me", nil).want(200).says("writer", "username")
	w.call("writer", "DELETE", "/sessions/current", nil).want(204)
	gone := w.call("writer", "GET", "/me", nil).problem(401, "unauthenticated")
	if gone.Header().Get("WWW-Authenticate") == "" {
		t.Error("a 401 without WWW-Authenticate")
	}
}

// TestAPostOfThreeSteps: a program asks for a chain, another person confirms it, three people pass a post,
// and nothing is approved before the third has.
func TestAPostOfThreeSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	steps := []body{
		{"name": "初审", "relation": "line", "role": "reviewer", "items": []string{"错别字"}},
		{"name": "复审", "relation": "line", "role": "reviewer"},
		{"name": "终审", "relation": "line", "role": "supervisor", "at_once": true},
	}
	asked := w.call("admin", "POST", "/chains", body{"unit_id": 1, "name": "三步", "active": true, "steps": steps}).
		want(201)
	asked.says("asked", "asked", "state")
	at := "/chains/" + asked.text("id")
	w.call("admin", "POST", at+"/confirm", body{"version": 1}).problem(403, "forbidden")
	w.call("supervisor", "POST", at+"/confirm", body{"version": 1}).
		want(200).
		says("in_force", "in_force", "state")
	w.call("admin", "PATCH", at, body{"version": 9, "name": "三步", "active": true, "steps": steps}).
		problem(409, "overtaken")

	p := w.call("writer", "POST", "/posts", body{
		"text": "今日空气质量良", "account_ids": []int{1}, "due_at": w.in(time.Hour), "submit": true,
	}).want(201)
	at = "/posts/" + p.text("id") + "/review"
	word := func(more body) body {
		said := body{"version": 1, "hash": p.text("hash"), "decision": "approve"}
		for k, v := range more {
			said[k] = v
		}

		return said
	}
	w.call("reviewer", "GET", at, nil).
		want(200).
		says("三步", "chain").
		says("1", "your_step").
		says("1", "open_step")
	w.call("writer", "GET", at, nil).want(200).says("0", "your_step")
	w.call("supervisor", "POST", at, word(nil)).problem(403, "not_named")
	w.call("reviewer", "POST", at, word(nil)).problem(422, "ticked")
	w.call("reviewer", "POST", at, word(body{"step": 2})).problem(409, "other_step")
	w.call("reviewer", "POST", at, word(body{"ticked": []string{"错别字"}})).want(200).says("submitted", "phase")
	w.call("reviewer", "POST", at, word(nil)).problem(403, "same_person")
	w.call("second", "POST", at, word(body{"step": 2})).want(200).says("submitted", "phase")
	if n := w.count("SELECT count(*) FROM deliveries WHERE approved"); n != 0 {
		t.Errorf("%d deliveries approved after two steps of three", n)
	}
	w.call("supervisor", "POST", at, word(body{"decision": "return", "to_step": 2, "opinion": "再核对"})).
		want(200).says("submitted", "phase")
	w.call("second", "POST", at, word(nil)).want(200)
	w.call("supervisor", "POST", at, word(nil)).want(200).says("approved", "phase")
	w.call("reviewer", "GET", at, nil).want(200).says("approved", "state").says("0", "open_step").
		says("true", "decisions", 1, "undone").says("false", "decisions", 3, "undone")
}
