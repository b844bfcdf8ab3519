package source

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/outward"
	"juzhen/internal/pgtest"
	"juzhen/internal/template"
)

// still is an address that answers the same again and again.
type still struct{ body string }

// Get belongs to Fetcher.
func (s still) Get(context.Context, string, int64) (outward.Answer, error) {
	if s.body == "" {
		return outward.Answer{}, errors.New("no network at all")
	}

	return outward.Answer{Status: 200, Body: []byte(s.body)}, nil
}

// TestThePlannerAsksForWhatIsDueOnce: what is off or not due yet is left alone, and a source that waits for
// its pull already gets no second job.
func TestThePlannerAsksForWhatIsDueOnce(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	stage.Bureau(t, db, "系统管理员", "值班宣传专员")
	now := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	service := New(db, template.New(db, clock), still{`[{"d":"甲区","m":30}]`}, clock)

	if _, err := db.Pool().Exec(ctx, `
		INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (2, 'press_officer', 1, '2026-01-01');
		INSERT INTO sources (unit_id, name, kind, url, mapping, every, at, author_id, active, version,
		    next_at,
			created_at)
		SELECT 1, name, 'ranking', 'http://data.example/',
			'{"month":"=2026-10","ranks.district":"d","ranks.pm25":"m"}', 60, '00:10', 2, active, 1, due,
			    now()
		FROM (VALUES
			('到时', true, '2026-11-30 06:59+00'::timestamptz),
			('未到', true, '2026-11-30 07:01+00'),
			('停用', false, NULL)) AS s (name, active, due)`); err != nil {
		t.Fatal(err)
	}

	for range 3 {
		if err := (planner{s: service}).Work(ctx, &river.Job[PlanArgs]{}); err != nil {
			t.Fatal(err)
		}
	}
	var jobs, id int64
	if err := db.Pool().QueryRow(ctx, `
		SELECT count(*), min((args->>'source_id')::bigint) FROM river_job WHERE kind = 'source_pull'`).
		Scan(&jobs, &id); err != nil || jobs != 1 || id != 1 {
		t.Fatalf("%d jobs, of source %d: %v", jobs, id, err)
	}

	for range 2 {
		if err := (puller{s: service}).Work(
			ctx,
			&river.Job[PullArgs]{Args: PullArgs{SourceID: id}},
		); err != nil {
			t.Fatal(err)
		}
	}
	gone := PullArgs{SourceID: 99}
	if err := (puller{s: service}).Work(ctx, &river.Job[PullArgs]{Args: gone}); err != nil {
		t.Errorf("a source that is not there: %v", err)
	}
	var pulls, posts int
	if err := db.Pool().QueryRow(ctx, `
		SELECT (SELECT count(*) FROM source_pulls), (SELECT count(*) FROM posts)`).
		Scan(&pulls, &posts); err != nil || pulls != 1 || posts != 1 {
		t.Errorf("%d pulls, %d drafts: %v", pulls, posts, err)
	}
}

// TestAFailureOfOursIsToldWithoutItsCause: what people read says nothing of how it failed; the log has it.
func TestAFailureOfOursIsToldWithoutItsCause(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	stage.Bureau(t, db, "系统管理员", "值班宣传专员")
	now := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	service := New(db, template.New(db, clock), still{}, clock)
	admin := access.Actor{
		UserID: 1,
		Grants: []access.Grant{{
			Role:   access.Administrator,
			UnitID: 1,
			Path:   "/1/",
		}},
	}

	if _, err := db.Pool().Exec(ctx, `
		INSERT INTO sources (unit_id, name, kind, url, mapping, every, at, author_id, active, version,
		    created_at)
		VALUES (1, '来源', 'ranking', 'http://data.example/', '{}', 60, '00:10', 2, true, 1, now())`); err != nil {
		t.Fatal(err)
	}
	done, err := service.Pull(ctx, admin, 1)
	if err != nil || done.Result != Failed || len(done.Reasons) != 1 ||
		strings.Contains(done.Reasons[0].Text, "network") {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestAClaimKeepsOthersAway: for as long as a pull may take, and no longer.
func TestAClaimKeepsOthersAway(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	stage.Bureau(t, db, "系统管理员", "值班宣传专员")
	now := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	service := New(db, template.New(db, clock), still{}, clock)

	if _, err := db.Pool().Exec(ctx, `
		INSERT INTO sources (unit_id, name, kind, url, mapping, every, at, author_id, active, version,
		    created_at)
		VALUES (1, '来源', 'ranking', 'http://data.example/', '{}', 60, '00:10', 2, true, 1, now())`); err != nil {
		t.Fatal(err)
	}

	for _, step := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{0, false},
		{underWay - time.Second, false},
		{time.Second, true},
	} {
		now = now.Add(step.after)
		if _, ok, err := service.claim(ctx, 1, false); err != nil || ok != step.want {
			t.Errorf("at %s: %v, %v", now.Format("15:04:05"), ok, err)
		}
	}
	if _, ok, err := service.claim(ctx, 1, true); err != nil || ok {
		t.Errorf("one that is not due: %v, %v", ok, err)
	}
}
