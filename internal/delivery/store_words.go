package delivery

import (
	"context"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Words gives the wording that goes out, by delivery, of those the actor may see: one statement for a
// page of a list.
func (s *Service) Words(
	ctx context.Context,
	actor access.Actor,
	ids []int64,
) (_ map[int64]string, err error) {
	defer fault.Step(&err, "delivery.Words")

	out := make(map[int64]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	scope, args := access.Scope(actor, access.PostView, "u.path")

	rows, err := gorm.G[wording](s.db.Gorm(ctx)).Raw(`
SELECT d.id, coalesce(vt.variant, v.text) AS text FROM deliveries d JOIN accounts a ON a.id = d.account_id
    JOIN units u ON u.id = a.unit_id
JOIN post_versions v ON v.id = d.version_id LEFT JOIN version_targets vt ON vt.version_id = v.id
    AND vt.account_id = d.account_id
WHERE d.id IN ? AND `+scope, append([]any{ids}, args...)...).Find(ctx)
	for _, r := range rows {
		out[r.ID] = r.Text
	}

	return out, err
}

type wording struct {
	ID   int64
	Text string
}
