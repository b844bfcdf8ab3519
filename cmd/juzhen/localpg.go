package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"

	"juzhen/internal/localpg"
)

// localpgCommand runs a command, such as the tests, beside a throw-away Postgres whose address stands
// in TEST_DATABASE_URL.
type localpgCommand struct {
	Command []string `arg:"" passthrough:"" help:"The command and its arguments."`
}

func (c localpgCommand) Run(ctx context.Context) error {
	dir, err := os.MkdirTemp(throwawayFolder(), "juzhen-pg-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pg, err := localpg.Start(ctx, localpg.Options{
		Dir:      dir,
		Trust:    true,
		Settings: localpg.Throwaway(),
	})
	if err != nil {
		return err
	}
	defer stopServer(pg)
	args := c.Command
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}

	return runBeside(ctx, args, "TEST_DATABASE_URL="+pg.URL("postgres"))
}

func stopServer(pg *localpg.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = pg.Stop(ctx)
}

// runBeside runs args with one more environment entry and hands its exit code on.
func runBeside(ctx context.Context, args []string, env string) error {
	if len(args) == 0 {
		return errors.New("no command given")
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		return exitError(max(exit.ExitCode(), 1))
	} else if err != nil {
		return err
	}

	return nil
}

// What a machine must have for a throw-away Postgres in memory, beside the tests: so much free there, and
// so much memory in all.
const (
	leastFree   = 8 << 30
	leastMemory = 16 << 30
)

// throwawayFolder is where a throw-away Postgres keeps its files: in memory where there is plenty of it,
// since every test copies a whole database and files of a disk cost more than all that is asked of them.
func throwawayFolder() string {
	const inMemory, onDisk = "/dev/shm", "/var/tmp"
	var fs syscall.Statfs_t
	var machine syscall.Sysinfo_t
	if err := errors.Join(syscall.Statfs(inMemory, &fs), syscall.Sysinfo(&machine)); err != nil {
		return onDisk
	}
	free, all := fs.Bavail*uint64(fs.Bsize), machine.Totalram*uint64(machine.Unit)
	if free < leastFree || all < leastMemory {
		return onDisk
	}

	return inMemory
}
