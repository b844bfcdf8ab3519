package identity

import (
	"context"
	"errors"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Session is a sign-in. Expires is its absolute end; it ends earlier when nothing is asked for long.
type Session struct {
	ID         int64
	UserID     int64
	API        bool
	CreatedAt  time.Time
	LastSeenAt time.Time
	Expires    time.Time
	IP         string
	UserAgent  string
	MustChange bool // the password was set by somebody else: nothing may be done before a new one
}

// SessionInfo is what the faces need to know of the session behind a request.
type SessionInfo struct {
	ID         int64
	Username   string
	UnitID     int64
	UnitName   string
	Expires    time.Time
	Lang       string // "zh" or "en"
	Theme      string // "auto", "light" or "dark"
	MustChange bool

	// EndedOf is whose session it was, where it ended within keptAfter; everything else is empty then.
	EndedOf int64
}

// keptAfter is how long an ended session still says whose it was.
const keptAfter = 12 * time.Hour

// errWrong is the one answer to a wrong name, a wrong password and a disabled user.
var errWrong = fault.Unauthenticated("用户名或密码不正确")

// errSignedOut answers a token that is not, or no longer, good.
var errSignedOut = fault.Unauthenticated("登录已过期，请重新登录")

// SignIn opens a browser session and gives its token. Fails with fault.Unauthenticated, the same and
// after the same time for a wrong name as for a wrong password; with fault.TooMany while the name must
// wait after failures from this address; with fault.Unavailable when too many sign in at once.
// Successes are in the trail, failures are counted.
func (s *Service) SignIn(
	ctx context.Context,
	username, password, ip, userAgent string,
) (_ Session, _ string, err error) {
	defer fault.Step(&err, "identity.SignIn")

	return s.signIn(ctx, attempt{cleanUsername(username), password, ip, userAgent, false})
}

// SignInAPI is SignIn for a program: its session has no idle limit, only the absolute one.
func (s *Service) SignInAPI(
	ctx context.Context,
	username, password, ip, userAgent string,
) (_ Session, _ string, err error) {
	defer fault.Step(&err, "identity.SignInAPI")

	return s.signIn(ctx, attempt{cleanUsername(username), password, ip, userAgent, true})
}

type attempt struct {
	name, password, ip, agent string
	api                       bool
}

func (s *Service) signIn(ctx context.Context, a attempt) (Session, string, error) {
	if err := s.claimTry(ctx, a.name, a.ip); err != nil {
		return Session{}, "", err
	}
	row, err := userByName(ctx, s.db.Gorm(ctx), a.name)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return Session{}, "", err
	}
	hash := row.PasswordHash
	if row.DisabledAt != nil {
		hash = ""
	}
	ok, stale, err := s.hasher.check(ctx, a.password, hash)
	if err != nil {
		return Session{}, "", err
	}
	if !ok {
		return Session{}, "", s.refuse(ctx, a, errWrong)
	}
	if stale {
		if hash, err = s.hasher.hash(ctx, a.password); err != nil {
			return Session{}, "", err
		}
	}

	return s.open(ctx, a, row, hash)
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}

	return s
}

// open makes the session, unless user or password changed while the hash was computed.
func (s *Service) open(ctx context.Context, a attempt, row userRow, hash string) (Session, string, error) {
	var made Session
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		fresh, err := lockUser(ctx, tx.DB, row.ID)
		if err != nil {
			return err
		}
		if fresh.DisabledAt != nil || fresh.PasswordHash != row.PasswordHash {
			return errWrong
		}
		if hash != row.PasswordHash {
			if err := replaceHash(ctx, tx.DB, row.ID, hash); err != nil {
				return err
			}
		}
		made = Session{
			UserID:     row.ID,
			API:        a.api,
			CreatedAt:  now,
			LastSeenAt: now,
			Expires:    now.Add(s.absolute),
			IP:         a.ip,
			UserAgent:  cut(a.agent, 300),
			MustChange: fresh.MustChange,
		}
		if made.ID, err = insertSession(ctx, tx.DB, made); err != nil {
			return err
		}
		if err := s.forgetTries(ctx, tx.DB, a.name, a.ip); err != nil {
			return err
		}
		actor := access.Actor{UserID: row.ID, Name: row.DisplayName, SessionID: made.ID, IP: a.ip}

		return s.record(ctx, tx, actor, actSessionOpen, row.ID, row.UnitPath, "", map[string]any{
			"session": made.ID, "api": a.api,
		})
	})
	if err != nil {
		return Session{}, "", err
	}
	token, err := s.signer.sign(row.ID, made.ID)

	return made, token, err
}

// seenEvery is how often a session's last request is written down.
const seenEvery = time.Minute

