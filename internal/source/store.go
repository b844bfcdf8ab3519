package source

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

const selectSource = `
SELECT s.id, s.unit_id, u.path AS unit_path, u.name AS unit_name, s.name, s.kind, s.url,
    s.mapping::text AS mapping_text, s.every, s.at, s.author_id, w.display_name AS author_name, s.active,
    s.version, s.next_at, s.failures, s.digest, s.pulling_until,
    l.at AS last_at, coalesce(l.result, '') AS last_result
FROM sources s JOIN units u ON u.id = s.unit_id JOIN users w ON w.id = s.author_id
LEFT JOIN LATERAL (SELECT p.at, p.result FROM source_pulls p WHERE p.source_id = s.id
    ORDER BY p.id DESC LIMIT 1) l ON true
WHERE `

// sourceRow is a source as the database gives it.
type sourceRow struct {
	Source
	MappingText  string
	Digest       []byte
	PullingUntil *time.Time
}

func (r sourceRow) source() (Source, error) {
	r.Mapping = Mapping{}
	err := json.Unmarshal([]byte(r.MappingText), &r.Mapping)

	return r.Source, err
}

func listSources(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Source, error) {
	cond, args := access.Scope(actor, access.SourceManage, "u.path")
	rows, err := rowsOf(ctx, db, cond+" ORDER BY u.path, s.name, s.id LIMIT 1000", args...)
	if err != nil {
		return nil, err
	}

	all := make([]Source, len(rows))

	for i, row := range rows {
		if all[i], err = row.source(); err != nil {
			return nil, err
		}
	}

	return all, nil
}

func rowsOf(ctx context.Context, db *gorm.DB, where string, args ...any) (rows []sourceRow, err error) {
	err = db.WithContext(ctx).Raw(selectSource+where, args...).Scan(&rows).Error
	return rows, err
}

// findSource is a source that the actor keeps.
func findSource(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Source, error) {
	cond, args := access.Scope(actor, access.SourceManage, "u.path")
	rows, err := rowsOf(ctx, db, cond+" AND s.id = ?", append(args, id)...)
	if err != nil || len(rows) == 0 {
		return Source{}, orNotFound(err)
	}

	return rows[0].source()
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}

	return fault.NotFound("没有找到数据来源，或不在您的管辖范围内")
}

// locked reads a source and keeps it from everybody else until the transaction ends.
func locked(ctx context.Context, db *gorm.DB, id int64) (sourceRow, error) {
	var held []int64
	err := db.WithContext(ctx).Raw("SELECT id FROM sources WHERE id = ? FOR UPDATE", id).Scan(&held).Error
	if err != nil || len(held) == 0 {
		return sourceRow{}, orNotFound(err)
	}
	rows, err := rowsOf(ctx, db, "s.id = ?", id)
	if err != nil || len(rows) == 0 {
		return sourceRow{}, orNotFound(err)
	}
	rows[0].Source, err = rows[0].source()

	return rows[0], err
}

func countOf(ctx context.Context, db *gorm.DB, unitID int64) (n int, err error) {
	err = db.WithContext(ctx).Raw("SELECT count(*) FROM sources WHERE unit_id = ?", unitID).Row().Scan(&n)
	return n, err
}

var constraints = map[string]error{
	"sources_name": fault.Invalid("name", "本单位已有同名的数据来源"),
}

func insertSource(
	ctx context.Context, db *gorm.DB, edit Edit, next time.Time, by int64, at time.Time,
) (id int64, err error) {
	mapping, err := json.Marshal(edit.Mapping)
	if err != nil {
		return 0, err
	}
	err = db.WithContext(ctx).Raw(`
INSERT INTO sources (unit_id, name, kind, url, mapping, every, at, author_id, active, version, next_at,
    created_by, created_at)
VALUES (?, ?, ?, ?, ?::jsonb, ?, ?, ?, true, 1, ?, nullif(?, 0), ?) RETURNING id`,
		edit.UnitID, edit.Name, edit.Kind, edit.URL, string(mapping), edit.Every, edit.At, edit.AuthorID,
		next, by, at).Row().Scan(&id)

	return id, pg.Fault(err, constraints)
}

// updateSource is the compare-and-set to the next version. What the draft before was made of is forgotten:
// another mapping makes another draft.
func updateSource(ctx context.Context, db *gorm.DB, edit Edit, next *time.Time) error {
	mapping, err := json.Marshal(edit.Mapping)
	if err != nil {
		return err
	}
	done := db.WithContext(ctx).Exec(`
UPDATE sources SET name = ?, url = ?, mapping = ?::jsonb, every = ?, at = ?, author_id = ?, next_at = ?,
    version = version + 1, failures = 0
WHERE id = ? AND version = ?`,
		edit.Name, edit.URL, string(mapping), edit.Every, edit.At, edit.AuthorID, next, edit.ID, edit.Version)

	return moved(done)
}

