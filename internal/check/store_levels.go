package check

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const levelsSQL = `
SELECT t.id, r.rule, r.level, r.unit_id = t.id, u.name, r.version, w.display_name, r.changed_at
FROM units t JOIN units u ON starts_with(t.path, u.path) JOIN rule_levels r ON r.unit_id = u.id
JOIN users w ON w.id = r.changed_by
WHERE t.id = ANY (@units) ORDER BY t.id, length(u.path)`

// levelsFor reads the levels that units have set or inherit.
func levelsFor(ctx context.Context, q querier, units []int64) (levels, error) {
	set := levels{}
	err := eachLevel(ctx, q, units, func(unit int64, own bool, row Level) {
		if row.Own == "" {
			return
		}
		if set[unit] == nil {
			set[unit] = map[Rule]lexicon.Level{}
		}
		set[unit][row.Rule] = row.Own
	})

	return set, err
}

// eachLevel reads what is set for units, from the topmost unit down.
func eachLevel(
	ctx context.Context,
	q querier,
	units []int64,
	take func(unit int64, own bool, row Level),
) error {
	rows, err := q.Query(ctx, levelsSQL, pgx.NamedArgs{"units": units})
	if err != nil {
		return err
	}
	var unit int64
	var own bool
	var row Level
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{
		&unit, &row.Rule, &row.Own, &own, &row.From, &row.Version, &row.ChangedBy, &at,
	}, func() error {
		shown := row
		when := at
		shown.ChangedAt = &when
		take(unit, own, shown)

		return nil
	})

	return err
}

// levelsOf tells how all rules stand in one unit.
func levelsOf(ctx context.Context, tx pg.Tx, unitID int64, now time.Time) ([]Level, error) {
	rules := Rules()
	all, place := make([]Level, len(rules)), map[Rule]int{}

	for i, rule := range rules {
		all[i] = Level{Rule: rule, Level: rule.Preset(), Above: rule.Preset()}
		place[rule] = i
	}
	err := eachLevel(ctx, tx.Pgx, []int64{unitID}, func(_ int64, own bool, row Level) {
		i, known := place[row.Rule]
		if !known {
			return
		}
		of := &all[i]

		switch {
		case own:
			of.Own, of.Version = row.Own, row.Version
			of.ChangedBy, of.ChangedAt = row.ChangedBy, row.ChangedAt
		case row.Own != "":
			of.Above, of.From = row.Own, row.From
		}
	})
	if err != nil {
		return nil, err
	}
	asked, err := levelChangesWhere(ctx, tx.DB, "c.unit_id = ? AND c.state = 'asked' AND c.expires_at > ?",
		unitID, now)
	if err != nil {
		return nil, err
	}

	for i := range all {
		if all[i].Level = all[i].Above; all[i].Own != "" {
			all[i].Level = all[i].Own
		}
	}

	for i, change := range asked {
		if at, known := place[change.Rule]; known {
			all[at].Asked = &asked[i]
		}
	}

	return all, nil
}

// lockLevel lets one transaction at a time change levels of a unit.
func lockLevel(ctx context.Context, tx pg.Tx, unitID int64) error {
	_, err := tx.Pgx.Exec(
		ctx,
		`SELECT pg_advisory_xact_lock(hashtext('check.levels'), @unit_id::bigint::integer)`,
		pgx.NamedArgs{"unit_id": unitID},
	)

	return err
}

func putLevel(ctx context.Context, tx pg.Tx, want NewLevel, by int64, now time.Time) error {
	tag, err := tx.Pgx.Exec(ctx, `
INSERT INTO rule_levels AS r (unit_id, rule, level, version, changed_by, changed_at)
VALUES (@unit_id, @rule, @level, 1, @by, @now)
ON CONFLICT (unit_id, rule) DO UPDATE SET level = excluded.level, version = r.version + 1,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
WHERE r.version = @version`, pgx.NamedArgs{
		"unit_id": want.UnitID,
		"rule":    want.Rule,
		"level":   want.Level,
		"by":      by,
		"now":     now,
		"version": want.Version,
	})
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.Conflict("这个级别刚被别人改过，请刷新后再改").WithCode("overtaken")
	}

	return err
}

func insertLevelChange(ctx context.Context, tx pg.Tx, c LevelChange) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO rule_level_changes (unit_id, rule, level, version, state, why, asked_by, asked_at, expires_at)
VALUES (@unit_id, @rule, @level, @version, 'asked', @why, @asked_by, @asked_at, @expires) RETURNING id`,
		pgx.NamedArgs{
			"unit_id":  c.UnitID,
			"rule":     c.Rule,
			"level":    c.Level,
			"version":  c.Version,
			"why":      c.Why,
			"asked_by": c.AskedBy,
			"asked_at": c.AskedAt,
			"expires":  c.Expires,
		}).Scan(&id)

	return id, pg.Fault(err, map[string]error{
		"rule_level_changes_open": fault.Conflict("这个级别已有申请等待确认，请先处理"),
	})
}

type levelChangeRow struct {
	ID, UnitID         int64
	UnitName, UnitPath string
	Rule               Rule
	Level              lexicon.Level
	Version            int
	lexicon.Asked
}

func levelChangesWhere(ctx context.Context, db *gorm.DB, where string, args ...any) ([]LevelChange, error) {
	rows, err := gorm.G[levelChangeRow](db).Raw(`
SELECT c.id, c.unit_id, u.name AS unit_name, u.path AS unit_path, c.rule, c.level, c.version,
    `+lexicon.AskedSQL("c")+`
FROM rule_level_changes c JOIN units u ON u.id = c.unit_id JOIN users a ON a.id = c.asked_by
LEFT JOIN users d ON d.id = c.decided_by
WHERE `+where, args...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read changes of levels: %w", err)
	}

	out := make([]LevelChange, len(rows))
	for i, row := range rows {
		out[i] = LevelChange{
			ID:       row.ID,
			UnitID:   row.UnitID,
			UnitName: row.UnitName,
			UnitPath: row.UnitPath,
			Rule:     row.Rule,
			Level:    row.Level,
			Version:  row.Version,
			Asked:    row.UTC(),
		}
	}

	return out, nil
}

func oneLevelChange(list []LevelChange, err error) (LevelChange, error) {
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有找到这项申请，或不在您的管辖范围内")
	}
	if err != nil {
		return LevelChange{}, err
	}

	return list[0], nil
}

// seenLevelChange reads one of the actor's own units.
func seenLevelChange(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (LevelChange, error) {
	cond, args := access.Scope(actor, access.LexiconView, "u.path")

	return oneLevelChange(levelChangesWhere(ctx, db, "c.id = ? AND "+cond, append([]any{id}, args...)...))
}

func decideLevelChange(ctx context.Context, tx pg.Tx, c LevelChange) error {
	_, err := tx.Pgx.Exec(ctx, `UPDATE rule_level_changes
SET state = @state, decided_by = @decided_by, decided_at = @decided_at,
    decide_why = @decide_why WHERE id = @id AND state = 'asked'`,
		pgx.NamedArgs{
			"id":         c.ID,
			"state":      c.State,
			"decided_by": c.DecidedBy,
			"decided_at": c.DecidedAt,
			"decide_why": c.DecideWhy,
		})

	return err
}

func expireLevelChanges(ctx context.Context, tx pg.Tx, now time.Time) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `UPDATE rule_level_changes SET state = 'expired', decided_at = @now
WHERE state = 'asked' AND expires_at <= @now RETURNING id`, pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
