package review

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
)

// namedSQL is the condition that an open step s, of the unit su, raised to ru, names the actor: by a grant,
// as chain.Placed.Names says, or as a stand-in it went to.
func namedSQL(actor access.Actor) (string, []any) {
	if actor.IsSystem() {
		return "TRUE", nil
	}
	var conds []string
	var args []any

	for _, grant := range actor.Grants {
		if access.ExtentOf(grant.Role, access.PostReview) == access.Nowhere {
			continue
		}
		conds = append(conds, `(s.role IN ('', ?) AND (s.relation = 'line' AND starts_with(su.path, ?)
			OR s.relation <> 'line' AND su.path = ?) OR ru.path = ?)`)
		args = append(args, string(grant.Role), grant.Path, grant.Path, grant.Path)
	}
	if conds == nil {
		return "FALSE", nil
	}
	conds = append(conds, `EXISTS (SELECT FROM review_step_stand_ins x
		WHERE x.step_id = s.id AND x.round = s.round AND x.user_id = ?)`)
	args = append(args, actor.UserID)

	return "(" + strings.Join(conds, " OR ") + ")", args
}

// waitingRow is Waiting without embedding, as GORM scans it.
type waitingRow struct {
	ID            int64
	PostID        int64
	VersionID     int64
	VersionNumber int
	Level         int
	Step          string
	Steps         int
	Hash          []byte
	OpenedAt      time.Time
	UnitPath      string
	UnitName      string
	SubmittedName string
	Text          string
	RepostOf      string
	Accounts      int
	Pictures      int
	ThumbID       int64
	DueAt         *time.Time
	DueNow        bool
	Urgent        bool
	LimitAt       *time.Time
	Late          bool
	Own           bool
	Opened        bool
	Items         bool
	Edit          bool
}

const selectWaiting = `
SELECT r.id, r.post_id, r.version_id, v.number AS version_number, s.number AS level, s.name AS step,
    (SELECT count(*) FROM review_steps o WHERE o.run_id = r.id) AS steps, r.hash, s.opened_at,
    u.path AS unit_path, u.name AS unit_name,
       coalesce(w.display_name, '') AS submitted_name, v.text, v.repost_of,
       (SELECT count(*) FROM version_targets t WHERE t.version_id = v.id) AS accounts,
       (SELECT count(*) FROM version_media m WHERE m.version_id = v.id) AS pictures,
       coalesce((SELECT m.media_id FROM version_media m WHERE m.version_id = v.id ORDER BY m.position
           LIMIT 1), 0) AS thumb_id,
       p.due_at, p.due_now, p.urgent, s.limit_at, s.late_at IS NOT NULL AS late,
       (NOT s.edit AND (p.author_id = ? OR v.submitted_by = ? OR ? = ANY (v.editors)) OR EXISTS (
           SELECT FROM review_decisions d WHERE d.run_id = r.id AND d.by_user = ?
               AND (d.step_id <> s.id OR d.round = s.round))) AS own,
       EXISTS (SELECT FROM review_opened o
           WHERE o.version_id = v.id AND o.user_id = ? AND o.hash = r.hash) AS opened,
       s.edit, s.items <> '[]' OR s.edit AS items
FROM review_steps s JOIN review_runs r ON r.id = s.run_id JOIN post_versions v ON v.id = r.version_id
    JOIN posts p ON p.id = r.post_id JOIN units u ON u.id = p.unit_id
    JOIN units su ON su.id = s.unit_id LEFT JOIN units ru ON ru.id = s.raised_unit_id
LEFT JOIN users w ON w.id = v.submitted_by WHERE s.state = 'open' AND `

func pending(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Waiting, error) {
	scope, args := namedSQL(actor)
	args = append([]any{actor.UserID, actor.UserID, actor.UserID, actor.UserID, actor.UserID}, args...)
	rows, err := gorm.G[waitingRow](
		db,
	).
		Raw(selectWaiting+scope+" ORDER BY p.urgent DESC, p.due_at NULLS FIRST, s.opened_at, r.id LIMIT 500", args...).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	list := make([]Waiting, len(rows))
	for i, row := range rows {
		list[i] = Waiting{
			UnitPath:      row.UnitPath,
			UnitName:      row.UnitName,
			SubmittedName: row.SubmittedName,
			Text:          row.Text,
			RepostOf:      row.RepostOf,
			Accounts:      row.Accounts,
			Pictures:      row.Pictures,
			ThumbID:       row.ThumbID,
			DueAt:         row.DueAt,
			DueNow:        row.DueNow,
			Urgent:        row.Urgent,
			LimitAt:       row.LimitAt,
			Late:          row.Late,
			Own:           row.Own,
			Opened:        row.Opened,
			Items:         row.Items,
			Edit:          row.Edit,
			Review: Review{
				ID:            row.ID,
				PostID:        row.PostID,
				VersionID:     row.VersionID,
				VersionNumber: row.VersionNumber,
				Level:         row.Level,
				Step:          row.Step,
				Steps:         row.Steps,
				Hash:          row.Hash,
				State:         Pending,
				OpenedAt:      row.OpenedAt,
			},
		}
	}

	return list, nil
}
