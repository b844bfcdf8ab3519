package inspect

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/blob"
	"juzhen/internal/fault"
	"juzhen/internal/media"
)

// asked lets the rule of interaction hold in the days of the tests.
func (w *world) asked() {
	w.Helper()
	w.exec("UPDATE inspection_rules SET from_day = '2019-04-01' WHERE kind = 'interaction'")
}

// looked is a checklist of today that says "no" at some of its questions, and comes again in 31 days.
func (w *world) looked(number int, no ...string) Entry {
	entry := Entry{
		Number: number, On: beijing.Date(w.at), Next: beijing.Date(w.at.AddDate(0, 0, 31)),
	}

	for _, question := range questions {
		answer := Answer{Question: question.Key, Given: Yes, Evidence: "看过"}
		if slices.Contains(no, question.Key) {
			answer.Given = No
		}
		entry.Answers = append(entry.Answers, answer)
	}

	return entry
}

func (w *world) check(number int, no ...string) {
	w.Helper()
	w.must(w.s.Check(w.Context(), w.boss, 4, w.looked(number, no...)))
}

// interactive is what the rule says of account 4.
func (w *world) interactive() Finding {
	w.Helper()
	rows := w.board(w.boss, Ask{AccountID: 4, Kind: Interactive}).Rows
	if len(rows) != 1 {
		w.Fatalf("%d rows", len(rows))
	}

	return rows[0]
}

// TestTheChecklistSaysWhoCanBeAnswered: never looked at and overdue are warnings, a "no" that vetoes fails
// from the day of the first that says so, another one warns.
func TestTheChecklistSaysWhoCanBeAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked()
	w.everywhere("2026-11-29")

	board := w.board(w.boss, Ask{})
	if board.Unseen != 4 || board.Looming != 0 || board.By[Soon] != 4 || len(board.Rows) != 8 ||
		board.Rows[7].Rule.Kind != Interactive || len(board.Next) != 4 {
		t.Errorf("never looked at: %+v", board)
	}
	wantSaid(t, "never", w.interactive(), []string{"互动功能还没有检查过"}, "按检查表看一遍，登记结果和证据")

	w.check(0)
	found := w.interactive()
	if found.State != OK || beijing.Date(found.LookBy) != "2026-12-31" || found.Days != 0 ||
		!found.FailsOn.IsZero() {
		t.Errorf("all well: %+v", found)
	}
	wantSaid(t, "well", found, []string{"2026-11-30 由主管检查"}, "2026-12-31 之前再检查一次")

	w.at = w.at.AddDate(0, 0, 2)
	w.check(1, "menu")
	if found = w.interactive(); found.State != Soon || !found.FailsOn.IsZero() || len(found.Breaches) != 0 {
		t.Errorf("a menu that leads nowhere: %+v", found)
	}
	w.at = w.at.AddDate(0, 0, 1)
	w.check(2, "comments")
	w.at = w.at.AddDate(0, 0, 1)
	w.check(3, "comments", "menu")
	found = w.interactive()
	if found.State != Fail || beijing.Date(found.FailsOn) != "2026-12-03" || found.Left != -1 {
		t.Errorf("comments are closed: %s on %s", found.State, found.FailsOn)
	}
	wantSaid(t, "closed", found, []string{
		"互动检查表：公众可以评论——否，2026-12-03 起", "互动检查表：菜单和服务入口可用——否，2026-12-04 起", "2026-12-04 由主管检查",
	}, "在平台上开通或改正，再检查一次并登记")
	if len(found.Breaches) != 1 || found.Breaches[0].Code != "interaction" ||
		found.Breaches[0].Subject != "interaction/comments" || !found.Breaches[0].Since.Equal(w.at) {
		t.Errorf("%+v", found.Breaches)
	}

	w.at = w.at.AddDate(0, 0, 1)
	w.check(4)
	w.at = w.at.AddDate(0, 0, 31)
	if found = w.interactive(); found.State != OK {
		t.Errorf("on the last day: %s", found.State)
	}
	w.at = w.at.AddDate(0, 0, 2)
	found = w.interactive()
	if found.State != Soon || !found.Overdue(w.at) || found.Days != 33 {
		t.Errorf("overdue: %+v", found)
	}
	wantSaid(t, "overdue", found, []string{"2026-12-05 由主管检查", "应在 2027-01-05 之前再检查，已过 2 天"},
		"按检查表看一遍，登记结果和证据")

	w.exec(`
INSERT INTO inspection_rules (code, kind, days, warn_days, unit_id, source, from_day, created_at)
VALUES ('often', 'interaction', 10, 3, 3, '朝阳区通知', '2026-11-01', now())`)
	before := w.board(w.boss, Ask{AccountID: 4, Kind: Interactive, At: day("2026-12-17")})
	if len(before.Rows) != 2 || before.By[Soon] != 1 {
		t.Errorf("a rule that asks more often, on a past day: %+v", before.Rows)
	}
}

