package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// User is a person who may sign in, named by the post he or she holds.
type User struct {
	ID          int64
	Username    string
	DisplayName string
	UnitID      int64
	UnitName    string
	UnitPath    string
	MustChange  bool
	Lang        string
	Theme       string
	CreatedAt   time.Time
	ChangedAt   time.Time // of the password
	LastSeenAt  time.Time // zero: never signed in
	DisabledAt  *time.Time
	Roles       []access.Role // of grants in force within the reader's subtree
}

// NewUser is a user to be created, with the first grants.
type NewUser struct {
	Username    string
	DisplayName string
	UnitID      int64
	Password    string
	MustChange  bool // a new password at the first sign-in
	Grants      []NewGrant
}

// NewGrant is a role to be given over a unit and all below it, until an instant or without end.
type NewGrant struct {
	Role   access.Role
	UnitID int64
	Until  *time.Time
}

// CreateUser adds a user to a unit, with grants, in one transaction. The actor must manage users there, or be the machine
// (command line). Fails with fault.Fields or fault.Invalid at the fields "username", "display_name", "unit", "password",
// "role", "until".
func (s *Service) CreateUser(ctx context.Context, actor access.Actor, n NewUser) (User, error) {
	n.Username, n.DisplayName = cleanUsername(n.Username), strings.TrimSpace(n.DisplayName)
	if err := n.check(); err != nil {
		return User{}, err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	var made User
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := unitFor(ctx, tx, actor, n.UnitID)
		if err != nil {
			return err
		}
		id, err := insertUser(ctx, tx.DB, n, hash, s.now())
		if err != nil {
			return err
		}
		if err := s.record(ctx, tx, actor, "user.create", id, unit.Path, "",
			map[string]any{"username": n.Username, "name": n.DisplayName, "unit": unit.Name}); err != nil {
			return err
		}
		for _, g := range n.Grants {
			if _, err := s.grantTx(ctx, tx, actor, id, g); err != nil {
				return err
			}
		}
		row, err := loadUser(ctx, tx.DB, id)
		made = row.user()
		return err
	})
	return made, err
}

func (n NewUser) check() error {
	var f fault.Fields
	f.Add(checkUsername(n.Username))
	f.Add(checkDisplayName(n.DisplayName))
	f.Add(checkPassword("password", n.Password, n.Username))
	if n.UnitID == 0 {
		f.Add(fault.Invalid("unit", "请选择所属单位"))
	}
	return f.Err()
}

// unitFor gives the unit a form named, if the actor manages users there.
func unitFor(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (org.Unit, error) {
	u, err := org.FindTx(ctx, tx, actor, access.UserManage, id)
	if fault.Is(err, fault.KindNotFound) {
		return org.Unit{}, fault.Invalid("unit", "只能选择您管辖范围内的单位").With(err)
	}
	return u, err
}

// UserFilter narrows the list of users. Zero fields do not filter.
type UserFilter struct {
	Query    string // part of user name or display name
	UnitPath string // this unit and all below it
	Role     access.Role
	State    string // "active", "disabled" or "" for all
	After    int64  // the last id of the page before
	Limit    int    // 50 when zero
}

// Users lists the users of the actor's subtree and those who hold a grant in it, by number.
func (s *Service) Users(ctx context.Context, actor access.Actor, f UserFilter) ([]User, error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	return listUsers(ctx, s.db.Gorm(ctx), actor, f, s.now())
}

// UserDetail is a user with the grants the reader may know of, the ended ones included, newest first. Elsewhere counts
// grants in force outside of the reader's subtree: then only an administrator above may reset or disable.
type UserDetail struct {
	User
	Grants    []Grant
	Elsewhere int
}

// FindUser gives one user. Fails with fault.NotFound outside of the actor's subtree.
func (s *Service) FindUser(ctx context.Context, actor access.Actor, id int64) (UserDetail, error) {
	var d UserDetail
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		row, err := visibleUser(ctx, tx.DB, actor, id, s.now())
		if err != nil {
			return err
		}
		d.User = row.user()
		grants, err := grantsOf(ctx, tx.DB, id)
		for _, g := range grants {
			switch {
			case actor.CanAt(access.UserManage, g.UnitPath):
				d.Grants = append(d.Grants, g)
			case g.InForce(s.now()):
				d.Elsewhere++
			}
		}
		return err
	})
	return d, err
}

// UpdateUser changes display name and unit. Same faults as CreateUser, and fault.Forbidden for a user who holds grants
// outside of the actor's subtree.
func (s *Service) UpdateUser(ctx context.Context, actor access.Actor, id int64, displayName string, unitID int64) error {
	displayName = strings.TrimSpace(displayName)
	if err := checkDisplayName(displayName); err != nil {
		return err
	}
	return s.changeUser(ctx, actor, id, func(tx pg.Tx, u userRow) error {
		unit, err := unitFor(ctx, tx, actor, unitID)
		if err != nil || unit.ID == u.UnitID && displayName == u.DisplayName {
			return err
		}
		if err := updateUser(ctx, tx.DB, id, displayName, unit.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "user.update", id, u.UnitPath, "", map[string]any{
			"from": u.DisplayName, "to": displayName, "unit": unit.Name})
	})
}

