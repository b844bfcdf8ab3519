package identity

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
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
	NeedsCode   bool // the first own password needs the one-time code of the confirmer
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
	Role   access.Role `json:"role"`
	UnitID int64       `json:"unit_id"`
	Until  *time.Time  `json:"until,omitempty"`
}

// CreateUser adds a user to a unit, with grants, in one transaction. Only the machine does it at once: people ask by AskUser.
// Fails with fault.Fields or fault.Invalid at the fields "username", "display_name", "unit", "password", "role", "until".
func (s *Service) CreateUser(ctx context.Context, actor access.Actor, n NewUser) (User, error) {
	d, err := alone(actor)
	if err != nil {
		return User{}, err
	}
	n = n.clean()
	if err := n.check(); err != nil {
		return User{}, err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}

	var made User
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		id, err := s.createTx(ctx, tx, d, n, hash)
		if err != nil {
			return err
		}
		row, err := loadUser(ctx, tx.DB, id)
		made = row.user()
		return err
	})
	return made, err
}

func (s *Service) createTx(ctx context.Context, tx pg.Tx, d deed, n NewUser, hash string) (int64, error) {
	if err := n.checkNames(); err != nil {
		return 0, err
	}
	unit, err := unitFor(ctx, tx, d.asker, n.UnitID)
	if err != nil {
		return 0, err
	}
	if err := postFree(ctx, tx.DB, unit.ID, 0, n.DisplayName); err != nil {
		return 0, err
	}
	id, err := insertUser(ctx, tx.DB, d, n, hash, s.now())
	if err != nil {
		return 0, err
	}
	detail := map[string]any{"username": n.Username, "name": n.DisplayName, "unit": unit.Name}
	if err := s.recordDeed(ctx, tx, d, "user.create", id, unit.Path, detail); err != nil {
		return 0, err
	}
	for _, g := range n.Grants {
		if _, err := s.grantTx(ctx, tx, d, id, g); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (n NewUser) clean() NewUser {
	n.Username, n.DisplayName = cleanUsername(n.Username), glyph.Clean(n.DisplayName)
	return n
}

// checkNames are the rules of check that do not need the password.
func (n NewUser) checkNames() error {
	var f fault.Fields
	f.Add(checkUsername(n.Username))
	f.Add(checkDisplayName(n.DisplayName))
	if n.UnitID == 0 {
		f.Add(fault.Invalid("unit", "请选择所属单位"))
	}
	return f.Err()
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

// ByUsername gives the user of a sign-in name, for the command line. Fails with fault.NotFound.
func (s *Service) ByUsername(ctx context.Context, name string) (User, error) {
	row, err := userByName(ctx, s.db.Gorm(ctx), cleanUsername(name))
	return row.user(), err
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

// UpdateUser changes display name and unit. Only the machine does it at once: people ask by AskUpdate. Same faults as
// CreateUser, fault.Forbidden for a user who holds grants outside of the asker's subtree.
func (s *Service) UpdateUser(ctx context.Context, actor access.Actor, id int64, displayName string, unitID int64) error {
	d, err := alone(actor)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.updateTx(ctx, tx, d, id, glyph.Clean(displayName), unitID) })
}

func (s *Service) updateTx(ctx context.Context, tx pg.Tx, d deed, id int64, displayName string, unitID int64) error {
	if err := checkDisplayName(displayName); err != nil {
		return err
	}
	u, err := s.whole(ctx, tx, d.asker, id)
	if err != nil {
		return err
	}
	unit, err := unitFor(ctx, tx, d.asker, unitID)
	if err != nil {
		return err
	}
	if unit.ID == u.UnitID && displayName == u.DisplayName {
		if d.asker.IsSystem() {
			return nil
		}
		return fault.Conflict("没有改动")
	}
	if err := postFree(ctx, tx.DB, unit.ID, id, displayName); err != nil {
		return err
	}
	if err := updateUser(ctx, tx.DB, id, displayName, unit.ID); err != nil {
		return err
	}
	return s.recordDeed(ctx, tx, d, "user.update", id, u.UnitPath, map[string]any{
		"from": u.DisplayName, "to": displayName, "unit": unit.Name})
}

// ResetPassword sets a password that the person must change at the next sign-in, and ends all the person's sessions. Only the
// machine does it at once: people ask by AskReset. Fails with fault.Invalid at "password", and with fault.Forbidden for the
// asker's own password, or for a user who holds grants outside of the asker's subtree: a reset would be a way to rights the
// asker does not have.
func (s *Service) ResetPassword(ctx context.Context, actor access.Actor, id int64, password string) error {
	d, err := alone(actor)
	if err != nil {
		return err
	}
	u, err := loadUser(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	if err := checkPassword("password", password, u.Username); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.resetTx(ctx, tx, d, id, hash) })
}

func (s *Service) resetTx(ctx context.Context, tx pg.Tx, d deed, id int64, hash string) error {
	if id == d.asker.UserID {
		return fault.Forbidden("本人密码请在“我的”页面修改")
	}
	u, err := s.whole(ctx, tx, d.asker, id)
	if err != nil {
		return err
	}
	if err := rememberPassword(ctx, tx.DB, u, s.now()); err != nil {
		return err
	}
	if err := setPassword(ctx, tx.DB, id, hash, true, s.now()); err != nil {
		return err
	}
	if err := setFirst(ctx, tx.DB, id, nil, nil); err != nil {
		return err
	}
	if _, err := revokeSessions(ctx, tx.DB, id, s.now(), "TRUE"); err != nil {
		return err
	}
	return s.recordDeed(ctx, tx, d, "user.reset", id, u.UnitPath, nil)
}

// DisableUser shuts a person out at once: sessions end, grants stay for the record. It needs nobody else, and those who watch
// over the unit are told. Fails with fault.Conflict for the last administrator of the whole tree, fault.Forbidden for oneself.
func (s *Service) DisableUser(ctx context.Context, actor access.Actor, id int64, why string) error {
	if id == actor.UserID {
		return fault.Forbidden("不能停用自己")
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		u, err := s.whole(ctx, tx, actor, id)
		if err != nil || u.DisabledAt != nil {
			return err
		}
		if err := s.disableTx(ctx, tx, actor, u, why); err != nil {
			return err
		}
		return tellTaken(ctx, tx, s.now(), actor, u, u.UnitPath, "people.disabled", nil)
	})
}

