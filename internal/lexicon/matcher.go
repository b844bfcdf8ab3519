package lexicon

import (
	"slices"
	"unicode/utf8"
)

// Disguise says through what a word is seen.
type Disguise uint8

// The disguises, each with those before it.
const (
	AsWritten Disguise = iota // letter for letter
	Folded                    // full width, upper case, traditional forms
	Bridged                   // also up to bridgeLimit signs between two letters, see bridgeable
)

// bridgeLimit is how many signs may stand between two letters of a word.
const bridgeLimit = 3

// Word is what a Matcher looks for. A word of one letter, or one that holds a sign itself ("PM2.5"), has
// nothing to bridge and is looked for as Folded.
type Word struct {
	Text    string
	Through Disguise // Folded or Bridged; AsWritten is for a matcher of NewPlainMatcher alone
}

// Match is one place at which a word stands. Start and End count code points of the text as it was given, End
// exclusive: what lies between them is exactly what stands there, disguises included.
type Match struct {
	Pattern    int // index of the word
	Start, End int
}

// Matcher finds all places of all its words in one pass, overlapping ones too. It is the automaton of Aho and
// Corasick over letters (not bytes) in a double array; folding happens by the table that also gives
// letters their number, and costs nothing. It is fixed once built and may be used by many at once.
type Matcher struct {
	codes   []uint32        // number of a letter below 0x10000, folded, with signBit; 0: in no word
	beyond  map[rune]uint32 // letters from 0x10000 on
	folding folding
	plain   bool // nothing is folded

	nodes  []node
	heads  []head
	nexts  []int32 // per word: the next word with the same letters, -1 at the end
	words  []shape
	bridge bool // some word is looked for through signs
}

// node is a state, and with base the place from which the states after it are found.
type node struct {
	base  int32
	check int32 // the state before; -1: nobody is here
	fail  int32 // the state of the longest ending that begins a word too
	head  int32 // in heads: what ends here; 0 when nothing does
}

// head lists what ends at a state: the words of the state itself, and the next shorter one that has some.
type head struct {
	word int32 // first word, linked by nexts; -1 at the root
	rest int32 // another head, 0 at the end
}

// shape is what is known of a word when it is found.
type shape struct {
	letters int32
	bridged bool
}

// signBit marks a letter that may be bridged.
const signBit = 1 << 31

// NewMatcher builds a matcher that sees every word through all disguises. Empty words match nothing.
func NewMatcher(patterns []string) *Matcher {
	words := make([]Word, len(patterns))
	for i, pattern := range patterns {
		words[i] = Word{pattern, Bridged}
	}

	return Build(words)
}

// NewPlainMatcher builds a matcher that sees words as they are written and in no other way.
func NewPlainMatcher(patterns []string) *Matcher {
	words := make([]Word, len(patterns))
	for i, pattern := range patterns {
		words[i] = Word{Text: pattern}
	}
	m := &Matcher{plain: true}
	m.build(words)

	return m
}

// Build builds a matcher of words of which each says how far it is looked for.
func Build(words []Word) *Matcher {
	m := &Matcher{folding: theFolding()}
	m.build(words)

	return m
}

// All gives every match, in the order of their ends.
func (m *Matcher) All(text string) []Match {
	var all []Match
	m.Find(text, func(match Match) bool {
		all = append(all, match)
		return true
	})

	return all
}

