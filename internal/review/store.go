package review

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// matter is what review knows of a post.
type matter struct {
	UnitID   int64
	UnitPath string
	AuthorID int64
	Title    string // the first line, cut with an ellipsis
	DueAt    *time.Time
}

func errNotFound() error {
	return fault.NotFound("没有找到稿件，或不在您的管辖范围内")
}

func findMatter(ctx context.Context, db *gorm.DB, postID int64) (matter, error) {
	m, err := gorm.G[matter](db).Raw(`
SELECT u.id AS unit_id, u.path AS unit_path, p.author_id,
       split_part(btrim(v.text, E' \t\r\n'), E'\n', 1) AS title, p.due_at
FROM posts p JOIN units u ON u.id = p.unit_id JOIN post_versions v ON v.id = p.version_id WHERE p.id = ?`,
		postID).
		Take(ctx)
	m.Title = glyph.Cut(strings.TrimSpace(m.Title), 30)

	return m, pg.OrNotFound(err, errNotFound())
}

// source is a connection or a transaction on one.
type source interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// runsOf reads whole runs, the newest first.
func runsOf(ctx context.Context, from source, where string, args pgx.NamedArgs) ([]Run, error) {
	rows, err := from.Query(ctx, `
SELECT r.id, r.post_id, r.version_id, v.number, r.hash, r.chain_name, coalesce(r.chain_version_id, 0),
    r.state, r.edited_step, r.opened_at, r.ended_at, r.cover, coalesce(r.cover_id, 0), r.cover_people
FROM review_runs r JOIN post_versions v ON v.id = r.version_id WHERE `+where+` ORDER BY r.id DESC`, args)
	if err != nil {
		return nil, err
	}
	runs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Run, err error) {
		var cover Cover
		err = row.Scan(
			&r.ID,
			&r.PostID,
			&r.VersionID,
			&r.VersionNumber,
			&r.Hash,
			&r.Chain,
			&r.ChainVersionID,
			&r.State,
			&r.EditedStep,
			&r.OpenedAt,
			&r.EndedAt,
			&cover.Kind,
			&cover.ID,
			&cover.People,
		)
		if cover.Kind != "" {
			r.Cover = &cover
		}

		return r, err
	})
	if err != nil || len(runs) == 0 {
		return nil, err
	}

	at, ids := map[int64]*Run{}, make([]int64, len(runs))
	for i := range runs {
		ids[i], at[runs[i].ID] = runs[i].ID, &runs[i]
	}
	if err := fillSteps(ctx, from, at, ids); err != nil {
		return nil, err
	}

	return runs, fillMade(ctx, from, at, ids)
}

func fillSteps(ctx context.Context, from source, runs map[int64]*Run, ids []int64) error {
	rows, err := from.Query(ctx, `
SELECT s.run_id, s.id, s.number, s.name, s.role, s.relation, s.everyone, s.limit_minutes,
       s.remind_minutes, s.items, s.at_once, s.edit, s.state, s.round, s.opened_at, s.limit_at, s.late_at,
       u.id, u.name, u.path, u.kind, up.id, up.name, up.path
FROM review_steps s JOIN units u ON u.id = s.unit_id LEFT JOIN units up ON up.id = s.raised_unit_id
WHERE s.run_id = ANY (@runs) ORDER BY s.run_id, s.number`, pgx.NamedArgs{"runs": ids})
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		var run int64
		var s Step
		var upID *int64
		var upName, upPath *string
		err := rows.Scan(
			&run,
			&s.ID,
			&s.Number,
			&s.Name,
			&s.Role,
			&s.Relation,
			&s.All,
			&s.Limit,
			&s.Remind,
			&s.Items,
			&s.AtOnce,
			&s.Edit,
			&s.State,
			&s.Round,
			&s.OpenedAt,
			&s.LimitAt,
			&s.LateAt,
			&s.Unit.ID,
			&s.Unit.Name,
			&s.Unit.Path,
			&s.Unit.Kind,
			&upID,
			&upName,
			&upPath,
		)
		if err != nil {
			return err
		}
		if s.Relation == chain.Named {
			s.UnitID = s.Unit.ID
		}
		if upID != nil {
			s.Raised = &org.Unit{ID: *upID, Name: *upName, Path: *upPath}
		}
		runs[run].Steps = append(runs[run].Steps, s)
	}

	return rows.Err()
}

