package bench

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"juzhen/internal/pg"
	"juzhen/internal/reach"
)

const (
	nationalAccounts = 160_000
	hourlyAccounts   = 500 // whose readings of hourlyDays lie beside those that are looked at
	hourlyDays       = 90
	lookedAt         = 20

	gormBatch = 1_000 // the quickest of those tried (100, 1,000, 5,000)
)

func readingsWanted() []want {
	return []want{
		{key: "copy_ms", most: 500},
		{key: "copy_ms", baseline: "gorm_ms", most: 1.0 / 4},
		{key: "block_bytes", most: 15},
		{key: "blocks_ms", baseline: "rows_ms", most: 1.0 / 7},
		{key: "first_ms", most: 100},
	}
}

// accountReading is a row of readings as GORM writes it.
type accountReading struct {
	AccountID                    int64
	TakenAt                      time.Time
	Followers, Friends, Statuses int64
}

// TableName names the table.
func (accountReading) TableName() string { return "account_readings" }

// readings measures an hour of readings of a national matrix, what a reading takes as a row and in a block,
// and what it costs to look at those of some accounts.
func readings(ctx context.Context, f *field) (values, error) {
	_, db, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	got := values{}
	if err := ingestReadings(ctx, db, got); err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	if err := sealReadings(ctx, db, got); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}

	return got, nil
}

// ingestReadings writes an hour of all accounts: the rows alone by COPY and by GORM, and the hour as the
// console keeps it, with the days and the notes for their sums.
func ingestReadings(ctx context.Context, db *pg.DB, got values) error {
	if _, err := db.Pool().
		Exec(ctx, `INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state,
			connector, late_limit, min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE
		SELECT n, 1, 'weibo', '账号' || n, '账号' || n, 'district', 'live', 'manual', '30 min', '0', false, n,
		now()
		FROM generate_series(1, $1::int) n`, nationalAccounts); err != nil {
		return err
	}
	if _, err := db.Pool().Exec(ctx, `ANALYZE accounts`); err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)

	list := make([]reach.Count, nationalAccounts)
	for i := range list {
		list[i] = reach.Count{
			AccountID: int64(i + 1),
			Followers: int64(1000 + i),
			Friends:   9,
			Posts:     int64(i % 977),
		}
	}
	figures := reach.New(db, nil, nil, reach.Options{Log: slog.New(slog.DiscardHandler)})

	began := time.Now()
	if err := db.InTx(ctx, func(tx pg.Tx) error { return reach.CopyCounts(ctx, tx, list, now) }); err != nil {
		return err
	}
	got["copy_ms"] = ms(time.Since(began))

	rows := make([]accountReading, len(list))
	for i, count := range list {
		rows[i] = accountReading{
			count.AccountID,
			now.Add(time.Second),
			count.Followers,
			count.Friends,
			count.Posts,
		}
	}
	began = time.Now()
	if err := db.Gorm(ctx).CreateInBatches(rows, gormBatch).Error; err != nil {
		return err
	}
	got["gorm_ms"] = ms(time.Since(began))

	began = time.Now()
	err := figures.KeepCounts(ctx, list)
	got["hour_ms"] = ms(time.Since(began))

	return err
}

// sealReadings fills the table with hours of past days, looks at those of some accounts as rows, seals them,
// and looks again.
func sealReadings(ctx context.Context, db *pg.DB, got values) error {
	for _, sql := range []string{
		`TRUNCATE account_readings`,
		fmt.Sprintf(`INSERT INTO account_readings
			SELECT a, date_trunc('hour', now()) - h * interval '1 hour' + random() * interval '60 s',
				1000000 + a * 977 - h * (a %% 7) + (random() * 300)::int, 120 + a %% 50, 40000 + a - h / 9
			FROM generate_series(%d, 1, -1) h, generate_series(1, %d) a`, hourlyDays*24, hourlyAccounts),
		`VACUUM ANALYZE account_readings`,
	} {
		if _, err := db.Pool().Exec(ctx, sql); err != nil {
			return err
		}
	}
	figures := reach.New(db, nil, nil, reach.Options{Log: slog.New(slog.DiscardHandler)})
	look := func(first int64) (time.Duration, error) {
		began := time.Now()

		ids := make([]int64, lookedAt)
		for i := range ids {
			ids[i] = first + int64(i)*23
		}
		found, err := figures.ReadingsOf(ctx, ids, reach.LastDays(hourlyDays, time.Now()))
		if err == nil && len(found) != lookedAt {
			err = fmt.Errorf("readings of %d accounts, want %d", len(found), lookedAt)
		}

		return time.Since(began), err
	}
	looks := func(name string) error {
		var took series

		for range 20 {
			one, err := look(1)
			if err != nil {
				return err
			}
			took = append(took, one)
		}
		got[name] = ms(took.at(0.5))

		return nil
	}
	err := looks("rows_ms")
	if err != nil {
		return err
	}
	if got["row_bytes"], err = size(ctx, db, "account_readings", "count(*)"); err != nil {
		return err
	}

	began := time.Now()
	if err := figures.Seal(ctx); err != nil {
		return err
	}
	got["seal_s"] = time.Since(began).Seconds()
	if got["block_bytes"], err = size(ctx, db, "account_reading_blocks", "sum(readings)"); err != nil {
		return err
	}
	first, err := look(lookedAt)
	if err != nil {
		return err
	}
	got["first_ms"] = ms(first)

	return looks("blocks_ms")
}

// size is how many bytes of a table with its indexes there are for each reading in it.
func size(ctx context.Context, db *pg.DB, table, readings string) (bytes float64, err error) {
	err = db.Pool().
		QueryRow(ctx, `SELECT pg_total_relation_size('`+table+`')::float8 / `+readings+` FROM `+table).
		Scan(&bytes)

	return bytes, err
}
