package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/org"
)

func insertSession(ctx context.Context, db *gorm.DB, session Session) (int64, error) {
	kind := "browser"
	if session.API {
		kind = "api"
	}
	ids, err := gorm.G[int64](db).Raw(`INSERT INTO sessions (user_id, kind, created_at, last_seen_at,
			expires_at, ip, user_agent)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		session.UserID, kind, session.CreatedAt, session.LastSeenAt, session.Expires, session.IP,
		session.UserAgent).
		Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("open session: %w", err)
	}

	return ids[0], nil
}

// liveRow is all a request needs to know, read in one statement.
type liveRow struct {
	ID          int64
	Username    string
	DisplayName string
	UnitID      int64
	UnitName    string
	Lang        string
	Theme       string
	MustChange  bool
	LastSeenAt  time.Time
	ExpiresAt   time.Time
	GrantsText  string
}

// live is the condition of an open session; its marks are now and the oldest last request of a browser.
const live = "s.revoked_at IS NULL AND s.expires_at > ? AND (s.kind = 'api' OR s.last_seen_at > ?)"

func liveSession(
	ctx context.Context,
	db *gorm.DB,
	user, session int64,
	now, idleSince time.Time,
) (liveRow, error) {
	rows, err := gorm.G[liveRow](db).Raw(`SELECT s.id, u.username, u.display_name, u.unit_id,
			un.name AS unit_name, u.lang, u.theme, u.must_change,
			s.last_seen_at, s.expires_at,
				coalesce((SELECT json_agg(json_build_object('role', g.role, 'path', gu.path)
				ORDER BY g.id)::text
				FROM grants g JOIN units gu ON gu.id = g.unit_id
					WHERE g.user_id = u.id AND g.revoked_at IS NULL
				AND (g.valid_until IS NULL OR g.valid_until > ?)), '[]') AS grants_text
		FROM sessions s JOIN users u ON u.id = s.user_id JOIN units un ON un.id = u.unit_id
		WHERE s.id = ? AND s.user_id = ? AND u.disabled_at IS NULL AND `+live,
		now, session, user, now, idleSince).
		Find(ctx)
	if err != nil {
		return liveRow{}, fmt.Errorf("find session: %w", err)
	}
	if len(rows) == 0 {
		return liveRow{}, errSignedOut
	}

	return rows[0], nil
}

// endedLately tells whether a browser's session ended since an instant: by itself, by its idle limit or
// by an act.
func endedLately(
	ctx context.Context,
	db *gorm.DB,
	user, session int64,
	since, idleSince time.Time,
) (bool, error) {
	rows, err := gorm.G[int](db).Raw(`SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.id = ? AND s.user_id = ? AND u.disabled_at IS NULL AND s.kind = 'browser'
			AND s.expires_at > ? AND s.last_seen_at > ? AND coalesce(s.revoked_at > ?, true)`,
		session, user, since, idleSince, since).Find(ctx)

	return len(rows) > 0, err
}

// grants are read as role and path: the path ends in the unit's number.
func (r liveRow) grants() ([]access.Grant, error) {
	var raw []struct {
		Role access.Role `json:"role"`
		Path string      `json:"path"`
	}
	if err := json.Unmarshal([]byte(r.GrantsText), &raw); err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}

	out := make([]access.Grant, len(raw))
	for i, g := range raw {
		id, err := org.IDOf(g.Path)
		if err != nil {
			return nil, err
		}
		out[i] = access.Grant{Role: g.Role, UnitID: id, Path: g.Path}
	}

	return out, nil
}

func (r liveRow) info() SessionInfo {
	return SessionInfo{
		ID:         r.ID,
		Username:   r.Username,
		UnitID:     r.UnitID,
		UnitName:   r.UnitName,
		Expires:    r.ExpiresAt.UTC(),
		Lang:       r.Lang,
		Theme:      r.Theme,
		MustChange: r.MustChange,
	}
}

// touch writes down the last request; it never moves back, however two requests overtake each other.
func touch(ctx context.Context, db *gorm.DB, session int64, now time.Time, ip, agent string) error {
	return db.WithContext(ctx).Exec(`
		UPDATE sessions SET last_seen_at = ?, ip = ?, user_agent = ? WHERE id = ? AND last_seen_at < ?`,
		now, ip, agent, session, now).Error
}

func openSessions(ctx context.Context, db *gorm.DB, user int64, now, idleSince time.Time) ([]Session, error) {
	type row struct {
		ID         int64
		UserID     int64
		API        bool
		CreatedAt  time.Time
		LastSeenAt time.Time
		ExpiresAt  time.Time
		IP         string
		UserAgent  string
	}
	rows, err := gorm.G[row](db).Raw(`SELECT s.id, s.user_id, s.kind = 'api' AS api, s.created_at,
			s.last_seen_at, s.expires_at, s.ip, s.user_agent
		FROM sessions s WHERE s.user_id = ? AND `+live+" ORDER BY s.last_seen_at DESC, s.id DESC",
		user, now, idleSince).
		Find(ctx)

	out := make([]Session, len(rows))
	for i, r := range rows {
		out[i] = Session{
			ID:         r.ID,
			UserID:     r.UserID,
			API:        r.API,
			CreatedAt:  r.CreatedAt.UTC(),
			LastSeenAt: r.LastSeenAt.UTC(),
			Expires:    r.ExpiresAt.UTC(),
			IP:         r.IP,
			UserAgent:  r.UserAgent,
		}
	}

	return out, err
}

// revokeSessions ends a user's sessions that the condition picks and gives their number.
func revokeSessions(
	ctx context.Context,
	db *gorm.DB,
	user int64,
	now time.Time,
	where string,
	args ...any,
) (int64, error) {
	res := db.WithContext(ctx).Exec(`
		UPDATE sessions SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL AND `+where,
		append([]any{now, user}, args...)...)

	return res.RowsAffected, res.Error
}
