package plan

import (
	"errors"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// inReview is a series of three posts of the officer's that all wait for a reviewer.
func (w *world) inReview() Series {
	w.Helper()
	stage.BureauAccounts(w.T, w.db)
	made, err := w.s.MakeSeries(w.Context(), w.officer, w.ask("FREQ=DAILY;COUNT=3", PlaceDate+"空气质量"))
	w.must(err)

	var all []Chosen
	for _, one := range made.Posts {
		all = append(all, Chosen{one.PostID, 1})
	}

	done, err := w.s.SubmitSeries(w.Context(), w.officer, made.ID, all)
	w.must(err)

	for _, one := range done {
		if one.Refused != nil {
			w.Fatalf("submitted: %+v", one.Refused)
		}
	}

	return made
}

// shown is what a page shows the supervisor of those that are approved together.
func (w *world) shown(id int64) (list []Seen) {
	w.Helper()
	turn, err := w.s.SeriesTurn(w.Context(), w.supervisor, id)
	w.must(err)

	for _, one := range turn.Yours() {
		list = append(list, Seen{
			PostID: one.PostID, Version: one.Version.Number, Step: one.Run.Open().Number, Hash: one.Run.Hash,
			DueAt: *one.Post.DueAt,
		})
	}

	return list
}

func (w *world) phases(id int64) (told string) {
	w.Helper()
	found, err := w.s.FindSeries(w.Context(), w.officer, id)
	w.must(err)

	for _, one := range found.Posts {
		told += string(one.Phase) + " "
	}

	return told
}

// stoppedAt tells at which occurrence, and with which code, an approval stopped.
func stoppedAt(err error) (number int, code string) {
	var stopped *ErrSeriesStopped
	if errors.As(err, &stopped) {
		number = stopped.Post.Number
	}
	if err != nil {
		code = fault.Public(err).Code
	}

	return number, code
}

const threeSubmitted = "submitted submitted submitted "

// TestASeriesIsApprovedByOneAct: each post by the rule of its own review, with one entry that names the list.
func TestASeriesIsApprovedByOneAct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	series := w.inReview()

	list := w.shown(series.ID)
	if len(list) != 3 || w.phases(series.ID) != threeSubmitted {
		t.Fatalf("shown: %+v", list)
	}
	among, err := w.s.SeriesAmong(t.Context(), w.supervisor, []int64{list[0].PostID, list[2].PostID, 999})
	w.must(err)
	if len(among) != 1 || among[0].ID != series.ID || len(among[0].Posts) != 2 {
		t.Errorf("among what waits: %+v", among)
	}

	w.must(w.s.ApproveSeries(t.Context(), w.supervisor, series.ID, list, SeriesWord{Opinion: "同意"}))

	if got := w.phases(series.ID); got != "approved approved approved " {
		t.Errorf("after it: %s", got)
	}
	var planned, entries int
	var sum, why string
	w.must(
		w.db.Pool().
			QueryRow(t.Context(), "SELECT count(*) FROM deliveries WHERE state = $1", delivery.Waiting).
			Scan(&planned),
	)
	w.must(w.db.Pool().QueryRow(t.Context(), `
SELECT count(*), min(body->'detail'->>'sum'), min(body->>'why')
FROM (SELECT action, convert_from(body, 'UTF8')::jsonb AS body FROM audit_entries) e WHERE action = $1`, actSeriesApprove.Code).
		Scan(&entries, &sum, &why))
	if planned != 6 || entries != 1 || sum != SumOf(list) || why != "同意" {
		t.Errorf("%d deliveries, %d entries, sum %q of %q, %q", planned, entries, sum, SumOf(list), why)
	}

	err = w.s.ApproveSeries(t.Context(), w.supervisor, series.ID, list, SeriesWord{})
	if number, _ := stoppedAt(err); number != 1 {
		t.Errorf("once more: %v", err)
	}
}

