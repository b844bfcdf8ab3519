package roster

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

func errNotFound() error {
	return fault.NotFound("没有找到这一班，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("值班表刚刚被他人改动，请刷新后再改").WithCode("stale")
}

// seesSQL is the condition that a grant g of a unit gu lets somebody see the posts of the unit u. It takes
// the parameters @below and @own of seers.
const seesSQL = `g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > @now)
    AND (g.role = ANY (@below) AND starts_with(u.path, gu.path) OR g.role = ANY (@own) AND gu.id = u.id)`

// seers are the roles that see posts and deal with them, below their unit and at their unit alone.
func seers() (below, own []string) {
	below, own = []string{}, []string{}

	for _, role := range access.Roles() {
		if role.Exclusive() { // they do nothing with posts
			continue
		}

		switch access.ExtentOf(role, access.PostView) {
		case access.Subtree:
			below = append(below, string(role))
		case access.OwnUnit:
			own = append(own, string(role))
		}
	}

	return below, own
}

func with(args pgx.NamedArgs, now time.Time) pgx.NamedArgs {
	args["below"], args["own"] = seers()
	args["now"] = now

	return args
}

// findRoster gives the revision of a roster, 0 where there is none, and what it covers.
func findRoster(ctx context.Context, tx pg.Tx, unitID int64) (revision int, cover Cover, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT revision, cover_from, cover_to FROM rosters WHERE unit_id = @unit_id`,
		pgx.NamedArgs{"unit_id": unitID}).
		Scan(&revision, &cover.From, &cover.To)
	if pg.IsNotFound(err) {
		return 0, allDay, nil
	}

	return revision, cover, err
}

// turn is the compare-and-set of a roster to its next revision.
func turn(ctx context.Context, tx pg.Tx, unitID int64, revision int) error {
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO rosters AS r (unit_id, revision)
SELECT @unit_id, 1 WHERE @revision = 0 OR EXISTS (SELECT FROM rosters WHERE unit_id = @unit_id)
ON CONFLICT (unit_id) DO UPDATE SET revision = r.revision + 1 WHERE r.revision = @revision`,
		pgx.NamedArgs{"unit_id": unitID, "revision": revision})
	if err == nil && done.RowsAffected() == 0 {
		return errStale()
	}

	return err
}

func updateCover(ctx context.Context, tx pg.Tx, unitID int64, cover Cover) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE rosters SET cover_from = @from, cover_to = @to WHERE unit_id = @unit_id`,
		pgx.NamedArgs{"unit_id": unitID, "from": cover.From, "to": cover.To})

	return err
}

const selectShift = `
SELECT s.id, s.unit_id, u.name, u.path, s.starts_at, s.ends_at, s.note, s.note_version,
    coalesce(s.note_by, 0), coalesce(w.display_name, ''), s.note_at
FROM duty_shifts s JOIN units u ON u.id = s.unit_id LEFT JOIN users w ON w.id = s.note_by
WHERE `

// collect reads shifts with their people and readings.
func collect(ctx context.Context, tx pg.Tx, rows pgx.Rows, now time.Time) ([]Shift, error) {
	shifts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Shift, err error) {
		err = row.Scan(&s.ID, &s.UnitID, &s.UnitName, &s.UnitPath, &s.StartsAt, &s.EndsAt, &s.Note,
			&s.NoteVersion, &s.NoteBy, &s.NoteByName, &s.NoteAt)

		return s, err
	})
	if err != nil || len(shifts) == 0 {
		return nil, err
	}
	ids, at := make([]int64, len(shifts)), map[int64]*Shift{}

	for i := range shifts {
		ids[i], at[shifts[i].ID] = shifts[i].ID, &shifts[i]
	}
	if err := addPeople(ctx, tx, ids, at, now); err != nil {
		return nil, err
	}

	return shifts, addReads(ctx, tx, ids, at)
}

// addPeople reads who is there and who comes next: those of the earliest shift of the unit that begins later
// and lasts longer.
func addPeople(ctx context.Context, tx pg.Tx, ids []int64, at map[int64]*Shift, now time.Time) error {
	rows, err := tx.Pgx.Query(ctx, `