// TestAChecklistIsKeptWhole, or told what is missing at its place; nothing of it is changed later.
func TestAChecklistIsKeptWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked()

	for field, spoil := range map[string]func(*Entry){
		"on":                func(e *Entry) { e.On = "2026-12-01" },
		"next":              func(e *Entry) { e.Next = "2027-01-01" },
		"given_comments":    func(e *Entry) { e.Answers[0].Given = None },
		"evidence_messages": func(e *Entry) { e.Answers[1].Evidence = " " },
		"link_messages":     func(e *Entry) { e.Answers[1].Link = "javascript:alert(1)" },
		"given_menu":        func(e *Entry) { e.Answers = e.Answers[:3] },
		"file_comments":     func(e *Entry) { e.Answers[0].MediaID = 999 },
	} {
		entry := w.looked(0)
		spoil(&entry)
		err := w.s.Check(t.Context(), w.boss, 4, entry)
		if errs := fault.FieldErrors(err); len(errs) != 1 || errs[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := w.s.Check(t.Context(), w.district, 4, w.looked(0)); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("an officer: %v", err)
	}
	if err := w.s.Check(t.Context(), w.districtBoss, 1, w.looked(0)); !fault.Is(err, fault.KindNotFound) &&
		!fault.Is(err, fault.KindForbidden) {
		t.Errorf("another unit's: %v", err)
	}
	if n := w.one("SELECT count(*) FROM interaction_checks"); n != 0 {
		t.Fatalf("%d were kept", n)
	}

	w.check(0, "comments")
	if err := w.s.Check(t.Context(), w.boss, 4, w.looked(0)); !fault.Is(err, fault.KindConflict) {
		t.Errorf("who saw none: %v", err)
	}
	earlier := w.looked(1)
	earlier.On = "2026-11-29"
	if err := w.s.Check(t.Context(), w.boss, 4, earlier); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a day before the last one: %v", err)
	}
	w.at = w.at.AddDate(0, 0, 1)
	w.check(1)
	found, err := w.s.Interaction(t.Context(), w.district, 4)
	w.must(err)
	if len(found.Checks) != 2 || found.May || found.Number() != 2 || found.Checks[0].By != "主管" ||
		len(found.Checks[0].Changes) != 1 || found.Checks[0].Changes[0].Question.Key != "comments" ||
		found.Checks[0].Changes[0].From != No || found.Checks[0].Changes[0].To != Yes || len(found.Checks[1].Changes) != 0 {
		t.Errorf("%+v", found.Checks)
	}
	n := w.one(`
SELECT count(*) FROM audit_entries WHERE action = 'inspect.check' AND subject_type = 'account'
    AND subject_id = '4' AND convert_from(body, 'UTF8') LIKE '%"comments"%'`)
	if n != 2 {
		t.Errorf("%d entries in the trail", n)
	}
	w.exec("UPDATE accounts SET state = 'closed' WHERE id = 4")
	if err := w.s.Check(t.Context(), w.boss, 4, w.looked(2)); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a closed account: %v", err)
	}
}

// TestAPictureShowsAnAnswer to those who see the account, and the replies stand beside without a say.
func TestAPictureShowsAnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked()
	blobs, err := blob.Open(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	var from, to time.Time
	w.s.Seeing(media.New(w.db, blobs, func() time.Time { return w.at }),
		func(_ context.Context, account int64, a, b time.Time) (Replies, error) {
			from, to = a, b
			return Replies{Known: true, Asked: 10 * account, Answered: 0}, nil
		})
	var file bytes.Buffer
	w.must(png.Encode(&file, image.NewGray(image.Rect(0, 0, 40, 40))))

	if _, err := w.s.Upload(t.Context(), w.district, 4, "a.png", bytes.NewReader(file.Bytes())); !fault.Is(
		err, fault.KindForbidden) {
		t.Errorf("an officer: %v", err)
	}
	id, err := w.s.Upload(t.Context(), w.districtBoss, 4, "a.png", bytes.NewReader(file.Bytes()))
	w.must(err)
	entry := w.looked(0)
	entry.Answers[0].Evidence, entry.Answers[0].MediaID = "", id
	w.must(w.s.Check(t.Context(), w.districtBoss, 4, entry))

	found, err := w.s.Interaction(t.Context(), w.district, 4)
	w.must(err)
	if found.Replies.Asked != 40 || found.Finding.State != OK || to.Sub(from) != 30*24*time.Hour {
		t.Errorf("%+v, from %s to %s", found.Replies, from, to)
	}
	check := found.Checks[0].ID
	data, mime, err := w.s.Picture(t.Context(), w.district, 4, check, "comments")
	if err != nil || !strings.HasPrefix(mime, "image/") || len(data) == 0 {
		t.Errorf("%s, %d bytes, %v", mime, len(data), err)
	}

	for name, ask := range map[string]struct {
		who      access.Actor
		account  int64
		question string
	}{
		"of another unit":     {w.officer, 4, "comments"},
		"of another account":  {w.boss, 1, "comments"},
		"of another question": {w.boss, 4, "menu"},
	} {
		if _, _, err := w.s.Picture(t.Context(), ask.who, ask.account, check, ask.question); !fault.Is(
			err, fault.KindNotFound) {
			t.Errorf("a picture %s: %v", name, err)
		}
	}
	entry = w.looked(0)
	entry.Answers[0].MediaID = id
	if err := w.s.Check(t.Context(), w.boss, 1, entry); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("the picture of another unit: %v", err)
	}
}

// TestAnOverdueChecklistIsOnTheListOnce, one that was never written is not: the board has it.
func TestAnOverdueChecklistIsOnTheListOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked()
	w.everywhere("2026-11-29")
	open := func() int64 {
		t.Helper()
		w.must(w.s.Remind(t.Context()))
		return w.one("SELECT count(*) FROM todos WHERE resolved_at IS NULL AND code = 'inspect.interaction'")
	}

	if n := open(); n != 0 {
		t.Errorf("%d of what was never looked at", n)
	}
	w.check(0)
	w.at = w.at.AddDate(0, 0, 32)
	if n := open(); n != 1 || open() != 1 {
		t.Errorf("%d overdue", n)
	}
	w.check(1)
	if n := open(); n != 0 {
		t.Errorf("%d after it was looked at", n)
	}
}
