package score

import (
	"context"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/index"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// row is a setting as it is kept; without weights where it was given up.
type row struct {
	UnitID      int64
	UnitName    string
	UnitPath    string
	Revision    int
	Publishing  *int
	Service     int
	Interaction int
	Forwards    int
	Approval    int
	By          string
	SetAt       time.Time
}

func (r row) setting() Setting {
	setting := Setting{
		UnitID:   r.UnitID,
		UnitName: r.UnitName,
		UnitPath: r.UnitPath,
		Revision: r.Revision,
		By:       r.By,
		At:       r.SetAt,
	}
	if r.Publishing != nil {
		setting.Weights = &index.Weights{
			Publishing: *r.Publishing, Service: r.Service, Interaction: r.Interaction, Forwards: r.Forwards,
			Approval: r.Approval,
		}
	}

	return setting
}

func errStale() error {
	return fault.Conflict("权重刚刚被他人改过，请刷新看过再改").WithCode("stale")
}

const selectSettings = `
SELECT w.unit_id, u.name AS unit_name, u.path AS unit_path, w.revision, w.publishing,
    coalesce(w.service, 0) AS service, coalesce(w.interaction, 0) AS interaction,
    coalesce(w.forwards, 0) AS forwards, coalesce(w.approval, 0) AS approval,
    coalesce(b.display_name, '') AS by, w.set_at
FROM score_weights w JOIN units u ON u.id = w.unit_id LEFT JOIN users b ON b.id = w.set_by
WHERE `

// isLatest is the condition that no later revision took its place.
const isLatest = `
    NOT EXISTS (SELECT FROM score_weights l WHERE l.unit_id = w.unit_id AND l.revision > w.revision)`

func settings(ctx context.Context, db *gorm.DB, cond string, args ...any) ([]Setting, error) {
	found, err := gorm.G[row](db).Raw(selectSettings+cond, args...).Find(ctx)
	list := make([]Setting, len(found))

	for i, one := range found {
		list[i] = one.setting()
	}

	return list, err
}

// latest are what units set that the actor sees or that lie above, from the top of the tree down.
func latest(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Setting, error) {
	cond, args := access.ScopeOrAbove(actor, access.ReachView, "u.path")
	return settings(ctx, db, isLatest+" AND w.publishing IS NOT NULL AND "+cond+
		" ORDER BY length(u.path), u.path", args...)
}

func history(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Setting, error) {
	cond, args := access.ScopeOrAbove(actor, access.ReachView, "u.path")
	return settings(ctx, db, cond+" ORDER BY w.id DESC LIMIT ?", append(args, MaxHistory)...)
}

// ownOf is what a unit set last.
func ownOf(ctx context.Context, db *gorm.DB, unit org.Unit) (Setting, error) {
	list, err := settings(ctx, db, isLatest+" AND w.unit_id = ?", unit.ID)
	if err != nil || len(list) == 0 {
		return Setting{UnitID: unit.ID, UnitName: unit.Name, UnitPath: unit.Path}, err
	}

	return list[0], nil
}

// nearest is the order in which the first one holds.
const nearest = isLatest + ` AND w.publishing IS NOT NULL AND `

// holdingAt is what holds for the unit at path: the setting of the nearest unit, or the preset.
func holdingAt(ctx context.Context, db *gorm.DB, path string) (Setting, error) {
	return first(
		settings(ctx, db, nearest+"starts_with(?, u.path) ORDER BY length(u.path) DESC LIMIT 1", path),
	)
}

// holding is what holds for the unit of an account.
func holding(ctx context.Context, db *gorm.DB, accountID int64) (Setting, error) {
	return first(settings(ctx, db, nearest+`
    starts_with((SELECT o.path FROM accounts a JOIN units o ON o.id = a.unit_id WHERE a.id = ?), u.path)
ORDER BY length(u.path) DESC LIMIT 1`, accountID))
}

func first(list []Setting, err error) (Setting, error) {
	if len(list) == 0 {
		return preset(), err
	}

	return list[0], err
}

// insert writes a revision; two at once are one, and the other has to look again.
func insert(ctx context.Context, tx pg.Tx, setting Setting, actor access.Actor) error {
	parts := make([]any, 0, len(index.Parts()))
	for _, part := range index.Parts() {
		if setting.Weights == nil {
			parts = append(parts, nil)
			continue
		}
		parts = append(parts, setting.Weights.Of(part))
	}
	tag, err := tx.Pgx.Exec(ctx, `
INSERT INTO score_weights
    (unit_id, revision, set_by, set_at, publishing, service, interaction, forwards, approval)
VALUES ($1, $2, nullif($3::bigint, 0), $4, $5, $6, $7, $8, $9) ON CONFLICT (unit_id, revision) DO NOTHING`,
		append([]any{setting.UnitID, setting.Revision, actor.UserID, setting.At}, parts...)...)
	if err == nil && tag.RowsAffected() == 0 {
		return errStale()
	}

	return err
}
