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
	every := func(c account.Connector, under time.Duration) string {
		for _, s := range schedules[c] {
			if under <= s.under {
				return s.every.String()
			}
		}
		return "不读"
	}
	for _, s := range schedules[account.Commercial] {
		row := fmt.Sprintf("| %v | %v | %v |", s.under, s.every, every(account.Public, s.under))
		if !strings.Contains(string(raw), row) {
			t.Errorf("docs/reach.md lacks the row %s", row)
		}
	}
	if next := NextRead(account.Public, posted, posted.Add(40*day)); !next.IsZero() {
		t.Errorf("a post of forty days is read on the open interface at %v", next)
	}
}
