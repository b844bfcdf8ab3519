package template

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// dutyRow is a setting as the database gives it.
type dutyRow struct {
	UnitID     int64
	UnitName   string
	UnitPath   string
	LeadsText  string
	RaisedText string
	Version    int
}

func (r dutyRow) duty() (Duty, error) {
	d := Duty{UnitID: r.UnitID, UnitName: r.UnitName, UnitPath: r.UnitPath, Version: r.Version}
	err := json.Unmarshal([]byte(r.LeadsText), &d.Leads)

	return d, err
}

func listDuties(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Duty, error) {
	cond, args := access.Scope(actor, access.TemplateManage, "u.path")
	rows, err := gorm.G[dutyRow](db).Raw(`
SELECT u.id AS unit_id, u.name AS unit_name, u.path AS unit_path,
    coalesce(d.leads::text, '{}') AS leads_text, coalesce(d.version, 0) AS version
FROM units u LEFT JOIN duties d ON d.unit_id = u.id WHERE `+cond+" ORDER BY u.path LIMIT 2000", args...).Find(ctx)
	if err != nil {
		return nil, err
	}

	all := make([]Duty, len(rows))

	for i, row := range rows {
		if all[i], err = row.duty(); err != nil {
			return nil, err
		}
	}

	return all, nil
}

// keepDuty is the compare-and-set from a version to the next. A version of 0 is a setting that nobody has
// made yet.
func keepDuty(ctx context.Context, db *gorm.DB, set Duty, by int64, at time.Time) error {
	leads, err := json.Marshal(set.Leads)
	if err != nil {
		return err
	}
	done := db.WithContext(ctx).Exec(`
INSERT INTO duties AS d (unit_id, leads, raised, version, changed_by, changed_at)
SELECT ?, ?::jsonb, '{}', 1, nullif(?::bigint, 0), ?::timestamptz
WHERE ? = 0 OR EXISTS (SELECT FROM duties WHERE unit_id = ?)
ON CONFLICT (unit_id) DO UPDATE SET leads = excluded.leads, version = d.version + 1,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
WHERE d.version = ?`, set.UnitID, string(leads), by, at, set.Version, set.UnitID, set.Version)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.Conflict("设置刚刚被他人改动，请刷新后再改")
	}

	return done.Error
}

// watched is a setting with what has been told.
type watched struct {
	Duty
	raised map[Kind]time.Time // the hour or day that an open to-do is about
}

func watchedUnits(ctx context.Context, db *gorm.DB) (ids []int64, err error) {
	err = db.WithContext(ctx).Raw(`
SELECT unit_id FROM duties WHERE leads <> '{}' OR raised <> '{}' ORDER BY unit_id`).Scan(&ids).Error

	return ids, err
}

// lockDuty reads a setting and keeps it until the transaction ends.
func lockDuty(ctx context.Context, db *gorm.DB, unitID int64) (watched, error) {
	row, err := gorm.G[dutyRow](db).Raw(`
SELECT d.unit_id, u.name AS unit_name, u.path AS unit_path, d.leads::text AS leads_text,
    d.raised::text AS raised_text, d.version
FROM duties d JOIN units u ON u.id = d.unit_id WHERE d.unit_id = ? FOR UPDATE OF d`, unitID).Take(ctx)
	if err != nil {
		return watched{}, err
	}
	w := watched{raised: map[Kind]time.Time{}}
	if w.Duty, err = row.duty(); err != nil {
		return watched{}, err
	}

	return w, json.Unmarshal([]byte(row.RaisedText), &w.raised)
}

func keepRaised(ctx context.Context, db *gorm.DB, unitID int64, raised map[Kind]time.Time) error {
	text, err := json.Marshal(raised)
	if err != nil {
		return err
	}

	return db.WithContext(ctx).
		Exec("UPDATE duties SET raised = ?::jsonb WHERE unit_id = ?", string(text), unitID).
		Error
}

// passedUses is what was filled in for the approved posts of a kind that are due by an instant, the newest
// first.
func passedUses(
	ctx context.Context, db *gorm.DB, unitID int64, kind Kind, since, by time.Time,
) (all []Values, err error) {
	var texts []string
	err = db.WithContext(ctx).Raw(`
SELECT t.filled::text FROM template_uses t JOIN `+post.PassedSQL()+` p ON p.id = t.post_id
WHERE t.unit_id = ? AND t.kind = ? AND t.used_at >= ? AND p.due_at <= ? ORDER BY t.id DESC LIMIT 200`,
		unitID, kind, since, by).Scan(&texts).Error
	if err != nil {
		return nil, err
	}

	for _, text := range texts {
		var filled Values
		if err := json.Unmarshal([]byte(text), &filled); err != nil {
			return nil, fmt.Errorf("what was filled in: %w", err)
		}
		all = append(all, filled)
	}

	return all, nil
}
