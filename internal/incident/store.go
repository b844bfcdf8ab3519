package incident

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/signing"
)

// spokenSQL are the posts by which an event i is spoken of: those that were linked, and what passes them
// on.
const spokenSQL = `
SELECT p.post_id FROM incident_posts p WHERE p.incident_id = i.id
UNION
SELECT t.post_id FROM incident_posts p JOIN relays r ON r.post_id = p.post_id
    JOIN relay_tasks t ON t.relay_id = r.id
WHERE p.incident_id = i.id AND t.post_id IS NOT NULL`

// statementSQL is a version of what is said as one value of JSON.
const statementSQL = `(SELECT jsonb_build_object('Number', v.number, 'Text', v.text, 'Why', v.why,
        'By', v.by_user, 'ByName', w.display_name, 'At', v.at,
        'AskedBy', coalesce(CASE WHEN v.number = i.version THEN i.asked_by END, 0),
        'SignedBy', coalesce(z.display_name, ''), 'SignedAt', g.at)
    FROM incident_statements v JOIN users w ON w.id = v.by_user
        LEFT JOIN incident_signatures g ON g.incident_id = v.incident_id AND g.number = v.number
            AND g.final
        LEFT JOIN users z ON z.id = g.by_user
    WHERE v.incident_id = i.id AND v.number = `

const selectIncident = `
SELECT i.id, i.unit_id, u.name AS unit_name, u.path AS unit_path, i.state, i.revision,
    o.display_name AS owner_name, i.source, i.stage, i.returned_why, i.next_at, i.opened_by,
    b.display_name AS opened_name, i.opened_at,
    coalesce(i.end_asked_by, 0) AS end_asked_by, coalesce(a.display_name, '') AS end_asked_name,
    i.end_asked_at,
    i.summary, coalesce(e.display_name, '') AS ended_name, i.ended_at, i.updated_at,
    jsonb_build_object('Title', i.title, 'Grade', i.grade, 'T0', i.t0, 'OwnerID', i.owner_id,
        'Keywords', i.keywords,
        'Lead', coalesce((SELECT account_id FROM incident_accounts c
            WHERE c.incident_id = i.id AND place = 0), 0),
        'Accounts', (SELECT coalesce(jsonb_agg(account_id ORDER BY place, account_id), '[]')
            FROM incident_accounts c WHERE c.incident_id = i.id AND place > 0)) AS facts_json,
    i.signing AS round_json, ` + statementSQL + `i.version) AS words_json, ` + statementSQL + `i.signed_version) AS signed_json,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('Due', m.due, 'At', m.done_at, 'Note', m.note,
            'By', w.display_name) ORDER BY m.id), '[]')
        FROM incident_marks m JOIN users w ON w.id = m.by_user WHERE m.incident_id = i.id) AS marks_json,
    (SELECT min(d.sent_at) FROM deliveries d WHERE d.post_id IN (` + spokenSQL + `)
        AND d.sent_at >= i.t0) AS first_spoken_at
FROM incidents i JOIN units u ON u.id = i.unit_id JOIN users o ON o.id = i.owner_id
    JOIN users b ON b.id = i.opened_by LEFT JOIN users a ON a.id = i.end_asked_by
    LEFT JOIN users e ON e.id = i.ended_by
WHERE `

// row is an Incident as the database gives it.
type row struct {
	Incident   `gorm:"embedded"`
	FactsJSON  []byte
	WordsJSON  []byte
	SignedJSON []byte
	MarksJSON  []byte
	RoundJSON  []byte
}

// read makes the event of a row. Whoever reads it from below sees what was signed, and not what is being
// written.
func (r row) read(actor access.Actor) (Incident, error) {
	out := r.Incident

	for _, part := range []struct {
		from []byte
		to   any
	}{
		{r.FactsJSON, &out.Facts},
		{r.WordsJSON, &out.Words},
		{r.SignedJSON, &out.InForce},
		{r.MarksJSON, &out.Marks},
		{r.RoundJSON, &out.Round},
	} {
		if len(part.from) == 0 {
			continue
		}
		if err := json.Unmarshal(part.from, part.to); err != nil {
			return out, fmt.Errorf("incident %d: %w", out.ID, err)
		}
	}

	if !actor.CanAt(access.PostView, out.UnitPath) && !actor.IsSystem() && !out.Round.Sees(actor) {
		out.Words, out.ReturnedWhy, out.Summary, out.Round = out.InForce, "", "", signing.Round{}
		out.Stage = NoWords
		if out.InForce != nil {
			out.Stage = Signed
		}
	}

	return out, nil
}

