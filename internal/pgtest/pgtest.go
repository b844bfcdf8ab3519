// Package pgtest gives every test a migrated database of its own. Only tests import it. The server is
// the one at TEST_DATABASE_URL, else a private one that all test programs of this machine share and
// that ends by itself when none has used it for two minutes.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
	"juzhen/migrations"
)

const (
	templateLock = 0x6a7a74657374 // held while a template is made
	testConns    = 8              // of a test's own pool
	stale        = time.Hour      // after which a database left by a killed test is dropped
)

// New gives a migrated database of the test's own, dropped when the test ends.
func New(t testing.TB) *pg.DB {
	t.Helper()
	return Open(t, URL(t))
}

// Open opens one more pool on a database of this test and closes it when the test ends.
func Open(t testing.TB, address string) *pg.DB {
	t.Helper()
	db, err := pg.Open(context.Background(), address, pg.Options{
		MaxConns: testConns,
		Name:     "juzhen test",
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(db.Close)

	return db
}

// URL is New for tests that open pools of their own or hand the address to a program.
func URL(t testing.TB) string {
	t.Helper()
	template, err := templateOnce()
	if err != nil {
		t.Fatalf("template of test databases: %v", err)
	}

	return create(t, template)
}

// application is the role that owns nothing in a test's database, and has the application's rights.
const application = "juzhen_application"

// reader is the role of the public site in a test's database.
const reader = "juzhen_site"

// AsApplication is the address of the same database for the application's own role, as docs/install.md
// has it: whatever needs the tables' owner fails there.
func AsApplication(address string) string { return as(address, application) }

// AsReader is the address of the same database for the role of the public site.
func AsReader(address string) string { return as(address, reader) }

func as(address, role string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // it has been used to connect already
	}
	if password, ok := u.User.Password(); ok {
		u.User = url.UserPassword(role, password)
	} else {
		u.User = url.User(role)
	}

	return u.String()
}

// ensureRole makes a role on a server, with the password of the address.
func ensureRole(ctx context.Context, conn *pgx.Conn, role string) error {
	sql := "DO $$ BEGIN CREATE ROLE " + role + " LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
	if _, err := conn.Exec(ctx, sql); err != nil || conn.Config().Password == "" {
		return err
	}
	_, err := conn.Exec(
		ctx,
		"ALTER ROLE "+role+" PASSWORD '"+strings.ReplaceAll(conn.Config().Password, "'", "''")+"'",
	)

	return err
}

// Empty is the address of a database without any table.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "template0")
}

// create clones a template under a name that tells its age, and drops the clone when the test ends.
func create(t testing.TB, template string) string {
	t.Helper()
	server, err := serverOnce()
	if err != nil {
		t.Fatalf("test server: %v", err)
	}
	name := fmt.Sprintf("jzt_%d_%s", time.Now().Unix(), strings.ToLower(rand.Text()[:10]))
	err = onServer(server, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(
			ctx,
			fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY %s", name, template, strategy),
		)

		return err
	})
	if err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(server, name); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})

	return withDatabase(server, name)
}

func drop(server, name string) error {
	return onServer(server, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		return err
	})
}

// onServer runs f on a connection to the server's own database.
func onServer(server string, f func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)

	return f(ctx, conn)
}

// templateOnce makes, once per machine and version of the migrations, the database that the tests' are
// cloned from.
var templateOnce = sync.OnceValues(func() (string, error) {
	server, err := serverOnce()
	if err != nil {
		return "", err
	}
	name, err := templateName()
	if err != nil {
		return "", err
	}

	return name, onServer(server, func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
			return err
		}
		if err := dropStale(ctx, c); err != nil {
			return err
		}

		for _, role := range []string{application, reader} {
			if err := ensureRole(ctx, c, role); err != nil {
				return err
			}
		}

		return makeTemplate(ctx, c, server, name)
	})
})

// templateName changes with every byte of the migrations.
func templateName() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := migrations.FS.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, path)
		_, err = io.Copy(h, f)

		return err
	})

	return "jztpl_" + hex.EncodeToString(h.Sum(nil)[:8]), err
}

// makeTemplate migrates under another name first, so that a cut leaves no half template behind.
func makeTemplate(ctx context.Context, conn *pgx.Conn, server, name string) error {
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).
		Scan(&there); err != nil ||
		there {
		return err
	}
	half := name + "_half"
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+half+" WITH (FORCE)"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+half+" TEMPLATE template0"); err != nil {
		return err
	}
	owner := withDatabase(server, half)
	if err := pg.MigrateFor(ctx, owner, AsApplication(owner), slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	if err := pg.GrantReader(ctx, owner, AsReader(owner)); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "ALTER DATABASE "+half+" RENAME TO "+name)

	return err
}

// dropStale removes what killed tests left behind.
func dropStale(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname ~ '^jzt_[0-9]+_'
		AND split_part(datname, '_', 2)::bigint < extract(epoch FROM now()) - $1`, stale.Seconds())
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}

	for _, name := range names {
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return err
		}
	}

	return nil
}

func withDatabase(server, name string) string {
	address, err := url.Parse(server)
	if err != nil {
		panic(err) // the server's address has been used to connect already
	}
	address.Path = "/" + name

	return address.String()
}
