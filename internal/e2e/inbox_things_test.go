package e2e

// The things of the walk that belong to the inbox: what a citizen said to an account of the side, in some
// states.
var (
	heard         = heardIn("open", 1)
	heardAssigned = heardIn("assigned", 2)
	heardReferred = heardIn("referred", 3)
	heardAnswered = heardIn("answered", 4)
	heardClosed   = heardIn("closed", 5)
)

// heardTwice is a matter and another of the same citizen, which is due first.
func heardTwice(s *side) vars {
	v := heard(s)
	other := heard(s)
	s.g.id(`UPDATE inbox_matters SET citizen = (SELECT citizen FROM inbox_matters WHERE id = $1),
		due_at = due_at - interval '1 hour' WHERE id = $2 RETURNING id`, v["id"], other["id"])

	return v.with(vars{"other": other["id"]})
}

func heardIn(state string, revision int) func(*side) vars {
	return func(s *side) vars {
		v := s.newAccount(s.unit, "live", "commercial")
		id := s.g.id(`
			INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
				waits_since, due_at, answered_at, revision, updated_at, closed_at)
			VALUES ($1::bigint, '57' || $1::bigint, '50' || $1::bigint, $2, 'ask', $3, now(), now(), now(),
				now() - interval '1 hour', CASE WHEN $2 IN ('answered', 'closed') THEN now() END, $4, now(),
				CASE WHEN $2 = 'closed' THEN now() END) RETURNING id`, v["account"], state, s.unit, revision)
		item := s.g.id(`
			INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at,
				author, name, text, taken_at, keep_until)
			VALUES ($1, $2::bigint, 'comment', '40' || $2::bigint, 'comment', 'commercial', now(), '57', '市民',
				$3, now(), now() + interval '180 days') RETURNING id`, id, v["account"], s.name+"市民的话")
		s.g.id(`UPDATE inbox_matters SET last_item_id = $2 WHERE id = $1 RETURNING id`, id, item)

		return v.with(vars{"unit": s.unit, "id": id})
	}
}

// unitTerms is a unit of the side that has set nothing yet of until when it answers.
func unitTerms(s *side) vars {
	s.g.id(`
		WITH gone AS (DELETE FROM inbox_terms WHERE unit_id = $1 RETURNING 1)
		SELECT count(*) FROM gone`, s.unit)

	return vars{"id": s.unit, "unit": s.unit}
}
