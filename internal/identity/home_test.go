package identity

import (
	"strings"
	"testing"

	"juzhen/internal/org"
)

// TestTheUnitOfSomethingNewThatNamesNone types out which unit it is: what a person may write in, where
// the person belongs, where the thing goes to.
func TestTheUnitOfSomethingNewThatNamesNone(t *testing.T) {
	t.Parallel()
	paths := map[int64]string{1: "/1/", 2: "/1/2/", 3: "/1/3/", 4: "/1/2/4/"}

	for name, tc := range map[string]struct {
		writes []int64
		own    int64
		goes   string
		want   int64
	}{
		"the own one, without accounts":        {[]int64{1, 2, 4, 3}, 2, "", 2},
		"the topmost, where the own is closed": {[]int64{2, 4}, 3, "", 2},
		"the own one, which covers them":       {[]int64{1, 2, 4, 3}, 1, "/1/2/4/", 1},
		"the lowest that covers them":          {[]int64{1, 2, 4, 3}, 3, "/1/2/4/ /1/2/", 2},
		"the lowest, at the account itself":    {[]int64{1, 2, 4, 3}, 3, "/1/2/4/", 4},
		"above two that lie apart":             {[]int64{1, 2, 4, 3}, 4, "/1/2/ /1/3/", 1},
		"none, where they lie apart":           {[]int64{2, 4, 3}, 2, "/1/2/ /1/3/", 0},
		"none, where nothing may be written":   {nil, 2, "", 0},
	} {
		var units []org.Unit
		for _, id := range tc.writes {
			units = append(units, org.Unit{ID: id, Path: paths[id]})
		}
		if got := home(units, tc.own, strings.Fields(tc.goes)); got != tc.want {
			t.Errorf("%s: unit %d, want %d", name, got, tc.want)
		}
	}
}
