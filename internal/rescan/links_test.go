package rescan

import (
	"testing"
	"time"

	"juzhen/internal/link"
)

// lookAtAll does what a round asks for, as its jobs would; it tells how many looks there were.
func (w *world) lookAtAll() (n int) {
	w.Helper()
	w.must(w.s.PlanLinks(w.Context()))
	rows, err := w.db.Pool().Query(w.Context(), `
DELETE FROM river_job WHERE kind = 'rescan.link' RETURNING (args->>'address_id')::bigint`)
	w.must(err)

	var ids []int64

	for rows.Next() {
		var id int64
		w.must(rows.Scan(&id))
		ids = append(ids, id)
	}
	w.must(rows.Err())

	for _, id := range ids {
		w.must(w.s.LookAt(w.Context(), id))
	}

	return len(ids)
}

// wrong is what is wrong with links of an account: "dead" or its state, of each.
func (w *world) wrong(account int64) (states string) {
	w.Helper()
	by, err := Links(w.Context(), w.db, []int64{account}, w.now, 10)
	w.must(err)

	for _, one := range by[account] {
		if one.DeadAt != nil {
			states += "dead "
		} else {
			states += string(one.Link.State) + " "
		}
	}

	return states
}

// TestALinkIsDeadAfterTwoLooksADayApart, and open again with the first look that opens it.
func TestALinkIsDeadAfterTwoLooksADayApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shown(1, "详情见 https://gone.example/a")
	w.shown(1, "详情见 https://moved.example/a")
	old := w.shown(4, "从前的 https://old.example/a")
	w.exec("UPDATE platform_posts SET posted_at = $2 WHERE id = $1", old, w.now.AddDate(0, 0, -linkDays-1))
	w.round()
	w.states["https://gone.example/a"] = link.Dead
	w.states["https://moved.example/a"] = link.Elsewhere

	if n := w.lookAtAll(); n != 2 {
		t.Errorf("%d looks: what is older than %d days is left alone", n, linkDays)
	}
	if got := w.wrong(1); got != "elsewhere " {
		t.Errorf("after one look: %q", got)
	}
	w.now = w.now.Add(23 * time.Hour)
	if n := w.lookAtAll(); n != 0 {
		t.Errorf("%d looks within a day", n)
	}
	w.now = w.now.Add(time.Hour)
	if n := w.lookAtAll(); n != 1 || w.wrong(1) != "dead elsewhere " {
		t.Errorf("%d looks a day after, %q", n, w.wrong(1))
	}

	w.states["https://gone.example/a"] = link.Unclear
	w.now = w.now.AddDate(0, 0, 7)
	if n := w.lookAtAll(); n != 2 || w.wrong(1) != "dead elsewhere " {
		t.Errorf("%d looks a week after, %q: who learnt nothing changes nothing", n, w.wrong(1))
	}
	w.states["https://gone.example/a"] = link.Open
	w.now = w.now.AddDate(0, 0, 7)
	if w.lookAtAll(); w.wrong(1) != "elsewhere " {
		t.Errorf("mended, and still %q", w.wrong(1))
	}
}

// TestLinksOfWhatIsRemovedAreLeftAlone.
func TestLinksOfWhatIsRemovedAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.shown(1, "详情见 https://gone.example/a")
	w.round()
	w.states["https://gone.example/a"] = link.Dead
	w.lookAtAll()
	w.now = w.now.AddDate(0, 0, 1)
	w.lookAtAll()
	if w.wrong(1) != "dead " {
		t.Fatal(w.wrong(1))
	}
	w.exec("UPDATE platform_posts SET state = 'removed', state_at = $2 WHERE id = $1", id, w.now)
	w.now = w.now.AddDate(0, 0, 8)
	if n := w.lookAtAll(); n != 0 || w.wrong(1) != "" {
		t.Errorf("%d looks, %q", n, w.wrong(1))
	}
}

// TestWhatALookMakesOfAnAddress, by the state of before and what the look found.
func TestWhatALookMakesOfAnAddress(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	ago := func(hours int) *time.Time {
		at := now.Add(-time.Duration(hours) * time.Hour)
		return &at
	}

	for _, c := range []struct {
		name   string
		before looked
		found  link.State
		dead   bool
		again  time.Duration // until the next look
	}{
		{"opens", looked{}, link.Open, false, lookEvery},
		{"dead for the first time", looked{}, link.Dead, false, deadApart},
		{"dead again within a day", looked{firstDead: ago(20)}, link.Dead, false, 4 * time.Hour},
		{"dead again a day after", looked{firstDead: ago(24)}, link.Dead, true, lookEvery},
		{"dead still", looked{firstDead: ago(200), deadAt: ago(168)}, link.Dead, true, lookEvery},
		{"mended", looked{firstDead: ago(200), deadAt: ago(168)}, link.Open, false, lookEvery},
		{"leads elsewhere now", looked{firstDead: ago(24)}, link.Elsewhere, false, lookEvery},
		{"its certificate is wrong", looked{firstDead: ago(24)}, link.Certificate, false, lookEvery},
		{"nothing learnt", looked{firstDead: ago(200), deadAt: ago(168)}, link.Unclear, true, lookEvery},
	} {
		after := c.before.after(link.Link{State: c.found}, now)
		if (after.deadAt != nil) != c.dead || after.nextAt.Sub(now) != c.again {
			t.Errorf("%s: dead at %v, next in %v", c.name, after.deadAt, after.nextAt.Sub(now))
		}
	}

	first := looked{}.after(link.Link{State: link.Dead}, now)
	if open := first.after(link.Link{State: link.Open}, now); open.firstDead != nil {
		t.Error("a look that opens it begins the count anew")
	}
}

// TestALookMakesWayForSending: neither is one planned nor is one made that was planned before, and both are
// later on.
func TestALookMakesWayForSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.shown(1, "详情见 https://gone.example/a")
	w.round()
	w.states["https://gone.example/a"] = link.Elsewhere
	w.toSend = crowd

	if n := w.lookAtAll(); n != 0 {
		t.Errorf("%d looks are planned while much is to be sent", n)
	}
	w.must(w.s.LookAt(t.Context(), w.one("SELECT id FROM published_addresses")))
	if got := w.wrong(1); got != "" {
		t.Errorf("looked at while much is to be sent: %q", got)
	}
	w.toSend = crowd - 1
	if n := w.lookAtAll(); n != 1 || w.wrong(1) != "elsewhere " {
		t.Errorf("%d looks afterwards, %q", n, w.wrong(1))
	}
}
