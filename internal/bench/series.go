package bench

import (
	"slices"
	"time"
)

// series is a set of measured times.
type series []time.Duration

func (s series) sorted() series {
	out := slices.Clone(s)
	slices.Sort(out)
	return out
}

// at is the value below which the share p (0 to 1) of the times lies; 0 of an empty series.
func (s series) at(p float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := s.sorted()

	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

func (s series) max() time.Duration {
	if len(s) == 0 {
		return 0
	}

	return slices.Max(s)
}

// starts are the first bytes against the instant.
func starts(list []Touch, at time.Time) series {
	out := make(series, len(list))
	for i, touch := range list {
		out[i] = time.Duration(touch.First - at.UnixNano())
	}

	return out
}

// ends are the answers against the instant.
func ends(list []Touch, at time.Time) series {
	out := make(series, len(list))
	for i, touch := range list {
		out[i] = time.Duration(touch.Done - at.UnixNano())
	}

	return out
}