func switchSource(
	ctx context.Context, db *gorm.DB, id int64, version int, active bool, next *time.Time,
) error {
	done := db.WithContext(ctx).Exec(`
UPDATE sources SET active = ?, next_at = ?, version = version + 1, failures = 0 WHERE id = ? AND version = ?`,
		active, next, id, version)

	return moved(done)
}

func moved(done *gorm.DB) error {
	if err := pg.Fault(done.Error, constraints); err != nil {
		return err
	}
	if done.RowsAffected == 0 {
		return fault.Conflict("数据来源刚刚被他人改动，请刷新后再改")
	}

	return nil
}

// claim says that a pull is under way.
func claim(ctx context.Context, db *gorm.DB, id int64, until time.Time) error {
	return db.WithContext(ctx).Exec("UPDATE sources SET pulling_until = ? WHERE id = ?", until, id).Error
}

// settle keeps what a pull leaves on its source.
func settle(
	ctx context.Context, tx pg.Tx, id int64, next *time.Time, failures int, digest []byte,
) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE sources SET pulling_until = NULL, next_at = @next, failures = @failures, digest = coalesce(@digest,
    digest)
WHERE id = @id`, pgx.NamedArgs{
		"id":       id,
		"next":     next,
		"failures": failures,
		"digest":   digest,
	})

	return err
}

// keptPulls is how many pulls of a source are remembered.
const keptPulls = 200

func insertPull(ctx context.Context, db *gorm.DB, sourceID, by int64, p Pull) (id int64, err error) {
	reasons, err := json.Marshal(p.Reasons)
	if err != nil {
		return 0, err
	}
	err = db.WithContext(ctx).Raw(`
INSERT INTO source_pulls (source_id, at, by_user, result, post_id, took_ms, reasons)
VALUES (?, ?, nullif(?, 0), ?, nullif(?, 0), ?, ?::jsonb) RETURNING id`,
		sourceID, p.At, by, p.Result, p.PostID, p.TookMS, string(reasons)).Row().Scan(&id)
	if err != nil {
		return 0, err
	}

	return id, db.WithContext(ctx).Exec(`
DELETE FROM source_pulls WHERE source_id = ? AND id <= (SELECT id FROM source_pulls WHERE source_id = ?
    ORDER BY id DESC OFFSET ? LIMIT 1)`, sourceID, sourceID, keptPulls).Error
}

func listPulls(ctx context.Context, db *gorm.DB, sourceID int64, most int) ([]Pull, error) {
	type pullRow struct {
		Pull
		ReasonsText string
	}
	var rows []pullRow
	if err := db.WithContext(ctx).Raw(`
SELECT p.id, p.at, coalesce(w.display_name, '') AS by_name, p.result, coalesce(p.post_id, 0) AS post_id,
    p.took_ms, p.reasons::text AS reasons_text
FROM source_pulls p LEFT JOIN users w ON w.id = p.by_user
WHERE p.source_id = ? ORDER BY p.id DESC LIMIT ?`, sourceID, most).Scan(&rows).Error; err != nil {
		return nil, err
	}

	all := make([]Pull, len(rows))

	for i, row := range rows {
		all[i] = row.Pull
		if err := json.Unmarshal([]byte(row.ReasonsText), &all[i].Reasons); err != nil {
			return nil, err
		}
	}

	return all, nil
}

// doneDrafts are the keys of open to-dos about drafts that are drafts no more.
func doneDrafts(ctx context.Context, db *gorm.DB) (keys []string, err error) {
	err = db.WithContext(ctx).Raw(`
SELECT t.key FROM ` + todo.OpenSQL(post.TodoSubject) + ` t LEFT JOIN ` + post.PhasesSQL() + ` p ON p.id = t.subject_id
WHERE t.key LIKE 'source/%/drafted' AND p.phase IS DISTINCT FROM 'draft' LIMIT 500`).Scan(&keys).Error

	return keys, err
}

// listDue are the sources whose time has come, at most fifty at once.
func listDue(ctx context.Context, db *gorm.DB, now time.Time) (ids []int64, err error) {
	err = db.WithContext(ctx).Raw(`
SELECT id FROM sources WHERE active AND next_at <= ? ORDER BY next_at, id LIMIT 50`, now).Scan(&ids).Error

	return ids, err
}
