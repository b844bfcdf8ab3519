package bench

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// TestAFigureThatFailsStopsNoOther measures one that fails between two that do not, twice over.
func TestAFigureThatFailsStopsNoOther(t *testing.T) {
	measured := func(v values) func(context.Context, *field) (values, error) {
		return func(context.Context, *field) (values, error) { return v, nil }
	}
	chosen := []Figure{
		{
			Name:    "good",
			measure: measured(values{"ms": 3, "bare_ms": 2}),
			wanted:  []want{{key: "ms", baseline: "bare_ms", most: 2, every: true}},
		},
		{
			Name:    "broken",
			measure: func(context.Context, *field) (values, error) { return nil, errors.New("no luck") },
			wanted:  []want{{key: "x", most: 1}},
		},
		{Name: "slow", measure: measured(values{"ms": 30}), wanted: []want{{key: "ms", most: 20}}},
	}
	var out bytes.Buffer
	f := &field{log: &out}
	got, failed := f.rounds(t.Context(), chosen, 2)
	if len(got["good"]) != 2 || len(got["slow"]) != 2 || failed.all() == nil {
		t.Fatalf("measured %v, failed %v", got, failed)
	}
	out.Reset()
	if err := printVerdicts(&out, chosen, got, failed); err == nil {
		t.Error("a missed bound was no failure")
	}
	want := "figure good ms 3 2 1.5 ratio<=2 ok\n" + "figure broken failed - - - - miss\n" + "figure slow ms 30 - - <=20 miss\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}

	for line := range strings.Lines(out.String()) {
		if n := len(strings.Fields(line)); n != 8 {
			t.Errorf("%d fields in %q", n, line)
		}
	}
}

// TestABoundInEveryRoundIsJudgedByTheWorst compares the two ways to judge.
func TestABoundInEveryRoundIsJudgedByTheWorst(t *testing.T) {
	rounds := []values{{"ms": 10, "bare": 10}, {"ms": 90, "bare": 30}, {"ms": 40, "bare": 40}}
	for _, c := range []struct {
		w    want
		line string
	}{
		{want{key: "ms", baseline: "bare", most: 2, every: true}, "ms 90 30 3 ratio<=2 miss"},
		{want{key: "ms", baseline: "bare", most: 2}, "ms 40 40 1 ratio<=2 ok"},
		{want{key: "ms", most: 50}, "ms 40 - - <=50 ok"},
	} {
		if got := c.w.judge(rounds).line(); got != c.line {
			t.Errorf("got %q, want %q", got, c.line)
		}
	}
}
