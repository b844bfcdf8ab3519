package notice

import (
	"slices"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// Settings are how one person wants to be told. The zero value is that of who chose nothing.
type Settings struct {
	Silent  []Kind // not counted at the bell; they stand in the list all the same
	Outside []Kind // told outside as well; Urgent: what is urgent of any kind
	Version int    // 0: nothing was ever chosen
}

// Counts tells whether a notice stands at the bell. What is urgent always does.
func (s Settings) Counts(kind Kind, urgent bool) bool {
	return urgent || !slices.Contains(s.Silent, kind)
}

// Counting gives the settings with these kinds, and no others, at the bell.
func (s Settings) Counting(at []string) Settings {
	s.Silent = nil

	for _, kind := range Kinds() {
		if !slices.Contains(at, string(kind)) {
			s.Silent = append(s.Silent, kind)
		}
	}

	return s
}

// Telling gives the settings with these kinds, and no others, told outside as well.
func (s Settings) Telling(outside []string) Settings {
	s.Outside = []Kind{}

	for _, kind := range append([]Kind{Urgent}, Kinds()...) {
		if slices.Contains(outside, string(kind)) {
			s.Outside = append(s.Outside, kind)
		}
	}

	return s
}

// check refuses settings that cannot be kept.
func (s Settings) check() error {
	if len(s.Silent) > len(kinds) || slices.ContainsFunc(s.Silent, func(k Kind) bool { return !k.Valid() }) {
		return fault.Invalid("counted", "通知设置无法读取，请刷新后重试")
	}
	if len(s.Outside) > len(kinds)+1 ||
		slices.ContainsFunc(s.Outside, func(k Kind) bool { return k != Urgent && !k.Valid() }) {
		return fault.Invalid("outside", "通知设置无法读取，请刷新后重试")
	}

	return nil
}

// keptFor is how long a notice stays in the list.
const keptFor = 90 * 24 * time.Hour

// lastKept is the oldest instant whose notices are kept.
func lastKept(now time.Time) time.Time {
	if oldest := now.Add(-keptFor); oldest.After(instant.First) {
		return oldest
	}

	return instant.First
}
