package api_test

import (
	"net/http"
	"testing"

	"juzhen/internal/sandbox"
)

func TestATextIsCheckedBeforeAnythingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	answer := w.call("writer", "POST", "/checks", body{
		"text": "😀今日ＡＱＩ为132，中度污染。11月24日（星期三）举办活动",
		"at":   "2026-11-23T04:00:00Z",
	}).want(http.StatusOK).
		says("aqi_class", "findings", 0, "rule").says("second", "findings", 0, "level").
		says("11", "findings", 0, "start").says("15", "findings", 0, "end").
		says("中度污染", "findings", 0, "found").says("轻度污染", "findings", 0, "suggestion").
		says("weekday", "findings", 1, "rule").says("星期三", "findings", 1, "found").
		says("星期二", "findings", 1, "suggestion")
	if answer.len("findings") != 2 {
		t.Errorf("found %s", answer.Body)
	}

	w.call("writer", "POST", "/checks", body{"text": "今日空气质量良"}).want(http.StatusOK).says("[]", "findings")
}

// TestWhatIsFoundIsMendedOrExplainedAndAgreedTo: a finding of level second stops the submission until it has
// a reason, and the approval until the reviewer agrees; both stay with the version.
func TestWhatIsFoundIsMendedOrExplainedAndAgreedTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := body{
		"text":        "昨日AQI 132，中度污染",
		"account_ids": []int{1, 2},
		"now":         true,
		"submit":      true,
	}

	w.call("writer", "POST", "/posts", asked).problem(http.StatusUnprocessableEntity, "findings").
		says("aqi_class", "findings", 0, "rule").says("10", "findings", 0, "start")
	if n := w.count("SELECT count(*) FROM posts"); n != 0 {
		t.Errorf("%d posts of a refused submission", n)
	}

	asked["reasons"] = []body{{"rule": "aqi_class", "start": 10, "end": 14, "reason": "引用旧文件原文"}}
	p := w.call("writer", "POST", "/posts", asked).want(http.StatusCreated)
	if n := w.count(`SELECT count(*) FROM version_findings
		WHERE rule = 'aqi_class' AND reason = '引用旧文件原文' AND agreed_by IS NULL`); n != 1 {
		t.Errorf("%d findings kept with their reason", n)
	}

	at := "/posts/" + p.text("id") + "/review"
	verdict := body{"version": p.at("version"), "hash": p.text("hash"), "decision": "approve"}
	w.call("reviewer", "POST", at, verdict).problem(http.StatusUnprocessableEntity, "not_agreed").
		says("body.agreed", "errors", 0, "location").says("not_agreed", "errors", 0, "code")
	verdict["agreed"] = true
	w.call("reviewer", "POST", at, verdict).want(http.StatusOK).says("approved", "phase")
	if n := w.count("SELECT count(*) FROM version_findings WHERE agreed_by IS NOT NULL"); n != 1 {
		t.Errorf("%d findings agreed to", n)
	}

	for _, action := range []string{"post.ignore", "post.agree"} {
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = $1 AND subject_type = 'post'
			AND subject_id = $2 AND convert_from(body, 'UTF8') LIKE '%aqi_class%'`,
			action, p.text("id")); n != 1 {
			t.Errorf("%d entries of %s", n, action)
		}
	}
}

// TestTwoPeopleExceptAForbiddenWord: it is submitted once both said so, in that text alone, and stays with
// the version.
func TestTwoPeopleExceptAForbiddenWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO lexicons (unit_id, kind, name, state, version, entries, created_at)
		VALUES (1, 'grave', '严重错误', 'on', 1, 1, now())`)
	w.exec(`INSERT INTO lexicon_entries (lexicon_id, word, level, suggestion, note, exceptions, state, since)
		SELECT id, '攻府', '', '', '', '{}', 'on', 1 FROM lexicons WHERE name = '严重错误'`)
	asked := body{"text": "讲解“攻府”为何是错字", "account_ids": []int{1}, "now": true, "submit": true}

	list := w.call("writer", "POST", "/posts", asked).problem(http.StatusUnprocessableEntity, "findings").
		says("block", "findings", 0, "level").
		says("攻府", "findings", 0, "word").text("findings", 0, "lexicon_id")
	e := w.call("writer", "POST", "/lexicons/"+list+"/exceptions", body{
		"unit_id": 1, "word": "攻府", "text": asked["text"], "reason": "讲的就是这个错字",
	}).want(http.StatusCreated).says("asked", "state")
	at := "/lexicons/exceptions/" + e.text("id") + "/confirm"
	w.call("writer", "POST", at, nil).want(http.StatusForbidden)
	w.call("writer", "POST", "/posts", asked).problem(http.StatusUnprocessableEntity, "findings")
	w.call("reviewer", "POST", at, nil).want(http.StatusOK).says("confirmed", "state")

	w.call("writer", "POST", "/posts", asked).want(http.StatusCreated)
	if n := w.count(`SELECT count(*) FROM version_findings
		WHERE level = 'block' AND reason = '讲的就是这个错字' AND agreed_by IS NOT NULL`); n != 1 {
		t.Errorf("%d findings kept with their exception", n)
	}
	asked["text"] = "讲解“攻府”为何是错字！"
	w.call("writer", "POST", "/posts", asked).problem(http.StatusUnprocessableEntity, "findings")
}

