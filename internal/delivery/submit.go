package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// Submit freezes a post's current version, opens its review and plans a delivery per account. revision is
// what the person's form held; 0 takes what is stored. What the checks find is kept with the version and
// the reasons for it. Fails as post.SubmitTx does, and with *check.Open while a finding is neither mended
// nor explained.
func (s *Service) Submit(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	revision int,
	reasons ...check.Reason,
) (err error) {
	defer fault.Step(&err, "delivery.Submit %d", postID)

	return s.lookedThrough(ctx, func(tx pg.Tx, now time.Time, looked check.Checked) error {
		return s.submitTx(ctx, access.NewAct(tx, now, actor), postID, revision, looked, reasons)
	})
}

// unlooked is a version that nobody has looked through as it stands.
type unlooked struct {
	post    post.Post
	version post.Version
}

// Error is the text for logs.
func (u *unlooked) Error() string { return "the wordings were changed while they were looked through" }

// lookTries is how often wordings are looked through that somebody goes on changing.
const lookTries = 3

// lookedThrough does an act on a version that was looked through: between two tries, and never while the
// transaction is open, because lists are read on a connection of their own.
func (s *Service) lookedThrough(
	ctx context.Context,
	do func(tx pg.Tx, now time.Time, looked check.Checked) error,
) error {
	var looked check.Checked

	for range lookTries {
		err := s.act(ctx, func(tx pg.Tx, now time.Time) error { return do(tx, now, looked) })
		var open *unlooked
		if !errors.As(err, &open) {
			return err
		}
		if looked, err = s.checks.Post(ctx, open.post, open.version); err != nil {
			return err
		}
	}

	return fault.Conflict("稿件正在被他人修改，请刷新页面，看过最新内容后再提交")
}

// CreateAndSubmit writes a post and submits it, all or nothing: one that cannot be submitted is not
// kept, and the trail knows of no creation. Fails as post.CreateTx and Submit do.
func (s *Service) CreateAndSubmit(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	content post.Content,
	reasons ...check.Reason,
) (p post.Post, err error) {
	defer fault.Step(&err, "delivery.CreateAndSubmit %d", unitID)

	return s.SubmitNew(ctx, actor, func(tx pg.Tx, now time.Time) (post.Post, bool, error) {
		p, err := post.CreateTx(ctx, access.NewAct(tx, now, actor), unitID, content)
		return p, false, err
	}, reasons...)
}

// SubmitNew submits the post that write makes, in the transaction in which it makes it; write may be called
// more than once. A post that was there already, of which it says true, stays as it is. Fails as write and
// Submit do.
func (s *Service) SubmitNew(
	ctx context.Context,
	actor access.Actor,
	write func(tx pg.Tx, now time.Time) (post.Post, bool, error),
	reasons ...check.Reason,
) (p post.Post, err error) {
	defer fault.Step(&err, "delivery.SubmitNew")

	err = s.lookedThrough(ctx, func(tx pg.Tx, now time.Time, looked check.Checked) error {
		var again bool
		if p, again, err = write(tx, now); err != nil || again {
			return err
		}

		return s.submitTx(ctx, access.NewAct(tx, now, actor), p.ID, 0, looked, reasons)
	})

	return p, err
}

func (s *Service) submitTx(
	ctx context.Context,
	act access.Act,
	postID int64,
	revision int,
	looked check.Checked,
	reasons []check.Reason,
) error {
	p, version, err := post.SubmitTx(ctx, act, postID, revision, s.rules)
	if err != nil {
		return err
	}
	if s.checks != nil {
		if check.Digest(p, version) != looked.Digest {
			return &unlooked{p, version}
		}
		if err := check.KeepTx(ctx, act.Tx, act.Actor, version.ID, looked.Findings, reasons); err != nil {
			return err
		}
		rules := explained(looked.Findings)
		if err := noteIgnored(ctx, act, actPostIgnore, p, version, rules); err != nil {
			return err
		}
	}
	taken, err := chain.ForTx(ctx, act.Tx, p.UnitPath, chosenBy(version, looked.Findings))
	if err != nil {
		return err
	}
	if version, err = sealTx(ctx, act.Tx, p, version, taken.ID); err != nil {
		return err
	}
	if _, err := review.OpenTx(ctx, act.Tx, act.Now, p.ID, version.ID, version.Hash, taken); err != nil {
		return err
	}
	if err := planTx(ctx, act.Tx, act.Now, p, version, act.Actor.UserID); err != nil {
		return err
	}

	return note(ctx, act, actPostSubmit, p.Ref(), p.UnitPath, "", map[string]any{
		"version":  version.Number,
		"accounts": len(version.Targets),
	})
}

