package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
	"juzhen/internal/todo"
)

// openLimit bounds what one person has asked for and nobody has answered.
const openLimit = 200

// AskUser asks for a new user with grants. initial is the initial password: what the asker gave, else
// one made here. The person's first sign-in needs it together with the one-time code that the confirmer
// gets. Fails as the machine's CreateUser does, at the same fields, and with fault.Conflict where the
// same is asked already.
func (s *Service) AskUser(
	ctx context.Context,
	actor access.Actor,
	newUser NewUser,
	why string,
) (change Change, initial seal.Secret, err error) {
	defer fault.Step(&err, "identity.AskUser")

	newUser = newUser.clean()
	if newUser.Password == "" {
		newUser.Password = GeneratePassword()
	}
	if err := newUser.check(); err != nil {
		return Change{}, "", err
	}
	if err := checkStrength("password", newUser.Password, newUser.Username, newUser.DisplayName); err != nil {
		return Change{}, "", err
	}
	hash, err := s.hasher.hash(ctx, newUser.Password)
	if err != nil {
		return Change{}, "", err
	}

	what := Order{
		Username:    newUser.Username,
		DisplayName: newUser.DisplayName,
		UnitID:      newUser.UnitID,
		Grants:      orderGrants(newUser.Grants),
	}
	change, err = s.ask(ctx, actor, Change{Kind: ChangeCreate, What: what, Why: why, hash: hash})

	return change, seal.Secret(newUser.Password), err
}

// AskGrant asks for a role of a user. Fails as the machine's Grant does.
func (s *Service) AskGrant(
	ctx context.Context,
	actor access.Actor,
	userID int64,
	newGrant NewGrant,
	why string,
) (_ Change, err error) {
	defer fault.Step(&err, "identity.AskGrant %d", userID)

	return s.ask(ctx, actor, Change{
		Kind:   ChangeGrant,
		UserID: userID,
		What:   Order{Grants: orderGrants([]NewGrant{newGrant})},
		Why:    why,
	})
}

// AskReset asks for another initial password of a user: the one given, else one made here. The present
// one stays good until the change is confirmed. Fails as the machine's ResetPassword does.
func (s *Service) AskReset(
	ctx context.Context,
	actor access.Actor,
	userID int64,
	password, why string,
) (_ Change, _ seal.Secret, err error) {
	defer fault.Step(&err, "identity.AskReset %d", userID)

	row, err := visibleUser(ctx, s.db.Gorm(ctx), actor, userID, s.now())
	if err != nil {
		return Change{}, "", err
	}
	if password == "" {
		password = GeneratePassword()
	}
	if err := checkPassword("password", password, row.Username); err != nil {
		return Change{}, "", err
	}
	if err := checkStrength("password", password, row.Username, row.DisplayName); err != nil {
		return Change{}, "", err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Change{}, "", err
	}
	change, err := s.ask(ctx, actor, Change{Kind: ChangeReset, UserID: userID, Why: why, hash: hash})

	return change, seal.Secret(password), err
}

// AskEnable asks to let a disabled user in again. Fails as the machine's EnableUser does, and with
// fault.Conflict for a user who is not disabled.
func (s *Service) AskEnable(
	ctx context.Context,
	actor access.Actor,
	userID int64,
	why string,
) (_ Change, err error) {
	defer fault.Step(&err, "identity.AskEnable %d", userID)

	return s.ask(ctx, actor, Change{Kind: ChangeEnable, UserID: userID, Why: why})
}

// AskUpdate asks for another display name or unit of a user. Fails as the machine's UpdateUser does,
// and with fault.Conflict when nothing would change.
func (s *Service) AskUpdate(
	ctx context.Context,
	actor access.Actor,
	userID int64,
	displayName string,
	unitID int64,
	why string,
) (_ Change, err error) {
	defer fault.Step(&err, "identity.AskUpdate %d", userID)

	what := Order{DisplayName: glyph.Clean(displayName), UnitID: unitID}

	return s.ask(ctx, actor, Change{Kind: ChangeUpdate, UserID: userID, What: what, Why: why})
}

