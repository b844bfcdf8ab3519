package dispatch_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/sandbox"
)

// crowdOf is how many posts fall due together here.
const crowdOf = 4

// between is a world whose first process stands still between marking a crowd ahead and knowing of it,
// for as long as a test wants.
type between struct {
	*world
	posts []post.Post
	first *dispatch.Engine
	open  func() // lets the process go on
}

// newBetween plans the crowd and waits until it is marked ahead. Then no call can be made before open.
func newBetween(t *testing.T) *between {
	t.Helper()
	b := &between{world: newWorld(t)}
	b.engineOf.AheadFrom = crowdOf
	marked, gate := make(chan struct{}), make(chan struct{})
	var once, opened sync.Once
	b.open = func() { opened.Do(func() { close(gate) }) }
	b.first = b.engine(func(options *dispatch.Options) {
		options.Watch = func(step dispatch.Step) {
			b.watch(step)
			if step.Name == "marked ahead" {
				once.Do(func() { close(marked) })
				<-gate
			}
		}
	})
	t.Cleanup(b.open)
	b.plan(1500 * time.Millisecond)

	select {
	case <-marked:
	case <-time.After(patience):
		b.Fatalf("nothing was marked ahead\n%s", b.story())
	}
	if n := b.count(`
		SELECT count(*) FROM deliveries WHERE state = 'sending' AND ahead_no > 0 AND marked_at = due_at`); n != crowdOf {
		b.Fatalf("%d are marked ahead, want %d\n%s", n, crowdOf, b.story())
	}

	return b
}

