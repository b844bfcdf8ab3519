package index_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"juzhen/internal/index"
)

// told writes a place as "rank/of percentile".
func told(place index.Place) string {
	if place.Percentile == nil {
		return fmt.Sprintf("%d/%d -", place.Rank, place.Of)
	}

	return fmt.Sprintf("%d/%d %.4g", place.Rank, place.Of, *place.Percentile)
}

// values reads numbers, "-" for one that is not known.
func values(text string) (all []*float64) {
	for _, word := range strings.Fields(text) {
		var value float64
		if _, err := fmt.Sscan(word, &value); err != nil {
			all = append(all, nil)
			continue
		}
		all = append(all, &value)
	}

	return all
}

func TestPlaces(t *testing.T) {
	t.Parallel()

	for given, want := range map[string]string{
		"":             "",
		"-":            "0/0 -",
		"7":            "1/1 -", // alone it has a rank and no percentile
		"7 -":          "1/1 -, 0/0 -",
		"30 20 10":     "1/3 83.33, 2/3 50, 3/3 16.67",
		"10 30 20":     "3/3 16.67, 1/3 83.33, 2/3 50",
		"40 30 30 10":  "1/4 87.5, 2/4 50, 2/4 50, 4/4 12.5", // a tie shares its rank and leaves the next out
		"5 5 5":        "1/3 50, 1/3 50, 1/3 50",
		"0 - -3":       "1/2 75, 0/0 -, 2/2 25", // missing is not zero, and a loss is a value
		"1 2 - 3 - 4":  "4/4 12.5, 3/4 37.5, 0/0 -, 2/4 62.5, 0/0 -, 1/4 87.5",
		"0.1 0.2 0.15": "3/3 16.67, 1/3 83.33, 2/3 50",
	} {
		var got []string
		for _, place := range index.Places(values(given)) {
			got = append(got, told(place))
		}
		if all := strings.Join(got, ", "); all != want {
			t.Errorf("%q: %s, want %s", given, all, want)
		}
	}
}

func TestAmongOthers(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ others, own, want string }{
		{"", "7", "1/1 -"},
		{"- -", "7", "1/1 -"},
		{"30 20 10", "25", "2/4 62.5"},
		{"30 20 10", "20", "2/4 50"},
		{"30 20 10", "40", "1/4 87.5"},
		{"30 20 10", "0", "4/4 12.5"},
		{"30 20 10", "-", "0/0 -"},
	} {
		if got := told(index.Among(values(c.others), values(c.own)[0])); got != c.want {
			t.Errorf("%s among %q: %s, want %s", c.own, c.others, got, c.want)
		}
	}
}

// TestPlacesKeepTheOrder: who has more is never behind, equal ones stand together, and the mean of all
// percentiles is 50.
func TestPlacesKeepTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.IntRange(-3, 3), 2, 30).Draw(t, "values")

		all := make([]*float64, len(numbers))
		for i, number := range numbers {
			value := float64(number)
			all[i] = &value
		}
		places, sum := index.Places(all), 0.0

		for i, a := range places {
			sum += *a.Percentile
			for j, b := range places {
				if (numbers[i] > numbers[j]) != (a.Rank < b.Rank) ||
					(numbers[i] > numbers[j]) != (*a.Percentile > *b.Percentile) {
					t.Fatalf("%v: %d has %s, %d has %s", numbers, numbers[i], told(a), numbers[j], told(b))
				}
			}
		}
		if mean := sum / float64(len(places)); mean < 49.999 || mean > 50.001 {
			t.Fatalf("%v: the mean percentile is %f", numbers, mean)
		}
	})
}
