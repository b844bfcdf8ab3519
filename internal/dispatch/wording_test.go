package dispatch_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
	"juzhen/internal/recheck"
)

// lists are the word lists of a world, and a service that holds wordings against them. Posts are submitted
// and approved by one that does not, as if the lists had come later.
type lists struct {
	*lexicon.Service
	checked *delivery.Service
	recheck *recheck.Service
}

func (w *world) lists() lists {
	words := lexicon.New(w.db, w.now, check.Samples(w.db), lexicon.Told{})

	checks := check.New(w.db, words, nil, w.now)

	return lists{words, delivery.New(w.db, delivery.Options{
		Now: w.now, Settings: w.set, Rules: rules, Wake: w.wake, Checks: checks,
	}), recheck.New(w.db, checks, w.wake, w.now)}
}

// forbid makes a list of a unit that forbids a word.
func (w *world) forbid(of lists, unit int64, word string) lexicon.List {
	w.Helper()
	list, err := of.Create(w.Context(), access.System("test"), lexicon.NewList{
		UnitID: unit, Kind: lexicon.Grave, Name: "严重错误",
	})
	w.must(err)
	_, err = of.PutEntry(w.Context(), access.System("test"), list.ID, lexicon.Put{
		Entry: lexicon.Entry{Word: word},
	}, "")
	w.must(err)

	return list
}

func (w *world) wantHeld(p int64, row row) {
	w.Helper()
	if row.State != delivery.Held || row.Reason != delivery.Wording || w.todos(row.ID) == "" {
		w.Errorf("post %d: %+v, to-dos %q", p, row, w.todos(row.ID))
	}
}

// TestAWordForbiddenSinceTheApprovalIsNotSent: the wording is looked through once more when it is prepared;
// what the list of another unit forbids, and what says something else, goes out.
func TestAWordForbiddenSinceTheApprovalIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	of := w.lists()
	w.forbid(of, 2, "攻府")
	w.engine(func(o *dispatch.Options) { o.Blocks = of.recheck.Blocked })

	both := w.planNow("市攻府通告", "环保北京", "京环之声")
	right := w.planNow("市政府通告", "京环之声")
	w.untilState(right, delivery.Sent)
	w.until("one held, one sent", func() bool {
		rows := w.rows(both)
		return rows[0].State == delivery.Sent && rows[1].State == delivery.Held
	})
	w.wantHeld(both.ID, w.rows(both)[1])
	w.wantCount("京环之声", 1)
}

// TestACheckThatFailsBeforeSendingHoldsNothingAndIsTold: what is due goes out when the lists cannot be read,
// what could be read still holds, and the administrators know it until a check has run again.
func TestACheckThatFailsBeforeSendingHoldsNothingAndIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	var fails atomic.Bool
	fails.Store(true)
	w.engine(func(o *dispatch.Options) {
		o.Blocks = func(_ context.Context, ids []int64) (map[int64]string, error) {
			if !fails.Load() {
				return nil, nil
			}
			known := map[int64]string{}

			for _, id := range ids {
				if w.count("SELECT count(*) FROM deliveries d JOIN post_versions v ON v.id = d.version_id "+
					"WHERE d.id = $1 AND v.text LIKE '%攻府%'", id) > 0 {
					known[id] = "攻府"
				}
			}

			return known, context.DeadlineExceeded
		}
	})
	open := func() int {
		return w.count(`SELECT count(*) FROM todos WHERE code = 'engine.check'
			AND permission = 'account.manage' AND resolved_at IS NULL`)
	}

	w.untilState(w.planNow("今日空气质量良", "环保北京"), delivery.Sent)
	w.until("it is told", func() bool { return open() == 1 })
	held := w.planNow("市攻府通告", "环保北京")
	w.untilState(held, delivery.Held)
	w.wantHeld(held.ID, w.only(held))

	fails.Store(false)
	w.untilState(w.planNow("明日空气质量优", "环保北京"), delivery.Sent)
	w.until("it is over", func() bool { return open() == 0 })
}

// TestACheckThatFailsAtTheDesksHoldsNothingAndIsTold: a version is submitted and approved at its last step
// while the lists cannot be read, and both times it is kept with the version what was not looked at; a job
// that looks once more holds nothing, fails and is tried again, and holds what it can once the lists are
// back.
func TestACheckThatFailsAtTheDesksHoldsNothingAndIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	of := w.lists()
	w.forbid(of, 1, "攻府")
	w.s = of.checked
	missing := func(p post.Post) int {
		return w.count(`SELECT count(*) FROM version_findings
			WHERE version_id = $1 AND rule = 'unchecked' AND level = 'hint'`, p.VersionID)
	}

	w.exec("ALTER TABLE lexicon_entries RENAME TO lost_entries")
	due := w.now().Add(far)
	p, version := w.submit("市攻府通告", &due, "环保北京")
	if n := missing(p); n != 1 {
		t.Errorf("%d parts are told as missing at the submission", n)
	}
	w.exec("ALTER TABLE rule_levels RENAME TO lost_levels")
	w.approve(p, version, delivery.DueChoice{})
	if row := w.only(p); row.State != delivery.Waiting || row.Reason != delivery.WasApproved {
		t.Errorf("approved, it is %+v", row)
	}
	if n := missing(p); n != 2 {
		t.Errorf("%d parts are told as missing after the approval", n)
	}
	w.exec("ALTER TABLE lost_levels RENAME TO rule_levels")

	if err := of.recheck.Recheck(t.Context(), "/1/"); err == nil {
		t.Error("a job that could not look says that it is done")
	}
	if row := w.only(p); row.State != delivery.Waiting {
		t.Errorf("after a look that failed it is %+v", row)
	}
	w.exec("ALTER TABLE lost_entries RENAME TO lexicon_entries")
	w.must(of.recheck.Recheck(t.Context(), "/1/"))
	w.wantHeld(p.ID, w.only(p))
}