// chosenBy is what the chain of a version is chosen by.
func chosenBy(version post.Version, found []check.Finding) chain.Matter {
	matter := chain.Matter{Column: version.ColumnID}
	if slices.ContainsFunc(found, func(f check.Finding) bool { return f.Level == lexicon.Second }) {
		matter.Risks = append(matter.Risks, chain.Explained)
	}
	if version.Generated != (post.Generated{}) {
		matter.Risks = append(matter.Risks, chain.Generated)
	}

	for _, target := range version.Targets {
		matter.Accounts = append(matter.Accounts, target.AccountID)
	}

	return matter
}

// Verdict is what a reviewer says about the version of a post that was shown.
type Verdict struct {
	Version  int
	Hash     []byte
	Step     int // 0: the one that is open
	Decision review.Decision
	To       int // of a return: the step it goes back to; 0: to the author
	Opinion  string
	Ticked   []string  // 校对 items of the step
	Despite  bool      // notes of reviewers that are open
	Opened   bool      // only where the reviewer opened the version before: one of several at once
	Agreed   bool      // to what the checks found and the writer explained
	Due      DueChoice // another time; the zero value keeps the one it was submitted for
	Shown    *DueShown // the time that was shown; nil when the caller showed none
}

// DueShown is the time of a post as somebody saw it: an instant, or nil for as soon as approved.
type DueShown struct{ At *time.Time }

// of tells whether it is still the time of the post.
func (d *DueShown) of(p post.Post) bool {
	switch {
	case d == nil:
		return true
	case d.At == nil || p.DueAt == nil:
		return d.At == nil && (p.DueAt == nil || p.DueNow)
	}

	return d.At.Truncate(time.Second).Equal(p.DueAt.Truncate(time.Second))
}

// Review decides on the version of a post that the reviewer was shown. An approval lets its deliveries
// go at their due time; when that has passed, due must say now or a new time, else it fails with
// fault.Invalid on "due": a late approval never fires by itself. Earlier than submitted it is only
// asked for: the post is approved for its time, and asked waits for the writer or another reviewer.
// Fails with fault.Conflict when the time was changed since it was shown, otherwise as review.DecideTx
// does.
func (s *Service) Review(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	verdict Verdict,
) (asked *Advance, err error) {
	defer fault.Step(&err, "delivery.Review %d", postID)

	if verdict.Decision == review.Edit { // Edit is the act for that
		return nil, fault.Invalid("decision", "请选择批准或退回")
	}
	err = s.lookedThrough(ctx, func(tx pg.Tx, now time.Time, looked check.Checked) (err error) {
		asked, err = s.reviewTx(ctx, access.NewAct(tx, now, actor), postID, verdict, looked)
		return err
	})

	return asked, err
}

// reviewTx is Review inside a transaction, of a version that was looked through.
func (s *Service) reviewTx(
	ctx context.Context,
	act access.Act,
	postID int64,
	verdict Verdict,
	looked check.Checked,
) (asked *Advance, err error) {
	p, err := post.LockForReviewTx(ctx, act.Tx, act.Actor, postID)
	if err != nil {
		return nil, err
	}
	if verdict.Decision == review.Approve && !verdict.Shown.of(p) {
		return nil, fault.Conflict("发布时间在您审核期间被改动，请刷新页面，看过新的时间后再决定").WithCode("due_changed")
	}
	r, err := review.DecideTx(ctx, act, postID, review.Word{
		Version:  verdict.Version,
		Hash:     verdict.Hash,
		Step:     verdict.Step,
		Decision: verdict.Decision,
		To:       verdict.To,
		Opinion:  verdict.Opinion,
		Ticked:   verdict.Ticked,

		DespiteNotes: verdict.Despite, MustHaveOpened: verdict.Opened,
	})
	if err != nil {
		return nil, err
	}
	detail := r.Detail()
	if verdict.Decision == review.Return && r.State == review.Pending {
		return nil, note(ctx, act, actPostReturnStep, p.Ref(), p.UnitPath, verdict.Opinion, detail)
	}
	if verdict.Decision == review.Return {
		if err := post.ReturnedTx(ctx, act.Tx, act.Now, p.ID, r.VersionID, verdict.Opinion); err != nil {
			return nil, err
		}

		return nil, note(ctx, act, actPostReturn, p.Ref(), p.UnitPath, verdict.Opinion, detail)
	}
	if err := verifyTx(ctx, act.Tx, r); err != nil {
		return nil, err
	}
	if r.State == review.Pending { // more steps follow: nothing moves
		return nil, note(ctx, act, actPostPass, p.Ref(), p.UnitPath, verdict.Opinion, detail)
	}
	if err := s.checkedTx(ctx, act, p, looked, verdict.Agreed); err != nil {
		return nil, err
	}
	if asked, err = s.approve(ctx, act, p, r, verdict.Due); err != nil {
		return nil, err
	}

	return asked, note(ctx, act, actPostApprove, p.Ref(), p.UnitPath, verdict.Opinion, detail)
}

