package reach

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// looked writes readings of accounts over some days up to now, about one an hour with gaps, some of them
// right at midnight, and gives what a reader sees of each before anything is sealed.
func (w *world) looked(days int, ids ...int64) map[int64][]AccountReading {
	w.Helper()
	random := rand.New(rand.NewPCG(uint64(w.Now().UnixNano()), 7))
	whole := map[int64][]AccountReading{}

	for at := beijing.Day(w.Now()).AddDate(0, 0, -days); at.Before(w.Now()); at = at.Add(hour) {
		for _, id := range ids {
			if random.IntN(4) == 0 {
				continue // nobody looked
			}
			reading := AccountReading{
				TakenAt: at.Add(
					time.Duration(random.IntN(2)) * time.Duration(random.IntN(3_000_000)) * time.Microsecond,
				),
				Followers: 9000 + random.Int64N(500),
				Friends:   random.Int64N(9),
				Posts:     random.Int64N(80),
			}
			w.Exec(`INSERT INTO account_readings (account_id, taken_at, followers, friends, statuses)
				VALUES ($1, $2, $3, $4, $5)`, id, reading.TakenAt, reading.Followers, reading.Friends, reading.Posts)
			whole[id] = append(whole[id], reading)
		}
	}

	return whole
}

// read gives the readings of a period of days up to now as a supervisor sees them.
func (w *world) readings(id int64, days int) []AccountReading {
	w.Helper()
	list, err := w.s.Readings(w.Context(), w.boss, id, LastDays(days, w.Now()))
	if err != nil {
		w.Fatal(err)
	}

	return list
}

func (w *world) seal() {
	w.Helper()
	if err := w.s.Seal(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func TestSealedReadingsAreWhatWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	accounts := w.varied()
	a, b := accounts[0].ID, accounts[1].ID
	w.Exec(`DELETE FROM account_readings`)
	whole := w.looked(12, a, b)
	w.seal()

	for id, want := range whole {
		if got := w.readings(id, 40); !slices.EqualFunc(got, want, sameReading) {
			t.Errorf("account %d: %d readings, want %d:\n%v\n%v", id, len(got), len(want), got, want)
		}
		from := beijing.Day(w.Now()).AddDate(0, 0, -2)
		part := slices.DeleteFunc(
			slices.Clone(want),
			func(r AccountReading) bool { return r.TakenAt.Before(from) },
		)
		if got := w.readings(id, 3); !slices.EqualFunc(got, part, sameReading) {
			t.Errorf("account %d: %d readings of three days, want %d", id, len(got), len(part))
		}
	}

	if n := one[int](w, `SELECT count(*) FROM account_readings WHERE taken_at < $1`,
		beijing.Day(w.Now()).AddDate(0, 0, -1)); n != 0 {
		t.Errorf("%d readings from before yesterday are still rows", n)
	}
	if n := one[int](w, `SELECT sum(readings) FROM account_reading_blocks`); n == 0 {
		t.Error("nothing was sealed")
	}
}

// TestSealingGoesOnWhereItWasBrokenOff: one account sealed, the next one not, a reading that comes late, and
// then all of it once more.
func TestSealingGoesOnWhereItWasBrokenOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	accounts := w.varied()
	a, b := accounts[0].ID, accounts[1].ID
	w.Exec(`DELETE FROM account_readings`)
	whole := w.looked(6, a, b)

	if err := w.s.sealAccounts(t.Context(), beijing.Day(w.Now()).AddDate(0, 0, -1), []int64{a}); err != nil {
		t.Fatal(err)
	}
	late := AccountReading{beijing.Day(w.Now()).AddDate(0, 0, -4).Add(30 * time.Minute), 77, 7, 7}
	w.Exec(`INSERT INTO account_readings VALUES ($1, $2, 77, 7, 7)`, a, late.TakenAt)
	whole[a] = append(whole[a], late)
	slices.SortFunc(whole[a], func(x, y AccountReading) int { return x.TakenAt.Compare(y.TakenAt) })

	for range 2 {
		w.seal()

		for id, want := range whole {
			if got := w.readings(id, 40); !slices.EqualFunc(got, want, sameReading) {
				t.Errorf("account %d: %d readings, want %d", id, len(got), len(want))
			}
		}
	}
}

// TestAReaderSeesEachReadingOnceWhileTheyAreSealed reads all the time while everything is sealed.
func TestAReaderSeesEachReadingOnceWhileTheyAreSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.varied()[0].ID
	w.Exec(`DELETE FROM account_readings`)
	want := w.looked(30, a)[a]
	done := make(chan error)
	var reading sync.WaitGroup

	for range 3 {
		reading.Go(func() {
			for {
				if got := w.readings(a, 40); !slices.EqualFunc(got, want, sameReading) {
					t.Errorf("%d readings, want %d", len(got), len(want))
				}

				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	w.seal()
	close(done)
	reading.Wait()
}

// TestTheLastReadingStaysARow: what shows the last count of followers needs no block for it.
func TestTheLastReadingStaysARow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.varied()[0].ID
	w.Exec(`DELETE FROM account_readings`)
	w.Exec(`INSERT INTO account_readings SELECT $1, $2::timestamptz - n * interval '1 hour', 9, 9, 9
			FROM generate_series(200, 250) n`, a, w.Now())
	w.seal()

	if n := one[int](w, `SELECT count(*) FROM account_readings`); n != 1 {
		t.Errorf("%d rows, want the last alone", n)
	}
	if n := len(w.readings(a, 40)); n != 51 {
		t.Errorf("%d readings, want 51", n)
	}
}

func TestReadingsAreThoseOfOnesOwnSubtree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.varied()[0].ID
	stranger := access.Actor{UserID: 2, Grants: []access.Grant{{Role: access.Supervisor, Path: "/999/"}}}

	_, err := w.s.Readings(t.Context(), stranger, a, LastDays(7, w.Now()))
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a stranger gets %v", err)
	}
}

// TestReadingsOfAccountsAreKeptForATimeOfTheirOwn: those of posts stay when those of accounts go, sealed or
// not, in whole days.
func TestReadingsOfAccountsAreKeptForATimeOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.varied()[0].ID
	w.Exec(`DELETE FROM account_readings`)
	w.Exec(`INSERT INTO account_readings SELECT $1, $2::timestamptz - n * interval '6 hours', 9, 9, 9
			FROM generate_series(0, 4 * 300) n`, a, w.Now())
	posts := one[int](w, `SELECT count(*) FROM post_readings`)
	w.seal()
	w.s.opt.KeepAccounts = 200 * day

	dropped, err := w.s.Prune(t.Context())
	if err != nil || dropped == 0 {
		t.Fatalf("%d readings dropped, %v", dropped, err)
	}
	first := w.readings(a, 365)[0].TakenAt
	if want := beijing.Day(w.Now().Add(-200 * day)); first.Before(want) || first.After(want.Add(6*hour)) {
		t.Errorf("the oldest reading is of %v, want one of the day that begins at %v", first, want)
	}
	if n := int64(len(w.readings(a, 365))); n+dropped != 4*300+1 {
		t.Errorf("%d readings are left and %d were dropped of %d", n, dropped, 4*300+1)
	}
	if n := one[int](w, `SELECT count(*) FROM post_readings`); n != posts {
		t.Errorf("%d readings of posts, there were %d", n, posts)
	}
}
