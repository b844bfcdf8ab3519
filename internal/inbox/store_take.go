package inbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/account"
	"juzhen/internal/pg"
)

// lockWatch lets one transaction at a time take in what an account hears.
func lockWatch(ctx context.Context, tx pg.Tx, accountID int64) error {
	_, err := tx.Pgx.Exec(
		ctx,
		"SELECT FROM inbox_watches WHERE account_id = @account_id FOR UPDATE",
		pgx.NamedArgs{"account_id": accountID},
	)

	return err
}

// unknownOf leaves out what is in the books. What is there and was thought gone is there again.
func unknownOf(ctx context.Context, tx pg.Tx, accountID int64, list []arrival) (fresh []arrival, err error) {
	things, ids := make([]string, len(list)), make([]string, len(list))
	for i, one := range list {
		things[i], ids[i] = one.thing, one.ID
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT i.thing || '/' || i.remote_id, i.id, i.gone_at IS NOT NULL
FROM inbox_items i JOIN unnest(@things::text[], @ids::text[]) AS x (thing, id)
    ON i.thing = x.thing AND i.remote_id = x.id
WHERE i.account_id = @account_id`, pgx.NamedArgs{"account_id": accountID, "things": things, "ids": ids})
	if err != nil {
		return nil, err
	}

	var (
		key   string
		id    int64
		gone  bool
		back  []int64
		known = map[string]bool{}
	)
	_, err = pgx.ForEachRow(rows, []any{&key, &id, &gone}, func() error {
		known[key] = true
		if gone {
			back = append(back, id)
		}

		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(back) > 0 {
		_, err = tx.Pgx.Exec(
			ctx,
			"UPDATE inbox_items SET gone_at = NULL WHERE id = ANY (@back) AND purged_at IS NULL",
			pgx.NamedArgs{"back": back},
		)
	}

	for _, one := range list {
		if !known[one.key()] {
			fresh = append(fresh, one)
		}
	}

	return fresh, err
}

const standingColumns = `m.id, m.citizen, m.thread, m.thread_uid, m.state, m.kind, m.opened_at, m.reopened_at,
    m.closed_at`

func scanStanding(row pgx.CollectableRow) (*standing, error) {
	m := &standing{}
	err := row.Scan(m.columns()...)
	m.before = m.State

	return m, err
}

// columns are where the standingColumns go.
func (m *standing) columns() []any {
	return []any{
		&m.ID,
		&m.Citizen,
		&m.Thread,
		&m.ThreadUID,
		&m.State,
		&m.Kind,
		&m.OpenedAt,
		&m.ReopenedAt,
		&m.ClosedAt,
	}
}

// openBooks reads the matters that arrivals may belong to: of each person the open one, else the last that
// ended after an instant; and those that comments which are answered belong to.
func openBooks(
	ctx context.Context,
	tx pg.Tx,
	accountID int64,
	list []arrival,
	ended time.Time,
) (*books, error) {
	b := &books{by: map[person]*standing{}, replied: map[string]*standing{}}
	var citizens, threads, replies []string

	for _, one := range list {
		who := one.UID
		if one.ours {
			who = one.ThreadUID
		}
		citizens, threads = append(citizens, who), append(threads, one.ThreadID)
		if one.ours && one.ReplyTo != "" {
			replies = append(replies, one.ReplyTo)
		}
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT DISTINCT ON (m.citizen, m.thread) `+standingColumns+`
FROM inbox_matters m JOIN (SELECT DISTINCT * FROM unnest(@citizens::text[], @threads::text[]) AS u
(citizen, thread)) x
    ON m.citizen = x.citizen AND m.thread = x.thread
WHERE m.account_id = @account_id AND (m.state <> 'closed' OR m.closed_at > @ended)
ORDER BY m.citizen, m.thread, m.state = 'closed', m.id DESC`,
		pgx.NamedArgs{"account_id": accountID, "citizens": citizens, "threads": threads, "ended": ended})
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scanStanding)
	if err != nil {
		return nil, err
	}

	known := map[int64]*standing{}
	for _, m := range found {
		b.by[person{m.Citizen, m.Thread}], known[m.ID] = m, m
	}

	return b, b.readReplied(ctx, tx, accountID, replies, known)
}

