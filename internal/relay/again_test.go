package relay

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// maybeOut has a delivery stand where nobody knows whether it is out.
func (w *world) maybeOut(postID int64, state delivery.State) {
	w.Helper()
	w.exec(`UPDATE deliveries SET state = $2, marked_at = $3, attempts = 1, attempt_id = gen_random_uuid(),
		hard_end = $3 WHERE post_id = $1`, postID, state, w.at)
}

// TestWhatMayBeOutIsNotAskedAgain: an account whose post may be on the platform keeps its task, whatever ends
// the words that it was made with; else a colleague's press would publish it twice.
func TestWhatMayBeOutIsNotAskedAgain(t *testing.T) {
	t.Parallel()

	for _, state := range []delivery.State{delivery.Sending, delivery.Unknown} {
		t.Run("the lead is revised, "+string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p, board := w.started(func(q *Request) { q.Kind = Own })
			made, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
			w.must(err)
			w.maybeOut(*made.PostID, state)

			_, err = w.deliveries.Revise(t.Context(), w.officer, p.ID)
			w.must(err)
			w.settle()
			w.submit(p)
			w.approve(w.reviewer, p.ID)
			w.settle()

			task := w.task(board.ID, 4)
			if task.Stage != Confirmed || task.PostID == nil || *task.PostID != *made.PostID {
				t.Errorf("the task lost its post: %+v", task)
			}
			if _, err := w.s.Confirm(t.Context(), w.district, task.ID, Answer{}); err == nil {
				t.Error("confirmed a second time")
			}
			w.wantState(board.ID, 2, ToConfirm)
		})

		t.Run("its standing approval is ended, "+string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			standing := w.standing()
			_, board := w.started()
			made := w.wantState(board.ID, 4, Scheduled)
			w.maybeOut(*made.PostID, state)
			w.must(w.s.EndStanding(t.Context(), w.district, standing.ID))
			w.settle()

			if task := w.task(board.ID, 4); task.Stage != Confirmed || *task.PostID != *made.PostID {
				t.Errorf("the task lost its post: %+v", task)
			}
		})
	}
}

// TestWhatIsOutIsNotAskedForAnew: another request of a lead that is written anew would forget who has
// published.
func TestWhatIsOutIsNotAskedForAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, board := w.started(func(q *Request) { q.Kind = Own })
	out, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)
	w.sent(*out.PostID)
	_, err = w.deliveries.Revise(t.Context(), w.officer, p.ID)
	w.must(err)
	w.settle()

	q := w.request()
	q.Kind, q.Words, q.Revision = Own, "换一种说法", w.board(board.ID).Revision
	if _, err := w.s.Set(t.Context(), w.officer, p.ID, q); !fault.Is(err, fault.KindConflict) {
		t.Errorf("set anew: %v", err)
	}

	w.wantState(board.ID, 4, Sent)
}

// TestWhatEndsIsFinishedByAJob: where the taking back of one account fails, the others' goes on, and a
// job does the rest.
func TestWhatEndsIsFinishedByAJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started(func(q *Request) { q.AccountIDs = []int64{2, 3, 4} })

	for account, who := range map[int64]access.Actor{2: w.centre, 4: w.district} {
		_, err := w.s.Confirm(t.Context(), who, w.task(board.ID, account).ID, Answer{})
		w.must(err)
	}

	// a trigger stands for a database that fails in the middle
	w.exec(
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'away'; END $$`,
	)
	w.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON all_deliveries FOR EACH ROW WHEN (NEW.account_id = 2)
		EXECUTE FUNCTION refuse()`)
	w.must(w.s.Withdraw(t.Context(), w.boss, board.ID, "不办了"))
	w.wantState(board.ID, 4, Gone)
	w.wantState(board.ID, 3, Gone)
	w.wantState(board.ID, 2, Scheduled)

	w.exec("DROP TRIGGER refuse ON all_deliveries")
	w.settle()
	w.wantState(board.ID, 2, Gone)
}