func (s *Service) disableTx(ctx context.Context, tx pg.Tx, actor access.Actor, u userRow, why string) error {
	now := s.now()
	err := s.keepAdministrator(ctx, tx, func() error {
		if err := setDisabled(ctx, tx.DB, u.ID, &now); err != nil {
			return err
		}
		_, err := revokeSessions(ctx, tx.DB, u.ID, now, "TRUE")
		return err
	})
	if err != nil {
		return err
	}
	return s.record(ctx, tx, actor, "user.disable", u.ID, u.UnitPath, why, nil)
}

// EnableUser lets a disabled person sign in again, with the grants that are still in force. Only the machine does it at once:
// people ask by AskEnable.
func (s *Service) EnableUser(ctx context.Context, actor access.Actor, id int64) error {
	d, err := alone(actor)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.enableTx(ctx, tx, d, id) })
}

func (s *Service) enableTx(ctx context.Context, tx pg.Tx, d deed, id int64) error {
	u, err := s.whole(ctx, tx, d.asker, id)
	switch {
	case err != nil:
		return err
	case u.DisabledAt == nil && d.asker.IsSystem():
		return nil
	case u.DisabledAt == nil:
		return fault.Conflict("该用户没有停用")
	}
	if err := postFree(ctx, tx.DB, u.UnitID, id, u.DisplayName); err != nil {
		return err
	}
	if err := setDisabled(ctx, tx.DB, id, nil); err != nil {
		return err
	}
	return s.recordDeed(ctx, tx, d, "user.enable", id, u.UnitPath, nil)
}

