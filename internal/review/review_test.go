package review_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/review"
)

var (
	noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	hash = []byte("0123456789abcdef0123456789abcdef")
)

// world is one post of the centre, written by user 1, changed by user 2, submitted by user 3, and two
// reviewers beside.
type world struct {
	*review.Service
	t    *testing.T
	db   *pg.DB
	a, b access.Actor
}

func newWorld(t *testing.T) world {
	t.Helper()
	db := pgtest.New(t)
	stage.Bureau(t, db, "用户1", "用户2", "用户3", "用户4", "用户5")
	_, err := db.Pool().Exec(t.Context(), `
INSERT INTO posts (id, unit_id, author_id, phase, due_at, due_now, urgent, revision, created_at, updated_by,
    updated_at) OVERRIDING SYSTEM VALUE
 VALUES (1, 2, 1, 'submitted', '2026-11-23 06:00Z', false, true, 2, now(), 3, now());
INSERT INTO post_versions (id, post_id, number, state, text, visible, repost_of, editors, created_at,
    submitted_by, submitted_at) OVERRIDING SYSTEM VALUE VALUES
 (10, 1, 1, 'void', '旧文', 0, '', '{1}', now(), 1, now()),
     (11, 1, 2, 'submitted', E'今日空气质量良\n详见图', 0, '', '{1,2}', now(), 3, now());
UPDATE posts SET version_id = 11;`)
	if err != nil {
		t.Fatal(err)
	}

	return world{
		review.New(db, func() time.Time { return noon }),
		t,
		db,
		reviewer(4, "/1/"),
		reviewer(5, "/1/2/"),
	}
}

func reviewer(id int64, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: access.Reviewer, Path: path}}}
}

func (w world) tx(fn func(ctx context.Context, tx pg.Tx) error) error {
	return w.db.InTx(w.t.Context(), func(tx pg.Tx) error { return fn(w.t.Context(), tx) })
}

func (w world) open() {
	w.t.Helper()
	err := w.tx(func(ctx context.Context, tx pg.Tx) error {
		r, err := review.OpenTx(ctx, tx, noon, 1, 11, hash, chain.Version{Name: "一审", Steps: chain.Single()})
		if err == nil &&
			(r.State != review.Pending || r.VersionNumber != 2 || string(r.Hash) != string(hash)) {
			w.t.Errorf("opened %+v", r)
		}

		return err
	})
	if err != nil {
		w.t.Fatalf("open: %v", err)
	}
}

func (w world) decide(
	actor access.Actor,
	number int,
	h []byte,
	decision review.Decision,
	opinion string,
) (r review.Run, err error) {
	err = w.tx(func(ctx context.Context, tx pg.Tx) error {
		r, err = review.DecideTx(ctx, access.NewAct(tx, noon.Add(time.Minute), actor), 1, review.Word{
			Version: number, Hash: h, Decision: decision, Opinion: opinion,
		})

		return err
	})

	return r, err
}

func (w world) todos() (n int) {
	w.t.Helper()
	if err := w.db.Pool().QueryRow(w.t.Context(), `
		SELECT count(*) FROM todos WHERE key = 'review/1' AND resolved_at IS NULL`).Scan(&n); err != nil {
		w.t.Fatal(err)
	}

	return n
}

func TestAReviewIsDecidedOnceAndKeepsWhoAndWhy(t *testing.T) {
	t.Parallel()

	for decision, want := range map[review.Decision]review.State{
		review.Approve: review.Approved,
		review.Return:  review.Returned,
	} {
		w := newWorld(t)
		w.open()
		if w.todos() != 1 {
			t.Error("nobody was told")
		}
		r, err := w.decide(w.a, 2, hash, decision, " 数据已核对 ")
		if err != nil || r.State != want || len(r.Made) != 1 || r.Made[0].By != 4 ||
			r.Made[0].ByName != "用户4" ||
			r.Made[0].Opinion != "数据已核对" ||
			!r.Made[0].At.Equal(noon.Add(time.Minute)) ||
			r.Passed() != (decision == review.Approve) {
			t.Errorf("%s: %+v, %v", decision, r, err)
		}
		if w.todos() != 0 {
			t.Error("the to-do is still open")
		}
		list, err := w.OfPost(t.Context(), w.b, 1)
		if err != nil || len(list) != 1 || list[0].State != want || *list[0].DecidedBy != 4 {
			t.Errorf("%s: %+v, %v", decision, list, err)
		}
	}
}

