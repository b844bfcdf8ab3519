package post_test

import (
	"strconv"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

func TestACopySaysTheSameWithoutATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	picture := w.picture(8)
	content := w.content("今日空气质量良")
	content.Targets[1].Variant = words("中心自己的话")
	content.Media = []post.MediaChoice{{MediaID: picture.ID, Alt: "图"}}
	content.Urgent, content.Generated = true, post.Generated{Text: true}
	first := w.create(content)
	w.mustSubmit(first.ID)

	made, err := w.Copy(t.Context(), w.second, first.ID, "one")
	w.must(err)
	p, v := w.version(made.Post.ID)
	if p.Phase != post.Draft || p.DueAt != nil || p.DueNow || p.Urgent || p.AuthorID != w.second.UserID ||
		p.CopiedFrom == nil || *p.CopiedFrom != first.ID || made.Left != 0 {
		t.Errorf("the copy stands so: %+v", p)
	}
	_, want := w.version(first.ID)
	if v.Text != want.Text || len(v.Media) != 1 || v.Media[0].Alt != "图" || len(v.Targets) != 2 ||
		v.Targets[1].Variant == nil || *v.Targets[1].Variant != *want.Targets[1].Variant ||
		v.Generated != want.Generated {
		t.Errorf("the copy says: %+v", v)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'post.copy' AND subject_id = $1",
		strconv.FormatInt(p.ID, 10)); n != 1 {
		t.Errorf("%d entries in the trail, want one", n)
	}

	again, err := w.Copy(t.Context(), w.second, first.ID, "one")
	w.must(err)
	if !again.Again || again.Post.ID != made.Post.ID {
		t.Errorf("the same form made another: %+v", again)
	}
	other, err := w.Copy(t.Context(), w.second, first.ID, "two")
	w.must(err)
	if other.Post.ID == made.Post.ID {
		t.Error("another form made none")
	}
}

func TestACopyLeavesAccountsThatAreClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.create(w.content("今日空气质量良"))
	_, err := w.db.Pool().Exec(t.Context(), "UPDATE accounts SET state = 'closed' WHERE id = $1", centre)
	w.must(err)
	made, err := w.Copy(t.Context(), w.writer, first.ID, "")
	w.must(err)
	_, v := w.version(made.Post.ID)
	if made.Left != 1 || len(v.Targets) != 1 || v.Targets[0].AccountID != bureau {
		t.Errorf("%d left, goes to %+v", made.Left, v.Targets)
	}
}

func TestACopyNeedsTheRightToWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.create(w.content("今日空气质量良"))

	for name, c := range map[string]struct {
		who  access.Actor
		want fault.Kind
	}{
		"a reviewer":          {w.reviewer, fault.KindForbidden},
		"of another district": {w.afar, fault.KindNotFound},
	} {
		if _, err := w.Copy(t.Context(), c.who, first.ID, ""); !fault.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
