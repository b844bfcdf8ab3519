package dispatch

import (
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

func at(id, account int64, after time.Duration) *item {
	return &item{id: id, account: account, due: t0.Add(after), fireAt: t0.Add(after), place: -1}
}

func ids(items []*item) (out []int64) {
	for _, it := range items {
		out = append(out, it.id)
	}
	return out
}

func TestDeskGivesOneAccountOnePostAtATimeInOrder(t *testing.T) {
	t.Parallel()
	k := newDesk()
	a1, a2, b := at(1, 7, 0), at(2, 7, 0), at(3, 8, time.Second)
	k.add([]*item{a2, b, a1})
	if next := k.due(t0); !next.Equal(t0.Add(time.Second)) {
		t.Errorf("next at %v", next)
	}
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 1 {
		t.Fatalf("took %v, want the first of the account", got)
	}
	k.later(a1, t0.Add(50*time.Millisecond), true) // not marked: keeps its place before the second
	k.due(t0.Add(40 * time.Millisecond))
	if got := k.take(10); len(got) != 0 {
		t.Errorf("took %v before the first tried again", ids(got))
	}
	k.due(t0.Add(60 * time.Millisecond))
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 1 {
		t.Errorf("took %v, want the first again", got)
	}
	k.release(a1, t0.Add(2*time.Second)) // sent, with a gap
	k.due(t0.Add(time.Second))
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 3 {
		t.Errorf("took %v, want the other account", got)
	}
	k.due(t0.Add(2 * time.Second))
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 2 {
		t.Errorf("took %v, want the second after the gap", got)
	}
	if k.holds(1) || !k.holds(2) {
		t.Error("wrong items held")
	}
}

// TestNoneOvertakesTheLine: what falls due while others of its account wait for the gap waits behind them, in the heap or marked ahead.
func TestNoneOvertakesTheLine(t *testing.T) {
	t.Parallel()
	k := newDesk()
	first, second, third := at(1, 7, 0), at(2, 7, 0), at(3, 7, 5*time.Millisecond)
	k.add([]*item{first, second, third})
	k.due(t0)
	k.take(1)
	gap := t0.Add(50 * time.Millisecond)
	k.release(first, gap) // the third has not fallen due yet

	if got := k.takeAhead(third.due, 10); len(got) != 0 {
		t.Errorf("%v marked ahead past the line", ids(got))
	}
	k.due(t0.Add(10 * time.Millisecond))
	if got := k.take(10); len(got) != 0 {
		t.Errorf("took %v before the gap was over", ids(got))
	}
	k.due(gap)
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 2 {
		t.Errorf("took %v after the gap, want the second", got)
	}
	k.release(second, gap)
	k.due(gap)
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 3 {
		t.Errorf("took %v at last, want the third", got)
	}
}

// TestWhatCannotBeMarkedPressesNobody: records and sweeps give way to what a mark may take, not to what was refused and tries again.
func TestWhatCannotBeMarkedPressesNobody(t *testing.T) {
	t.Parallel()
	k := newDesk()
	stuck, other := at(1, 7, 0), at(2, 8, time.Second)
	k.add([]*item{stuck, other})
	k.due(t0)
	if !k.pressed() {
		t.Error("a post that is due presses nobody")
	}
	k.untake(k.take(1))
	if !k.pressed() {
		t.Error("put back, it presses nobody")
	}
	k.take(1)
	k.later(stuck, t0.Add(time.Millisecond), true)
	k.due(t0.Add(time.Millisecond))
	if k.pressed() {
		t.Error("an overdue post that was refused presses")
	}
	k.due(t0.Add(time.Second))
	if !k.pressed() {
		t.Error("beside one that was refused a post that is due presses nobody")
	}
	if got := ids(k.take(2)); len(got) != 2 || k.pressed() {
		t.Errorf("took %v, pressed %v", got, k.pressed())
	}
	k.later(stuck, t0.Add(2*time.Second), false) // its turn comes then
	if k.due(t0.Add(2 * time.Second)); !k.pressed() {
		t.Error("a post whose gap is over presses nobody")
	}
	if k.close(); k.pressed() {
		t.Error("a closed desk presses")
	}
}

func TestHangingCallsPressNobody(t *testing.T) {
	t.Parallel()
	s := newSlots(1)
	if s.stuck(0) {
		t.Error("stuck though idle")
	}
	n := s.take(t.Context(), 1)
	for s.conns+s.ahead() > s.used {
		n += s.take(t.Context(), 1)
	}
	if !s.stuck(0) {
		t.Errorf("%d rights taken and not stuck", n)
	}
	if s.free(1); s.stuck(0) {
		t.Error("stuck though one is free")
	}
	if s.take(t.Context(), 1); s.stuck(time.Hour) {
		t.Error("stuck though one came back lately")
	}
}

func TestDeskKeepsWhatIsOnItsWayWhenItIsPreparedAgain(t *testing.T) {
	t.Parallel()
	k := newDesk()
	first := at(1, 7, 0)
	k.add([]*item{first})
	k.due(t0)
	k.take(1)
	k.add([]*item{at(1, 7, 0)})
	k.due(t0.Add(time.Minute))
	if got := k.take(10); len(got) != 0 {
		t.Errorf("a delivery on its way was given out again: %v", ids(got))
	}
	later := at(2, 8, time.Hour)
	k.add([]*item{later})
	k.add([]*item{at(2, 8, time.Minute)}) // rescheduled
	k.due(t0.Add(time.Minute))
	if got := ids(k.take(10)); len(got) != 1 || got[0] != 2 {
		t.Errorf("took %v", got)
	}
}

func TestClosedDeskForgetsAllButWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	k := newDesk()
	going := at(1, 7, 0)
	k.add([]*item{going, at(2, 7, 0), at(3, 9, time.Hour)})
	k.due(t0)
	k.take(1)
	if got := k.close(); len(got) != 2 {
		t.Errorf("forgot %v", got)
	}
	if held, waiting := k.size(); held != 1 || waiting != 0 {
		t.Errorf("%d held, %d waiting", held, waiting)
	}
}
