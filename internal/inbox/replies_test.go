package inbox

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/account"
)

// TestRepliesOfAPeriodAreCounted: what was answered and what should have been, with the time in which half
// of the answers came; what is still within its time, praise, and other periods are left out.
func TestRepliesOfAPeriodAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect(main, "市局", account.Commercial)
	w.Exec("UPDATE inbox_watches SET since = '2026-10-01', asked_at = $1", w.Now())
	from, to := w.Now().AddDate(0, 0, -30), w.Now()

	// asked is a matter that was opened some days ago, due a day later.
	asked := func(days int, kind string, due time.Duration) (matter int) {
		opened := w.Now().AddDate(0, 0, -days)

		return w.count(`
INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at, due_at,
    updated_at)
VALUES ($1, $2, 'p1', 'open', $3, $4, $5, $5, $6, $5) RETURNING id`,
			a.ID, fmt.Sprint(days, kind, due), kind, a.UnitID, opened, opened.Add(due))
	}
	// answers is an answer to a matter, so long after it was opened.
	serial := 0
	answers := func(matter int, source string, after time.Duration) {
		serial++
		w.Exec(`
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
text,
    taken_at, keep_until)
SELECT id, account_id, 'comment', $2, $3, 'public', opened_at + $4 * interval '1 second', '1', 'a', 'b',
$5, $5
FROM inbox_matters WHERE id = $1`, matter, fmt.Sprint("r", serial), source, after.Seconds(), w.Now())
	}
	const day = 24 * time.Hour

	if got, err := w.s.Replies(t.Context(), a.ID, from, to); err != nil || got != (Replies{Known: true}) {
		t.Fatalf("nobody asked anything: %+v, %v", got, err)
	}

	quick := asked(3, "ask", day)
	answers(quick, "answer", time.Hour)
	answers(quick, "answer", 20*time.Hour) // its second answer says nothing of the first
	slow := asked(5, "complaint", day)
	answers(slow, "comment", time.Minute) // another citizen's words are no answer
	answers(slow, "hand", 3*time.Hour)
	asked(9, "report", day)                          // nobody answered, and its time is over
	asked(1, "ask", 3*day)                           // still within its time
	answers(asked(2, "praise", day), "answer", 1)    // praise asks for nothing
	answers(asked(40, "ask", day), "answer", 50*day) // another period
	closed := asked(8, "proposal", day)
	w.Exec("UPDATE inbox_matters SET state = 'closed', result = 'unneeded' WHERE id = $1", closed)

	got, err := w.s.Replies(t.Context(), a.ID, from, to)
	want := Replies{Known: true, Asked: 3, Answered: 2, Half: 2 * time.Hour}
	if err != nil || got != want {
		t.Errorf("%+v, want %+v (%v)", got, want, err)
	}

	got, err = w.s.Replies(t.Context(), a.ID, w.Now().AddDate(0, 0, -90), to)
	if err != nil || got.Known || got.Asked != 4 {
		t.Errorf("from before the inbox was read: %+v, %v", got, err)
	}
	if got, err = w.s.Replies(t.Context(), a.ID+1, from, to); err != nil || got != (Replies{}) {
		t.Errorf("of an account without an inbox: %+v, %v", got, err)
	}
}
