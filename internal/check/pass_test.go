package check_test

import (
	"fmt"
	"testing"

	"juzhen/internal/lexicon"
)

// TestAPassLooksByWhatHeldWhenItBegan: the lists of the post's unit and of the accounts' units count, in any
// order; a list that comes while a pass is at work counts from the next one on.
func TestAPassLooksByWhatHeldWhenItBegan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, lexicon.Grave, "甲词")
	w.list(2, lexicon.Grave, "乙词")

	stops := func(home int64, units ...int64) string { return "" }
	begin := func() {
		pass := w.s.Pass()
		stops = func(home int64, units ...int64) (words string) {
			found, err := pass.Forbidden(t.Context(), home, units, "甲词、乙词、丙词", w.now)
			if err != nil {
				t.Fatal(err)
			}

			for _, f := range found {
				words += f.Found
			}

			return words
		}
	}
	begin()

	for _, c := range []struct {
		home  int64
		units []int64
		want  string
	}{
		{1, []int64{1}, "甲词"},
		{1, []int64{2}, "甲词乙词"},
		{2, []int64{1}, "甲词乙词"},
		{1, []int64{2, 1, 2}, "甲词乙词"},
		{3, nil, "甲词"},
	} {
		if got := stops(c.home, c.units...); got != c.want {
			t.Errorf("a post of %d to %v: %q, want %q", c.home, c.units, got, c.want)
		}
	}

	w.list(3, lexicon.Grave, "丙词")

	if got := fmt.Sprint(stops(3), " ", stops(1, 3)); got != "甲词 甲词丙词" {
		t.Errorf("in the pass: %q: units that were looked at keep their lists, others bring theirs", got)
	}

	begin()

	if got := stops(3); got != "甲词丙词" {
		t.Errorf("in the next pass: %q", got)
	}
}
