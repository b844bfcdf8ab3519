package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/localpg"
)

// fast and hard are the ways a server ends: it cuts its sessions and writes its data, or it crashes.
const (
	fast = syscall.SIGINT
	hard = syscall.SIGQUIT
)

// restartPostgres ends the server while deliveries are due, and starts it again three seconds later.
func restartPostgres(how syscall.Signal) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		if err := w.weibo.fault(ctx, fields{
			"kind": "delay", "delay": "100ms", "call": "@publish",
		}); err != nil {
			return err
		}
		if _, err := w.console(); err != nil {
			return err
		}
		if _, err := w.console(); err != nil {
			return err
		}
		// some are before their mark, others past it
		_, due, err := w.planEach(ctx, 2*second, w.seats, func(i int) time.Duration {
			return time.Duration(i) * 600 * time.Millisecond / time.Duration(n)
		})
		if err != nil {
			return err
		}
		wait(ctx, time.Until(due.Add(250*time.Millisecond)))
		if err := w.stopPostgres(how); err != nil {
			return err
		}
		wait(ctx, 3*second)

		return w.startPostgres(ctx)
	}
}

func (w *world) stopPostgres(how syscall.Signal) error {
	if err := syscall.Kill(w.postgres.PID, how); err != nil {
		return err
	}

	select {
	case <-w.postgres.Done():
		return nil
	case <-time.After(20 * second):
		return errors.New("postgres does not end")
	}
}

// startPostgres starts the server of the world's folder again; it may come up at another port.
func (w *world) startPostgres(ctx context.Context) error {
	server, err := w.stage.postgres(ctx, w.postgres.Dir)
	if err != nil {
		return err
	}
	w.moveTo(server)

	return nil
}

func (w *world) moveTo(server *localpg.Server) {
	address := fmt.Sprintf("127.0.0.1:%d", server.Port)
	w.postgres = server
	w.gate.target.Store(&address)
}

// loseDatabase cuts one console off from the database at the due time; the other takes over what it had
// prepared.
func loseDatabase(ctx context.Context, w *world, n int) error {
	own, err := newGate(fmt.Sprintf("127.0.0.1:%d", w.postgres.Port))
	if err != nil {
		return err
	}
	if _, err := w.consoleAt(own); err != nil {
		return err
	}
	_, due, err := w.planEach(ctx, 2*second, w.seats, nil)
	if err != nil {
		return err
	}
	if err := w.awaitStates(ctx, time.Until(due)+second, w.seats, delivery.Preparing); err != nil {
		return err
	}
	if _, err := w.console(); err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(5*time.Millisecond)))
	own.close()
	wait(ctx, 8*second)
	own.open()

	return nil
}

// smallDisk is enough for a fresh server and little more.
const smallDisk = "150m"

// mountSmall puts the world's server on a small disk.
func mountSmall(w *world) error {
	dir := filepath.Join(w.dir, "pg")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755,size="+smallDisk); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	w.unmount = func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }

	return nil
}

// fillDisk fills the disk just before the due time until the database can write nothing more, and
// empties it four seconds later.
func fillDisk(ctx context.Context, w *world, n int) error {
	console, err := w.console()
	if err != nil {
		return err
	}
	_, due, err := w.planEach(ctx, 2*second, w.seats, nil)
	if err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(-300*time.Millisecond)))
	ballast := filepath.Join(w.dir, "pg", "ballast")
	if err := fillFile(ballast); err != nil {
		return err
	}
	w.burn(ctx)
	wait(ctx, time.Until(due.Add(4*second)))
	if err := os.Remove(ballast); err != nil {
		return err
	}
	w.note("the console noticed the full disk %d times", console.said("level=WARN"))

	select {
	case <-w.postgres.Done(): // it gave up when its log could not grow
		return w.startPostgres(ctx)
	default:
		return nil
	}
}

func fillFile(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()

	block := make([]byte, 1<<20)
	for size := len(block); size >= 4096; size /= 4 {
		for {
			if _, err := file.Write(block[:size]); err != nil {
				break
			}
		}
	}

	return nil
}

// burn writes into the database until it refuses, which proves the harm.
func (w *world) burn(ctx context.Context) {
	w.harms++
	ctx, cancel := context.WithTimeout(ctx, 5*second)
	defer cancel()

	_, err := w.db.Pool().Exec(ctx, "CREATE UNLOGGED TABLE IF NOT EXISTS burnt (x text)")
	for err == nil && ctx.Err() == nil {
		_, err = w.db.Pool().Exec(ctx, `
			INSERT INTO burnt SELECT repeat('x', 1000) FROM generate_series(1, 2000)`)
	}
	if err != nil && ctx.Err() == nil {
		w.proved++
		w.note("the database refused: %s", err)
	}
}

// untilRestored is how long after the first deliveries those are due that the restored console must not
// send by itself.
const untilRestored = 20 * second

// restore goes back to a copy made before deliveries went out: what was sent meanwhile must be found,
// not sent again, and the rest goes only once a person lets sending begin.
func restore(ctx context.Context, w *world, n int) error {
	console, err := w.console()
	if err != nil {
		return err
	}
	_, due, err := w.planEach(ctx, 3*second, w.seats, func(i int) time.Duration {
		if i < n/2 {
			return 0
		}

		return untilRestored
	})
	if err != nil {
		return err
	}
	copyFile := filepath.Join(w.dir, "copy.dump")
	if err := w.tool(ctx, "pg_dump", "-Fc", "-f", copyFile, w.url(w.gate)); err != nil {
		return err
	}
	if err := w.awaitStates(ctx, max(0, time.Until(due))+patience, w.seats[:n/2], delivery.Sent); err != nil {
		return err
	}
	console.kill()
	if err := w.fromCopy(ctx, copyFile); err != nil {
		return err
	}

	return w.afterRestore(ctx, w.seats[:n/2], due)
}

// fromCopy puts a fresh server with the copy in the place of the world's.
func (w *world) fromCopy(ctx context.Context, copyFile string) error {
	w.gate.close()
	stopServer(w.postgres)
	server, err := w.stage.postgres(ctx, filepath.Join(w.dir, "pg2"))
	if err != nil {
		return err
	}
	w.moveTo(server)
	w.gate.open()
	w.db.Pool().Reset() // its connections led to the old server

	return w.tool(ctx, "pg_restore", "-d", w.url(w.gate), copyFile)
}

// afterRestore sees that sending is stopped and what was due is unknown and found, then lets sending begin.
func (w *world) afterRestore(ctx context.Context, gone []seat, due time.Time) error {
	if _, err := w.console(); err != nil {
		return err
	}
	if err := w.awaitStates(ctx, patience, gone, delivery.Sent); err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(untilRestored+second)))
	w.harms++
	if out, err := w.inState(ctx, w.seats, delivery.Sent); err != nil || out != len(gone) {
		w.note("%d sent before sending was let begin", out-len(gone))
		return err
	}
	w.proved++

	return w.acts.ReleaseSending(ctx, supervisor, "核对完毕")
}

// tool runs a program of Postgres.
func (w *world) tool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
		if len(found) == 0 {
			return err
		}
		path = found[len(found)-1]
	}
	if out, err := exec.CommandContext(ctx, path, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}

	return nil
}
