package index

// Place is where one value stands among some. Rank is 0 where the value is not known.
type Place struct {
	Rank       int      // from 1, the greatest first; equal ones share the best of their ranks (1, 2, 2, 4)
	Of         int      // how many are known, itself among them
	Percentile *float64 // from 0 to 100; nil where the value is not known, or nothing else is
}

// Known tells whether the value was known, so that it has a rank.
func (p Place) Known() bool { return p.Rank > 0 }

// Places ranks values among each other. What is not known (nil) has no rank and counts for nobody: missing is
// not zero.
func Places(values []*float64) []Place {
	places := make([]Place, len(values))
	for i, value := range values {
		places[i] = placed(values, value)
	}

	return places
}

// Among is the place of one value among others, as if it stood among them alone.
func Among(others []*float64, own *float64) Place {
	return placed(append([]*float64{own}, others...), own)
}

// placed is the place of one of values. The percentile is the percentile rank: the share of the known values
// that are smaller, those that are equal counted half, itself among them:
//
//	100 × (smaller + equal ÷ 2) ÷ known
//
// so that the middle one of any number has 50 and equal ones have the same. Definition in docs/indexes.md.
func placed(values []*float64, own *float64) (place Place) {
	smaller, equal, greater := 0, 0, 0

	for _, value := range values {
		switch {
		case value == nil || own == nil:
		case *value < *own:
			smaller++
		case *value > *own:
			greater++
		default:
			equal++
		}
	}
	if own == nil {
		return place
	}
	place.Rank, place.Of = greater+1, smaller+equal+greater
	if place.Of > 1 {
		percentile := 100 * (float64(smaller) + float64(equal)/2) / float64(place.Of)
		place.Percentile = &percentile
	}

	return place
}
