package delivery

import (
	"strings"
	"testing"
)

// drawn is the table as a person would draw it: a row per state in the order of the columns, x where an
// arrow is.
const drawn = `
           planned waiting preparing sending unknown held handoff sent failed missed cancelled expired
planned    .       x       .         .       x       x    .       .    .      .      x         x
waiting    x       .       x         .       x       x    x       x    .      x      x         .
preparing  x       x       .         x       x       x    .       x    x      x      x         .
sending    .       x       .         .       x       x    .       x    x      x      x         .
unknown    .       x       .         .       .       x    .       x    x      x      x         .
held       x       x       .         .       x       .    .       x    .      x      x         .
handoff    x       x       .         .       x       x    .       x    .      x      x         .
sent       .       .       .         .       .       .    .       .    .      .      .         .
failed     x       x       .         .       .       x    .       x    .      .      x         .
missed     x       x       .         .       .       x    .       x    .      .      x         .
cancelled  x       .       .         .       .       .    .       x    .      .      .         .
expired    x       x       .         .       .       x    .       .    .      .      x         .
`

func TestEveryPairOfStatesIsDecided(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(drawn), "\n")
	cols := strings.Fields(lines[0])
	if len(cols) != len(States()) || len(lines)-1 != len(cols) {
		t.Fatalf(
			"the drawing has %d columns and %d rows for %d states",
			len(cols),
			len(lines)-1,
			len(States()),
		)
	}

	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		from := State(cells[0])
		if !from.Valid() {
			t.Fatalf("%q is no state", from)
		}

		for i, cell := range cells[1:] {
			if to := State(cols[i]); CanGo(from, to) != (cell == "x") {
				t.Errorf("%s → %s: code says %v, drawing %q", from, to, CanGo(from, to), cell)
			}
		}
	}
}

func TestOnlyTheMarkLeadsToSending(t *testing.T) {
	t.Parallel()

	for _, from := range States() {
		if CanGo(from, Sending) != (from == Preparing) {
			t.Errorf("%s → sending: %v", from, CanGo(from, Sending))
		}
		if CanGo(from, from) {
			t.Errorf("%s may follow itself", from)
		}
	}
}

func TestEveryStateHasAWord(t *testing.T) {
	t.Parallel()

	for _, state := range States() {
		if state.Label() == string(state) {
			t.Errorf("%s has no Chinese word", state)
		}
	}
}
