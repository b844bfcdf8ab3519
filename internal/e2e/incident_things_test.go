package e2e

import (
	"context"
	"testing"
	"time"

	"juzhen/internal/e2e/world"
	"juzhen/internal/incident"
	"juzhen/internal/org"
	"juzhen/internal/signing"
)

// The things of the walk that belong to hot events: one in each state, of the author of its side, whom no
// reader is.
var (
	eventOpen    = eventIn("open", "none", 0)
	eventDraft   = eventIn("open", "draft", 0)
	eventSigning = eventIn("open", "signing", 0)
	eventClosing = eventIn("closing", "none", 0)
	eventClosed  = eventIn("closed", "none", 0)
)

func eventIn(state, stage string, signed int) func(*side) vars {
	return func(s *side) vars {
		version := 0
		if stage != "none" {
			version = 1
		}
		id := s.g.id(`
			INSERT INTO incidents (unit_id, state, title, grade, t0, owner_id, keywords, stage, version,
				signed_version, asked_by, opened_by, opened_at, end_asked_by, end_asked_at, ended_by,
				ended_at, updated_at)
			VALUES ($1, $2, $3, 'grave', now() - interval '1 hour', $4, '["异味"]', $5, $6, $7,
				CASE WHEN $5 = 'signing' THEN $4::bigint END, $4, now(),
				CASE WHEN $2 = 'closing' THEN $4::bigint END, CASE WHEN $2 = 'closing' THEN now() END,
				CASE WHEN $2 = 'closed' THEN $4::bigint END, CASE WHEN $2 = 'closed' THEN now() END, now())
			RETURNING id`, s.unit, state, s.name+"事件", s.author.UserID, stage, version, signed)
		if version > 0 {
			s.g.exec(`
				INSERT INTO incident_statements (incident_id, number, text, by_user, at)
				VALUES ($1, 1, '正在检测', $2, now())`, id, s.author.UserID)
		}

		if stage == "signing" {
			s.g.exec("UPDATE incidents SET signing = $2 WHERE id = $1", id, s.round())
		}

		return vars{
			"id": id, "unit": s.unit,
			"at":    local(-30 * time.Minute),
			"since": time.Now().Add(-30 * time.Minute).UTC().Format(time.RFC3339),
		}
	}
}

// round is a signature that whoever may review for the side's unit gives, but for the author of the side.
func (s *side) round() signing.Round {
	unit := org.Unit{ID: s.unit}
	err := s.g.DB.Pool().QueryRow(context.Background(), "SELECT name, path FROM units WHERE id = $1", s.unit).
		Scan(&unit.Name, &unit.Path)
	if err != nil {
		panic(err) // the unit is there
	}

	return signing.Single(unit, s.author.UserID)
}

// eventBesides is an open event beside a delivery of its side that waits.
func eventBesides(s *side) vars {
	v, waits := eventOpen(s), s.approve(s.account)
	v["delivery"], v["post"] = waits["delivery"], waits["post"]

	return v
}

// eventHolding is an open event that holds a delivery of its side.
func eventHolding(s *side) vars {
	v := eventBesides(s)
	s.g.exec(`UPDATE deliveries SET state = 'held', reason = 'held_for',
		reason_args = jsonb_build_object('for', '事件', 'cause', 'incident/' || $2::bigint) WHERE id = $1`,
		v["delivery"], v["id"])

	return v
}

// openedEvent is an event of the bureau.
func openedEvent(t *testing.T, w *world.World) int64 {
	t.Helper()
	boss, _ := w.Actor("zhuguan")
	made, err := w.Incidents.Open(t.Context(), boss, w.Matrix.Root.ID, incident.Facts{
		Title:    "自来水异味",
		Grade:    incident.Grave,
		T0:       time.Now().Add(-time.Hour),
		Keywords: []string{"异味"},
	}, "")
	if err != nil {
		t.Fatal(err)
	}

	return made.ID
}
