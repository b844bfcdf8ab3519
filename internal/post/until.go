package post

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// LongestLate is how long after its time a post may still go out by itself, whatever was asked for.
const LongestLate = 24 * time.Hour

// checkUntil says what is wrong with the instant after which a post is not to go out any more.
func checkUntil(post Post, version Version, at time.Time) *fault.Error {
	if post.DueNow {
		return CheckUntil(nil, version.NotAfter, at)
	}

	return CheckUntil(post.DueAt, version.NotAfter, at)
}

// CheckUntil says what is wrong with the instant after which something that is due at an instant is not to go
// out any more. due is nil where it has no time of its own, until where nothing is asked for.
func CheckUntil(due, until *time.Time, at time.Time) *fault.Error {
	switch {
	case until == nil:
		return nil
	case until.Year() > LastYear:
		return fault.Invalid("not_after", "最晚发出的时间不能晚于 {.n} 年", "n", "2100")
	case !until.After(at):
		return fault.Invalid("not_after", "最晚发出的时间已过")
	case due != nil && !until.After(*due):
		return fault.Invalid("not_after", "最晚发出的时间要晚于发布时间")
	case due != nil && until.Sub(*due) > LongestLate:
		return fault.Invalid(
			"not_after",
			"最晚发出的时间不能比发布时间晚 {.n} 小时以上",
			"n",
			LongestLate.Hours(),
		)
	}

	return nil
}

// NotAfterTx gives the instant from which on a version is not to go out any more; nil where it asks for none.
func NotAfterTx(ctx context.Context, tx pg.Tx, versionID int64) (until *time.Time, err error) {
	defer fault.Step(&err, "post.NotAfterTx %d", versionID)

	err = tx.Pgx.QueryRow(ctx, `
SELECT not_after FROM post_versions WHERE id = @version_id`,
		pgx.NamedArgs{"version_id": versionID}).Scan(&until)

	return until, err
}

// UntilTx fails with fault.Invalid on "due" where a version is not to go out at the instant any more.
func UntilTx(ctx context.Context, tx pg.Tx, versionID int64, due time.Time) (err error) {
	defer fault.Step(&err, "post.UntilTx %d", versionID)

	until, err := NotAfterTx(ctx, tx, versionID)
	if err != nil || until == nil || due.Before(*until) {
		return err
	}

	return fault.Invalid("due", "这篇稿件最晚在 {.time}（北京时间）发出；要更晚，请先修改稿件的“最晚发出”",
		"time", beijing.ClockTime(*until)).WithCode("too_late")
}

// UntilSQL is the instant up to which what is due at an instant may go out, as its version asks for it:
// NULL where it asks for nothing, or is not due yet. due and version are SQL of an instant and of the
// version's id.
func UntilSQL(due, version string) string {
	late := fmt.Sprintf("interval '%d hours'", int(LongestLate.Hours()))

	return `CASE WHEN ` + due + ` IS NOT NULL THEN
    (SELECT least(v.not_after, ` + due + ` + ` + late + `) FROM post_versions v
        WHERE v.id = ` + version + ` AND v.not_after IS NOT NULL) END`
}

// at gives the content another time; the instant after which it is not to go out moves along.
func (c *Content) at(due *time.Time) {
	switch {
	case c.NotAfter == nil:
	case due == nil || c.DueAt == nil:
		c.NotAfter = nil
	default:
		until := due.Add(c.NotAfter.Sub(*c.DueAt))
		c.NotAfter = &until
	}
	c.DueAt, c.DueNow = due, false
}
