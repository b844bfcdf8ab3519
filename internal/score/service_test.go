package score_test

import (
	"math"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/index"
	"juzhen/internal/reach"
	"juzhen/internal/sandbox"
	"juzhen/internal/score"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

type world struct {
	*stage.Stage
	s       *score.Service
	boss    access.Actor
	officer access.Actor
	account int64 // 朝阳区's
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Stage: stage.New(t, now, sandbox.Options{})}
	accounts := account.New(w.DB, w.Box, w.Client, account.Options{Now: w.Now})
	reading := reach.New(w.DB, w.Client, accounts, reach.Options{Now: w.Now})
	w.s = score.New(w.DB, reading, inbox.New(w.DB, inbox.Options{Now: w.Now}), w.Now)
	w.Unit("环保局", "", "district")
	w.Unit("朝阳区", "环保局", "district")
	w.boss = w.User("主管", access.Supervisor, "环保局")
	w.officer = w.User("区宣传专员", access.PressOfficer, "朝阳区")
	w.account = stage.One[int64](w.Stage, `
INSERT INTO accounts (unit_id, platform, handle, display_name, seat, state, connector, late_limit, min_gap,
    auto_resend, position, created_at)
VALUES ($1, 'weibo', '朝阳', '朝阳', 'district', 'live', 'manual', '30 min', '0', false, 1, now())
RETURNING id`, w.Units["朝阳区"].UnitID)

	return w
}

func (w *world) period() reach.Period {
	w.Helper()
	period, err := reach.ParsePeriod("", "2026-11-10", "2026-11-10", w.Now())
	if err != nil {
		w.Fatal(err)
	}

	return period
}

func (w *world) of() score.Score {
	w.Helper()
	got, err := w.s.Of(w.Context(), w.boss, w.account, w.period())
	if err != nil {
		w.Fatal(err)
	}

	return got
}

func (w *world) value(want float64) score.Score {
	w.Helper()
	got := w.of()
	if !got.Known() || math.Abs(*got.House.Value-want) > 0.00005 {
		w.Errorf("the score is %+v, want %.4f", got.House, want)
	}

	return got
}

// matter is something that a citizen asked in the period: due by now or not, answered or not.
func (w *world) matter(state, kind, result string, due any, answered bool) {
	w.Helper()
	id := stage.One[int64](w.Stage, `
INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at, due_at,
    result, updated_at)
SELECT $1, 'c' || (SELECT count(*) FROM inbox_matters), 't', $2, $3, $4, '2026-11-10 02:00Z',
    '2026-11-10 02:00Z', $5::timestamptz, $6, now() RETURNING id`, w.account, state, kind, w.Units["朝阳区"].UnitID, due, result)
	if answered {
		w.Exec(
			`INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at,
				author, name, text, taken_at, keep_until)
			VALUES ($1::bigint, $2, 'hand', $1::bigint::text, 'hand', 'hand', '2026-11-10 05:00Z',
				'', '', '', now(), now())`,
			id,
			w.account,
		)
	}
}

// quiet is the quiet day of docs/indexes.md.
func (w *world) quiet() {
	w.Helper()
	w.Exec(
		`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
		state, state_at, reposts, comments, likes)
	SELECT $1, 'weibo', n::text, 'past', '2026-11-10 03:00Z', '微博', n = 1, 0, 'live', now(),
		CASE n WHEN 1 THEN 4 ELSE 0 END, CASE n WHEN 1 THEN 2 ELSE 0 END, CASE n WHEN 1 THEN 6 ELSE 0 END
	FROM generate_series(1, 3) n`,
		w.account,
	)
}

