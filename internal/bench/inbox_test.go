package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"juzhen/internal/inbox"
)

// TestTheAudienceIsReadToItsEnd by pages as a poll asks for them: each thing once, the newest first.
func TestTheAudienceIsReadToItsEnd(t *testing.T) {
	t.Parallel()

	audience := &audience{said: map[string][]wireSaid{"t": nil}}
	for n := 120; n > 0; n-- {
		audience.said["t"] = append(audience.said["t"], wireSaid{ID: int64(n)})
	}
	ask := func(query string) []wireSaid {
		request := httptest.NewRequest(http.MethodGet, "/c/2/comments/timeline/biz.json?"+query, http.NoBody)
		request.Header.Set("Authorization", "OAuth2 t")
		answer := httptest.NewRecorder()
		audience.ServeHTTP(answer, request)
		var got struct {
			Comments []wireSaid `json:"comments"`
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}

		return got.Comments
	}
	query, want := "count=50", int64(120)

	for {
		page := ask(query)
		if len(page) == 0 {
			break
		}

		for _, one := range page {
			if one.ID != want {
				t.Fatalf("%d comes, want %d", one.ID, want)
			}
			want--
		}
		query = fmt.Sprintf("count=50&max_id=%d", want)
	}
	if want != 0 {
		t.Errorf("%d things did not come", want)
	}
	if page := ask("count=50&since_id=118"); len(page) != 2 {
		t.Errorf("%d are newer than the last but two", len(page))
	}
}

// TestTheHallHoldsWhatTheFigureSays of each state, said at times that fit it.
func TestTheHallHoldsWhatTheFigureSays(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)
	held := map[inbox.State]int{}

	for n := range mattersHeld {
		state, waits := heldState(n)
		held[state]++
		if waits != state.Waits() {
			t.Fatalf("matter %d is %s, and waits: %v", n, state, waits)
		}
		if at := saidAt(n, now); !at.Before(now) || waits && now.Sub(at) > 30*24*time.Hour {
			t.Fatalf("matter %d of %s was said at %v", n, state, at)
		}
	}
	if held[inbox.Open] != mattersOpen || held[inbox.Answered] != matterAnswers || held[inbox.Closed] == 0 ||
		held[inbox.Assigned]+held[inbox.Referred]+held[inbox.Reopened] != mattersHad {
		t.Errorf("it holds %v", held)
	}
	if mattersOpen != inbox.MostUnassigned {
		t.Error("a pass of assignment is not over all that nobody has")
	}
}

func TestTimesAreThoseOfTheMiddleAndTheEnd(t *testing.T) {
	t.Parallel()

	done := 0
	all, err := timed(100, func(n int) error { done += n; return nil })
	if err != nil || len(all) != 100 || done != 4950 {
		t.Fatalf("%d times, %d, %v", len(all), done, err)
	}

	for i := range all {
		all[i] = time.Duration(i+1) * time.Millisecond
	}
	if all.middle() != 51 || all.nearlyAll() != 100 {
		t.Errorf("middle %v, nearly all %v", all.middle(), all.nearlyAll())
	}
}
