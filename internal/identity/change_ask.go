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

// AskUser asks for a new user with grants. initial is the initial password: what the asker gave, else one made here. The
// person's first sign-in needs it together with the one-time code that the confirmer gets. Fails as the machine's CreateUser
// does, at the same fields, and with fault.Conflict where the same is asked already.
func (s *Service) AskUser(ctx context.Context, actor access.Actor, n NewUser, why string) (c Change, initial seal.Secret, err error) {
	n = n.clean()
	if n.Password == "" {
		n.Password = GeneratePassword()
	}
	if err := n.check(); err != nil {
		return Change{}, "", err
	}
	if err := checkStrength("password", n.Password, n.Username, n.DisplayName); err != nil {
		return Change{}, "", err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return Change{}, "", err
	}

	what := Order{Username: n.Username, DisplayName: n.DisplayName, UnitID: n.UnitID, Grants: orderGrants(n.Grants)}
	c, err = s.ask(ctx, actor, Change{Kind: ChangeCreate, What: what, Why: why, hash: hash})
	return c, seal.Secret(n.Password), err
}

// AskGrant asks for a role of a user. Fails as the machine's Grant does.
func (s *Service) AskGrant(ctx context.Context, actor access.Actor, userID int64, n NewGrant, why string) (Change, error) {
	return s.ask(ctx, actor, Change{Kind: ChangeGrant, UserID: userID, What: Order{Grants: orderGrants([]NewGrant{n})}, Why: why})
}

// AskReset asks for another initial password of a user: the one given, else one made here. The present one stays good until
// the change is confirmed. Fails as the machine's ResetPassword does.
func (s *Service) AskReset(ctx context.Context, actor access.Actor, userID int64, password, why string) (Change, seal.Secret, error) {
	u, err := visibleUser(ctx, s.db.Gorm(ctx), actor, userID, s.now())
	if err != nil {
		return Change{}, "", err
	}
	if password == "" {
		password = GeneratePassword()
	}
	if err := checkPassword("password", password, u.Username); err != nil {
		return Change{}, "", err
	}
	if err := checkStrength("password", password, u.Username, u.DisplayName); err != nil {
		return Change{}, "", err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Change{}, "", err
	}
	c, err := s.ask(ctx, actor, Change{Kind: ChangeReset, UserID: userID, Why: why, hash: hash})
	return c, seal.Secret(password), err
}

// AskEnable asks to let a disabled user in again. Fails as the machine's EnableUser does, and with fault.Conflict for a user
// who is not disabled.
func (s *Service) AskEnable(ctx context.Context, actor access.Actor, userID int64, why string) (Change, error) {
	return s.ask(ctx, actor, Change{Kind: ChangeEnable, UserID: userID, Why: why})
}

// AskUpdate asks for another display name or unit of a user. Fails as the machine's UpdateUser does, and with fault.Conflict
// when nothing would change.
func (s *Service) AskUpdate(ctx context.Context, actor access.Actor, userID int64, displayName string, unitID int64, why string) (Change, error) {
	what := Order{DisplayName: glyph.Clean(displayName), UnitID: unitID}
	return s.ask(ctx, actor, Change{Kind: ChangeUpdate, UserID: userID, What: what, Why: why})
}

// AskMove asks to put a unit below another one, under another name or as one of another kind if those are given. Fails as
// org.MoveTx does, and with fault.Conflict where that is asked already.
func (s *Service) AskMove(ctx context.Context, actor access.Actor, m org.Move, why string) (Change, error) {
	what := Order{MovedID: m.UnitID, UnitID: m.ParentID, DisplayName: glyph.Clean(m.Name), MovedKind: m.Kind}
	return s.ask(ctx, actor, Change{Kind: ChangeMove, What: what, Why: why})
}

func orderGrants(list []NewGrant) []OrderGrant {
	out := make([]OrderGrant, len(list))
	for i, g := range list {
		out[i] = OrderGrant{NewGrant: g}
	}
	return out
}

// errRehearsed ends a rehearsal: everything it did is rolled back.
var errRehearsed = errors.New("rehearsed")

