package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// groupRow is a group as it lies in the database.
type groupRow struct {
	ID        int64
	UnitID    *int64
	UnitName  string
	UnitPath  string
	UserID    int64
	SavedBy   string
	Name      string
	Accounts  string // "1,2"
	Revision  int
	UpdatedAt time.Time
}

func (r groupRow) group() (Group, error) {
	accounts, err := readIDs(r.Accounts)

	return Group{
		ID: r.ID, UnitID: r.UnitID, UnitName: r.UnitName, UnitPath: r.UnitPath, UserID: r.UserID,
		SavedBy: r.SavedBy, Name: r.Name, Accounts: accounts, Revision: r.Revision, UpdatedAt: r.UpdatedAt,
	}, err
}

const selectGroup = `
SELECT g.id, g.unit_id, coalesce(u.name, '') AS unit_name, coalesce(u.path, '') AS unit_path, g.user_id,
    w.display_name AS saved_by, g.name, array_to_string(g.account_ids, ',') AS accounts, g.revision,
    g.updated_at
FROM account_groups g LEFT JOIN units u ON u.id = g.unit_id JOIN users w ON w.id = g.user_id
WHERE `

func listGroups(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Group, error) {
	cond, args := access.ScopeOrAbove(actor, access.PostWrite, "u.path")
	rows, err := gorm.G[groupRow](db).Raw(selectGroup+`
g.unit_id IS NULL AND g.user_id = ? OR g.unit_id IS NOT NULL AND `+cond+`
ORDER BY g.unit_id IS NOT NULL, u.path, g.name, g.id LIMIT 500`, append([]any{actor.UserID}, args...)...).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	groups := make([]Group, len(rows))
	for i, row := range rows {
		if groups[i], err = row.group(); err != nil {
			return nil, err
		}
	}

	return groups, nil
}

// of gives the groups among which a name is taken once.
func (g Group) of() (where string, whose int64) {
	if g.UnitID != nil {
		return "g.unit_id = ?", *g.UnitID
	}

	return "g.unit_id IS NULL AND g.user_id = ?", g.UserID
}

// putGroup writes a group whose revision is one above that which it replaces.
func putGroup(ctx context.Context, db *gorm.DB, group Group) (id int64, err error) {
	of, whose := group.of()
	if group.Revision > 1 {
		err = db.WithContext(ctx).Raw(`
UPDATE account_groups g SET user_id = ?, account_ids = string_to_array(?, ',')::bigint[], updated_at = ?,
    revision = g.revision + 1
WHERE g.name = ? AND g.revision = ? AND `+of+" RETURNING g.id",
			group.UserID, writeIDs(group.Accounts), group.UpdatedAt, group.Name, group.Revision-1, whose).
			Row().Scan(&id)
	} else {
		err = db.WithContext(ctx).Raw(`
INSERT INTO account_groups (unit_id, user_id, name, account_ids, updated_at)
SELECT ?::bigint, ?, ?, string_to_array(?, ',')::bigint[], ?
WHERE (SELECT count(*) FROM account_groups g WHERE `+of+` AND g.name <> ?) < ?
ON CONFLICT DO NOTHING RETURNING id`,
			group.UnitID, group.UserID, group.Name, writeIDs(group.Accounts), group.UpdatedAt, whose,
			group.Name, maxGroupsKept).
			Row().Scan(&id)
	}
	if pg.IsNotFound(err) {
		return 0, notPut(ctx, db, group)
	}

	return id, err
}

// notPut says why a group was not written.
func notPut(ctx context.Context, db *gorm.DB, group Group) error {
	of, whose := group.of()
	row, err := gorm.G[groupRow](db).Raw(selectGroup+"g.name = ? AND "+of, group.Name, whose).Take(ctx)
	if pg.IsNotFound(err) && group.Revision > 1 {
		return fault.Conflict("账号组“{.name}”刚刚被删除，没有保存", "name", group.Name).WithCode("group_taken")
	}
	if err != nil {
		return pg.OrNotFound(err,
			fault.Conflict("最多保存 {.max} 个账号组，请先删去不用的", "max", maxGroupsKept))
	}
	now, err := row.group()
	if err != nil {
		return err
	}
	args := []any{"name", now.Name, "n", len(now.Accounts), "who", now.SavedBy}
	said := fault.Conflict("已有账号组“{.name}”：{.n} 个账号，{.who} 保存；没有替换它", args...)
	if group.Revision > 1 {
		said = fault.Conflict("账号组“{.name}”刚刚被 {.who} 改过，现在有 {.n} 个账号；没有替换它", args...)
	}

	return &GroupTaken{Group: now, fault: said.WithCode("group_taken")}
}

func deleteGroup(ctx context.Context, db *gorm.DB, id int64, revision int) error {
	done := db.WithContext(ctx).
		Exec("DELETE FROM account_groups WHERE id = ? AND ? IN (0, revision)", id, revision)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.Conflict("账号组刚刚被他人改动或删除，请看清再删").WithCode("group_taken")
	}

	return done.Error
}

func readIDs(list string) (ids []int64, err error) {
	for text := range strings.SplitSeq(list, ",") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}

	return ids, nil
}

func writeIDs(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}

	return strings.Join(texts, ",")
}
