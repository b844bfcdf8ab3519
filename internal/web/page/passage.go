package page

import (
	"strings"

	"juzhen/internal/glyph"
)

// around is how many visible signs of a text stand on either side of what was searched for.
const around = 40

// Passage is the place of a text in which words were found.
type Passage struct {
	Before string
	Match  string // as the text has it
	After  string
}

// PassageOf finds words in a text, in one line. It is empty when the text does not have them.
func PassageOf(text, words string) Passage {
	line := strings.Join(strings.Fields(text), " ")
	from, to := glyph.Index(line, strings.Join(strings.Fields(words), " "))
	if from < 0 {
		return Passage{}
	}
	before, match, after := glyph.Around(line, from, to, around)

	return Passage{Before: before, Match: match, After: after}
}