// TestTwoPeopleLetAHeldTextGo: an exception releases what its word holds, in its text alone, and stays with
// the version; one that is only asked for releases nothing, and neither does a list that was changed back.
func TestTwoPeopleLetAHeldTextGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	of := w.lists()
	list := w.forbid(of, 1, "攻府")
	w.engine(func(o *dispatch.Options) { o.Blocks = of.recheck.Blocked })
	ctx := t.Context()

	quoted, other := w.planNow("讲解“攻府”为何是错字", "环保北京"), w.planNow("市攻府通告", "环保北京")
	w.untilState(quoted, delivery.Held)
	w.untilState(other, delivery.Held)

	e, err := of.Except(ctx, w.writer, lexicon.Plea{
		ListID: list.ID, UnitID: 1, PostID: quoted.ID, Word: "攻府", Text: "讲解“攻府”为何是错字", Why: "正是讲这个错字",
	})
	w.must(err)
	w.must(of.recheck.ReleaseExcepted(ctx, "/1/", w.second.UserID))
	w.wantHeld(quoted.ID, w.only(quoted))

	if _, err := of.ConfirmException(ctx, w.writer, e.ID); err == nil {
		t.Error("the asker confirmed")
	}
	_, err = of.ConfirmException(ctx, w.second, e.ID)
	w.must(err)
	w.must(of.recheck.ReleaseExcepted(ctx, "/1/", w.second.UserID))
	w.untilState(quoted, delivery.Sent)
	w.wantHeld(other.ID, w.only(other))
	if n := w.count(
		`SELECT count(*) FROM version_findings WHERE version_id = (SELECT version_id FROM posts WHERE id = $1)
		AND level = 'block' AND found = '攻府' AND reason = '正是讲这个错字' AND reason_by = 1 AND agreed_by = 3`,
		quoted.ID,
	); n != 1 {
		t.Errorf("%d findings kept with the version", n)
	}

	cert, err := of.checked.Certificate(ctx, w.writer, w.only(quoted).ID)
	if err != nil || len(cert.Ignored) != 1 || cert.Ignored[0].Reason != "正是讲这个错字" ||
		cert.Ignored[0].AgreedBy == "" {
		t.Errorf("the certificate says %+v, %v", cert.Ignored, err)
	}

	_, err = of.Switch(ctx, access.System("test"), list.ID, lexicon.Off, "")
	w.must(err)
	w.must(of.recheck.ReleaseExcepted(ctx, "/1/", w.second.UserID))
	w.wantHeld(other.ID, w.only(other))
	w.wantCount("环保北京", 1)
}

// TestAChangedListHoldsWhatIsPlanned: long before its minute, with a to-do, in the list's units alone.
func TestAChangedListHoldsWhatIsPlanned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	of := w.lists()
	due := w.now().Add(far)
	planned := func(text string, handles ...string) (ids []row, post int64) {
		p, version := w.submit(text, &due, handles...)
		w.approve(p, version, delivery.DueChoice{})

		return w.rows(p), p.ID
	}
	_, both := planned("市攻府通告", "环保北京", "京环之声")
	_, right := planned("市政府通告", "京环之声")
	w.forbid(of, 2, "攻府")

	w.must(of.recheck.Recheck(t.Context(), "/1/2/"))
	states := func(post int64) (states string) {
		w.must(w.db.Pool().QueryRow(t.Context(), `
SELECT string_agg(state || ':' || reason, ' ' ORDER BY id) FROM deliveries WHERE post_id = $1`, post).Scan(&states))
		return states
	}
	if got := states(both); got != "waiting:approved held:wording" {
		t.Errorf("both: %s", got)
	}
	if got := states(right); got != "waiting:approved" {
		t.Errorf("right: %s", got)
	}
	if n := w.count(`SELECT count(*) FROM todos WHERE code = 'delivery.problem' AND resolved_at IS NULL
		AND args::text LIKE '%攻府%'`); n != 1 {
		t.Errorf("%d to-dos name the word", n)
	}
	w.must(of.recheck.Recheck(t.Context(), "/1/2/"))
	if n := w.count(`SELECT count(*) FROM delivery_events WHERE code = 'wording'`); n != 1 {
		t.Errorf("held %d times", n)
	}
}

// TestSamplesAreWhatPeopleWrite: what is submitted or waits first, then the past, and each wording once.
func TestSamplesAreWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	due := w.now().Add(far)
	w.submit("市局和中心", &due, "环保北京", "京环之声")
	past, _ := w.submit("早先的", &due, "环保北京")
	w.exec(
		`UPDATE deliveries SET state = 'cancelled', due_at = $2 WHERE post_id = $1`,
		past.ID,
		w.now().Add(-time.Hour),
	)
	sample := func(path string, since time.Time) (texts string) {
		w.must(check.Samples(w.db)(t.Context(), path, since, func(s lexicon.Sample) bool {
			texts += s.Text + map[bool]string{true: "+", false: "-"}[s.Waiting]
			return true
		}))

		return texts
	}

	for path, want := range map[string]string{"/1/": "市局和中心+早先的-", "/1/2/": "市局和中心+", "/1/3/": ""} {
		if got := sample(path, w.now().Add(-24*time.Hour)); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := sample("/1/", w.now()); got != "市局和中心+" {
		t.Errorf("of now: %q", got)
	}
}