func errNotFound() error {
	return fault.NotFound("没有找到这个事件，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("这个事件刚刚被他人更新，请刷新后再办").WithCode("stale")
}

// scoped is the condition that the actor sees an event: of the own units, of those above, and one whose
// words wait for a signature of theirs.
func scoped(actor access.Actor) (string, []any) {
	mine, args := access.Scope(actor, access.PostView, "u.path")
	above, more := access.ScopeOrAbove(actor, access.PostView, "u.path")

	named, step := signing.SeenSQL(actor, "i.signing")

	return "((" + mine + ") OR " + above + " OR " + named + ")",
		slices.Concat(args, more, step)
}

func findIncident(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Incident, error) {
	cond, args := scoped(actor)
	found, err := gorm.G[row](tx.DB).Raw(selectIncident+"i.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)
	if err != nil {
		return Incident{}, pg.OrNotFound(err, errNotFound())
	}

	return found.read(actor)
}

func listIncidents(
	ctx context.Context, db *gorm.DB, actor access.Actor, query Query,
) (pg.Page[Incident], error) {
	cond, args := scoped(actor)
	and := func(sql string, values ...any) { cond, args = cond+" AND "+sql, append(args, values...) }

	if query.UnitPath != "" {
		and("starts_with(u.path, ?)", query.UnitPath)
	}
	if query.State != "" {
		and("i.state = ?", string(query.State))
	}
	if query.Words != "" {
		and("position(? IN i.title) > 0", query.Words)
	}
	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return pg.Page[Incident]{}, err
	}
	if further {
		and("(i.updated_at, i.id) < (?, ?)", after.At, after.ID)
	}
	limit := query.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	rows, err := gorm.G[row](db).
		Raw(selectIncident+cond+" ORDER BY i.updated_at DESC, i.id DESC LIMIT ?", append(args, limit+1)...).
		Find(ctx)
	if err != nil {
		return pg.Page[Incident]{}, err
	}
	list, err := readAll(rows, actor)

	return pg.Cut(list, limit, func(i Incident) pg.Cursor {
		return pg.Cursor{At: i.UpdatedAt, ID: i.ID}
	}), err
}

func readAll(rows []row, actor access.Actor) (list []Incident, err error) {
	list = make([]Incident, len(rows))
	for n, one := range rows {
		if list[n], err = one.read(actor); err != nil {
			return nil, err
		}
	}

	return list, nil
}

// openIncidents are the events that are not closed, the first opened first.
func openIncidents(ctx context.Context, db *gorm.DB) ([]Incident, error) {
	rows, err := gorm.G[row](db).Raw(selectIncident+"i.state <> 'closed' ORDER BY i.id LIMIT ?", mostSwept).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	return readAll(rows, access.System("incident"))
}

// statementsOf reads the versions of what is said, the last first.
func statementsOf(ctx context.Context, tx pg.Tx, id int64) ([]Statement, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT v.number, v.text, v.why, v.by_user, w.display_name, v.at, 0::bigint, coalesce(z.display_name, ''), g.at
FROM incident_statements v JOIN users w ON w.id = v.by_user
    LEFT JOIN incident_signatures g ON g.incident_id = v.incident_id AND g.number = v.number
            AND g.final
    LEFT JOIN users z ON z.id = g.by_user
WHERE v.incident_id = @incident_id ORDER BY v.number DESC LIMIT @most_versions`,
		pgx.NamedArgs{"incident_id": id, "most_versions": mostVersions})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Statement])
}

func stepsOf(ctx context.Context, tx pg.Tx, id int64) ([]Step, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT s.act, s.note, s.detail, w.display_name, s.at
FROM incident_steps s JOIN users w ON w.id = s.by_user
    WHERE s.incident_id = @incident_id ORDER BY s.id DESC LIMIT @most_steps`,
		pgx.NamedArgs{"incident_id": id, "most_steps": mostSteps})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Step])
}

func insertIncident(
	ctx context.Context, tx pg.Tx, unitID int64, facts Facts, source string, by int64, at time.Time,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO incidents (unit_id, state, title, grade, t0, owner_id, keywords, source, opened_by, opened_at,
    updated_at)
VALUES (@unit, 'open', @title, @grade, @t0, @owner, @keywords, @source, @by, @at, @at) RETURNING id`,
		pgx.NamedArgs{
			"unit":     unitID,
			"title":    facts.Title,
			"grade":    string(facts.Grade),
			"t0":       facts.T0,
			"owner":    facts.OwnerID,
			"keywords": facts.Keywords,
			"source":   source,
			"by":       by,
			"at":       at,
		}).Scan(&id)

	return id, err
}

// setVoices writes which accounts are to speak.
func setVoices(ctx context.Context, tx pg.Tx, id int64, facts Facts) error {
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM incident_accounts WHERE incident_id = @incident_id`,
		pgx.NamedArgs{"incident_id": id}); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO incident_accounts (incident_id, account_id, place)
