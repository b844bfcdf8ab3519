package pg_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// twoRoles is emptyFor, migrated.
func twoRoles(t *testing.T) (owner, application, super string) {
	t.Helper()
	owner, application, super = emptyFor(t)
	must(t, pg.MigrateFor(t.Context(), owner, application, slog.New(slog.DiscardHandler)))

	return owner, application, super
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, address string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), address)
	must(t, err)
	defer conn.Close(context.Background())

	for _, sql := range statements {
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// TestTheApplicationMayNotTouchTheTrail tries what one with the console's connection can send. Before,
// its role owned the tables: it switched the triggers off and changed what it liked.
func TestTheApplicationMayNotTouchTheTrail(t *testing.T) {
	t.Parallel()
	_, application, _ := twoRoles(t)
	db := pgtest.Open(t, application)

	insert := `INSERT INTO audit_entries (at, actor_name, action, subject_type, subject_id, unit_path, ip,
			body) VALUES (now(), '甲', 'post.submit', 'post', '1', '/1/', '', 'x')`
	for _, sql := range []string{
		insert, "SELECT count(*) FROM audit_entries",
		"UPDATE audit_entries SET seq = 1, prev = 'x', hash = 'x'", `
			INSERT INTO audit_days (day, last_seq, hash, made_at) VALUES ('2026-03-04', 1, 'x', now())
				ON CONFLICT (day) DO NOTHING`, `
			INSERT INTO units (name, kind, path) SELECT name, kind, path FROM units`, "DELETE FROM river_job",
		"UPDATE river_queue SET updated_at = now()", "SELECT max(version_id) FROM goose_db_version",
		"SELECT pg_notify('x', 'y')", "SELECT pg_try_advisory_lock(1)",
	} {
		if _, err := db.Pool().Exec(t.Context(), sql); err != nil {
			t.Errorf("refused: %s: %v", sql, err)
		}
	}

	for _, sql := range []string{
		"UPDATE audit_entries SET actor_name = '乙'", "UPDATE audit_entries SET mac = 'x'",
		"DELETE FROM audit_entries", "TRUNCATE audit_entries", "DELETE FROM audit_days",
		"UPDATE audit_days SET last_seq = 0", "DELETE FROM audit_closings",
		"UPDATE audit_closings SET last_seq = 0", "TRUNCATE audit_closings",
		"ALTER TABLE audit_entries DISABLE TRIGGER ALL",
		"ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only",
		"DROP TRIGGER audit_append_only ON audit_entries", "SET session_replication_role = replica",
		"DROP TABLE audit_days", "ALTER TABLE audit_entries RENAME TO a",
		"ALTER TABLE audit_entries OWNER TO CURRENT_USER",
		"CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
		"CREATE TABLE public.mine (id int)",
		"CREATE RULE r AS ON INSERT TO audit_entries DO INSTEAD NOTHING",
		"CREATE TRIGGER t BEFORE INSERT ON audit_entries EXECUTE FUNCTION audit_append_only()",
		"SELECT juzhen_grant(current_user)", "GRANT DELETE ON audit_entries TO CURRENT_USER",
		"UPDATE goose_db_version SET version_id = 0", "DELETE FROM river_migration",
		"ALTER TABLE all_deliveries ADD COLUMN x int",
	} {
		// What is refused here is refused for want of a right. GRANT and the like without any right
		// only warn.
		_, err := db.Pool().Exec(t.Context(), sql)
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == "42501" &&
			!strings.Contains(refused.Message, "append-only") {
			continue
		}
		if strings.HasPrefix(sql, "GRANT") && err == nil {
			if _, err := db.Pool().Exec(t.Context(), "DELETE FROM audit_entries"); err != nil {
				continue
			}
		}
		t.Errorf("not refused for want of the right: %s: %v", sql, err)
	}
}

// TestWhoOwnsTheTablesIsKnown is what the operator's page warns by.
func TestWhoOwnsTheTablesIsKnown(t *testing.T) {
	t.Parallel()

	owner, application, super := twoRoles(t)
	for address, want := range map[string]bool{owner: true, super: true, application: false} {
		got, err := pg.OwnsTables(t.Context(), pgtest.Open(t, address))
		if err != nil || got != want {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
}

// TestLaterTablesAreTheApplicationsToo makes a table and a sequence as a later migration does.
func TestLaterTablesAreTheApplicationsToo(t *testing.T) {
	t.Parallel()
	owner, application, _ := twoRoles(t)
	run(
		t,
		owner,
		"CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, n int)",
		"CREATE TABLE with_sequence (id bigserial, n int)",
	)
	run(t, application,
		"INSERT INTO later (n) VALUES (1)", "UPDATE later SET n = 2",
		"DELETE FROM later", "INSERT INTO with_sequence (n) VALUES (1)",
	)
}

// TestTheOwnerAloneStillMigrates is an installation of one role, before and after.
func TestTheOwnerAloneStillMigrates(t *testing.T) {
	t.Parallel()

	address := pgtest.Empty(t)
	for range 2 {
		must(t, pg.MigrateFor(t.Context(), address, address, slog.New(slog.DiscardHandler)))
	}
	must(t, pg.MigrationsCurrent(t.Context(), pgtest.Open(t, address)))
}

// TestBackupAndRestoreKeepTheRoles dumps as the owner and as the application, and restores as
// docs/operate.md says, as another owner.
func TestBackupAndRestoreKeepTheRoles(t *testing.T) {
	t.Parallel()
	owner, application, _ := twoRoles(t)
	run(t, application, `INSERT INTO audit_entries (at, actor_name, action, subject_type, subject_id,
			unit_path, ip, body)
		VALUES (now(), '甲', 'post.submit', 'post', '1', '/1/', '', 'x')`)

	for name, from := range map[string]string{"owner": owner, "application": application} {
		file := filepath.Join(t.TempDir(), "dump")
		tool(t, "pg_dump", "-Fc", "-f", file, from)
		freshOwner, freshApplication, _ := emptyFor(t)
		tool(t, "pg_restore", "--no-owner", "--no-privileges", "-d", freshOwner, file)
		must(t, pg.MigrateFor(t.Context(), freshOwner, freshApplication, slog.New(slog.DiscardHandler)))
		db := pgtest.Open(t, freshApplication)
		must(t, pg.MigrationsCurrent(t.Context(), db))
		var n int
		must(t, db.Pool().QueryRow(t.Context(), "SELECT count(*) FROM audit_entries").Scan(&n))
		if n != 1 {
			t.Errorf("%s: %d entries after the restore", name, n)
		}
		if owns, err := pg.OwnsTables(t.Context(), db); err != nil || owns {
			t.Errorf("%s: the application owns tables after the restore (%v)", name, err)
		}
		if _, err := db.Pool().Exec(t.Context(), "DELETE FROM audit_entries"); err == nil {
			t.Errorf("%s: the trail may be deleted after the restore", name)
		}
	}
}

// emptyFor is an empty database of an owner who is no superuser, with the addresses of owner,
// application and the server's own user.
func emptyFor(t *testing.T) (owner, application, super string) {
	t.Helper()
	super = pgtest.Empty(t)
	pgtest.URL(t) // makes the application's role
	name := "jzt_owner_" + super[strings.LastIndexByte(super, '_')+1:strings.LastIndexByte(super, '?')]
	address, err := url.Parse(super)
	must(t, err)
	password, _ := address.User.Password()
	run(t, super, fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", name, password),
		fmt.Sprintf("ALTER DATABASE %s OWNER TO %s", strings.TrimPrefix(address.Path, "/"), name))
	t.Cleanup(func() {
		run(
			t,
			super,
			fmt.Sprintf("REASSIGN OWNED BY %s TO current_user", name),
			"DROP OWNED BY "+name,
			"DROP ROLE "+name,
		)
	})
	address.User = url.UserPassword(name, password)

	return address.String(), pgtest.AsApplication(super), super
}

// tool runs one of the server's own programs.
func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		t.Fatalf("%s is not installed", name)
	}
	if out, err := exec.CommandContext(t.Context(), found[len(found)-1], args...).
		CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
