package e2e

import (
	"cmp"
	"fmt"
)

// The things of the walk that belong to kept views: one of the unit, one of the reader's own, and one of
// somebody else's.
var (
	unitView = func(s *side) vars {
		n := s.g.next()

		return vars{"unit": s.unit, "n": n, "id": s.g.id(`
			INSERT INTO list_views (unit_id, user_id, list, name, filter, updated_at)
			VALUES ($1, $2, 'todo', $3, 'kind=review', now()) RETURNING id`,
			s.unit, s.author.UserID, fmt.Sprintf("%s视图%d", s.name, n))}
	}
	ownView   = func(s *side) vars { return s.personView(cmp.Or(s.g.who.user, s.author.UserID)) }
	otherView = func(s *side) vars { return s.personView(s.author.UserID) }
)

func (s *side) personView(user int64) vars {
	return vars{"id": s.g.id(`
		INSERT INTO list_views (user_id, list, name, filter, updated_at)
		VALUES ($1, 'todo', $2, 'kind=review', now()) RETURNING id`,
		user, fmt.Sprintf("%s的视图%d", s.name, s.g.next()))}
}
