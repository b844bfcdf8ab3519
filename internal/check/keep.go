package check

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// MaxReason is how long a reason may be, in code points.
const MaxReason = 200

// Reason is why a finding is submitted all the same. It names its finding by Key, or by rule and place.
type Reason struct {
	Key        string
	AccountID  int64
	Rule       Rule
	Start, End int
	Text       string
}

// of tells whether the reason is about a finding.
func (r Reason) of(f Finding) bool {
	if r.Key != "" {
		return r.Key == f.Key()
	}

	return r.AccountID == f.AccountID && r.Rule == f.Rule && r.Start == f.Start && r.End == f.End
}

// Open is why a version cannot be submitted: findings that must be mended, or that need a reason.
type Open struct {
	Findings []Finding
	fault    *fault.Error
}

// Error is the text for logs.
func (o *Open) Error() string { return o.fault.Error() }

// Unwrap gives the fault, for faces that show no more than its text.
func (o *Open) Unwrap() error { return o.fault }

// OpenIn finds the Open in err's chain.
func OpenIn(err error) (*Open, bool) {
	var open *Open
	ok := errors.As(err, &open)

	return open, ok
}

// CodeOpen is the code of the fault that findings are open.
const CodeOpen = "findings"

// Settle holds reasons against findings: which of them each second has; what two people excepted has theirs.
// Fails with *Open while something stops the text or a second has no reason, with fault.Invalid at "reasons"
// for a reason beyond MaxReason.
func Settle(found []Finding, reasons []Reason) (texts []string, err error) {
	texts = make([]string, len(found))
	var blocked, silent []Finding

	for i, f := range found {
		for _, reason := range reasons {
			if reason.of(f) {
				texts[i] = strings.TrimSpace(reason.Text)
			}
		}
		if utf8.RuneCountInString(texts[i]) > MaxReason {
			return nil, fault.Invalid("reasons", "理由最多 {.max} 字", "max", MaxReason)
		}

		switch {
		case f.Stops():
			blocked = append(blocked, f)
		case f.Level == lexicon.Block:
			texts[i] = f.Exception.Why
		case f.Level == lexicon.Second && texts[i] == "":
			silent = append(silent, f)
		}
	}

	switch {
	case len(blocked) > 0:
		return nil, &Open{
			Findings: append(blocked, silent...),
			fault: fault.Invalid("text", "正文检查发现 {.n} 处必须改正，请改正后再提交，或由两人确认例外", "n", len(blocked)).
				WithCode(CodeOpen),
		}
	case len(silent) > 0:
		return nil, &Open{
			Findings: silent,
			fault: fault.Invalid("text", "正文检查发现 {.n} 处问题，请改正，或说明为什么照发", "n", len(silent)).
				WithCode(CodeOpen),
		}
	}

	return texts, nil
}

// KeepTx keeps what was found in a version at its submission, with the reasons of who submitted it. Fails as
// Settle does.
func KeepTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	versionID int64,
	found []Finding,
	reasons []Reason,
) (err error) {
	defer fault.Step(&err, "check.KeepTx %d", versionID)

	texts, err := Settle(found, reasons)
	if err != nil {
		return err
	}

	return insertFindings(ctx, tx, versionID, actor.UserID, found, texts, false)
}

// KeepExceptedTx keeps with a version what came after its submission: words that a list forbids since then
// and that two people excepted, and what of the check did not run at the approval. What is kept already
// stays as it is.
func KeepExceptedTx(ctx context.Context, tx pg.Tx, versionID int64, found []Finding) (err error) {
	defer fault.Step(&err, "check.KeepExceptedTx %d", versionID)

	excepted := NotLookedAt(found)
	why := make([]string, len(excepted))

	for _, f := range found {
		if f.Level == lexicon.Block && f.Excepted() {
			excepted, why = append(excepted, f), append(why, f.Exception.Why)
		}
	}

	return insertFindings(ctx, tx, versionID, 0, excepted, why, true)
}

// AcceptedTx reads the findings that somebody answered for when a version was submitted: Ignored with their
// place, what was found and the reason, and nothing else.
func AcceptedTx(ctx context.Context, tx pg.Tx, versionID int64) (_ []Ignored, err error) {
	defer fault.Step(&err, "check.AcceptedTx %d", versionID)

	rows, err := tx.Pgx.Query(ctx, acceptedOf, pgx.NamedArgs{"version_id": versionID})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (kept Ignored, err error) {
		return kept, row.Scan(
			&kept.AccountID, &kept.Rule, &kept.Start, &kept.End, &kept.Found, &kept.Reason)
	})
}

// ReasonsTx are the reasons that were given for findings of a version: an edition of its words need not be
// explained anew.
func ReasonsTx(ctx context.Context, tx pg.Tx, versionID int64) (reasons []Reason, err error) {
	kept, err := AcceptedTx(ctx, tx, versionID)
	for _, finding := range kept {
		reasons = append(reasons, Reason{Key: finding.Key(), Text: finding.Reason})
	}

	return reasons, err
}

// OfVersion reads what was found in a version at its submission, and who agreed. It checks no right: the post
// was found before.
func (s *Service) OfVersion(ctx context.Context, versionID int64) (_ []Ignored, err error) {
	defer fault.Step(&err, "check.OfVersion %d", versionID)

	return findingsOf(ctx, s.db.Pool(), versionID)
}

// AgreeTx writes down that a reviewer agrees to what a version ignores. Where a second is not yet agreed to
// and agreed is false it fails with fault.Invalid at "agreed": nobody approves what they were not asked.
func AgreeTx(ctx context.Context, act access.Act, versionID int64, agreed bool) (n int, err error) {
	defer fault.Step(&err, "check.AgreeTx %d", versionID)

	open := 0
	err = act.Tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM version_findings WHERE version_id = @version_id AND level = 'second'
    AND agreed_by IS NULL`,
		pgx.NamedArgs{"version_id": versionID}).Scan(&open)
	if err != nil || open == 0 {
		return 0, err
	}
	if !agreed {
		return 0, fault.Invalid("agreed", "正文检查有 {.n} 处写稿人说明了理由，请看过后表示同意，或退回", "n", open).
			WithCode("not_agreed")
	}
	_, err = act.Tx.Pgx.Exec(ctx, `
UPDATE version_findings SET agreed_by = @user_id, agreed_at = @now
WHERE version_id = @version_id AND level = 'second' AND agreed_by IS NULL`,
		pgx.NamedArgs{"version_id": versionID, "user_id": act.Actor.UserID, "now": act.Now})

	return open, err
}

// ForgetTx clears the words of findings in versions whose own words are cleared.
func ForgetTx(ctx context.Context, tx pg.Tx, versions []int64) (err error) {
	defer fault.Step(&err, "check.ForgetTx")

	_, err = tx.Pgx.Exec(
		ctx,
		`
UPDATE version_findings SET found = '', suggestion = '', args = '[]',
    reason = '' WHERE version_id = ANY (@versions)`,
		pgx.NamedArgs{"versions": versions},
	)

	return err
}
