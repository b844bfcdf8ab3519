package review

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
)

// CoverKind is why a version needs no steps of its own.
type CoverKind string

// The kinds: the post that it passes on was approved with these words, two people of its unit allowed such
// posts beforehand, or somebody who may answers a citizen without a review.
const (
	ByLead     CoverKind = "lead"
	ByStanding CoverKind = "standing"
	ByAnswerer CoverKind = "answer"
)

// Label is what a list of decisions calls it, in Chinese.
func (k CoverKind) Label() string {
	switch k {
	case ByStanding:
		return i18n.N("常设批准")
	case ByAnswerer:
		return i18n.N("直接答复，不经审核")
	default:
		return i18n.N("首发的批准")
	}
}

// Cover is an approval that holds for the words of another post too.
type Cover struct {
	Kind   CoverKind
	ID     int64  // of the lead's review run, of the standing approval, or of the matter that is answered
	People string // who gave it, as they were called then
}

// whole tells whether the cover names an approval and those who gave it.
func (c Cover) whole() bool { return c.Kind != "" && c.ID != 0 && c.People != "" }

// String names the approval within a hash.
func (c Cover) String() string { return string(c.Kind) + " " + strconv.FormatInt(c.ID, 10) }

// CoverTx keeps that a submitted version is approved by an approval given elsewhere. It asks nobody and
// checks nothing but that the cover is whole: whose approval covers what is the caller's to know.
func CoverTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	postID, versionID int64,
	hash []byte,
	cover Cover,
) (_ Run, err error) {
	defer fault.Step(&err, "review.CoverTx %d", postID)

	if !cover.whole() {
		return Run{}, fault.Conflict("没有可以沿用的批准")
	}
	var id int64
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO review_runs (post_id, version_id, hash, chain_name, state, edited_step, opened_at, ended_at,
    cover, cover_id, cover_people)
VALUES (@post, @version, @hash, '', 'approved', 0, @at, @at, @kind, @cover, @people) RETURNING id`,
		pgx.NamedArgs{
			"post": postID, "version": versionID, "hash": hash, "at": at,
			"kind": string(cover.Kind), "cover": cover.ID, "people": cover.People,
		}).Scan(&id)
	if err != nil {
		return Run{}, err
	}

	return findRun(ctx, tx, id)
}

// ApprovedTx gives the run by which a version was approved. Fails with fault.NotFound where none was.
func ApprovedTx(ctx context.Context, tx pg.Tx, versionID int64) (_ Run, err error) {
	defer fault.Step(&err, "review.ApprovedTx %d", versionID)

	runs, err := runsOf(ctx, tx.Pgx, "r.version_id = @version AND r.state = 'approved'",
		pgx.NamedArgs{"version": versionID})
	if err != nil || len(runs) == 0 {
		return Run{}, pg.OrNotFound(err, errNotFound())
	}

	return runs[0], nil
}

// Approvers are the people whose approval of the run counts, in the order of their steps.
func (r *Run) Approvers() (people []string) {
	if r.Cover != nil {
		return []string{r.Cover.People}
	}

	for _, made := range r.Made {
		if made.Decision == Approve && r.Counts(made) {
			people = append(people, made.ByName)
		}
	}

	return people
}
