package relay

import (
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// TestSuggestedWordsGoByTheLeadsApproval: asked when the lead is approved, confirmed once, planned at its
// place in the spread, bound to the lead's delivery, with the lead's reviewer named.
func TestSuggestedWordsGoByTheLeadsApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.lead()
	relay, err := w.s.Set(t.Context(), w.officer, p.ID, w.request())
	w.must(err)
	if relay.Status() != Drafted || w.todos() != 0 {
		t.Errorf("%s, %d to-dos before the lead is approved", relay.Status(), w.todos())
	}
	if _, _, err := w.s.TaskOf(
		t.Context(),
		w.district,
		w.task(relay.ID, 4).ID,
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("the district sees what it is not asked yet: %v", err)
	}
	w.submit(p)
	w.approve(w.reviewer, p.ID)
	w.settle()
	if board := w.board(relay.ID); board.Status() != Open || !board.Covered || w.todos() != 2 {
		t.Fatalf("%+v, %d to-dos", board.Relay, w.todos())
	}

	asked := w.task(relay.ID, 4)
	done, err := w.s.Confirm(t.Context(), w.district, asked.ID, Answer{})
	w.must(err)
	w.wantState(relay.ID, 4, Scheduled)
	if w.todos() != 1 || done.Words != Suggested || done.AnsweredName != "朝阳专员" || done.Text != "请本区居民关注" {
		t.Errorf("%+v", done)
	}
	if want := noon.Add(time.Hour + 5*time.Minute); !done.DueAt.Equal(want) {
		t.Errorf("it is due at %s, want %s", done.DueAt, want)
	}
	_, version, err := w.posts.Find(t.Context(), w.district, *done.PostID)
	w.must(err)
	lead, ok := version.Lead()
	if !ok || lead.Delivery != w.board(relay.ID).LeadDeliveryID || !lead.Until.Equal(relay.Deadline) {
		t.Errorf("it passes on %+v", lead)
	}
	list, err := w.deliveries.OfPost(t.Context(), w.district, *done.PostID)
	if err != nil || len(list) != 1 || !list[0].Approved || list[0].UnitID != 3 {
		t.Errorf("%+v, %v", list, err)
	}
	w.sent(*done.PostID)
	certificate, err := w.deliveries.Certificate(t.Context(), w.district, list[0].ID)
	if err != nil || len(certificate.Reviews) != 1 || certificate.Reviews[0].DecidedName != "审核员" ||
		certificate.Reviews[0].State != review.Approved {
		t.Errorf("the certificate names %+v, %v", certificate.Reviews, err)
	}

	if _, err := w.s.Confirm(
		t.Context(),
		w.district,
		asked.ID,
		Answer{},
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, err := w.s.Confirm(
		t.Context(),
		w.district,
		w.task(relay.ID, 2).ID,
		Answer{},
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("the district confirmed for the centre: %v", err)
	}
	if _, err := w.s.Confirm(
		t.Context(),
		w.reviewer,
		w.task(relay.ID, 2).ID,
		Answer{},
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("a reviewer confirmed: %v", err)
	}
}

// TestOwnWordsGoThroughTheirOwnChain: they wait for a reviewer of that unit, and only then are planned.
func TestOwnWordsGoThroughTheirOwnChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started()
	task, err := w.s.Confirm(
		t.Context(),
		w.district,
		w.task(board.ID, 4).ID,
		Answer{Words: words("朝阳区请关好门窗")},
	)
	w.must(err)
	w.wantState(board.ID, 4, InReview)
	if w.one("SELECT count(*) FROM deliveries WHERE post_id = $1 AND approved", *task.PostID) != 0 {
		t.Error("it is approved by nobody of its unit")
	}
	w.approve(w.districtReviewer, *task.PostID)
	if task := w.wantState(board.ID, 4, Scheduled); task.Words != OwnWords {
		t.Errorf("its words are %s", task.Words)
	}

	same, err := w.s.Confirm(t.Context(), w.centre, w.task(board.ID, 2).ID, Answer{Words: words(" 请本区居民关注 ")})
	if err != nil || same.Words != Suggested {
		t.Errorf("the suggested words, typed: %s, %v", same.Words, err)
	}
}

