package source_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"juzhen/internal/outward"
	"juzhen/internal/source"
)

// TestWhatIsChangedDuringAPullIsNotWritten: readings that were fetched by an older setting make no draft,
// and the newer setting is pulled by itself.
func TestWhatIsChangedDuringAPullIsNotWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, outward.Options{})
	saved := w.save(t, w.edit())

	w.serve.Store(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		edit := w.edit()
		edit.ID, edit.Version, edit.Name = saved.ID, 1, "改过的名称"
		if _, err := w.Save(t.Context(), w.admin, edit); err != nil {
			t.Errorf("save while it is pulled: %v", err)
		}
		_, _ = io.WriteString(rw, fmt.Sprintf(monthly, 30))
	}))
	done, err := w.Pull(t.Context(), w.admin, saved.ID)
	if err != nil || done.Result != source.Failed || !strings.Contains(done.Reasons[0].Text, "被改动") {
		t.Fatalf("%+v, %v", done, err)
	}
	if n := one[int](t, w, "SELECT count(*) FROM posts"); n != 0 {
		t.Errorf("%d drafts", n)
	}

	w.answer(fmt.Sprintf(monthly, 30))
	done, err = w.Pull(t.Context(), w.admin, saved.ID)
	if err != nil || done.Result != source.Drafted {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestOnlyTheLastPullsAreKept: two hundred of a source, and another's stay.
func TestOnlyTheLastPullsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, outward.Options{})
	saved := w.save(t, w.edit())
	other := w.edit()
	other.Name = "另一个来源"
	second := w.save(t, other)

	w.exec(t, fmt.Sprintf(`
		INSERT INTO source_pulls (source_id, at, result, took_ms, reasons)
		SELECT %d, '2026-11-01', 'same', 1, '[]' FROM generate_series(1, 250)`, saved.ID))
	w.exec(t, fmt.Sprintf(`
		INSERT INTO source_pulls (source_id, at, result, took_ms, reasons)
		VALUES (%d, '2026-11-01', 'same', 1, '[]')`, second.ID))
	if _, err := w.Pull(t.Context(), w.admin, saved.ID); err != nil {
		t.Fatal(err)
	}

	for id, want := range map[int64]int{
		saved.ID:  200,
		second.ID: 1,
	} {
		if n := one[int](t, w, "SELECT count(*) FROM source_pulls WHERE source_id = $1", id); n != want {
			t.Errorf("%d pulls of source %d are kept, want %d", n, id, want)
		}
	}

	_, pulls, err := w.Find(t.Context(), w.admin, saved.ID)
	if err != nil || len(pulls) != 50 || pulls[0].Result != source.Drafted {
		t.Errorf("%d pulls are shown: %v", len(pulls), err)
	}
}