func fillMade(ctx context.Context, from source, runs map[int64]*Run, ids []int64) error {
	rows, err := from.Query(ctx, `
SELECT d.run_id, d.id, s.number, d.round, d.decision, d.to_step, d.by_user, b.display_name,
       coalesce(d.for_user, 0), coalesce(f.display_name, ''), d.at, d.opinion, d.ticked
FROM review_decisions d JOIN review_steps s ON s.id = d.step_id
JOIN users b ON b.id = d.by_user LEFT JOIN users f ON f.id = d.for_user
WHERE d.run_id = ANY (@runs) ORDER BY d.id`, pgx.NamedArgs{"runs": ids})
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		var run int64
		var m Made
		err := rows.Scan(
			&run,
			&m.ID,
			&m.Number,
			&m.Round,
			&m.Decision,
			&m.To,
			&m.By,
			&m.ByName,
			&m.For,
			&m.ForName,
			&m.At,
			&m.Opinion,
			&m.Ticked,
		)
		if err != nil {
			return err
		}
		runs[run].Made = append(runs[run].Made, m)
	}

	return rows.Err()
}

// insertRun begins the way of a version: its first step is open.
func insertRun(ctx context.Context, tx pg.Tx, run Run) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO review_runs (post_id, version_id, hash, chain_name, chain_version_id, state, edited_step,
    opened_at)
VALUES (@post, @version, @hash, @chain, nullif(@taken::bigint, 0), 'pending', @edited, @at) RETURNING id`,
		pgx.NamedArgs{
			"post":    run.PostID,
			"version": run.VersionID,
			"hash":    run.Hash,
			"chain":   run.Chain, "taken": run.ChainVersionID,
			"edited": run.EditedStep,
			"at":     run.OpenedAt,
		}).Scan(&id)
	if err != nil {
		return 0, err
	}

	for i, step := range run.Steps {
		items := step.Items
		if items == nil {
			items = []string{}
		}
		if err := tx.Pgx.QueryRow(ctx, `
INSERT INTO review_steps (run_id, number, name, role, relation, unit_id, everyone, limit_minutes,
    remind_minutes, items, at_once, edit, state, opened_at, limit_at)
VALUES (@run, @number, @name, @role, @relation, @unit, @all, @limit, @remind, @items, @once, @edit, @state,
    @opened, @until) RETURNING id`,
			pgx.NamedArgs{
				"run":      id,
				"number":   step.Number,
				"name":     step.Name,
				"role":     string(step.Role),
				"relation": string(step.Relation),
				"unit":     step.Unit.ID,
				"all":      step.All,
				"limit":    step.Limit,
				"remind":   step.Remind,
				"items":    items,
				"once":     step.AtOnce,
				"edit":     step.Edit,
				"state":    string(step.State),
				"opened":   step.OpenedAt,
				"until":    step.LimitAt,
			}).Scan(&run.Steps[i].ID); err != nil {
			return 0, err
		}
	}
	run.ID = id

	for _, made := range run.Made {
		if err := insertMade(ctx, tx, run, made); err != nil {
			return 0, err
		}
	}

	return id, nil
}

// lockRun waits for a decision that is being written and then reads what it was: the second of two
// reviewers learns who was first.
func lockRun(ctx context.Context, tx pg.Tx, postID int64, versionNumber int) (Run, error) {
	if _, err := tx.Pgx.Exec(ctx, `