// TestAskedAfterTheApprovalNothingIsCovered: words that no reviewer of the lead saw go through their own
// chain.
func TestAskedAfterTheApprovalNothingIsCovered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.lead()
	w.submit(p)
	if _, err := w.s.Set(t.Context(), w.officer, p.ID, w.request()); !fault.Is(err, fault.KindConflict) {
		t.Errorf("asked while the lead is under review: %v", err)
	}
	w.approve(w.reviewer, p.ID)
	relay, err := w.s.Set(t.Context(), w.officer, p.ID, w.request())
	w.must(err)
	w.settle()
	if board := w.board(relay.ID); board.Status() != Open || board.Covered {
		t.Fatalf("%+v", board.Relay)
	}
	_, err = w.s.Confirm(t.Context(), w.district, w.task(relay.ID, 4).ID, Answer{})
	w.must(err)
	w.wantState(relay.ID, 4, InReview)
}

// TestWhatWasChangedPastTheConsoleIsCoveredByNothing changes, in the database, what the lead's reviewers
// were shown of the relay.
func TestWhatWasChangedPastTheConsoleIsCoveredByNothing(t *testing.T) {
	t.Parallel()

	for name, sql := range map[string]string{
		"the words":    "UPDATE relays SET words = '转发领红包'",
		"the deadline": "UPDATE relays SET deadline = deadline + interval '1 day'",
		"an account":   "UPDATE relay_tasks SET account_id = 3 WHERE account_id = 2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, board := w.started()
			w.exec(sql)
			_, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
			if !fault.Is(err, fault.KindConflict) {
				t.Errorf("covered all the same: %v", err)
			}
			if n := w.one("SELECT count(*) FROM deliveries"); n != 1 {
				t.Errorf("%d deliveries", n)
			}
		})
	}
}

// TestALeadWrittenAnewIsAskedAnew: what was confirmed for the old words is taken back, and the accounts
// are asked once more when the new ones are approved.
func TestALeadWrittenAnewIsAskedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, board := w.started()
	first, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)
	w.must(w.s.Decline(t.Context(), w.centre, w.task(board.ID, 2).ID, "本中心已有安排"))

	_, err = w.deliveries.Revise(t.Context(), w.officer, p.ID)
	w.must(err)
	_, err = w.s.Confirm(t.Context(), w.centre, w.task(board.ID, 2).ID, Answer{})
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed for words that are being changed: %v", err)
	}
	w.settle()
	w.wantState(board.ID, 4, ToBegin)
	w.wantState(board.ID, 2, ToBegin)
	if n := w.one(
		"SELECT count(*) FROM deliveries WHERE post_id = $1 AND state = 'cancelled'",
		*first.PostID,
	); n != 1 {
		t.Error("what was confirmed for the old words is still on its way")
	}

	w.submit(p)
	w.approve(w.reviewer, p.ID)
	w.settle()
	w.wantState(board.ID, 2, ToConfirm)
	if !w.board(board.ID).Covered {
		t.Error("the new approval does not cover the words")
	}
	again, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)
	if *again.PostID == *first.PostID {
		t.Error("the old post was used again")
	}

	_, err = w.deliveries.Withdraw(t.Context(), w.officer, p.ID, "预警取消")
	w.must(err)
	w.settle()
	w.wantState(board.ID, 4, ToBegin)
	if n := w.one("SELECT count(*) FROM deliveries WHERE state NOT IN ('cancelled')"); n != 0 {
		t.Errorf("%d deliveries are left of a lead that was withdrawn", n)
	}
}

// TestWhatIsOutStaysOut: withdrawn, a relay takes back what waits and keeps what was published.
func TestWhatIsOutStaysOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started(func(q *Request) { q.AccountIDs = []int64{2, 3, 4} })
	out, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)
	w.sent(*out.PostID)
	_, err = w.s.Confirm(t.Context(), w.centre, w.task(board.ID, 2).ID, Answer{})
	w.must(err)

	if err := w.s.Withdraw(t.Context(), w.officer, board.ID, " "); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := w.s.Withdraw(t.Context(), w.district, board.ID, "不办了"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("by the district: %v", err)
	}
	w.must(w.s.Withdraw(t.Context(), w.boss, board.ID, "改由电视台发布"))
	w.wantState(board.ID, 4, Sent)
	w.wantState(board.ID, 2, Gone)
	w.wantState(board.ID, 3, Gone)
	if w.todos() != 0 {
		t.Errorf("%d to-dos are left", w.todos())
	}
	if _, err := w.s.Confirm(
		t.Context(),
		w.centre,
		w.task(board.ID, 3).ID,
		Answer{},
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("confirmed after it was withdrawn: %v", err)
	}
}

