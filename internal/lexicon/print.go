package lexicon

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
)

// Prints names, for every unit, the lists that hold there with their versions: where the name is the same,
// a text is found the same. excepted is how many exceptions two people have given; none is taken back.
func (s *Service) Prints(ctx context.Context) (prints map[int64]string, excepted int64, err error) {
	defer fault.Step(&err, "lexicon.Prints")

	rows, err := s.db.Pool().Query(ctx, `
SELECT t.id, coalesce(string_agg(l.id || '.' || l.version, ' ' ORDER BY l.id), '')
FROM units t LEFT JOIN (SELECT x.id, x.version, u.path FROM lexicons x JOIN units u ON u.id = x.unit_id
    WHERE x.state = 'on' AND x.entries > 0) l ON starts_with(t.path, l.path)
GROUP BY t.id`)
	if err != nil {
		return nil, 0, err
	}
	prints = map[int64]string{}
	var unit int64
	var print string
	if _, err = pgx.ForEachRow(rows, []any{&unit, &print}, func() error {
		prints[unit] = print
		return nil
	}); err != nil {
		return nil, 0, err
	}
	err = s.db.Pool().QueryRow(ctx, "SELECT count(*) FROM lexicon_exceptions WHERE state = 'confirmed'").
		Scan(&excepted)

	return prints, excepted, err
}

// ListedAt tells when the versions of lists were made that hold now.
func (s *Service) ListedAt(ctx context.Context, lists []int64) (at map[int64]time.Time, err error) {
	defer fault.Step(&err, "lexicon.ListedAt")

	rows, err := s.db.Pool().Query(ctx, `
SELECT l.id, v.at FROM lexicons l JOIN lexicon_versions v ON v.lexicon_id = l.id AND v.version = l.version
WHERE l.id = ANY (@lists)`, pgx.NamedArgs{"lists": lists})
	if err != nil {
		return nil, err
	}
	at = map[int64]time.Time{}
	var list int64
	var made time.Time
	_, err = pgx.ForEachRow(rows, []any{&list, &made}, func() error {
		at[list] = made
		return nil
	})

	return at, err
}
