// Package index computes indexes of spread (传播指数) from counts. It is pure: no clock, no store.
//
// The logarithms flatten what is large, and the sums are those of a whole period: the index of a day and
// that of a month are no measure of each other. Reads and followers do not enter, so that anybody can work
// an index out from what is public. docs/indexes.md has the sources and worked values.
package index

import "math"

// Formula is one index.
type Formula string

// The indexes that are computed.
const (
	BCI7 Formula = "bci7" // 微博传播指数 of seven counts
	BCI4 Formula = "bci4" // the variant of four
)

// Formulas lists the indexes.
func Formulas() []Formula { return []Formula{BCI7, BCI4} }

// Version names the formula and the state of it that is computed here, to be kept beside every mark.
func (f Formula) Version() string {
	return map[Formula]string{BCI7: "BCI7-1", BCI4: "BCI4-1"}[f]
}

// Label is the name of the index.
func (f Formula) Label() string {
	return map[Formula]string{BCI7: "BCI₇", BCI4: "BCI₄"}[f]
}

// Counts are the sums over a period that the indexes are made of; none is below zero.
type Counts struct {
	Posts            int64
	Originals        int64 // posts that are no reposts
	Reposts          int64 // of all posts
	Comments         int64 // on all posts
	OriginalReposts  int64 // of the originals
	OriginalComments int64 // on the originals
	Likes            int64 // of all posts
}

// Of computes an index, unrounded; 0 where nothing was posted and nothing came back.
func (f Formula) Of(c Counts) float64 {
	var active, spread float64

	switch f {
	case BCI7:
		active = 0.3*ln(c.Posts) + 0.7*ln(c.Originals)
		spread = 0.2*ln(c.Reposts) + 0.2*ln(c.Comments) + 0.25*ln(c.OriginalReposts) +
			0.25*ln(c.OriginalComments) + 0.1*ln(c.Likes)
	case BCI4:
		active = ln(c.Posts)
		spread = 0.4*ln(c.Reposts) + 0.4*ln(c.Comments) + 0.2*ln(c.Likes)
	}

	return (0.2*active + 0.8*spread) * 160
}

// Input is one count that enters an index.
type Input struct {
	Name  string // as in the interface
	Count int64
}

// Inputs lists the counts that enter an index, in the order of its formula.
func (f Formula) Inputs(c Counts) []Input {
	if f == BCI4 {
		return []Input{
			{"posts", c.Posts},
			{"reposts", c.Reposts},
			{"comments", c.Comments},
			{"likes", c.Likes},
		}
	}

	return []Input{
		{"posts", c.Posts},
		{"originals", c.Originals},
		{"reposts", c.Reposts},
		{"comments", c.Comments},
		{"original_reposts", c.OriginalReposts},
		{"original_comments", c.OriginalComments},
		{"likes", c.Likes},
	}
}

// ln is the natural logarithm of one more, which is 0 for nothing.
func ln(n int64) float64 { return math.Log(float64(n) + 1) }
