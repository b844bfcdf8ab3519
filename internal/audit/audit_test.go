package audit_test

import (
	"bytes"
	"context"
	"encoding/csv"
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

func (w *world) write(e audit.Entry) {
	w.Helper()
	if e.At.IsZero() {
		e.At = w.now
	}
	if e.Actor.Name == "" {
		e.Actor = person(2, "值班宣传专员")
	}
	if err := w.db.InTx(w.Context(), func(tx pg.Tx) error { return audit.Write(w.Context(), tx, e) }); err != nil {
		w.Fatal(err)
	}
}

func (w *world) act(action, subject, unit string) {
	w.Helper()
	w.write(audit.Entry{Action: action, Subject: subject, UnitPath: unit})
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
	r, err := w.s.Verify(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return r
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
	if r := w.verify(); r.Broken != nil || r.Checked != 0 || r.Unchained != 0 {
		t.Fatalf("empty trail: %+v", r)
	}
	for i := range 5 {
		w.act("post.submit", fmt.Sprintf("post/%d", i+1), "/1/")
	}
	if r := w.verify(); r.Unchained != 5 || !r.Oldest.Equal(noon) {
		t.Fatalf("tail before linking: %+v", r)
	}
	w.sequence(5)
	w.sequence(0)
	if r := w.verify(); r.Broken != nil || r.Checked != 5 || r.HeadSeq != 5 || r.Unchained != 0 {
		t.Errorf("after linking: %+v", r)
	}
}

func TestMoreThanOneBatchIsLinked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	err := w.db.InTx(ctx, func(tx pg.Tx) error {
		for i := range 1234 {
			e := audit.Entry{Actor: person(2, "甲"), At: w.now, Action: "post.submit", Subject: fmt.Sprintf("post/%d", i+1), UnitPath: "/1/"}
			if err := audit.Write(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sequence(1234)
	if r := w.verify(); r.Broken != nil || r.Checked != 1234 {
		t.Errorf("%+v", r)
	}
}

func TestEntryThatCommitsLateIsLinkedBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	drawn, commit, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- w.db.InTx(t.Context(), func(tx pg.Tx) error {
			err := audit.Write(t.Context(), tx, audit.Entry{Actor: person(3, "乙"), At: w.now, Action: "post.approve", Subject: "post/1", UnitPath: "/1/"})
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
	if r := w.verify(); r.Broken != nil || r.Checked != 2 {
		t.Errorf("a late commit broke the chain: %+v", r)
	}
}

func TestEntryOfARolledBackActIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failed := errors.New("the act failed")
	err := w.db.InTx(t.Context(), func(tx pg.Tx) error {
		e := audit.Entry{Actor: auditor, At: w.now, Action: "post.submit", Subject: "post/1", UnitPath: "/1/"}
		return errors.Join(audit.Write(t.Context(), tx, e), failed)
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	w.act("post.submit", "post/2", "/1/")
	w.sequence(1)
	if r := w.verify(); r.Broken != nil || r.Checked != 1 {
		t.Errorf("a gap in ids broke the chain: %+v", r)
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
					return audit.Write(ctx, tx, audit.Entry{Actor: person(int64(i+1), "甲"), At: noon, Action: "post.submit",
						Subject: fmt.Sprintf("post/%d", n), UnitPath: "/1/"})
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
	if r := w.verify(); r.Broken != nil || r.Checked != writers*each || r.Unchained != 0 {
		t.Errorf("%+v", r)
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
		"UPDATE audit_entries SET actor_name = '别人'", "UPDATE audit_entries SET hash = '\\x00'", "UPDATE audit_entries SET seq = NULL",
		"DELETE FROM audit_entries", "TRUNCATE audit_entries", "DELETE FROM audit_days", "UPDATE audit_days SET last_seq = 0", "TRUNCATE audit_days",
	} {
		if _, err := w.db.Pool().Exec(t.Context(), sql); err == nil {
			t.Errorf("allowed: %s", sql)
		}
	}
	if r := w.verify(); r.Broken != nil || r.Checked != 1 || r.Days != 1 {
		t.Errorf("%+v", r)
	}
}

func TestTamperingIsFoundAtTheFirstEntry(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sql  string
		seq  int64
		code string
	}{
		"content":            {"UPDATE audit_entries SET body = convert_to(replace(convert_from(body, 'UTF8'), 'post/2', 'post/7'), 'UTF8') WHERE seq = 2", 2, audit.BrokenHash},
		"actor shown":        {"UPDATE audit_entries SET actor_name = '别人' WHERE seq = 3", 3, audit.BrokenColumns},
		"time shown":         {"UPDATE audit_entries SET at = at - interval '1 day' WHERE seq = 2", 2, audit.BrokenColumns},
		"unit shown":         {"UPDATE audit_entries SET unit_path = '/2/' WHERE seq = 2", 2, audit.BrokenColumns},
		"removed":            {"DELETE FROM audit_entries WHERE seq = 2", 3, audit.BrokenGap},
		"removed and closed": {"DELETE FROM audit_entries WHERE seq = 2; UPDATE audit_entries SET seq = 2 WHERE seq = 3", 2, audit.BrokenPrev},
		"taken out":          {"UPDATE audit_entries SET seq = NULL, prev = NULL, hash = NULL WHERE seq = 1", 2, audit.BrokenGap},
		"end cut off":        {"DELETE FROM audit_entries WHERE seq >= 3", 4, audit.BrokenRoot},
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
			r := w.verify()
			if r.Broken == nil || r.Broken.Seq != tc.seq || r.Broken.Code != tc.code {
				t.Errorf("found %+v, want %s at %d", r.Broken, tc.code, tc.seq)
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
	err := w.db.Pool().QueryRow(t.Context(), "SELECT string_agg(day || '=' || last_seq, ' ' ORDER BY day) FROM audit_days").Scan(&got)
	if want := "2026-03-04=1 2026-03-07=2"; err != nil || got != want {
		t.Errorf("roots %q (%v), want %q", got, err, want)
	}
	if r := w.verify(); r.Days != 2 || r.Broken != nil {
		t.Errorf("%+v", r)
	}
}

func TestIncompleteEntryIsADefect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, e := range []audit.Entry{
		{At: noon, Action: "post.submit", Subject: "post"}, {At: noon, Action: "post.submit", Subject: "/1"},
		{At: noon, Subject: "post/1"}, {Action: "post.submit", Subject: "post/1"},
		{At: noon, Action: "post.submit", Subject: "post/1", Detail: map[string]any{"f": func() {}}},
	} {
		err := w.db.InTx(t.Context(), func(tx pg.Tx) error { return audit.Write(t.Context(), tx, e) })
		if err == nil || fault.KindOf(err) != fault.KindInternal {
			t.Errorf("%+v: %v, want a defect", e, err)
		}
	}
}

func TestListIsScopedAndFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.act("post.submit", "post/1", "/1/4/")
	w.now = w.now.Add(time.Hour)
	w.write(audit.Entry{Action: "post.approve", Subject: "post/1", UnitPath: "/1/4/", Actor: person(3, "值班审核员"), Why: "内容准确"})
	w.now = w.now.Add(time.Hour)
	w.act("account.update", "account/1", "/1/5/")
	w.act("session.open", "user/8", "/2/")

	for name, tc := range map[string]struct {
		actor  access.Actor
		filter audit.Filter
		want   string
	}{
		"all in scope":     {auditor, audit.Filter{}, "account/1 post/1 post/1"},
		"part of the tree": {person(9, "审", access.Grant{Role: access.Auditor, Path: "/1/4/"}), audit.Filter{}, "post/1 post/1"},
		"administrator":    {person(9, "管", access.Grant{Role: access.Administrator, Path: "/1/"}), audit.Filter{}, ""},
		"supervisor":       {person(9, "主", access.Grant{Role: access.Supervisor, Path: "/1/"}), audit.Filter{}, ""},
		"time":             {auditor, audit.Filter{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}, "post/1"},
		"actor":            {auditor, audit.Filter{Actor: "审核"}, "post/1"},
		"actor id":         {auditor, audit.Filter{ActorID: 2}, "account/1 post/1"},
		"action":           {auditor, audit.Filter{Action: "account.update"}, "account/1"},
		"subject":          {auditor, audit.Filter{Subject: "post/1"}, "post/1 post/1"},
		"kind of subject":  {auditor, audit.Filter{Subject: "account"}, "account/1"},
		"unit":             {auditor, audit.Filter{UnitPath: "/1/5/"}, "account/1"},
		"foreign unit":     {auditor, audit.Filter{UnitPath: "/2/"}, ""},
	} {
		page, err := w.s.List(t.Context(), tc.actor, tc.filter)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, r := range page.Rows {
			got = append(got, r.SubjectType+"/"+r.SubjectID)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("%s: %q, want %q", name, s, tc.want)
		}
	}
}

func TestListPagesWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 7 {
		w.act("post.submit", fmt.Sprintf("post/%d", i+1), "/1/") // all at one instant
	}
	var got []string
	f := audit.Filter{Limit: 3}
	for {
		page, err := w.s.List(t.Context(), auditor, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			got = append(got, r.SubjectID)
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	if s := strings.Join(got, ""); s != "7654321" {
		t.Errorf("paged %q", s)
	}
	if _, err := w.s.List(t.Context(), auditor, audit.Filter{After: "x"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("broken cursor: %v", err)
	}
}

func TestExportIsSafeScopedAndRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(audit.Entry{Action: "post.return", Subject: "post/1", UnitPath: "/1/4/", Actor: person(3, `=HYPERLINK("x")`), Why: "+1"})
	w.act("post.submit", "post/2", "/2/")
	w.sequence(2)
	var out bytes.Buffer
	if err := w.s.Export(t.Context(), auditor, audit.Filter{Action: "post.return"}, &out); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || len(rows) != 2 {
		t.Fatalf("%v, %d rows, byte order mark %v", err, len(rows), marked)
	}
	if rows[1][2] != `'=HYPERLINK("x")` || rows[1][9] != "'+1" || rows[1][1] != "2026-03-04 12:00:00.000000" {
		t.Errorf("row %q", rows[1])
	}
	page, err := w.s.List(context.Background(), auditor, audit.Filter{Action: "audit.export"})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ActorID != 9 {
		t.Errorf("the export is not in the trail: %+v, %v", page.Rows, err)
	}
	if err := w.s.Export(t.Context(), person(1, "主管", access.Grant{Role: access.Supervisor, Path: "/1/"}), audit.Filter{}, &out); err == nil {
		t.Error("a supervisor exported the trail")
	}
}

func TestFactsComeFromTheBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(audit.Entry{Action: "grant.create", Subject: "user/5", UnitPath: "/1/", Why: "轮岗", Detail: map[string]any{"role": "reviewer"}})
	page, err := w.s.List(t.Context(), auditor, audit.Filter{})
	if err != nil || len(page.Rows) != 1 {
		t.Fatal(err, page.Rows)
	}
	if f := page.Rows[0].Facts(); f.Why != "轮岗" || f.Detail["role"] != "reviewer" {
		t.Errorf("%+v", f)
	}
	if f := (audit.Row{Body: []byte("{")}).Facts(); f.Why != "" || f.Detail != nil {
		t.Errorf("unreadable body: %+v", f)
	}
}