WITH s AS (SELECT id, unit_id, starts_at, ends_at FROM duty_shifts WHERE id = ANY (@ids)),
part AS (
    SELECT s.id, s.unit_id, s.id AS of_shift, false AS coming FROM s
    UNION ALL
    SELECT s.id, s.unit_id, n.id, true
    FROM s CROSS JOIN LATERAL (
        SELECT y.starts_at FROM duty_shifts y
        WHERE y.unit_id = s.unit_id AND y.starts_at > s.starts_at AND y.ends_at > s.ends_at
        ORDER BY y.starts_at LIMIT 1) first
    JOIN duty_shifts n ON n.unit_id = s.unit_id AND n.starts_at = first.starts_at AND n.ends_at > s.ends_at)
SELECT DISTINCT part.id, part.coming, p.id, p.display_name, p.disabled_at IS NOT NULL OR NOT EXISTS (
    SELECT FROM grants g JOIN units gu ON gu.id = g.unit_id WHERE g.user_id = p.id AND `+seesSQL+`)
FROM part JOIN units u ON u.id = part.unit_id JOIN duty_people d ON d.shift_id = part.of_shift
    JOIN users p ON p.id = d.user_id
ORDER BY 1, 2, 4, 3`, with(pgx.NamedArgs{"ids": ids}, now))
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		var (
			id     int64
			coming bool
			person Person
		)
		if err := rows.Scan(&id, &coming, &person.ID, &person.Name, &person.Gone); err != nil {
			return err
		}
		if coming {
			at[id].Next = append(at[id].Next, person)
		} else {
			at[id].People = append(at[id].People, person)
		}
	}

	return rows.Err()
}

func addReads(ctx context.Context, tx pg.Tx, ids []int64, at map[int64]*Shift) error {
	rows, err := tx.Pgx.Query(ctx, `
SELECT r.shift_id, r.user_id, p.display_name, r.note_version, r.read_at
FROM duty_reads r JOIN users p ON p.id = r.user_id WHERE r.shift_id = ANY (@ids) ORDER BY r.read_at, p.id`,
		pgx.NamedArgs{"ids": ids})
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		var (
			id   int64
			read Read
		)
		if err := rows.Scan(&id, &read.UserID, &read.Name, &read.Version, &read.At); err != nil {
			return err
		}
		at[id].Reads = append(at[id].Reads, read)
	}

	return rows.Err()
}

func findShift(ctx context.Context, tx pg.Tx, id int64, now time.Time) (Shift, error) {
	rows, err := tx.Pgx.Query(ctx, selectShift+`
s.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Shift{}, err
	}
	found, err := collect(ctx, tx, rows, now)
	if err == nil && len(found) == 0 {
		err = errNotFound()
	}
	if err != nil {
		return Shift{}, err
	}

	return found[0], nil
}

// shiftsBetween gives the shifts of a unit that touch a period.
func shiftsBetween(
	ctx context.Context,
	tx pg.Tx,
	unitID int64,
	from, to, now time.Time,
) ([]Shift, error) {
	rows, err := tx.Pgx.Query(ctx, selectShift+`s.unit_id = @unit_id AND s.starts_at > @starts_at
    AND s.starts_at < @to
    AND s.ends_at > @from ORDER BY s.starts_at, s.id LIMIT @most_shown`,
		pgx.NamedArgs{
			"unit_id":    unitID,
			"from":       from,
			"to":         to,
			"most_shown": mostShown,
			"starts_at":  from.Add(-maxShift - time.Minute),
		})
	if err != nil {
		return nil, err
	}

	return collect(ctx, tx, rows, now)
}

