package delivery

import (
	"bytes"
	"context"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// basisTx gathers what the approval of a version covers beside the version: its chain, and the findings that
// were accepted when it was submitted.
func basisTx(ctx context.Context, tx pg.Tx, versionID, chainVersionID int64) (post.Basis, error) {
	basis := post.Basis{Chain: chainVersionID}
	kept, err := check.AcceptedTx(ctx, tx, versionID)
	if err != nil {
		return basis, err
	}

	for _, finding := range kept {
		basis.Accepted = append(basis.Accepted, post.Accepted{
			AccountID: finding.AccountID, Rule: string(finding.Rule), Start: finding.Start, End: finding.End,
			Found: finding.Found, Reason: finding.Reason,
		})
	}

	return basis, nil
}

// sealTx writes the approval hash of a version that was submitted for the post's time.
func sealTx(
	ctx context.Context,
	tx pg.Tx,
	p post.Post,
	version post.Version,
	chainVersionID int64,
) (post.Version, error) {
	basis, err := basisTx(ctx, tx, version.ID, chainVersionID)
	if err != nil {
		return version, err
	}
	from := p.DueAt
	if p.DueNow {
		from = nil
	}

	return post.SealTx(ctx, tx, version, basis, from)
}

// verifyTx makes the hashes of the version under review anew, before an approval of it counts. Fails with
// *post.Unsealed where it is not what its reviewers were shown.
func verifyTx(ctx context.Context, tx pg.Tx, r review.Run) error {
	version, err := post.VersionTx(ctx, tx, r.VersionID)
	if err != nil {
		return err
	}
	if !bytes.Equal(r.Hash, version.Hash) {
		return &post.Unsealed{VersionID: version.ID}
	}
	basis, err := basisTx(ctx, tx, version.ID, r.ChainVersionID)
	if err != nil {
		return err
	}

	return post.Verify(version, basis)
}

// againTx has a post under review that now has an earlier time than it was submitted for approved anew: the
// time belongs to what is approved. A later one does not, and an approval of form 1 names none. It gives how
// many approvals are void.
func againTx(ctx context.Context, act access.Act, postID int64) (int, error) {
	p, err := post.FindTx(ctx, act.Tx, access.System("review"), access.PostView, postID)
	if err != nil {
		return 0, err
	}
	version, err := post.VersionTx(ctx, act.Tx, p.VersionID)
	if err != nil || !version.Earlier(p) {
		return 0, err
	}

	return review.AgainTx(ctx, act.Tx, act.Now, p.ID, version.Number, act.Actor.UserID,
		func(run review.Run) ([]byte, error) {
			sealed, err := sealTx(ctx, act.Tx, p, version, run.ChainVersionID)

			return sealed.Hash, err
		})
}
