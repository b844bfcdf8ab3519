package reach

import (
	"testing"
	"time"

	"juzhen/internal/account"
)

// crowd fills ninety days, and the ninety before, of n more accounts.
func (w *world) crowd(n int) {
	w.Helper()
	unit := w.units["北京市环境保护局"].UnitID
	w.exec(`INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap, auto_resend, created_at)
SELECT $1, 'weibo', '样本' || n, '样本' || n, 'district', 'live', 'commercial', '1 hour', '1 minute', false, now() FROM generate_series(1, $2::int) n`, unit, n)
	w.exec(`INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes, read_posts)
SELECT a.id, d::date, 1000 + a.id, 5, 4, 30, 10, 80, 0 FROM accounts a, generate_series(date '2026-05-27', date '2026-11-23', interval '1 day') d`)
	w.exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures, state, state_at, reposts, comments, likes)
SELECT id, 'weibo', 'x' || id, 'past', '2026-01-01', '', true, 0, 'live', now(), 0, 0, 0 FROM accounts`)
	w.exec(`ANALYZE account_days, accounts, platform_posts`)
}

// TestTheMatrixOfTwentyAccountsIsQuick bounds how long the page waits; loosely, because other tests run beside it.
func TestTheMatrixOfTwentyAccountsIsQuick(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.crowd(20)
	begun := time.Now()
	m, err := w.s.Matrix(w.ctx(), w.boss, LastDays(90, w.now()), Sort{By: "interactions", Down: true})
	if err != nil || len(m.Rows) != 20 || *m.Rows[0].Interacted.Now != 90*120 || m.Total.Daily[0] != 20*120 {
		t.Fatalf("%d rows, %v", len(m.Rows), err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("20 accounts over 90 days took %v", took)
	}
}

// BenchmarkMatrix2000 is the page of a matrix a hundred times as large; docs/reach.md gives its figure.
func BenchmarkMatrix2000(b *testing.B) {
	w := newBenchWorld(b)
	w.crowd(2000)
	for b.Loop() {
		if _, err := w.s.Matrix(b.Context(), w.boss, LastDays(90, w.now()), Sort{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadingsOfThousand keeps the counts of a thousand posts, as a job does after ten calls.
func BenchmarkReadingsOfThousand(b *testing.B) {
	w := newBenchWorld(b)
	w.crowd(20)
	unitAccount := one[int64](w, `SELECT min(id) FROM accounts`)
	w.exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures, state, state_at, reposts, comments, likes)
SELECT $1, 'weibo', n::text, 'past', timestamptz '2026-11-01' + n * interval '20 minutes', '', true, 0, 'live', now(), 0, 0, 0 FROM generate_series(1, 1000) n`, unitAccount)
	due, err := rows[tracked](b.Context(), w.db.Pool(), selectTracked+`p.account_id = $1 AND p.remote_id NOT LIKE 'x%'`, unitAccount)
	if err != nil {
		b.Fatal(err)
	}
	src := source{Account: account.Account{ID: unitAccount, Connector: account.Commercial}}
	for b.Loop() {
		w.advance(time.Second)
		list := make([]counted, len(due))
		for i, t := range due {
			list[i] = counted{t.ID, t.PostedAt, Counts{Reposts: int64(i)}, w.now().Add(hour)}
		}
		if err := w.s.keepCounts(b.Context(), src, list, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
