package post_test

import (
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// TestLinksAreLookedAtOnceTheyAreKept: what is saved and what is submitted leaves a job for each new address,
// in its own transaction; who may not save leaves none.
func TestLinksAreLookedAtOnceTheyAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	looks := func() int { return w.count("SELECT count(*) FROM river_job WHERE kind = 'link_look'") }

	content := w.content("详情见 https://a.beijing.gov.cn/1")
	content.Targets[1].Variant = words("另见 http://b.example/2")
	p := w.create(content)
	if n := looks(); n != 2 {
		t.Errorf("%d looks after the first save", n)
	}

	content.Text = "详情见 https://a.beijing.gov.cn/3"
	if _, err := w.Save(ctx, w.afar, p.ID, p.Revision, content); err == nil {
		t.Fatal("a stranger saved it")
	}
	if n := looks(); n != 2 {
		t.Errorf("%d looks after a save that was refused", n)
	}
	if _, err := w.Save(ctx, w.writer, p.ID, p.Revision, content); err != nil {
		t.Fatal(err)
	}
	if n := looks(); n != 3 {
		t.Errorf("%d looks after another address", n)
	}

	if _, err := w.db.Pool().Exec(ctx, `DELETE FROM river_job WHERE kind = 'link_look'`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.submit(p.ID, 0); err != nil {
		t.Fatal(err)
	}
	if n := looks(); n != 2 {
		t.Errorf("%d looks at the submission, of two addresses that nobody looked at", n)
	}
}

// TestWhoMayHaveLinksLookedAtAgain: whoever writes or reviews there, with an entry in the trail; nobody
// else, and nobody where there is nothing to look at.
func TestWhoMayHaveLinksLookedAtAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	trail := func() int { return w.count("SELECT count(*) FROM audit_entries WHERE action = 'post.look'") }
	p := w.create(w.content("详情见 https://a.beijing.gov.cn/1 和 http://b.example/2"))
	plain := w.create(w.content("没有链接"))
	auditor := access.Actor{
		UserID: w.second.UserID, Name: "审计员",
		Grants: []access.Grant{{Role: access.Auditor, UnitID: 1, Path: "/1/"}},
	}

	for name, c := range map[string]struct {
		actor access.Actor
		id    int64
		want  fault.Kind
	}{
		"of another unit": {w.afar, p.ID, fault.KindNotFound},
		"who reads alone": {auditor, p.ID, fault.KindForbidden},
		"without a link":  {w.writer, plain.ID, fault.KindConflict},
	} {
		if _, err := w.LookAgain(ctx, c.actor, c.id); !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if n := trail(); n != 0 {
		t.Errorf("%d entries for what was refused", n)
	}

	for _, actor := range []access.Actor{w.writer, w.reviewer} {
		if n, err := w.LookAgain(ctx, actor, p.ID); err != nil || n != 2 {
			t.Errorf("%s: %d links, %v", actor.Name, n, err)
		}
	}
	if _, err := w.db.Pool().Exec(ctx, `UPDATE links SET looked_at = $1`, w.now); err != nil {
		t.Fatal(err)
	}
	if _, err := w.LookAgain(ctx, w.writer, p.ID); !fault.Is(err, fault.KindTooMany) {
		t.Errorf("at once again: %v", err)
	}
	if n := trail(); n != 2 {
		t.Errorf("%d entries in the trail, want 2", n)
	}
}
