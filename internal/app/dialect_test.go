package app

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"testing"
)

// numberedRooms may number what a statement takes: dispatch marks and records with few statements that are
// prepared and measured, the others make or measure databases for tests.
var numberedRooms = []string{"dispatch", "bench", "e2e", "localpg", "pgtest"}

// numberedFiles hold statements that are put together with the condition of what somebody sees, whose
// arguments are numbered on from their own (docs/decisions/0005). Nothing is added; a file whose last number
// went is taken out.
var numberedFiles = []string{
	"delivery/store_plan.go",
	"inspect/run_store.go",
	"inspect/store.go",
	"plan/store_copies.go",
	"plan/store_export.go",
	"plan/store_feed.go",
	"plan/store_free.go",
	"plan/store_grid.go",
	"plan/store_series.go",
	"plan/store_slots.go",
	"reach/past.go",
	"reach/search.go",
	"reach/store_block.go",
	"reach/store_fall.go",
	"reach/store_import.go",
	"reach/store_index.go",
	"reach/store_matrix.go",
	"reach/store_posts.go",
	"reach/store_sums.go",
	"reach/store_totals.go",
	"score/store.go",
}

// numbered finds $1, but not the "$1:$" of a span of cells.
var numbered = regexp.MustCompile(`\$[1-9]([^:]|:[^$]|$)`)

// TestSQLNamesWhatItTakes fails on a $1 in a text that is not in the lists above.
func TestSQLNamesWhatItTakes(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}

	for _, file := range sources(t) {
		if slices.Contains(numberedRooms, file.room) {
			continue
		}

		ast.Inspect(file.tree, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING || !numbered.MatchString(text.Value) {
				return true
			}
			if found[file.path] = true; !slices.Contains(numberedFiles, file.path) {
				t.Errorf("%s numbers what it takes: name it, with pgx.NamedArgs", file.at(text))
			}

			return true
		})
	}

	for _, name := range numberedFiles {
		if !found[name] {
			t.Errorf("%s numbers nothing any more: take it out of the list", name)
		}
	}
}