// TestALeadThatIsTakenBackStopsWhatItCoveredAfterTheEnd of its relay too.
func TestALeadThatIsTakenBackStopsWhatItCoveredAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, board := w.started(func(q *Request) { q.Kind = Own })
	_, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)
	w.must(w.s.Close(t.Context(), w.boss, board.ID, "都已安排"))
	w.wantState(board.ID, 4, Scheduled)

	_, err = w.deliveries.Withdraw(t.Context(), w.officer, p.ID, "数据有误")
	w.must(err)
	w.settle()
	w.wantState(board.ID, 4, Gone)
}

// TestALaterLeadIsFollowed: nobody publishes before it.
func TestALaterLeadIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, board := w.started(func(q *Request) { q.Kind, q.Deadline = Own, w.at.Add(10*time.Hour) })
	_, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)

	later := p.DueAt.Add(4 * time.Hour)
	_, err = w.deliveries.Reschedule(t.Context(), w.officer, p.ID, delivery.DueChoice{At: &later})
	w.must(err)
	w.settle()

	if task := w.task(board.ID, 4); task.DueAt.Before(later) {
		t.Errorf("due at %s, the lead at %s", task.DueAt, later)
	}
}

// TestALeadThatIsOutGoesOnBeingPassedOn while its post is revised for accounts that do not have it yet.
func TestALeadThatIsOutGoesOnBeingPassedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := w.at.Add(time.Hour)
	w.serial++
	p, err := w.posts.Create(t.Context(), w.officer, 1, post.Content{
		Text: "【预警】两个账号发", DueAt: &due, ColumnID: w.column(),
		Targets: []post.TargetChoice{{AccountID: 1}, {AccountID: 2}},
	})
	w.must(err)
	q := w.request()
	q.AccountIDs = []int64{4}
	relay, err := w.s.Set(t.Context(), w.officer, p.ID, q)
	w.must(err)
	w.submit(p)
	w.approve(w.reviewer, p.ID)
	w.settle()
	made, err := w.s.Confirm(t.Context(), w.district, w.task(relay.ID, 4).ID, Answer{})
	w.must(err)

	w.serial++
	w.exec(`UPDATE deliveries SET state = 'sent', remote_id = '5000000000000999', sent_at = $2, attempts = 1
		WHERE post_id = $1 AND account_id = 1`, p.ID, w.at)
	_, err = w.deliveries.Revise(t.Context(), w.officer, p.ID)
	w.must(err)
	w.settle()

	if task := w.task(relay.ID, 4); task.PostID == nil || *task.PostID != *made.PostID {
		t.Errorf("a repost of what is out was taken back: %+v", task)
	}
}

// TestWhatNobodyWasAskedNobodySees: a relay that is withdrawn before it began, and a lead that is being
// changed.
func TestWhatNobodyWasAskedNobodySees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.lead()
	relay, err := w.s.Set(t.Context(), w.officer, p.ID, w.request())
	w.must(err)
	w.must(w.s.Withdraw(t.Context(), w.boss, relay.ID, ""))
	w.settle()

	if board, err := w.s.Find(t.Context(), w.district, relay.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district reads the draft: %q, %v", board.Text, err)
	}

	lead, board := w.started()
	out, err := w.s.Confirm(t.Context(), w.district, w.task(board.ID, 4).ID, Answer{})
	w.must(err)
	w.sent(*out.PostID)
	_, err = w.deliveries.Revise(t.Context(), w.officer, lead.ID)
	w.must(err)
	w.settle()

	seen, err := w.s.Find(t.Context(), w.district, board.ID)
	w.must(err)
	if seen.Text != "" {
		t.Errorf("a district reads what is being written: %q", seen.Text)
	}
}

// TestADraftGoesWithWhatItWasToAsk.
func TestADraftGoesWithWhatItWasToAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.lead()
	_, err := w.s.Set(t.Context(), w.officer, p.ID, w.request())
	w.must(err)
	w.must(w.posts.Delete(t.Context(), w.officer, p.ID))
}

