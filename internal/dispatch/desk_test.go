package dispatch

import (
	"juzhen/internal/post"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

func at(id, account int64, after time.Duration) *item {
	return &item{
		id:     id,
		lane:   lane{account, post.Ordinary},
		due:    t0.Add(after),
		fireAt: t0.Add(after),
		place:  -1,
	}
}

func ids(items []*item) (out []int64) {
	for _, it := range items {
		out = append(out, it.id)
	}

	return out
}

func TestDeskGivesOneAccountOnePostAtATimeInOrder(t *testing.T) {
	t.Parallel()
	desk := newDesk()
	a1, a2, b := at(1, 7, 0), at(2, 7, 0), at(3, 8, time.Second)
	desk.add([]*item{a2, b, a1})
	if next := desk.due(t0); !next.Equal(t0.Add(time.Second)) {
		t.Errorf("next at %v", next)
	}
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 1 {
		t.Fatalf("took %v, want the first of the account", got)
	}
	desk.later(a1, t0.Add(50*time.Millisecond), true) // not marked: keeps its place before the second
	desk.due(t0.Add(40 * time.Millisecond))
	if got := desk.take(10); len(got) != 0 {
		t.Errorf("took %v before the first tried again", ids(got))
	}
	desk.due(t0.Add(60 * time.Millisecond))
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 1 {
		t.Errorf("took %v, want the first again", got)
	}
	desk.release(a1, t0.Add(2*time.Second)) // sent, with a gap
	desk.due(t0.Add(time.Second))
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 3 {
		t.Errorf("took %v, want the other account", got)
	}
	desk.due(t0.Add(2 * time.Second))
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 2 {
		t.Errorf("took %v, want the second after the gap", got)
	}
	if desk.holds(1) || !desk.holds(2) {
		t.Error("wrong items held")
	}
}

// TestNoneOvertakesTheLine: what falls due while others of its account wait for the gap waits behind
// them, in the heap or marked ahead.
func TestNoneOvertakesTheLine(t *testing.T) {
	t.Parallel()
	desk := newDesk()
	first, second, third := at(1, 7, 0), at(2, 7, 0), at(3, 7, 5*time.Millisecond)
	desk.add([]*item{first, second, third})
	desk.due(t0)
	desk.take(1)
	gap := t0.Add(50 * time.Millisecond)
	desk.release(first, gap) // the third has not fallen due yet

	if got := desk.takeAhead(third.due, 10); len(got) != 0 {
		t.Errorf("%v marked ahead past the line", ids(got))
	}
	desk.due(t0.Add(10 * time.Millisecond))
	if got := desk.take(10); len(got) != 0 {
		t.Errorf("took %v before the gap was over", ids(got))
	}
	desk.due(gap)
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 2 {
		t.Errorf("took %v after the gap, want the second", got)
	}
	desk.release(second, gap)
	desk.due(gap)
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 3 {
		t.Errorf("took %v at last, want the third", got)
	}
}

// TestWhatCannotBeMarkedPressesNobody: records and sweeps give way to what a mark may take, not to what
// was refused and tries again.
func TestWhatCannotBeMarkedPressesNobody(t *testing.T) {
	t.Parallel()
	desk := newDesk()
	stuck, other := at(1, 7, 0), at(2, 8, time.Second)
	desk.add([]*item{stuck, other})
	desk.due(t0)
	if !desk.pressed() {
		t.Error("a post that is due presses nobody")
	}
	desk.untake(desk.take(1))
	if !desk.pressed() {
		t.Error("put back, it presses nobody")
	}
	desk.take(1)
	desk.later(stuck, t0.Add(time.Millisecond), true)
	desk.due(t0.Add(time.Millisecond))
	if desk.pressed() {
		t.Error("an overdue post that was refused presses")
	}
	desk.due(t0.Add(time.Second))
	if !desk.pressed() {
		t.Error("beside one that was refused a post that is due presses nobody")
	}
	if got := ids(desk.take(2)); len(got) != 2 || desk.pressed() {
		t.Errorf("took %v, pressed %v", got, desk.pressed())
	}
	desk.later(stuck, t0.Add(2*time.Second), false) // its turn comes then
	if desk.due(t0.Add(2 * time.Second)); !desk.pressed() {
		t.Error("a post whose gap is over presses nobody")
	}
	if desk.close(); desk.pressed() {
		t.Error("a closed desk presses")
	}
}

func TestHangingCallsPressNobody(t *testing.T) {
	t.Parallel()
	slots := newSlots(1)
	if slots.stuck(0) {
		t.Error("stuck though idle")
	}

	n := slots.take(t.Context(), 1)
	for slots.conns+slots.ahead() > slots.used {
		n += slots.take(t.Context(), 1)
	}
	if !slots.stuck(0) {
		t.Errorf("%d rights taken and not stuck", n)
	}
	if slots.free(1); slots.stuck(0) {
		t.Error("stuck though one is free")
	}
	if slots.take(t.Context(), 1); slots.stuck(time.Hour) {
		t.Error("stuck though one came back lately")
	}
}

func TestDeskKeepsWhatIsOnItsWayWhenItIsPreparedAgain(t *testing.T) {
	t.Parallel()
	desk := newDesk()
	first := at(1, 7, 0)
	desk.add([]*item{first})
	desk.due(t0)
	desk.take(1)
	desk.add([]*item{at(1, 7, 0)})
	desk.due(t0.Add(time.Minute))
	if got := desk.take(10); len(got) != 0 {
		t.Errorf("a delivery on its way was given out again: %v", ids(got))
	}
	later := at(2, 8, time.Hour)
	desk.add([]*item{later})
	desk.add([]*item{at(2, 8, time.Minute)}) // rescheduled
	desk.due(t0.Add(time.Minute))
	if got := ids(desk.take(10)); len(got) != 1 || got[0] != 2 {
		t.Errorf("took %v", got)
	}
}

func TestClosedDeskForgetsAllButWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	desk := newDesk()
	going := at(1, 7, 0)
	desk.add([]*item{going, at(2, 7, 0), at(3, 9, time.Hour)})
	desk.due(t0)
	desk.take(1)
	if got := desk.close(); len(got) != 2 {
		t.Errorf("forgot %v", got)
	}
	if held, waiting := desk.size(); held != 1 || waiting != 0 {
		t.Errorf("%d held, %d waiting", held, waiting)
	}
}
