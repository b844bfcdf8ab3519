package dispatch

import "testing"

// TestNothingIsReleasedUnderAValueItsRowWasNotReadUnder walks the ways in which marks ahead, recalls
// and readings may come between one another.
func TestNothingIsReleasedUnderAValueItsRowWasNotReadUnder(t *testing.T) {
	t.Parallel()
	a, b := &item{attempt: "a"}, &item{attempt: "b"}
	stands := map[string]bool{"a": true, "b": true}

	for name, c := range map[string]struct {
		do    func(h *early)
		known int64
		list  int
	}{
		"marked under one value": {func(h *early) { h.add([]*item{a}, 4); h.add([]*item{b}, 4) }, 4, 2},
		"recalled between marks": {func(h *early) { h.add([]*item{a}, 4); h.add([]*item{b}, 5) }, unread, 2},
		"marked before a recall, known after the reading that followed it": {func(h *early) {
			h.add([]*item{a}, 4)
			h.keep([]string{"a"}, stands, 5)
			h.add([]*item{b}, 4)
		}, unread, 2},
		"added while the rows were read": {
			func(h *early) { h.add([]*item{a, b}, 4); h.keep([]string{"a"}, stands, 5) }, unread, 2,
		},
		"read": {
			func(h *early) { h.add([]*item{a, b}, 4); h.keep([]string{"a", "b"}, stands, 5) }, 5, 2,
		},
		"read, and one is gone": {func(h *early) {
			h.add([]*item{a, b}, 4)
			h.keep([]string{"a", "b"}, map[string]bool{"b": true}, 5)
		}, 5, 1},
		"put back":             {func(h *early) { h.add([]*item{a}, 4); h.putBack(h.takeAll()) }, unread, 1},
		"nothing, then marked": {func(h *early) { h.add(nil, 0); h.add([]*item{a}, 7) }, 7, 1},
		"all taken, then added": {
			func(h *early) { h.add([]*item{a}, 4); h.takeAll(); h.add([]*item{b}, 6) }, 6, 1,
		},
	} {
		h := newEarly()
		if c.do(h); h.known != c.known || len(h.list) != c.list {
			t.Errorf("%s: known %d, %d in the list", name, h.known, len(h.list))
		}
	}
}
