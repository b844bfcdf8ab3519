// Package access decides who may do what where: roles, permissions and the subtree of units a grant covers.
// It does not load users or grants and knows no database; it turns an actor into a yes, a no, or a condition.
package access

import (
	"slices"
	"strings"

	"juzhen/internal/fault"
)

// Grant gives one role over one unit and everything below it. Path is the unit's materialised path,
// such as "/1/4/".
type Grant struct {
	Role   Role
	UnitID int64
	Path   string
}

// Actor is who acts. The zero Actor may do nothing.
type Actor struct {
	UserID    int64
	Name      string // display name, by post
	SessionID int64
	IP        string
	Grants    []Grant // only those in force now
	system    bool
}

// System is the machine itself: jobs act as it. It passes every check and is named in events, never in
// audit as a person.
func System(name string) Actor { return Actor{Name: name, system: true} }

// IsSystem tells whether the machine acts.
func (a Actor) IsSystem() bool { return a.system }

// Can tells whether the actor holds p anywhere: enough to show a menu entry, never enough to act.
func (a Actor) Can(permission Permission) bool {
	return a.system || a.own(permission) ||
		slices.ContainsFunc(
			a.Grants,
			func(grant Grant) bool { return ExtentOf(grant.Role, permission) != Nowhere },
		)
}

// CanAt tells whether the actor holds p at the unit with this path.
func (a Actor) CanAt(permission Permission, path string) bool {
	return a.system || a.own(permission) ||
		slices.ContainsFunc(
			a.Grants,
			func(grant Grant) bool { return covers(ExtentOf(grant.Role, permission), grant.Path, path) },
		)
}

// CanEverywhere tells whether a grant at the topmost unit gives the permission: over the whole bureau.
func (a Actor) CanEverywhere(permission Permission) bool {
	return slices.ContainsFunc(a.Grants, func(grant Grant) bool {
		return strings.Count(grant.Path, "/") == 2 && a.CanAt(permission, grant.Path)
	})
}

// own tells whether p is what a person may do to its own things: it needs a sign-in and no grant, so
// that somebody whose last grant has just ended can still sign out and change the password.
func (a Actor) own(permission Permission) bool { return permission == Self && a.UserID != 0 }

// Roles lists the actor's distinct roles in the order of the table.
func (a Actor) Roles() []Role {
	var out []Role

	for _, role := range Roles() {
		if slices.ContainsFunc(a.Grants, func(grant Grant) bool { return grant.Role == role }) {
			out = append(out, role)
		}
	}

	return out
}

func covers(extent Extent, grant, path string) bool {
	switch extent {
	case Subtree:
		return strings.HasPrefix(path, grant)
	case OwnUnit:
		return path == grant
	}

	return false
}

// Require fails with fault.NotFound when the actor may not even see things of this kind at path, so
// that "not yours" and "not there" are one answer, and with fault.Forbidden when it may see but not do.
func Require(actor Actor, permission Permission, path string) error {
	switch {
	case actor.CanAt(permission, path):
		return nil
	case actor.CanAt(permission.visibleBy(), path):
		return fault.Forbidden("您的角色没有这项权限")
	}

	return fault.NotFound("没有找到，或不在您的管辖范围内")
}

// ScopeOrAbove is Scope for what units share downwards: it also holds for the units above those where the
// actor holds p, whose things are there for them too.
func ScopeOrAbove(actor Actor, permission Permission, column string) (string, []any) {
	cond, args := Scope(actor, permission, column)

	for _, grant := range actor.Grants {
		if ExtentOf(grant.Role, permission) != Nowhere {
			cond, args = cond+" OR ? LIKE "+column+" || '%'", append(args, grant.Path)
		}
	}

	return "(" + cond + ")", args
}

// Scope gives the condition "the unit path in column lies where the actor holds p" as SQL with ? marks.
// The column must be a trusted name, never input.
func Scope(actor Actor, permission Permission, column string) (string, []any) {
	if actor.system {
		return "TRUE", nil
	}
	var conds []string
	var args []any

	for _, grant := range actor.Grants {
		switch ExtentOf(grant.Role, permission) {
		case Subtree:
			conds, args = append(conds, column+" LIKE ?"), append(args, grant.Path+"%")
		case OwnUnit:
			conds, args = append(conds, column+" = ?"), append(args, grant.Path)
		}
	}
	if conds == nil {
		return "FALSE", nil
	}

	return "(" + strings.Join(conds, " OR ") + ")", args
}
