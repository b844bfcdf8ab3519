package post_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// TestTheLastInstantHasARange: it lies ahead, after the time of the post, and within a day of it.
func TestTheLastInstantHasARange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for name, c := range map[string]struct {
		due, until time.Duration // from now; due 0: as soon as approved
		wrong      bool
	}{
		"a minute after":                  {due: time.Hour, until: 61 * time.Minute},
		"a day after":                     {due: time.Hour, until: 25 * time.Hour},
		"more than a day after":           {due: time.Hour, until: 25*time.Hour + time.Microsecond, wrong: true},
		"at the time itself":              {due: time.Hour, until: time.Hour, wrong: true},
		"before the time":                 {due: time.Hour, until: time.Minute, wrong: true},
		"as soon as approved":             {until: time.Minute},
		"as soon as approved, in a month": {until: 30 * 24 * time.Hour},
		"as soon as approved, but over":   {until: -time.Second, wrong: true},
		"in another century":              {until: 80 * 365 * 24 * time.Hour, wrong: true},
	} {
		content := w.content("今日18时前有效：" + name)
		content.DueNow, content.NotAfter = c.due == 0, w.in(c.until)
		if c.due != 0 {
			content.DueAt = w.in(c.due)
		}
		_, _, err := w.submit(w.create(content).ID, 0)
		fields := fault.FieldErrors(err)
		if told := len(fields) == 1 &&
			fields[0].Field == "not_after"; told != c.wrong ||
			(err != nil) != c.wrong {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheLastInstantIsApproved: reviewers approve it with the version, and the next version has it too.
func TestTheLastInstantIsApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content("今日18时前有效")
	content.NotAfter = w.in(2 * time.Hour)
	p, version := w.mustSubmit(w.create(content).ID)
	if version.NotAfter == nil || !version.NotAfter.Equal(*content.NotAfter) {
		t.Fatalf("kept %v, want %v", version.NotAfter, content.NotAfter)
	}
	other, none := version, version
	later := version.NotAfter.Add(time.Microsecond)
	other.NotAfter, none.NotAfter = &later, nil

	for what, changed := range map[string]post.Version{"another": other, "none": none} {
		if bytes.Equal(post.ApprovalHash(changed, post.Basis{}), version.Hash) {
			t.Errorf("%s has the same hash", what)
		}
		if d := post.Diff(version, changed); d.Empty() || !d.UntilChanged || d.NewUntil != changed.NotAfter {
			t.Errorf("%s: the difference says %+v", what, d)
		}
	}

	var next post.Version
	w.must(w.tx(func(ctx context.Context, tx pg.Tx) (err error) {
		_, next, err = post.ReviseTx(ctx, access.NewAct(tx, w.now, w.writer), p.ID)
		return err
	}))
	if next.NotAfter == nil || !next.NotAfter.Equal(*content.NotAfter) {
		t.Errorf("the next version has %v", next.NotAfter)
	}
	content = post.ContentOf(p, next)
	content.NotAfter = nil
	p, _ = w.version(p.ID)
	if _, err := w.Save(t.Context(), w.writer, p.ID, p.Revision, content); err != nil {
		t.Fatal(err)
	}
	if _, next = w.version(p.ID); next.NotAfter != nil {
		t.Errorf("taken away, and still %v", next.NotAfter)
	}
}

// TestNoTimeBehindTheLastInstant: a post that is moved keeps its last instant, so it goes no further.
func TestNoTimeBehindTheLastInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content("今日18时前有效")
	content.NotAfter = w.in(2 * time.Hour)
	p := w.create(content)
	move := func(due *time.Time, now bool) error {
		return w.tx(func(ctx context.Context, tx pg.Tx) error {
			return post.SetDueTx(ctx, access.NewAct(tx, w.now, w.writer), p.ID, due, now)
		})
	}

	for name, c := range map[string]struct {
		due   *time.Time
		now   bool
		wrong bool
	}{
		"before it":           {due: w.in(119 * time.Minute)},
		"at it":               {due: w.in(2 * time.Hour), wrong: true},
		"behind it":           {due: w.in(3 * time.Hour), wrong: true},
		"as soon as approved": {now: true},
	} {
		err := move(c.due, c.now)
		fields := fault.FieldErrors(err)
		if told := len(fields) == 1 && fields[0].Field == "due"; told != c.wrong || (err != nil) != c.wrong {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestACopyTakesTheLastInstantAlong: as far behind the new time as behind the old one.
func TestACopyTakesTheLastInstantAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content("每日18时前有效")
	content.NotAfter = w.in(2 * time.Hour)
	first := w.create(content)

	made, err := w.Copy(t.Context(), w.writer, first.ID, "")
	w.must(err)
	if _, v := w.version(made.Post.ID); v.NotAfter != nil {
		t.Errorf("a copy without a time is not to go out after %v", v.NotAfter)
	}
	w.must(w.tx(func(ctx context.Context, tx pg.Tx) (err error) {
		made, err = post.CopyTx(ctx, access.NewAct(tx, w.now, w.writer), first.ID, *w.in(25 * time.Hour), nil)
		return err
	}))
	if _, v := w.version(made.Post.ID); v.NotAfter == nil || !v.NotAfter.Equal(*w.in(26 * time.Hour)) {
		t.Errorf("a copy a day later is not to go out after %v", v.NotAfter)
	}
}
