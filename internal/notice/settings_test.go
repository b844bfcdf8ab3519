package notice

import "testing"

func TestWhatIsUrgentAlwaysCounts(t *testing.T) {
	t.Parallel()
	settings := Settings{Silent: []Kind{Review}}
	if settings.Counts(Review, false) || !settings.Counts(Review, true) {
		t.Error("switched off at the bell, what is not urgent counts or what is does not")
	}
}

func TestEveryKindIsWhole(t *testing.T) {
	t.Parallel()

	for _, kind := range Kinds() {
		if !kind.Valid() || kind.Label() == "" || kind.Help() == "" {
			t.Errorf("%s: %+v", kind, kind.row())
		}
	}
	if Kind("").Valid() || Kind("nothing").Valid() {
		t.Error("a kind that is none is valid")
	}
}

func TestOnlySnapshotsArePlaces(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "10:10:", "10:20:10,11,19", "10:20:"} {
		if place, err := ParsePlace(text); err != nil || string(place) != text {
			t.Errorf("%q: %v", text, err)
		}
	}

	for _, text := range []string{
		"10", "10:9:", "a:b:", "10:20:9", "10:20:20", "10:20:12,11", "0:1:", "-1:3:", "01:2:", "10:20:,", "1:2:3:4",
		"99999999999999999999:99999999999999999999:", "10:20:11'",
	} {
		if _, err := ParsePlace(text); err == nil {
			t.Errorf("%q is taken for a place", text)
		}
	}
}
