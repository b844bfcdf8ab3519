package roster

import (
	"testing"

	"juzhen/internal/fault"
)

// TestHoursThatCanBeCovered end after they begin, within a day.
func TestHoursThatCanBeCovered(t *testing.T) {
	t.Parallel()

	for name, try := range map[string]struct {
		cover Cover
		fine  bool
	}{
		"all day": {
			cover: allDay,
			fine:  true,
		},
		"working hours": {
			cover: Cover{8 * 60, 18 * 60},
			fine:  true,
		},
		"a minute": {
			cover: Cover{0, 1},
			fine:  true,
		},
		"nothing": {
			cover: Cover{60, 60},
		},
		"backwards": {
			cover: Cover{18 * 60, 8 * 60},
		},
		"before the day": {
			cover: Cover{-1, 60},
		},
		"beyond the day": {
			cover: Cover{0, dayMinutes + 1},
		},
	} {
		err := try.cover.check()
		if (err == nil) != try.fine {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && fault.Public(err).Field != "to" {
			t.Errorf("%s is told at %q", name, fault.Public(err).Field)
		}
	}
}

// TestWhatIsLeftOfATime beside others, in every way in which two can lie.
func TestWhatIsLeftOfATime(t *testing.T) {
	t.Parallel()
	whole := Gap{at(8), at(20)}

	for name, try := range map[string]struct {
		busy []Gap
		left []Gap
	}{
		"nothing beside it": {
			left: []Gap{whole},
		},
		"before it": {
			busy: []Gap{{at(1), at(8)}},
			left: []Gap{whole},
		},
		"after it": {
			busy: []Gap{{at(20), at(22)}},
			left: []Gap{whole},
		},
		"over its beginning": {
			busy: []Gap{{at(7), at(9)}},
			left: []Gap{{at(9), at(20)}},
		},
		"over its end": {
			busy: []Gap{{at(19), at(21)}},
			left: []Gap{{at(8), at(19)}},
		},
		"within it": {
			busy: []Gap{{at(10), at(12)}},
			left: []Gap{{at(8), at(10)}, {at(12), at(20)}},
		},
		"twice within it": {
			busy: []Gap{{at(9), at(10)}, {at(12), at(13)}},
			left: []Gap{{at(8), at(9)}, {at(10), at(12)}, {at(13), at(20)}},
		},
		"one in the other": {
			busy: []Gap{{at(9), at(15)}, {at(10), at(11)}},
			left: []Gap{{at(8), at(9)}, {at(15), at(20)}},
		},
		"all of it": {
			busy: []Gap{{at(8), at(20)}},
		},
		"more than it": {
			busy: []Gap{{at(1), at(30)}},
		},
	} {
		left := whole.without(try.busy)

		same := len(left) == len(try.left)
		for i := range left {
			same = same && left[i] == try.left[i]
		}
		if !same {
			t.Errorf("%s: %v", name, left)
		}
	}
}
