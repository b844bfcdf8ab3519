package template

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

const selectTemplate = `
SELECT t.id, t.unit_id, u.path AS unit_path, u.name AS unit_name, t.kind, t.name, t.version,
    t.retired_at, v.text, v.written_at, w.display_name AS written_by
FROM templates t JOIN units u ON u.id = t.unit_id
JOIN template_versions v ON v.template_id = t.id AND v.number = t.version
JOIN users w ON w.id = v.written_by WHERE `

// visible is the condition under which an actor sees a template: it is of a unit of theirs, or holds for
// one since it is of a unit above.
func visible(actor access.Actor) (string, []any) {
	return access.ScopeOrAbove(actor, access.PostView, "u.path")
}

func listTemplates(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Template, error) {
	cond, args := visible(actor)

	return gorm.G[Template](db).Raw(selectTemplate+"t.retired_at IS NULL AND "+cond+
		" ORDER BY t.kind = 'own' DESC, u.path, t.kind, t.name LIMIT 500", args...).Find(ctx)
}

func findTemplate(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Template, error) {
	cond, args := visible(actor)
	t, err := gorm.G[Template](
		db,
	).Raw(selectTemplate+"t.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)

	return t, pg.OrNotFound(err, fault.NotFound("没有找到模板，或不在您的管辖范围内"))
}

// nearest is the wording of a kind that holds at a unit: its own, or that of the closest unit above. nil:
// the one that the console comes with.
func nearest(ctx context.Context, db *gorm.DB, kind Kind, path string) (*Template, error) {
	found, err := gorm.G[Template](db).Raw(selectTemplate+
		"t.kind = ? AND t.retired_at IS NULL AND ? LIKE u.path || '%' ORDER BY length(u.path) DESC LIMIT 1",
		kind, path).Find(ctx)
	if err != nil || len(found) == 0 {
		return nil, err
	}

	return &found[0], nil
}

func insertTemplate(
	ctx context.Context, db *gorm.DB, unitID int64, kind Kind, name string,
) (id int64, err error) {
	err = db.WithContext(ctx).Raw(`
INSERT INTO templates (unit_id, kind, name, version) VALUES (?, ?, ?, 1) RETURNING id`, unitID, kind, name).
		Row().
		Scan(&id)

	return id, pg.Fault(err, map[string]error{
		"templates_wording": fault.Conflict("本单位刚刚有人写了这种模板的文字，请刷新后再改"),
		"templates_name":    fault.Invalid("name", "本单位已有同名的模板"),
	})
}

// moveTemplate is the compare-and-set to the next version.
func moveTemplate(ctx context.Context, db *gorm.DB, id int64, from int, name string) error {
	done := db.WithContext(ctx).Exec(`
UPDATE templates SET version = version + 1, name = ? WHERE id = ? AND version = ? AND retired_at IS NULL`,
		name, id, from)
	if err := pg.Fault(done.Error, map[string]error{
		"templates_name": fault.Invalid("name", "本单位已有同名的模板"),
	}); err != nil {
		return err
	}
	if done.RowsAffected == 0 {
		return errStale()
	}

	return nil
}

func errStale() error { return fault.Conflict("模板刚刚被他人改动，请刷新后再改") }

func insertText(
	ctx context.Context, db *gorm.DB, id int64, number int, text string, by int64, at time.Time,
) error {
	return db.WithContext(ctx).Exec(`
INSERT INTO template_versions (template_id, number, text, written_by, written_at) VALUES (?, ?, ?, ?, ?)`,
		id, number, text, by, at).Error
}

func retire(ctx context.Context, db *gorm.DB, id int64, version int, at time.Time) error {
	done := db.WithContext(ctx).Exec(`
UPDATE templates SET retired_at = ? WHERE id = ? AND version = ? AND retired_at IS NULL`, at, id, version)
	if done.Error == nil && done.RowsAffected == 0 {
		return errStale()
	}

	return done.Error
}

func listTexts(ctx context.Context, db *gorm.DB, id int64) ([]Text, error) {
	return gorm.G[Text](db).Raw(`
SELECT v.number, v.text, v.written_at, w.display_name AS written_by
FROM template_versions v JOIN users w ON w.id = v.written_by
WHERE v.template_id = ? ORDER BY v.number DESC LIMIT 50`, id).Find(ctx)
}

type useRow struct {
	ID     int64
	PostID int64
	Kind   Kind
	Filled []byte
	UsedAt time.Time
}

// open are the warnings of a unit that nothing has changed or lifted, the newest first.
func open(ctx context.Context, db *gorm.DB, unitID int64) ([]useRow, error) {
	return gorm.G[useRow](db).Raw(`
SELECT t.id, t.post_id, t.kind, t.filled, t.used_at FROM template_uses t
WHERE t.unit_id = ? AND t.kind IN (?, ?)
    AND NOT EXISTS (SELECT FROM template_uses n WHERE n.supersedes = t.id)
ORDER BY t.id DESC LIMIT 20`, unitID, Warning, Change).Find(ctx)
}

func insertUse(
	ctx context.Context, db *gorm.DB, postID int64, ask Ask, wording string, by int64, at time.Time,
) error {
	filled, err := json.Marshal(ask.Values)
	if err != nil {
		return err
	}
	var supersedes *int64
	if ask.Kind.Follows() {
		supersedes = &ask.Supersedes
	}

	err = db.WithContext(ctx).Exec(`
INSERT INTO template_uses (post_id, unit_id, kind, wording, filled, supersedes, used_by, used_at)
VALUES (?, ?, ?, ?, ?::jsonb, ?, ?, ?)`,
		postID, ask.UnitID, ask.Kind, wording, string(filled), supersedes, by, at).Error

	return pg.Fault(err, map[string]error{
		"template_uses_supersedes": fault.Conflict("这条预警刚刚有人写了变更或解除，请刷新后再看"),
	})
}

// warningRow is a use of a template of the chain of warnings.
type warningRow struct {
	ID         int64
	PostID     int64
	Phase      post.Phase
	Kind       Kind
	Supersedes int64 // the use; 0 for none
	UnitName   string
	FilledText string
	UsedBy     string
	UsedAt     time.Time
}

// listWarnings are the uses since an instant, the oldest first.
func listWarnings(
	ctx context.Context, db *gorm.DB, actor access.Actor, since time.Time,
) ([]warningRow, error) {
	cond, args := access.Scope(actor, access.PostView, "u.path")

	return gorm.G[warningRow](db).Raw(`
SELECT * FROM (SELECT t.id, t.post_id, p.phase, t.kind, coalesce(t.supersedes, 0) AS supersedes,
    u.name AS unit_name, t.filled::text AS filled_text, w.display_name AS used_by, t.used_at
FROM template_uses t JOIN units u ON u.id = t.unit_id JOIN users w ON w.id = t.used_by
JOIN `+post.PhasesSQL()+` p ON p.id = t.post_id
WHERE t.kind IN (?, ?, ?) AND t.used_at >= ? AND `+cond+` ORDER BY t.id DESC LIMIT 500) t ORDER BY t.id`,
		append([]any{Warning, Change, Lift, since}, args...)...).Find(ctx)
}
