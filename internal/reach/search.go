package reach

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// searchPage is how many posts a search shows at once, findBatch how many texts are made findable in
// one statement.
const (
	searchPage = 50
	findBatch  = 500
)

// oneCharacterBack is how far back a search for a single character looks: no index helps it.
const oneCharacterBack = 31 * day

// Search gives the posts on the platform that this console did not send and that have the words in
// their text, in the actor's scope, the newest first. Posts of this console are found where they were
// written. A single character is looked for in the last 31 days only. After is the cursor of a further
// page; limit is 50 at most, and 50 when it is 0.
func (s *Service) Search(
	ctx context.Context, actor access.Actor, words, after string, limit int,
) (_ pg.Page[Post], err error) {
	defer fault.Step(&err, "reach.Search")

	words = strings.TrimSpace(words)
	if words == "" {
		return pg.Page[Post]{}, nil
	}
	place, further, err := pg.ParseCursor(after)
	if err != nil {
		return pg.Page[Post]{}, err
	}
	if !further {
		place = pg.Cursor{At: s.now().Add(10 * 365 * day)}
	}
	if limit <= 0 || limit > searchPage {
		limit = searchPage
	}

	found, err := s.searchPosts(ctx, actor, words, place, limit+1)
	if err != nil {
		return pg.Page[Post]{}, fmt.Errorf("search posts of the platform: %w", err)
	}

	return pg.Cut(found, limit, func(post Post) pg.Cursor {
		return pg.Cursor{
			At: post.PostedAt, ID: post.ID,
		}
	}), nil
}

func (s *Service) searchPosts(
	ctx context.Context, actor access.Actor, words string, place pg.Cursor, limit int,
) ([]Post, error) {
	narrowed := searchIndexed
	if utf8.RuneCountInString(words) == 1 {
		narrowed = searchRecent
	}
	since := s.now().Add(-oneCharacterBack)
	scope, args := scoped(actor, access.ReachView, "u.path", 6)
	args = append([]any{words, place.At, place.ID, limit, since}, args...)

	return readPosts(ctx, s.db.Pool(), selectPostSQL+narrowed+scope+searchOrder, args...)
}

const (
	searchIndexed = `
p.id IN (SELECT platform_post_id FROM platform_post_grams WHERE grams @> text_grams($1)
         UNION ALL SELECT platform_post_id FROM platform_post_unfound)
AND $5::timestamptz IS NOT NULL AND ` + searchWords

	searchRecent = `p.posted_at >= $5 AND ` + searchWords

	searchWords = `
p.delivery_id IS NULL AND strpos(lower(p.text), lower($1)) > 0 AND (p.posted_at, p.id) < ($2, $3) AND `

	searchOrder = ` ORDER BY p.posted_at DESC, p.id DESC LIMIT $4`
)

// MakeFindable takes the pairs of characters of posts whose text is new, until none is left. Several
// processes may do so at once.
func (s *Service) MakeFindable(ctx context.Context) (err error) {
	defer fault.Step(&err, "reach.MakeFindable")

	for {
		tag, err := s.db.Pool().Exec(ctx, `
WITH taken AS (
    DELETE FROM platform_post_unfound WHERE platform_post_id IN (
        SELECT platform_post_id FROM platform_post_unfound
            ORDER BY 1 LIMIT @find_batch FOR UPDATE SKIP LOCKED)
    RETURNING platform_post_id)
INSERT INTO platform_post_grams (platform_post_id, grams)
SELECT p.id, text_grams(p.text) FROM taken t JOIN platform_posts p ON p.id = t.platform_post_id
ON CONFLICT (platform_post_id) DO UPDATE SET grams = EXCLUDED.grams`,
			pgx.NamedArgs{"find_batch": findBatch})
		if err != nil {
			return fmt.Errorf("make posts findable: %w", err)
		}
		if tag.RowsAffected() < findBatch {
			return nil
		}
	}
}

// MakeFindableEvery is how often texts that are new are made findable; until then a search reads
// through them.
const MakeFindableEvery = 10 * time.Second
