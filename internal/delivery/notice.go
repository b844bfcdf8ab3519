package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// What this package tells people of beside its to-dos.
var wordOut = notice.Word{
	Code: "post.out", Text: i18n.N("“{.title}”已发出，在 {.n} 个账号上"), Act: i18n.N("查看|动词"),
}

// NoticeWords are what this package tells people of beside its to-dos.
func NoticeWords() []notice.Word { return []notice.Word{wordOut} }

// TellOutTx tells the writers of deliveries' posts that these are out, each post once nothing of it is
// anything else than sent or cancelled. Where two end at once the second one sees the first: others lock a
// post before its deliveries, so that not the post is locked here. It checks no right.
func TellOutTx(ctx context.Context, tx pg.Tx, now time.Time, deliveries ...int64) (err error) {
	defer fault.Step(&err, "delivery.TellOutTx")

	if len(deliveries) == 0 {
		return nil
	}
	if _, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(hashtextextended('out', post_id))
FROM (SELECT DISTINCT post_id FROM deliveries WHERE id = ANY (@deliveries) ORDER BY 1) p`,
		pgx.NamedArgs{"deliveries": deliveries}); err != nil {
		return err
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT p.id, (SELECT count(*) FROM deliveries WHERE post_id = p.id AND state = 'sent')
FROM (SELECT DISTINCT post_id AS id FROM deliveries WHERE id = ANY (@deliveries)) p WHERE NOT EXISTS (
    SELECT FROM deliveries WHERE post_id = p.id AND state NOT IN ('sent', 'cancelled'))`,
		pgx.NamedArgs{"deliveries": deliveries})
	if err != nil {
		return err
	}
	done, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Post, Sent int64 }])
	if err != nil || len(done) == 0 {
		return err
	}

	posts := make([]int64, len(done))
	for i, one := range done {
		posts[i] = one.Post
	}
	own, err := post.OwnTx(ctx, tx, posts)
	if err != nil {
		return err
	}

	events := make([]notice.Event, 0, len(done))
	for _, one := range done {
		if own, ok := own[one.Post]; ok && one.Sent > 0 { // not of a post without a writer
			args := map[string]any{"title": own.Title, "n": one.Sent}
			events = append(events, own.Event(notice.Out, wordOut, args))
		}
	}

	return notice.TellTx(ctx, tx, now, events...)
}