// TestASeriesIsRefusedWholeWhereOneChanged: a time, a text, a withdrawal, a list that is not the reader's.
func TestASeriesIsRefusedWholeWhereOneChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	series := w.inReview()
	list := w.shown(series.ID)
	approve := func(who access.Actor, list []Seen) error {
		return w.s.ApproveSeries(t.Context(), who, series.ID, list, SeriesWord{})
	}
	change := func(at int, change func(*Seen)) []Seen {
		changed := append([]Seen{}, list...)
		change(&changed[at])

		return changed
	}

	for what, c := range map[string]struct {
		list   []Seen
		number int
		code   string
	}{
		"another hash":    {change(2, func(s *Seen) { s.Hash = make([]byte, 32) }), 3, "hash"},
		"another version": {change(1, func(s *Seen) { s.Version = 2 }), 2, "conflict"},
		"another step":    {change(1, func(s *Seen) { s.Step = 2 }), 2, "other_step"},
		"another time":    {change(2, func(s *Seen) { s.DueAt = s.DueAt.Add(time.Minute) }), 3, "due_changed"},
		"one twice":       {append(list, list[0]), 0, "stale"},
		"a foreign post":  {change(0, func(s *Seen) { s.PostID = 1 }), 0, "stale"},
		"an empty list":   {nil, 0, "stale"},
	} {
		number, code := stoppedAt(approve(w.supervisor, c.list))
		if number != c.number || c.code != code {
			t.Errorf("%s: stopped at %d, %q, want %d, %q", what, number, code, c.number, c.code)
		}
		if got := w.phases(series.ID); got != threeSubmitted {
			t.Errorf("%s: %s", what, got)
		}
	}

	for what, who := range map[string]access.Actor{"who wrote it": w.officer, "a district": w.district} {
		if err := approve(who, list); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}

	// The writer moves the second to a later time while the page is open; the first is decided before it.
	later := list[1].DueAt.Add(time.Hour)
	_, err := w.s.deliveries.Reschedule(
		t.Context(),
		w.officer,
		list[1].PostID,
		delivery.DueChoice{At: &later},
	)
	w.must(err)
	if number, code := stoppedAt(approve(w.supervisor, list)); number != 2 || code != "due_changed" ||
		w.phases(series.ID) != threeSubmitted {
		t.Errorf("moved: stopped at %d, %q: %s", number, code, w.phases(series.ID))
	}

	list = w.shown(series.ID)
	_, err = w.s.deliveries.Withdraw(t.Context(), w.officer, list[2].PostID, "不发了")
	w.must(err)
	if number, _ := stoppedAt(approve(w.supervisor, list)); number != 3 ||
		w.phases(series.ID) != "submitted submitted withdrawn " {
		t.Errorf("withdrawn: stopped at %d: %s", number, w.phases(series.ID))
	}
	if rest := w.shown(series.ID); len(rest) != 2 {
		t.Errorf("what is left to approve: %+v", rest)
	}
	w.must(approve(w.supervisor, w.shown(series.ID)))
}

// TestWhatIsNotApprovedWithTheOthersSaysWhy: a time that is over, what goes out at once.
func TestWhatIsNotApprovedWithTheOthersSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	series := w.inReview()
	list := w.shown(series.ID)
	w.now = list[0].DueAt

	_, err := w.db.Pool().Exec(t.Context(), "UPDATE posts SET due_now = true WHERE id = $1", list[1].PostID)
	w.must(err)
	turn, err := w.s.SeriesTurn(t.Context(), w.supervisor, series.ID)
	w.must(err)

	if yours := turn.Yours(); len(yours) != 1 || yours[0].PostID != list[2].PostID || !turn.Last() {
		t.Errorf("approved together: %+v", yours)
	}

	for _, one := range turn.Posts[:2] {
		if one.Why == nil || one.Post.Phase != post.Submitted {
			t.Errorf("occurrence %d: %+v", one.Number, one.Why)
		}
	}

	err = w.s.ApproveSeries(t.Context(), w.supervisor, series.ID, list, SeriesWord{})
	if number, _ := stoppedAt(err); number != 1 || w.phases(series.ID) != threeSubmitted {
		t.Errorf("with what is over: %v, %s", err, w.phases(series.ID))
	}
}

// TestItemsAreTickedOnceForAll: what a step wants ticked is wanted of the list, and kept with each decision.
func TestItemsAreTickedOnceForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	series := w.inReview()
	_, err := w.db.Pool().Exec(t.Context(), `UPDATE review_steps SET items = '["数据", "错字"]'`)
	w.must(err)

	list := w.shown(series.ID)
	turn, err := w.s.SeriesTurn(t.Context(), w.supervisor, series.ID)
	w.must(err)
	if items := turn.ToTick(); len(items) != 2 {
		t.Errorf("to tick: %v", items)
	}

	approve := func(ticked ...string) error {
		return w.s.ApproveSeries(t.Context(), w.supervisor, series.ID, list, SeriesWord{Ticked: ticked})
	}
	if err := approve("数据", "别的"); err == nil || fault.Public(err).Field != "ticked" ||
		w.phases(series.ID) != threeSubmitted {
		t.Errorf("one item not ticked: %v, %s", err, w.phases(series.ID))
	}
	w.must(approve("数据", "错字", "别的"))

	var kept int
	w.must(w.db.Pool().QueryRow(t.Context(),
		`SELECT count(*) FROM review_decisions WHERE ticked = '["数据", "错字"]'`).Scan(&kept))
	if kept != 3 {
		t.Errorf("%d decisions keep what was ticked, want 3", kept)
	}
}
