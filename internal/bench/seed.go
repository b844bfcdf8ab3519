package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// seat is one account of a world.
type seat struct {
	ID     int64
	Handle string
	UID    int64
}

// The people of a world.
var (
	writer     = person(1, access.PressOfficer)
	reviewer   = person(2, access.Reviewer)
	supervisor = person(4, access.Supervisor)

	machineActor = access.System("性能测量")
)

func person(id int64, role access.Role) access.Actor {
	return access.Actor{
		UserID: id,
		Name:   string(role),
		Grants: []access.Grant{{Role: role, UnitID: 1, Path: "/1/"}},
	}
}

const peopleSQL = `
INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
    VALUES (1, NULL, '市局', 'bureau', '/1/', now());
INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change, password_changed_at, lang,
    theme, created_at) OVERRIDING SYSTEM VALUE
SELECT id, 'bench' || id, '测试人员' || id, 1, '', false, now(), 'zh', 'auto', now()
    FROM generate_series(1, 5) id;
INSERT INTO grants (user_id, role, unit_id, created_at)
    VALUES (1, 'press_officer', 1, now()), (2, 'reviewer', 1, now()), (4, 'supervisor', 1, now());
SELECT setval(pg_get_serial_sequence('units', 'id'), 100), setval(pg_get_serial_sequence('users', 'id'), 100)`

// seats names n accounts, from the number first on.
func seats(first int64, n int) []seat {
	list := make([]seat, n)
	for i := range list {
		id := first + int64(i)
		list[i] = seat{ID: id, Handle: fmt.Sprintf("测试账号%05d", id), UID: 7_700_000_000 + id}
	}

	return list
}

// seedAccounts copies live accounts with their sealed tokens into the database.
func seedAccounts(
	ctx context.Context,
	db *pg.DB,
	box *seal.Box,
	list []seat,
	connector string,
	token func(seat) string,
) error {
	now := time.Now().UTC()
	accounts := make([][]any, len(list))
	credentials := make([][]any, len(list))

	turns := make([][]any, len(list))
	for i, s := range list {
		sealed, err := box.Seal("credential", "credential/"+strconv.FormatInt(s.ID, 10), []byte(token(s)))
		if err != nil {
			return err
		}
		uid := strconv.FormatInt(s.UID, 10)
		accounts[i] = []any{
			s.ID, int64(1), "weibo", s.Handle, s.Handle, "main", "live", connector, uid,
			30 * time.Minute, time.Duration(0), true, now, i, now,
		}
		credentials[i] = []any{
			s.ID, sealed.Data, sealed.KeyID, uid, "", "import", "valid", now.AddDate(0, 0, 60), now,
		}
		turns[i] = []any{s.ID}
	}

	return copyAll(ctx, db, []table{
		{
			"accounts",
			[]string{
				"id", "unit_id", "platform", "handle", "display_name", "seat", "state", "connector",
				"remote_uid", "late_limit", "min_gap", "auto_resend", "tested_at", "position",
				"created_at",
			},
			accounts,
		},
		{
			"credentials",
			[]string{
				"account_id", "sealed", "key_id", "remote_uid", "app_key", "origin", "state",
				"expires_at", "obtained_at",
			},
			credentials,
		},
		{"account_turns", []string{"account_id"}, turns},
	})
}

// table is rows to be copied.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

func copyAll(ctx context.Context, db *pg.DB, list []table) error {
	return db.InTx(ctx, func(tx pg.Tx) error {
		for _, t := range list {
			if _, err := tx.Pgx.CopyFrom(
				ctx,
				pgx.Identifier{t.name},
				t.columns,
				pgx.CopyFromRows(t.rows),
			); err != nil {
				return fmt.Errorf("copy %s: %w", t.name, err)
			}
		}

		return nil
	})
}
