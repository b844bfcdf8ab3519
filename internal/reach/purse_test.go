package reach

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSeveralProcessesNeverMakeMoreCallsThanTheLimit has three processes of ten readers each spend one
// small window to its end.
func TestSeveralProcessesNeverMakeMoreCallsThanTheLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	limit := window{scope: "public", start: w.Now(), ends: w.Now().Add(hour), limit: 500, shared: true}
	var made atomic.Int64
	var all sync.WaitGroup

	for range 3 {
		p := new(purse)

		for range 10 {
			all.Go(func() {
				for {
					ok, err := p.spend(w.Context(), w.DB.Pool(), limit)
					if err != nil {
						t.Error(err)
					}
					if !ok {
						return
					}
					made.Add(1)
				}
			})
		}
	}
	all.Wait()
	if made.Load() != 500 {
		t.Errorf("%d calls of a limit of 500", made.Load())
	}
}

func TestCallsAreTakenInBlocksThatGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	limit := w.s.opt.Limits.hourly(CommercialHost, w.Now())
	calls := func() int {
		return one[int](w, `SELECT coalesce(sum(calls), 0) FROM call_usage WHERE scope = 'commercial'`)
	}

	for i, want := range []int{1, 3, 3, 7, 7, 7, 7, 15} {
		if err := w.s.spend(w.Context(), CommercialHost, 1); err != nil {
			t.Fatal(err)
		}
		if got := calls(); got != want || got-w.s.purse.inHand(limit) != i+1 {
			t.Errorf(
				"after %d calls %d are taken, %d in hand, want %d taken",
				i+1,
				got,
				w.s.purse.inHand(limit),
				want,
			)
		}
	}
	w.Advance(hour)
	if err := w.s.spend(w.Context(), CommercialHost, 1); err != nil {
		t.Fatal(err)
	}
	if got := calls(); got != 15+1 {
		t.Errorf("the next hour begins with what is left of the last: %d", got)
	}
}

func TestABudgetThePlatformClosedIsNotSpentFromThePurse(t *testing.T) {
	t.Parallel()

	w := newWorld(t, 0)
	for range 4 {
		if err := w.s.spend(w.Context(), CommercialHost, 1); err != nil {
			t.Fatal(err)
		}
	}
	limit := w.s.opt.Limits.hourly(CommercialHost, w.Now())
	if w.s.purse.inHand(limit) == 0 {
		t.Fatal("nothing in hand")
	}
	if err := w.s.closeWindow(w.Context(), limit); err != nil {
		t.Fatal(err)
	}
	if err := w.s.spend(w.Context(), CommercialHost, 1); !errors.Is(err, errBudget) {
		t.Errorf("spent after the platform closed the window: %v", err)
	}
}

func TestOldReadingsGoAndWhatWasMadeOfThemStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	account := w.varied()[0]
	id := one[int64](w, `SELECT min(id) FROM platform_posts WHERE account_id = $1`, account.ID)
	w.Exec(`INSERT INTO post_readings SELECT $1, at, 1, 2, 3, NULL
			FROM generate_series($2::timestamptz - interval '300 days', $2, interval '1 day') at`,
		id, w.Now())
	w.Exec(`INSERT INTO account_readings SELECT $1, $2::timestamptz - n * interval '1 day', 5, 5, 5
			FROM generate_series(250, 260) n`, account.ID, w.Now())
	days := one[string](
		w,
		`SELECT md5(string_agg(d::text, '|' ORDER BY account_id, day)) FROM account_days d`,
	)
	if n, err := w.s.Prune(w.Context()); err != nil || n != 0 {
		t.Fatalf("%d readings dropped without a limit, %v", n, err)
	}
	w.s.opt.Keep, w.s.opt.KeepAccounts = 200*day, 200*day
	if n, err := w.s.Prune(w.Context()); err != nil || n != 100+10 {
		t.Errorf("%d readings dropped, want 100 of the post and 10 of the account, %v", n, err)
	}
	if n := one[int](w, `SELECT count(*) FROM account_readings`); n != 1 {
		t.Errorf("%d readings of the account, want its last", n)
	}
	w.s.opt.Keep, w.s.opt.KeepAccounts = day, day
	if _, err := w.s.Prune(w.Context()); err != nil {
		t.Fatal(err)
	}
	if oldest := one[time.Time](
		w,
		`SELECT min(taken_at) FROM post_readings`,
	); w.Now().
		Sub(oldest) !=
		(rollBack+1)*day {
		t.Errorf("the oldest reading is of %v: the roll-up reads a hundred days", oldest)
	}
	if after := one[string](w, `SELECT md5(string_agg(d::text, '|' ORDER BY account_id, day))
			FROM account_days d`); after != days {
		t.Error("the days changed")
	}
}