// plan writes one post for each account, all due at one instant.
func (b *between) plan(after time.Duration) {
	far := b.now().Add(far)
	for i := range crowdOf {
		handle := b.handle(i)
		b.must(b.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		b.account(handle, 1, account.Commercial)
		p, version := b.submit("今日空气质量良。", &far, handle)
		b.approve(p, version, delivery.DueChoice{})
		b.posts = append(b.posts, p)
	}

	all := make([]*post.Post, crowdOf)
	for i := range b.posts {
		all[i] = &b.posts[i]
	}
	b.dueIn(after, all...)
}

func (b *between) handle(i int) string { return fmt.Sprintf("示例%d", i) }

func (b *between) owner() (id string) {
	b.must(b.db.Pool().QueryRow(b.Context(), `
		SELECT owner::text FROM deliveries WHERE state = 'sending' LIMIT 1`).Scan(&id))
	return id
}

// settled waits until nothing is open and compares how often each account's post is out.
func (b *between) settled(want ...int) {
	b.Helper()
	b.until("all is settled", func() bool {
		return b.count(`
			SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'preparing', 'sending', 'unknown')`) == 0
	})

	for i, n := range want {
		b.wantCount(b.handle(i), n)
	}
	if n := b.count("SELECT count(*) FROM delivery_events WHERE to_state = 'unknown'"); n != 0 {
		b.Errorf("%d were called unknown\n%s", n, b.story())
	}
	if n := b.count("SELECT count(*) FROM account_turns WHERE delivery_id IS NOT NULL"); n != 0 {
		b.Errorf("%d turns are not free", n)
	}
}

// TestBetweenTheMarkAheadAndItsRelease does to a crowd, between the two steps, all that may be done to
// it. The process goes on afterwards.
func TestBetweenTheMarkAheadAndItsRelease(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		act  func(b *between)
		want []int
	}{
		"nothing": {func(b *between) {}, []int{1, 1, 1, 1}},
		"one is withdrawn": {func(b *between) {
			reach, err := b.s.Withdraw(b.Context(), b.writer, b.posts[0].ID, "有误")
			b.must(err)
			if reach.Done != 1 || reach.TooLate != 0 {
				b.Errorf("reach %+v", reach)
			}
			if row := b.only(b.posts[0]); row.State != delivery.Cancelled {
				b.Errorf("%+v", row)
			}
			if n := b.count(`
				SELECT count(*) FROM account_turns WHERE delivery_id IS NULL AND last_mark IS NULL
					AND mark_before IS NULL`); n != 1 {
				b.Errorf("%d turns are as before the mark, want 1", n)
			}
		}, []int{0, 1, 1, 1}},
		"one is cancelled": {func(b *between) {
			b.must(b.s.Cancel(b.Context(), b.writer, b.only(b.posts[1]).ID, "账号有误"))
		}, []int{1, 0, 1, 1}},
		"one is opened for a revision": {func(b *between) {
			_, err := b.s.Revise(b.Context(), b.writer, b.posts[2].ID)
			b.must(err)
			if row := b.only(b.posts[2]); row.State != delivery.Planned {
				b.Errorf("%+v", row)
			}
		}, []int{1, 1, 0, 1}},
		"one gets a later time": {func(b *between) {
			later := b.posts[3].DueAt.Add(2 * time.Second)
			reach, err := b.s.Reschedule(b.Context(), b.writer, b.posts[3].ID, delivery.DueChoice{At: &later})
			b.must(err)
			if reach.Done != 1 {
				b.Errorf("reach %+v", reach)
			}
		}, []int{1, 1, 1, 1}},
		"all are paused": {func(b *between) {
			paused, err := b.s.Pause(b.Context(), b.supervisor, pause.Stop{UnitID: 1, Why: "重大活动"})
			b.must(err)
			if paused.Held != crowdOf {
				b.Errorf("%d held", paused.Held)
			}
		}, []int{0, 0, 0, 0}},
		"an account is suspended, and goes on later": {func(b *between) {
			id := b.ids[b.handle(0)]
			_, err := b.accounts.SetState(b.Context(), b.admin, id, account.Suspended, "核实情况")
			b.must(err)
			if row := b.only(b.posts[0]); row.State != delivery.Held {
				b.Errorf("%+v", row)
			}
			_, err = b.accounts.SetState(b.Context(), b.admin, id, account.Live, "")
			b.must(err)
		}, []int{1, 1, 1, 1}},
		"an account is closed": {func(b *between) {
			_, err := b.accounts.SetState(b.Context(), b.admin, b.ids[b.handle(0)], account.Closed, "撤号")
			b.must(err)
			if row := b.only(b.posts[0]); row.State != delivery.Held {
				b.Errorf("%+v", row)
			}
		}, []int{0, 1, 1, 1}},
		"another process takes all for dead": {func(b *between) {
			owner := b.owner()
			b.must(b.db.InTx(b.Context(), func(tx pg.Tx) error {
				ids, err := delivery.RecallOfTx(b.Context(), tx, b.now().UTC(), []string{owner})
				if len(ids) != crowdOf {
					b.Errorf("%d taken back", len(ids))
				}

				return err
			}))
		}, []int{1, 1, 1, 1}},
		"a wish was kept, and then it is taken back": {func(b *between) {
			owner := b.owner()
			b.exec("UPDATE deliveries SET wish = 'cancel' WHERE post_id = $1", b.posts[0].ID)
			b.must(b.db.InTx(b.Context(), func(tx pg.Tx) error {
				_, err := delivery.RecallOfTx(b.Context(), tx, b.now().UTC(), []string{owner})
				return err
			}))
			if row := b.only(b.posts[0]); row.State != delivery.Cancelled {
				b.Errorf("%+v", row)
			}
		}, []int{0, 1, 1, 1}},
		"a restored database has forgotten the mark": {
			func(b *between) { b.exec("UPDATE releases SET marked = 0") },
			[]int{1, 1, 1, 1},
		},
		"an account rests": {func(b *between) {
			b.exec(`
				UPDATE account_turns SET rest_until = now() + interval '1500 milliseconds'
					WHERE account_id = $1`, b.ids[b.handle(0)])
		}, []int{1, 1, 1, 1}},
		"the interface rests": {func(b *between) {
			b.exec(`
				INSERT INTO shared_rests VALUES ('commercial', now() + interval '1500 milliseconds', 10022)`)
		}, []int{1, 1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBetween(t)
			c.act(b)
			b.open()
			b.settled(c.want...)
			if n := b.count(`SELECT count(*) FROM deliveries
					WHERE state = 'sent' AND sent_at < date_trunc('second', due_at)`); n != 0 {
				b.Errorf("%d went early", n)
			}
		})
	}
}

