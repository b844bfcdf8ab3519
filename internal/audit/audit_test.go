package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC) // 12:00 in Beijing

// world is a trail on a database of its own, with a clock in hand.
type world struct {
	*testing.T
	db  *pg.DB
	s   *audit.Service
	now time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, db: pgtest.New(t), now: noon}
	w.s = audit.New(w.db, func() time.Time { return w.now })
	return w
}

func person(id int64, name string, grants ...access.Grant) access.Actor {
	return access.Actor{UserID: id, Name: name, IP: "10.0.0.8", Grants: grants}
}

var auditor = person(9, "审计员", access.Grant{Role: access.Auditor, Path: "/1/"})

func (w *world) write(entry audit.Entry) {
	w.Helper()
	if entry.At.IsZero() {
		entry.At = w.now
	}
	if entry.Actor.Name == "" {
		entry.Actor = person(2, "值班宣传专员")
	}
	if err := w.db.InTx(
		w.Context(),
		func(tx pg.Tx) error { return audit.Write(w.Context(), tx, entry) },
	); err != nil {
		w.Fatal(err)
	}
}

func (w *world) act(action, subject, unit string) {
	w.Helper()
	w.write(audit.Entry{Action: audit.Act{Code: action}, Subject: subject, UnitPath: unit})
}

func (w *world) sequence(want int) {
	w.Helper()
	n, err := w.s.Sequence(w.Context())
	if err != nil || n != want {
		w.Fatalf("linked %d entries (%v), want %d", n, err, want)
	}
}

func (w *world) verify() audit.Report {
	w.Helper()
	report, err := w.s.Verify(w.Context())
	if err != nil {
		w.Fatal(err)
	}

	return report
}

// tamper changes rows as somebody with the database's own rights could; statements are parted by semicolons.
func (w *world) tamper(sql string) {
	w.Helper()
	ctx := w.Context()
	c, err := w.db.Pool().Acquire(ctx)
	if err != nil {
		w.Fatal(err)
	}
	defer c.Release()

	for s := range strings.SplitSeq("SET session_replication_role = replica;"+sql+";RESET session_replication_role", ";") {
		if _, err := c.Exec(ctx, s); err != nil {
			w.Fatal(err)
		}
	}
}

func TestChainHoldsAfterActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if report := w.verify(); report.Broken != nil || report.Checked != 0 || report.Unchained != 0 {
		t.Fatalf("empty trail: %+v", report)
	}

	for i := range 5 {
		w.act("post.submit", fmt.Sprintf("post/%d", i+1), "/1/")
	}
	if report := w.verify(); report.Unchained != 5 || !report.Oldest.Equal(noon) {
		t.Fatalf("tail before linking: %+v", report)
	}
	w.sequence(5)
	w.sequence(0)
	if report := w.verify(); report.Broken != nil || report.Checked != 5 || report.HeadSeq != 5 ||
		report.Unchained != 0 {
		t.Errorf("after linking: %+v", report)
	}
}

func TestMoreThanOneBatchIsLinked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	err := w.db.InTx(ctx, func(tx pg.Tx) error {
		for i := range 1234 {
			entry := audit.Entry{
				Actor:    person(2, "甲"),
				At:       w.now,
				Action:   audit.Act{Code: "post.submit"},
				Subject:  fmt.Sprintf("post/%d", i+1),
				UnitPath: "/1/",
			}
			if err := audit.Write(ctx, tx, entry); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sequence(1234)
	if report := w.verify(); report.Broken != nil || report.Checked != 1234 {
		t.Errorf("%+v", report)
	}
}

func TestEntryThatCommitsLateIsLinkedBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	drawn, commit, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- w.db.InTx(t.Context(), func(tx pg.Tx) error {
			err := audit.Write(t.Context(), tx, audit.Entry{
				Actor:    person(3, "乙"),
				At:       w.now,
				Action:   audit.Act{Code: "post.approve"},
				Subject:  "post/1",
				UnitPath: "/1/",
			})
			close(drawn)
			<-commit

			return err
		})
	}()
	<-drawn
	w.act("post.submit", "post/2", "/1/") // a higher id, committed first
	w.sequence(1)
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.sequence(1)
	if report := w.verify(); report.Broken != nil || report.Checked != 2 {
		t.Errorf("a late commit broke the chain: %+v", report)
	}
}

func TestEntryOfARolledBackActIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failed := errors.New("the act failed")
	err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
		entry := audit.Entry{
			Actor:    auditor,
			At:       w.now,
			Action:   audit.Act{Code: "post.submit"},
			Subject:  "post/1",
			UnitPath: "/1/",
		}

		return errors.Join(audit.Write(t.Context(), tx, entry), failed)
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	w.act("post.submit", "post/2", "/1/")
	w.sequence(1)
	if report := w.verify(); report.Broken != nil || report.Checked != 1 {
		t.Errorf("a gap in ids broke the chain: %+v", report)
	}
}

func TestWritersAndSequencersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	const writers, each = 6, 25
	var wg sync.WaitGroup

	errs := make(chan error, writers*each+1000)
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				errs <- w.db.InTx(ctx, func(tx pg.Tx) error {
					return audit.Write(ctx, tx, audit.Entry{
						Actor:    person(int64(i+1), "甲"),
						At:       noon,
						Action:   audit.Act{Code: "post.submit"},
						Subject:  fmt.Sprintf("post/%d", n),
						UnitPath: "/1/",
					})
				})
			}
		})
	}
	stop := make(chan struct{})

	var linkers sync.WaitGroup
	for range 2 {
		linkers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, err := w.s.Sequence(ctx); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	linkers.Wait()
	close(errs)

	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.s.Sequence(ctx); err != nil {
		t.Fatal(err)
	}
	if report := w.verify(); report.Broken != nil || report.Checked != writers*each || report.Unchained != 0 {
		t.Errorf("%+v", report)
	}
}