// Find tells every match to yield in the order of their ends, until yield gives false.
func (m *Matcher) Find(text string, yield func(Match) bool) {
	nodes := m.nodes
	state, position := int32(0), 0

	var over bridged

	for at := 0; at < len(text); position++ {
		r, size := decode3(text, at)
		if size == 0 {
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		at += size
		marked := m.code(r)
		code := marked &^ signBit

		if marked == code && !over.alive { // a letter, and no sign before it: the plain pass
			if code == 0 {
				state = 0
				continue
			}

			for {
				to := nodes[state].base + int32(code)
				if nodes[to].check == state {
					state = to
					break
				}
				if state == 0 {
					break
				}
				state = nodes[state].fail
			}

			if nodes[state].head != 0 && !m.report(nodes[state].head, position+1, yield) {
				return
			}

			continue
		}

		over.advance(m, state, marked)
		if code == 0 {
			state = 0
		} else {
			state = m.step(state, code)
		}

		if over.alive && over.signs == 0 && !m.reportBridged(over, text[:at], position+1, yield) {
			return
		}
		if nodes[state].head != 0 && !m.report(nodes[state].head, position+1, yield) {
			return
		}
		over.settle(m)
	}
}

// step goes from a state by a letter's number. It is the heart of the pass.
func (m *Matcher) step(state int32, code uint32) int32 {
	nodes := m.nodes

	for {
		to := nodes[state].base + int32(code)
		if nodes[to].check == state {
			return to
		}
		if state == 0 {
			return 0
		}
		state = nodes[state].fail
	}
}

func (m *Matcher) code(r rune) uint32 {
	if int(r) < len(m.codes) {
		return m.codes[r]
	}
	code, ok := m.beyond[r]
	if !ok {
		return m.newCode(r)
	}

	return code
}

// newCode is the number of a letter from 0x10000 on that is in no word itself.
func (m *Matcher) newCode(r rune) uint32 {
	folded := m.fold(r)
	code := uint32(0)

	if folded != r {
		if int(folded) < len(m.codes) {
			code = m.codes[folded] &^ signBit
		} else {
			code = m.beyond[folded] &^ signBit
		}
	}
	if m.bridge && bridgeable(folded) {
		code |= signBit
	}

	return code
}

func (m *Matcher) fold(r rune) rune {
	if m.plain {
		return r
	}

	return m.folding.letter(r)
}

// decode3 reads a letter of three bytes, as nearly all Han letters are; size 0 when it is none or is broken.
func decode3(text string, at int) (r rune, size int) {
	if at+2 >= len(text) {
		return 0, 0
	}
	first, second, third := text[at], text[at+1], text[at+2]
	if first&0xF0 != 0xE0 || second&0xC0 != 0x80 || third&0xC0 != 0x80 {
		return 0, 0
	}
	r = rune(first&0x0F)<<12 | rune(second&0x3F)<<6 | rune(third&0x3F)
	if r < 0x800 || r >= 0xD800 && r <= 0xDFFF {
		return 0, 0
	}

	return r, 3
}

// report tells what ends at a position in the text as it is written.
func (m *Matcher) report(at int32, end int, yield func(Match) bool) bool {
	for ; at != 0; at = m.heads[at].rest {
		for word := m.heads[at].word; word >= 0; word = m.nexts[word] {
			if !yield(Match{int(word), end - int(m.words[word].letters), end}) {
				return false
			}
		}
	}

	return true
}

// bridged is the second state of a pass through signs: what the text would lead to without them. It lives
// from a sign on, for as long as a word could still span it; then the first state says all that it could.
type bridged struct {
	alive bool
	state int32
	since int32 // letters after the last sign
	signs int   // signs in a row, now
}

// advance takes one letter or sign; state is that of the plain pass before it.
func (b *bridged) advance(m *Matcher, state int32, marked uint32) {
	code := marked &^ signBit

	if marked&signBit != 0 {
		if !b.alive {
			*b = bridged{alive: state != 0, state: state}
		}
		b.signs++
		b.since = 0
		if b.signs > bridgeLimit {
			b.alive = false
		}

		return
	}

	b.signs = 0
	b.since++
	if code == 0 {
		b.alive = false
		return
	}
	b.state = m.step(b.state, code)
}

// settle ends the second state when nothing that it stands for reaches back over the last sign.
func (b *bridged) settle(m *Matcher) {
	if b.alive && b.signs == 0 && m.depth(b.state) <= b.since {
		b.alive = false
	}
}

// depth is how many letters lead to a state.
func (m *Matcher) depth(state int32) (letters int32) {
	for ; state != 0; state = m.nodes[state].check {
		letters++
	}

	return letters
}

// reportBridged tells the words that end here and hold at least one sign between their letters.
func (m *Matcher) reportBridged(over bridged, before string, end int, yield func(Match) bool) bool {
	for at := m.nodes[over.state].head; at != 0; at = m.heads[at].rest {
		first := m.heads[at].word
		if m.words[first].letters <= over.since {
			break // the rest is shorter still, and was seen as it is written
		}
		start := -1

		for word := first; word >= 0; word = m.nexts[word] {
			if !m.words[word].bridged {
				continue
			}
			if start < 0 {
				start = end - m.span(before, int(m.words[word].letters))
			}
			if !yield(Match{int(word), start, end}) {
				return false
			}
		}
	}

	return true
}

// span counts back from the end of a text how far a number of letters reaches with the signs among them.
func (m *Matcher) span(before string, letters int) (span int) {
	for letters > 0 {
		r, size := utf8.DecodeLastRuneInString(before)
		before = before[:len(before)-size]
		span++
		if m.code(r)&signBit == 0 {
			letters--
		}
	}

	return span
}

// bridges tells whether a word may be looked for through signs.
func (m *Matcher) bridges(word Word, letters []rune) bool {
	return !m.plain && word.Through == Bridged && len(letters) > 1 &&
		!slices.ContainsFunc(letters, bridgeable)
}