func TestOfTwoReviewersTheSecondLearnsWhoWasFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	var wg sync.WaitGroup
	errs := make([]error, 2)

	for i, c := range []struct {
		a access.Actor
		d review.Decision
	}{{w.a, review.Approve}, {w.b, review.Return}} {
		wg.Go(func() { _, errs[i] = w.decide(c.a, 2, hash, c.d, "意见") })
	}
	wg.Wait()
	first, second := "用户4", errs[1]
	if errs[0] != nil {
		first, second = "用户5", errs[0]
	}
	if errs[0] != nil && errs[1] != nil {
		t.Fatalf("nobody decided: %v, %v", errs[0], errs[1])
	}
	failure := fault.Public(second)
	if failure.Kind != fault.KindConflict || failure.Code != "decided" ||
		!strings.Contains(failure.Plain(), first) ||
		!strings.Contains(failure.Plain(), "11月23日 12:01") {
		t.Errorf("the second got %v", second)
	}
}

func TestNobodyDecidesOnTheirOwnWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()

	for id, name := range map[int64]string{1: "author", 2: "editor", 3: "submitter"} {
		for _, decision := range []review.Decision{review.Approve, review.Return} {
			if _, err := w.decide(
				reviewer(id, "/1/"),
				2,
				hash,
				decision,
				"好",
			); !fault.Is(
				err,
				fault.KindForbidden,
			) {
				t.Errorf("%s %s: %v", name, decision, err)
			}
		}
	}
	list, err := w.Pending(t.Context(), reviewer(2, "/1/"))
	if err != nil || len(list) != 1 || !list[0].Own {
		t.Errorf("own work in the queue: %+v, %v", list, err)
	}
}

func TestADecisionMustBeAboutWhatIsUnderReview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()

	officer := access.Actor{UserID: 6, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}
	for name, c := range map[string]struct {
		a       access.Actor
		number  int
		h       []byte
		d       review.Decision
		opinion string
		kind    fault.Kind
	}{
		"old version":        {w.a, 1, hash, review.Approve, "", fault.KindConflict},
		"no such version":    {w.a, 9, hash, review.Approve, "", fault.KindConflict},
		"another text":       {w.a, 2, []byte("other"), review.Approve, "", fault.KindConflict},
		"return in silence":  {w.a, 2, hash, review.Return, " ", fault.KindInvalid},
		"unknown decision":   {w.a, 2, hash, "maybe", "", fault.KindInvalid},
		"opinion too long":   {w.a, 2, hash, review.Return, strings.Repeat("长", 501), fault.KindInvalid},
		"not a reviewer":     {officer, 2, hash, review.Approve, "", fault.KindForbidden},
		"reviewer elsewhere": {reviewer(5, "/1/3/"), 2, hash, review.Approve, "", fault.KindNotFound},
	} {
		if _, err := w.decide(c.a, c.number, c.h, c.d, c.opinion); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.todos() != 1 {
		t.Error("a refused decision resolved the to-do")
	}
}

func TestAVersionThatIsChangedIsNoLongerReviewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	void := func() error {
		return w.tx(func(ctx context.Context, tx pg.Tx) error { return review.VoidTx(ctx, tx, noon, 1, 1) })
	}
	if err := void(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.decide(w.a, 2, hash, review.Approve, ""); fault.Public(err).Code != "overtaken" {
		t.Errorf("got %v", err)
	}
	if list, _ := w.Pending(t.Context(), w.a); len(list) != 0 || w.todos() != 0 {
		t.Errorf("still waiting: %+v", list)
	}
	if err := void(); err != nil {
		t.Errorf("nothing open: %v", err)
	}
}

func TestTheQueueShowsWhatTheReviewerMayDecide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	list, err := w.Pending(t.Context(), w.b)
	if err != nil || len(list) != 1 {
		t.Fatalf("got %+v, %v", list, err)
	}
	if waiting := list[0]; waiting.UnitName != "宣传中心" || waiting.SubmittedName != "用户3" ||
		!strings.HasPrefix(waiting.Text, "今日") ||
		!waiting.Urgent ||
		waiting.Own ||
		waiting.DueAt == nil ||
		waiting.VersionNumber != 2 {
		t.Errorf("got %+v", waiting)
	}

	for _, actor := range []access.Actor{
		reviewer(6, "/1/3/"),
		{UserID: 6, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}},
	} {
		if list, err := w.Pending(t.Context(), actor); err != nil || len(list) != 0 {
			t.Errorf("got %+v, %v", list, err)
		}
	}
	if _, err := w.OfPost(t.Context(), reviewer(6, "/1/3/"), 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("reviews of another unit: %v", err)
	}
	if _, err := w.OfPost(t.Context(), w.a, 99); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("reviews of nothing: %v", err)
	}

	for _, state := range []review.State{review.Pending, review.Approved, review.Returned, review.Void} {
		if state.Label() == "" {
			t.Errorf("%s has no name", state)
		}
	}
}
