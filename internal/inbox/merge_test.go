package inbox

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
)

// TestWhereAMatterMayBeMerged types out the pairs: of one citizen, where an answer is owed, not later.
func TestWhereAMatterMayBeMerged(t *testing.T) {
	t.Parallel()
	noon, later := at("2026-12-01 12:00"), at("2026-12-01 13:00")
	m := Matter{ID: 1, Citizen: "57", State: Open, DueAt: &later}

	for name, c := range map[string]struct {
		change func(m, into *Matter)
		want   string
	}{
		"of the same citizen, due first": {func(_, _ *Matter) {}, ""},
		"due at the same time":           {func(_, into *Matter) { into.DueAt = &later }, ""},
		"into itself":                    {func(_, into *Matter) { into.ID = 1 }, "同一位市民"},
		"of another citizen":             {func(_, into *Matter) { into.Citizen = "58" }, "同一位市民"},
		"of a citizen who was purged":    {func(m, into *Matter) { m.Citizen, into.Citizen = "", "" }, "同一位市民"},
		"into one that is closed":        {func(_, into *Matter) { into.State = Closed }, "已经办结"},
		"into one that is answered":      {func(_, into *Matter) { into.State, into.DueAt = Answered, nil }, "还在等待"},
		"into one that is due later":     {func(m, _ *Matter) { m.DueAt = &noon }, ""},
		"into one whose clock stands":    {func(_, into *Matter) { into.State, into.DueAt = Referred, nil }, "不能推迟"},
		"one that is answered into one that is answered": {
			func(m, into *Matter) { m.State, into.State, m.DueAt, into.DueAt = Answered, Answered, nil, nil }, "",
		},
	} {
		from, into := m, Matter{ID: 2, Citizen: "57", State: Assigned, DueAt: &noon}
		c.change(&from, &into)

		got := ""
		if bad := from.mergesInto(into); bad != nil {
			got = bad.Plain()
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}

	early := noon.Add(-time.Hour)
	if bad := (Matter{ID: 1, Citizen: "57", State: Open, DueAt: &early}).mergesInto(
		Matter{ID: 2, Citizen: "57", State: Open, DueAt: &noon}); bad == nil {
		t.Error("the clock was put off by merging")
	}
}

// TestTwoMattersOfOneCitizenBecomeOne: the later one is closed and says where, the other says what came to
// it, and its clock runs on; what the citizen writes under the first opens that again.
func TestTwoMattersOfOneCitizenBecomeOne(t *testing.T) {
	t.Parallel()
	w, first, _ := talk(t)
	w.Advance(time.Hour)
	second := w.post(main, "明天的空气质量预报")
	w.Weibo.Comment(second, "通州老张", "请问明天到底限行吗")
	w.Weibo.Comment(second, "海淀老李", "请问几点发布")
	w.poll()

	var m, stranger Matter

	for _, one := range w.list(w.officer, Query{Show: ShowAll}) {
		switch {
		case one.ID == first.ID:
		case one.Citizen == first.Citizen:
			m = one
		default:
			stranger = one
		}
	}

	alike, err := w.s.Alike(w.Context(), w.officer, m.ID)
	if w.must(
		err,
	); len(alike) != 1 || alike[0].ID != first.ID ||
		strings.Contains(alike[0].Text, "13800138000") {
		t.Errorf("alike: %+v", alike)
	}
	refused(w, w.officer, m, Move{Act: Merge, Into: stranger.ID})
	refused(w, w.officer, m, Move{Act: Merge, Into: 987654})
	refused(w, w.officer, first, Move{Act: Merge, Into: m.ID}) // it is due first

	done := w.do(w.officer, m, Move{Act: Merge, Into: first.ID, Note: "同一件事"})
	if done.State != Closed || done.Result != Merged || done.MergedInto == nil ||
		*done.MergedInto != first.ID ||
		done.DueAt != nil {
		t.Errorf("merged: %+v", done)
	}
	now, err := w.s.Find(w.Context(), w.officer, first.ID)
	if w.must(err); now.State != first.State || !now.DueAt.Equal(*first.DueAt) {
		t.Errorf("the other: %+v, due %v", now, now.DueAt)
	}
	here, err := w.s.MergedHere(w.Context(), w.officer, first.ID)
	if w.must(err); len(here) != 1 || here[0].ID != m.ID {
		t.Errorf("merged here: %+v", here)
	}

	for id, want := range map[int64]string{first.ID: "took " + m.named(), m.ID: "merge " + first.named() + "\n同一件事"} {
		steps, err := w.s.Steps(w.Context(), w.officer, id)
		if w.must(err); len(steps) == 0 || string(steps[0].Act)+" "+steps[0].Note != want {
			t.Errorf("history of %d: %+v", id, steps)
		}
	}
	if _, err := w.s.Do(
		w.Context(),
		w.officer,
		m.ID,
		Move{Act: Merge, Revision: done.Revision, Into: first.ID},
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("merged twice: %v", err)
	}

	w.Advance(time.Hour)
	w.Weibo.Comment(second, "通州老张", "还没有人回答我")
	w.poll()
	again, err := w.s.Find(w.Context(), w.officer, m.ID)
	if w.must(err); again.State != Reopened || again.DueAt == nil {
		t.Errorf("after the citizen wrote again: %+v", again)
	}
	done = w.do(w.officer, again, Move{Act: Close, Result: Unneeded, Note: "在私信里答了"})
	if done.DealtIn() != 0 {
		t.Errorf("it ended by itself, and is said to be dealt with in %d", done.DealtIn())
	}
	here, err = w.s.MergedHere(w.Context(), w.officer, first.ID)
	if w.must(err); len(here) != 0 {
		t.Errorf("it ended by itself: %+v", here)
	}
}
