package plan

import (
	"strconv"
	"testing"

	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
)

// TestAFullFileIsImportedWholeOrNotAtAll: 5,000 rows are drafts of one transaction. Where the last of them
// cannot be written none is there, and the file can be tried again.
func TestAFullFileIsImportedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stage.BureauAccounts(t, w.db)

	rows := [][]any{heads}
	for i := range MaxSheetRows {
		rows = append(rows, []any{"环保北京；京环之声", "2026-12-01 09:00", "第 " + strconv.Itoa(i) + " 篇"})
	}
	file := File{Name: "一年.xlsx", Sheet: sheet(t, rows...)}

	w.refuseText("第 " + strconv.Itoa(MaxSheetRows-1) + " 篇")
	if _, err := w.s.Import(t.Context(), w.officer, file, false); err == nil || w.drafts() != 0 {
		t.Errorf("the last row fails: %v, %d drafts", err, w.drafts())
	}
	w.refuseText("")

	made, err := w.s.Import(t.Context(), w.officer, file, false)
	w.must(err)
	if made.Posts != MaxSheetRows || w.drafts() != MaxSheetRows {
		t.Errorf("%d told, %d made", made.Posts, w.drafts())
	}
	var transactions int
	w.must(w.db.Pool().QueryRow(t.Context(), "SELECT count(DISTINCT xmin::text) FROM all_posts").
		Scan(&transactions))
	if transactions != 1 {
		t.Errorf("%d transactions, want one", transactions)
	}

	_, err = w.s.Import(t.Context(), w.officer, file, false)
	if !fault.Is(err, fault.KindConflict) || w.drafts() != MaxSheetRows {
		t.Errorf("the same file twice: %v, %d drafts", err, w.drafts())
	}
}

// refuseText has the database fail at a post of a text, as a process does that dies there; none: at no post.
func (w *world) refuseText(text string) {
	w.Helper()

	for _, statement := range []string{
		"DROP TRIGGER IF EXISTS refused ON post_versions",
		`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE EXCEPTION 'the test refuses it'; END $$`,
		"CREATE TRIGGER refused BEFORE INSERT ON post_versions FOR EACH ROW WHEN (NEW.text = '" + text +
			"') EXECUTE FUNCTION refuse()",
	} {
		_, err := w.db.Pool().Exec(w.Context(), statement)
		w.must(err)
	}
}
