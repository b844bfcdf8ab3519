package delivery

import (
	"context"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// repeatWithin is how near another post of the same text must lie to be told.
const repeatWithin = 24 * time.Hour

// Repeats finds what goes out, or went out, with the same text on the accounts of a post's current
// version within a day of its time. It is told, not refused: a text may be meant twice. It fails with
// fault.NotFound when the actor may not see the post.
func (s *Service) Repeats(ctx context.Context, actor access.Actor, p post.Post) (_ []post.Repeat, err error) {
	defer fault.Step(&err, "delivery.Repeats")

	if err := access.Require(actor, access.PostView, p.UnitPath); err != nil {
		return nil, err
	}
	due := s.now()
	if p.DueAt != nil {
		due = *p.DueAt
	}

	return gorm.G[post.Repeat](s.db.Gorm(ctx)).Raw(`
SELECT t.account_id, a.handle, d.due_at, d.post_id
FROM version_targets t JOIN post_versions v ON v.id = t.version_id JOIN accounts a ON a.id = t.account_id
JOIN deliveries d ON d.account_id = t.account_id AND d.post_id <> v.post_id
JOIN post_versions ov ON ov.id = d.version_id JOIN version_targets ot ON ot.version_id = ov.id
    AND ot.account_id = d.account_id
WHERE t.version_id = ? AND d.state NOT IN ('cancelled', 'failed', 'missed', 'expired')
  AND (d.due_at > ? AND d.due_at < ? OR d.due_at IS NULL AND NOT d.settled)
  AND coalesce(ot.variant, ov.text) = coalesce(t.variant, v.text) AND btrim(coalesce(t.variant, v.text)) <> ''
ORDER BY a.position, a.id, d.due_at LIMIT 50`, p.VersionID, due.Add(-repeatWithin), due.Add(repeatWithin)).
		Find(ctx)
}
