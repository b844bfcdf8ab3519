package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/org"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
)

// station is a unit below 宣传中心 (2); the account of the tests belongs to it.
const station = 4

// moveUnit moves the station below another unit, as a second person has let it happen.
func (w *world) moveUnit(parent int64) {
	w.Helper()
	w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
		_, err := org.MoveTx(w.Context(), tx, w.now(), org.Move{
			UnitID: station, ParentID: parent, Asker: w.admin, Actor: w.admin,
		}, delivery.UnitWatch())

		return err
	}))
}

// moveAccount gives the account to another unit.
func (w *world) moveAccount(unit int64) {
	w.Helper()
	id := w.ids["环保北京"]
	a, err := w.accounts.Find(w.Context(), w.admin, id)
	w.must(err)
	_, err = w.accounts.Update(w.Context(), w.admin, id, account.Draft{
		UnitID:      unit,
		Handle:      a.Handle,
		DisplayName: a.DisplayName,
		Seat:        a.Seat,
		Connector:   a.Connector,
		RemoteUID:   a.RemoteUID,
		LateLimit:   a.LateLimit,
		MinGap:      a.MinGap,
		AutoResend:  a.AutoResend,
	})
	w.must(err)
}

// pauseOf is the pause that holds a delivery; 0: none.
func (w *world) pauseOf(id int64) int64 {
	w.Helper()
	return int64(w.count("SELECT coalesce(pause_id, 0) FROM deliveries WHERE id = $1", id))
}

// TestMovesUnderAndOutOfPauses is the rule as a table: what a move brings under a pause is held by it,
// what it takes out of one is held on, by another pause that covers it or until a person decides.
func TestMovesUnderAndOutOfPauses(t *testing.T) {
	t.Parallel()

	for name, tc := range map[string]struct {
		paused  []int64 // units; -1: the account alone
		state   delivery.State
		reason  delivery.Reason
		by      int    // which of the pauses holds it in the end, from 1; 0: none
		todo    string // that a person is told
		account bool   // whether it is the same where the account goes to the other unit, and not its unit
	}{
		"no pause":      {nil, delivery.Waiting, delivery.WasApproved, 0, "", true},
		"the new place": {[]int64{3}, delivery.Held, delivery.WasPaused, 1, "", true},
		"the old place": {
			[]int64{2}, delivery.Held, delivery.PauseLeft, 0, "delivery.problem", true,
		},
		"both places":                  {[]int64{2, 3}, delivery.Held, delivery.WasPaused, 2, "", true},
		"above both":                   {[]int64{1}, delivery.Held, delivery.WasPaused, 1, "", true},
		"above both and the old place": {[]int64{2, 1}, delivery.Held, delivery.WasPaused, 2, "", true},
		"the unit itself": {
			[]int64{station}, delivery.Held, delivery.WasPaused, 1, "", false,
		},
		"the account itself":              {[]int64{-1}, delivery.Held, delivery.WasPaused, 1, "", true},
		"the account and the old place":   {[]int64{-1, 2}, delivery.Held, delivery.WasPaused, 1, "", true},
		"the old place, then the account": {[]int64{2, -1}, delivery.Held, delivery.WasPaused, 2, "", true},
	} {
		for how, move := range map[string]func(*world){
			"unit":    func(w *world) { w.moveUnit(3) },
			"account": func(w *world) { w.moveAccount(3) },
		} {
			if how == "account" && !tc.account {
				continue
			}
			t.Run(name+", moving the "+how, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.exec(`
					INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
						VALUES (4, 2, '站', 'centre', '/1/2/4/', now())`)
				id := w.account("环保北京", station, account.Commercial)
				post := w.plan("空气质量良。", time.Hour, "环保北京")
				pauses := []int64{0}

				for _, unit := range tc.paused {
					var account *int64
					if unit < 0 {
						unit, account = station, &id
					}
					paused, err := w.s.Pause(
						t.Context(),
						w.supervisor,
						pause.Stop{UnitID: unit, AccountID: account, Why: "重大活动"},
					)
					w.must(err)
					pauses = append(pauses, paused.ID)
				}

				move(w)
				row := w.only(post)
				if row.State != tc.state || row.Reason != tc.reason || w.pauseOf(row.ID) != pauses[tc.by] ||
					w.todos(row.ID) != tc.todo {
					t.Errorf(
						"%s %s, held by %d of %v, to-dos %q\n%s",
						row.State,
						row.Reason,
						w.pauseOf(row.ID),
						pauses,
						w.todos(row.ID),
						w.story(),
					)
				}

				w.engine()
				w.advance(61 * time.Minute)
				w.account("京环之声", 1, account.Commercial)
				if len(tc.paused) == 0 {
					w.untilState(post, delivery.Sent)
					return
				}
				w.exec("UPDATE pauses SET resumed_at = now(), resumed_by = 4 WHERE unit_id = 1")
				w.untilState(w.planNow("其他账号照常", "京环之声"), delivery.Sent)
				if got := w.only(post); got.State != tc.state || w.sandbox.Count("环保北京") != 0 {
					t.Errorf("at its time: %+v", got)
				}
			})
		}
	}
}