SELECT @incident_id::bigint, account, place FROM unnest(@accounts::bigint[]) WITH ORDINALITY AS a (account,
    place)
UNION ALL SELECT @incident_id::bigint, @lead::bigint, 0 WHERE @lead::bigint > 0`,
		pgx.NamedArgs{"incident_id": id, "accounts": facts.Accounts, "lead": facts.Lead})

	return err
}

// outside tells whether one of the accounts is not of the unit or of one below.
func outside(ctx context.Context, tx pg.Tx, unitPath string, facts Facts) (strange bool, err error) {
	all := facts.Accounts
	if facts.Lead != 0 {
		all = append([]int64{facts.Lead}, all...)
	}
	err = tx.Pgx.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM unnest(@all::bigint[]) AS x (id) WHERE NOT EXISTS (
    SELECT FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id = x.id AND starts_with(u.path,
        @unit_path)))`,
		pgx.NamedArgs{"all": all, "unit_path": unitPath}).Scan(&strange)

	return strange, err
}

// unitsBelow are a unit and all below it.
func unitsBelow(ctx context.Context, tx pg.Tx, path string) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT id FROM units WHERE starts_with(path, @path)`, pgx.NamedArgs{"path": path})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func insertStatement(
	ctx context.Context, tx pg.Tx, id int64, text, why string, by int64, at time.Time,
) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO incident_statements (incident_id, number, text, why, by_user, at)
SELECT id, version, @text, @why, @by, @at FROM incidents WHERE id = @id`, pgx.NamedArgs{
		"id":   id,
		"text": text,
		"why":  why,
		"by":   by,
		"at":   at,
	})

	return err
}

// insertSignature keeps that somebody signed a version at a step; the final one puts it in force.
func insertSignature(
	ctx context.Context, tx pg.Tx, id int64, number, step int, final bool, by int64, at time.Time,
) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO incident_signatures (incident_id, number, step, final, by_user, at) VALUES (@incident_id,
    @number, @step, @final, @by, @at)`,
		pgx.NamedArgs{
			"incident_id": id,
			"number":      number,
			"step":        step,
			"final":       final,
			"by":          by,
			"at":          at,
		})

	return err
}

// insertPost links a post, unless it is linked or there are as many as may be.
func insertPost(ctx context.Context, tx pg.Tx, id, postID, by int64, at time.Time) (int64, error) {
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO incident_posts (incident_id, post_id, by_user, at)
SELECT @incident_id, @post_id, @by, @at WHERE (SELECT count(*)
    FROM incident_posts WHERE incident_id = @incident_id) < @most_posts
ON CONFLICT DO NOTHING`, pgx.NamedArgs{
		"incident_id": id,
		"post_id":     postID,
		"by":          by,
		"at":          at,
		"most_posts":  mostPosts,
	})

	return done.RowsAffected(), err
}

func insertMark(ctx context.Context, tx pg.Tx, id int64, m Move, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO incident_marks (incident_id, due, done_at, note, by_user, at) VALUES (@incident_id, @due,
    @done_at, @reason, @by, @at)`,
		pgx.NamedArgs{
			"incident_id": id,
			"due":         string(m.Due),
			"done_at":     m.At.UTC(),
			"reason":      m.Reason,
			"by":          by,
			"at":          at,
		})

	return err
}

func insertStep(
	ctx context.Context,
	tx pg.Tx,
	id int64,
	act Act,
	note string,
	detail map[string]string,
	by int64,
	at time.Time,
) error {
	if detail == nil {
		detail = map[string]string{}
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO incident_steps (incident_id, act, note, detail, by_user, at) VALUES (@incident_id, @act, @note,
    @detail, @by, @at)`,
		pgx.NamedArgs{
			"incident_id": id,
			"act":         string(act),
			"note":        note,
			"detail":      detail,
			"by":          by,
			"at":          at,
		})

	return err
}

// update changes an event of a revision.
func update(
	ctx context.Context, tx pg.Tx, id int64, revision int, at time.Time, set string, of pgx.NamedArgs,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE incidents SET revision = revision + 1, updated_at = @at, `+set+`
WHERE id = @id AND revision = @revision`,
		pg.Named(pgx.NamedArgs{"id": id, "revision": revision, "at": at}, of))
	if err == nil && done.RowsAffected() != 1 {
		return errStale()
	}

	return err
}
