package notice

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Place is how far a stream of notices was read: a snapshot of the database, as Postgres writes one. What was
// written by a transaction that the snapshot did not see comes after it. A number could not say that: a
// transaction that began earlier may end later.
type Place string

// maxPlace bounds a place in bytes: a snapshot names the transactions that were open in it.
const maxPlace = 8 << 10

// ParsePlace reads a place that a stream gave; "" is none. Fails with fault.Invalid on "after".
func ParsePlace(text string) (Place, error) {
	if text != "" && (len(text) > maxPlace || !isSnapshot(text)) {
		return "", fault.Invalid("after", "翻页位置无效，请从第一页重新查看")
	}

	return Place(text), nil
}

// isSnapshot tells whether Postgres would take a text for a snapshot: the first open transaction, the first
// that did not begin, and which between them are open, in order.
func isSnapshot(text string) bool {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return false
	}
	var numbers []int64
	words := []string{parts[0]}
	if parts[2] != "" {
		words = append(words, strings.Split(parts[2], ",")...)
	}

	for _, word := range append(words, parts[1]) {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n < 1 || strconv.FormatInt(n, 10) != word {
			return false
		}
		numbers = append(numbers, n)
	}

	return slices.IsSorted(numbers) && (len(words) == 1 || numbers[len(numbers)-2] < numbers[len(numbers)-1])
}

// MostSince bounds what one reading of a stream gives.
const MostSince = 500

// Since gives what the actor was told after a place, the oldest first, and the place behind it: none is left
// out and none comes twice, whatever line was dropped in between. From no place it gives where the stream
// stands now and nothing else. Where more than MostSince came meanwhile it gives none of them and over: the
// reader takes the list instead.
func (s *Service) Since(
	ctx context.Context,
	actor access.Actor,
	place Place,
) (list []Notice, next Place, over bool, err error) {
	defer fault.Step(&err, "notice.Since")

	list, next, err = readSince(ctx, s.db.Gorm(ctx), actor, place, MostSince+1)
	if len(list) > MostSince {
		return nil, next, true, err
	}

	return s.spoken(list), next, false, err
}

// sinceRow is a notice with the place behind it; the number is 0 where nothing came.
type sinceRow struct {
	Notice   `gorm:"embedded"`
	ArgsText string
	Place    Place
}

// readSince reads notices and the place behind them in one statement, which sees one snapshot.
func readSince(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	place Place,
	limit int,
) ([]Notice, Place, error) {
	cond, args := readable(actor)
	args = append([]any{actor.UserID}, args...)
	behind := " AND FALSE"
	if place != "" {
		// A restored database holds numbers of another one, which no snapshot of this one has seen.
		behind = ` AND n.xact >= pg_snapshot_xmin(?::pg_snapshot) AND NOT pg_visible_in_snapshot(n.xact, ?::pg_snapshot)
			AND pg_visible_in_snapshot(n.xact, pg_current_snapshot())`
		args = append(args, string(place), string(place))
	}
	rows, err := gorm.G[sinceRow](db).Raw(`
SELECT s.place, x.* FROM (SELECT pg_current_snapshot()::text AS place) s LEFT JOIN LATERAL (`+
		selectNotices+cond+behind+` ORDER BY n.id LIMIT ?) x ON true`, append(args, limit)...).Find(ctx)
	if err != nil {
		return nil, "", err
	}
	next := rows[0].Place
	if rows[0].ID == 0 {
		return nil, next, nil
	}

	list := make([]Notice, len(rows))
	for i, row := range rows {
		if list[i], err = (noticeRow{row.Notice, row.ArgsText}).notice(); err != nil {
			return nil, "", err
		}
	}

	return list, next, nil
}
