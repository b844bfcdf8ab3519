package parts

import (
	"juzhen/internal/review"
)

// Way is the steps of a review as pages show them, one below the other.
type Way struct {
	Chain string
	Steps []WayStep
}

// WayStep is one step with who decided it, or could today.
type WayStep struct {
	review.Step
	Who  []string      // who may decide it at this moment
	Made []review.Made // what was decided about it, the oldest first
}

// Undone tells whether somebody returned to the step, or to one before it, since this was approved.
func (s WayStep) Undone(made review.Made) bool {
	return made.Decision != review.Return && made.Round != s.Round
}

// WayOf makes it of a standing; nil where the chain has one step and nothing was returned to it.
func WayOf(standing review.Standing) *Way {
	run := standing.Run
	if len(run.Steps) < 2 {
		return nil
	}

	way := &Way{Chain: run.Chain}
	for i, step := range run.Steps {
		one := WayStep{Step: step}
		for _, holder := range standing.Who[i] {
			one.Who = append(one.Who, holder.Name)
		}

		for _, made := range run.Made {
			if made.Number == step.Number {
				one.Made = append(one.Made, made)
			}
		}
		way.Steps = append(way.Steps, one)
	}

	return way
}
