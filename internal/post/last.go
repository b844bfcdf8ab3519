package post

import (
	"context"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// Last is the post of a column that was written last in a unit, for whoever writes the next one.
type Last struct {
	PostID   int64
	DueAt    *time.Time // when it went out or is to; nil: as soon as approved
	Accounts []int64
}

// Next is the first instant behind now at the time of day at which the last one went out; nil when it had
// none.
func (l Last) Next(now time.Time) *time.Time {
	if l.DueAt == nil {
		return nil
	}
	next := beijing.Day(now).Add(l.DueAt.Sub(beijing.Day(*l.DueAt)))
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}

	return &next
}

// lookedBack is how many of the newest versions of a column are looked through for one of the unit.
const lookedBack = 2000

// LastOf gives the post of a column that was written last in a unit and was submitted; ok is false when there
// is none that the actor may see.
func (s *Service) LastOf(
	ctx context.Context,
	actor access.Actor,
	unitID, columnID int64,
) (last Last, ok bool, err error) {
	defer fault.Step(&err, "post.LastOf %d %d", unitID, columnID)

	scope, args := access.Scope(actor, access.PostView, "u.path")
	db := s.db.Gorm(ctx)
	found, err := gorm.G[struct {
		PostID    int64
		VersionID int64
		DueAt     *time.Time
	}](db).Raw(`
SELECT p.id AS post_id, v.id AS version_id, p.due_at
FROM (SELECT id, post_id FROM post_versions WHERE column_id = ? ORDER BY id DESC LIMIT ?) v
JOIN posts p ON p.version_id = v.id JOIN units u ON u.id = p.unit_id
WHERE p.unit_id = ? AND p.phase IN ('submitted', 'approved') AND `+scope+` ORDER BY v.id DESC LIMIT 1`,
		append([]any{columnID, lookedBack, unitID}, args...)...).
		Find(ctx)
	if err != nil || len(found) == 0 {
		return Last{}, false, err
	}
	last = Last{PostID: found[0].PostID, DueAt: found[0].DueAt}
	err = db.WithContext(ctx).Raw(
		"SELECT account_id FROM version_targets WHERE version_id = ? ORDER BY account_id", found[0].VersionID).
		Scan(&last.Accounts).Error

	return last, true, err
}
