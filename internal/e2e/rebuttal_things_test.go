package e2e

import (
	"testing"
	"time"

	"juzhen/internal/e2e/world"
	"juzhen/internal/rumour"
)

// The things of the walk that belong to rebuttals: one in each state, written by the author of its side,
// whom no reader is.
var (
	rebutDraft     = rebuttalIn("draft", 0)
	rebutSigning   = rebuttalIn("signing", 0)
	rebutSigned    = rebuttalIn("signed", 1)
	rebutWithdrawn = rebuttalIn("withdrawn", 1)
)

func rebuttalIn(state string, signed int) func(*side) vars {
	return func(s *side) vars {
		id := s.g.id(`
			INSERT INTO rebuttals (unit_id, state, signed_version, asked_by, signed_by, signed_at,
				withdrawn_by, withdrawn_at, created_at, updated_at)
			VALUES ($1, $2, $3::int, CASE WHEN $2 = 'signing' THEN $4::bigint END,
				CASE WHEN $3::int > 0 THEN $4::bigint END, CASE WHEN $3::int > 0 THEN now() END,
				CASE WHEN $2 = 'withdrawn' THEN $4::bigint END, CASE WHEN $2 = 'withdrawn' THEN now() END,
				now(), now()) RETURNING id`, s.unit, state, signed, s.author.UserID)
		s.g.exec(`
			INSERT INTO rebuttal_versions (rebuttal_id, number, claim, truth, area, expert, evidence,
				keywords, valid_from, valid_until, by_user, at)
			VALUES ($1, 1, $2, '不是这样', '全市', '预报员', '[{"source":"会商单.pdf","note":""}]', '[["谣言词语"]]',
				now(), now() + interval '4 days', $3, now())`, id, s.name+"传言", s.author.UserID)

		if state == "signing" {
			s.g.exec("UPDATE rebuttals SET signing = $2 WHERE id = $1", id, s.round())
		}

		return vars{
			"id": id, "unit": s.unit,
			"from":  time.Now().Format("2006-01-02T15:04"),
			"until": time.Now().AddDate(0, 0, 3).Format("2006-01-02T15:04"),
			"since": time.Now().UTC().Format(time.RFC3339),
			"till":  time.Now().AddDate(0, 0, 3).UTC().Format(time.RFC3339),
		}
	}
}

// writtenRebuttal is a draft of the bureau.
func writtenRebuttal(t *testing.T, w *world.World) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	made, err := w.Rumours.Write(t.Context(), boss, w.Matrix.Root.ID, rumour.Words{
		Claim: "自来水明天停水三天", Truth: "没有停水安排。", Area: "全市", Expert: "值班工程师，供水调度单",
		Evidence: []rumour.Evidence{{Source: "供水调度单.pdf", Note: "12 月 1 日"}},
		Keywords: [][]string{{"停水", "三天"}}, From: time.Now(), Until: time.Now().AddDate(0, 0, 4),
	})
	if err != nil {
		t.Fatal(err)
	}

	return made.ID
}
