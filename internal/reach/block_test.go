package reach

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"juzhen/internal/beijing"
)

var midnight = time.Date(2026, 11, 20, 0, 0, 0, 0, beijing.Zone)

// TestABlockHoldsWhatWasRead packs days of any length and order, with gaps, counts that fall, and the largest
// numbers there are.
func TestABlockHoldsWhatWasRead(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))

	for range 2000 {
		var readings []AccountReading
		for range random.IntN(40) {
			readings = append(readings, AccountReading{
				TakenAt:   midnight.Add(time.Duration(random.Int64N(day.Microseconds())) * time.Microsecond),
				Followers: random.Int64() >> random.IntN(63),
				Friends:   random.Int64N(3000),
				Posts:     -random.Int64N(9),
			})
		}
		got, err := unpackReadings(nil, midnight, packReadings(midnight, readings))
		slices.SortStableFunc(readings, func(a, b AccountReading) int { return a.TakenAt.Compare(b.TakenAt) })
		if err != nil || !slices.EqualFunc(got, readings, sameReading) {
			t.Fatalf("%v: packed %v, unpacked %v", err, readings, got)
		}
	}
}

func sameReading(a, b AccountReading) bool {
	return a.TakenAt.Equal(b.TakenAt) && a.Followers == b.Followers && a.Friends == b.Friends &&
		a.Posts == b.Posts
}

// TestABlockStaysReadable: blocks that are kept must be readable by later versions.
func TestABlockStaysReadable(t *testing.T) {
	t.Parallel()
	block := packReadings(midnight, []AccountReading{
		{midnight.Add(time.Hour), 1_000_000, 120, 30_000},
		{midnight.Add(2*time.Hour + time.Microsecond), 999_990, 120, 30_001},
	})
	if got := hex.EncodeToString(block); got != "0180c8ceb40d80897af001e0d40381c8ceb40d130002" {
		t.Errorf("block %s", got)
	}
}

func TestABrokenBlockIsNoReading(t *testing.T) {
	t.Parallel()
	whole := packReadings(midnight, []AccountReading{{midnight.Add(time.Hour), 5000, 7, 8}})

	for n := range len(whole) - 1 {
		if n == 1 {
			continue // no reading at all
		}
		if list, err := unpackReadings(nil, midnight, whole[:n]); !errors.Is(err, errBlock) || len(list) > 0 {
			t.Errorf("%d bytes: %v, %v", n, list, err)
		}
	}
	if _, err := unpackReadings(nil, midnight, []byte{9, 1, 1, 1, 1}); !errors.Is(err, errBlock) {
		t.Errorf("another format: %v", err)
	}
}

// TestADayOfHoursIsShort: 24 looks at a large account, with the jitter of real ones.
func TestADayOfHoursIsShort(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))

	var readings []AccountReading
	for i := range 24 {
		readings = append(readings, AccountReading{
			TakenAt: midnight.Add(
				time.Duration(i)*hour + time.Duration(random.Int64N(60e9)).Truncate(time.Microsecond),
			),
			Followers: 3_000_000 + random.Int64N(2000),
			Friends:   300,
			Posts:     40_000 + int64(i)/2,
		})
	}
	if n := len(packReadings(midnight, readings)); n > 24*10 {
		t.Errorf("%d bytes for 24 readings", n)
	}
}