// TestAFormOfBeforeChangesNothing: two people set the relay of one post; the second form is old.
func TestAFormOfBeforeChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, q := w.lead(), w.request()
	relay, err := w.s.Set(t.Context(), w.officer, p.ID, q)
	w.must(err)
	if _, err := w.s.Set(t.Context(), w.boss, p.ID, q); !fault.Is(err, fault.KindConflict) {
		t.Errorf("an old form: %v", err)
	}
	q.Revision, q.Words = relay.Revision, "请关注"
	relay, err = w.s.Set(t.Context(), w.boss, p.ID, q)
	if err != nil || relay.Revision != 2 || relay.Words != "请关注" {
		t.Fatalf("%+v, %v", relay, err)
	}
	w.submit(p) // the supervisor asked something with it: another one has to approve
	_, version, err := w.posts.Find(t.Context(), w.boss, p.ID)
	w.must(err)
	_, err = w.deliveries.Review(t.Context(), w.boss, p.ID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	if !fault.Is(err, fault.KindForbidden) {
		t.Errorf("who asked approved: %v", err)
	}

	for name, change := range map[string]func(q *Request){
		"the lead itself":       func(q *Request) { q.AccountIDs = []int64{1, 2} },
		"no such account":       func(q *Request) { q.AccountIDs = []int64{99} },
		"a lead of another one": func(q *Request) { q.LeadAccountID = 2 },
	} {
		other, q := w.lead(), w.request()
		change(&q)
		if _, err := w.s.Set(t.Context(), w.officer, other.ID, q); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	q = w.request()
	other := w.lead()
	if _, err := w.s.Set(t.Context(), w.district, other.ID, q); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the district asked for the bureau: %v", err)
	}
}

// TestTwoPeopleConfirmOnce: pressed at one moment, one post is made.
func TestTwoPeopleConfirmOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started()
	task := w.task(board.ID, 4)
	var all sync.WaitGroup

	faults := make([]error, 4)
	for i := range faults {
		all.Go(func() {
			_, faults[i] = w.s.Confirm(t.Context(), w.district, task.ID, Answer{})
		})
	}
	all.Wait()
	won := 0

	for _, err := range faults {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.KindConflict) {
			t.Errorf("%v", err)
		}
	}
	if n := w.one("SELECT count(*) FROM deliveries WHERE account_id = 4"); won != 1 || n != 1 {
		t.Errorf("%d confirmed, %d deliveries", won, n)
	}
}

// TestOneOfficerConfirmsForAllInAHurry: every account he or she writes for, under the lead's approval and
// not without it; what a colleague said before stays.
func TestOneOfficerConfirmsForAllInAHurry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started(func(q *Request) {
		q.AccountIDs, q.Words = []int64{2, 3, 4}, "请关注 https://sthjj.beijing.gov.cn/1"
	})
	w.must(w.s.Decline(t.Context(), w.centre, w.task(board.ID, 2).ID, "另有安排"))
	done, left, err := w.s.ConfirmAll(t.Context(), w.officer, board.ID, 0)
	if err != nil || done != 2 || left != 0 {
		t.Errorf("%d confirmed, %d left, %v", done, left, err)
	}
	w.wantState(board.ID, 2, Refused)
	w.wantState(board.ID, 3, Scheduled)
	w.wantState(board.ID, 4, Scheduled)
	if _, _, err := w.s.ConfirmAll(t.Context(), w.officer, board.ID, 0); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed again: %v", err)
	}

	_, mixed := w.started(func(q *Request) { q.AccountIDs = []int64{2, 3, 4} })
	done, left, err = w.s.ConfirmAll(t.Context(), w.officer, mixed.ID, 0)
	if err != nil || done != 2 || left != 1 { // account 3 needs a link in its words
		t.Errorf("%d confirmed, %d left, %v", done, left, err)
	}

	p := w.lead()
	w.submit(p)
	w.approve(w.reviewer, p.ID)
	late, err := w.s.Set(t.Context(), w.officer, p.ID, w.request())
	w.must(err)
	w.settle()
	if _, _, err := w.s.ConfirmAll(t.Context(), w.officer, late.ID, 0); !fault.Is(err, fault.KindConflict) {
		t.Errorf("confirmed without an approval: %v", err)
	}
}