func TestOrdinaryStatementsCannotChangeTheTrail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.act("post.submit", "post/1", "/1/")
	w.sequence(1)
	w.now = noon.AddDate(0, 0, 1)
	w.sequence(0) // closes the day

	for _, sql := range []string{
		"UPDATE audit_entries SET actor_name = '别人'", "UPDATE audit_entries SET hash = '\\x00'",
		"UPDATE audit_entries SET seq = NULL", "DELETE FROM audit_entries",
		"TRUNCATE audit_entries", "DELETE FROM audit_days", "DELETE FROM audit_closings",
		"UPDATE audit_closings SET last_seq = 0", "TRUNCATE audit_closings",
		"UPDATE audit_entries SET mac = NULL", "UPDATE audit_entries SET link_mac = NULL",
		"UPDATE audit_days SET last_seq = 0", "TRUNCATE audit_days",
	} {
		if _, err := w.db.Pool().Exec(t.Context(), sql); err == nil {
			t.Errorf("allowed: %s", sql)
		}
	}
	if report := w.verify(); report.Broken != nil || report.Checked != 1 || report.Days != 1 {
		t.Errorf("%+v", report)
	}
}

func TestTamperingIsFoundAtTheFirstEntry(t *testing.T) {
	t.Parallel()

	for name, tc := range map[string]struct {
		sql  string
		seq  int64
		code string
	}{
		"content": {`
			UPDATE audit_entries
				SET body = convert_to(replace(convert_from(body, 'UTF8'), 'post/2', 'post/7'), 'UTF8')
				WHERE seq = 2`, 2, audit.BrokenHash},
		"actor shown": {
			"UPDATE audit_entries SET actor_name = '别人' WHERE seq = 3", 3, audit.BrokenColumns,
		},
		"time shown": {`
			UPDATE audit_entries SET at = at - interval '1 day' WHERE seq = 2`, 2, audit.BrokenColumns},
		"unit shown": {
			"UPDATE audit_entries SET unit_path = '/2/' WHERE seq = 2", 2, audit.BrokenColumns,
		},
		"removed": {"DELETE FROM audit_entries WHERE seq = 2", 3, audit.BrokenGap},
		"removed and closed": {
			`
			DELETE FROM audit_entries WHERE seq = 2; UPDATE audit_entries SET seq = 2 WHERE seq = 3`, 2, audit.BrokenPrev,
		},
		"taken out": {`
			UPDATE audit_entries SET seq = NULL, prev = NULL, hash = NULL WHERE seq = 1`, 2, audit.BrokenGap},
		"end cut off": {"DELETE FROM audit_entries WHERE seq >= 3", 4, audit.BrokenRoot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld(t)
			for i := range 4 {
				w.act("post.submit", fmt.Sprintf("post/%d", i+1), "/1/")
			}
			w.sequence(4)
			w.now = noon.AddDate(0, 0, 1)
			w.sequence(0)
			w.tamper(tc.sql)
			report := w.verify()
			if report.Broken == nil || report.Broken.Seq != tc.seq || report.Broken.Code != tc.code {
				t.Errorf("found %+v, want %s at %d", report.Broken, tc.code, tc.seq)
			}
		})
	}
}

func TestDayRootIsKeptOncePerDayWithActs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.act("post.submit", "post/1", "/1/")
	w.sequence(1)
	w.now = time.Date(2026, 3, 4, 16, 0, 1, 0, time.UTC) // one second after midnight in Beijing
	w.act("post.submit", "post/2", "/1/")
	w.sequence(1)
	w.sequence(0)
	w.now = w.now.AddDate(0, 0, 3) // three quiet days
	w.sequence(0)
	w.now = w.now.AddDate(0, 0, 1)
	w.sequence(0)
	var got string
	err := w.db.Pool().QueryRow(t.Context(), `
		SELECT string_agg(day || '=' || last_seq, ' ' ORDER BY day) FROM audit_days`).Scan(&got)
	if want := "2026-03-04=1 2026-03-07=2"; err != nil || got != want {
		t.Errorf("roots %q (%v), want %q", got, err, want)
	}
	if report := w.verify(); report.Days != 2 || report.Broken != nil {
		t.Errorf("%+v", report)
	}
}

func TestIncompleteEntryIsADefect(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, entry := range []audit.Entry{
		{At: noon, Action: audit.Act{Code: "post.submit"}, Subject: "post"},
		{At: noon, Action: audit.Act{Code: "post.submit"}, Subject: "/1"},
		{At: noon, Subject: "post/1"},
		{Action: audit.Act{Code: "post.submit"}, Subject: "post/1"},
		{
			At:      noon,
			Action:  audit.Act{Code: "post.submit"},
			Subject: "post/1",
			Detail:  map[string]any{"f": func() {}},
		},
	} {
		err := w.db.InTx(t.Context(), func(tx pg.Tx) error { return audit.Write(t.Context(), tx, entry) })
		if err == nil || fault.KindOf(err) != fault.KindInternal {
			t.Errorf("%+v: %v, want a defect", entry, err)
		}
	}
}
