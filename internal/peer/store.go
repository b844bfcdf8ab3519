package peer

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
	"juzhen/internal/weibo"
)

const selectGroups = `
SELECT g.id, g.unit_id, u.path AS unit_path, u.name AS unit_name, g.name, g.revision, g.retired_at,
    (SELECT count(*) FROM peers p WHERE p.group_id = g.id) AS peers
FROM peer_groups g JOIN units u ON u.id = g.unit_id
WHERE g.retired_at IS NULL AND `

func listGroups(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Group, error) {
	cond, args := access.Scope(actor, access.ReachView, "u.path")
	return gorm.G[Group](db).Raw(selectGroups+cond+" ORDER BY u.path, g.name", args...).Find(ctx)
}

func findGroup(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Group, error) {
	cond, args := access.Scope(actor, access.ReachView, "u.path")
	group, err := gorm.G[Group](db).Raw(selectGroups+"g.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)

	return group, pg.OrNotFound(err, fault.NotFound("没有找到同行组，或不在您的管辖范围内"))
}

func insertGroup(ctx context.Context, act access.Act, group Group) (id int64, err error) {
	var there int
	err = act.Tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM peer_groups WHERE unit_id = @unit_id AND retired_at IS NULL`,
		pgx.NamedArgs{"unit_id": group.UnitID}).Scan(&there)
	if err != nil {
		return 0, err
	}
	if there >= MaxGroups {
		return 0, fault.Conflict("一个单位最多 {.max} 个同行组", "max", MaxGroups)
	}
	err = act.Tx.Pgx.QueryRow(ctx, `
INSERT INTO peer_groups (unit_id, name, revision, made_by, made_at)
VALUES (@unit_id, @name, 1, nullif(@user_id::bigint, 0), @made_at)
ON CONFLICT (unit_id, name) WHERE retired_at IS NULL DO NOTHING RETURNING id`,
		pgx.NamedArgs{
			"unit_id": group.UnitID,
			"name":    group.Name,
			"user_id": act.Actor.UserID,
			"made_at": act.Now,
		}).Scan(&id)

	return id, pg.OrNotFound(err, fault.Conflict("这个单位已有同名的同行组").WithCode("peer_group_taken"))
}

// turn makes the next revision of a group; who was shown another one has to look again.
func turn(ctx context.Context, tx pg.Tx, id int64, revision int) error {
	tag, err := tx.Pgx.Exec(ctx, `
UPDATE peer_groups SET revision = revision + 1 WHERE id = @id AND revision = @revision AND retired_at IS NULL`,
		pgx.NamedArgs{"id": id, "revision": revision})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.Conflict("同行组刚刚被他人改过，请刷新看过再改").WithCode("stale")
	}

	return err
}

func retire(ctx context.Context, tx pg.Tx, id int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE peer_groups SET retired_at = @retired_at WHERE id = @id`,
		pgx.NamedArgs{"id": id, "retired_at": at})

	return err
}