// TestAScoreIsWorkedOutFromPostsAndAnswers: the worked value of a quiet day, with the inbox and without.
func TestAScoreIsWorkedOutFromPostsAndAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	if got := w.of(); got.Known() || got.Inputs() != nil {
		t.Errorf("an account of which nothing is known: %+v", got)
	}
	w.quiet()
	if got := w.value(25.5362); got.House.Whole() {
		t.Error("whole without an inbox")
	}

	past, ahead := "2026-11-11 02:00Z", "2026-12-11 02:00Z"

	for range 3 {
		w.matter("answered", "ask", "", nil, true)
	}
	w.matter("closed", "complaint", "solved", nil, true)
	w.matter("assigned", "ask", "", past, false)
	w.matter("assigned", "ask", "", ahead, false)      // still within its time
	w.matter("referred", "ask", "", nil, false)        // its clock stands
	w.matter("closed", "ask", "unneeded", past, false) // needed none
	w.matter("answered", "praise", "", nil, true)      // asks nothing
	w.value(25.5362)                                   // nobody read the inbox from before
	w.Exec(`INSERT INTO inbox_watches (account_id, since, next_at, asked_at)
		VALUES ($1, '2026-11-10 12:00Z', now(), now())`, w.account)
	w.value(25.5362) // read from the middle of the period on
	w.Exec(`UPDATE inbox_watches SET since = '2026-11-09 16:00Z'`)

	got := w.value(44.5985)
	if !got.House.Whole() || got.Given.Asked == nil || *got.Given.Asked != 5 || got.Given.Answered != 4 {
		t.Errorf("%+v", got)
	}

	other := w.User("别处的宣传专员", access.PressOfficer, "环保局")
	if _, err := w.s.Of(t.Context(), other, w.account, w.period()); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("an officer of the bureau asks for the district's: %v", err)
	}
}

// TestTheNearestWeightsHold: the preset, then the bureau's, then the district's own, and back again; every
// revision stays.
func TestTheNearestWeightsHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.quiet()
	bureau, district := w.Units["环保局"].UnitID, w.Units["朝阳区"].UnitID
	set := func(actor access.Actor, unit int64, revision int, weights *index.Weights) error {
		_, err := w.s.Set(
			t.Context(),
			actor,
			score.Change{UnitID: unit, Revision: revision, Weights: weights},
		)

		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	must(set(w.boss, bureau, 0, &index.Weights{Publishing: 100}))
	if got := w.value(31.1602); got.Setting.UnitID != bureau || got.Setting.Revision != 1 {
		t.Errorf("%+v", got.Setting)
	}
	must(set(w.boss, district, 0, &index.Weights{Interaction: 100}))
	w.value(20.7156)
	must(set(w.boss, district, 1, nil))
	w.value(31.1602)
	must(set(w.boss, bureau, 1, &index.Weights{Approval: 100}))
	w.value(31.3018)

	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"an older revision":  {set(w.boss, bureau, 1, &index.Weights{Service: 100}), fault.KindConflict},
		"given up twice":     {set(w.boss, district, 2, nil), fault.KindConflict},
		"not a hundred":      {set(w.boss, bureau, 2, &index.Weights{Service: 99}), fault.KindInvalid},
		"below zero":         {set(w.boss, bureau, 2, &index.Weights{Service: 110, Approval: -10}), fault.KindInvalid},
		"by a press officer": {set(w.officer, district, 2, &index.Weights{Service: 100}), fault.KindForbidden},
		"of the unit above":  {set(w.officer, bureau, 2, &index.Weights{Service: 100}), fault.KindNotFound},
	} {
		if !fault.Is(c.err, c.kind) {
			t.Errorf("%s: %v", name, c.err)
		}
	}

	history, err := w.s.History(t.Context(), w.officer)
	if err != nil || len(history) != 4 || history[0].Revision != 2 || history[0].UnitID != bureau {
		t.Errorf("history: %+v, %v", history, err)
	}
	holding, err := w.s.Settings(t.Context(), w.officer)
	if err != nil || len(holding) != 2 || holding[1].UnitID != bureau {
		t.Errorf("in force: %+v, %v", holding, err)
	}
	if n := stage.One[int64](
		w.Stage,
		`SELECT count(*) FROM audit_entries WHERE action LIKE 'score.%'`,
	); n != 4 {
		t.Errorf("%d entries of the trail", n)
	}
}
