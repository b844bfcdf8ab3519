package localpg

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// folder is a place the server's user can reach, also when the tests run as root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "juzhen-localpg-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })

	return dir
}

func start(t *testing.T, options Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})

	return server
}

func show(t *testing.T, url, setting string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var v string
	if err := conn.QueryRow(t.Context(), "SHOW "+setting).Scan(&v); err != nil {
		t.Fatal(err)
	}

	return v
}

func TestServerIsPrivateDurableAndFoundAgain(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, Options{Dir: dir, Settings: map[string]string{"max_connections": "40"}})

	for setting, want := range map[string]string{
		"fsync":              "on",
		"synchronous_commit": "on",
		"listen_addresses":   "127.0.0.1",
		"max_connections":    "40",
		"server_encoding":    "UTF8",
	} {
		if got := show(t, server.URL(""), setting); got != want {
			t.Errorf("%s = %q, want %q", setting, got, want)
		}
	}
	if _, err := pgx.Connect(
		t.Context(),
		strings.Replace(server.URL(""), server.password, "guess", 1),
	); err == nil {
		t.Error("a wrong password was let in")
	}
	info, err := os.Stat(passwordFile(dir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("password file: %v, %v, want mode 0600", info, err)
	}

	again := start(t, Options{Dir: dir})
	if !again.Found || again.Port != server.Port || again.PID != server.PID {
		t.Errorf("second start gave %+v, want the first server (port %d)", again, server.Port)
	}
	if err := again.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := show(t, server.URL(""), "fsync"); got != "on" {
		t.Error("stopping a found server must leave it alone")
	}
}

func TestDataSurvivesStopAndKill(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, Options{Dir: dir, Trust: true})
	run(t, server.URL(""), "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-server.Done()
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a clean stop leaves no postmaster.pid, got %v", err)
	}

	server = start(t, Options{Dir: dir})
	run(t, server.URL(""), "INSERT INTO kept VALUES (2)")
	if err := server.signal(9); err != nil {
		t.Fatal(err)
	}
	<-server.Done()

	server = start(t, Options{Dir: dir})
	if server.Found {
		t.Fatal("a killed server was taken for a running one")
	}
	run(t, server.URL(""), "INSERT INTO kept SELECT 3 FROM kept HAVING count(*) = 2")
}

func run(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// TestServerDiesWithItsStarter runs itself as a child that starts a server and is killed.
func TestServerDiesWithItsStarter(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	child := exec.Command(os.Args[0], "-test.run=^TestChildStartsServer$")
	child.Env = append(os.Environ(), "LOCALPG_CHILD_DIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	if _, err := out.Read(buf); err != nil || string(buf) != "ready" {
		t.Fatalf("child says %q, %v", buf, err)
	}
	postmaster, ok := readPostmaster(dir)
	if !ok || !postmaster.alive() {
		t.Fatal("the child's server does not run")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := poll(ctx, func() (bool, error) { return !postmaster.alive(), nil }); err != nil {
		t.Errorf("the server outlives its starter: %v", err)
	}
}

func TestChildStartsServer(t *testing.T) {
	dir := os.Getenv("LOCALPG_CHILD_DIR")
	if dir == "" {
		return // only the test above gives it a folder
	}
	if _, err := Start(t.Context(), Options{Dir: dir, Trust: true}); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("ready")

	select {} // until killed
}

func TestMissingServerNamesTheInstallLine(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	var missing *MissingTools
	if !errors.As(err, &missing) || missing.Version != "7" {
		t.Fatalf("got %v, want *MissingTools for version 7", err)
	}

	for _, part := range []string{
		"create_main_cluster = false", "apt-get install -y postgresql postgresql-contrib",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("message lacks %q: %s", part, err)
		}
	}
}

func TestUnreachableFolderIsSaid(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := prepareFolder(filepath.Join(dir, "pg"), &account{uid: 1, gid: 1})
	if err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v, want a message that names %s", err, dir)
	}
}
