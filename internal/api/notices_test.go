package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestAStreamThatCannotReadEnds: its reader comes again from the same place, instead of waiting on an open
// line for what will not be told.
func TestAStreamThatCannotReadEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.token("writer")
	w.exec("ALTER TABLE notices RENAME TO notices_away")
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	answer := w.call(
		"writer",
		"GET",
		"/notices/stream",
		nil,
		func(r *http.Request) { *r = *r.WithContext(ctx) },
	)
	if ctx.Err() != nil || !strings.HasPrefix(answer.Body.String(), "retry:") {
		t.Errorf("%v, %q", ctx.Err(), answer.Body)
	}
	if !strings.Contains(w.log.String(), "notices not read") {
		t.Error("the log does not say why")
	}
}
