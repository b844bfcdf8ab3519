package post_test

import "testing"

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
