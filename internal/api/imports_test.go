package api_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/api"
)

const pastFile = "微博id,发布时间,微博正文\n4242424242424242,2024-05-01 09:00,空气质量良\n4242424242424243,0001-01-01 09:00,没有这样的时间\n"

// TestAnImportAnswersWhenItIsDone: who waits is told what came of each row.
func TestAnImportAnswersWhenItIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	data, kind := upload(t, "往年.csv", []byte(pastFile), nil)
	answer := w.call("admin", "POST", "/accounts/1/history", data, kind).want(200)
	answer.says("2", "rows").says("1", "new").says("done", "state").says("3", "rejected", 0, "line")
}

// TestAnImportThatTakesLongIsAskedForLater: who does not want to wait, or has waited as long as a
// request may, is told where to ask, and nothing of the file is lost.
func TestAnImportThatTakesLongIsAskedForLater(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		patience time.Duration
		more     []setting
		applied  string
	}{
		"not wanted to wait": {
			time.Minute,
			[]setting{header("Prefer", "wait=5, respond-async")}, "respond-async",
		},
		"waited long enough": {time.Nanosecond, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(deps *api.Deps) { deps.ImportTime = c.patience })
			data, kind := upload(t, "往年.csv", []byte(pastFile), nil)
			answer := w.call("admin", "POST", "/accounts/1/history", data, append(c.more, kind)...).
				want(202).
				says("waiting", "state")
			at, ok := strings.CutPrefix(answer.Header().Get("Location"), api.Prefix)
			if !ok || answer.Header().Get("Preference-Applied") != c.applied {
				t.Fatalf(
					"Location %q, Preference-Applied %q, want %q",
					answer.Header().Get("Location"),
					answer.Header().Get("Preference-Applied"),
					c.applied,
				)
			}
			w.call("admin", "GET", at, nil).want(200).says("waiting", "state")

			id, err := strconv.ParseInt(answer.text("id"), 10, 64)
			w.must(err)
			w.must(w.deps.Reach.RunImport(t.Context(), id)) // as the job does
			w.call("admin", "GET", at, nil).
				want(200).
				says("done", "state").
				says("1", "new").
				says("3", "rejected", 0, "line")
		})
	}
}
