// Package score keeps how a bureau weighs its house score (内部得分) and works the score of an account out:
// from the posts that reach has read and from what the inbox knows of answers, anew each time. The formula
// is package index's. The score is for internal use; it is of accounts, never of persons.
package score

import (
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/index"
	"juzhen/internal/reach"
)

// Setting is how one unit, with all below it, weighs the parts of the score. It is one revision; the next
// takes its place and leaves it standing.
type Setting struct {
	UnitID   int64 // 0: the preset of the program, which holds where no unit has set anything
	UnitName string
	UnitPath string
	Revision int
	Weights  *index.Weights // nil: the unit goes by what holds above it
	By       string
	At       time.Time
}

// preset is what holds where no unit has set anything.
func preset() Setting {
	weights := index.Preset()
	return Setting{Weights: &weights}
}

// Change is what is to become of a unit's setting.
type Change struct {
	UnitID   int64
	Revision int            // that was shown; 0: the unit had none
	Weights  *index.Weights // nil: go by what holds above again
}

// check looks at weights as they are typed.
func check(weights index.Weights) error {
	var wrong fault.Fields

	for _, part := range index.Parts() {
		if weight := weights.Of(part); weight < 0 || weight > 100 {
			wrong.Add(fault.Invalid(string(part), "权重是 0 到 100 的整数"))
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if sum := weights.Sum(); sum != 100 {
		return fault.Invalid("publishing", "五项权重合计应为 100，现在是 {.n}", "n", sum)
	}

	return nil
}

// Score is the house score of an account over a period, with all it is made of.
type Score struct {
	Period  reach.Period
	Setting Setting // the weights by which it was worked out
	Given   index.Given
	House   index.House // without a value where nothing is known of the account
	At      time.Time   // when it was counted
}

// Known tells whether there is a score.
func (s Score) Known() bool { return s.House.Value != nil }

// Inputs are the counts that entered, by the names of the interface; none where nothing is known.
func (s Score) Inputs() []index.Input {
	if len(s.House.Marks) == 0 {
		return nil
	}

	return s.Given.Inputs(*s.Setting.Weights)
}