// AskMove asks to put a unit below another one, under another name or as one of another kind if those
// are given. Fails as org.MoveTx does, and with fault.Conflict where that is asked already.
func (s *Service) AskMove(
	ctx context.Context,
	actor access.Actor,
	move org.Move,
	why string,
) (_ Change, err error) {
	defer fault.Step(&err, "identity.AskMove")

	what := Order{
		MovedID:     move.UnitID,
		UnitID:      move.ParentID,
		DisplayName: glyph.Clean(move.Name),
		MovedKind:   move.Kind,
	}

	return s.ask(ctx, actor, Change{Kind: ChangeMove, What: what, Why: why})
}

func orderGrants(list []NewGrant) []OrderGrant {
	out := make([]OrderGrant, len(list))
	for i, newGrant := range list {
		out[i] = OrderGrant{NewGrant: newGrant}
	}

	return out
}

// errRehearsed ends a rehearsal: everything it did is rolled back.
var errRehearsed = errors.New("rehearsed")

// ask rehearses the change with the asker's own rights, so that every fault it would meet is told now,
// and keeps it for a second person.
func (s *Service) ask(ctx context.Context, actor access.Actor, change Change) (Change, error) {
	if len([]rune(change.Why)) > whyLimit {
		return Change{}, fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
	}
	change.AskedBy, change.AskedByName = actor.UserID, actor.Name

	var paths []string
	err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if paths, err = s.concerned(ctx, tx, &change); err != nil {
			return err
		}
		if _, err = s.apply(ctx, tx, deed{asker: actor, actor: actor}, change); err != nil {
			return err
		}

		return errRehearsed
	})
	if !errors.Is(err, errRehearsed) {
		return Change{}, err
	}

	var made Change
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		if err := expireDue(ctx, tx.DB, now); err != nil {
			return err
		}
		if n, err := openOf(ctx, tx.DB, actor.UserID); err != nil || n >= openLimit {
			return errors.Join(err, tooManyAsked(n))
		}

		change.AskedAt, change.Expires = now, now.Add(changeLife)
		unit, err := org.IDOf(common(paths))
		if err != nil {
			return fmt.Errorf("where the change belongs: %w", err)
		}
		id, err := insertChange(ctx, tx.DB, change, unit)
		if err != nil {
			return err
		}
		if made, err = lockChange(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.recordChange(ctx, tx, actor, actChangeAsk, made, change.Why); err != nil {
			return err
		}

		return tellAsked(ctx, tx, made)
	})

	return made, err
}

func tooManyAsked(n int) error {
	if n < openLimit {
		return nil
	}

	return fault.Conflict("您有 {.n} 项申请还没有人确认，请先等待处理或撤回", "n", n)
}

// whyLimit is in characters.
const whyLimit = 200

// concerned gives the paths of all units that a change is about, and fills in the names a reader needs.
// Units that are not there are left to the rehearsal, which says so at the field.
func (s *Service) concerned(ctx context.Context, tx pg.Tx, change *Change) ([]string, error) {
	units, err := unitsOf(ctx, tx.DB, change.What)
	if err != nil {
		return nil, err
	}
	var paths []string
	add := func(id int64) (name string) {
		if unit, ok := units[id]; ok {
			paths = append(paths, unit.Path)
			name = unit.Name
		}

		return name
	}

	if change.Kind == ChangeMove {
		return s.concernedByMove(ctx, tx, change, units)
	}

	change.What.UnitName = add(change.What.UnitID)
	for i, orderGrant := range change.What.Grants {
		change.What.Grants[i].UnitName = add(orderGrant.UnitID)
	}
	if change.UserID == 0 || change.Kind == ChangeGrant {
		return paths, nil
	}

	row, err := loadUser(ctx, tx.DB, change.UserID)
	if err != nil {
		return nil, err
	}
	paths = append(paths, row.UnitPath)
	if change.Kind == ChangeUpdate {
		change.What.OldName, change.What.OldUnitID, change.What.OldUnitName = row.DisplayName,
			row.UnitID, row.UnitName
		return paths, nil
	}

	grants, err := grantsOf(ctx, tx.DB, change.UserID) // a new way in is a way to all that the user holds
	for _, grant := range grants {
		if grant.InForce(s.now()) {
			paths = append(paths, grant.UnitPath)
		}
	}

	return paths, err
}

