package account

import (
	"context"
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
	Name      string
	Accounts  []int64
	UpdatedAt time.Time
}

// Ref names the group in the audit trail.
func (g Group) Ref() string { return "group/" + strconv.FormatInt(g.ID, 10) }

// Groups lists the actor's own groups, and those of its units and of units above, by name. What a group
// names is no right: an account may only be chosen where the actor may write for it.
func (s *Service) Groups(ctx context.Context, actor access.Actor) (_ []Group, err error) {
	defer fault.Step(&err, "account.Groups")

	return listGroups(ctx, s.db.Gorm(ctx), actor)
}

// SaveGroup keeps accounts under a name, in place of a group that has it: for the actor, or with a unit for
// that unit and all below it, which needs library.manage there. Fails with fault.Invalid on "group_name" and
// on "accounts".
func (s *Service) SaveGroup(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	name string,
	accounts []int64,
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
		id, err := upsertGroup(ctx, tx.DB, unitID, actor.UserID, name, accounts, s.now())
		if err != nil {
			return err
		}
		group = Group{
			ID: id, UserID: actor.UserID, Name: name, Accounts: accounts, UnitPath: path, UpdatedAt: s.now(),
		}
		if unitID != 0 {
			group.UnitID = &unitID
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actGroupSave, Subject: group.Ref(), UnitPath: path,
			Detail: map[string]any{"name": name, "accounts": len(accounts)},
		})
	})

	return group, err
}

// DropGroup takes a group away: one's own, or with library.manage a unit's.
func (s *Service) DropGroup(ctx context.Context, actor access.Actor, id int64) (err error) {
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
		if group.UnitID != nil {
			if err := access.Require(actor, access.LibraryManage, group.UnitPath); err != nil {
				return err
			}
		}
		if err := tx.DB.WithContext(ctx).
			Exec("DELETE FROM account_groups WHERE id = ?", id).
			Error; err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actGroupDrop, Subject: group.Ref(), UnitPath: group.UnitPath,
			Detail: map[string]any{"name": group.Name},
		})
	})
}
