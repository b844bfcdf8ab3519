// Package localpg runs a private Postgres from the binaries of this machine in a folder of its own: the
// default database of a demonstration and of the tests. It does not migrate, pool or query, and it
// installs nothing.
package localpg

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// User is the name of the one database user, who owns everything.
const User = "juzhen"

// Options say where the server lives and how it is set. The zero value serves.
type Options struct {
	Dir      string // folder of the server, made when missing; DefaultDir() when empty
	Database string // made when missing; "juzhen" when empty
	// server settings laid over the defaults (max_connections 400, fsync and synchronous_commit on)
	Settings map[string]string
	// no password, for tests: everybody on this machine may connect. Counts when the folder is made
	Trust    bool
	Detached bool         // the server outlives this process; somebody else stops it (Stop does nothing)
	Log      *slog.Logger // slog.Default() when nil
}

// Server is a running Postgres that listens on 127.0.0.1 only.
type Server struct {
	Dir   string
	Port  int
	PID   int
	Found bool // it was running already; Stop leaves it alone

	database string
	password string
	detached bool
	done     chan struct{} // closed when the server process has ended; nil when it is not our child
}

// DefaultDir is where the server lives unless told otherwise: below /var/lib for root, because the
// system user of Postgres cannot reach a folder below root's home, else below the user's own data
// folder.
func DefaultDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/juzhen/postgres"
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}

	return filepath.Join(home, ".local", "share", "juzhen", "postgres")
}

// Throwaway are the settings of a server whose data nobody needs after a fall, which many small databases
// share: nothing is synced, nothing is tidied, and a query stays in one process, since beside a test on
// another core starting a worker costs more than it saves.
func Throwaway() map[string]string {
	return map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off",
		"max_wal_size": "4GB", "checkpoint_timeout": "1h", "max_parallel_workers_per_gather": "0",
	}
}

// Start starts the server of the folder, or finds the one that runs there already and says so in the
// log. A new folder is initialised first. The server dies with this process unless Detached. Fails with
// *MissingTools when Postgres is not installed.
func Start(ctx context.Context, options Options) (*Server, error) {
	options = options.withDefaults()
	tools, err := findTools(options.Dir)
	if err != nil {
		return nil, err
	}
	as, err := serverAccount()
	if err != nil {
		return nil, err
	}
	if err := prepareFolder(options.Dir, as); err != nil {
		return nil, err
	}
	unlock, err := lockFolder(ctx, options.Dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	server, err := findOrLaunch(ctx, options, tools, as)
	if err != nil {
		return nil, err
	}
	if err := server.ensureDatabase(ctx); err != nil {
		return nil, fmt.Errorf("create database %s: %w", server.database, err)
	}

	return server, nil
}

func (o Options) withDefaults() Options {
	if o.Dir == "" {
		o.Dir = DefaultDir()
	}
	if abs, err := filepath.Abs(o.Dir); err == nil {
		o.Dir = abs
	}
	if o.Database == "" {
		o.Database = "juzhen"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}

	return o
}

func findOrLaunch(ctx context.Context, options Options, tools tools, as *account) (*Server, error) {
	server, err := find(ctx, options)
	if err != nil {
		return nil, err
	}
	if server != nil {
		options.Log.Info("private postgres is running already",
			"dir", server.Dir,
			"port", server.Port,
			"pid", server.PID,
		)

		return server, nil
	}
	if err := initialise(ctx, options, tools, as); err != nil {
		return nil, err
	}
	server, err = launch(ctx, options, tools, as)
	if err != nil {
		return nil, err
	}
	options.Log.Info("private postgres started", "dir", server.Dir, "port", server.Port, "pid", server.PID)

	return server, nil
}

// URL is the address of a database on the server, with the password in it: not for logs. Empty means
// the database named in Options.
func (s *Server) URL(database string) string {
	if database == "" {
		database = s.database
	}
	address := url.URL{
		Scheme:   "postgres",
		Host:     "127.0.0.1:" + strconv.Itoa(s.Port),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	address.User = url.User(User)
	if s.password != "" {
		address.User = url.UserPassword(User, s.password)
	}

	return address.String()
}

// Done is closed when the server has ended, by Stop or by itself; it is nil for a server that is not
// our child.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends a server this process started: sessions are cut, data is written (fast shutdown). When ctx
// ends first the server is stopped hard and recovers at its next start. A found or detached server is
// left alone.
func (s *Server) Stop(ctx context.Context) error {
	if s.Found || s.detached {
		return nil
	}
	if err := s.signal(syscall.SIGINT); err != nil {
		return err
	}

	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
	}
	if err := s.signal(syscall.SIGQUIT); err != nil {
		return err
	}

	select {
	case <-s.done:
		return fmt.Errorf("postgres had to be stopped hard: %w", context.Cause(ctx))
	case <-time.After(10 * time.Second):
		return fmt.Errorf("postgres (pid %d) does not stop", s.PID)
	}
}

// signal tells the server; one that has ended already is no error.
func (s *Server) signal(sig syscall.Signal) error {
	select {
	case <-s.done:
		return nil
	default:
	}
	if err := syscall.Kill(s.PID, sig); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("signal postgres: %w", err)
	}

	return nil
}