SELECT FROM review_runs WHERE post_id = @post AND version_id =
    (SELECT id FROM post_versions WHERE post_id = @post AND number = @number) FOR UPDATE`,
		pgx.NamedArgs{"post": postID, "number": versionNumber}); err != nil {
		return Run{}, err
	}
	runs, err := runsOf(ctx, tx.Pgx, "r.post_id = @post AND v.number = @number",
		pgx.NamedArgs{"post": postID, "number": versionNumber})
	if err != nil {
		return Run{}, err
	}
	if len(runs) == 0 {
		return Run{}, fault.Conflict("这一版没有提交审核，请查看最新内容")
	}

	return runs[0], nil
}

// saveRun writes what a decision made of a locked run: the decision itself, and the steps as they are now.
func saveRun(ctx context.Context, tx pg.Tx, run Run) error {
	if err := insertMade(ctx, tx, run, *run.last()); err != nil {
		return err
	}

	return saveSteps(ctx, tx, run)
}

// insertMade adds a decision to a run whose steps are kept.
func insertMade(ctx context.Context, tx pg.Tx, run Run, made Made) error {
	ticked := made.Ticked
	if ticked == nil {
		ticked = []string{}
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO review_decisions (run_id, step_id, round, decision, to_step, by_user, for_user, at, opinion,
    ticked)
VALUES (@run, @step, @round, @decision, @to, @by, nullif(@for::bigint, 0), @at, @opinion, @ticked)`,
		pgx.NamedArgs{
			"run":      run.ID,
			"step":     run.Steps[made.Number-1].ID,
			"round":    made.Round,
			"decision": string(made.Decision),
			"to":       made.To,
			"by":       made.By,
			"for":      made.For,
			"at":       made.At,
			"opinion":  made.Opinion,
			"ticked":   ticked,
		})

	return err
}

// saveSteps writes the steps of a locked run as they are now, its hash and its state.
func saveSteps(ctx context.Context, tx pg.Tx, run Run) error {
	// Only one step is open at any time: what closes is written first.
	for _, opened := range []bool{false, true} {
		for _, step := range run.Steps {
			if (step.State == StepOpen) != opened {
				continue
			}
			if _, err := tx.Pgx.Exec(ctx, `
UPDATE review_steps SET state = @state, round = @round, opened_at = @opened, limit_at = @until,
    late_at = @late, raised_unit_id = @raised, reminded_at = CASE WHEN round = @round THEN reminded_at END
WHERE id = @id`, pgx.NamedArgs{
				"id": step.ID, "state": string(step.State), "round": step.Round, "opened": step.OpenedAt,
				"until": step.LimitAt, "late": step.LateAt, "raised": raisedID(step),
			}); err != nil {
				return err
			}
		}
	}
	_, err := tx.Pgx.Exec(ctx, `
UPDATE review_runs SET state = @state, ended_at = @ended, hash = @hash WHERE id = @id`,
		pgx.NamedArgs{"id": run.ID, "state": string(run.State), "ended": run.EndedAt, "hash": run.Hash})

	return err
}

func raisedID(step Step) *int64 {
	if step.Raised == nil {
		return nil
	}

	return &step.Raised.ID
}

func voidRuns(ctx context.Context, tx pg.Tx, postID int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
WITH gone AS (
    UPDATE review_runs SET state = 'void', ended_at = @at WHERE post_id = @post AND state = 'pending'
        RETURNING id)
UPDATE review_steps SET state = 'ended' WHERE run_id IN (SELECT id FROM gone) AND state IN ('waiting', 'open')`,
		pgx.NamedArgs{"post": postID, "at": at})

	return err
}

// workersOf are the people who wrote, changed or submitted a version, or began its post.
func workersOf(ctx context.Context, tx pg.Tx, versionID int64) (people []int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT v.editors || p.author_id || coalesce(v.submitted_by, p.author_id)
FROM post_versions v JOIN posts p ON p.id = v.post_id WHERE v.id = @version_id`,
		pgx.NamedArgs{"version_id": versionID}).Scan(&people)

	return people, err
}

// standInsOf are the people for whom a step went to a stand-in, in the round it is in.
func standInsOf(ctx context.Context, tx pg.Tx, step Step, standIn int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT for_user FROM review_step_stand_ins WHERE step_id = @step_id AND round = @round
    AND user_id = @stand_in`,
		pgx.NamedArgs{"step_id": step.ID, "round": step.Round, "stand_in": standIn})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
