package replay

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
)

// claim inserts the request, or takes the place of one that is older than cutoff; false when it is
// there already.
func claim(ctx context.Context, db *pg.DB, request Request, now, cutoff time.Time) (bool, error) {
	tag, err := db.Pool().Exec(ctx, `
INSERT INTO replays AS old (user_id, route, key, request_hash, begun_at) VALUES (@user_id, @route, @key,
    @hash, @now)
ON CONFLICT (user_id, route, key) DO UPDATE
   SET request_hash = excluded.request_hash, begun_at = excluded.begun_at, ended_at = NULL, status = NULL,
       header = NULL, body = NULL,
       lost_at = NULL
 WHERE old.begun_at < @cutoff`, pgx.NamedArgs{
		"user_id": request.UserID,
		"route":   request.Route,
		"key":     request.Key,
		"hash":    request.Hash,
		"now":     now,
		"cutoff":  cutoff,
	})

	return tag.RowsAffected() == 1, err
}

type row struct {
	hash    []byte
	begunAt time.Time
	lost    bool // it ended, and nobody knows how
	answer  *Answer
}

func find(ctx context.Context, db *pg.DB, request Request) (row, error) {
	var out row
	var status *int
	var header map[string]string
	var body []byte
	err := db.Pool().QueryRow(ctx, `
SELECT request_hash, begun_at, lost_at IS NOT NULL, status, header, body FROM replays
    WHERE user_id = @user_id AND route = @route AND key = @key`,
		pgx.NamedArgs{"user_id": request.UserID, "route": request.Route, "key": request.Key}).
		Scan(&out.hash, &out.begunAt, &out.lost, &status, &header, &body)
	if status != nil {
		out.answer = &Answer{Status: *status, Header: header, Body: body}
	}

	return out, err
}

func end(ctx context.Context, db *pg.DB, request Request, answer Answer, now time.Time) error {
	_, err := db.Pool().Exec(ctx, `UPDATE replays SET ended_at = @now, status = @status, header = @header,
    body = @body
 WHERE user_id = @user_id AND route = @route AND key = @key AND ended_at IS NULL`,
		pgx.NamedArgs{
			"user_id": request.UserID,
			"route":   request.Route,
			"key":     request.Key,
			"now":     now,
			"status":  answer.Status,
			"header":  answer.Header,
			"body":    answer.Body,
		})

	return err
}

func lose(ctx context.Context, db *pg.DB, request Request, now time.Time) error {
	_, err := db.Pool().Exec(ctx, `UPDATE replays SET lost_at = @now
			WHERE user_id = @user_id AND route = @route AND key = @key AND ended_at IS NULL`,
		pgx.NamedArgs{
			"user_id": request.UserID,
			"route":   request.Route,
			"key":     request.Key,
			"now":     now,
		})

	return err
}

func forget(ctx context.Context, db *pg.DB, request Request) error {
	_, err := db.Pool().
		Exec(ctx, `DELETE FROM replays WHERE user_id = @user_id AND route = @route AND key = @key
			AND ended_at IS NULL`,
			pgx.NamedArgs{"user_id": request.UserID, "route": request.Route, "key": request.Key})

	return err
}

func sweep(ctx context.Context, db *pg.DB, cutoff time.Time) (int64, error) {
	tag, err := db.Pool().Exec(ctx, `DELETE FROM replays WHERE begun_at < @cutoff`,
		pgx.NamedArgs{"cutoff": cutoff})
	return tag.RowsAffected(), err
}
