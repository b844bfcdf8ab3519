package reach

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/account"
)

// crowd fills the given number of days up to today for n more accounts, with a post a day for each.
func (w *world) crowd(n, days int) {
	w.Helper()
	unit := w.Units["北京市环境保护局"].UnitID
	w.Exec(`INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit,
			min_gap, auto_resend, created_at)
SELECT $1, 'weibo', '样本' || n, '样本' || n, 'district', 'live', 'commercial', '1 hour', '1 minute', false, now()
    FROM generate_series(1, $2::int) n`, unit, n)
	w.Exec(`INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes,
			read_posts, best)
SELECT a.id, d::date, 1000 + a.id, 5, 4, 30, 10, 80, 0, 40 + (a.id * 7 + extract(day FROM d)::int) % 50
FROM generate_series(date '2026-11-23' - $1::int + 1, date '2026-11-23', interval '1 day') d, accounts a`,
		days)
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes)
SELECT d.account_id, 'weibo', 'x' || d.account_id || '/' || d.day, 'past', d.day + interval '4 hours', '',
    true, 0, 'live', now(), 0, 0, d.best FROM account_days d`)
	w.Exec(`VACUUM ANALYZE account_days, accounts, platform_posts`)
}

// TestTheMatrixOfTwentyAccountsIsQuick bounds how long the page waits; loosely, because other tests run
// beside it.
func TestTheMatrixOfTwentyAccountsIsQuick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.crowd(20, 180)
	begun := time.Now()
	matrix, err := w.summed().Matrix(w.Context(), w.boss, LastDays(90, w.Now()), View{Sort: Sort{
		By: "interactions", Down: true,
	}})
	if err != nil || len(matrix.Rows) != 20 || *matrix.Rows[0].Interacted.Now != 90*120 ||
		matrix.Total.Daily[0] != 20*120 {
		t.Fatalf("%d rows, %v", len(matrix.Rows), err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("20 accounts over 90 days took %v", took)
	}
}

// BenchmarkMatrix2000 is what the page of figures reads of a matrix a hundred times as large, with a
// year of days; docs/reach.md gives its figures.
func BenchmarkMatrix2000(b *testing.B) {
	w := newBenchWorld(b)
	w.crowd(2000, 730)

	for _, days := range Presets() {
		for _, by := range []string{"", "interactions", "gained", "last"} {
			b.Run(fmt.Sprintf("%d days by %q", days, by), func(b *testing.B) {
				view := View{Sort: Sort{By: by, Down: true}, Limit: 50}
				for b.Loop() {
					if _, err := w.summed().
						Matrix(b.Context(), w.boss, LastDays(days, w.Now()), view); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("%d days, best posts", days), func(b *testing.B) {
			for b.Loop() {
				if list, err := w.summed().Posts(
					b.Context(),
					w.boss,
					PostFilter{Period: LastDays(days, w.Now())},
				); err != nil ||
					len(list) != 10 {
					b.Fatal(list, err)
				}
			}
		})
	}
}

// BenchmarkReadingsOfThousand keeps the counts of a thousand posts, as a job does after ten calls.
func BenchmarkReadingsOfThousand(b *testing.B) {
	w := newBenchWorld(b)
	w.crowd(20, 180)
	unitAccount := one[int64](w, `SELECT min(id) FROM accounts`)
	w.Exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at, reposts, comments, likes)
SELECT $1, 'weibo', n::text, 'past', timestamptz '2026-11-01' + n * interval '20 minutes', '', true, 0,
    'live', now(), 0, 0, 0 FROM generate_series(1, 1000) n`, unitAccount)
	due, err := rows[tracked](b.Context(), w.DB.Pool(), selectTracked+`p.account_id = $1
			AND p.remote_id NOT LIKE 'x%'`, unitAccount)
	if err != nil {
		b.Fatal(err)
	}
	src := source{Account: account.Account{ID: unitAccount, Connector: account.Commercial}}

	for b.Loop() {
		w.Advance(time.Second)

		list := make([]counted, len(due))
		for i, t := range due {
			list[i] = counted{t.ID, t.PostedAt, Counts{Reposts: int64(i)}, w.Now().Add(hour)}
		}
		if err := w.s.keepCounts(b.Context(), src, list, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStanding2000 is what the supervisor's start page asks of reach.
func BenchmarkStanding2000(b *testing.B) {
	w := newBenchWorld(b)
	w.crowd(2000, 180)

	for b.Loop() {
		standing, err := w.summed().Standing(b.Context(), w.boss, "")
		if err != nil || standing.Judged() != 2000 {
			b.Fatalf("%d judged, %v", standing.Judged(), err)
		}
	}
}