// waitingNotes are the shifts of a unit whose note nobody has read, written since an instant.
func waitingNotes(ctx context.Context, tx pg.Tx, unitID int64, since, now time.Time) ([]Shift, error) {
	rows, err := tx.Pgx.Query(ctx, selectShift+`s.unit_id = @unit_id AND s.note_at > @since AND NOT EXISTS (
    SELECT FROM duty_reads r WHERE r.shift_id = s.id AND r.note_version = s.note_version)
ORDER BY s.starts_at, s.id`, pgx.NamedArgs{"unit_id": unitID, "since": since})
	if err != nil {
		return nil, err
	}

	return collect(ctx, tx, rows, now)
}

// watchOf gives who is on duty at the nearest unit of a path at which anybody is.
func watchOf(ctx context.Context, tx pg.Tx, path string, now time.Time) (watch Watch, err error) {
	rows, err := tx.Pgx.Query(ctx, `
WITH line AS (SELECT id, name, path FROM units WHERE starts_with(@path, path)),
there AS (
    SELECT u.id, u.name, length(u.path) AS depth, s.ends_at, p.id AS user_id, p.display_name
    FROM line u JOIN duty_shifts s ON s.unit_id = u.id AND s.starts_at <= @now AND s.ends_at > @now
        JOIN duty_people d ON d.shift_id = s.id JOIN users p ON p.id = d.user_id AND p.disabled_at IS NULL
    WHERE EXISTS (SELECT FROM grants g JOIN units gu ON gu.id = g.unit_id
        WHERE g.user_id = p.id AND `+seesSQL+`))
SELECT id, name, min(ends_at), user_id, display_name FROM there
WHERE depth = (SELECT max(depth) FROM there) GROUP BY 1, 2, 4, 5 ORDER BY 5, 4`,
		with(pgx.NamedArgs{"path": path}, now))
	if err != nil {
		return Watch{}, err
	}
	defer rows.Close()

	for rows.Next() {
		var (
			person Person
			until  time.Time
		)
		if err := rows.Scan(&watch.UnitID, &watch.UnitName, &until, &person.ID, &person.Name); err != nil {
			return Watch{}, err
		}
		if watch.Until.IsZero() || until.Before(watch.Until) {
			watch.Until = until
		}
		watch.People = append(watch.People, person)
	}

	return watch, rows.Err()
}

// candidates are the people who see the posts of a unit and are not disabled, by name.
func candidates(ctx context.Context, tx pg.Tx, path string, now time.Time) ([]Candidate, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT p.id, p.display_name AS name, p.username FROM users p JOIN units u ON u.path = @path
WHERE p.disabled_at IS NULL AND EXISTS (SELECT FROM grants g JOIN units gu ON gu.id = g.unit_id
    WHERE g.user_id = p.id AND `+seesSQL+`)
ORDER BY (p.unit_id = u.id) DESC, p.display_name, p.id`, with(pgx.NamedArgs{"path": path}, now))
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[Candidate])
}

func insertShift(ctx context.Context, tx pg.Tx, unitID int64, entry Entry) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO duty_shifts (unit_id, starts_at, ends_at) VALUES (@unit_id, @starts_at, @ends_at) RETURNING id`,
		pgx.NamedArgs{"unit_id": unitID, "starts_at": entry.StartsAt, "ends_at": entry.EndsAt}).Scan(&id)

	return id, err
}

func updateShift(ctx context.Context, tx pg.Tx, id int64, entry Entry) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE duty_shifts SET starts_at = @starts_at, ends_at = @ends_at WHERE id = @id`,
		pgx.NamedArgs{"id": id, "starts_at": entry.StartsAt, "ends_at": entry.EndsAt})

	return err
}

func deleteShift(ctx context.Context, tx pg.Tx, id int64) error {
	_, err := tx.Pgx.Exec(ctx, `
DELETE FROM duty_shifts WHERE id = @id`, pgx.NamedArgs{"id": id})
	return err
}

// deleteAhead takes out the shifts of a unit that begin in a period and have not begun, and counts them.
func deleteAhead(ctx context.Context, tx pg.Tx, unitID int64, from, to, now time.Time) (int, error) {
	done, err := tx.Pgx.Exec(ctx, `
