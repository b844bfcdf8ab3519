package post

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Twin says that the person has submitted this very post already: the same requests to the same
// accounts for the same time.
type Twin struct {
	PostID int64
	fault  *fault.Error
}

// Error is the text for logs.
func (s *Twin) Error() string { return s.fault.Error() }

// Unwrap gives the conflict, for faces that show no more than its text.
func (s *Twin) Unwrap() error { return s.fault }

// TwinIn finds the Twin in err's chain.
func TwinIn(err error) (*Twin, bool) {
	var twin *Twin
	ok := errors.As(err, &twin)
	return twin, ok
}

// twinSQL finds a post in review, or one approved for the same instant, that the person submitted with
// the same wording hash.
const twinSQL = `
SELECT p.id FROM post_versions v JOIN posts p ON p.id = v.post_id AND p.version_id = v.id
WHERE v.wording_hash = @hash AND p.id <> @id AND v.submitted_by = @by
  AND (@due_now AND p.due_now AND p.phase = 'submitted' OR NOT @due_now AND p.due_at = @due_at
      AND p.phase IN ('submitted', 'approved'))
ORDER BY p.id LIMIT 1`

// refuseTwin fails with *Twin when the person has submitted the same already. Two that are submitted at
// once wait for each other.
func refuseTwin(ctx context.Context, tx pg.Tx, post Post, hash []byte, by int64) error {
	if _, err := tx.Pgx.Exec(ctx, `
		SELECT pg_advisory_xact_lock(hashtextextended(encode(@hash, 'hex'), 7))`,
		pgx.NamedArgs{"hash": hash}); err != nil {
		return err
	}
	var id int64
	err := tx.Pgx.QueryRow(ctx, twinSQL, pgx.NamedArgs{
		"hash":    hash,
		"id":      post.ID,
		"by":      by,
		"due_now": post.DueNow,
		"due_at":  post.DueAt,
	}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}

	return &Twin{
		PostID: id,
		fault:  fault.Conflict("您已提交过完全相同的稿件（稿件 {.id}：正文、账号、时间都一样），没有重复提交", "id", id).WithCode("same_post"),
	}
}

// CodeRepeat marks the finding that the same text goes out on an account within a day.
const CodeRepeat = "repeat_soon"

// Repeat is another delivery of the same text on an account that a post goes to.
type Repeat struct {
	AccountID int64
	Handle    string
	DueAt     *time.Time // nil: as soon as approved
	PostID    int64
}
