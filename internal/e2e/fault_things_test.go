package e2e

import (
	"time"

	"juzhen/internal/beijing"
)

// The things of the walk that belong to the register of faults: one in each state, put right by the author
// of its side, whom no reader is.
var (
	faulty         = faultIn("open", 1)
	faultAssigned  = faultIn("assigned", 2)
	faultCorrected = faultIn("corrected", 3)
	faultChecked   = faultIn("checked", 4)
	faultClosed    = faultIn("closed", 5)
)

func faultIn(state string, revision int) func(*side) vars {
	return func(s *side) vars {
		v := s.newAccount(s.unit, "live", "commercial")
		var corrector any
		if revision >= 3 {
			corrector = s.author.UserID
		}

		return v.with(vars{
			"unit": s.unit,
			"day":  beijing.Date(time.Now().AddDate(0, 0, 5)),
			"id": s.g.id(`
				INSERT INTO faults (account_id, unit_id, code, source, description, state, deadline,
					corrected_by, revision, opened_by, opened_at, updated_at)
				VALUES ($1, $2, 'wording', 'person', $3, $4, current_date + 5, $5, $6, $7, now(), now())
				RETURNING id`, v["account"], s.unit, s.name+"问题", state, corrector, revision, s.author.UserID),
		})
	}
}

// unentered is an account that fails by a rule, of which nothing stands in the book.
func unentered(s *side) vars {
	v := running(s)
	s.g.exec("UPDATE accounts SET created_at = now() - interval '40 days' WHERE id = $1", v["id"])

	return v
}