// TestWhatDoesNotFitItsLeadIsNotAsked: the draft was changed behind what it asks.
func TestWhatDoesNotFitItsLeadIsNotAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.lead()
	relay, err := w.s.Set(t.Context(), w.officer, p.ID, w.request())
	w.must(err)
	stored, version, err := w.posts.Find(t.Context(), w.officer, p.ID)
	w.must(err)
	content := post.ContentOf(stored, version)
	content.Targets = append(content.Targets, post.TargetChoice{AccountID: 2}) // which is asked as well
	_, err = w.posts.Save(t.Context(), w.officer, p.ID, stored.Revision, content)
	w.must(err)
	w.submit(p)
	w.approve(w.reviewer, p.ID)
	w.settle()

	w.wantState(relay.ID, 2, ToBegin)
	if w.board(relay.ID).Status() != Drafted ||
		w.one("SELECT count(*) FROM todos WHERE subject_type = 'relay'") != 1 {
		t.Error("accounts were asked, or nobody is told why not")
	}
}

// TestAnAnswerIsToWhatWasShown: to another version of the lead it is none.
func TestAnAnswerIsToWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, board := w.started()
	shown := *board.LeadVersion
	_, err := w.deliveries.Revise(t.Context(), w.officer, p.ID)
	w.must(err)
	w.settle()
	w.submit(p)
	w.approve(w.reviewer, p.ID)
	w.settle()

	task := w.wantState(board.ID, 4, ToConfirm)
	_, err = w.s.Confirm(t.Context(), w.district, task.ID, Answer{LeadVersion: shown})
	if fault.Public(err).Code != "relay_changed" {
		t.Errorf("an answer to what was there before: %v", err)
	}
	_, err = w.s.Confirm(
		t.Context(),
		w.district,
		task.ID,
		Answer{LeadVersion: *w.board(board.ID).LeadVersion},
	)
	w.must(err)
}

// TestWhoAsksMayConfirmBeforehand for the accounts that he or she writes for, under the approval that
// says so.
func TestWhoAsksMayConfirmBeforehand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started(func(q *Request) { q.AtOnce = true })

	for _, account := range []int64{2, 4} {
		if task := w.wantState(board.ID, account, Scheduled); *task.AnsweredBy != w.officer.UserID {
			t.Errorf("account %d was confirmed by %d", account, *task.AnsweredBy)
		}
	}

	// without the word in the approval nobody's is taken for given
	q := w.request()
	p := w.lead()
	set, err := w.s.Set(t.Context(), w.officer, p.ID, q)
	w.must(err)
	w.submit(p)
	w.exec("UPDATE relays SET at_once_by = $2 WHERE id = $1", set.ID, w.officer.UserID)
	w.approve(w.reviewer, p.ID)
	w.settle()
	w.wantState(set.ID, 2, ToConfirm)
	w.wantState(set.ID, 4, ToConfirm)

	// and only what the person writes for then
	p = w.lead()
	q.AtOnce = true
	set, err = w.s.Set(t.Context(), w.officer, p.ID, q)
	w.must(err)
	w.submit(p)
	w.officer.Grants[0].Path = "/1/2/"
	w.approve(w.reviewer, p.ID)
	w.settle()
	w.wantState(set.ID, 2, Scheduled)
	w.wantState(set.ID, 4, ToConfirm)
}

// TestWhatCannotBeConfirmedByItselfSaysWhy to its people, until one of them has.
func TestWhatCannotBeConfirmedByItselfSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, board := w.started(func(q *Request) { q.AtOnce, q.AccountIDs = true, []int64{3, 4} })
	w.wantState(board.ID, 4, Scheduled)
	task := w.wantState(board.ID, 3, ToConfirm) // a public interface, which needs a link in the words
	if task.Stuck == nil {
		t.Fatal("nobody knows why it waits")
	}
	if text, args := task.Stuck.Words(); !strings.Contains(text, "安全域名") || len(args) == 0 {
		t.Errorf("%q %v", text, args)
	}

	_, err := w.s.Confirm(
		t.Context(),
		w.centre,
		task.ID,
		Answer{Words: words("请看 https://sthjj.beijing.gov.cn/1")},
	)
	w.must(err)
	if task := w.task(board.ID, 3); task.Stuck != nil {
		t.Errorf("it waits no more: %+v", task.Stuck)
	}
}
