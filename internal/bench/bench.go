// Package bench runs the console as real processes, does harm to them and measures them: the harness
// behind `juzhen bench`. Harm is judged by the log of the imitation Weibo, never by what the console
// says of itself. It is no part of an installation, and no other package imports it but the command.
package bench

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"juzhen/internal/localpg"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// StopTag is the build tag of a console that can be harmed at the instants of a send.
const StopTag = "juzhen_stoppoints"

// Build makes console and imitation Weibo in dir, out of the sources in the folder src.
func Build(ctx context.Context, src, dir, tags string) error {
	cmd := exec.CommandContext(ctx,
		"go", "build",
		"-tags", tags,
		"-o", dir+string(filepath.Separator),
		"./cmd/juzhen", "./cmd/weibo-sandbox",
	)
	cmd.Dir = src
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}

	return nil
}

// stage is what all worlds share: the programs, a Postgres with an empty migrated database to copy, a
// folder that goes at the end.
type stage struct {
	bin    string // folder of juzhen and weibo-sandbox
	dir    string
	server *localpg.Server
	key    string // the consoles' key file, as text
	rawKey []byte
	box    *seal.Box
	log    *slog.Logger
	copyMu sync.Mutex
	worlds atomic.Int64

	statements bool // count what statements cost, for profiles
}

// template is the migrated database that worlds are copies of.
const template = "bench_template"

func newStage(ctx context.Context, bin string, statements bool) (*stage, error) {
	dir, err := os.MkdirTemp("/var/tmp", "juzhen-bench-") // the system user of Postgres must reach it
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	s := &stage{bin: bin, dir: dir, log: slog.New(slog.DiscardHandler), statements: statements}
	if err := s.makeKey(); err != nil {
		return nil, err
	}
	if s.server, err = s.postgres(ctx, filepath.Join(dir, "pg")); err != nil {
		return nil, err
	}

	return s, pg.Migrate(ctx, s.server.URL(template), s.log)
}

func (s *stage) makeKey() (err error) {
	raw := make([]byte, seal.KeySize)
	_, _ = rand.Read(raw) // never fails
	s.rawKey = raw
	s.key = base64.StdEncoding.EncodeToString(raw)
	s.box, err = seal.New(raw)

	return err
}

// postgres starts a server as durable as an installation's.
func (s *stage) postgres(ctx context.Context, dir string) (*localpg.Server, error) {
	return localpg.Start(ctx, localpg.Options{Dir: dir, Database: template, Trust: true, Log: s.log,
		Settings: s.settings()})
}

func (s *stage) settings() map[string]string {
	set := map[string]string{"max_connections": "600", "shared_buffers": "256MB", "max_wal_size": "2GB"}
	if s.statements {
		set["shared_preload_libraries"] = "pg_stat_statements"
	}

	return set
}

func (s *stage) close() {
	stopServer(s.server)
	_ = os.RemoveAll(s.dir)
}

func stopServer(server *localpg.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = server.Stop(ctx)
}

// database makes a copy of the template on the server and gives its name.
func (s *stage) database(ctx context.Context, server *localpg.Server) (string, error) {
	s.copyMu.Lock()
	defer s.copyMu.Unlock()
	name := fmt.Sprintf("w%d", s.worlds.Add(1))
	db, err := pg.Open(ctx, server.URL("postgres"), pg.Options{MaxConns: 1, Log: s.log})
	if err != nil {
		return "", err
	}
	defer db.Close()
	_, err = db.Pool().Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY")

	return name, err
}

// wait sleeps, or less when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()

	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// until asks again and again until the answer is yes; it fails after limit, naming what it waited for.
func until(ctx context.Context, what string, limit time.Duration, yes func() (bool, error)) error {
	end := time.Now().Add(limit)

	for {
		ok, err := yes()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", what, err)
		case ok:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Now().After(end):
			return fmt.Errorf("waited %s in vain: %s", limit, what)
		}
		wait(ctx, 15*time.Millisecond)
	}
}
