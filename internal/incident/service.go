package incident

import (
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Service is the use cases of hot events. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
}

// New makes the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, clock: now} }

// At is the service with another clock: it writes as if it were then.
func (s *Service) At(clock func() time.Time) *Service { return &Service{db: s.db, clock: clock} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

const (
	pageSize     = 200
	mostVersions = 100
	mostSteps    = 500
	mostHeld     = 200 // deliveries that one act holds or releases
	mostPosts    = 100 // that are linked
	mostSwept    = 500 // open events that one look goes through
)

// Query asks for events. The zero value is all that the actor sees, the last changed first.
type Query struct {
	UnitPath string // of this unit and all below
	State    State
	Words    string // that stand in the title
	After    string
	Limit    int // 200 when 0, and at most
}

const maxQuery = 100

// List gives the events of the actor's units, and those of units above, which concern them too.
func (s *Service) List(
	ctx context.Context, actor access.Actor, query Query,
) (_ pg.Page[Incident], err error) {
	defer fault.Step(&err, "incident.List")

	query.Words = strings.TrimSpace(query.Words)
	if len(query.Words) > 4*maxQuery {
		return pg.Page[Incident]{}, fault.Invalid("q", "至多 {.max} 字", "max", maxQuery)
	}

	return listIncidents(ctx, s.db.Gorm(ctx), actor, query)
}

// Step is what was done with an event.
type Step struct {
	Act    Act // "": it was opened
	Note   string
	Detail map[string]string // what changed, from what to what
	By     string
	At     time.Time
}

// Whole is an event with all versions of what is said and what was done, the last first. Whoever reads it
// from below sees what was signed, no drafts and no steps.
type Whole struct {
	Incident
	Statements []Statement
	Steps      []Step
}

// Find reads one event. Fails with fault.NotFound where the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (out Whole, err error) {
	defer fault.Step(&err, "incident.Find %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if out.Incident, err = findIncident(ctx, tx, actor, id); err != nil {
			return err
		}
		if !actor.CanAt(access.PostView, out.UnitPath) {
			if out.InForce != nil {
				out.Statements = []Statement{*out.InForce}
			}

			return nil
		}
		if out.Statements, err = statementsOf(ctx, tx, id); err != nil {
			return err
		}
		out.Steps, err = stepsOf(ctx, tx, id)

		return err
	})

	return out, err
}

// Open begins an event of a unit. source is what it was opened from, as whoever opens it says; "": by hand.
// Fails with fault.NotFound and fault.Forbidden at the unit, with fault.Fields.
func (s *Service) Open(
	ctx context.Context, actor access.Actor, unitID int64, facts Facts, source string,
) (out Incident, err error) {
	defer fault.Step(&err, "incident.Open")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.PostView, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.IncidentManage, unit.Path); err != nil {
			return err
		}
		if wrong := text("source", source, MaxReason, ""); wrong != nil {
			return wrong
		}
		if facts, err = s.checked(ctx, tx, unit.Path, facts, Facts{OwnerID: actor.UserID}); err != nil {
			return err
		}
		id, err := insertIncident(ctx, tx, unitID, facts, source, actor.UserID, s.now())
		if err != nil {
			return err
		}
		if err := setVoices(ctx, tx, id, facts); err != nil {
			return err
		}
		if out, err = findIncident(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := insertStep(ctx, tx, id, "", source, out.opened(), actor.UserID, s.now()); err != nil {
			return err
		}
		if err := s.answeredTx(ctx, tx, unit.Path, actor.UserID); err != nil {
			return err
		}
		if err := s.wait(ctx, tx, out, actor.UserID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actOpen, out, source)
	})

	return out, err
}

// checked cleans the facts and asks whether accounts are of the unit, and whether a new owner may be one.
// What is as it was before is not asked again.
func (s *Service) checked(
	ctx context.Context, tx pg.Tx, unitPath string, facts, before Facts,
) (Facts, error) {
	facts, err := facts.clean(before.T0, s.now())
	if err != nil {
		return facts, err
	}
	var wrong fault.Fields

	if facts.OwnerID == 0 {
		facts.OwnerID = before.OwnerID
	}
	if facts.OwnerID != before.OwnerID {
		people, err := identity.AbleTx(ctx, tx, s.now(), access.IncidentManage, unitPath)
		if err != nil {
			return facts, err
		}
		if !slices.ContainsFunc(people, func(h identity.Holder) bool { return h.UserID == facts.OwnerID }) {
			wrong.Add(fault.Invalid("owner", "负责人须有这个单位处置热点事件的权限"))
		}
	}
	strange, err := outside(ctx, tx, unitPath, facts)
	if err != nil {
		return facts, err
	}
	if strange {
		wrong.Add(fault.Invalid("account", "只能选这个单位和下属单位的账号"))
	}

	return facts, wrong.Err()
}

// Owners are the people who may answer for an event of a unit.
func (s *Service) Owners(ctx context.Context, unitPath string) (out []identity.Holder, err error) {
	defer fault.Step(&err, "incident.Owners %s", unitPath)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		out, err = identity.AbleTx(ctx, tx, s.now(), access.IncidentManage, unitPath)
		return err
	})

	return out, err
}

// Do does an act with an event. Fails with fault.NotFound, as Incident.May does, with fault.Fields, with
// fault.Conflict when somebody else was faster.
func (s *Service) Do(
	ctx context.Context, actor access.Actor, id int64, move Move,
) (out Incident, err error) {
	defer fault.Step(&err, "incident.Do %d %s", id, move.Act)

	err = s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		before, err := findIncident(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := before.May(actor, move.Act); err != nil {
			return err
		}
		move, err := move.clean(before, s.now())
		if err != nil {
			return err
		}
		detail, err := s.change(ctx, tx, actor, before, move)
		if err != nil {
			return err
		}
		// Who returns its words for a step alone reads it no more.
		if out, err = findIncident(ctx, tx, access.System("incident"), id); err != nil {
			return err
		}
		note := strings.TrimSpace(move.Reason + "\n" + noted(move))
		if err := insertStep(ctx, tx, id, move.Act, note, detail, actor.UserID, s.now()); err != nil {
			return err
		}
		if err := s.wait(ctx, tx, out, actor.UserID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, recorded[move.Act], out, move.Reason)
	})

	return out, err
}

// cause is the event as what deliveries are held for.
func (i Incident) cause() delivery.Cause { return delivery.Cause{Ref: i.Ref(), Name: i.Title} }

func (s *Service) record(
	ctx context.Context, tx pg.Tx, actor access.Actor, act audit.Act, i Incident, why string,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: i.Ref(), UnitPath: i.UnitPath, Why: why,
		Detail: map[string]any{
			"title": i.Title,
			"state": i.State,
			"grade": i.Grade,
			"t0":    beijing.ClockTime(i.T0),
			"stage": i.Stage,
		},
	})
}
