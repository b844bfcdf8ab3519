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

// keptRun is an inspection of long ago that was kept, with one result: of an account of the side.
func keptRun(s *side) vars {
	v := running(s)
	run := s.g.id(`
		INSERT INTO inspection_runs (cycle, day, at)
		VALUES ('week', date '2020-01-06' + 7 * $1::int, now()) RETURNING id`, s.g.next())
	s.g.id(`
		INSERT INTO inspection_results (run_id, place, account_id, handle, unit_name, rule, kind, bound,
		source, state,
			leads, days, because, because_en)
		SELECT $1, 1, id, handle, '某单位', 'silence', 'silence', 14, '某文', 'fail', true, 20, '{某因}', '{Why}'
		FROM accounts WHERE id = $2 RETURNING place`, run, v["id"])

	return vars{"id": run}
}
