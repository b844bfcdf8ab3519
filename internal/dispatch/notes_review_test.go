package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/review"
)

// TestOpenNotesAskBeforeTheLastStep: what reviewers have not resolved stops nobody before the last step, and
// there until it is resolved or the reviewer says so. Those who wrote do not see the notes.
func TestOpenNotesAskBeforeTheLastStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.threeSteps()
	w.account("环保北京", 1, account.Commercial)
	due := w.now().Add(3 * time.Hour)
	p, version := w.submit("今日空气质量良", &due, "环保北京")
	reviews := w.reviews()
	var colleague string
	w.must(w.db.Pool().QueryRow(t.Context(), "SELECT display_name FROM users WHERE id = $1", w.second.UserID).
		Scan(&colleague))

	note, err := reviews.AddNote(t.Context(), w.reviewer, p.ID, version.Number, "@"+colleague+" 请核对", "空气质量")
	w.must(err)
	if n := w.count(`SELECT count(*) FROM todos WHERE code = 'review.note' AND only_users = '{3}' AND
		resolved_at IS NULL`); n != 1 {
		t.Errorf("%d to-dos for who was asked", n)
	}
	if _, _, err := reviews.Notes(t.Context(), w.writer, p.ID); err == nil {
		t.Error("the writer read the notes")
	}
	if _, err := reviews.AddNote(
		t.Context(),
		w.second,
		p.ID,
		version.Number+1,
		"别的版",
		"",
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("a note beside another version: %v", err)
	}
	list, colleagues, err := reviews.Notes(t.Context(), w.second, p.ID)
	w.must(err)
	if len(list) != 1 || !list[0].Open() || !slices.Equal(list[0].Asks, []string{colleague}) {
		t.Errorf("notes: %+v", list)
	}
	if len(colleagues) == 0 {
		t.Error("there is nobody to ask")
	}

	w.must(w.say(w.reviewer, p, version.Hash, review.Approve, 0))
	w.must(w.say(w.second, p, version.Hash, review.Approve, 0))
	if err := w.say(
		w.supervisor,
		p,
		version.Hash,
		review.Approve,
		0,
	); fault.Public(
		err,
	).Code != "notes_open" {
		t.Errorf("approved beside an open note: %v", err)
	}
	w.must(reviews.ResolveNote(t.Context(), w.second, p.ID, note.ID))
	w.must(reviews.ResolveNote(t.Context(), w.second, p.ID, note.ID)) // twice is once
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'review.note_resolved'"); n != 1 {
		t.Errorf("%d entries of one act", n)
	}
	if n := w.count("SELECT count(*) FROM todos WHERE code = 'review.note' AND resolved_at IS NULL"); n != 0 {
		t.Errorf("%d to-dos stay of a resolved note", n)
	}
	w.must(w.say(w.supervisor, p, version.Hash, review.Approve, 0))
}

// TestSeveralAreApprovedOnlyWhereEachWasOpened, and as it was opened.
func TestSeveralAreApprovedOnlyWhereEachWasOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	due, sooner := w.now().Add(3*time.Hour), w.now().Add(time.Hour)
	p, version := w.submit("今日空气质量良", &due, "环保北京")
	approve := func(hash []byte) error {
		_, err := w.s.Review(t.Context(), w.reviewer, p.ID, delivery.Verdict{
			Version: version.Number, Hash: hash, Decision: review.Approve, Opened: true,
		})

		return err
	}

	if err := approve(version.Hash); fault.Public(err).Code != "not_opened" {
		t.Errorf("approved unseen: %v", err)
	}
	if err := w.reviews().Opened(t.Context(), w.writer, p.ID, version.Number, version.Hash); err == nil {
		t.Error("the writer keeps the own post for approval")
	}
	w.must(w.reviews().Opened(t.Context(), w.second, p.ID, version.Number, version.Hash))
	if err := approve(version.Hash); fault.Public(err).Code != "not_opened" {
		t.Errorf("approved by who did not see it: %v", err)
	}
	w.must(w.reviews().Opened(t.Context(), w.reviewer, p.ID, version.Number, version.Hash))
	_, err := w.s.Reschedule(t.Context(), w.writer, p.ID, delivery.DueChoice{At: &sooner})
	w.must(err)
	_, now, err := w.posts.Find(t.Context(), w.writer, p.ID)
	w.must(err)
	if err := approve(now.Hash); fault.Public(err).Code != "not_opened" {
		t.Errorf("approved as nobody saw it: %v", err)
	}
	w.must(w.reviews().Opened(t.Context(), w.reviewer, p.ID, version.Number, now.Hash))
	w.must(approve(now.Hash))
}
