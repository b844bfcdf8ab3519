package e2e

import (
	"crypto/sha256"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/world"
	"juzhen/internal/report"
)

// The things of the walk that are reports on a unit alone: one that nobody signed, and one that the author of
// its side signed, whom no reader is.
var (
	reportDraft   = reportIn("draft")
	reportSigning = reportIn("signing")
)

func reportIn(state string) func(*side) vars {
	return func(s *side) vars {
		v := s.newAccount(s.unit, "live", "commercial")
		figures := `{"from":"2026-09-01","to":"2026-09-30","sections":[],"sources":[]}`
		hash := sha256.Sum256([]byte(figures))

		var signer any
		if state == "signing" {
			signer = s.author.UserID
		}
		id := s.g.id(`
			INSERT INTO reports (kind, unit_id, subtree, from_day, to_day, figures, hash, title, state,
				made_by, made_at, first_by, first_at, updated_at)
			VALUES ('league', $1, false, '2026-09-01', '2026-09-30', $2, $3, $4, $5, $6, now(), $7, now(),
				now()) RETURNING id`, s.unit, figures, hash[:], s.name+"报告", state, s.author.UserID, signer)
		s.g.id(`INSERT INTO report_versions (report_id, number, title, words, at)
			VALUES ($1, 1, $2, '{}', now()) RETURNING report_id`, id, s.name+"报告")

		return v.with(vars{"unit": s.unit, "id": id})
	}
}

// keptReport is a report of last week on the accounts of a unit.
func keptReport(t *testing.T, w *world.World, unitID int64) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	made, err := w.Reports.Make(t.Context(), boss, report.Ask{
		Kind: report.Inspection, UnitID: unitID,
		From: beijing.Date(time.Now().AddDate(0, 0, -6)), To: beijing.Date(time.Now()),
	})
	if err != nil {
		t.Fatal(err)
	}

	return made.ID
}
