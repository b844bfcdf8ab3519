package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// startLimit bounds how long a start (after a crash: the recovery) may take.
const startLimit = 60 * time.Second

// errAgain marks a start worth trying again: somebody took the port between our choice and the server's
// start, or the last children of a killed server are still going.
var errAgain = errors.New("try again")

// postmaster is what a running server writes about itself into postmaster.pid.
type postmaster struct {
	pid, port int
	status    string // starting, ready, stopping
}

func readPostmaster(dir string) (postmaster, bool) {
	b, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	lines := strings.Split(string(b), "\n")
	if len(lines) < 8 {
		return postmaster{}, false // still being written
	}
	pid, err1 := strconv.Atoi(strings.TrimSpace(lines[0]))
	port, err2 := strconv.Atoi(strings.TrimSpace(lines[3]))

	return postmaster{pid: pid, port: port, status: strings.TrimSpace(lines[7])}, err1 == nil && err2 == nil
}

// alive is false for the file of a server that was killed, even when its number went to another program
// meanwhile.
func (p postmaster) alive() bool {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p.pid))
	return err == nil && strings.HasPrefix(string(comm), "postgres")
}

// find gives the server that runs in the folder already, nil when there is none. It waits for one that
// starts or stops.
func find(ctx context.Context, options Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var found postmaster
	err := poll(ctx, func() (bool, error) {
		p, ok := readPostmaster(options.Dir)
		if !ok || !p.alive() {
			return true, nil
		}
		if p.status == "ready" {
			found = p
		}

		return p.status == "ready", nil
	})
	if err != nil || found.pid == 0 {
		return nil, err
	}
	password, err := readPassword(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("password of the running postgres: %w", err)
	}

	return &Server{
		Dir:      options.Dir,
		Port:     found.port,
		PID:      found.pid,
		Found:    true,
		database: options.Database,
		password: password,
	}, nil
}

// launch starts the server and waits until it takes connections.
func launch(ctx context.Context, options Options, t tools, as *account) (*Server, error) {
	password, err := readPassword(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("password of postgres: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var server *Server
	err = poll(ctx, func() (bool, error) {
		server = &Server{
			Dir:      options.Dir,
			database: options.Database,
			password: password,
			detached: options.Detached,
			done:     make(chan struct{}),
		}
		err := server.launchOnce(ctx, options, t, as)
		if errors.Is(err, errAgain) {
			return false, nil
		}

		return err == nil, err
	})
	if err != nil {
		return nil, err
	}

	return server, nil
}

func (s *Server) launchOnce(ctx context.Context, options Options, t tools, as *account) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	logName := filepath.Join(options.Dir, "postgres.log")
	logFile, err := os.OpenFile(logName, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log of postgres: %w", err)
	}
	defer logFile.Close()
	cmd := exec.Command(t.path("postgres"), serverArgs(options, port)...)
	cmd.Dir = "/"
	cmd.SysProcAttr = as.attributes(options.Detached)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if err := s.run(cmd); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	s.Port, s.PID = port, cmd.Process.Pid

	return s.awaitReady(ctx, logName)
}

// run starts the child on a thread that lives as long as the child: the kernel sends Pdeathsig when the
// starting thread ends, not when the process does.
func (s *Server) run(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in the server's own log
		}
		close(s.done)
	}()

	return <-started
}

// onLivingThread runs f on a thread that does not end before f does.
func onLivingThread(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return f()
}

func (s *Server) awaitReady(ctx context.Context, logName string) error {
	err := poll(ctx, func() (bool, error) {
		select {
		case <-s.done:
			return false, startFailure(logName)
		default:
		}
		postmaster, ok := readPostmaster(s.Dir)

		return ok && postmaster.pid == s.PID && postmaster.status == "ready", nil
	})
	if err != nil && ctx.Err() != nil {
		_ = syscall.Kill(s.PID, syscall.SIGQUIT) // we give up; nothing was written by anybody yet
	}

	return err
}

func startFailure(logName string) error {
	b, err := os.ReadFile(logName)
	if err != nil {
		return fmt.Errorf("postgres ended at once, no log: %w", err)
	}

	for _, passing := range []string{"Address already in use", "pre-existing shared memory block"} {
		if bytes.Contains(b, []byte(passing)) {
			return errAgain
		}
	}

	return fmt.Errorf("postgres ended at once: %s", tail(b))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()

	return l.Addr().(*net.TCPAddr).Port, nil
}

// serverArgs lays the caller's settings over ours. There is no socket file, so no limit on the folder's
// length.
func serverArgs(options Options, port int) []string {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"max_connections":         "400",
		"fsync":                   "on",
		"synchronous_commit":      "on",
		"full_page_writes":        "on",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"lc_messages":             "C",
	}
	for name, value := range options.Settings {
		settings[name] = value
	}

	args := []string{"-D", filepath.Join(options.Dir, "data"), "-p", strconv.Itoa(port)}
	for name, value := range settings {
		args = append(args, "--"+name+"="+value)
	}
	slices.Sort(args[4:])

	return args
}

// tail is the end of a program's output, enough for an error message.
func tail(b []byte) string {
	b = bytes.TrimSpace(b)
	if len(b) > 1000 {
		b = b[len(b)-1000:]
	}

	return string(b)
}

// ensureDatabase makes the wanted database in a fresh server.
func (s *Server) ensureDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{s.database}.Sanitize())
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "42P04" { // duplicate_database
		return nil
	}

	return err
}