// whole locks and gives a user who is the asker's to manage as a whole.
func (s *Service) whole(ctx context.Context, tx pg.Tx, asker access.Actor, id int64) (userRow, error) {
	if _, err := visibleUser(ctx, tx.DB, asker, id, s.now()); err != nil {
		return userRow{}, err
	}
	u, err := lockUser(ctx, tx.DB, id)
	if err != nil {
		return userRow{}, err
	}
	grants, err := grantsOf(ctx, tx.DB, id)
	if err != nil {
		return userRow{}, err
	}
	all := asker.CanAt(access.UserManage, u.UnitPath)
	for _, g := range grants {
		all = all && (!g.InForce(s.now()) || asker.CanAt(access.UserManage, g.UnitPath))
	}
	if !all {
		return userRow{}, fault.Forbidden("该用户属于您管辖范围以外的单位，或有范围以外的授权，须由上级管理员办理")
	}
	return u, nil
}

// ChangePassword sets the actor's own password and ends all other sessions of the actor. Where an initial password is replaced,
// the one-time code is needed too. Fails with fault.Invalid at "current", "code" or "password", and with fault.TooMany after
// too many wrong ones.
func (s *Service) ChangePassword(ctx context.Context, actor access.Actor, n NewPassword) error {
	u, err := loadUser(ctx, s.db.Gorm(ctx), actor.UserID)
	if err != nil {
		return err
	}
	if err := s.checkCurrent(ctx, actor, u, n); err != nil {
		return err
	}
	if err := s.mayChoose(ctx, u, n); err != nil {
		return err
	}
	return s.choose(ctx, actor, u, n)
}

// mayChoose tells whether somebody may take a new password of his or her own.
func (s *Service) mayChoose(ctx context.Context, u userRow, n NewPassword) error {
	if err := checkPassword("password", n.Password, u.Username); err != nil {
		return err
	}
	if err := checkStrength("password", n.Password, u.Username, u.DisplayName); err != nil {
		return err
	}
	if n.Password == n.Current {
		return fault.Invalid("password", "新密码不能与当前密码相同")
	}
	return s.notUsedBefore(ctx, u, n.Password)
}

// choose writes somebody's own new password, unless it changed meanwhile.
func (s *Service) choose(ctx context.Context, actor access.Actor, u userRow, n NewPassword) error {
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		fresh, err := lockUser(ctx, tx.DB, u.ID)
		if err != nil {
			return err
		}
		if fresh.PasswordHash != u.PasswordHash || !bytes.Equal(fresh.FirstHash, u.FirstHash) || fresh.DisabledAt != nil {
			return fault.Conflict("密码刚刚被修改过，请重新登录")
		}
		if err := rememberPassword(ctx, tx.DB, u, s.now()); err != nil {
			return err
		}
		if err := setPassword(ctx, tx.DB, u.ID, hash, false, s.now()); err != nil {
			return err
		}
		if err := setFirst(ctx, tx.DB, u.ID, nil, nil); err != nil {
			return err
		}
		ended, err := revokeSessions(ctx, tx.DB, u.ID, s.now(), "id <> ?", actor.SessionID)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "user.password", u.ID, u.UnitPath, "", map[string]any{"ended": ended, "first": u.FirstHash != nil})
	})
}

// checkCurrent asks for the present password, and the one-time code where one is needed, under the same slowing as a sign-in:
// a session left open on a desk is no licence to guess.
func (s *Service) checkCurrent(ctx context.Context, actor access.Actor, u userRow, n NewPassword) error {
	if err := s.claimTry(ctx, u.Username, actor.IP); err != nil {
		return err
	}
	ok, _, err := s.hasher.check(ctx, n.Current, u.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Invalid("current", "当前密码不正确")
	}
	if err := u.checkFirst(n.Code, s.now()); err != nil {
		return err
	}
	return s.forgetTries(ctx, s.db.Gorm(ctx), u.Username, actor.IP)
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
