package identity

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// NewUser is what a user starts with.
type NewUser struct {
	Username    string
	DisplayName string
	UnitID      int64
	Password    string
	MustChange  bool // a new password at the first sign-in
	Grants      []NewGrant
}

// NewGrant is a role to be given at a unit and all below it.
type NewGrant struct {
	Role   access.Role `json:"role"`
	UnitID int64       `json:"unit_id"`
	Until  *time.Time  `json:"until,omitempty"`
}

// CreateUser makes a user with a password and grants. Only the machine does it by itself; a person asks
// for it by a Change, which another confirms.
func (s *Service) CreateUser(ctx context.Context, actor access.Actor, newUser NewUser) (_ User, err error) {
	defer fault.Step(&err, "identity.CreateUser")

	deed, err := alone(actor)
	if err != nil {
		return User{}, err
	}
	newUser = newUser.clean()
	if err := newUser.check(); err != nil {
		return User{}, err
	}
	hash, err := s.hasher.hash(ctx, newUser.Password)
	if err != nil {
		return User{}, err
	}

	var made User
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		id, err := s.createTx(ctx, tx, deed, newUser, hash)
		if err != nil {
			return err
		}
		row, err := loadUser(ctx, tx.DB, id)
		made = row.user()

		return err
	})

	return made, err
}

func (s *Service) createTx(
	ctx context.Context,
	tx pg.Tx,
	d deed,
	newUser NewUser,
	hash string,
) (int64, error) {
	if err := newUser.checkNames(); err != nil {
		return 0, err
	}
	unit, err := unitFor(ctx, tx, d.asker, newUser.UnitID)
	if err != nil {
		return 0, err
	}
	if err := postFree(ctx, tx.DB, unit.ID, 0, newUser.DisplayName); err != nil {
		return 0, err
	}
	id, err := insertUser(ctx, tx.DB, d, newUser, hash, s.now())
	if err != nil {
		return 0, err
	}
	detail := map[string]any{"username": newUser.Username, "name": newUser.DisplayName, "unit": unit.Name}
	if err := s.recordDeed(ctx, tx, d, actUserCreate, id, unit.Path, detail); err != nil {
		return 0, err
	}

	for _, newGrant := range newUser.Grants {
		if _, err := s.grantTx(ctx, tx, d, id, newGrant); err != nil {
			return 0, err
		}
	}

	return id, nil
}

func (n NewUser) clean() NewUser {
	n.Username, n.DisplayName = cleanUsername(n.Username), glyph.Clean(n.DisplayName)
	return n
}

func (n NewUser) checkNames() error {
	var fields fault.Fields
	fields.Add(checkUsername(n.Username))
	fields.Add(checkDisplayName(n.DisplayName))
	if n.UnitID == 0 {
		fields.Add(fault.Invalid("unit", "请选择所属单位"))
	}

	return fields.Err()
}

func (n NewUser) check() error {
	var fields fault.Fields
	fields.Add(checkUsername(n.Username))
	fields.Add(checkDisplayName(n.DisplayName))
	fields.Add(checkPassword("password", n.Password, n.Username))
	if n.UnitID == 0 {
		fields.Add(fault.Invalid("unit", "请选择所属单位"))
	}

	return fields.Err()
}

func unitFor(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (org.Unit, error) {
	unit, err := org.FindTx(ctx, tx, actor, access.UserManage, id)
	if fault.Is(err, fault.KindNotFound) {
		return org.Unit{}, fault.Invalid("unit", "只能选择您管辖范围内的单位").With(err)
	}

	return unit, err
}

// UpdateUser changes the shown name and the unit, likewise by the machine alone.
func (s *Service) UpdateUser(
	ctx context.Context,
	actor access.Actor,
	id int64,
	displayName string,
	unitID int64,
) (err error) {
	defer fault.Step(&err, "identity.UpdateUser %d", id)

	deed, err := alone(actor)
	if err != nil {
		return err
	}

	return s.db.InTx(
		ctx,
		func(tx pg.Tx) error { return s.updateTx(ctx, tx, deed, id, glyph.Clean(displayName), unitID) },
	)
}

func (s *Service) updateTx(
	ctx context.Context,
	tx pg.Tx,
	d deed,
	id int64,
	displayName string,
	unitID int64,
) error {
	if err := checkDisplayName(displayName); err != nil {
		return err
	}
	row, err := s.whole(ctx, tx, d.asker, id)
	if err != nil {
		return err
	}
	unit, err := unitFor(ctx, tx, d.asker, unitID)
	if err != nil {
		return err
	}
	if unit.ID == row.UnitID && displayName == row.DisplayName {
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

	return s.recordDeed(ctx, tx, d, actUserUpdate, id, row.UnitPath, map[string]any{
		"from": row.DisplayName, "to": displayName, "unit": unit.Name})
}
