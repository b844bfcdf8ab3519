package review_test

import (
	"context"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/review"
)

// begin opens the review of the centre's post by a chain, with people of the database beside the actors.
func (w world) begin(steps ...chain.Step) {
	w.t.Helper()
	_, err := w.db.Pool().Exec(w.t.Context(), `
INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (4, 'reviewer', 1, now()), (5, 'reviewer', 2, now())`)
	if err == nil {
		err = w.tx(func(ctx context.Context, tx pg.Tx) error {
			_, err := review.OpenTx(ctx, tx, noon, 1, 11, hash, chain.Version{Name: "流程", Steps: steps})
			return err
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) sweep(after time.Duration) {
	w.t.Helper()
	if err := review.New(w.db, func() time.Time { return noon.Add(after) }).Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) queue(actor access.Actor) (steps []string) {
	w.t.Helper()
	list, err := w.Pending(w.t.Context(), actor)
	if err != nil {
		w.t.Fatal(err)
	}

	for _, waiting := range list {
		steps = append(steps, waiting.Step)
	}

	return steps
}

func TestAnOpenStepIsSeenAndDecidedByWhomItNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	district := reviewer(6, "/1/3/") // a unit beside: sees nothing of the post but by the step
	w.begin(
		chain.Step{Name: "初审", Relation: chain.Section},
		chain.Step{Name: "会签", Relation: chain.Named, UnitID: 1},
	)
	names := func(actor access.Actor) (named bool) {
		if err := w.tx(func(ctx context.Context, tx pg.Tx) (err error) {
			named, err = review.NamesTx(ctx, tx, actor, 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}

		return named
	}
	if len(w.queue(w.b)) != 1 || len(w.queue(w.a)) != 0 || names(w.a) || !names(w.b) || names(district) {
		t.Error("the first step is the centre's own")
	}
	if _, err := w.decide(w.a, 2, hash, review.Approve, ""); fault.Public(err).Code != "not_named" {
		t.Errorf("the bureau at the centre's step: %v", err)
	}
	if _, err := w.decide(w.b, 2, hash, review.Approve, ""); err != nil {
		t.Fatal(err)
	}
	if len(w.queue(w.a)) != 1 || names(w.b) || !names(w.a) {
		t.Error("the second step is the bureau's")
	}
	if _, err := w.decide(district, 2, hash, review.Approve, ""); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a unit that no step names: %v", err)
	}
	run, err := w.decide(w.a, 2, hash, review.Approve, "")
	if err != nil || !run.Passed() {
		t.Errorf("%+v, %v", run.State, err)
	}
}

func TestAUnitBesideSeesTheVersionWhileItsStepIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	district := reviewer(3, "/1/3/")
	if _, err := w.db.Pool().Exec(t.Context(), `
INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (2, 'reviewer', 3, now());
UPDATE post_versions SET editors = '{1}', submitted_by = 1`); err != nil {
		t.Fatal(err)
	}
	w.begin(
		chain.Step{Name: "会签", Relation: chain.Named, UnitID: 3},
		chain.Step{Name: "终审", Relation: chain.Line},
	)
	st, ok, err := w.Standing(t.Context(), district, 1)
	if err != nil || !ok || st.Open != 1 || len(st.Who[0]) != 1 {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err := w.decide(district, 2, hash, review.Approve, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Standing(t.Context(), district, 1); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("after the step: %v", err)
	}
}

func TestAStepPastItsLimitGoesToAStandInElseUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.begin(
		chain.Step{Name: "初审", Relation: chain.Section, Limit: 60, Remind: 10},
		chain.Step{Name: "终审", Relation: chain.Line},
	)
	w.sweep(51 * time.Minute)
	w.sweep(52 * time.Minute)
	if got := w.waits("review.limit"); got != 1 {
		t.Errorf("%d reminders", got)
	}
	if len(w.queue(w.a)) != 0 {
		t.Error("it went up before its limit")
	}
	w.sweep(61 * time.Minute)
	if len(w.queue(w.a)) != 1 || len(w.queue(w.b)) != 1 || w.waits("review.raised") != 1 {
		t.Error("past its limit it is the bureau's too")
	}
	run, err := w.decide(w.a, 2, hash, review.Approve, "")
	if err != nil || run.Open().Number != 2 || run.Made[0].By != 4 {
		t.Fatalf("%+v, %v", run, err)
	}

	w = newWorld(t)
	w.begin(
		chain.Step{Name: "初审", Relation: chain.Section, Limit: 60},
		chain.Step{Name: "终审", Relation: chain.Line},
	)
	if _, err := w.db.Pool().Exec(t.Context(), `
INSERT INTO stand_ins (user_id, stand_in_id, from_at, until_at, set_by, set_at)
VALUES (5, 4, '2026-11-01Z', '2026-12-31Z', 5, now())`); err != nil {
		t.Fatal(err)
	}
	w.sweep(61 * time.Minute)
	if len(w.queue(w.a)) != 1 || w.waits("review.standin") != 1 || w.waits("review.raised") != 0 {
		t.Error("past its limit it is the stand-in's")
	}
	run, err = w.decide(w.a, 2, hash, review.Approve, "代审")
	if err != nil || run.Made[0].By != 4 || run.Made[0].For != 5 || run.Made[0].ForName != "用户5" {
		t.Fatalf("%+v, %v", run.Made, err)
	}
	if _, err := w.decide(w.a, 2, hash, review.Approve, ""); fault.Public(err).Code != "same_person" {
		t.Errorf("the stand-in at the next step: %v", err)
	}
}

func (w world) waits(code string) (n int) {
	w.t.Helper()
	if err := w.db.Pool().QueryRow(w.t.Context(), `
		SELECT count(*) FROM todos WHERE code = $1 AND resolved_at IS NULL`, code).Scan(&n); err != nil {
		w.t.Fatal(err)
	}

	return n
}

// TestAStepThatCannotBePassedOnKeepsNoOtherWaiting: the one that fails is told, the one behind it goes on.
func TestAStepThatCannotBePassedOnKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limited := chain.Step{Name: "初审", Relation: chain.Section, Limit: 60}
	w.begin(limited)

	if _, err := w.db.Pool().Exec(t.Context(), `
INSERT INTO posts (id, unit_id, author_id, phase, due_now, urgent, revision, created_at, updated_by,
    updated_at) OVERRIDING SYSTEM VALUE VALUES (2, 2, 1, 'submitted', false, false, 1, now(), 1, now());
INSERT INTO post_versions (id, post_id, number, state, text, visible, repost_of, editors, created_at,
    submitted_by, submitted_at) OVERRIDING SYSTEM VALUE
VALUES (21, 2, 1, 'submitted', '另一篇', 0, '', '{1}', now(), 1, now());
UPDATE posts SET version_id = 21 WHERE id = 2;
CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stuck'; END $$;
CREATE TRIGGER stuck BEFORE UPDATE ON review_steps FOR EACH ROW WHEN (OLD.run_id = 1) EXECUTE FUNCTION stuck()`,
	); err != nil {
		t.Fatal(err)
	}
	if err := w.tx(func(ctx context.Context, tx pg.Tx) error {
		_, err := review.OpenTx(ctx, tx, noon.Add(time.Minute), 2, 21, hash,
			chain.Version{Name: "流程", Steps: []chain.Step{limited}})
		return err
	}); err != nil {
		t.Fatal(err)
	}

	late := review.New(w.db, func() time.Time { return noon.Add(2 * time.Hour) })
	if err := late.Sweep(t.Context()); err == nil {
		t.Error("nothing was told of the step that failed")
	}
	var post int64
	if err := w.db.Pool().QueryRow(t.Context(), `
SELECT r.post_id FROM review_steps s JOIN review_runs r ON r.id = s.run_id WHERE s.late_at IS NOT NULL`).
		Scan(&post); err != nil || post != 2 {
		t.Errorf("past its limit is post %d, %v", post, err)
	}
}
