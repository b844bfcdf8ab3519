package replay

import (
	"context"
	"time"

	"juzhen/internal/pg"
)

// claim inserts the request, or takes the place of one that is older than cutoff; false when it is
// there already.
func claim(ctx context.Context, db *pg.DB, request Request, now, cutoff time.Time) (bool, error) {
	tag, err := db.Pool().Exec(ctx, `
INSERT INTO replays AS old (user_id, route, key, request_hash, begun_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id, route, key) DO UPDATE
   SET request_hash = excluded.request_hash, begun_at = excluded.begun_at, ended_at = NULL, status = NULL,
       header = NULL, body = NULL,
       lost_at = NULL
 WHERE old.begun_at < $6`, request.UserID, request.Route, request.Key, request.Hash, now, cutoff)

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
    WHERE user_id = $1 AND route = $2 AND key = $3`,
		request.UserID, request.Route, request.Key).
		Scan(&out.hash, &out.begunAt, &out.lost, &status, &header, &body)
	if status != nil {
		out.answer = &Answer{Status: *status, Header: header, Body: body}
	}

	return out, err
}

func end(ctx context.Context, db *pg.DB, request Request, answer Answer, now time.Time) error {
	_, err := db.Pool().Exec(ctx, `UPDATE replays SET ended_at = $4, status = $5, header = $6, body = $7
 WHERE user_id = $1 AND route = $2 AND key = $3 AND ended_at IS NULL`,
		request.UserID, request.Route, request.Key, now, answer.Status, answer.Header, answer.Body)

	return err
}

func lose(ctx context.Context, db *pg.DB, request Request, now time.Time) error {
	_, err := db.Pool().Exec(ctx, `UPDATE replays SET lost_at = $4
			WHERE user_id = $1 AND route = $2 AND key = $3 AND ended_at IS NULL`,
		request.UserID, request.Route, request.Key, now)

	return err
}

func forget(ctx context.Context, db *pg.DB, request Request) error {
	_, err := db.Pool().Exec(ctx, `DELETE FROM replays WHERE user_id = $1 AND route = $2 AND key = $3
			AND ended_at IS NULL`, request.UserID, request.Route, request.Key)
	return err
}

func sweep(ctx context.Context, db *pg.DB, cutoff time.Time) (int64, error) {
	tag, err := db.Pool().Exec(ctx, `DELETE FROM replays WHERE begun_at < $1`, cutoff)
	return tag.RowsAffected(), err
}
