package lexicon

import (
	"cmp"
	"slices"
)

// build makes the automaton: letters get numbers by how often they occur, words are sorted, and the states
// are laid into the double array level by level, so that no state is built as a thing of its own.
func (m *Matcher) build(words []Word) {
	folded := make([][]rune, len(words))
	m.words, m.nexts = make([]shape, len(words)), make([]int32, len(words))

	for i, word := range words {
		letters := []rune(word.Text)
		for j, r := range letters {
			letters[j] = m.fold(r)
		}
		bridges := m.bridges(word, letters)
		m.bridge = m.bridge || bridges
		folded[i], m.words[i], m.nexts[i] = letters, shape{int32(len(letters)), bridges}, -1
	}
	letters := m.number(folded)

	layout := layout{m: m, order: sorted(folded), letters: letters}

	layout.codes = make([][]int32, len(folded))
	for i, letters := range folded {
		layout.codes[i] = make([]int32, len(letters))
		for j, r := range letters {
			layout.codes[i][j] = int32(m.code(r) &^ signBit)
		}
	}
	layout.sort()
	layout.place()
	m.nodes = slices.Clip(m.nodes)
}

// number gives each letter of the words its number, the most frequent first, and to each letter that folds
// to one the same. It gives how many there are.
func (m *Matcher) number(folded [][]rune) (letters int) {
	often := map[rune]int{}

	for _, letters := range folded {
		for _, r := range letters {
			often[r]++
		}
	}

	alphabet := make([]rune, 0, len(often))
	for r := range often {
		alphabet = append(alphabet, r)
	}
	slices.SortFunc(alphabet, func(a, b rune) int {
		return cmp.Or(cmp.Compare(often[b], often[a]), cmp.Compare(a, b))
	})

	numbers := make(map[rune]uint32, len(alphabet))
	for i, r := range alphabet {
		numbers[r] = uint32(i + 1)
	}
	m.codes, m.beyond = make([]uint32, 0x10000), map[rune]uint32{}

	for r := range rune(len(m.codes)) {
		plain := m.fold(r)
		m.codes[r] = numbers[plain]
		if m.bridge && bridgeable(plain) {
			m.codes[r] |= signBit
		}
	}

	for r, number := range numbers {
		if int(r) >= len(m.codes) {
			m.beyond[r] = number
			if m.bridge && bridgeable(r) {
				m.beyond[r] |= signBit
			}
		}
	}

	return len(alphabet)
}

// sorted lists the words that have letters.
func sorted(folded [][]rune) (order []int32) {
	for i, letters := range folded {
		if len(letters) > 0 {
			order = append(order, int32(i))
		}
	}

	return order
}

// layout is the work of placing states.
type layout struct {
	m       *Matcher
	codes   [][]int32 // per word
	order   []int32   // words, sorted by their codes
	letters int       // how many numbers there are
	first   int32     // no free place before it
}

// span is a state that is placed, with the words that lead through it.
type span struct {
	state    int32
	from, to int32 // in order
}

func (l *layout) sort() {
	slices.SortStableFunc(l.order, func(a, b int32) int { return slices.Compare(l.codes[a], l.codes[b]) })
}

// place lays the states down level by level. The fail of a state is known when its level is, since it lies
// on a level above.
func (l *layout) place() {
	l.grow(l.letters + 1)
	l.m.nodes[0] = node{check: 0}
	l.m.heads = []head{{word: -1}}
	level := []span{{0, 0, int32(len(l.order))}}

	for depth := 0; len(level) > 0; depth++ {
		var below []span
		for _, at := range level {
			below = append(below, l.children(at, depth)...)
		}

		for _, at := range below {
			l.finish(at, depth+1)
		}
		level = below
	}
}

// children places the states after one.
func (l *layout) children(at span, depth int) (below []span) {
	from := at.from
	for from < at.to && len(l.codes[l.order[from]]) == depth {
		from++
	}

	for from < at.to {
		code, to := l.codes[l.order[from]][depth], from+1
		for to < at.to && l.codes[l.order[to]][depth] == code {
			to++
		}
		below = append(below, span{code, from, to})
		from = to
	}
	if len(below) == 0 {
		// A state without children still needs a base at which no number finds a child of it.
		return nil
	}

	base := l.base(below)

	l.m.nodes[at.state].base = base
	for i := range below {
		to := base + below[i].state
		l.m.nodes[to] = node{check: at.state}
		below[i].state = to
	}

	return below
}

// base finds a place at which all the children are free.
func (l *layout) base(below []span) int32 {
	lowest := below[0].state

	for int(l.first) < len(l.m.nodes) && l.m.nodes[l.first].check >= 0 {
		l.first++
	}
	tries := 0

	for base := max(1, l.first-lowest); ; base++ {
		l.grow(int(base) + l.letters + 1)
		if l.free(base, below) {
			if tries > skipAfter { // the front is nearly full: do not look there again
				l.first = max(l.first, base+lowest-skipBack)
			}

			return base
		}
		tries++
	}
}

// How long the front of the array is searched before it counts as full.
const (
	skipAfter = 512
	skipBack  = 256
)

func (l *layout) free(base int32, below []span) bool {
	for _, child := range below {
		if l.m.nodes[base+child.state].check >= 0 {
			return false
		}
	}

	return true
}

// grow makes the array long enough that every number may be looked up from every base within it.
func (l *layout) grow(length int) {
	for len(l.m.nodes) < length {
		l.m.nodes = append(l.m.nodes, node{check: -1})
	}
}

// finish gives a state its fail and what ends there.
func (l *layout) finish(at span, depth int) {
	m := l.m
	state := &m.nodes[at.state]
	if depth > 1 {
		code := uint32(l.codes[l.order[at.from]][depth-1])
		state.fail = m.step(m.nodes[state.check].fail, code)
	}

	state.head = m.nodes[state.fail].head

	for i := at.from; i < at.to && len(l.codes[l.order[i]]) == depth; i++ {
		word := l.order[i]
		if i == at.from {
			m.heads = append(m.heads, head{word: word, rest: state.head})
			state.head = int32(len(m.heads) - 1)

			continue
		}
		m.nexts[l.order[i-1]] = word
	}
}
