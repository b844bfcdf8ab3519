package inbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
)

const fromMatters = `
FROM inbox_matters m JOIN accounts a ON a.id = m.account_id JOIN units au ON au.id = a.unit_id
    JOIN units u ON u.id = m.unit_id `

const selectMatter = `
SELECT m.id, m.account_id, a.handle, coalesce(a.remote_uid, '') AS account_uid, au.path AS account_path,
    m.unit_id, u.name AS unit_name, u.path AS unit_path, m.owner_id, coalesce(o.display_name, '') AS owner,
    m.citizen, m.thread, m.thread_uid, m.state, m.kind, m.opened_at, m.asked_at, m.waits_since, m.due_at,
    m.answered_at, m.snoozed_until, m.result, m.rating, m.referred_to, m.merged_into, m.last_item_id,
    m.revision, m.updated_at,
    m.reopened_at, m.closed_at, m.purged_at, coalesce(i.source, '') AS source, coalesce(i.name, '') AS name,
    coalesce(i.text, '') AS text, i.gone_at,
    (SELECT count(*) FROM inbox_items n WHERE n.matter_id = m.id)::int AS items` + fromMatters + `
    LEFT JOIN users o ON o.id = m.owner_id LEFT JOIN inbox_items i ON i.id = m.last_item_id
WHERE `

