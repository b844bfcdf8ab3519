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
