package post_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// inUnit gives the content of a post as it is stored, for another unit.
func (w *world) inUnit(id, unit int64) post.Content {
	w.t.Helper()
	p, version := w.version(id)
	content := post.ContentOf(p, version)
	content.UnitID = unit

	return content
}

// trail is the body and place of each entry of an action on a post.
func (w *world) trail(action string, id int64) map[string]map[string]any {
	w.t.Helper()
	rows, err := w.db.Pool().Query(w.t.Context(), `
		SELECT unit_path, body FROM audit_entries WHERE action = $1 AND subject_type = 'post'
			AND subject_id = $2`, action, fmt.Sprint(id))
	w.must(err)
	defer rows.Close()
	out := map[string]map[string]any{}

	for rows.Next() {
		var path string
		var body []byte
		w.must(rows.Scan(&path, &body))
		var entry struct{ Detail map[string]any }
		w.must(json.Unmarshal(body, &entry))
		out[path] = entry.Detail
	}
	w.must(rows.Err())

	return out
}

func TestADraftMovesToAnotherUnitWithAllItHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, shared := w.picture(8), w.picture(9)
	content := w.content("要换单位的稿")
	content.Targets = []post.TargetChoice{{AccountID: centre}, {AccountID: district, Variant: words("朝阳另说")}}
	content.Media = []post.MediaChoice{{MediaID: own.ID}, {MediaID: shared.ID}}
	p := w.create(content)
	other := w.content("另一份也有这张图")
	other.Media = []post.MediaChoice{{MediaID: shared.ID}}
	w.create(other)

	// An account that the new unit may not use is named, and nothing has changed.
	_, err := w.Save(t.Context(), w.writer, p.ID, p.Revision, w.inUnit(p.ID, 3))
	if failure := fault.Public(
		err,
	); failure.Field != "accounts" || !strings.Contains(failure.Plain(), "@京环之声") ||
		strings.Contains(failure.Plain(), "@朝阳") {
		t.Fatalf("got %v", err)
	}
	if got, _ := w.version(p.ID); got.UnitID != 1 || got.Revision != p.Revision {
		t.Fatalf("moved by a refused save: %+v", got)
	}

	next := w.inUnit(p.ID, 3)
	next.Targets = next.Targets[1:]
	if _, err := w.Save(t.Context(), w.second, p.ID, p.Revision+1, next); err == nil {
		t.Fatal("a form that is stale has moved the post")
	}
	moved, err := w.Save(t.Context(), w.second, p.ID, p.Revision, next)
	w.must(err)
	if moved.UnitID != 3 || moved.UnitName != "朝阳区" || moved.Revision != p.Revision+1 {
		t.Errorf("moved to %+v", moved)
	}
	if _, version := w.version(
		p.ID,
	); len(version.Targets) != 1 || version.Targets[0].TextOf(version) != "朝阳另说" ||
		len(version.Media) != 2 {
		t.Errorf("version %+v", version)
	}

	// The picture that is the draft's alone goes along; one that another post holds stays where it is.
	if a, b := w.count(
		"SELECT unit_id FROM media WHERE id = $1",
		own.ID,
	), w.count(
		"SELECT unit_id FROM media WHERE id = $1",
		shared.ID,
	); a != 3 ||
		b != 1 {
		t.Errorf("pictures lie in units %d and %d, want 3 and 1", a, b)
	}
	without := w.inUnit(p.ID, 3)
	without.Media = nil
	back, err := w.Save(t.Context(), w.afar, p.ID, moved.Revision, without)
	w.must(err)
	without.Media = []post.MediaChoice{{MediaID: own.ID}}
	if _, err = w.Save(t.Context(), w.afar, p.ID, back.Revision, without); err != nil {
		t.Errorf("the people of the new unit cannot put its picture back: %v", err)
	}

	// The trail says from where and to where, once: who reads that of the bureau reads that of the district.
	told := w.trail("post.move", p.ID)
	if d := told["/1/3/"]; len(told) != 1 || d["from"] != "市局" || d["to"] != "朝阳区" ||
		fmt.Sprint(d["media_ids"]) != fmt.Sprintf("[%d]", own.ID) {
		t.Errorf("the trail has %v", told)
	}
}

func TestAMoveIsToldToBothUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := w.content("旁边的单位")
	content.Targets = nil
	post, err := w.Create(t.Context(), w.writer, 2, content)
	w.must(err)
	conn, err := w.db.Pool().Acquire(t.Context())
	w.must(err)
	defer conn.Release()
	_, err = conn.Exec(t.Context(), "LISTEN juzhen_live")
	w.must(err)

	_, err = w.Save(t.Context(), w.writer, post.ID, post.Revision, w.inUnit(post.ID, 3))
	w.must(err)
	told := w.trail("post.move", post.ID)
	if len(told) != 2 || told["/1/2/"]["to"] != "朝阳区" || told["/1/3/"]["from"] != "宣传中心" {
		t.Errorf("units beside each other: the trail has %v, want an entry in each", told)
	}
	heard := map[string]bool{}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()

	for !heard[post.Ref()+" /1/2/"] || !heard[post.Ref()+" /1/3/"] {
		n, err := conn.Conn().WaitForNotification(ctx)
		if err != nil {
			t.Fatalf("lists heard %v: %v", heard, err)
		}

		for line := range strings.SplitSeq(n.Payload, "\n") {
			heard[line] = true
		}
	}
}

func TestAPostMovesOnlyWhereItsWriterMayWriteAndBeforeItWasSubmitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := post.Content{Text: "朝阳的稿", Targets: to(district), DueAt: w.in(time.Hour)}
	p, err := w.Create(t.Context(), w.writer, 3, content)
	w.must(err)

	// The bureau and a unit that is not there are one answer to who writes in the district only.
	var said []string

	for _, unit := range []int64{1, 2, 99} {
		_, err := w.Save(t.Context(), w.afar, p.ID, p.Revision, w.inUnit(p.ID, unit))
		failure := fault.Public(err)
		said = append(said, failure.Field+" "+failure.Plain())
	}
	if len(slices.Compact(said)) != 1 || !strings.HasPrefix(said[0], "unit ") {
		t.Errorf("answers differ: %v", said)
	}
	both := access.Actor{
		UserID: 4,
		Grants: append(slices.Clone(w.afar.Grants), access.Grant{
			Role: access.Reviewer, UnitID: 1, Path: "/1/",
		}),
	}
	if _, err := w.Save(
		t.Context(),
		both,
		p.ID,
		p.Revision,
		w.inUnit(p.ID, 1),
	); fault.Public(
		err,
	).Field != "unit" {
		t.Errorf("who only reviews for the bureau moved a post there: %v", err)
	}

	if got, _ := w.version(p.ID); !got.MayMove() {
		t.Error("a draft that nobody has seen cannot move")
	}
	submitted, _ := w.mustSubmit(p.ID)
	if submitted.MayMove() {
		t.Error("a post in review can move")
	}
	w.must(w.revise(p.ID))
	again, _ := w.version(p.ID)
	if again.MayMove() {
		t.Error("a draft that was submitted before can move")
	}
	if _, err := w.Save(
		t.Context(),
		w.writer,
		p.ID,
		again.Revision,
		w.inUnit(p.ID, 1),
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("moved after it was submitted: %v", err)
	}
	kept := w.inUnit(p.ID, 3)
	kept.Text = "改过"
	if _, err := w.Save(t.Context(), w.writer, p.ID, again.Revision, kept); err != nil {
		t.Errorf("a form that names the unit it has: %v", err)
	}
}