func errNotFound() error {
	return fault.NotFound("没有找到这件互动，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("这件互动刚刚有了变化：他人办理了，或市民又写了话；请刷新看过再办")
}

// scoped is the condition that the actor sees a matter m: by its account's unit, by the one that has it, or
// as its own while it waits. It speaks of m alone, so that lists can be walked in their order without joining
// what they do not show.
func scoped(actor access.Actor) (string, []any) {
	cond, args := access.Scope(actor, access.InboxView, "sa.path")
	cond = `(EXISTS (SELECT FROM accounts sc JOIN units sa ON sa.id = sc.unit_id
        WHERE sc.id = m.account_id AND ` + cond + `)
    OR EXISTS (SELECT FROM units sa WHERE sa.id = m.unit_id AND ` + cond + ")"
	args = slices.Concat(args, args)
	if !actor.Can(access.InboxView) || actor.IsSystem() {
		return cond + ")", args
	}

	return cond + " OR m.owner_id = ?)", append(args, actor.UserID)
}

func findMatter(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Matter, error) {
	cond, args := scoped(actor)
	found, err := gorm.G[Matter](db).Raw(selectMatter+"m.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)

	return found, pg.OrNotFound(err, errNotFound())
}

// someMatters are those of a condition that the actor sees, the next due first, fifty at most.
func someMatters(
	ctx context.Context, db *gorm.DB, actor access.Actor, where string, args ...any,
) ([]Matter, error) {
	cond, scope := scoped(actor)

	return gorm.G[Matter](db).Raw(selectMatter+where+" AND "+cond+inOrder+" LIMIT ?",
		append(append(args, scope...), mostAlike)...).Find(ctx)
}

func itemsOf(ctx context.Context, db *gorm.DB, id int64) ([]Item, error) {
	return gorm.G[Item](db).Raw(`
SELECT i.id, i.thing, i.remote_id, i.source, i.form, i.contract, i.said_at, i.author, i.name, i.text,
    i.link, i.way,
    coalesce(w.display_name, '') AS by, i.taken_at, i.gone_at, i.purged_at
FROM inbox_items i LEFT JOIN users w ON w.id = i.by_user
WHERE i.matter_id = ? ORDER BY i.said_at, i.id LIMIT 500`, id).Find(ctx)
}

// stepRow is a Step as the database gives it.
type stepRow struct {
	Act       Act
	FromState State
	ToState   State
	Note      string
	By        string
	At        time.Time
}

func stepsOf(ctx context.Context, db *gorm.DB, id int64) ([]Step, error) {
	rows, err := gorm.G[stepRow](db).Raw(`
SELECT s.act, s.from_state, s.to_state, s.note, coalesce(w.display_name, '') AS by, s.at
FROM inbox_steps s LEFT JOIN users w ON w.id = s.by_user WHERE s.matter_id = ? ORDER BY s.id DESC LIMIT 200`,
		id).Find(ctx)

	steps := make([]Step, len(rows))
	for i, row := range rows {
		steps[i] = Step{row.Act, row.FromState, row.ToState, row.Note, row.By, row.At}
	}

	return steps, err
}

// Post is a post of the account under which something is said.
type Post struct {
	ID       int64
	Text     string
	PostedAt time.Time
}

// postOf finds the post of a matter among those that are read back, where the actor may see it.
func postOf(ctx context.Context, db *gorm.DB, actor access.Actor, m Matter) (*Post, error) {
	cond, args := access.Scope(actor, access.PostView, "u.path")
	found, err := gorm.G[Post](db).Raw(`
SELECT p.id, p.text, p.posted_at
FROM platform_posts p JOIN accounts a ON a.id = p.account_id JOIN units u ON u.id = a.unit_id
WHERE p.platform = 'weibo' AND p.remote_id = ? AND `+cond, append([]any{m.Thread}, args...)...).Find(ctx)
	if err != nil || len(found) == 0 {
		return nil, err
	}

	return &found[0], nil
}

func readingsOf(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Reading, error) {
	cond, args := access.Scope(actor, access.InboxView, "u.path")

	return gorm.G[Reading](db).Raw(`
SELECT w.account_id, a.handle, w.asked_at, w.next_at, w.reason, w.messages
FROM inbox_watches w JOIN accounts a ON a.id = w.account_id JOIN units u ON u.id = a.unit_id
WHERE a.state <> 'closed' AND `+cond+" ORDER BY a.position, a.id", args...).Find(ctx)
}

func standingOf(ctx context.Context, tx pg.Tx, id int64) (*standing, error) {
	rows, err := tx.Pgx.Query(ctx, "SELECT "+standingColumns+`
 FROM inbox_matters m WHERE m.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return nil, err
	}

	return pgx.CollectExactlyOneRow(rows, scanStanding)
}

func setClock(ctx context.Context, tx pg.Tx, id int64, since, due, answered *time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE inbox_matters SET waits_since = @since, due_at = @due, answered_at = @answered WHERE id = @id`,
		pgx.NamedArgs{
			"id":       id,
			"since":    since,
			"due":      due,
			"answered": answered,
		})

	return err
}

// updateMatter moves a matter of a revision to where an act leads, with what the act brings.
func updateMatter(
	ctx context.Context,
	tx pg.Tx,
	m Matter,
	to State,
	move Move,
	by int64,
	at time.Time,
) error {
	sets := []string{"state = @to", "revision = revision + 1", "updated_at = @at"}
	args := pgx.NamedArgs{
		"to": string(to), "at": at, "id": m.ID, "revision": move.Revision, "was": string(m.State),
	}
	set := func(sql string, value any) {
		name := "set" + strconv.Itoa(len(args))
		args[name] = value
		sets = append(sets, strings.Replace(sql, "?", "@"+name, 1))
	}

	switch move.Act {
	case Assign:
		set("unit_id = ?", move.UnitID)
		set("owner_id = nullif(?::bigint, 0)", move.OwnerID)
		sets = append(sets, "snoozed_until = NULL")
	case Return:
		sets = append(sets, "owner_id = NULL",
			"unit_id = (SELECT a.unit_id FROM accounts a WHERE a.id = inbox_matters.account_id)")
	case Refer:
		set("referred_to = ?", move.Number)
	case Sort:
		set("kind = ?", string(move.Kind))
	case Snooze:
		var until *time.Time
		if !move.Until.IsZero() {
			until = &move.Until
		}
		set("snoozed_until = ?::timestamptz", until)
	case Close:
		set("result = ?", string(move.Result))
		sets = append(sets, "closed_at = @at")
	case Merge:
		set("merged_into = ?", move.Into)
		set("result = ?", string(Merged))
		sets = append(sets, "closed_at = @at", "snoozed_until = NULL")
	case Reopen:
		sets = append(sets, "reopened_at = @at", "rating = ''")
	case Rate:
		set("rating = ?", string(move.Rating))
	}

	done, err := tx.Pgx.Exec(ctx, "UPDATE inbox_matters SET "+strings.Join(sets, ", ")+
		" WHERE id = @id AND revision = @revision AND state = @was", args)
	if err == nil && done.RowsAffected() != 1 {
		return errStale()
	}
	if pg.Constraint(err) == "inbox_matters_one_open" {
		return fault.Conflict("这位市民在同一条微博下已有一件没有办结的互动，请在那里办理")
	}
	if err != nil {
		return err
	}

	return bring(ctx, tx, m, move, by, at)
}

// bring writes what an act leaves beside the matter.
func bring(ctx context.Context, tx pg.Tx, m Matter, move Move, by int64, at time.Time) (err error) {
	switch move.Act {
	case Refer:
		_, err = tx.Pgx.Exec(ctx, `
INSERT INTO inbox_pauses (matter_id, from_at) VALUES (@matter_id, @from_at)`,
			pgx.NamedArgs{"matter_id": m.ID, "from_at": at})
	case Answer:
		_, err = tx.Pgx.Exec(ctx, `
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, link, way, by_user, taken_at, keep_until)
SELECT m.id, m.account_id, 'hand', @remote_id, 'hand', 'hand', @said_at, '', '', @note, @link, @way, @by,
    @said_at,
    (SELECT max(i.keep_until) FROM inbox_items i WHERE i.matter_id = m.id)
FROM inbox_matters m WHERE m.id = @id`,
			pgx.NamedArgs{
				"id":        m.ID,
				"remote_id": fmt.Sprintf("%d/%d", m.ID, m.Revision),
				"said_at":   at,
				"note":      move.Note,
				"link":      move.Link,
				"way":       string(move.Way),
				"by":        by,
			})
	}
	if err != nil || move.Act != Back && move.Act != Answer && move.Act != Close {
		return err
	}
	_, err = tx.Pgx.Exec(ctx,
		`
UPDATE inbox_pauses SET until_at = @until_at WHERE matter_id = @matter_id AND until_at IS NULL`,
		pgx.NamedArgs{"matter_id": m.ID, "until_at": at})

	return err
}

func insertStep(ctx context.Context, tx pg.Tx, id int64, step Step, by int64) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO inbox_steps (matter_id, act, from_state, to_state, note, by_user, at)
VALUES (@matter_id, @act, @from, @to, @note, nullif(@by::bigint, 0), @at)`,
		pgx.NamedArgs{
			"matter_id": id,
			"act":       string(step.Act),
			"from":      string(step.From),
			"to":        string(step.To),
			"note":      step.Note,
			"by":        by,
			"at":        step.At,
		})

	return err
}

// told is what the history says of an act beside its name.
func (m Matter) told(move Move) string {
	say := i18n.For(i18n.Chinese)
	lines := []string{move.Note}

	switch move.Act {
	case Answer:
		lines = []string{say.T(move.Way.Label())} // the words stand in the talk
	case Assign:
		lines = []string{strings.TrimSuffix(m.UnitName+" · "+m.Owner, " · "), move.Note}
	case Refer:
		lines = []string{move.Number, move.Note}
	case Sort:
		lines = []string{say.T(move.Kind.Label()), move.Note}
	case Close:
		lines = []string{say.T(move.Result.Label()), move.Note}
	case Rate:
		lines = []string{say.T(move.Rating.Label()), move.Note}
	case Merge:
		lines = []string{move.into.named(), move.Note}
	}

	return strings.TrimSpace(strings.Join(lines, "\n"))
}
