package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// want asserts status and JSON fields of a control answer.
func (r reply) want(t *testing.T, status int, parts ...string) {
	t.Helper()
	if r.err != nil || r.status != status {
		t.Errorf("status %d, want %d: %s %v", r.status, status, r.body, r.err)
	}

	for _, p := range parts {
		if !strings.Contains(r.body, p) {
			t.Errorf("%s lacks %s", r.body, p)
		}
	}
}

func TestControlListsAndChangesPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(options *Options) { options.PastPosts = 100 })
	reply := w.control("POST", "/_control/posts", `{"account":"环保北京","text":"对手"}`)
	reply.want(t, 200, `"rival":true`, `"text":"对手"`)
	var post Post
	if err := json.Unmarshal([]byte(reply.body), &post); err != nil {
		t.Fatal(err)
	}
	one := fmt.Sprintf("/_control/posts/%d", post.ID)
	w.control("PATCH", one, `{"text":"改","hide":"1m"}`).
		want(t, 200, `"text":"改"`, noon.Add(time.Minute).UTC().Format(time.RFC3339))
	w.control("DELETE", one, "").want(t, 204)
	w.control("GET", one, "").want(t, 200, `"deleted":true`)
	w.control("GET", "/_control/posts?account=环保北京", "").want(t, 200, `"deleted":true`)
	all := w.control("GET", "/_control/posts?past=1", "")
	all.want(t, 200, `"past":true`)
	if n := strings.Count(all.body, `"id":`); n != 101 {
		t.Errorf("%d posts listed", n)
	}
	w.control("GET", "/_control/state", "").
		want(t, 200, `"accounts":20,"posts":100,"made":1,"followers":10000000`)
}

func TestControlRefusesNonsense(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/_control/posts", `{"account":"niemand","text":"x"}`, 404},
		{"POST", "/_control/posts", `{"unknown":1}`, 400},
		{"GET", "/_control/posts/5", "", 404},
		{"GET", "/_control/posts/x", "", 404},
		{"PATCH", "/_control/posts/5", "{}", 404},
		{"DELETE", "/_control/posts/5", "", 404},
		{"GET", "/_control/posts?account=niemand", "", 404},
		{"POST", "/_control/faults", `{"kind":"fire"}`, 400},
		{"POST", "/_control/faults", `{"kind":"delay","delay":"long"}`, 400},
		{"DELETE", "/_control/faults/x", "", 404},
		{"POST", "/_control/clock", `{"advance":"x"}`, 400},
		{"POST", "/_control/audience", `{"account":"niemand"}`, 404},
		{"POST", "/_control/audience", `{"post":5}`, 404},
		{"POST", "/_control/tokens", `{"account":"niemand"}`, 404},
		{"POST", "/_control/tokens/revoke", `{"account":"niemand"}`, 404},
		{"POST", "/_control/settings", `{"lag":"x"}`, 400},
		{"POST", "/_control/comments", `{"post":5}`, 404},
		{"POST", "/_control/accounts", `[{"uid":5600000001,"handle":"x"}]`, 400},
		{"POST", "/_control/accounts", `[{"handle":"x"}]`, 400},
		{"POST", "/_control/apps", `{"key":"abc"}`, 400},
	} {
		w.control(c.method, c.path, c.body).want(t, c.status, `{"error":"`)
	}
}

func TestControlFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.control("POST", "/_control/faults", `{"account":"环保北京","call":"@publish","kind":"review","times":2,"hide":"90s"}`).
		want(t, 200, `{"id":1}`)
	w.wantCode(w.post(updateBiz, "status", "一"), "20053")
	w.control("GET", "/_control/faults", "").
		want(t, 200, `"kind":"error","when":"after","times":2,"code":20053,"struck":1,"hide":"1m30s"`)
	w.control("DELETE", "/_control/faults/1", "").want(t, 204)
	w.control("GET", "/_control/faults", "").want(t, 200, "[]")
	w.control("POST", "/_control/faults", `{"kind":"limit","until":"2026-11-23T05:00:00Z"}`).want(t, 200)
	w.wantCode(w.post(updateBiz, "status", "二"), "10023")
	w.control("DELETE", "/_control/faults", "").want(t, 204)
	wantFine(t, w.post(updateBiz, "status", "二"))
}

func TestControlLogAndCounters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.control("GET", "/_control/log", "").want(t, 200, "[]")
	w.post(updateBiz, "status", "一")
	w.control("GET", "/_control/log?after=1", "").
		want(t, 200, `"seq":2`, `"step":"accepted"`, `"step":"answered"`)
	w.control("GET", "/_control/counters", "").
		want(t, 200, `[{"account":"环保北京","call":"statuses/update/biz","requests":1}]`)
}

func TestControlTurnsClockAndSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.control("POST", "/_control/clock", `{"set":"2026-12-01T00:00:00Z","advance":"1h30m"}`).
		want(t, 200, `{"now":"2026-12-01T01:30:00Z"}`)
	w.control("POST", "/_control/clock", `{"freeze":true}`).want(t, 200)
	w.control("GET", "/_control/clock", "").want(t, 200, `{"now":"2026-12-01T01:30:00Z"}`)
	w.control("POST", "/_control/settings", `{"lag":"2s","gap":"5s","post_hour":7}`).want(t, 200,
		`{"lag":"2s","review":"3m0s","gap":"5s","user_day":0,"post_hour":7,"ip_hour":0,"commercial_ip_hour":0}`)
	w.control("GET", "/_control/settings", "").want(t, 200, `"lag":"2s"`)
}

func TestControlAudienceCommentsTokensAccountsAndApps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "一").id(t)
	w.control("POST", "/_control/audience", `{"account":"环保北京","followers":77,"post":`+id+`,"reads":5,"likes":2}`).
		want(t, 204)
	w.control("POST", "/_control/comments", `{"post":`+id+`,"text":"好"}`).want(t, 200, "热心市民")
	w.control("GET", "/_control/posts/"+id, "").
		want(t, 200, `"reach":{"reads":5,"reposts":0,"comments":1,"likes":2}`)
	if n := w.Followers(bureau); n != 3_200_077 {
		t.Errorf("%d followers", n)
	}
	w.control("POST", "/_control/accounts", `[{"uid":42,"handle":"新账号","followers":1000}]`).want(t, 204)
	w.control("GET", "/_control/accounts", "").want(t, 200, "新账号", "环保北京")
	w.control("POST", "/_control/apps", `{"key":"55","secret":"x","name":"另一应用","commercial":true}`).
		want(t, 204)
	reply := w.control("POST", "/_control/tokens", `{"account":"新账号","app":"55","life":"1h"}`)
	reply.want(t, 200, `"uid":42`, `"expires_in":3600`)
	token := reply.tree(t)["access_token"].(string)
	if p := w.post(updateBiz, "access_token", token, "status", "新"); !strings.Contains(p.body, "另一应用") {
		t.Error(p.body)
	}
	w.control("POST", "/_control/tokens/expire", `{"account":"新账号"}`).want(t, 200, `{"tokens":1}`)
	w.wantCode(w.post(updateBiz, "access_token", token, "status", "二"), "21327")
	w.control("POST", "/_control/tokens/revoke", `{"account":"42"}`).want(t, 200, `{"tokens":1}`)
	w.wantCode(w.post(updateBiz, "access_token", token, "status", "二"), "21316")
}

func TestResetForgetsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(updateBiz, "status", "一")
	w.Fault(Fault{Kind: FaultCut})
	w.SetLag(time.Hour)
	w.Jump(bureau, 5)
	w.Advance(time.Hour)
	w.control("POST", "/_control/reset", "").want(t, 204)
	w.wantCount(0)
	if len(w.Log(0)) != 0 || len(w.Faults()) != 0 || !w.Now().Equal(noon) ||
		w.Followers(bureau) != 3_200_000 ||
		w.Calls("", "") != 0 {
		t.Errorf("left: %v %v %v %d", w.Log(0), w.Faults(), w.Now(), w.Followers(bureau))
	}
	w.wantCode(w.post(updateBiz, "status", "一"), "21332")
	w.token = w.Token(bureau)
	wantFine(t, w.post(updateBiz, "status", "一"))
}

func TestAClockThatSomebodyElseTurns(t *testing.T) {
	t.Parallel()
	now := make(chan time.Time, 1)
	now <- noon
	foreign := func() time.Time { v := <-now; now <- v; return v }
	w := newWorld(t, func(options *Options) { options.Clock, options.Frozen = foreign, time.Time{} })
	w.Fault(Fault{Kind: FaultDelay, Delay: time.Hour})
	done := make(chan reply)
	go func() { done <- w.post(updateBiz, "status", "一") }()
	w.await(Received)
	<-now
	now <- noon.Add(time.Hour)
	wantFine(t, <-done)
	w.SetTime(noon)
	if !w.Now().Equal(noon) {
		t.Errorf("now %v", w.Now())
	}
	w.Freeze()
	<-now
	now <- noon.Add(9 * time.Hour)
	if !w.Now().Equal(noon) {
		t.Errorf("frozen at %v", w.Now())
	}
}