// TestTheDeadlineEndsWhatNobodyAnswered, tells who asked, and closing keeps the figures.
func TestTheDeadlineEndsWhatNobodyAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started()
	out, err := w.s.Confirm(t.Context(), w.centre, w.task(board.ID, 2).ID, Answer{})
	w.must(err)
	w.at = w.at.Add(time.Hour)
	w.sent(*out.PostID)
	w.must(w.s.Sweep(t.Context()))
	w.wantState(board.ID, 4, ToConfirm)

	if n, err := w.s.Remind(t.Context(), w.officer, board.ID, 0); err != nil || n != 1 || w.todos() != 2 {
		t.Errorf("reminded %d, %v, %d to-dos", n, err, w.todos())
	}
	if _, err := w.s.Remind(
		t.Context(),
		w.officer,
		board.ID,
		w.task(board.ID, 4).ID,
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("reminded at once again: %v", err)
	}
	if _, err := w.s.Remind(t.Context(), w.district, board.ID, 0); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the district reminded: %v", err)
	}

	w.at = board.Deadline.Add(time.Second)
	if _, err := w.s.Confirm(
		t.Context(),
		w.district,
		w.task(board.ID, 4).ID,
		Answer{},
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("confirmed too late: %v", err)
	}
	w.must(w.s.Sweep(t.Context()))
	w.must(w.s.Sweep(t.Context()))
	w.wantState(board.ID, 4, Late)
	if n := w.one("SELECT count(*) FROM todos WHERE code = 'relay.late'"); n != 1 || w.todos() != 0 {
		t.Errorf("%d were told, %d to-dos are left", n, w.todos())
	}

	w.must(w.s.Close(t.Context(), w.officer, board.ID, "二十分钟内全部转发"))
	closed := w.board(board.ID)
	if closed.Status() != Closed || closed.Figures.Done() != 1 || closed.Figures.InTime != 1 ||
		closed.Figures.By[Late] != 1 || closed.Figures.Suggested != 1 || closed.Figures.Left() != 0 {
		t.Errorf("%+v", closed.Figures)
	}
	if err := w.s.Close(t.Context(), w.officer, board.ID, ""); !fault.Is(err, fault.KindConflict) {
		t.Errorf("closed twice: %v", err)
	}
}

// TestADistrictSeesItsOwnTasks and not what others said.
func TestADistrictSeesItsOwnTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started()
	own, err := w.s.Find(t.Context(), w.district, board.ID)
	if err != nil || own.All || own.Steers || len(own.Tasks) != 1 || own.Tasks[0].AccountID != 4 {
		t.Errorf("%+v, %v", own, err)
	}
	list, err := w.s.List(t.Context(), w.centre)
	if err != nil || len(list) != 1 || len(list[0].Tasks) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	_, other := w.started(func(q *Request) { q.AccountIDs = []int64{4} })
	if _, err := w.s.Find(t.Context(), w.centre, other.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the centre sees what it was not asked: %v", err)
	}
}

// standing has the district's account pass warnings on by itself.
func (w *world) standing() Standing {
	w.Helper()
	standing, err := w.s.AskStanding(w.Context(), w.district, StandingRequest{
		AccountID: 4, ColumnID: w.column(), Words: "朝阳区转发预警", Until: w.at.AddDate(0, 6, 0),
	})
	w.must(err)
	w.must(w.s.ConfirmStanding(w.Context(), w.districtReviewer, standing.ID))

	return standing
}

