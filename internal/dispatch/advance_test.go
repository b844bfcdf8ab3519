package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// approvedIn submits a post for an account, due after a while, and approves it for that time.
func (w *world) approvedIn(text string, after time.Duration, handle string) post.Post {
	w.Helper()
	due := w.now().Add(after)
	p, version := w.submit(text, &due, handle)
	w.approve(p, version, delivery.DueChoice{})
	p, _, err := w.posts.Find(w.Context(), w.writer, p.ID)
	w.must(err)

	return p
}

// TestEarlierThanApprovedNeedsASecondPerson: the writer alone moves nothing, a reviewer agrees, and
// then it goes out at once.
func TestEarlierThanApprovedNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	post := w.approvedIn("空气质量良。", 5*time.Hour, "环保北京")
	moved, err := w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{Now: true})
	w.must(err)
	if moved.Asked == nil || moved.Done != 0 {
		t.Fatalf("moved by the writer alone: %+v", moved)
	}
	if row := w.only(post); row.State != delivery.Waiting || !row.DueAt.Equal(*post.DueAt) {
		t.Errorf("it does not stay at its time: %+v", row)
	}
	if _, err := w.s.AgreeAdvance(
		t.Context(),
		w.writer,
		moved.Asked.ID,
	); fault.Public(
		err,
	).Code != "same_person" {
		t.Errorf("the writer agreed: %v", err)
	}
	w.wantCount("环保北京", 0)
	done, err := w.s.AgreeAdvance(t.Context(), w.reviewer, moved.Asked.ID)
	w.must(err)
	if done.State != delivery.AdvanceAgreed {
		t.Errorf("agreed: %+v", done)
	}
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
	if _, err := w.s.AgreeAdvance(
		t.Context(),
		w.reviewer,
		moved.Asked.ID,
	); fault.Public(
		err,
	).Code != "decided" {
		t.Errorf("agreed twice: %v", err)
	}
}

// TestARefusedRequestLeavesTheTime: later is free, back to the approved time too, and what was refused stays.
func TestARefusedRequestLeavesTheTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	post := w.approvedIn("空气质量良。", 5*time.Hour, "环保北京")

	later, sooner := post.DueAt.Add(time.Hour), post.DueAt.Add(-time.Hour)
	for _, at := range []time.Time{later, *post.DueAt} {
		moved, err := w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{At: &at})
		w.must(err)
		if moved.Asked != nil || moved.Done != 1 || !w.only(post).DueAt.Equal(at) {
			t.Errorf("not earlier than approved, and not moved: %+v", moved)
		}
	}
	moved, err := w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{At: &sooner})
	w.must(err)
	if _, err := w.s.RefuseAdvance(
		t.Context(),
		w.reviewer,
		moved.Asked.ID,
		" ",
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("refused without a word: %v", err)
	}
	no, err := w.s.RefuseAdvance(t.Context(), w.reviewer, moved.Asked.ID, "不急")
	w.must(err)
	if no.State != delivery.AdvanceRefused || no.Opinion != "不急" || !w.only(post).DueAt.Equal(*post.DueAt) {
		t.Errorf("refused: %+v", no)
	}
	moved, err = w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{At: &sooner})
	w.must(err)
	_, err = w.s.Withdraw(t.Context(), w.writer, post.ID, "有误")
	w.must(err)
	if advance, _, err := w.s.FindAdvance(
		t.Context(),
		w.reviewer,
		moved.Asked.ID,
	); err != nil ||
		advance.State != delivery.AdvanceOver {
		t.Errorf("withdrawn: %+v, %v", advance, err)
	}
}

// TestAReviewerAloneSendsNothingEarlierThanSubmitted: approving with "now" approves for the submitted
// time and asks the writer.
func TestAReviewerAloneSendsNothingEarlierThanSubmitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	due := w.now().Add(5 * time.Hour)
	post, version := w.submit("空气质量良。", &due, "环保北京")
	verdict := delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
		Due:      delivery.DueChoice{Now: true},
	}
	asked, err := w.s.Review(t.Context(), w.reviewer, post.ID, verdict)
	w.must(err)
	if row := w.only(
		post,
	); asked == nil || row.State != delivery.Waiting ||
		!row.DueAt.Equal(due.UTC().Truncate(time.Microsecond)) {
		t.Fatalf("approved with now: %+v, %+v", asked, row)
	}
	if _, err := w.s.AgreeAdvance(
		t.Context(),
		w.reviewer,
		asked.ID,
	); fault.Public(
		err,
	).Code != "same_person" {
		t.Errorf("the reviewer agreed to it: %v", err)
	}
	_, err = w.s.AgreeAdvance(t.Context(), w.writer, asked.ID)
	w.must(err)
	w.untilState(post, delivery.Sent)
}

// TestAnApprovalIsForTheTimeThatWasShown: a time moved under the reviewer's eyes is not approved.
func TestAnApprovalIsForTheTimeThatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	due := w.now().Add(5 * time.Hour)
	post, version := w.submit("空气质量良。", &due, "环保北京")
	sooner := w.now().Add(time.Hour)
	_, err := w.s.Reschedule(t.Context(), w.writer, post.ID, delivery.DueChoice{At: &sooner})
	w.must(err)
	verdict := delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
		Shown:    &delivery.DueShown{At: &due},
	}
	if _, err := w.s.Review(
		t.Context(),
		w.reviewer,
		post.ID,
		verdict,
	); fault.Public(
		err,
	).Code != "due_changed" {
		t.Errorf("approved for a time nobody saw: %v", err)
	}
	_, now, err := w.posts.Find(t.Context(), w.writer, post.ID)
	w.must(err)
	verdict.Shown.At, verdict.Hash = &sooner, now.Hash
	_, err = w.s.Review(t.Context(), w.reviewer, post.ID, verdict)
	w.must(err)
}

// TestADayThatBecomesWrongVoidsTheApproval and tells which words.
func TestADayThatBecomesWrongVoidsTheApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	p := w.approvedIn("今天空气质量良，周边无异常。", 5*time.Hour, "环保北京")
	next := p.DueAt.Add(24 * time.Hour)
	moved, err := w.s.Reschedule(t.Context(), w.writer, p.ID, delivery.DueChoice{At: &next})
	w.must(err)
	if !slices.Equal(moved.Wrong, []string{"今天"}) {
		t.Errorf("told %q", moved.Wrong)
	}
	now, _, err := w.posts.Find(t.Context(), w.writer, p.ID)
	w.must(err)
	if row := w.only(p); now.Phase != post.Draft || row.State != delivery.Planned || !now.DueAt.Equal(next) {
		t.Errorf("the post is %s, its delivery %s, due %v", now.Phase, row.State, now.DueAt)
	}
}

// TestNothingIsMarkedBeforeTheApprovedInstant: the table itself refuses a plan before it.
func TestNothingIsMarkedBeforeTheApprovedInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	post := w.approvedIn("空气质量良。", time.Hour, "环保北京")
	_, err := w.db.Pool().
		Exec(t.Context(), "UPDATE deliveries SET due_at = now() WHERE post_id = $1", post.ID)
	if err == nil {
		t.Error("a plan before the approved instant was taken")
	}
}
