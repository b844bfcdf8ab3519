package replay_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pgtest"
	"juzhen/internal/replay"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func service(t *testing.T) (*replay.Service, *time.Time) {
	t.Helper()
	db := pgtest.New(t)
	stage.Bureau(t, db, "值班宣传专员", "值班审核员")
	now := noon

	return replay.New(db, func() time.Time { return now }), &now
}

func request(key, hash string) replay.Request {
	return replay.Request{UserID: 1, Route: "POST /posts", Key: key, Hash: []byte(hash)}
}

func begin(t *testing.T, service *replay.Service, request replay.Request) *replay.Answer {
	t.Helper()
	answer, err := service.Begin(t.Context(), request)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}

	return answer
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || fault.Public(err).Code != code {
		t.Errorf("%v, want code %s", err, code)
	}
}

func TestSecondRequestGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	s, _ := service(t)
	r := request("k1", "x")
	if begin(t, s, r) != nil {
		t.Fatal("a fresh key has an answer")
	}
	_, err := s.Begin(t.Context(), r)
	wantCode(t, err, "in_progress")
	if err := s.End(t.Context(), r, replay.Answer{
		Status: 201,
		Header: map[string]string{"Etag": `"1"`},
		Body:   []byte(`{"id":7}`),
	}); err != nil {
		t.Fatal(err)
	}
	answer := begin(t, s, r)
	if answer == nil || answer.Status != 201 || string(answer.Body) != `{"id":7}` ||
		answer.Header["Etag"] != `"1"` {
		t.Errorf("answer %+v", answer)
	}
	_, err = s.Begin(t.Context(), request("k1", "y"))
	wantCode(t, err, "key_reused")
	other := r
	other.UserID = 2
	if begin(t, s, other) != nil {
		t.Error("somebody else's key was answered")
	}
}

func TestKeyIsFreeAfterADayAndWhenForgotten(t *testing.T) {
	t.Parallel()
	s, now := service(t)
	r := request("k", "x")
	begin(t, s, r)
	if err := s.Forget(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	begin(t, s, r)
	*now = now.Add(replay.UnderWay)
	_, err := s.Begin(t.Context(), r)
	wantCode(t, err, "outcome_unknown")
	*now = now.Add(replay.Kept)
	if begin(t, s, request("k", "y")) != nil {
		t.Error("an old key is still answered")
	}
	*now = now.Add(replay.Kept + time.Second)
	if n, err := s.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}

// TestLostRequestIsUnknownAtOnce: who was told of a failure of ours need not wait to learn that nobody
// knows more.
func TestLostRequestIsUnknownAtOnce(t *testing.T) {
	t.Parallel()
	s, now := service(t)
	r := request("k", "x")
	begin(t, s, r)

	if err := s.Lose(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	_, err := s.Begin(t.Context(), r)
	wantCode(t, err, "outcome_unknown")
	_, err = s.Begin(t.Context(), request("k", "y"))
	wantCode(t, err, "key_reused")

	*now = now.Add(replay.Kept + time.Second)
	if begin(t, s, r) != nil {
		t.Error("an old key is still answered")
	}
	_, err = s.Begin(t.Context(), r)
	wantCode(t, err, "in_progress")
}

// TestRequestOfAKilledProcessIsUnknown: nothing told how it ended, so it is known by its age.
func TestRequestOfAKilledProcessIsUnknown(t *testing.T) {
	t.Parallel()
	s, now := service(t)
	r := request("k", "x")
	begin(t, s, r)

	*now = now.Add(replay.UnderWay - time.Second)
	_, err := s.Begin(t.Context(), r)
	wantCode(t, err, "in_progress")

	*now = now.Add(time.Second)
	_, err = s.Begin(t.Context(), r)
	wantCode(t, err, "outcome_unknown")
}

func TestOneOfManyWins(t *testing.T) {
	t.Parallel()
	s, _ := service(t)
	var mu sync.Mutex
	var wait sync.WaitGroup
	won := 0

	for range 8 {
		wait.Go(func() {
			if answer, err := s.Begin(t.Context(), request("k", "x")); err == nil && answer == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if won != 1 {
		t.Errorf("%d requests were let through", won)
	}
}

func TestOddKeysAreRefused(t *testing.T) {
	t.Parallel()

	s, _ := service(t)
	for _, key := range []string{"", "a b", "键", "a\x00", strings.Repeat("k", replay.MaxKey+1)} {
		_, err := s.Begin(t.Context(), request(key, "x"))
		wantCode(t, err, "key_invalid")
	}
}
