package delivery

import (
	"context"
	"slices"

	"juzhen/internal/post"
)

// recent is how many deliveries a search reads through before it asks the index: words that stand in
// many are found there at once.
const recent = 1000

// containsSQL is the condition "the name of the account, or what goes out there, has the words in it",
// over deliveries d; two marks.
const containsSQL = `EXISTS (SELECT FROM accounts x JOIN post_versions v ON v.id = d.version_id
    LEFT JOIN version_targets t ON t.version_id = v.id AND t.account_id = d.account_id
    WHERE x.id = d.account_id AND (strpos(lower(x.handle), lower(?)) > 0
        OR strpos(lower(coalesce(t.variant, v.text)), lower(?)) > 0))`

// indexedSQL gives those whose account, common text or own wording has the words in it, by the pairs of
// characters of the texts (text_grams, migration 00013); five marks. An own wording hides the common
// text: containsSQL decides.
const indexedSQL = `d.id IN (
    SELECT e.id FROM post_versions v JOIN deliveries e ON e.post_id = v.post_id AND e.version_id = v.id
    WHERE text_grams(v.text) @> text_grams(?) AND strpos(lower(v.text), lower(?)) > 0
    UNION ALL
    SELECT e.id FROM version_targets t JOIN post_versions v ON v.id = t.version_id
    JOIN deliveries e ON e.post_id = v.post_id AND e.account_id = t.account_id AND e.version_id = v.id
    WHERE t.variant IS NOT NULL AND text_grams(t.variant) @> text_grams(?)
        AND strpos(lower(t.variant), lower(?)) > 0
    UNION ALL
    SELECT e.id FROM accounts x JOIN deliveries e ON e.account_id = x.id
        WHERE strpos(lower(x.handle), lower(?)) > 0)`

// find reads the first n under a condition that have the words in them.
func (s *Service) find(ctx context.Context, words, cond string, args []any, n int) ([]Delivery, error) {
	db := s.db.Gorm(ctx)

	switch {
	case words == "":
		return listDeliveries(ctx, db, cond, args, n)
	case post.Short(words):
		return listDeliveries(ctx, db, cond+" AND "+orderSQL+" >= ? AND "+containsSQL,
			append(slices.Clip(args), s.now().Add(-post.OneCharacter), words, words), n)
	}
	last := `
		d.id IN (SELECT d.id FROM deliveries d JOIN accounts a ON a.id = d.account_id
			JOIN units u ON u.id = a.unit_id WHERE ` +
		cond + listOrder + " LIMIT ?) AND " + containsSQL
	rows, err := listDeliveries(ctx, db, last, append(slices.Clip(args), recent, words, words), n)
	if err != nil || len(rows) == n {
		return rows, err
	}

	return listDeliveries(ctx, db, cond+" AND "+indexedSQL+" AND "+containsSQL,
		append(slices.Clip(args), words, words, words, words, words, words, words), n)
}
