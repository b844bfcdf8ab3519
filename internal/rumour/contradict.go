package rumour

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"juzhen/internal/proofread"
)

// Rule is what of a rebuttal in force a text is held against.
type Rule struct {
	ID       int64
	Claim    string
	UnitPath string
	Keywords [][]string
	From     time.Time
	Until    time.Time
}

// Contradiction is where a text says what a rebuttal denies.
type Contradiction struct {
	Rule
	Start, End int // in code points
}

// denials are words by which a sentence says that something is not so: it repeats a rebuttal.
var denials = []string{
	"不实", "谣言", "辟谣", "不属实", "虚假", "网传", "网上流传", "传言", "并未", "从未", "未发布", "没有发布", "未启动",
	"没有启动",
}

// In gives the first place of a text, which goes out at an instant, that contradicts the rebuttal: a sentence
// that denies nothing and holds all words of a line of key words, or the claim itself, while the text goes
// out, or names a day, within the time for which the rebuttal holds.
func (r Rule) In(text string, at time.Time) (Contradiction, bool) {
	if !r.concerns(text, at) {
		return Contradiction{}, false
	}
	runes, begin := plain(text), 0

	for i := range len(runes) + 1 {
		if i < len(runes) && !slices.Contains([]rune("。！？!?；;\n"), runes[i]) {
			continue
		}
		if start, end, ok := r.sentence(runes[begin:i]); ok {
			return Contradiction{Rule: r, Start: begin + start, End: begin + end}, true
		}
		begin = i + 1
	}

	return Contradiction{}, false
}

// concerns tells whether a text is about the time for which the rebuttal holds.
func (r Rule) concerns(text string, at time.Time) bool {
	if !at.Before(r.From) && at.Before(r.Until) {
		return true
	}

	return slices.ContainsFunc(proofread.Days(text, at), func(span proofread.Span) bool {
		return span.From.Before(r.Until) && span.To.After(r.From)
	})
}

// sentence finds a line of key words in a sentence, and gives the place of the one that stands first.
func (r Rule) sentence(sentence []rune) (start, end int, ok bool) {
	whole := string(sentence)

	for _, denial := range denials {
		if strings.Contains(whole, denial) {
			return 0, 0, false
		}
	}

	for _, words := range append(slices.Clone(r.Keywords), []string{Bare(r.Claim)}) {
		if start, end, ok := together(sentence, words); ok {
			return start, end, true
		}
	}

	return 0, 0, false
}

// together gives the place of the first of words that all stand in a sentence.
func together(sentence []rune, words []string) (start, end int, ok bool) {
	start = len(sentence)

	for _, word := range words {
		wanted := plain(word)
		at := indexOf(sentence, wanted)
		if at < 0 || len(wanted) == 0 {
			return 0, 0, false
		}
		if at < start {
			start, end = at, at+len(wanted)
		}
	}

	return start, end, len(words) > 0
}

func indexOf(text, word []rune) int {
	for i := 0; i+len(word) <= len(text); i++ {
		if slices.Equal(text[i:i+len(word)], word) {
			return i
		}
	}

	return -1
}

// Bare is a claim without the signs around it.
func Bare(claim string) string {
	return strings.TrimFunc(claim, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) })
}

// plain gives the letters of a text in half width and lower case, each in its place.
func plain(text string) []rune {
	runes := []rune(text)

	for i, r := range runes {
		if r >= '！' && r <= '～' && !strings.ContainsRune("！？；", r) {
			r = r - '！' + '!'
		}
		runes[i] = unicode.ToLower(r)
	}

	return runes
}