// TestAStandingApprovalCarriesByItself with its own words, in the name of the two who gave it; ended, it
// takes back what is not out, and people are asked.
func TestAStandingApprovalCarriesByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	standing := w.standing()
	if err := w.s.ConfirmStanding(
		t.Context(),
		w.districtReviewer,
		standing.ID,
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("confirmed twice: %v", err)
	}
	_, err := w.s.AskStanding(t.Context(), w.district, StandingRequest{
		AccountID: 4, ColumnID: w.column(), Words: "另一条", Until: w.at.AddDate(0, 6, 0),
	})
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second one: %v", err)
	}

	_, board := w.started()
	task := w.wantState(board.ID, 4, Scheduled)
	if task.Words != ByStanding || task.Text != "朝阳区转发预警" || *task.StandingID != standing.ID {
		t.Errorf("%+v", task)
	}
	_, entries, err := w.posts.Find(t.Context(), w.district, *task.PostID)
	w.must(err)
	basis := post.Basis{Cover: "standing " + strings.TrimPrefix(standing.Ref(), "relay_standing/")}
	if string(post.ApprovalHash(entries, basis)) != string(entries.Hash) {
		t.Error("its hash does not name the standing approval")
	}
	w.sent(*task.PostID)
	certificate, err := w.deliveries.Certificate(t.Context(), w.district, task.DeliveryID)
	if err != nil || len(certificate.Reviews) != 1 || certificate.Reviews[0].DecidedName != "朝阳专员、朝阳审核员" {
		t.Errorf("the certificate names %+v, %v", certificate.Reviews, err)
	}

	_, next := w.started()
	w.wantState(next.ID, 4, Scheduled)
	w.must(w.s.EndStanding(t.Context(), w.district, standing.ID))
	w.wantState(next.ID, 4, ToConfirm)
	w.wantState(board.ID, 4, Sent)
	_, last := w.started()
	w.wantState(last.ID, 4, ToConfirm)
	if _, err := w.s.Confirm(t.Context(), w.district, w.task(next.ID, 4).ID, Answer{}); err != nil {
		t.Errorf("confirmed by hand instead: %v", err)
	}
}

// TestWhoMayNotWriteAnyMoreCarriesNothing: the standing approval of somebody who has left asks people.
func TestWhoMayNotWriteAnyMoreCarriesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.standing()
	w.district.Grants = nil
	_, board := w.started()
	w.wantState(board.ID, 4, ToConfirm)
	if w.todos() != 2 {
		t.Errorf("%d to-dos", w.todos())
	}
}

// TestStandingApprovalsAreAskedInTheirUnit for the column of warnings alone.
func TestStandingApprovalsAreAskedInTheirUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	right := StandingRequest{AccountID: 4, ColumnID: w.column(), Words: "转发", Until: w.at.AddDate(0, 1, 0)}

	for name, tc := range map[string]struct {
		actor  access.Actor
		change func(q *StandingRequest)
		want   fault.Kind
	}{
		"of another unit": {w.centre, func(*StandingRequest) {}, fault.KindNotFound},
		"a reviewer":      {w.districtReviewer, func(*StandingRequest) {}, fault.KindForbidden},
		"another column":  {w.district, func(q *StandingRequest) { q.ColumnID = 1 }, fault.KindInvalid},
		"for two years":   {w.district, func(q *StandingRequest) { q.Until = w.at.AddDate(2, 0, 0) }, fault.KindInvalid},
		"without words":   {w.district, func(q *StandingRequest) { q.Words = "" }, fault.KindInvalid},
		"no such account": {w.district, func(q *StandingRequest) { q.AccountID = 99 }, fault.KindInvalid},
	} {
		q := right
		tc.change(&q)
		if _, err := w.s.AskStanding(t.Context(), tc.actor, q); !fault.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	standing, err := w.s.AskStanding(t.Context(), w.district, right)
	w.must(err)
	if err := w.s.ConfirmStanding(t.Context(), w.reviewer, standing.ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("confirmed above its unit: %v", err)
	}
	w.must(w.s.EndStanding(t.Context(), w.districtReviewer, standing.ID))
	if err := w.s.ConfirmStanding(
		t.Context(),
		w.districtReviewer,
		standing.ID,
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("confirmed after it was stopped: %v", err)
	}
}
