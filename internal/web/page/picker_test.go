package page_test

import (
	"slices"
	"testing"

	"juzhen/internal/web/page"
)

func TestIDsAreWrittenShortAndReadBack(t *testing.T) {
	t.Parallel()

	for want, ids := range map[string][]int64{
		"":          nil,
		"7":         {7},
		"1-3":       {3, 1, 2, 2},
		"1-2,4,8-9": {1, 2, 4, 8, 9},
	} {
		got := page.WriteIDs(ids)
		if got != want {
			t.Errorf("%v: wrote %q, want %q", ids, got, want)
		}
		back, err := page.ReadIDs(got)
		if err != nil || !slices.Equal(back, slices.Compact(slices.Sorted(slices.Values(ids)))) {
			t.Errorf("%q: read %v, %v", got, back, err)
		}
	}
}

func TestWhatIsNoListOfIDsIsRefused(t *testing.T) {
	t.Parallel()

	for _, s := range []string{
		"x", "1,", "0", "-1", "3-1", "1-999999999", "1-20001", "1-15000,1-15000",
		"9223372036854775807-9223372036854775807,1-20000",
	} {
		if ids, err := page.ReadIDs(s); err == nil {
			t.Errorf("%q: read %d ids", s, len(ids))
		}
	}
}