// concernedByMove gives the paths of the unit, of the one above it and of the one it is to go below.
func (s *Service) concernedByMove(
	ctx context.Context,
	tx pg.Tx,
	change *Change,
	units map[int64]org.Unit,
) ([]string, error) {
	moved, ok := units[change.What.MovedID]
	if !ok {
		return nil, nil // the rehearsal says so
	}
	order := &change.What
	order.OldName, order.OldKind, order.OldUnitID = moved.Name, moved.Kind, moved.ParentID
	order.DisplayName, order.MovedKind = cmp.Or(
		order.DisplayName,
		moved.Name,
	), cmp.Or(
		order.MovedKind,
		moved.Kind,
	)
	order.UnitName = units[order.UnitID].Name

	above, err := unitsOf(ctx, tx.DB, Order{UnitID: moved.ParentID})
	if err != nil {
		return nil, err
	}
	order.OldUnitName = above[moved.ParentID].Name
	if order.Along, err = goesAlong(ctx, tx.DB, moved.Path); err != nil {
		return nil, err
	}
	var paths []string

	for _, unit := range []org.Unit{moved, above[moved.ParentID], units[order.UnitID]} {
		if unit.Path != "" {
			paths = append(paths, unit.Path)
		}
	}

	return paths, nil
}

// tellAsked asks those who may confirm, and tells the auditors.
func tellAsked(ctx context.Context, tx pg.Tx, change Change) error {
	args := map[string]any{"who": change.AskedByName, "what": change.Kind.Label(), "name": change.DisplayName}

	return todo.RaiseManyTx(ctx, tx, change.AskedAt, []todo.Item{
		{
			Matter:    todoConfirm,
			Key:       change.key(),
			UnitPath:  change.UnitPath,
			NotUser:   change.AskedBy,
			SubjectID: change.ID,
			Args:      args,
			DueAt:     &change.Expires,
		},
		{
			Matter:    todoAsked,
			Key:       change.key() + "/auditor",
			UnitPath:  change.UnitPath,
			SubjectID: change.ID,
			Args:      args,
		},
	})
}

// key names what waits because of the change.
func (c Change) key() string { return fmt.Sprintf("user_change/%d", c.ID) }

// Ref is the change as the audit trail names it.
func (c Change) Ref() string { return c.key() }

func (s *Service) recordChange(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	action audit.Act,
	change Change,
	why string,
) error {
	detail := map[string]any{
		"kind":     change.Kind,
		"username": change.Username,
		"name":     change.DisplayName,
		"asked_by": change.AskedByName,
	}
	if len(change.What.Grants) > 0 {
		var roles, units []string
		for _, orderGrant := range change.What.Grants {
			roles, units = append(roles, string(orderGrant.Role)), append(units, orderGrant.UnitName)
		}
		detail["role"], detail["unit"] = roles, units
	}
	if change.Kind == ChangeUpdate || change.Kind == ChangeMove {
		detail["from"], detail["to"] = change.What.OldName+" · "+change.What.OldUnitName, change.What.DisplayName+" · "+change.What.UnitName
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   action,
		Subject:  change.Ref(),
		UnitPath: change.UnitPath,
		Why:      why,
		Detail:   detail,
	})
}
