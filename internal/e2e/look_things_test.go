package e2e

import "time"

// unlooked is an account whose interaction nobody has looked at.
func unlooked(s *side) vars {
	return running(s).with(vars{
		"today": local(0)[:len(time.DateOnly)], "soon": local(2 * 24 * time.Hour)[:len(time.DateOnly)],
	})
}

// lookedAt is an account with a checklist whose first answer is shown by a picture.
func lookedAt(s *side) vars {
	v := unlooked(s)
	check := s.g.id(`
		INSERT INTO interaction_checks (account_id, number, checked_on, next_on, by_user, at)
		VALUES ($1, 1, now()::date - 1, now()::date + 9, $2, now()) RETURNING id`, v["id"], s.boss.UserID)
	s.g.id(`
		INSERT INTO interaction_answers (check_id, question, given, media_id)
		VALUES ($1, 'comments', 'yes', $2)
		RETURNING check_id`, check, picture(s)["id"])

	return v.with(vars{"check": check, "question": "comments"})
}