// TestAPauseThatWasLeftEndsWithoutWhatLeft: nobody of the old place has to decide what is no longer
// theirs, and a person of the new one can.
func TestAPauseThatWasLeftEndsWithoutWhatLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`
		INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
			VALUES (4, 2, '站', 'centre', '/1/2/4/', now())`)
	w.account("环保北京", station, account.Commercial)
	post := w.plan("空气质量良。", time.Hour, "环保北京")
	paused, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 2, Why: "重大活动"})
	w.must(err)
	w.moveUnit(3)

	old := access.Actor{
		UserID: 4,
		Grants: []access.Grant{{Role: access.Supervisor, UnitID: 2, Path: "/1/2/"}},
	}
	if _, err := w.s.Resume(t.Context(), old, paused.ID, nil); err != nil {
		t.Errorf("ending a pause that holds nothing: %v", err)
	}
	row := w.only(post)
	if row.State != delivery.Held {
		t.Fatalf("the end of a pause that was left released it: %+v", row)
	}

	due := w.now().Add(2 * time.Hour)
	here := access.Actor{
		UserID: 1,
		Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}},
	}
	_, err = w.s.Replan(t.Context(), here, row.ID, delivery.DueChoice{At: &due}, "单位已调整，照常发布")
	w.must(err)
	if d := w.only(post); d.State != delivery.Waiting || w.todos(d.ID) != "" {
		t.Errorf("planned again: %+v, to-dos %q", d, w.todos(d.ID))
	}
}

// TestMovedWhileItIsPrepared: what a process holds ready is taken from it, and what is past its mark
// keeps the wish.
func TestMovedWhileItIsPrepared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.Lead = time.Minute
	w.exec(`
		INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
			VALUES (4, 2, '站', 'centre', '/1/2/4/', now())`)
	w.account("环保北京", station, account.Commercial)
	paused, err := w.s.Pause(t.Context(), w.supervisor, pause.Stop{UnitID: 3, Why: "重大活动"})
	w.must(err)
	post := w.plan("空气质量良。", 20*time.Minute+30*time.Second, "环保北京")
	w.engine(func(options *dispatch.Options) { options.Delivery.Lead = time.Minute })
	w.advance(20 * time.Minute)
	w.untilState(post, delivery.Preparing)

	w.moveUnit(3)
	if row := w.only(post); row.State != delivery.Held || w.pauseOf(row.ID) != paused.ID {
		t.Fatalf("%+v\n%s", row, w.story())
	}
	w.exec(`
		UPDATE deliveries
			SET state = 'unknown', pause_id = NULL, attempts = 1, marked_at = now(),
			attempt_id = gen_random_uuid()`)
	w.moveUnit(1)
	w.moveUnit(3)
	if n := w.count(`
		SELECT count(*) FROM deliveries WHERE wish = 'hold' AND pause_id = $1`, paused.ID); n != 1 {
		t.Errorf("what is past its mark keeps no wish\n%s", w.story())
	}
	w.moveUnit(1)
	if n := w.count("SELECT count(*) FROM deliveries WHERE wish = 'hold' AND pause_id IS NULL"); n != 1 {
		t.Errorf("the wish is lost by a way out\n%s", w.story())
	}
}