// ask rehearses the change with the asker's own rights, so that every fault it would meet is told now, and keeps it for a
// second person.
func (s *Service) ask(ctx context.Context, actor access.Actor, c Change) (Change, error) {
	if len([]rune(c.Why)) > whyLimit {
		return Change{}, fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
	}
	c.AskedBy, c.AskedByName = actor.UserID, actor.Name

	var paths []string
	err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if paths, err = s.concerned(ctx, tx, &c); err != nil {
			return err
		}
		if _, err = s.apply(ctx, tx, deed{asker: actor, actor: actor}, c); err != nil {
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

		c.AskedAt, c.Expires = now, now.Add(changeLife)
		unit, err := org.IDOf(common(paths))
		if err != nil {
			return fmt.Errorf("where the change belongs: %w", err)
		}
		id, err := insertChange(ctx, tx.DB, c, unit)
		if err != nil {
			return err
		}
		if made, err = lockChange(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.recordChange(ctx, tx, actor, actChangeAsk, made, c.Why); err != nil {
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

// concerned gives the paths of all units that a change is about, and fills in the names a reader needs. Units that are not
// there are left to the rehearsal, which says so at the field.
func (s *Service) concerned(ctx context.Context, tx pg.Tx, c *Change) ([]string, error) {
	units, err := unitsOf(ctx, tx.DB, c.What)
	if err != nil {
		return nil, err
	}
	var paths []string
	add := func(id int64) (name string) {
		if u, ok := units[id]; ok {
			paths = append(paths, u.Path)
			name = u.Name
		}
		return name
	}

	if c.Kind == ChangeMove {
		return s.concernedByMove(ctx, tx, c, units)
	}
	c.What.UnitName = add(c.What.UnitID)
	for i, g := range c.What.Grants {
		c.What.Grants[i].UnitName = add(g.UnitID)
	}
	if c.UserID == 0 || c.Kind == ChangeGrant {
		return paths, nil
	}

	u, err := loadUser(ctx, tx.DB, c.UserID)
	if err != nil {
		return nil, err
	}
	paths = append(paths, u.UnitPath)
	if c.Kind == ChangeUpdate {
		c.What.OldName, c.What.OldUnitID, c.What.OldUnitName = u.DisplayName, u.UnitID, u.UnitName
		return paths, nil
	}
	grants, err := grantsOf(ctx, tx.DB, c.UserID) // a new way in is a way to all that the user holds
	for _, g := range grants {
		if g.InForce(s.now()) {
			paths = append(paths, g.UnitPath)
		}
	}
	return paths, err
}

// concernedByMove gives the paths of the unit, of the one above it and of the one it is to go below.
func (s *Service) concernedByMove(ctx context.Context, tx pg.Tx, c *Change, units map[int64]org.Unit) ([]string, error) {
	moved, ok := units[c.What.MovedID]
	if !ok {
		return nil, nil // the rehearsal says so
	}
	w := &c.What
	w.OldName, w.OldKind, w.OldUnitID = moved.Name, moved.Kind, moved.ParentID
	w.DisplayName, w.MovedKind = cmp.Or(w.DisplayName, moved.Name), cmp.Or(w.MovedKind, moved.Kind)
	w.UnitName = units[w.UnitID].Name

	above, err := unitsOf(ctx, tx.DB, Order{UnitID: moved.ParentID})
	if err != nil {
		return nil, err
	}
	w.OldUnitName = above[moved.ParentID].Name
	if w.Along, err = goesAlong(ctx, tx.DB, moved.Path); err != nil {
		return nil, err
	}
	var paths []string
	for _, u := range []org.Unit{moved, above[moved.ParentID], units[w.UnitID]} {
		if u.Path != "" {
			paths = append(paths, u.Path)
		}
	}
	return paths, nil
}

// tellAsked asks those who may confirm, and tells the auditors.
func tellAsked(ctx context.Context, tx pg.Tx, c Change) error {
	args := map[string]any{"who": c.AskedByName, "what": c.Kind.Label(), "name": c.DisplayName}
	return todo.RaiseManyTx(ctx, tx, c.AskedAt, []todo.Item{
		{
			Matter: todoConfirm, Key: c.key(), UnitPath: c.UnitPath, NotUser: c.AskedBy, SubjectID: c.ID, Args: args, DueAt: &c.Expires,
		},
		{
			Matter: todoAsked, Key: c.key() + "/auditor", UnitPath: c.UnitPath, SubjectID: c.ID, Args: args,
		},
	})
}

// key names what waits because of the change.
func (c Change) key() string { return fmt.Sprintf("user_change/%d", c.ID) }

// Ref is the change as the audit trail names it.
func (c Change) Ref() string { return c.key() }

func (s *Service) recordChange(ctx context.Context, tx pg.Tx, actor access.Actor, action audit.Act, c Change, why string) error {
	detail := map[string]any{"kind": c.Kind, "username": c.Username, "name": c.DisplayName, "asked_by": c.AskedByName}
	if len(c.What.Grants) > 0 {
		var roles, units []string
		for _, g := range c.What.Grants {
			roles, units = append(roles, string(g.Role)), append(units, g.UnitName)
		}
		detail["role"], detail["unit"] = roles, units
	}
	if c.Kind == ChangeUpdate || c.Kind == ChangeMove {
		detail["from"], detail["to"] = c.What.OldName+" · "+c.What.OldUnitName, c.What.DisplayName+" · "+c.What.UnitName
	}
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: action, Subject: c.Ref(), UnitPath: c.UnitPath, Why: why, Detail: detail,
	})
}
