package pg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// oldestServer is the first version of Postgres we run on, as server_version_num says it: names of
// units are unique with NULLS NOT DISTINCT, which older ones do not know.
const oldestServer = 150000

// CheckServer refuses a server on which a mark written before a call could be lost or a lock could
// wander: fsync or synchronous_commit off, or a connection pooler in transaction mode in between. The
// message tells the operator what to change. It opens connections of its own.
func CheckServer(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return errors.Join(checkSettings(ctx, url), checkSession(ctx, url))
}

func checkSettings(ctx context.Context, url string) error {
	conn, err := simpleConnect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var version int
	var fsync, commit, pages string
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('fsync'),
		current_setting('synchronous_commit'), current_setting('full_page_writes')`).
		Scan(&version, &fsync, &commit, &pages)
	if err != nil {
		return fmt.Errorf("read settings of the database: %w", err)
	}
	var found []error
	if version < oldestServer {
		found = append(
			found,
			fmt.Errorf("PostgreSQL 版本过低（%d）：请使用 %d 或更高版本", version/10000, oldestServer/10000),
		)
	}
	if fsync != "on" || pages != "on" {
		found = append(found, errors.New("数据库的 fsync 或 full_page_writes 已关闭：断电会丢失发送记录，可能造成重复发送；请打开后再启动"))
	}
	if commit == "off" {
		found = append(found, errors.New("数据库的 synchronous_commit 为 off：断电会丢失发送记录，可能造成重复发送；请改为 on 后再启动"))
	}

	return errors.Join(found...)
}

// errPooler is what the operator reads when sessions are not our own.
var errPooler = errors.New("数据库地址指向事务级连接池（如 PgBouncer transaction 模式）：会话锁和 LISTEN 会失效；请改用会话级连接池或直接连接数据库")

// checkSession finds out whether a client connection is a session of its own. Behind a pooler in
// transaction mode a setting made outside of a transaction stays with the server connection, which
// another client may get next.
func checkSession(ctx context.Context, url string) error {
	ours, err := simpleConnect(ctx, url)
	if err != nil {
		return err
	}
	defer ours.Close(context.WithoutCancel(ctx))
	other, err := simpleConnect(ctx, url)
	if err != nil {
		return err
	}
	defer other.Close(context.WithoutCancel(ctx))

	return probe(ctx, ours, other)
}

// simpleConnect avoids prepared statements, which fail behind some poolers with a message that says nothing.
func simpleConnect(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("reach database: %w", err)
	}

	return conn, nil
}

// probe marks our session and looks whether the mark stays ours alone: at once, for a pooler that takes
// its server connections in turn, and while the other connection has a transaction open, for one that
// takes the last one used.
func probe(ctx context.Context, ours, other *pgx.Conn) error {
	if _, err := ours.Exec(ctx, "SELECT set_config('juzhen.probe', 'ours', false)"); err != nil {
		return fmt.Errorf("probe session: %w", err)
	}
	defer func() { _, _ = ours.Exec(context.WithoutCancel(ctx), "SELECT set_config('juzhen.probe', '', false)") }()
	if err := wantMark(ctx, ours, "ours"); err != nil {
		return err
	}
	if _, err := other.Exec(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("probe session: %w", err)
	}
	defer func() { _, _ = other.Exec(context.WithoutCancel(ctx), "ROLLBACK") }()
	if err := wantMark(ctx, other, ""); err != nil {
		return err
	}

	return wantMark(ctx, ours, "ours")
}

func wantMark(ctx context.Context, conn *pgx.Conn, want string) error {
	var mark string
	if err := conn.QueryRow(ctx, "SELECT coalesce(current_setting('juzhen.probe', true), '')").
		Scan(&mark); err != nil {
		return fmt.Errorf("probe session: %w", err)
	}
	if mark != want {
		return errPooler
	}

	return nil
}
