package link

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// The bounds of what is kept.
const (
	mostKept  = 20_000              // addresses
	keptFor   = 30 * 24 * time.Hour // of an address that stands in no post that waits, since its last look
	draftFor  = 7 * 24 * time.Hour  // since somebody wrote on it; then nobody needs to know of its links
	mostAtOne = 500                 // looks that one round asks for
)

// want writes down which addresses a post holds, in one round trip, and gives the numbers of those that are
// due.
func want(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	postID int64,
	addresses []string,
) (due []int64, err error) {
	slices.Sort(addresses) // two writers that save at once take rows in one order

	batch := &pgx.Batch{}
	if len(addresses) > 0 {
		batch.Queue(`
INSERT INTO links (address, made_at, next_at) SELECT address, @now,
    @now FROM unnest(@addresses::text[]) AS t (address)
ON CONFLICT (address) DO NOTHING`, pgx.NamedArgs{"addresses": addresses, "now": now})
		batch.Queue(`
INSERT INTO post_links (post_id, link_id) SELECT @post_id,
    id FROM links WHERE address = ANY (@addresses::text[])
ON CONFLICT DO NOTHING`, pgx.NamedArgs{"post_id": postID, "addresses": addresses})
		batch.Queue(`
SELECT id FROM links WHERE address = ANY (@addresses::text[]) AND next_at <= @now ORDER BY id`,
			pgx.NamedArgs{"addresses": addresses, "now": now}).
			Query(func(rows pgx.Rows) error {
				due, err = pgx.CollectRows(rows, pgx.RowTo[int64])
				return err
			})
	}
	batch.Queue(`
DELETE FROM post_links p WHERE post_id = @post_id
AND NOT EXISTS (SELECT FROM links WHERE id = p.link_id AND address = ANY (@addresses::text[]))`,
		pgx.NamedArgs{"post_id": postID, "addresses": addresses})

	return due, tx.Pgx.SendBatch(ctx, batch).Close()
}

// hasten has addresses looked at now and gives their numbers, but for those that were looked at just now.
func hasten(ctx context.Context, tx pg.Tx, now time.Time, addresses []string) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
UPDATE links SET next_at = least(next_at, @now) WHERE id IN (
    SELECT id FROM links WHERE address = ANY (@addresses::text[])
    AND (looked_at IS NULL OR looked_at <= @before) ORDER BY id FOR UPDATE)
RETURNING id`, pgx.NamedArgs{"addresses": addresses, "now": now, "before": now.Add(-lookApart)})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const selectLinks = `
SELECT id, address, state, why, status, led_to, failures, looked_at, next_at FROM links WHERE `

func linksWhere(ctx context.Context, q querier, where string, args ...any) ([]Link, error) {
	rows, err := q.Query(ctx, selectLinks+where, args...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Link])
}

func known(ctx context.Context, q querier, addresses []string) (map[string]Link, error) {
	list, err := linksWhere(
		ctx,
		q,
		"address = ANY (@addresses::text[])",
		pgx.NamedArgs{"addresses": addresses},
	)
	found := make(map[string]Link, len(list))

	for _, one := range list {
		found[one.Address] = one
	}

	return found, err
}

// dueLink reads an address that nobody looked at meanwhile.
func dueLink(ctx context.Context, q querier, id int64, now time.Time) (_ Link, ok bool, err error) {
	list, err := linksWhere(ctx, q, "id = @id AND next_at <= @now", pgx.NamedArgs{"id": id, "now": now})
	if err != nil || len(list) == 0 {
		return Link{}, false, err
	}

	return list[0], true, nil
}

// keep writes down a look. Of two at once the later one stays.
func keep(ctx context.Context, tx pg.Tx, l Link) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE links SET state = @state, why = @why, status = @status, led_to = @led_to, failures = @failures,
    looked_at = @at, next_at = @next
WHERE id = @id AND (looked_at IS NULL OR looked_at < @at)`, pgx.NamedArgs{
		"id":       l.ID,
		"state":    l.State,
		"why":      l.Why,
		"status":   l.Status,
		"led_to":   l.LedTo,
		"failures": l.Failures,
		"at":       l.LookedAt,
		"next":     l.NextAt,
	})

	return err
}

