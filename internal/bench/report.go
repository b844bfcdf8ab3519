package bench

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// printFigures prints the median of each value beside its extremes, for people.
func printFigures(out io.Writer, chosen []Figure, got map[string][]values) {
	fmt.Fprintf(out, "\n%-10s %-44s %12s %12s %12s\n", "figure", "value", "median", "min", "max")

	for _, figure := range chosen {
		if len(got[figure.Name]) == 0 {
			continue
		}

		for _, name := range got[figure.Name][0].names() {
			list := sortedBy(got[figure.Name], func(v values) float64 { return v[name] })
			low, mid, high := list[0], list[len(list)/2], list[len(list)-1]
			fmt.Fprintf(
				out,
				"%-10s %-44s %12.4g %12.4g %12.4g\n",
				figure.Name,
				name,
				mid[name],
				low[name],
				high[name],
			)
		}
	}
	fmt.Fprintln(out)
}

// printVerdicts prints one line for each bound, for programs:
//
//	figure NAME KEY VALUE BASELINE RATIO WANTED ok|miss
//
// What there is none of is "-". A figure that could not be measured has one line with the key "failed".
// It fails when a bound was missed.
func printVerdicts(out io.Writer, chosen []Figure, got map[string][]values, failed failures) error {
	var missed []error

	for _, figure := range chosen {
		if failed[figure.Name] != nil {
			fmt.Fprintf(out, "figure %s failed - - - - miss\n", figure.Name)
		}
		if len(got[figure.Name]) == 0 {
			continue
		}

		for _, want := range figure.wanted {
			verdict := want.judge(got[figure.Name])
			fmt.Fprintf(out, "figure %s %s\n", figure.Name, verdict.line())
			if !verdict.ok {
				missed = append(missed, fmt.Errorf("%s %s misses its bound", figure.Name, want.key))
			}
		}
	}

	return errors.Join(missed...)
}

// verdict is a bound beside what was measured, in the round that decides.
type verdict struct {
	want
	value, base float64
	ok          bool
}

// judge takes the worst round where every round must keep the bound, else the median one.
func (w want) judge(rounds []values) verdict {
	sorted := sortedBy(rounds, w.measured)
	decides := sorted[len(sorted)/2]
	if w.every {
		decides = sorted[len(sorted)-1]
	}

	return verdict{
		want:  w,
		value: decides[w.key],
		base:  decides[w.baseline],
		ok:    w.measured(decides) <= w.most,
	}
}

// measured is what the bound is about: the value, or its ratio to the baseline.
func (w want) measured(v values) float64 {
	if w.baseline == "" {
		return v[w.key]
	}

	return v[w.key] / max(v[w.baseline], smallest)
}

// smallest keeps a baseline of nothing from dividing.
const smallest = 1e-9

func (v verdict) line() string {
	base, ratio, wanted := "-", "-", "<="+number(v.most)
	if v.baseline != "" {
		base, ratio, wanted = number(v.base), number(v.value/max(v.base, smallest)), "ratio<="+number(v.most)
	}
	said := "miss"
	if v.ok {
		said = "ok"
	}

	return fmt.Sprintf("%s %s %s %s %s %s", v.key, number(v.value), base, ratio, wanted, said)
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 5, 64) }

func sortedBy(rounds []values, by func(values) float64) []values {
	sorted := slices.Clone(rounds)
	slices.SortFunc(sorted, func(a, b values) int {
		switch x, y := by(a), by(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}

		return 0
	})

	return sorted
}
