package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/api"
)

func TestSameKeyDoesItOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := header("Idempotency-Key", "order-1")
	post := body{"text": "稿", "account_ids": []int{1}}
	first := w.call("writer", "POST", "/posts", post, key).want(201)
	again := w.call("writer", "POST", "/posts", post, key).want(201)
	if again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" ||
		again.Header().Get("ETag") != first.Header().Get("ETag") {
		t.Errorf("again: %v %s", again.Header(), again.Body)
	}
	if n := w.count("SELECT count(*) FROM posts"); n != 1 {
		t.Errorf("%d posts", n)
	}
	w.call("writer", "POST", "/posts", body{
		"text": "另一篇", "account_ids": []int{1},
	}, key).problem(422, "key_reused")
	w.call("chaoyang", "POST", "/posts", body{"text": "稿", "account_ids": []int{3}}, key).want(201)
	w.call("writer", "POST", "/posts", post, header("Idempotency-Key", "two words")).
		problem(400, "key_invalid")

	at := "/posts/" + first.text("id")
	w.call("writer", "POST", at+"/withdraw", body{}, key).want(200)
	w.call("writer", "POST", at+"/withdraw", body{}, key).want(200)
	other := header("Idempotency-Key", "order-2")
	// a refusal of the use case is an answer too
	w.call("writer", "POST", at+"/withdraw", body{}, other).want(409)
	if again := w.call("writer", "POST", at+"/withdraw", body{}, other).
		want(409); again.Header().
		Get("Idempotency-Replayed") !=
		"true" {
		t.Error("the refusal was not repeated")
	}
}

func TestKeyIsFreeAgainWhenNothingWasBegun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := header("Idempotency-Key", "k")
	w.call("writer", "POST", "/posts", body{"text": 1}, key).problem(422, "invalid")
	w.call("writer", "POST", "/posts", body{"text": "稿"}, key).want(201)
}

func TestManyAtOnceWithOneKeyDoItOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.token("writer")

	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			answer := w.call("writer", "POST", "/posts", body{
				"text":        "稿",
				"account_ids": []int{1},
				"due_at":      "2030-01-01T00:00:00Z",
			}, header("Idempotency-Key", "k"))
			if answer.Code != 201 && answer.Code != 409 {
				t.Errorf("status %d: %s", answer.Code, answer.Body)
			}
		})
	}
	wait.Wait()
	if n := w.count("SELECT count(*) FROM posts"); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestUploadWithAKeyIsKnownByItsParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := header("Idempotency-Key", "pic")
	data, kind := upload(t, "图.png", drawing(t), nil)
	answer := w.call("writer", "POST", "/media", data, kind, key).want(201)
	data, kind = upload(t, "图.png", drawing(t), nil) // another boundary
	w.call("writer", "POST", "/media", data, kind, key).want(201).says(answer.text("id"), "id")
	data, kind = upload(t, "别的.png", drawing(t), nil)
	w.call("writer", "POST", "/media", data, kind, key).problem(422, "key_reused")
}

func TestSecretsAreNeverKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := header("Idempotency-Key", "k")
	w.call("", "POST", "/sessions", body{"username": "writer", "password": password}, key).want(201)
	w.call("admin", "POST", "/users", body{
		"username":     "new",
		"display_name": "新专员",
		"unit_id":      1,
		"password":     password,
	}, key).want(202)
	if n := w.count("SELECT count(*) FROM replays"); n != 0 {
		t.Errorf("%d answers kept", n)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("", "GET", "!/healthz", nil).want(200)
	w.call("", "GET", "!/readyz", nil).want(200)
	w.exec(`
		UPDATE goose_db_version SET version_id = version_id + 1000
			WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	w.call("", "GET", "!/readyz", nil).want(503)
	w.call("", "GET", "!/healthz", nil).want(200)
	w.call("reviewer", "GET", "/sending", nil).want(200).says("true", "healthy").says("2", "queue", "waiting")
	w.call("", "GET", "/sending", nil).problem(401, "unauthenticated")
}

// TestMetricsHaveAListenerOfTheirOwn asks the console's own address, where they are not, and the
// handler of the other listener.
func TestMetricsHaveAListenerOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("writer", "GET", "/posts/1", nil).want(404)
	w.call("", "GET", "!/metrics", nil).want(404)
	w.call("", "GET", "!/metrics", nil, func(r *http.Request) { r.RemoteAddr = "127.0.0.1:9" }).want(404)

	text := measured(w.metrics, "198.51.100.7:9")
	for _, want := range []string{
		`juzhen_http_request_seconds_count{method="GET",route="/api/v1/posts/:id",status="404"} 1`,
		"juzhen_sending_up 1", `juzhen_sending_deliveries{state="waiting"} 2`, "go_goroutines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestMetricsMayBeNarrowed holds who reads them where their listener is open to a network.
func TestMetricsMayBeNarrowed(t *testing.T) {
	t.Parallel()

	w := newWorld(
		t,
		func(deps *api.Deps) { deps.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")} },
	)
	for from, may := range map[string]bool{
		"10.1.2.3:9": true, "127.0.0.1:9": true, "[::1]:9": true, "10.2.0.1:9": false,
		"198.51.100.7:9": false,
	} {
		if got := measured(w.metrics, from) != ""; got != may {
			t.Errorf("from %s: %v, want %v", from, got, may)
		}
	}
}

// measured are the figures as a reader at the address gets them; empty when they are kept from it.
func measured(h http.Handler, from string) string {
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr = from
	r.Header.Set("X-Forwarded-For", "127.0.0.1") // says nothing
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		return ""
	}

	return rec.Body.String()
}

func TestWhatNeedsTwoPeopleIsAccepted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.approve(w.submitted("稿"))
	one, two := answer.text("deliveries", 0, "id"), answer.text("deliveries", 1, "id")
	w.exec("UPDATE accounts SET connector = 'commercial'")
	w.exec(`UPDATE deliveries
			SET connector = 'commercial', state = 'unknown', attempts = 1, marked_at = now(),
			attempt_id = gen_random_uuid() WHERE id = ` + one)
	asked := w.call("supervisor", "POST", "/deliveries/"+one+"/resolve", body{
		"outcome": "not_sent",
		"reason":  "时间线上没有",
	}).want(202).says("awaiting_second", "state")
	w.call("supervisor", "POST", "/deliveries/"+one+"/confirm", nil).problem(403, "same_person")
	w.call("second", "GET", "/decisions", nil).want(200).says(asked.text("decision", "id"), "items", 0, "id")
	w.call("second", "POST", "/deliveries/"+one+"/takedown/confirm", nil).problem(409, "conflict")
	w.call("second", "POST", "/deliveries/"+one+"/resolve/confirm", nil).want(200)
	w.call("second", "POST", "/deliveries/"+one+"/confirm", nil).problem(409, "conflict")

	w.exec(`UPDATE deliveries
			SET connector = 'commercial', state = 'sent', sent_at = now(), remote_id = '5000000000000001',
			attempts = 1 WHERE id = ` + two)
	take := w.call("supervisor", "POST", "/deliveries/"+two+"/takedown", body{"reason": "内容有误"}).
		want(202).
		says("awaiting_second", "state")
	w.call("second", "POST", take.Header().Get("Location")[len("/api/v1"):], nil).
		want(200).
		says("confirmed", "state")
	w.call("writer", "GET", "/deliveries/"+two+"/certificate", nil).want(200).says("稿", "text")
	w.call("writer", "GET", "/deliveries/"+one+"/events", nil).want(200)
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.approve(w.submitted("稿"))
	w.call("supervisor", "GET", "/pauses/preview?unit_id=1", nil).want(200).says("2", "waiting")
	pause := w.call("supervisor", "POST", "/pauses", body{
		"unit_id": 1, "reason": "应急",
	}).want(201).says("2", "held")
	at := "/pauses/" + pause.text("id")
	w.call("writer", "GET", "/pauses", nil).want(200).says("应急", "items", 0, "reason")
	held := w.call("supervisor", "GET", at+"/deliveries", nil).want(200)
	w.call("supervisor", "POST", at+"/resume", body{}).want(422)
	w.call("supervisor", "POST", at+"/resume", body{
		"deliveries": []body{{"id": held.at("items", 0, "id"), "action": "send"},
			{"id": held.at("items", 1, "id"), "action": "reschedule", "due_at": w.in(5 * time.Hour)}},
	}).want(200).says("2", "done")
	w.call("writer", "GET", "/posts/"+answer.text("id"), nil).
		want(200).
		says("waiting", "deliveries", 0, "state")
}

func TestReachIsReadAndNarrowedByUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := w.call("reviewer", "GET", "/reach?from=2026-11-01&to=2026-11-07", nil).
		want(200).
		says("2026-11-01", "from").
		says("2026-11-07", "to")
	if all.len("accounts") != 3 || all.len("days") != 7 {
		t.Errorf("%d accounts, %d days", all.len("accounts"), all.len("days"))
	}
	all.says("<nil>", "total", "followers")
	below := w.call("reviewer", "GET", "/reach?unit_id=2", nil).want(200)
	if below.len("accounts") != 1 {
		t.Errorf("unit 2 shows %d accounts", below.len("accounts"))
	}
	// A press officer's reach is the own unit alone; a filter opens nothing below it.
	if own := w.call("writer", "GET", "/reach?unit_id=3", nil).want(200); own.len("accounts") != 0 {
		t.Errorf("a filter showed %d accounts", own.len("accounts"))
	}
	w.call("reviewer", "GET", "/accounts/1/reach?from=2026-11-01T00:00:00%2B08:00&to=2026-11-02T00:00:00%2B08:00", nil).
		want(200).
		says("环保北京", "handle")
	w.call("reviewer", "GET", "/reach?from=nonsense", nil).problem(422, "invalid")
	w.call("admin", "GET", "/reach", nil).problem(403, "forbidden")
}

// TestSecondOfTwoAtOnceWaitsOrIsTold holds the first request of a key in the middle, and sends it again
// meanwhile.
func TestSecondOfTwoAtOnceWaitsOrIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.token("writer")
	conn, err := w.db.Pool().Begin(t.Context())
	w.must(err)
	_, err = conn.Exec(t.Context(), "LOCK TABLE posts IN EXCLUSIVE MODE") // the first cannot write its post
	w.must(err)
	post, key := body{"text": "稿", "account_ids": []int{1}}, header("Idempotency-Key", "held")
	first := make(chan answer)
	go func() { first <- w.call("writer", "POST", "/posts", post, key) }()

	for w.count("SELECT count(*) FROM replays WHERE key = 'held'") == 0 { // until the key is taken
	}
	w.call("writer", "POST", "/posts", post, key).problem(409, "in_progress")
	w.call("writer", "POST", "/posts", body{"text": "别的"}, key).problem(422, "key_reused")
	w.must(conn.Rollback(t.Context()))
	done := (<-first).want(201)
	again := w.call("writer", "POST", "/posts", post, key).want(201)
	if again.Body.String() != done.Body.String() || w.count("SELECT count(*) FROM posts") != 1 {
		t.Errorf("again: %s", again.Body)
	}
}

// TestEndedSessionsAreRefusedAtOnce ends all sessions of a person while they are used.
func TestEndedSessionsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.token("writer")

	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			for range 5 {
				if answer := w.call("writer", "GET", "/me", nil); answer.Code != 200 && answer.Code != 401 {
					t.Errorf("status %d: %s", answer.Code, answer.Body)
				}
			}
		})
	}

	for range 2 { // two at once: one of them may find its own session gone
		wait.Go(func() {
			if answer := w.call(
				"writer",
				"DELETE",
				"/sessions",
				nil,
			); answer.Code >= 500 ||
				answer.Code == 422 {
				t.Errorf("status %d: %s", answer.Code, answer.Body)
			}
		})
	}
	wait.Wait()
	w.call("writer", "GET", "/me", nil).problem(401, "unauthenticated")
	if n := w.count(`
		SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id
			WHERE u.username = 'writer' AND s.revoked_at IS NULL`); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
