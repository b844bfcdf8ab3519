package post_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// TestALabelledPictureMustBeDeclared: what a picture says of itself is said by the author too, and what the
// author says goes out, is counted, and is what was hashed.
func TestALabelledPictureMustBeDeclared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	picture := w.picture(8)
	if n := w.count(
		`WITH changed AS (UPDATE media SET label = '{"Label":"1"}' WHERE id = $1 RETURNING 1) SELECT count(*) FROM changed`,
		picture.ID,
	); n != 1 {
		t.Fatal("no picture")
	}
	content := w.content("今日空气质量良")
	content.Media = []post.MediaChoice{{MediaID: picture.ID, Alt: "云"}}
	own := "朝阳另说"
	content.Targets[1].Variant = &own
	p := w.create(content)

	_, _, err := w.submit(p.ID, 0)
	if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "generated" {
		t.Fatalf("undeclared: %v", err)
	}

	content.Generated = post.Generated{Text: true, Pictures: true}
	p, err = w.Save(t.Context(), w.writer, p.ID, p.Revision, content)
	w.must(err)
	if _, draft := w.version(p.ID); draft.Text != content.Text || draft.Generated != content.Generated {
		t.Errorf("the draft became %+v", draft)
	}
	_, version := w.mustSubmit(p.ID)
	const said = "\n内容由AI生成，图片由AI生成"
	if version.Text != content.Text+said || *version.Targets[1].Variant != own+said {
		t.Errorf("submitted as %q and %q", version.Text, *version.Targets[1].Variant)
	}
	payload, err := post.PayloadFor(version, version.Targets[0])
	w.must(err)
	if payload.Hash() != hex.EncodeToString(version.Targets[0].PayloadHash) {
		t.Error("what was hashed is not what goes out")
	}
}

func TestTheDeclarationCountsInTheLength(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content(strings.Repeat("字", 1998))
	p := w.create(content)
	if _, version := w.version(p.ID); len(w.Check(p, version)) != 0 {
		t.Fatal("a text of 1998 is refused")
	}
	content.Generated.Text = true
	p, err := w.Save(t.Context(), w.writer, p.ID, p.Revision, content)
	w.must(err)
	_, version := w.version(p.ID)
	if problems := w.Check(p, version); len(problems.At("text")) == 0 {
		t.Errorf("with the words it is too long, and nobody says so: %+v", problems)
	}
}