// Actor gives the person behind a token with the grants in force at this moment. Fails with
// fault.Unauthenticated when the token is forged, the session ended or the user is disabled. Somebody
// who must change the password first comes without any grant. Of a browser's session that ended lately
// it is told whose it was, beside the failure.
func (s *Service) Actor(
	ctx context.Context,
	token, ip, userAgent string,
) (_ access.Actor, _ SessionInfo, err error) {
	defer fault.Step(&err, "identity.Actor")

	now := s.now()
	actor, row, err := s.look(ctx, token, ip, now)
	if errors.Is(err, errSignedOut) {
		return access.Actor{}, s.ended(ctx, token, now), err
	}
	if err != nil {
		return access.Actor{}, SessionInfo{}, err
	}
	if now.Sub(row.LastSeenAt) >= seenEvery {
		if err := touch(ctx, s.db.Gorm(ctx), row.ID, now, ip, cut(userAgent, 300)); err != nil {
			return access.Actor{}, SessionInfo{}, err
		}
	}

	return actor, row.info(), nil
}

// Look is Actor for what a page asks by itself: it does not count as use, so that a session nobody uses
// ends though a page is open.
func (s *Service) Look(ctx context.Context, token, ip string) (_ access.Actor, _ SessionInfo, err error) {
	defer fault.Step(&err, "identity.Look")

	actor, row, err := s.look(ctx, token, ip, s.now())
	if err != nil {
		return access.Actor{}, SessionInfo{}, err
	}

	return actor, row.info(), nil
}

func (s *Service) look(ctx context.Context, token, ip string, now time.Time) (access.Actor, liveRow, error) {
	user, session, ok := s.signer.read(token)
	if !ok {
		return access.Actor{}, liveRow{}, errSignedOut
	}
	row, err := liveSession(ctx, s.db.Gorm(ctx), user, session, now, now.Add(-s.idle))
	if err != nil {
		return access.Actor{}, liveRow{}, err
	}
	actor := access.Actor{UserID: user, Name: row.DisplayName, SessionID: session, IP: ip}
	if !row.MustChange {
		actor.Grants, err = row.grants()
	}

	return actor, row, err
}

// ended says whose session it was, where that ended lately; the zero value otherwise, and where it
// cannot be told.
func (s *Service) ended(ctx context.Context, token string, now time.Time) SessionInfo {
	user, session, ok := s.signer.read(token)
	if !ok {
		return SessionInfo{}
	}
	since := now.Add(-keptAfter)
	lately, err := endedLately(ctx, s.db.Gorm(ctx), user, session, since, since.Add(-s.idle))
	if err != nil || !lately {
		return SessionInfo{}
	}

	return SessionInfo{EndedOf: user}
}

// NameOf is the display name of a user. Fails with fault.NotFound.
func (s *Service) NameOf(ctx context.Context, user int64) (_ string, err error) {
	defer fault.Step(&err, "identity.NameOf")

	row, err := loadUser(ctx, s.db.Gorm(ctx), user)

	return row.DisplayName, err
}

// Sessions lists the actor's own open sessions, the latest used first.
func (s *Service) Sessions(ctx context.Context, actor access.Actor) (_ []Session, err error) {
	defer fault.Step(&err, "identity.Sessions")

	now := s.now()

	return openSessions(ctx, s.db.Gorm(ctx), actor.UserID, now, now.Add(-s.idle))
}

// SignOut ends the session the actor acts in.
func (s *Service) SignOut(ctx context.Context, actor access.Actor) (err error) {
	defer fault.Step(&err, "identity.SignOut")

	_, err = s.endSessions(ctx, actor, actSessionClose, "id = ?", actor.SessionID)

	return err
}

// SignOutEverywhere ends all of the actor's sessions, this one included.
func (s *Service) SignOutEverywhere(ctx context.Context, actor access.Actor) (err error) {
	defer fault.Step(&err, "identity.SignOutEverywhere")

	_, err = s.endSessions(ctx, actor, actSessionCloseAll, "TRUE")

	return err
}

// EndSession ends one of the actor's own sessions. Fails with fault.NotFound when it is not the actor's
// or has ended.
func (s *Service) EndSession(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "identity.EndSession %d", id)

	n, err := s.endSessions(ctx, actor, actSessionRevoke, "id = ?", id)
	if err == nil && n == 0 {
		return fault.NotFound("没有找到这个会话，可能已经结束")
	}

	return err
}

// endSessions ends those of the actor's sessions that the condition picks, and records it when there
// were any.
func (s *Service) endSessions(
	ctx context.Context,
	actor access.Actor,
	action audit.Act,
	where string,
	args ...any,
) (n int64, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if n, err = revokeSessions(ctx, tx.DB, actor.UserID, s.now(), where, args...); err != nil || n == 0 {
			return err
		}
		row, err := loadUser(ctx, tx.DB, actor.UserID)
		if err != nil {
			return err
		}
		detail := map[string]any{"ended": n}
		if len(args) > 0 {
			detail["session"] = args[0]
		}

		return s.record(ctx, tx, actor, action, actor.UserID, row.UnitPath, "", detail)
	})

	return n, err
}
