package post

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// HashForm is the rule by which an approval hash was made. A hash stays valid under the form it was made
// by.
type HashForm int

// The forms. docs/review.md says line by line what each covers.
const (
	FormOne HashForm = 1 // accounts and their requests
	FormTwo HashForm = 2 // and column, declarations, descriptions of pictures, findings, chain, instant
)

// Basis is what of its review an approval covers, beside the version itself.
type Basis struct {
	Chain    int64  // id of the chain's version; 0: the chain of one step that comes with the program
	Cover    string // the approval in place of a chain: "lead 12", "standing 3"; else ""
	Accepted []Accepted
}

// Accepted is a finding that somebody answered for when the version was submitted.
type Accepted struct {
	AccountID  int64 // whose own wording it lies in; 0: the common text
	Rule       string
	Start, End int // in code points
	Found      string
	Reason     string
}

// Earlier tells whether the post's time now lies before the one that the approval hash of its version
// covers.
func (v Version) Earlier(p Post) bool {
	if v.HashForm != FormTwo || v.DueFrom == nil {
		return false
	}

	return p.DueNow || p.DueAt != nil && p.DueAt.Before(*v.DueFrom)
}

// line is a finding as the hash reads it; free text stands there as its own hash.
func (a Accepted) line() string {
	return fmt.Sprintf("finding %d %q %d %d %x %x\n",
		a.AccountID, a.Rule, a.Start, a.End, sha256.Sum256([]byte(a.Found)), sha256.Sum256([]byte(a.Reason)))
}

// ApprovalHash seals what a reviewer is asked to approve: SHA-256 over lines, by the version's form. Equal
// versions with an equal basis have equal hashes; whatever differs makes another.
func ApprovalHash(version Version, basis Basis) []byte {
	if version.HashForm == FormOne {
		return wordingHash(version.Targets)
	}

	var b bytes.Buffer
	b.WriteString("juzhen approval 2\n")
	writeTargets(&b, version.Targets)
	fmt.Fprintf(&b, "column %d\ngenerated text=%t pictures=%t\n",
		version.ColumnID, version.Generated.Text, version.Generated.Pictures)

	for i, picture := range version.Media {
		fmt.Fprintf(&b, "picture %d %s %x\n", i+1, picture.Media.Hash(), sha256.Sum256([]byte(picture.Alt)))
	}

	var findings []string
	for _, accepted := range basis.Accepted {
		findings = append(findings, accepted.line())
	}
	slices.Sort(findings)

	for _, finding := range findings {
		b.WriteString(finding)
	}

	from := "approval"
	if version.DueFrom != nil {
		from = version.DueFrom.UTC().Format(time.RFC3339Nano)
	}
	fmt.Fprintf(&b, "chain %d\nfrom %s\n", basis.Chain, from)
	if version.NotAfter != nil {
		fmt.Fprintf(&b, "until %s\n", version.NotAfter.UTC().Format(time.RFC3339Nano))
	}
	if len(version.Relay) > 0 {
		fmt.Fprintf(&b, "relay %x\n", version.Relay)
	}
	if basis.Cover != "" {
		fmt.Fprintf(&b, "cover %s\n", basis.Cover)
	}
	sum := sha256.Sum256(b.Bytes())

	return sum[:]
}

// wordingHash seals the accounts and what each is asked to post. The account belongs to it: two accounts
// whose wordings are exchanged are another matter. It is form 1 of the approval hash, to the byte.
func wordingHash(targets []Target) []byte {
	var b bytes.Buffer
	b.WriteString("juzhen approval 1\n")
	writeTargets(&b, targets)
	sum := sha256.Sum256(b.Bytes())

	return sum[:]
}

// writeTargets writes one line "account payload-hash" per account, in the order of account ids.
func writeTargets(b *bytes.Buffer, targets []Target) {
	sorted := slices.Clone(targets)
	slices.SortFunc(sorted, func(a, b Target) int { return int(a.AccountID - b.AccountID) })

	for _, target := range sorted {
		fmt.Fprintf(b, "%d %x\n", target.AccountID, target.PayloadHash)
	}
}

// sealRequests computes the payload hash of every target, and the wording hash of the version.
func sealRequests(version *Version) error {
	for i, target := range version.Targets {
		payload, err := PayloadFor(*version, target)
		if err != nil {
			return err
		}
		if version.Targets[i].PayloadHash, err = hex.DecodeString(payload.Hash()); err != nil {
			return fmt.Errorf("payload hash: %w", err)
		}
	}
	version.WordingHash = wordingHash(version.Targets)

	return nil
}

// SealTx writes the approval hash of a version that was just submitted, or whose time was set to an earlier
// one since; from is the instant for which it is submitted, nil as soon as approved. It gives the version
// with its hash.
func SealTx(
	ctx context.Context,
	tx pg.Tx,
	version Version,
	basis Basis,
	from *time.Time,
) (_ Version, err error) {
	defer fault.Step(&err, "post.SealTx %d", version.ID)

	version.HashForm, version.DueFrom = FormTwo, from
	version.Hash = ApprovalHash(version, basis)

	return version, one(tx.DB.WithContext(ctx).Exec(`
UPDATE post_versions SET hash = ?, hash_form = ?, due_from = ? WHERE id = ? AND state = 'submitted'`,
		version.Hash, version.HashForm, version.DueFrom, version.ID))
}

// Unsealed is a version that is no longer what its hash says: it was changed past the console, or an
// account is connected in another way since, so that its request is another one.
type Unsealed struct{ VersionID int64 }

// Error is the text for logs.
func (u *Unsealed) Error() string {
	return fmt.Sprintf("version %d is not what its approval hash says", u.VersionID)
}

// Unwrap gives the conflict that a reviewer is shown.
func (u *Unsealed) Unwrap() error {
	return fault.Conflict("这一版的内容或账号的连接方式与提交时的指纹不符，不能批准；请退回作者，看过后重新提交").WithCode("unsealed")
}

// Verify makes the hashes of a submitted version anew and holds them against those it carries. It fails
// with *Unsealed where one differs.
func Verify(version Version, basis Basis) error {
	again := version
	again.Targets = slices.Clone(version.Targets)
	if err := sealRequests(&again); err != nil {
		return err
	}

	for i, target := range version.Targets {
		if !bytes.Equal(target.PayloadHash, again.Targets[i].PayloadHash) {
			return &Unsealed{version.ID}
		}
	}
	if !bytes.Equal(version.Hash, ApprovalHash(again, basis)) {
		return &Unsealed{version.ID}
	}

	return nil
}
