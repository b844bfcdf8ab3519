package library

import (
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/lexicon"
)

// What a text is found by is a set of numbers. A letter is its code point; two neighbours are a hash below
// zero; the rest are marks in spaces of their own. A text that has the words has all of their numbers; the
// other way round it is looked at once more, for two pairs may share a hash or stand apart.
const (
	markAccount = 0x1000_0000 // it went out on the account with this id
	markColumn  = 0x2000_0000
	markPerson  = 0x3000_0000 // it was written by this person
	markLast    = 0x4000_0000 // it went out last in this block of days
	markSpan    = 0x5000_0000 // it went out in this span, among others
	markAgain   = 0x6000_0000 // it went out more than once

	mostMarked = 0x0fff_ffff // the largest id with a mark of its own; larger ones share
)

// span is the length of time that one mark of publication stands for.
const span = 30 * 24 * time.Hour

// spanOf counts spans since 1970.
func spanOf(at time.Time) int32 { return int32(at.Unix() / int64(span/time.Second)) }

// blockDays are how long the blocks are by which a search walks back, in days: about 270 to 140,000 posts of
// a matrix of a million in ten years. Each text has one mark of each, so that words and block are numbers of
// one question, which the index answers from the rarest of them. (As "one of these" the blocks would be a
// question of their own, for which it reads all that has the words.)
var blockDays = [...]int{1, 8, 64, 512}

// block is the number of a block of some level since 1970.
type block struct {
	level  int
	number int64
}

const day = 24 * time.Hour

func blockOf(at time.Time, level int) block {
	return block{level, at.Unix() / int64(day/time.Second) / int64(blockDays[level])}
}

func (b block) begin() time.Time {
	return time.Unix(0, 0).UTC().Add(time.Duration(b.number*int64(blockDays[b.level])) * day)
}

func (b block) mark() int32 { return markLast + int32(b.level)<<24 + int32(b.number) }

func mark(space int32, id int64) int32 { return space + int32(id&mostMarked) }

// grams are the letters and pairs of a folded text, each once.
func grams(folded string) []int32 {
	letters := []rune(folded)

	out := make([]int32, 0, 2*len(letters))
	for i, letter := range letters {
		out = append(out, letter)
		if i > 0 {
			out = append(out, pair(letters[i-1], letter))
		}
	}
	slices.Sort(out)

	return slices.Compact(out)
}

// Letters are what a text is found by elsewhere than here: its folded form, and the letters and pairs of it.
func Letters(text string) (folded string, found []int32) {
	folded = lexicon.Fold(text)

	return folded, grams(folded)
}

// Asked are what a search asks of texts with such letters: the terms, which stand in the folded form, and
// the numbers that a text with all of them has. It is false where more is asked than a search may ask.
func Asked(words string) (asked []string, found []int32, ok bool) {
	if len(words) > 4*maxWords || utf8.RuneCountInString(words) > maxWords {
		return nil, nil, false
	}
	asked = terms(words)

	return asked, wanted(asked), len(asked) <= maxTerms
}

func pair(a, b rune) int32 {
	hash := fnv.New32a()
	var raw [2 * utf8.UTFMax]byte
	n := utf8.EncodeRune(raw[:], a)
	n += utf8.EncodeRune(raw[n:], b)
	_, _ = hash.Write(raw[:n])

	return -1 - int32(hash.Sum32()&0x7fff_ffff)
}

// Most of what is searched for at once.
const (
	maxWords = 100 // code points
	maxTerms = 8
)

// terms are what a search asks for, folded: all of them must stand in a text, wherever.
func terms(words string) []string {
	return strings.FieldsFunc(
		lexicon.Fold(words),
		func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' },
	)
}

// wanted are the numbers that a text with all of the terms has: of a term of several letters its pairs, for
// they are rarer than its letters.
func wanted(terms []string) (out []int32) {
	for _, term := range terms {
		letters := []rune(term)
		if len(letters) == 1 {
			out = append(out, letters[0])
		}

		for i := 1; i < len(letters); i++ {
			out = append(out, pair(letters[i-1], letters[i]))
		}
	}
	slices.Sort(out)

	return slices.Compact(out)
}
