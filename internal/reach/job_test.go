package reach

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/riverqueue/river"

	"juzhen/internal/account"
	"juzhen/internal/queue"
)

func TestTheQueueTakesOurJobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	workers := river.NewWorkers()
	if err := AddWorkers(workers, w.s); err != nil {
		t.Fatal(err)
	}
	if err := AddWorkers(workers, w.s); err == nil {
		t.Error("the same workers were taken twice")
	}
	_, err := queue.New(w.DB.Pool(), queue.Config{
		Workers:  workers,
		Periodic: Periodic(),
		Log:      slog.New(slog.DiscardHandler),
		Test:     true,
	})
	if err != nil {
		t.Errorf("queue: %v", err)
	}
}

func TestAnAccountIsReadByOneJobAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.connect("朝阳环保示例", "朝阳区", account.Public)

	for range 2 {
		if err := (planner{s: w.s}).Work(w.Context(), &river.Job[PlanArgs]{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := one[int](
		w,
		`SELECT count(*) FROM river_job WHERE kind = 'reach_read' AND queue = 'pull'`,
	); n != 2 {
		t.Errorf("%d jobs for two accounts", n)
	}
	if err := (readerWorker{s: w.s}).Work(
		w.Context(),
		&river.Job[ReadArgs]{Args: ReadArgs{AccountID: a.ID}},
	); err != nil {
		t.Error(err)
	}
	if err := (followersWorker{s: w.s}).Work(w.Context(), &river.Job[FollowersArgs]{}); err != nil {
		t.Error(err)
	}
	if err := (rollWorker{s: w.s}).Work(w.Context(), &river.Job[RollUpArgs]{}); err != nil {
		t.Error(err)
	}
	if n := one[int](w, `SELECT count(*) FROM account_days WHERE followers > 0`); n != 2 {
		t.Errorf("followers of %d accounts", n)
	}
}

func TestABackfillJobComesBackInTheNextWindow(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, 3000, Limits{CommercialHour: 2})
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	if err := w.s.StartBackfill(w.Context(), w.admin, a.ID); err != nil {
		t.Fatal(err)
	}
	if n := one[int](w, `SELECT count(*) FROM river_job WHERE kind = 'reach_backfill'`); n != 1 {
		t.Fatalf("%d jobs", n)
	}
	job := &river.Job[BackfillArgs]{Args: BackfillArgs{AccountID: a.ID}}
	err := (backfillWorker{s: w.s}).Work(w.Context(), job)
	var later *river.JobSnoozeError
	if !errors.As(err, &later) {
		t.Fatalf("the job ended with %v", err)
	}
	w.Advance(later.Duration)
	w.Exec(`DELETE FROM call_usage`)
	w.s.opt.Limits.CommercialHour = 100
	if err := (backfillWorker{s: w.s}).Work(
		w.Context(),
		job,
	); err != nil ||
		w.progress(a.ID).State != BackfillDone {
		t.Errorf("%v, %+v", err, w.progress(a.ID))
	}
}

// TestFollowersAreCountedWhenAnAccountGoesLive: nobody waits an hour for the first figure.
func TestFollowersAreCountedWhenAnAccountGoesLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.connect("朝阳环保示例", "朝阳区", account.Public)
	if _, err := w.accounts.Test(w.Context(), w.admin, a.ID); err != nil {
		t.Fatal(err)
	}
	if n := one[int](w, `SELECT count(*) FROM river_job WHERE kind = 'reach_followers'`); n != 0 {
		t.Errorf("%d jobs before it is live", n)
	}
	if _, err := w.accounts.SetState(w.Context(), w.admin, a.ID, account.Live, ""); err != nil {
		t.Fatal(err)
	}
	id := one[int64](w, `SELECT (args->>'account_id')::bigint FROM river_job WHERE kind = 'reach_followers'`)
	if id != a.ID {
		t.Errorf("the job is for account %d, want %d", id, a.ID)
	}
	if err := (followersWorker{s: w.s}).Work(
		w.Context(),
		&river.Job[FollowersArgs]{Args: FollowersArgs{AccountID: id}},
	); err != nil {
		t.Error(err)
	}
	if n := one[int](w, `SELECT count(*) FROM account_days WHERE followers > 0`); n != 1 {
		t.Errorf("followers of %d accounts, want that one's", n)
	}
}