// ResetPassword sets a password that the person must change at the next sign-in, and ends all the person's sessions.
// Fails with fault.Invalid at "password", and with fault.Forbidden for the actor's own password, or for a user who holds
// grants outside of the actor's subtree: a reset would be a way to rights the actor does not have.
func (s *Service) ResetPassword(ctx context.Context, actor access.Actor, id int64, password string) error {
	if id == actor.UserID {
		return fault.Forbidden("本人密码请在“我的”页面修改")
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.changeUser(ctx, actor, id, func(tx pg.Tx, u userRow) error {
		if err := checkPassword("password", password, u.Username); err != nil {
			return err
		}
		if err := setPassword(ctx, tx.DB, id, hash, true, s.now()); err != nil {
			return err
		}
		if _, err := revokeSessions(ctx, tx.DB, id, s.now(), "TRUE"); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "user.reset", id, u.UnitPath, "", nil)
	})
}

// DisableUser shuts a person out at once: sessions end, grants stay for the record. Fails with fault.Conflict for the
// last administrator of the whole tree, fault.Forbidden for oneself.
func (s *Service) DisableUser(ctx context.Context, actor access.Actor, id int64, why string) error {
	if id == actor.UserID {
		return fault.Forbidden("不能停用自己")
	}
	return s.changeUser(ctx, actor, id, func(tx pg.Tx, u userRow) error {
		if u.DisabledAt != nil {
			return nil
		}
		err := s.keepAdministrator(ctx, tx, func() error {
			now := s.now()
			if err := setDisabled(ctx, tx.DB, id, &now); err != nil {
				return err
			}
			_, err := revokeSessions(ctx, tx.DB, id, now, "TRUE")
			return err
		})
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "user.disable", id, u.UnitPath, why, nil)
	})
}

// EnableUser lets a disabled person sign in again, with the grants that are still in force.
func (s *Service) EnableUser(ctx context.Context, actor access.Actor, id int64) error {
	return s.changeUser(ctx, actor, id, func(tx pg.Tx, u userRow) error {
		if u.DisabledAt == nil {
			return nil
		}
		if err := setDisabled(ctx, tx.DB, id, nil); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "user.enable", id, u.UnitPath, "", nil)
	})
}

// changeUser runs fn with the user's row locked, for a user who is the actor's to manage as a whole.
func (s *Service) changeUser(ctx context.Context, actor access.Actor, id int64, fn func(tx pg.Tx, u userRow) error) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := visibleUser(ctx, tx.DB, actor, id, s.now()); err != nil {
			return err
		}
		u, err := lockUser(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		grants, err := grantsOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		whole := actor.CanAt(access.UserManage, u.UnitPath)
		for _, g := range grants {
			whole = whole && (!g.InForce(s.now()) || actor.CanAt(access.UserManage, g.UnitPath))
		}
		if !whole {
			return fault.Forbidden("该用户属于您管辖范围以外的单位，或有范围以外的授权，须由上级管理员办理")
		}
		return fn(tx, u)
	})
}

// ChangePassword sets the actor's own password and ends all other sessions of the actor. Fails with fault.Invalid at
// "current" or "password", and with fault.TooMany after too many wrong ones.
func (s *Service) ChangePassword(ctx context.Context, actor access.Actor, current, password string) error {
	u, err := loadUser(ctx, s.db.Gorm(ctx), actor.UserID)
	if err != nil {
		return err
	}
	if err := s.checkCurrent(ctx, actor, u, current); err != nil {
		return err
	}
	if err := checkPassword("password", password, u.Username); err != nil {
		return err
	}
	if password == current {
		return fault.Invalid("password", "新密码不能与当前密码相同")
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		fresh, err := lockUser(ctx, tx.DB, u.ID)
		if err != nil {
			return err
		}
		if fresh.PasswordHash != u.PasswordHash {
			return fault.Conflict("密码刚刚被修改过，请重新登录")
		}
		if err := setPassword(ctx, tx.DB, u.ID, hash, false, s.now()); err != nil {
			return err
		}
		n, err := revokeSessions(ctx, tx.DB, u.ID, s.now(), "id <> ?", actor.SessionID)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "user.password", u.ID, u.UnitPath, "", map[string]any{"ended": n})
	})
}

// checkCurrent asks for the present password under the same slowing as a sign-in: a session left open on a desk is no
// licence to guess.
func (s *Service) checkCurrent(ctx context.Context, actor access.Actor, u userRow, current string) error {
	if err := s.claimTry(ctx, u.Username, actor.IP); err != nil {
		return err
	}
	ok, _, err := s.hasher.check(ctx, current, u.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Invalid("current", "当前密码不正确")
	}
	return clearFailures(ctx, s.db.Gorm(ctx), u.Username, network(actor.IP))
}

// Me gives the actor's own user.
func (s *Service) Me(ctx context.Context, actor access.Actor) (UserDetail, error) {
	row, err := loadUser(ctx, s.db.Gorm(ctx), actor.UserID)
	if err != nil {
		return UserDetail{}, err
	}
	d := UserDetail{User: row.user()}
	grants, err := grantsOf(ctx, s.db.Gorm(ctx), actor.UserID)
	for _, g := range grants {
		if g.InForce(s.now()) {
			d.Grants = append(d.Grants, g)
		}
	}
	return d, err
}

// Prefer keeps the actor's own language ("zh…" or "en") and theme ("auto", "light", "dark"); an empty one stays.
func (s *Service) Prefer(ctx context.Context, actor access.Actor, lang, theme string) error {
	if strings.HasPrefix(lang, "zh") {
		lang = "zh"
	}
	if lang != "" && lang != "zh" && lang != "en" {
		return fault.Invalid("lang", "请选择语言")
	}
	if theme != "" && theme != "auto" && theme != "light" && theme != "dark" {
		return fault.Invalid("theme", "请选择外观")
	}
	return setPreferences(ctx, s.db.Gorm(ctx), actor.UserID, lang, theme)
}

// Ref is the user as the audit trail names it.
func (u User) Ref() string { return fmt.Sprintf("user/%d", u.ID) }