// TestWhatIsReleasedIsPastItsMark: a person who comes after the release is told so, and the outcome stands.
func TestWhatIsReleasedIsPastItsMark(t *testing.T) {
	t.Parallel()
	between := newBetween(t)
	between.sandbox.Fault(sandbox.Fault{
		Call:  sandbox.PostCalls,
		Kind:  sandbox.FaultDelay,
		Delay: 300 * time.Millisecond,
		Times: crowdOf,
	})
	between.open()
	between.until(
		"the release",
		func() bool { return between.count("SELECT count(*) FROM releases WHERE released > 0") == 1 },
	)
	reach, err := between.s.Withdraw(between.Context(), between.writer, between.posts[0].ID, "有误")
	between.must(err)
	if reach.TooLate != 1 {
		between.Errorf("reach %+v", reach)
	}
	between.settled(1, 1, 1, 1)
}

// TestAShutdownBetweenTheStepsLeavesAllToAnother stops the process in good order.
func TestAShutdownBetweenTheStepsLeavesAllToAnother(t *testing.T) {
	t.Parallel()
	between := newBetween(t)
	between.engine()
	stopped := make(chan error, 1)
	go func() { stopped <- between.first.Stop(between.Context()) }()
	between.until("the shutdown has begun", func() bool {
		health, err := between.first.Health(between.Context())
		return err == nil && health.Stopped == "shutdown"
	})
	between.open()
	between.must(<-stopped)
	between.settled(1, 1, 1, 1)
}

// TestSendingStoppedBetweenTheSteps: after a restore nothing that was marked ahead is released.
func TestSendingStoppedBetweenTheSteps(t *testing.T) {
	t.Parallel()
	between := newBetween(t)
	between.must(between.db.InTx(between.Context(), func(tx pg.Tx) error {
		return delivery.RestoredTx(between.Context(), tx, between.now().UTC().Add(2*time.Second), between.set)
	}))
	between.open()
	between.until("all are looked up", func() bool {
		return between.count("SELECT count(*) FROM deliveries WHERE state = 'unknown'") == crowdOf
	})

	for i := range crowdOf {
		between.wantCount(between.handle(i), 0)
	}
}

// TestActsRacingARelease lets withdrawals fall all around the instant of a crowd.
func TestActsRacingARelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engineOf.AheadFrom = 2
	w.engine()
	w.engine()
	posts, all := make([]post.Post, around), make([]*post.Post, around)
	far := w.now().Add(far)

	for i := range around {
		handle := fmt.Sprintf("示例%d", i)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		w.account(handle, 1, account.Commercial)
		p, version := w.submit("今日空气质量良。", &far, handle)
		w.approve(p, version, delivery.DueChoice{})
		posts[i], all[i] = p, &posts[i]
	}
	w.dueIn(1500*time.Millisecond, all...)
	due := *posts[0].DueAt
	reaches, errs := make([]delivery.Reach, around), make([]error, around)

	var crew sync.WaitGroup
	for i, p := range posts {
		crew.Go(func() {
			<-time.After(time.Until(due) + time.Duration(i-around*2/3)*10*time.Millisecond)
			reaches[i], errs[i] = w.s.Withdraw(t.Context(), w.writer, p.ID, "有误")
		})
	}
	crew.Wait()
	w.until("all are settled", func() bool {
		return w.count("SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'cancelled')") == 0
	})

	for i := range posts {
		n := w.sandbox.Count(fmt.Sprintf("示例%d", i))
		switch {
		case errs[i] == nil && reaches[i].Done == 1 && n != 0:
			t.Errorf("%d: withdrawn and out", i)
		case errs[i] == nil && reaches[i].TooLate == 1 && n != 1:
			t.Errorf("%d: told to be past its mark, %d posts", i, n)
		case errs[i] != nil && (!fault.Is(errs[i], fault.KindConflict) || n != 1):
			t.Errorf("%d: %v, %d posts", i, errs[i], n)
		}
	}
}
