package e2e

import "fmt"

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

		return v.with(vars{"unit": s.unit, "id": id, "month": local(0)[:len("2006-01")]})
	}
}

// unitTerms is a unit of the side that has set nothing yet of until when it answers.
func unitTerms(s *side) vars {
	s.g.id(`
		WITH gone AS (DELETE FROM inbox_terms WHERE unit_id = $1 RETURNING 1)
		SELECT count(*) FROM gone`, s.unit)

	return vars{"id": s.unit, "unit": s.unit}
}

// assignRule is a rule of the side by which citizens' praise would be known, and nothing else.
func assignRule(s *side) vars {
	return vars{"unit": s.unit, "id": s.g.id(`
		INSERT INTO inbox_rules (unit_id, name, position, words, to_kind, revision, changed_by, changed_at)
		VALUES ($1, $2, 5, '{没有这样的话}', 'praise', 4, $3, now()) RETURNING id`,
		s.unit, s.name+"规则", s.author.UserID)}
}

// heardRule is a rule that fits one matter that waits, and no other, before all others of its unit.
func heardRule(s *side) vars {
	v := heard(s)
	rule := assignRule(s)
	word := fmt.Sprint("词", rule["id"], "号")
	s.g.id(
		"UPDATE inbox_rules SET words = ARRAY[$2], position = 1 WHERE id = $1 RETURNING id",
		rule["id"],
		word,
	)
	s.g.id("UPDATE inbox_items SET text = text || $2 WHERE matter_id = $1 RETURNING id", v["id"], word)

	return rule.with(vars{"matter": v["id"]})
}

// heardDoubt is a matter with an answer of which nobody knows whether it went out, and which somebody says
// did not.
func heardDoubt(s *side) vars {
	v := heard(s)
	return v.with(s.answered(v, "unknown", true))
}

// heardAnswer is the delivery of such an answer.
func heardAnswer(s *side) vars {
	v := heardDoubt(s)
	return v.with(vars{"id": v["delivery"]})
}

// heardHeld is a matter with an answer that is held.
func heardHeld(s *side) vars {
	v := heard(s)
	return v.with(s.answered(v, "held", false))
}

// answered gives a matter an answer whose delivery is in a state.
func (s *side) answered(v vars, state string, denied bool) vars {
	post := s.g.id(`
		INSERT INTO all_posts (kind, unit_id, author_id, phase, due_at, due_now, urgent, working_title,
			revision, created_at, updated_by, updated_at)
		VALUES ('reply', $1, $2, 'approved', now(), true, false, '', 1, now(), $2, now()) RETURNING id`,
		s.unit, s.author.UserID)
	version := s.g.id(`
		INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, reply_to,
			editors, created_at)
		VALUES ($1, 1, 'approved', $2, 0, '', '50/40', ARRAY[$3::bigint], now()) RETURNING id`,
		post, s.name+"的答复", s.author.UserID)
	s.g.id("UPDATE all_posts SET version_id = $2 WHERE id = $1 RETURNING id", post, version)
	s.g.id(`INSERT INTO version_targets (version_id, account_id, payload_hash) VALUES ($1, $2, '\x01')
		RETURNING version_id`, version, v["account"])
	delivery := s.g.id(`
		INSERT INTO all_deliveries (kind, post_id, version_id, account_id, platform, connector, state, plan,
			urgent, due_at, not_after, approved, payload_hash, mark_key, reason,
			marked_at, created_at, updated_at)
		VALUES ('reply', $1::bigint, $2, $3, 'weibo', 'commercial', $4, 1, false, now(), now() + interval '1 day', true,
			'\x01', decode(md5(($1::bigint)::text), 'hex'), 'look_person', now(), now(), now()) RETURNING id`,
		post, version, v["account"], state)
	answer := s.g.id(`
		INSERT INTO inbox_answers (matter_id, post_id, delivery_id, saw_item_id, state, written_by,
			written_at, denied_by, denied_at)
		VALUES ($1, $2, $3, 1, 'open', $4,
			now(), CASE WHEN $5 THEN $4::bigint END, CASE WHEN $5 THEN now() END)
		RETURNING id`, v["id"], post, delivery, s.author.UserID, denied)

	return vars{"answer": answer, "reply": answer, "delivery": delivery}
}
