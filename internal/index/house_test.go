package index_test

import (
	"math"
	"testing"

	"juzhen/internal/index"
)

func of(n int64) *int64 { return &n }

// quiet is a district's quiet day, with four of five questions answered.
var quiet = index.Given{
	Days: 1, Posts: 3, Originals: 1, Comments: 2, Reposts: 4, Likes: 6, Asked: of(5), Answered: 4,
}

// TestHouseWorkedValues: those of docs/indexes.md, worked out by hand from the definition.
func TestHouseWorkedValues(t *testing.T) {
	t.Parallel()

	chosen := index.Weights{Publishing: 25, Service: 30, Interaction: 30, Forwards: 10, Approval: 5}
	full := index.Full()
	full.Asked, full.Answered = of(10), 10
	month := index.Given{
		Days:      30,
		Posts:     90,
		Originals: 30,
		Comments:  60,
		Reposts:   120,
		Likes:     180,
		Asked:     of(50),
		Answered:  40,
	}
	unread := quiet
	unread.Asked, unread.Answered = nil, 0
	unasked := quiet
	unasked.Asked, unasked.Answered = of(0), 0

	for name, c := range map[string]struct {
		given          index.Given
		preset, chosen float64
		whole          bool
	}{
		"a main account's day":              {full, 100, 100, true},
		"a district's quiet day":            {quiet, 44.5985, 42.3899, true},
		"thirty such days":                  {month, 44.5985, 42.3899, true},
		"with an inbox that is not read":    {unread, 25.5362, 26.2713, false},
		"when nobody asked":                 {unasked, 25.5362, 26.2713, false},
		"five without an echo":              {index.Given{Days: 1, Posts: 5, Originals: 5}, 29.0273, 22.4616, false},
		"nothing, and four left waiting":    {index.Given{Days: 1, Asked: of(4)}, 0, 0, true},
		"nothing, and all four answered":    {index.Given{Days: 1, Asked: of(4), Answered: 4}, 35, 30, true},
		"ten times a main account's day":    {index.Given{1, 200, 150, 2000, 3000, 5000, of(9), 9}, 100, 100, true},
		"more answers than there was asked": {index.Given{Days: 1, Asked: of(4), Answered: 5}, 35, 30, true},
	} {
		for weights, want := range map[index.Weights]float64{index.Preset(): c.preset, chosen: c.chosen} {
			got := index.HouseOf(weights, c.given)
			if got.Value == nil || math.Abs(*got.Value-want) > 0.00005 {
				t.Errorf("%s by %v: %v, want %.4f", name, weights, got.Value, want)
				continue
			}
			if got.Whole() != c.whole {
				t.Errorf("%s by %v: whole %v", name, weights, got.Whole())
			}

			points := 0.0
			for _, mark := range got.Marks {
				points += mark.Points()
			}
			if math.Abs(points-*got.Value) > 1e-9 {
				t.Errorf("%s: the parts come to %v, the score is %v", name, points, *got.Value)
			}
		}
	}
}

// TestHouseWithoutWhatItIsMadeOf: service alone, and no inbox: there is no score, which is not 0.
func TestHouseWithoutWhatItIsMadeOf(t *testing.T) {
	t.Parallel()

	unread := quiet
	unread.Asked = nil
	if got := index.HouseOf(index.Weights{Service: 100}, unread); got.Value != nil || got.Whole() {
		t.Errorf("service alone without an inbox: %v", got.Value)
	}
	if got := index.HouseOf(index.Weights{}, quiet); got.Value != nil {
		t.Errorf("nothing weighs anything: %v", *got.Value)
	}
}

// TestHouseRisesWithEachPart: more of a count never lowers the score, raises it where its part weighs
// something, leaves it alone where it does not, and keeps it between 0 and 100.
func TestHouseRisesWithEachPart(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		more    func(*index.Given)
		weights index.Weights
	}{
		"posts":     {func(g *index.Given) { g.Posts++ }, index.Weights{Publishing: 100}},
		"originals": {func(g *index.Given) { g.Originals++ }, index.Weights{Publishing: 100}},
		"comments":  {func(g *index.Given) { g.Comments++ }, index.Weights{Interaction: 100}},
		"answered":  {func(g *index.Given) { g.Answered++ }, index.Weights{Service: 100}},
		"reposts":   {func(g *index.Given) { g.Reposts++ }, index.Weights{Forwards: 100}},
		"likes":     {func(g *index.Given) { g.Likes++ }, index.Weights{Approval: 100}},
	} {
		more := quiet
		c.more(&more)
		before, after := *index.HouseOf(c.weights, quiet).Value, *index.HouseOf(c.weights, more).Value
		if after <= before {
			t.Errorf("one more of %s: from %v to %v", name, before, after)
		}
		rises := *index.HouseOf(index.Preset(), more).Value > *index.HouseOf(index.Preset(), quiet).Value
		if preset := c.weights.Forwards+c.weights.Approval == 0; rises != preset {
			t.Errorf("one more of %s raises the preset score: %v", name, rises)
		}

		said := false
		for _, input := range quiet.Inputs(index.Preset()) {
			said = said || input.Name == name
		}
		if said != rises {
			t.Errorf("%s is said to be in the preset score: %v", name, said)
		}

		last := -1.0

		for n := int64(0); n < 100_000; n = n*3 + 1 {
			given := index.Given{Days: 7, Posts: n, Originals: n, Comments: n, Reposts: n, Likes: n}
			value := *index.HouseOf(c.weights, withAnswers(given, n)).Value
			if value < last || value < 0 || value > 100 {
				t.Fatalf("%s of %d: %v after %v", name, n, value, last)
			}
			last = value
		}
	}
}

func withAnswers(given index.Given, n int64) index.Given {
	given.Asked, given.Answered = of(100_000), n
	return given
}

func TestWeightsAreAHundred(t *testing.T) {
	t.Parallel()

	for weights, want := range map[index.Weights]bool{
		index.Preset():                  true,
		{Service: 100}:                  true,
		{20, 20, 20, 20, 20}:            true,
		{}:                              false,
		{Publishing: 30, Service: 35}:   false,
		{Publishing: 130, Service: -30}: false,
		{Publishing: 60, Service: 60, Approval: -20}: false,
	} {
		if weights.Valid() != want {
			t.Errorf("%v is valid: %v", weights, !want)
		}
	}

	for _, part := range index.Parts() {
		if part.Label() == "" {
			t.Errorf("%s has no name", part)
		}
	}
	if w := index.Preset(); w.Forwards != 0 || w.Approval != 0 {
		t.Error("forwards and likes are in the preset score")
	}
}
