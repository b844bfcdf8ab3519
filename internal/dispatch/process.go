package dispatch

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// process is this start of the program as its peers see it: a row, an advisory lock on a connection of
// its own, and a lease by the database's clock. The connection never comes from a pool, where it would
// be recycled.
type process struct {
	id      string
	lockKey int64
	version string
	connect func(context.Context) (*pgx.Conn, error)
	ahead   func() time.Duration // tests: of the database's clock as they see it; nil: nothing
	turned  func()               // told when the database's clock is not where it was believed
	clk     *clock
	set     Settings
	log     *slog.Logger
	watch   func(Step)

	mu      sync.Mutex
	alive   bool          // row, lock and lease stand
	renewed time.Duration // monotonic instant of the last renewal
	start   time.Time
	measure chan struct{} // a measurement is wanted now
}

func newProcess(
	connect func(context.Context) (*pgx.Conn, error),
	version string,
	clk *clock,
	set Settings,
	log *slog.Logger,
) *process {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails

	return &process{
		id:      newUUID(),
		lockKey: int64(binary.BigEndian.Uint64(b[:]) >> 1),
		version: version,
		connect: connect,
		clk:     clk,
		set:     set,
		log:     log,
		start:   time.Now(),
		measure: make(chan struct{}, 1),
	}
}

// newUUID makes a random UUID of version 4.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80

	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// mayMark tells whether lock and lease stand with a second to spare: a process that was stopped finds
// its lease old and marks nothing.
func (p *process) mayMark() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.alive && time.Since(p.start)-p.renewed < p.set.Lease-min(time.Second, p.set.Lease/2)
}

func (p *process) standing(alive bool) {
	p.mu.Lock()
	changed := p.alive != alive
	p.alive = alive
	if alive {
		p.renewed = time.Since(p.start)
	}
	p.mu.Unlock()
	if changed && p.watch != nil {
		p.watch(Step{Name: map[bool]string{true: "alive", false: "cut off"}[alive]})
	}
}

// run keeps the process alive in the eyes of the others until ctx ends, first on the connection given,
// then frees the lock and ends the row.
func (p *process) run(ctx context.Context, conn *pgx.Conn) {
	var err error

	for ctx.Err() == nil {
		if conn != nil {
			err = p.beat(ctx, conn)
			p.leave(conn, ctx.Err() != nil)
		}
		p.standing(false)
		if ctx.Err() != nil {
			return
		}
		p.log.Warn(
			"connection that carries the process lock is lost; nothing is sent until it is back",
			"error",
			err,
		)
		wait(ctx, 200*time.Millisecond)
		conn, err = p.join(ctx)
	}
}

// join opens the connection, takes the lock and writes the row.
func (p *process) join(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.enrol(ctx, conn); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}

	return conn, nil
}

func (p *process) enrol(ctx context.Context, conn *pgx.Conn) error {
	// An older connection of ours may not have been noticed as dead yet: its lock goes when the server
	// does notice.
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", p.lockKey); err != nil {
		return err
	}
	host, _ := os.Hostname()
	_, err := conn.Exec(ctx, `
INSERT INTO processes (id, lock_key, host, pid, version, started_at, lease_until)
VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp()) ON CONFLICT (id) DO NOTHING`,
		p.id, p.lockKey, host, os.Getpid(), p.version)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "INSERT INTO releases (process_id) VALUES ($1) ON CONFLICT DO NOTHING", p.id)

	return err
}

// beat renews the lease and measures the clock, each second and whenever somebody asks.
func (p *process) beat(ctx context.Context, conn *pgx.Conn) error {
	ticker := time.NewTicker(p.set.Beat)
	defer ticker.Stop()

	for {
		if err := p.renew(ctx, conn); err != nil {
			return err
		}

		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-p.measure:
		}
	}
}

// renew writes the lease. Only what came back within the lease counts: an answer that took longer says
// nothing any more.
func (p *process) renew(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.set.Lease)
	defer cancel()
	asked := time.Since(p.start)
	_, err := conn.Exec(ctx, `
UPDATE processes SET lease_until = clock_timestamp() + make_interval(secs => $2), stopped_at = NULL
    WHERE id = $1`, p.id, p.set.Lease.Seconds())
	if err != nil {
		return err
	}
	if err := p.ask(ctx, conn); err != nil {
		return err
	}
	p.standing(true)
	p.mu.Lock()
	p.renewed = asked
	p.mu.Unlock()

	return nil
}

// The database's clock is asked until it is known to clockEnough, and clockAsks times at most.
const (
	clockAsks   = 4
	clockEnough = time.Millisecond
)

// ask measures the database's clock, with statements that do nothing else: one that is committed may
// take long after it read the clock.
func (p *process) ask(ctx context.Context, conn *pgx.Conn) error {
	for range clockAsks {
		var db time.Time
		before := p.clk.read()
		if err := conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&db); err != nil {
			return err
		}
		if p.ahead != nil {
			db = db.Add(p.ahead())
		}
		if p.clk.Measured(before, db, p.clk.read()) && p.turned != nil {
			p.turned()
		}
		if p.clk.Spread() <= clockEnough {
			break
		}
	}

	return nil
}

// leave ends the row when the process stops in good order, and closes the connection, which frees the lock.
func (p *process) leave(conn *pgx.Conn, ending bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if ending {
		if _, err := conn.Exec(ctx, `
			UPDATE processes SET stopped_at = clock_timestamp() WHERE id = $1`, p.id); err != nil {
			p.log.Warn("could not write the end of the process", "error", err)
		}
	}
	_ = conn.Close(ctx)
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
