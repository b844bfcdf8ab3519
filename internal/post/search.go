package post

import (
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"juzhen/internal/glyph"
)

// OneCharacter is how far back a search for a single character looks: no index helps it.
const OneCharacter = 31 * 24 * time.Hour

// Short tells whether a search is for a single character, and so looks at what was changed within
// OneCharacter only.
func Short(query string) bool { return utf8.RuneCountInString(strings.TrimSpace(query)) == 1 }

// recent is how many of the last changed posts a search reads through before it asks the index: words
// that stand in many posts are found there at once, and the index is left to those that stand in few.
const recent = 1000

// contains is the condition "the working title of post p, its text, or an account's own wording of it has the
// words in it"; three marks.
const contains = `(strpos(lower(p.working_title), lower(?)) > 0 OR EXISTS (SELECT FROM post_versions v
		WHERE v.id = p.version_id AND (strpos(lower(v.text), lower(?)) > 0
    OR EXISTS (SELECT FROM version_targets t
        WHERE t.version_id = v.id AND strpos(lower(t.variant), lower(?)) > 0))))`

// indexed is contains by the pairs of characters of all texts (text_grams, migration 00013), for words
// of two characters and more; six marks. Pairs alone may stand apart in a text, so the text itself is
// looked at too.
const indexed = `(p.id, p.version_id) IN (
    SELECT v.post_id, v.id FROM post_versions v WHERE text_grams(v.text) @> text_grams(?)
        AND strpos(lower(v.text), lower(?)) > 0
    UNION ALL
    SELECT v.post_id, v.id FROM version_targets t JOIN post_versions v ON v.id = t.version_id
    WHERE t.variant IS NOT NULL AND text_grams(t.variant) @> text_grams(?)
        AND strpos(lower(t.variant), lower(?)) > 0
    UNION ALL
    SELECT t.id, t.version_id FROM posts t
    WHERE t.working_title <> '' AND text_grams(t.working_title) @> text_grams(?)
        AND strpos(lower(t.working_title), lower(?)) > 0)`

// fillFound says of each row in which text the words stand: the common one, else one of the accounts' own.
func (l listing) fillFound(rows []Row, words string) error {
	if words == "" {
		return nil
	}

	var others []int64

	for i, row := range rows {
		if at, _ := glyph.Index(row.Text, words); at >= 0 {
			rows[i].FoundIn = row.Text
		} else {
			others = append(others, row.VersionID)
		}
	}
	if len(others) == 0 {
		return nil
	}

	type wording struct {
		VersionID int64
		Variant   string
	}
	own, err := gorm.G[wording](l.db).Raw(`
SELECT DISTINCT ON (version_id) version_id, variant FROM version_targets
WHERE version_id IN ? AND strpos(lower(variant), lower(?)) > 0 ORDER BY version_id, account_id`,
		others, words).
		Find(l.ctx)
	if err != nil {
		return err
	}

	for _, found := range own {
		for i := range rows {
			if rows[i].VersionID == found.VersionID {
				rows[i].FoundIn = found.Variant
			}
		}
	}

	return nil
}

// find reads the first n rows under a condition that have the words in them, in an order whose newest
// stand first.
func (l listing) find(words string, n int, now time.Time) ([]Row, error) {
	switch {
	case words == "":
		return l.rows(n)
	case Short(words):
		return l.and("p.updated_at >= ?", now.Add(-OneCharacter)).and(contains, words, words, words).rows(n)
	case l.byDue: // an hour is soon read through
		return l.and(contains, words, words, words).rows(n)
	}
	rows, err := l.among(recent, contains, words, words, words).rows(n)
	if err != nil || len(rows) == n {
		return rows, err
	}

	return l.and(indexed, words, words, words, words, words, words).rows(n)
}
