package e2e

import "fmt"

// peers is a group of other bureaus' accounts of the side, with one account.
func peers(s *side) vars {
	group := s.g.id(`
		INSERT INTO peer_groups (unit_id, name, revision, made_by, made_at) VALUES ($1, $2, 3, $3, now())
		RETURNING id`, s.unit, fmt.Sprint(s.name, "同行", s.g.next()), s.author.UserID)

	return vars{
		"unit": s.unit,
		"id":   group,
		"peer": s.g.id(`
			INSERT INTO peers (group_id, uid, name, bureau, added_at) VALUES ($1, '5550001', $2, '外省', now())
			RETURNING id`, group, s.name+"同行号"),
	}
}

// unweighed is a unit of the side that has no weights of its own.
func unweighed(s *side) vars {
	s.g.id(`
		WITH gone AS (DELETE FROM score_weights WHERE unit_id = $1 RETURNING 1)
		SELECT count(*) FROM gone`, s.unit)

	return vars{"unit": s.unit}
}
