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
	Name      string
	Accounts  string // "{1,2}"
	UpdatedAt time.Time
}

func listGroups(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Group, error) {
	cond, args := access.ScopeOrAbove(actor, access.PostWrite, "u.path")
	rows, err := gorm.G[groupRow](db).Raw(`
SELECT g.id, g.unit_id, coalesce(u.name, '') AS unit_name, coalesce(u.path, '') AS unit_path, g.user_id,
    g.name,
    array_to_string(g.account_ids, ',') AS accounts, g.updated_at
FROM account_groups g LEFT JOIN units u ON u.id = g.unit_id
WHERE g.unit_id IS NULL AND g.user_id = ? OR g.unit_id IS NOT NULL AND `+cond+`
ORDER BY g.unit_id IS NOT NULL, u.path, g.name, g.id LIMIT 500`, append([]any{actor.UserID}, args...)...).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	groups := make([]Group, len(rows))
	for i, row := range rows {
		groups[i] = Group{
			ID:        row.ID,
			UnitID:    row.UnitID,
			UnitName:  row.UnitName,
			UnitPath:  row.UnitPath,
			UserID:    row.UserID,
			Name:      row.Name,
			UpdatedAt: row.UpdatedAt,
		}
		if groups[i].Accounts, err = readIDs(row.Accounts); err != nil {
			return nil, err
		}
	}

	return groups, nil
}

func upsertGroup(
	ctx context.Context,
	db *gorm.DB,
	unitID, userID int64,
	name string,
	accounts []int64,
	at time.Time,
) (id int64, err error) {
	target, of, whose := "(user_id, name) WHERE unit_id IS NULL", "unit_id IS NULL AND user_id = ?", userID
	if unitID != 0 {
		target, of, whose = "(unit_id, name) WHERE unit_id IS NOT NULL", "unit_id = ?", unitID
	}
	err = db.WithContext(ctx).Raw(`
INSERT INTO account_groups (unit_id, user_id, name, account_ids, updated_at)
SELECT nullif(?, 0), ?, ?, string_to_array(?, ',')::bigint[], ?
WHERE (SELECT count(*) FROM account_groups WHERE `+of+` AND name <> ?) < ?
ON CONFLICT `+target+` DO UPDATE SET user_id = EXCLUDED.user_id, account_ids = EXCLUDED.account_ids,
    updated_at = EXCLUDED.updated_at RETURNING id`,
		unitID, userID, name, writeIDs(accounts), at, whose, name, maxGroupsKept).
		Row().
		Scan(&id)

	return id, pg.OrNotFound(err,
		fault.Conflict("最多保存 {.max} 个账号组，请先删去不用的", "max", maxGroupsKept))
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