// checkedTx looks at the wordings once more when they are approved, because lists change, and writes down
// that the reviewer agrees to what was explained. Fails with fault.Conflict on what must be mended now.
func (s *Service) checkedTx(
	ctx context.Context,
	act access.Act,
	p post.Post,
	looked check.Checked,
	agreed bool,
) error {
	if s.checks == nil {
		return nil
	}
	version, err := post.VersionTx(ctx, act.Tx, p.VersionID)
	if err != nil {
		return err
	}
	if check.Digest(p, version) != looked.Digest {
		return &unlooked{p, version}
	}
	if blocked := check.Stopping(looked.Findings); len(blocked) > 0 {
		return fault.Conflict("词表在提交以后有变动：正文中的“{.found}”现在必须改正，请退回修改，或由两人确认例外",
			"found", blocked[0].Found).WithCode("wording")
	}
	if err := check.KeepExceptedTx(ctx, act.Tx, p.VersionID, looked.Findings); err != nil {
		return err
	}
	n, err := check.AgreeTx(ctx, act, p.VersionID, agreed)
	if err != nil || n == 0 {
		return err
	}

	return noteAgreed(ctx, act, p, version)
}

// approve releases a version at its time, at a later one that the reviewer chose, or at once where it
// was submitted so. Earlier than submitted is a request.
func (s *Service) approve(
	ctx context.Context,
	act access.Act,
	p post.Post,
	r review.Run,
	choice DueChoice,
) (*Advance, error) {
	if p.DueNow && choice.At == nil {
		choice.Now = true
	}
	if choice.Now && choice.At == nil && !r.Steps[len(r.Steps)-1].AtOnce {
		return nil, fault.Invalid("due", "审核流程“{.chain}”的最后一步不能立即发布，请选择将来的时间", "chain", r.Chain)
	}
	due, err := choice.resolve(p.DueAt, act.Now)
	if err != nil {
		return nil, err
	}
	if err := post.UntilTx(ctx, act.Tx, p.VersionID, due); err != nil {
		return nil, err
	}
	var earlier *Advance
	if !p.DueNow && p.DueAt != nil && due.Before(*p.DueAt) {
		earlier = &Advance{Basis: AtApproval, DueFrom: *p.DueAt, DueTo: choice.At}
	}
	if !p.DueNow && p.DueAt != nil {
		words, err := wrongWords(ctx, act.Tx, p, nil, *p.DueAt, due)
		if err != nil {
			return nil, err
		}
		if len(words) > 0 {
			return nil, fault.Invalid("due", "正文中的 {.words} 到那时就不对了；请另选时间，或退回修改", "words", Quoted(words)).
				WithCode("date_words")
		}
	}

	switch {
	case earlier != nil:
		due = *p.DueAt
	case choice.At != nil || choice.Now && !p.DueNow:
		if err := post.SetDueTx(ctx, act, p.ID, choice.At, choice.Now); err != nil {
			return nil, err
		}
	}
	if err := s.releaseApproved(ctx, act, due, p, r); err != nil || earlier == nil {
		return nil, err
	}
	asked, err := s.askAdvance(ctx, act, p, *earlier)

	return &asked, err
}

// releaseApproved binds the approval to the deliveries of the version, with the instant it is for.
func (s *Service) releaseApproved(
	ctx context.Context,
	act access.Act,
	due time.Time,
	p post.Post,
	r review.Run,
) error {
	if !r.Passed() {
		return fmt.Errorf("post %d is not approved at every step", p.ID)
	}
	if err := post.ApprovedTx(ctx, act.Tx, act.Now, p.ID, r.VersionID); err != nil {
		return err
	}
	if err := s.changed(ctx, act.Tx, act.Now, p.ID); err != nil {
		return err
	}
	if err := shareTx(ctx, act.Tx, p.ID); err != nil {
		return err
	}
	if err := todo.ResolveTx(ctx, act.Tx, act.Now, expiredKey(p.ID), act.Actor.UserID); err != nil {
		return err
	}
	_, err := s.releaseTx(ctx, act.Tx, act.Now, due, Move{
		From:  []State{Planned, Expired},
		Code:  WasApproved,
		By:    act.Actor.UserID,
		Where: "d.post_id = @post AND d.version_id = @version",
		Args:  pgx.NamedArgs{"post": p.ID, "version": r.VersionID, "from_at": due},
	})

	return err
}
