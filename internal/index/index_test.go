package index_test

import (
	"math"
	"testing"

	"juzhen/internal/index"
)

// TestWorkedValues: those of docs/indexes.md, worked out by hand from the formulas.
func TestWorkedValues(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		counts      index.Counts
		seven, four float64
	}{
		"a main account's day":   {index.Counts{20, 15, 300, 200, 280, 180, 500}, 799.55, 820.30},
		"a district's quiet day": {index.Counts{3, 1, 4, 2, 3, 2, 6}, 202.59, 232.83},
		"five without an echo":   {index.Counts{Posts: 5, Originals: 5}, 57.34, 57.34},
		"nothing":                {index.Counts{}, 0, 0},
	} {
		for formula, want := range map[index.Formula]float64{index.BCI7: c.seven, index.BCI4: c.four} {
			if got := formula.Of(c.counts); math.Abs(got-want) > 0.005 {
				t.Errorf("%s of %s: %.4f, want %.2f", formula, name, got, want)
			}
		}
	}
}

// TestEachInputCounts: an index rises with each of the counts it says it is made of, and with no other.
func TestEachInputCounts(t *testing.T) {
	t.Parallel()
	one := map[string]index.Counts{
		"posts":             {Posts: 1},
		"originals":         {Originals: 1},
		"reposts":           {Reposts: 1},
		"comments":          {Comments: 1},
		"original_reposts":  {OriginalReposts: 1},
		"original_comments": {OriginalComments: 1},
		"likes":             {Likes: 1},
	}

	for _, formula := range index.Formulas() {
		if formula.Version() == "" || formula.Label() == "" {
			t.Errorf("%s has no version or no name", formula)
		}

		for name, counts := range one {
			said := false

			for _, input := range formula.Inputs(counts) {
				if input.Name == name {
					said = input.Count == 1
				}
			}
			if rises := formula.Of(counts) > 0; rises != said {
				t.Errorf("%s: %s rises it %v, is said to be in it %v", formula, name, rises, said)
			}
		}
	}
}