DELETE FROM duty_shifts WHERE unit_id = @unit_id AND starts_at >= @from AND starts_at < @to
    AND starts_at > @now`,
		pgx.NamedArgs{
			"unit_id": unitID,
			"from":    from,
			"to":      to,
			"now":     now,
		})

	return int(done.RowsAffected()), err
}

// putPeople replaces who is there.
func putPeople(ctx context.Context, tx pg.Tx, id int64, people []int64) error {
	_, err := tx.Pgx.Exec(ctx, `
DELETE FROM duty_people WHERE shift_id = @shift_id`, pgx.NamedArgs{"shift_id": id})
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO duty_people (shift_id, user_id) SELECT DISTINCT @shift_id::bigint, unnest(@people::bigint[])`,
		pgx.NamedArgs{"shift_id": id, "people": people})

	return err
}

// clash finds a person of some shifts who is in another shift of the unit at the same time.
func clash(
	ctx context.Context,
	tx pg.Tx,
	unitID int64,
	shifts []int64,
) (name string, at time.Time, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT p.display_name, o.starts_at
FROM duty_shifts s JOIN duty_people d ON d.shift_id = s.id
    JOIN duty_shifts o ON o.unit_id = s.unit_id AND o.id <> s.id AND o.starts_at < s.ends_at
        AND o.ends_at > s.starts_at AND o.starts_at > s.starts_at - interval '8 days'
    JOIN duty_people e ON e.shift_id = o.id AND e.user_id = d.user_id JOIN users p ON p.id = d.user_id
WHERE s.unit_id = @unit_id AND s.id = ANY (@shifts) ORDER BY o.starts_at, o.id LIMIT 1`,
		pgx.NamedArgs{"unit_id": unitID, "shifts": shifts}).Scan(&name, &at)
	if pg.IsNotFound(err) {
		return "", time.Time{}, nil
	}

	return name, at, err
}

// updateNote is the compare-and-set of a note to its next version.
func updateNote(
	ctx context.Context,
	tx pg.Tx,
	id int64,
	version int,
	note string,
	by int64,
	at time.Time,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE duty_shifts SET note = @note, note_version = note_version + 1, note_by = @by, note_at = @note_at
WHERE id = @id AND note_version = @version`, pgx.NamedArgs{
		"id":      id,
		"version": version,
		"note":    note,
		"by":      by,
		"note_at": at,
	})
	if err == nil && done.RowsAffected() == 0 {
		return fault.Conflict("同班的人刚刚写了交班说明，请刷新后再写").WithCode("stale")
	}

	return err
}

func insertRead(ctx context.Context, tx pg.Tx, id int64, version int, by int64, at time.Time) error {
	done, err := tx.Pgx.Exec(ctx, `
INSERT INTO duty_reads (shift_id, user_id, note_version, read_at)
SELECT id, @by, note_version, @read_at FROM duty_shifts WHERE id = @id AND note_version = @version
ON CONFLICT DO NOTHING`, pgx.NamedArgs{
		"id":      id,
		"version": version,
		"by":      by,
		"read_at": at,
	})
	if err == nil && done.RowsAffected() == 0 {
		return fault.Conflict("交班说明刚刚改过，请看过新的再确认").WithCode("stale")
	}

	return err
}

// unitRow is a unit with a roster.
type unitRow struct {
	ID   int64
	Name string
	Path string
}

// unitsInUse are the units whose roster has a shift since an instant, or ahead.
func unitsInUse(ctx context.Context, db *pg.DB, since time.Time) ([]unitRow, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT u.id, u.name, u.path FROM units u
WHERE u.id IN (SELECT unit_id FROM duty_shifts WHERE ends_at > @since) ORDER BY u.id`,
		pgx.NamedArgs{"since": since})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[unitRow])
}

// openGaps are the keys of what is on lists for a unit.
func openGaps(ctx context.Context, tx pg.Tx, unitID int64) ([]string, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		"SELECT t.key FROM "+todo.OpenSQL(RosterSubject)+`
 t WHERE t.subject_id = @unit_id`,
		pgx.NamedArgs{"unit_id": unitID},
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}
