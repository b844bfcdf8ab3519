package identity

import (
	"context"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// ActingAs gives a person with the grants in force at this moment, for what reads in his or her name
// without a session, and the language of the person. Fails with fault.NotFound for a person who is
// disabled or must set a password first.
func (s *Service) ActingAs(ctx context.Context, user int64) (_ access.Actor, lang string, err error) {
	defer fault.Step(&err, "identity.ActingAs %d", user)

	rows, err := gorm.G[liveRow](s.db.Gorm(ctx)).Raw(`SELECT u.display_name, u.lang,
    coalesce((SELECT json_agg(json_build_object('role', g.role, 'path', gu.path) ORDER BY g.id)::text
        FROM grants g JOIN units gu ON gu.id = g.unit_id WHERE g.user_id = u.id AND g.revoked_at IS NULL
            AND (g.valid_until IS NULL OR g.valid_until > ?)), '[]') AS grants_text
FROM users u WHERE u.id = ? AND u.disabled_at IS NULL AND NOT u.must_change`, s.now(), user).Find(ctx)
	if err != nil {
		return access.Actor{}, "", err
	}
	if len(rows) == 0 {
		return access.Actor{}, "", fault.NotFound("没有找到该人员")
	}
	actor := access.Actor{UserID: user, Name: rows[0].DisplayName}
	actor.Grants, err = rows[0].grants()

	return actor, rows[0].Lang, err
}