// TestALevelOfAUnitChangesWhatASubmissionAsks: a rule that is raised asks for a reason; lowering waits for a
// second person.
func TestALevelOfAUnitChangesWhatASubmissionAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := body{"text": "请看#今日话题", "account_ids": []int{1}}
	level := func() string {
		return w.call("writer", "POST", "/checks", asked).want(http.StatusOK).text("findings", 0, "level")
	}
	if got := level(); got != "hint" {
		t.Fatalf("preset is %s", got)
	}

	w.call("supervisor", "POST", "/checks/levels", body{
		"unit_id": 1, "rule": "topic", "level": "second", "version": 0,
	}).want(http.StatusOK).says("true", "done")
	if got := level(); got != "second" {
		t.Errorf("raised, it is %s", got)
	}
	change := w.call("supervisor", "POST", "/checks/levels", body{
		"unit_id": 1, "rule": "topic", "level": "off", "version": 1, "reason": "话题另有人看",
	}).want(http.StatusAccepted).says("false", "done")
	if got := level(); got != "second" {
		t.Errorf("asked for, it is %s", got)
	}
	at := "/checks/levels/changes/" + change.text("change_id")
	w.call("supervisor", "POST", at+"/confirm", nil).want(http.StatusForbidden)
	w.call("reviewer", "POST", at+"/confirm", nil).want(http.StatusOK).says("confirmed", "state")
	if n := w.call("writer", "POST", "/checks", asked).want(http.StatusOK).len("findings"); n != 0 {
		t.Errorf("switched off, there are %d findings", n)
	}
	w.call("supervisor", "POST", "/checks/levels", body{
		"unit_id": 1, "rule": "mobile", "level": "block", "version": 0,
	}).want(http.StatusUnprocessableEntity)
}

// TestDomainsOfAUnitAskForAReason: a link to another domain needs one once a list is set, and no list is kept
// that has a bad line.
func TestDomainsOfAUnitAskForAReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at, asked := "/checks/domains?unit_id=1", body{"text": "见 https://other.example/x", "unit_id": 1}
	w.call("writer", "GET", at, nil).
		want(http.StatusOK).
		says("0", "version").
		says(sandbox.DemoSafeDomain, "always", 0)
	w.call("writer", "POST", "/checks", asked).want(http.StatusOK).says("[]", "findings")
	list := func(version int, domains ...string) body {
		return body{"unit_id": 1, "domains": domains, "version": version}
	}
	w.call("supervisor", "PUT", "/checks/domains", list(0, "a.example", "http://b.example")).
		want(http.StatusUnprocessableEntity)
	w.call("supervisor", "PUT", "/checks/domains", list(0, "A.example", "b.example")).
		want(http.StatusOK).says("a.example", "domains", 0).says("1", "version")
	w.call("supervisor", "PUT", "/checks/domains", list(0, "c.example")).want(http.StatusConflict)
	w.call("writer", "POST", "/checks", asked).want(http.StatusOK).
		says("link_domain", "findings", 0, "rule").says("second", "findings", 0, "level").
		says("https://other.example/x", "findings", 0, "found")
	w.call("writer", "POST", "/posts", body{
		"unit_id":     1,
		"text":        "见 https://other.example/x",
		"account_ids": []int{1},
		"now":         true,
		"submit":      true,
	}).want(http.StatusUnprocessableEntity)
}
