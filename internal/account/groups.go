package account

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Limits of groups: code points of a name, accounts of one, groups of one person or unit.
const (
	MaxGroupName  = 30
	maxGroup      = 5000
	maxGroupsKept = 50
)

// Group is accounts that are chosen together: of one person, or of a unit and all below it.
type Group struct {
	ID        int64
	UnitID    *int64 // nil: the person's own
	UnitName  string
	UnitPath  string
	UserID    int64 // who saved it last
	SavedBy   string
	Name      string
	Accounts  []int64
	Revision  int // one higher with each change
	UpdatedAt time.Time
}

// May tells whether the actor may replace the group or take it away: one's own, or with library.manage a
// unit's.
func (g Group) May(actor access.Actor) bool {
	if g.UnitID == nil {
		return g.UserID == actor.UserID
	}

	return actor.CanAt(access.LibraryManage, g.UnitPath)
}

// GroupTaken says that a name is taken: by a group that the writer did not see, or saw otherwise.
type GroupTaken struct {
	Group Group // as it is now
	fault *fault.Error
}

// Error is the text for logs.
func (e *GroupTaken) Error() string { return e.fault.Error() }

// Unwrap gives the conflict, for faces that show no more than its text.
func (e *GroupTaken) Unwrap() error { return e.fault }

// TakenIn gives the group whose name is taken, where err says so.
func TakenIn(err error) (Group, bool) {
	var taken *GroupTaken
	if !errors.As(err, &taken) {
		return Group{}, false
	}

	return taken.Group, true
}

// Ref names the group in the audit trail.
func (g Group) Ref() string { return "group/" + strconv.FormatInt(g.ID, 10) }

// Groups lists the actor's own groups, and those of its units and of units above, by name. What a group
// names is no right: an account may only be chosen where the actor may write for it.
func (s *Service) Groups(ctx context.Context, actor access.Actor) (_ []Group, err error) {
	defer fault.Step(&err, "account.Groups")

	return listGroups(ctx, s.db.Gorm(ctx), actor)
}

// SaveGroup keeps accounts under a name: for the actor, or with a unit for that unit and all below it, which
// needs library.manage there. A group that has the name already is replaced where revision is the one of it
// that was shown; else it fails with GroupTaken, and with revision 0 wherever the name is taken. Fails with
// fault.Invalid on "group_name" and on "accounts".
func (s *Service) SaveGroup(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	name string,
	accounts []int64,
	revision int,
) (group Group, err error) {
	defer fault.Step(&err, "account.SaveGroup %d", unitID)

	name = strings.Join(strings.Fields(name), " ")
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return Group{}, fault.Invalid("group_name", "请给账号组取个名字")
	case n > MaxGroupName:
		return Group{}, fault.Invalid("group_name", "名称最多 {.max} 字", "max", MaxGroupName)
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0) || len(glyph.Find(name)) > 0:
		return Group{}, fault.Invalid("group_name", "名称中有看不见或无法识别的字符，请重新输入")
	case len(accounts) == 0 || len(accounts) > maxGroup:
		return Group{}, fault.Invalid("accounts", "请先选择账号，至多 {.max} 个", "max", maxGroup)
	}
	accounts = slices.Compact(slices.Sorted(slices.Values(accounts)))
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		path := ""
		if unitID != 0 {
			unit, err := org.Of(ctx, tx.DB, unitID)
			if err != nil {
				return err
			}
			if err := access.Require(actor, access.LibraryManage, unit.Path); err != nil {
				return err
			}
			path = unit.Path
		} else if !actor.Can(access.PostWrite) {
			return fault.Forbidden("您的角色没有这项权限")
		}
		group = Group{
			UserID: actor.UserID, Name: name, Accounts: accounts, Revision: revision + 1, UnitPath: path,
			UpdatedAt: s.now(),
		}
		if unitID != 0 {
			group.UnitID = &unitID
		}
		if group.ID, err = putGroup(ctx, tx.DB, group); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actGroupSave, Subject: group.Ref(), UnitPath: path,
			Detail: map[string]any{"name": name, "accounts": len(accounts)},
		})
	})

	return group, err
}

// DropGroup takes a group away that the actor may change; revision is the one that was shown, 0 any. Fails
// with fault.NotFound, fault.Forbidden, and with fault.Conflict when somebody changed the group meanwhile.
func (s *Service) DropGroup(ctx context.Context, actor access.Actor, id int64, revision int) (err error) {
	defer fault.Step(&err, "account.DropGroup %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		groups, err := listGroups(ctx, tx.DB, actor)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(groups, func(g Group) bool { return g.ID == id })
		if i < 0 {
			return fault.NotFound("没有找到账号组，可能已被删除")
		}
		group := groups[i]
		if !group.May(actor) {
			return fault.Forbidden("这是单位保存的账号组，您不能删除")
		}
		if err := deleteGroup(ctx, tx.DB, id, revision); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actGroupDrop, Subject: group.Ref(), UnitPath: group.UnitPath,
			Detail: map[string]any{"name": group.Name},
		})
	})
}
