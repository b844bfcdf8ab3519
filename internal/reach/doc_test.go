package reach

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
)

// TestTheDocumentPrintsTheSchedule compares docs/reach.md with the table in the code, row by row.
func TestTheDocumentPrintsTheSchedule(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/reach.md")
	if err != nil {
		t.Fatal(err)
	}
	posted := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

	every := func(connector account.Connector, under time.Duration) string {
		for _, step := range schedules[connector] {
			if under <= step.under {
				return step.every.String()
			}
		}

		return "不读"
	}
	for _, step := range schedules[account.Commercial] {
		row := fmt.Sprintf("| %v | %v | %v |", step.under, step.every, every(account.Public, step.under))
		if !strings.Contains(string(raw), row) {
			t.Errorf("docs/reach.md lacks the row %s", row)
		}
	}
	if next := NextRead(account.Public, posted, posted.Add(40*day)); !next.IsZero() {
		t.Errorf("a post of forty days is read on the open interface at %v", next)
	}
}
