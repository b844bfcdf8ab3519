package audit_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// long writes n entries of one transaction.
func (w *world) long(n int) {
	w.Helper()
	ctx := w.Context()
	err := w.db.InTx(ctx, func(tx pg.Tx) error {
		for i := range n {
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
		w.Fatal(err)
	}
}

func TestTamperingIsFoundBeyondTheFirstPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.long(2100)
	w.sequence(2100)
	if report := w.verify(); report.Broken != nil || report.Checked != 2100 {
		t.Fatalf("untouched: %+v", report)
	}
	w.tamper("UPDATE audit_entries SET hash = sha256(hash) WHERE seq = 2050")
	if report := w.verify(); report.Broken == nil || report.Broken.Seq != 2050 ||
		report.Broken.Code != audit.BrokenHash ||
		report.Checked != 2049 {
		t.Errorf("%+v", report)
	}
	w.tamper("UPDATE audit_entries SET hash = sha256(hash) WHERE seq = 1000")
	if report := w.verify(); report.Broken == nil || report.Broken.Seq != 1000 {
		t.Errorf("the first of two is not the one reported: %+v", report.Broken)
	}
}

// TestWholeChainRewrittenIsCaughtByADayRoot does what somebody with the whole database could: computes
// the chain anew behind a change. Only what was sealed before tells.
func TestWholeChainRewrittenIsCaughtByADayRoot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.long(3)
	w.sequence(3)
	w.now = noon.AddDate(0, 0, 1)
	w.sequence(0)
	w.tamper(`
		UPDATE audit_entries
			SET seq = NULL, prev = NULL, hash = NULL,
			body = convert_to(replace(convert_from(body, 'UTF8'), '甲', '乙'), 'UTF8'), actor_name = '乙'`)
	w.sequence(3)
	if report := w.verify(); report.Broken == nil || report.Broken.Code != audit.BrokenRoot ||
		report.Broken.Seq != 3 {
		t.Errorf("%+v", report.Broken)
	}
}

// TestTwoProcessesLinkOneChain runs two services on pools of their own, as two processes have.
func TestTwoProcessesLinkOneChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	second := audit.New(pgtest.Open(t, w.db.Pool().Config().ConnString()), func() time.Time { return noon })
	for range 4 {
		w.long(150)

		var wg sync.WaitGroup
		for _, service := range []*audit.Service{w.s, second} {
			wg.Go(func() {
				if _, err := service.Sequence(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	if _, err := second.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report := w.verify(); report.Broken != nil || report.Checked != 600 || report.Unchained != 0 {
		t.Errorf("%+v", report)
	}
}

func TestCommandLineIsNamedWithoutAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(audit.Entry{
		Actor:    access.System("命令行"),
		Action:   audit.Act{Code: "user.create"},
		Subject:  "user/1",
		UnitPath: "/1/",
	})
	w.sequence(1)
	page, err := w.s.List(t.Context(), auditor, audit.Filter{Actor: "命令行"})
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ActorID != 0 {
		t.Errorf("%+v, %v", page.Rows, err)
	}
	if report := w.verify(); report.Broken != nil {
		t.Errorf("%+v", report.Broken)
	}
}