func (b *books) readReplied(
	ctx context.Context,
	tx pg.Tx,
	accountID int64,
	replies []string,
	known map[int64]*standing,
) error {
	if len(replies) == 0 {
		return nil
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT i.remote_id, `+standingColumns+`
FROM inbox_items i JOIN inbox_matters m ON m.id = i.matter_id
WHERE i.account_id = @account_id AND i.thing = 'comment' AND i.remote_id = ANY (@replies)`,
		pgx.NamedArgs{"account_id": accountID, "replies": replies})
	if err != nil {
		return err
	}
	var remote string
	m := standing{}

	_, err = pgx.ForEachRow(rows, append([]any{&remote}, m.columns()...), func() error {
		one, ok := known[m.ID]
		if !ok {
			copied := m
			copied.before = m.State
			one = &copied
			known[m.ID] = one
		}
		b.replied[remote] = one

		return nil
	})

	return err
}

// insertMatters writes new matters and gives them their numbers.
func insertMatters(ctx context.Context, tx pg.Tx, a account.Account, made []*standing, now time.Time) error {
	batch := &pgx.Batch{}

	for _, m := range made {
		batch.Queue(
			`
INSERT INTO inbox_matters (account_id, citizen, thread, thread_uid, state, kind, unit_id, opened_at, asked_at,
    updated_at)
VALUES (@account_id, @citizen, @thread, @thread_uid, @state, @kind, @unit_id, @opened_at, @opened_at, @now) RETURNING id`,
			pgx.NamedArgs{
				"account_id": a.ID,
				"citizen":    m.Citizen,
				"thread":     m.Thread,
				"thread_uid": m.ThreadUID,
				"state":      string(m.State),
				"kind":       string(m.Kind),
				"unit_id":    a.UnitID,
				"opened_at":  m.OpenedAt,
				"now":        now,
			},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&m.ID) })
	}

	return tx.Pgx.SendBatch(ctx, batch).Close()
}

// insertItems writes what arrived.
func insertItems(
	ctx context.Context,
	tx pg.Tx,
	accountID int64,
	contract string,
	list []arrival,
	now, keep time.Time,
) error {
	var (
		of                                                   []int64
		things, ids, sources, authors, names, texts, replies []string
		forms                                                []string
		said                                                 []time.Time
	)

	for _, one := range list {
		of, things, ids = append(of, one.matter.ID), append(things, one.thing), append(ids, one.ID)
		sources, said = append(sources, string(one.source)), append(said, one.At)
		authors, names = append(authors, one.UID), append(names, one.Name)
		texts, replies = append(texts, one.Text), append(replies, one.ReplyTo)
		forms = append(forms, string(one.form))
	}
	_, err := tx.Pgx.Exec(
		ctx,
		`
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, reply_to, form, taken_at, keep_until)
SELECT x.of, @account_id, x.thing, x.id, x.source, @contract, x.said, x.author, x.name, x.text, x.reply,
x.form, @now, @keep
FROM unnest(@of::bigint[], @things::text[], @ids::text[], @sources::text[], @said::timestamptz[],
@authors::text[], @names::text[],
    @texts::text[], @replies::text[], @forms::text[])
    WITH ORDINALITY AS x (of, thing, id, source, said, author, name, text, reply, form, n)
ORDER BY x.n
ON CONFLICT (account_id, thing, remote_id) DO NOTHING`,
		pgx.NamedArgs{
			"account_id": accountID,
			"contract":   contract,
			"now":        now,
			"keep":       keep,
			"of":         of,
			"things":     things,
			"ids":        ids,
			"sources":    sources,
			"said":       said,
			"authors":    authors,
			"names":      names,
			"texts":      texts,
			"replies":    replies,
			"forms":      forms,
		},
	)

	return err
}

// factsOf reads what is known of the talk of matters.
func factsOf(ctx context.Context, tx pg.Tx, all []*standing) (map[int64]facts, error) {
	ids := make([]int64, len(all))
	for i, m := range all {
		ids[i] = m.ID
	}
	known := make(map[int64]facts, len(all))
	rows, err := tx.Pgx.Query(ctx, `
SELECT matter_id, id, said_at, source IN ('answer', 'hand') FROM inbox_items
WHERE matter_id = ANY (@ids) ORDER BY said_at, id`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	var (
		matter, id int64
		at         time.Time
		ours       bool
	)
	_, err = pgx.ForEachRow(rows, []any{&matter, &id, &at, &ours}, func() error {
		f := known[matter]
		f.said = append(f.said, Fact{At: at, Ours: ours})
		if ours {
			said := at
			f.ours = &said
		} else {
			f.last, f.lastAt = id, at
		}
		known[matter] = f

		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err = tx.Pgx.Query(ctx, `
SELECT matter_id, from_at, until_at FROM inbox_pauses WHERE matter_id = ANY (@ids) ORDER BY id`,
		pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	pauses, err := collectPauses(rows)
	for id, all := range pauses {
		f := known[id]
		f.pauses = all
		known[id] = f
	}

	return known, err
}

// updateSettled writes where matters are put, and the steps that put them there. A matter that arrived is
// not put off any more.
func updateSettled(ctx context.Context, tx pg.Tx, list []settling, now time.Time) error {
	batch := &pgx.Batch{}

	for _, m := range list {
		batch.Queue(
			`
UPDATE inbox_matters SET state = @to, waits_since = @since, due_at = @due, answered_at = @ours,
last_item_id = @last,
    asked_at = @last_at, opened_at = least(opened_at, @opened_at), updated_at = @now, revision = revision
    + @changes::int,
    snoozed_until = CASE WHEN @asked THEN NULL ELSE snoozed_until END,
    rating = CASE WHEN @to = 'reopened' THEN '' ELSE rating END
WHERE id = @matter_id`,
			pgx.NamedArgs{
				"matter_id": m.ID,
				"to":        string(m.to),
				"since":     m.since,
				"due":       m.due,
				"ours":      m.known.ours,
				"last":      m.known.last,
				"last_at":   m.known.lastAt,
				"opened_at": m.OpenedAt,
				"now":       now,
				"changes":   btoi(!m.fresh),
				"asked":     m.asked != nil,
			},
		)
		if m.to == Answered || m.to == Closed { // whoever had it outside, it is over
			batch.Queue(
				"UPDATE inbox_pauses SET until_at = @now WHERE matter_id = @matter_id AND until_at IS NULL",
				pgx.NamedArgs{"matter_id": m.ID, "now": now},
			)
		}

		for _, step := range m.steps {
			batch.Queue(
				`
INSERT INTO inbox_steps (matter_id, act, from_state, to_state, at) VALUES (@matter_id, @act, @from, @to, @at)`,
				pgx.NamedArgs{
					"matter_id": m.ID,
					"act":       string(step.Act),
					"from":      string(step.From),
					"to":        string(step.To),
					"at":        step.At,
				},
			)
		}
	}

	return tx.Pgx.SendBatch(ctx, batch).Close()
}

func btoi(b bool) int {
	if b {
		return 1
	}

	return 0
}