// waits is the condition that a post which may still go out holds the address. waiting is Options.Waiting.
func waits(waiting string) string {
	return `EXISTS (SELECT FROM post_links p JOIN ` + waiting + ` w ON w.id = p.post_id
    WHERE p.link_id = links.id AND (w.touched IS NULL OR w.touched > @written))`
}

// dueLinks are the addresses to look at again, those first that have waited longest.
func dueLinks(ctx context.Context, tx pg.Tx, waiting string, now time.Time) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT id FROM links WHERE next_at <= @now AND `+waits(waiting)+` ORDER BY next_at, id LIMIT @most`,
		pgx.NamedArgs{"now": now, "written": now.Add(-draftFor), "most": mostAtOne})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// forget removes addresses that have been of no use for long, and the oldest beyond the bound.
func forget(ctx context.Context, tx pg.Tx, waiting string, now time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
DELETE FROM links WHERE coalesce(looked_at, made_at) < @old AND NOT `+waits(waiting),
		pgx.NamedArgs{"old": now.Add(-keptFor), "written": now.Add(-draftFor)})
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
DELETE FROM links WHERE id IN (
    SELECT id FROM links ORDER BY coalesce(looked_at, made_at) DESC, id DESC OFFSET @most_kept)`,
		pgx.NamedArgs{"most_kept": mostKept})

	return err
}

// listsFor reads the domains of units, those of the units above them among them.
func listsFor(ctx context.Context, q querier, units []int64) (map[int64][]string, error) {
	rows, err := q.Query(ctx, `
SELECT t.id, d.hosts FROM units t JOIN units u ON starts_with(t.path, u.path)
JOIN link_domains d ON d.unit_id = u.id WHERE t.id = ANY (@units) AND cardinality(d.hosts) > 0`,
		pgx.NamedArgs{"units": units})
	if err != nil {
		return nil, err
	}

	lists := map[int64][]string{}
	var unit int64
	var hosts []string
	_, err = pgx.ForEachRow(rows, []any{&unit, &hosts}, func() error {
		lists[unit] = append(lists[unit], hosts...)
		return nil
	})

	return lists, err
}

// domainsOf reads a unit's own domains and those of the units above it.
func domainsOf(ctx context.Context, tx pg.Tx, unitID int64) (list Domains, err error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT u.id = t.id, u.name, d.hosts, d.version, w.display_name, d.changed_at
FROM units t JOIN units u ON starts_with(t.path, u.path) JOIN link_domains d ON d.unit_id = u.id
JOIN users w ON w.id = d.changed_by WHERE t.id = @unit_id ORDER BY length(u.path)`,
		pgx.NamedArgs{"unit_id": unitID})
	if err != nil {
		return list, err
	}

	var own bool
	var name, by string
	var hosts []string
	var version int
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&own, &name, &hosts, &version, &by, &at}, func() error {
		switch {
		case own:
			when := at
			list.Hosts, list.Version, list.ChangedBy, list.ChangedAt = hosts, version, by, &when
		case len(hosts) > 0:
			list.Above = append(list.Above, Inherited{Unit: name, Hosts: hosts})
		}

		return nil
	})

	return list, err
}

func putDomains(
	ctx context.Context,
	tx pg.Tx,
	unitID int64,
	hosts []string,
	version int,
	by int64,
	now time.Time,
) error {
	if hosts == nil {
		hosts = []string{}
	}
	tag, err := tx.Pgx.Exec(ctx, `
INSERT INTO link_domains AS d (unit_id, hosts, version, changed_by, changed_at)
SELECT @unit_id, @hosts, 1, @by, @now WHERE @version = 0
    OR EXISTS (SELECT FROM link_domains WHERE unit_id = @unit_id)
ON CONFLICT (unit_id) DO UPDATE SET hosts = excluded.hosts, version = d.version + 1,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
WHERE d.version = @version`, pgx.NamedArgs{
		"unit_id": unitID,
		"hosts":   hosts,
		"version": version,
		"by":      by,
		"now":     now,
	})
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.Conflict("域名清单刚被别人改过；您填写的没有丢失，请对照后再保存").WithCode("overtaken")
	}

	return err
}
