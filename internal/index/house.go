package index

import (
	"fmt"
	"math"
)

// HouseVersion names the formula of the house score and the state of it. The weights stand beside it: they
// are settings, and kept in versions of their own.
const HouseVersion = "HOUSE-1"

// Part is one part of the house score (内部得分).
type Part string

// The parts. What the platform's readers do without being asked to is in it; forwards and likes are two
// parts that weigh nothing until a bureau chooses them.
const (
	Publishing  Part = "publishing"  // 发布: posts, the originals more than all
	Service     Part = "service"     // 服务: of what citizens asked, how much was answered
	Interaction Part = "interaction" // 互动: comments received
	Forwards    Part = "forwards"    // 转发
	Approval    Part = "approval"    // 认同: likes
)

// Parts lists the parts in the order in which they are shown.
func Parts() []Part { return []Part{Publishing, Service, Interaction, Forwards, Approval} }

// Label is the Chinese name of the part.
func (p Part) Label() string {
	return map[Part]string{
		Publishing: "发布|得分", Service: "服务|得分", Interaction: "互动|得分", Forwards: "转发|得分", Approval: "认同|得分",
	}[p]
}

// Weights say how much each part counts, in hundredths; together they are 100.
type Weights struct {
	Publishing, Service, Interaction, Forwards, Approval int
}

// Preset are the weights where nobody set others: 30, 35 and 35, as the competitiveness index of cities of
// 2023 weighs spread, service and interaction; forwards and likes are out.
func Preset() Weights { return Weights{Publishing: 30, Service: 35, Interaction: 35} }

// Of is the weight of one part.
func (w Weights) Of(part Part) int {
	return map[Part]int{
		Publishing: w.Publishing, Service: w.Service, Interaction: w.Interaction, Forwards: w.Forwards,
		Approval: w.Approval,
	}[part]
}

// Sum is 100 of weights that may be used.
func (w Weights) Sum() int { return w.Publishing + w.Service + w.Interaction + w.Forwards + w.Approval }

// Valid tells whether no weight is below zero and all are 100 together.
func (w Weights) Valid() bool {
	for _, part := range Parts() {
		if w.Of(part) < 0 {
			return false
		}
	}

	return w.Sum() == 100
}

// Given are the counts that the house score is made of, of the whole days of a period.
type Given struct {
	Days      int
	Posts     int64
	Originals int64
	Comments  int64
	Reposts   int64
	Likes     int64
	Asked     *int64 // what citizens asked and had to have an answer to by now; nil: not known
	Answered  int64  // and how much of it was answered
}

// Full is the day of a main account: who does as much, or more, has all marks of a part.
func Full() Given {
	return Given{Days: 1, Posts: 20, Originals: 15, Comments: 200, Reposts: 300, Likes: 500}
}

// Mark is what one part comes to.
type Mark struct {
	Part   Part
	Value  *float64 // from 0 to 100; nil where its counts are not known
	Weight int      // as it is set
	Counts float64  // the share with which it counts, from 0 to 1; what is not known leaves it to the rest
}

// Points are what the part adds to the score.
func (m Mark) Points() float64 {
	if m.Value == nil {
		return 0
	}

	return *m.Value * m.Counts
}

// House is a house score with its parts.
type House struct {
	Value *float64 // from 0 to 100, unrounded; nil where none of the parts that weigh something is known
	Marks []Mark   // one for each of Parts
}

// Whole tells whether every part that weighs something was known.
func (h House) Whole() bool {
	for _, mark := range h.Marks {
		if mark.Weight > 0 && mark.Value == nil {
			return false
		}
	}

	return true
}

// HouseOf computes the house score. Each count is taken per day and set against that of Full by logarithms,
// ln(1 + count/days) / ln(1 + full), at most 1; publishing is 0.3 of posts and 0.7 of originals, as the
// activity of BCI₇; service is the plain share of what was answered. A part that is not known leaves its
// weight to the others in proportion. docs/indexes.md has worked values.
func HouseOf(weights Weights, given Given) House {
	full := Full()
	days := float64(max(given.Days, 1))
	level := func(count, of int64) float64 {
		return min(math.Log1p(float64(count)/days)/math.Log1p(float64(of)), 1)
	}
	value := map[Part]float64{
		Publishing:  0.3*level(given.Posts, full.Posts) + 0.7*level(given.Originals, full.Originals),
		Interaction: level(given.Comments, full.Comments),
		Forwards:    level(given.Reposts, full.Reposts),
		Approval:    level(given.Likes, full.Likes),
	}
	if given.Asked != nil && *given.Asked > 0 {
		value[Service] = min(float64(given.Answered)/float64(*given.Asked), 1)
	}

	known := 0
	for part := range value {
		known += weights.Of(part)
	}
	house := House{Marks: make([]Mark, 0, len(Parts()))}
	sum := 0.0

	for _, part := range Parts() {
		mark := Mark{Part: part, Weight: weights.Of(part)}
		if share, ok := value[part]; ok {
			hundred := 100 * share
			mark.Value = &hundred
			if known > 0 {
				mark.Counts = float64(mark.Weight) / float64(known)
			}
		}
		sum += mark.Points()
		house.Marks = append(house.Marks, mark)
	}
	if known > 0 {
		house.Value = &sum
	}

	return house
}

// Inputs lists the counts that enter the parts that weigh something, in the order of the parts. What is not
// known is not among them.
func (g Given) Inputs(weights Weights) []Input {
	var inputs []Input
	add := func(part Part, list ...Input) {
		if weights.Of(part) > 0 {
			inputs = append(inputs, list...)
		}
	}
	add(Publishing, Input{"posts", g.Posts}, Input{"originals", g.Originals})
	if g.Asked != nil {
		add(Service, Input{"asked", *g.Asked}, Input{"answered", g.Answered})
	}
	add(Interaction, Input{"comments", g.Comments})
	add(Forwards, Input{"reposts", g.Reposts})
	add(Approval, Input{"likes", g.Likes})

	return inputs
}

// String writes the weights in the order of the parts, as in 30/35/35/0/0.
func (w Weights) String() string {
	return fmt.Sprintf("%d/%d/%d/%d/%d", w.Publishing, w.Service, w.Interaction, w.Forwards, w.Approval)
}
