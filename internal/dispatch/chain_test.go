package dispatch_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// TestNothingIsSentBeforeEveryStepIsPassed: a post of three steps whose time has come stays unsent after one
// and after two approvals, and after a return to a step; after the third it goes out once.
func TestNothingIsSentBeforeEveryStepIsPassed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.threeSteps()
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	p, version := w.submit("三审的话", nil, "环保北京")
	say := func(who access.Actor, decision review.Decision, to int) error {
		return w.say(who, p, version.Hash, decision, to)
	}
	quiet := func(what string) {
		t.Helper()
		w.advance(time.Minute)
		if got := w.only(p); got.State != delivery.Planned {
			t.Errorf("%s: %+v", what, got)
		}
		if n := w.count(
			"SELECT count(*) FROM deliveries WHERE approved OR approved_hash IS NOT NULL",
		); n != 0 {
			t.Errorf("%s: %d approved", what, n)
		}
		w.wantCount("环保北京", 0)
	}

	w.must(say(w.reviewer, review.Approve, 0))
	quiet("after the first step")
	if err := say(w.reviewer, review.Approve, 0); fault.Public(err).Code != "same_person" {
		t.Errorf("the first once more: %v", err)
	}
	w.must(say(w.second, review.Approve, 0))
	quiet("after the second step")
	w.must(say(w.supervisor, review.Return, 2))
	quiet("after a return")
	if err := say(w.supervisor, review.Approve, 0); fault.Public(err).Code != "same_person" {
		t.Errorf("the last at the second step: %v", err)
	}
	w.must(say(w.second, review.Approve, 0))
	quiet("after the second step again")
	w.must(say(w.supervisor, review.Approve, 0))
	w.untilState(p, delivery.Sent)
	w.wantCount("环保北京", 1)
}

// TestAnEarlierTimeIsApprovedAnew: what was approved for one instant is not approved for an earlier one. The
// steps that were passed are asked again, who holds the old page is refused; a later time changes nothing.
func TestAnEarlierTimeIsApprovedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.threeSteps()
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	due, later, earlier := w.now().Add(3*time.Hour), w.now().Add(4*time.Hour), w.now().Add(2*time.Hour)
	p, version := w.submit("三审的话", &due, "环保北京")
	hash := func() []byte {
		_, now, err := w.posts.Find(t.Context(), w.writer, p.ID)
		w.must(err)

		return now.Hash
	}
	move := func(to time.Time) int {
		moved, err := w.s.Reschedule(t.Context(), w.writer, p.ID, delivery.DueChoice{At: &to})
		w.must(err)

		return moved.Again
	}

	w.must(w.say(w.reviewer, p, version.Hash, review.Approve, 0))
	if n := move(later); n != 0 || !bytes.Equal(hash(), version.Hash) {
		t.Errorf("a later time took %d approvals away", n)
	}
	w.must(w.say(w.second, p, version.Hash, review.Approve, 0))
	if n := move(earlier); n != 2 || bytes.Equal(hash(), version.Hash) {
		t.Errorf("an earlier time took %d of two approvals away", n)
	}

	standing, _, err := w.reviews().Standing(t.Context(), w.reviewer, p.ID)
	w.must(err)
	if open := standing.Run.Open(); open == nil || open.Number != 1 {
		t.Errorf("open is %+v, wanted the first step", open)
	}
	if err := w.say(w.reviewer, p, version.Hash, review.Approve, 0); fault.Public(err).Code != "hash" {
		t.Errorf("a page from before the change: %v", err)
	}

	for _, who := range []access.Actor{w.reviewer, w.second, w.supervisor} {
		w.must(w.say(who, p, hash(), review.Approve, 0))
	}
	if n := w.count(
		"SELECT count(*) FROM deliveries WHERE approved AND approved_from = $1",
		earlier,
	); n != 1 {
		t.Error("the approval is not for the earlier time")
	}
	w.advance(2 * time.Hour)
	w.untilState(p, delivery.Sent)
	w.wantCount("环保北京", 1)
}

// TestWhatWasChangedPastTheConsoleIsNotApproved: the hash is made anew before an approval counts.
func TestWhatWasChangedPastTheConsoleIsNotApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	p, version := w.submit("原来的话", nil, "环保北京")
	w.exec("UPDATE post_versions SET text = '另外的话' WHERE id = $1", version.ID)

	_, err := w.s.Review(t.Context(), w.reviewer, p.ID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	if fault.Public(err).Code != "unsealed" {
		t.Errorf("approved: %v", err)
	}
	if got := w.only(p); got.State != delivery.Planned {
		t.Errorf("it is %s", got.State)
	}
}

// threeSteps lets every post pass 三审三校, with a person for each step.
func (w *world) threeSteps() {
	w.exec(`
INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (2, 'reviewer', 1, now()), (3, 'reviewer', 1,
    now()),
    (4, 'supervisor', 1, now())`)
	w.exec(
		`UPDATE chain_versions SET active = true WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'three')`,
	)
}