func countPeers(ctx context.Context, tx pg.Tx, groupID int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM peers WHERE group_id = @group_id`, pgx.NamedArgs{"group_id": groupID}).Scan(&n)
	return n, err
}

// putPeers adds accounts to a group, and gives those it has already the name and bureau that a file says. It
// tells how many are new, and fails where there are too many.
func putPeers(ctx context.Context, tx pg.Tx, groupID int64, rows []row, at time.Time) (added int, err error) {
	var uids, names, bureaus []string
	for _, one := range rows {
		uids, names, bureaus = append(uids, one.UID), append(names, one.Name), append(bureaus, one.Bureau)
	}
	var all int
	err = tx.Pgx.QueryRow(ctx, `
WITH said AS (
    SELECT DISTINCT ON (uid) uid, name, bureau
    FROM unnest(@uids::text[], @names::text[], @bureaus::text[]) WITH ORDINALITY AS s (uid, name, bureau,
        place)
    ORDER BY uid, place DESC
), put AS (
    INSERT INTO peers (group_id, uid, name, bureau, added_at) SELECT @group_id, uid, name, bureau,
        @added_at FROM said
    ON CONFLICT (group_id, uid) DO UPDATE SET name = excluded.name,
        bureau = coalesce(nullif(excluded.bureau, ''), peers.bureau)
    RETURNING (xmax = 0) AS new
)
SELECT count(*) FILTER (WHERE new),
    count(*) FILTER (WHERE new) + (SELECT count(*) FROM peers WHERE group_id = @group_id)
FROM put`, pgx.NamedArgs{
		"group_id": groupID,
		"uids":     uids,
		"names":    names,
		"bureaus":  bureaus,
		"added_at": at,
	}).Scan(&added, &all)
	if err == nil && all > MaxPeers {
		return added, fault.Conflict("一个同行组最多 {.max} 个账号，这样会有 {.n} 个", "max", MaxPeers, "n", all)
	}

	return added, err
}

// putDays keeps what a file says of days; what the platform said of one stays. Of several rows about one day
// the last counts.
func putDays(ctx context.Context, tx pg.Tx, groupID int64, rows []row) (int, error) {
	var uids, days []string
	var followers, posts []*int64

	for _, one := range rows {
		if one.Day != "" {
			uids, days = append(uids, one.UID), append(days, one.Day)
			followers, posts = append(followers, one.Followers), append(posts, one.Posts)
		}
	}
	tag, err := tx.Pgx.Exec(ctx, `
INSERT INTO peer_days (peer_id, day, followers, posts, source)
SELECT DISTINCT ON (p.id, s.day) p.id, s.day, s.followers, s.posts, 'file'
FROM unnest(@uids::text[], @days::date[], @followers::bigint[], @posts::bigint[]) WITH ORDINALITY
    AS s (uid, day, followers, posts, place)
JOIN peers p ON p.group_id = @group_id AND p.uid = s.uid
ORDER BY p.id, s.day, s.place DESC
ON CONFLICT (peer_id, day) DO UPDATE SET followers = excluded.followers, posts = excluded.posts
WHERE peer_days.source = 'file'`, pgx.NamedArgs{
		"group_id":  groupID,
		"uids":      uids,
		"days":      days,
		"followers": followers,
		"posts":     posts,
	})

	return int(tag.RowsAffected()), err
}

func deletePeer(ctx context.Context, tx pg.Tx, groupID, id int64) (gone Peer, err error) {
	err = tx.Pgx.QueryRow(ctx, `
DELETE FROM peers WHERE group_id = @group_id AND id = @id RETURNING uid, name, bureau`,
		pgx.NamedArgs{"group_id": groupID, "id": id}).
		Scan(&gone.UID, &gone.Name, &gone.Bureau)

	return gone, pg.OrNotFound(err, fault.NotFound("这个组里没有这个账号"))
}

// figuresOf reads what is known of the peers of a group over a period.
func figuresOf(ctx context.Context, db *gorm.DB, groupID int64, period reach.Period) ([]figures, error) {
	from, to := beijing.Date(period.From), beijing.Date(period.To)

	return gorm.G[figures](db).Raw(`
SELECT p.id, p.uid, p.name, p.bureau,
    f.followers, coalesce(f.day::text, '') AS followers_day,
    coalesce(f.day >= ?::date, false) AS followers_in,
    ff.followers AS followers_first,
    n.posts, coalesce(n.day::text, '') AS posts_day, coalesce(n.day >= ?::date, false) AS posts_in,
    nf.posts AS posts_first, coalesce(f.source, n.source, '') = 'file' AS from_file
FROM peers p
LEFT JOIN LATERAL (SELECT day, followers, source FROM peer_days
    WHERE peer_id = p.id AND followers IS NOT NULL AND day < ?::date ORDER BY day DESC LIMIT 1) f ON true
LEFT JOIN LATERAL (SELECT followers FROM peer_days
    WHERE peer_id = p.id AND followers IS NOT NULL AND day < ?::date ORDER BY day DESC LIMIT 1) ff ON true
LEFT JOIN LATERAL (SELECT day, posts, source FROM peer_days
    WHERE peer_id = p.id AND posts IS NOT NULL AND day < ?::date ORDER BY day DESC LIMIT 1) n ON true
LEFT JOIN LATERAL (SELECT posts FROM peer_days
    WHERE peer_id = p.id AND posts IS NOT NULL AND day < ?::date ORDER BY day DESC LIMIT 1) nf ON true
WHERE p.group_id = ? ORDER BY p.id`, from, from, to, from, to, from, groupID).Find(ctx)
}

// dueUIDs are accounts of groups in use of which the platform has said nothing on a day, and was not asked
// since.
func dueUIDs(ctx context.Context, q pgx.Tx, today, asked time.Time, most int) ([]string, error) {
	rows, err := q.Query(ctx, `
SELECT p.uid FROM peers p JOIN peer_groups g ON g.id = p.group_id
WHERE g.retired_at IS NULL AND (p.asked_at IS NULL OR p.asked_at < @asked) AND NOT EXISTS (
    SELECT FROM peer_days d WHERE d.peer_id = p.id AND d.day = @today::date AND d.source = 'read')
GROUP BY p.uid ORDER BY min(p.asked_at) NULLS FIRST, p.uid LIMIT @most`,
		pgx.NamedArgs{"today": beijing.Date(today), "asked": asked, "most": most})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// keepCounts keeps what the platform said of accounts today, in every group that has them, and that all of
// uids were asked for.
func keepCounts(ctx context.Context, tx pg.Tx, at time.Time, uids []string, counts []weibo.UserCount) error {
	if _, err := tx.Pgx.Exec(
		ctx,
		"UPDATE peers SET asked_at = @asked_at WHERE uid = ANY (@uids)",
		pgx.NamedArgs{"uids": uids, "asked_at": at},
	); err != nil {
		return err
	}
	var known []string
	var followers, posts []int64

	for _, count := range counts {
		// The platform keeps the figures of an account back by saying 0 of everything: missing, not zero.
		if count.Followers+count.Friends+count.Posts > 0 {
			known = append(known, count.UID)
			followers, posts = append(followers, count.Followers), append(posts, count.Posts)
		}
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO peer_days (peer_id, day, followers, posts, source)
SELECT p.id, @day::date, s.followers, s.posts, 'read'
FROM unnest(@known::text[], @followers::bigint[], @posts::bigint[]) AS s (uid, followers,
    posts) JOIN peers p ON p.uid = s.uid
ON CONFLICT (peer_id, day) DO UPDATE
SET followers = excluded.followers, posts = excluded.posts, source = excluded.source`,
		pgx.NamedArgs{
			"day":       beijing.Date(at),
			"known":     known,
			"followers": followers,
			"posts":     posts,
		})

	return err
}

// prune drops days before one.
func prune(ctx context.Context, tx pg.Tx, before time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
DELETE FROM peer_days WHERE day < @before::date`, pgx.NamedArgs{"before": beijing.Date(before)})
	return err
}
