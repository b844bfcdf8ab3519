package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"juzhen/internal/localpg"
)

// strategy of CREATE DATABASE: copying files is quicker than logging their pages when nothing is synced
// (85 ms a clone, connecting and dropping included, against 158 ms on two cores).
const strategy = "FILE_COPY"

// serverOnce is the address of the server, of its own database "postgres" when it is the shared one.
var serverOnce = sync.OnceValues(func() (string, error) {
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		return address, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()

	return shared(ctx, sharedFolder())
})

// sharedFolder is per user: the server of root belongs to another system user than ours.
func sharedFolder() string {
	return filepath.Join("/var/tmp", fmt.Sprintf("juzhen-pgtest-%d", os.Geteuid()))
}

// shared finds or starts the server of the folder and registers this program as a user of it until the
// program ends.
func shared(ctx context.Context, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	gate, err := lock(filepath.Join(dir, "gate"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer gate.Close()
	// kept open: the kernel frees it at our end
	if _, err := lock(filepath.Join(dir, "users"), syscall.LOCK_SH); err != nil {
		return "", err
	}
	server, err := localpg.Start(ctx, localpg.Options{
		Dir: dir, Database: "juzhen_tests", Trust: true, Detached: true, Log: slog.New(slog.DiscardHandler),
		Settings: localpg.Throwaway(),
	})
	if err != nil {
		return "", err
	}
	if !server.Found {
		err = watch(dir, server.PID)
	}

	return server.URL("postgres"), err
}

var keepOpen []*os.File // a collected file would be closed, and its lock lost

func lock(name string, how int) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), how); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if how == syscall.LOCK_SH {
		keepOpen = append(keepOpen, file)
	}

	return file, nil
}

// watchScript ends the server (fast shutdown) when nobody holds the users' lock two minutes long,
// looking every 30 s. It takes the gate first, as every starter does, so that nobody finds a server
// that is about to end.
const watchScript = `idle=0
while kill -0 "$1" 2>/dev/null; do
  sleep 30
  if flock -n -x users true; then idle=$((idle + 1)); else idle=0; fi
  [ $idle -ge 4 ] || continue
  exec 9>gate; flock -x 9
  if flock -n -x users true; then kill -INT "$1"; exit; fi
  exec 9>&-; idle=0
done`

// watch starts the script apart from us, so that it outlives the test program that happened to be first.
func watch(dir string, pid int) error {
	cmd := exec.Command("sh", "-c", strings.TrimSpace(watchScript), "sh", fmt.Sprint(pid))
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("watch the shared test server: %w", err)
	}

	return cmd.Process.Release()
}