// say decides the open step of a post by the hash that the person was shown, with every item ticked.
func (w *world) say(
	who access.Actor,
	p post.Post,
	hash []byte,
	decision review.Decision,
	to int,
) error {
	w.Helper()
	standing, _, err := w.reviews().Standing(w.Context(), who, p.ID)
	w.must(err)
	var ticked []string
	if open := standing.Run.Open(); open != nil {
		ticked = open.Items
	}
	_, err = w.s.Review(w.Context(), who, p.ID, delivery.Verdict{
		Version:  standing.Run.VersionNumber,
		Hash:     hash,
		Decision: decision,
		To:       to,
		Opinion:  "意见",
		Ticked:   ticked,
	})

	return err
}

func (w *world) reviews() *review.Service { return review.New(w.db, w.now) }

// TestAnEditionIsConfirmedBeforeItGoesOut: what a step of editing changes is a version of its own; the step
// before it is asked about it with one tap, the editor approves nothing, and one text is sent.
func TestAnEditionIsConfirmedBeforeItGoesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.threeSteps()
	w.exec(
		`UPDATE chain_versions SET steps = jsonb_set(jsonb_set(steps, '{1,edit}', 'true'), '{1,items}', '[]')
		WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'three')`,
	)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	p, version := w.submit("今日空气质量良", nil, "环保北京")
	edit := func(who access.Actor, hash []byte, version int, text string) (bool, error) {
		return w.s.Edit(t.Context(), who, p.ID, delivery.Edited{
			Version: version, Hash: hash, Words: post.Edition{Text: text},
		})
	}

	if _, err := edit(w.second, version.Hash, 1, "改"); fault.Public(err).Code != "edit_step" {
		t.Errorf("edited at a step of approval: %v", err)
	}
	w.must(w.say(w.reviewer, p, version.Hash, review.Approve, 0))
	if err := w.say(w.second, p, version.Hash, review.Approve, 0); fault.Public(err).Code != "edit_step" {
		t.Errorf("approved at a step of editing: %v", err)
	}
	if _, err := edit(
		w.second,
		version.Hash,
		1,
		strings.Repeat("字", 5000),
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("a text that cannot go out: %v", err)
	}
	changed, err := edit(w.second, version.Hash, 1, "今日全市空气质量良")
	w.must(err)
	_, edited, err := w.posts.Find(t.Context(), w.writer, p.ID)
	w.must(err)
	if !changed || edited.Number != 2 || edited.State != post.VersionSubmitted ||
		*edited.SubmittedBy != w.writer.UserID {
		t.Errorf("the edition is %+v", edited)
	}
	if _, err := edit(w.second, version.Hash, 1, "再改"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("the old page was edited again: %v", err)
	}

	standing, _, err := w.reviews().Standing(t.Context(), w.reviewer, p.ID)
	w.must(err)
	if standing.Open != 1 || standing.Run.EditedStep != 2 {
		t.Errorf("the first step is not asked: %d, %d", standing.Open, standing.Run.EditedStep)
	}
	_, err = w.s.Review(t.Context(), w.reviewer, p.ID, delivery.Verdict{
		Version: 2, Hash: edited.Hash, Decision: review.Approve, // one tap: nothing is ticked anew
	})
	w.must(err)
	if err := w.say(w.second, p, edited.Hash, review.Approve, 0); err == nil {
		t.Error("the editor approved the last step")
	}
	w.must(w.say(w.supervisor, p, edited.Hash, review.Approve, 0))
	w.untilState(p, delivery.Sent)
	w.wantCount("环保北京", 1)
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'post.edit_step'"); n != 1 {
		t.Errorf("%d entries of one edition", n)
	}
}

// TestAnEditionWithoutAChangeGoesOn to the next step, and makes no version.
func TestAnEditionWithoutAChangeGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.threeSteps()
	w.exec(
		`UPDATE chain_versions SET steps = jsonb_set(jsonb_set(steps, '{1,edit}', 'true'), '{1,items}', '[]')
		WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'three')`,
	)
	w.account("环保北京", 1, account.Commercial)
	due := w.now().Add(3 * time.Hour)
	p, version := w.submit("今日空气质量良", &due, "环保北京")
	w.must(w.say(w.reviewer, p, version.Hash, review.Approve, 0))
	changed, err := w.s.Edit(t.Context(), w.second, p.ID, delivery.Edited{
		Version: 1, Hash: version.Hash, Words: post.Edition{Text: version.Text},
	})
	w.must(err)
	if n := w.count("SELECT count(*) FROM post_versions"); changed || n != 1 {
		t.Errorf("changed %t, %d versions", changed, n)
	}
	w.must(w.say(w.supervisor, p, version.Hash, review.Approve, 0))
}
