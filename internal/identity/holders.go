package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Holder is somebody who holds roles now, with the grants that were asked for.
type Holder struct {
	UserID int64
	Name   string
	Grants []access.Grant
}

// At tells whether one of the grants is for the unit itself.
func (h Holder) At(unitID int64) bool {
	return slices.ContainsFunc(h.Grants, func(g access.Grant) bool { return g.UnitID == unitID })
}

// HoldersTx gives everybody who holds one of the roles in force at one of the units at paths or above it,
// and is not disabled, by number. It checks no right.
func HoldersTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	roles []access.Role,
	paths []string,
) (_ []Holder, err error) {
	defer fault.Step(&err, "identity.HoldersTx")

	rows, err := tx.Pgx.Query(ctx, `
SELECT s.id, s.display_name, g.role, un.id, un.path
FROM grants g JOIN users s ON s.id = g.user_id JOIN units un ON un.id = g.unit_id
WHERE g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > @at) AND s.disabled_at IS NULL
  AND g.role = ANY (@roles) AND EXISTS (SELECT FROM unnest(@paths::text[]) AS p (path) WHERE
      starts_with(p.path, un.path))
ORDER BY s.id, g.id`, pgx.NamedArgs{"at": at, "roles": roleNames(roles), "paths": paths})
	if err != nil {
		return nil, fmt.Errorf("read holders: %w", err)
	}
	defer rows.Close()
	var list []Holder

	for rows.Next() {
		var h Holder
		var grant access.Grant
		if err := rows.Scan(&h.UserID, &h.Name, &grant.Role, &grant.UnitID, &grant.Path); err != nil {
			return nil, err
		}
		if n := len(list); n == 0 || list[n-1].UserID != h.UserID {
			list = append(list, h)
		}
		last := &list[len(list)-1]
		last.Grants = append(last.Grants, grant)
	}

	return list, rows.Err()
}

func roleNames(roles []access.Role) []string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}

	return names
}

// AbleTx gives everybody who may do something at one of the units at paths, as HoldersTx finds them.
func AbleTx(
	ctx context.Context, tx pg.Tx, at time.Time, permission access.Permission, paths ...string,
) (_ []Holder, err error) {
	defer fault.Step(&err, "identity.AbleTx %s", permission)

	roles := slices.DeleteFunc(access.Roles(), func(role access.Role) bool {
		return access.ExtentOf(role, permission) == access.Nowhere
	})
	holders, err := HoldersTx(ctx, tx, at, roles, paths)

	return slices.DeleteFunc(holders, func(h Holder) bool {
		actor := access.Actor{UserID: h.UserID, Grants: h.Grants}

		return !slices.ContainsFunc(paths, func(path string) bool { return actor.CanAt(permission, path) })
	}), err
}
