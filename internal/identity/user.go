package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
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

// NewGrant is a role to be given over a unit and all below it, until an instant or without end.

// CreateUser adds a user to a unit, with grants, in one transaction. Only the machine does it at once:
// people ask by AskUser.

// Fails with fault.Fields or fault.Invalid at the fields "username", "display_name", "unit",
// "password", "role", "until".

// checkNames are the rules of check that do not need the password.

// unitFor gives the unit a form named, if the actor manages users there.

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
func (s *Service) Users(ctx context.Context, actor access.Actor, filter UserFilter) (_ []User, err error) {
	defer fault.Step(&err, "identity.Users")

	if filter.Limit <= 0 || filter.Limit > 500 {
		filter.Limit = 50
	}

	return listUsers(ctx, s.db.Gorm(ctx), actor, filter, s.now())
}

// ByUsername gives the user of a sign-in name, for the command line. Fails with fault.NotFound.
func (s *Service) ByUsername(ctx context.Context, name string) (_ User, err error) {
	defer fault.Step(&err, "identity.ByUsername")

	row, err := userByName(ctx, s.db.Gorm(ctx), cleanUsername(name))

	return row.user(), err
}

// UserDetail is a user with the grants the reader may know of, the ended ones included, newest first.
// Elsewhere counts

// grants in force outside of the reader's subtree: then only an administrator above may reset or disable.

type UserDetail struct {
	User
	Grants    []Grant
	Elsewhere int
}

// FindUser gives one user. Fails with fault.NotFound outside of the actor's subtree.
func (s *Service) FindUser(ctx context.Context, actor access.Actor, id int64) (_ UserDetail, err error) {
	defer fault.Step(&err, "identity.FindUser %d", id)

	var userDetail UserDetail
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		row, err := visibleUser(ctx, tx.DB, actor, id, s.now())
		if err != nil {
			return err
		}
		userDetail.User = row.user()

		grants, err := grantsOf(ctx, tx.DB, id)
		for _, grant := range grants {
			switch {
			case actor.CanAt(access.UserManage, grant.UnitPath):
				userDetail.Grants = append(userDetail.Grants, grant)
			case grant.InForce(s.now()):
				userDetail.Elsewhere++
			}
		}

		return err
	})

	return userDetail, err
}

// UpdateUser changes display name and unit. Only the machine does it at once: people ask by AskUpdate.
// Same faults as

// CreateUser, fault.Forbidden for a user who holds grants outside of the asker's subtree.

// ResetPassword sets a password that the person must change at the next sign-in, and ends all the
// person's sessions. Only the

// machine does it at once: people ask by AskReset. Fails with fault.Invalid at "password", and with
// fault.Forbidden for the

// asker's own password, or for a user who holds grants outside of the asker's subtree: a reset would be
// a way to rights the

// asker does not have.

// DisableUser shuts a person out at once: sessions end, grants stay for the record. It needs nobody
// else, and those who watch

// over the unit are told. Fails with fault.Conflict for the last administrator of the whole tree,
// fault.Forbidden for oneself.

// EnableUser lets a disabled person sign in again, with the grants that are still in force. Only the
// machine does it at once:

// people ask by AskEnable.

// whole locks and gives a user who is the asker's to manage as a whole.

// ChangePassword sets the actor's own password and ends all other sessions of the actor. Where an
// initial password is replaced,

// the one-time code is needed too. Fails with fault.Invalid at "current", "code" or "password", and
// with fault.TooMany after

// too many wrong ones.

// mayChoose tells whether somebody may take a new password of his or her own.

// choose writes somebody's own new password, unless it changed meanwhile.

// checkCurrent asks for the present password, and the one-time code where one is needed, under the same
// slowing as a sign-in:

// a session left open on a desk is no licence to guess.

// Me gives the actor's own user.
func (s *Service) Me(ctx context.Context, actor access.Actor) (_ UserDetail, err error) {
	defer fault.Step(&err, "identity.Me")

	row, err := loadUser(ctx, s.db.Gorm(ctx), actor.UserID)
	if err != nil {
		return UserDetail{}, err
	}
	userDetail := UserDetail{User: row.user()}

	grants, err := grantsOf(ctx, s.db.Gorm(ctx), actor.UserID)
	for _, grant := range grants {
		if grant.InForce(s.now()) {
			userDetail.Grants = append(userDetail.Grants, grant)
		}
	}

	return userDetail, err
}

// Prefer keeps the actor's own language ("zh…" or "en") and theme ("auto", "light", "dark"); an empty
// one stays.
func (s *Service) Prefer(ctx context.Context, actor access.Actor, lang, theme string) (err error) {
	defer fault.Step(&err, "identity.Prefer")

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

// ActingTx gives somebody with the grants in force, as if signed in, for what is done in that person's name;
// without any when disabled. Fails with fault.NotFound.
func ActingTx(ctx context.Context, tx pg.Tx, user int64, at time.Time) (_ access.Actor, err error) {
	defer fault.Step(&err, "identity.ActingTx %d", user)

	return actorNow(ctx, tx.DB, user, at)
}
