package incident

import (
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/chain"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/signing"
	"juzhen/internal/todo"
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

// noted is the text that the story tells; a statement has a place of its own.
func noted(m Move) string {
	if m.Act == Say {
		return ""
	}

	return m.Text
}

// change writes what an act changes, and tells it in words for the story.
func (s *Service) change(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	now := s.now()
	set := func(sql string, args ...any) error {
		return update(ctx, tx, i.ID, m.Revision, now, sql, args...)
	}

	switch m.Act {
	case Edit:
		return s.edit(ctx, tx, i, m)
	case Say:
		if err := set(
			"version = version + 1, stage = 'draft', asked_by = NULL, returned_why = '', signing = '{}'",
		); err != nil {
			return nil, err
		}

		return nil, insertStatement(ctx, tx, i.ID, m.Text, m.Reason, actor.UserID, now)
	case Ask:
		round, err := signing.BeginTx(ctx, tx, now, i.UnitPath, chain.Statement, i.Words.By, actor.UserID)
		if err != nil {
			return nil, err
		}

		return nil, set(
			"stage = 'signing', asked_by = $4, returned_why = '', signing = $5",
			actor.UserID,
			round,
		)
	case Sign:
		return s.sign(ctx, tx, actor, i, m)
	case Return:
		return nil, set("stage = 'draft', returned_why = $4, signing = '{}'", m.Reason)
	case Link:
		return s.link(ctx, tx, actor, i, m)
	case Record:
		if err := set("state = state"); err != nil {
			return nil, err
		}
		detail := map[string]string{"due": string(m.Due), "at": beijing.ClockTime(m.At)}

		return detail, insertMark(ctx, tx, i.ID, m, actor.UserID, now)
	case Follow:
		return nil, set("next_at = $4", m.NextAt)
	case Hold, Release:
		return s.hold(ctx, tx, actor, i, m)
	case AskEnd:
		return nil, set(
			"state = 'closing', end_asked_by = $4, end_asked_at = $3, summary = $5",
			actor.UserID,
			m.Text,
		)
	case Resume:
		return nil, set("state = 'open', end_asked_by = NULL, end_asked_at = NULL")
	case End:
		return s.end(ctx, tx, actor, i, m)
	case Reopen:
		return nil, set(`state = 'open', end_asked_by = NULL, end_asked_at = NULL, ended_by = NULL,
    ended_at = NULL`)
	}

	return nil, fault.Forbidden("没有这种操作")
}

// sign writes a signature; the last one puts the version in force.
func (s *Service) sign(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	step := i.Round.Open().Name
	round, err := i.Round.SignTx(ctx, tx, s.now(), actor)
	if err != nil {
		return nil, err
	}
	set := "signing = $4"
	if round.Passed() {
		set += ", stage = 'signed', signed_version = version"
	}
	if err := update(ctx, tx, i.ID, m.Revision, s.now(), set, round); err != nil {
		return nil, err
	}
	if len(round.Steps) == 1 {
		step = ""
	}

	return map[string]string{"step": step},
		insertSignature(ctx, tx, i.ID, i.Words.Number, i.Round.At+1, round.Passed(), actor.UserID, s.now())
}

// edit writes changed facts, and tells which of the weighty ones changed.
func (s *Service) edit(ctx context.Context, tx pg.Tx, i Incident, m Move) (map[string]string, error) {
	facts, err := s.checked(ctx, tx, i.UnitPath, m.Facts, i.Facts)
	if err != nil {
		return nil, err
	}
	err = update(ctx, tx, i.ID, m.Revision, s.now(),
		"title = $4, grade = $5, t0 = $6, owner_id = $7, keywords = $8",
		facts.Title, string(facts.Grade), facts.T0, facts.OwnerID, facts.Keywords)
	if err != nil {
		return nil, err
	}
	detail := map[string]string{}
	differs := func(name, from, to string) {
		if from != to {
			detail[name+"_from"], detail[name] = from, to
		}
	}
	differs("title", i.Title, facts.Title)
	differs("grade", string(i.Grade), string(facts.Grade))
	differs("t0", beijing.ClockTime(i.T0), beijing.ClockTime(facts.T0))

	return detail, setVoices(ctx, tx, i.ID, facts)
}

// link lets a post that the actor reads count as one by which the event is spoken of.
func (s *Service) link(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	if _, err := post.FindTx(ctx, tx, actor, access.PostView, m.PostID); err != nil {
		return nil, fault.Invalid("post_id", "没有找到这篇稿件，或不在您的管辖范围内")
	}
	if err := update(ctx, tx, i.ID, m.Revision, s.now(), "state = state"); err != nil {
		return nil, err
	}

	n, err := insertPost(ctx, tx, i.ID, m.PostID, actor.UserID, s.now())
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, fault.Invalid("post_id", "这篇稿件已经关联，或关联的已有 {.max} 篇", "max", mostPosts)
	}

	return map[string]string{"post": post.Ref(m.PostID)}, nil
}

// cause is the event as what deliveries are held for.
func (i Incident) cause() delivery.Cause { return delivery.Cause{Ref: i.Ref(), Name: i.Title} }

// hold holds planned posts for the event, or lets them go.
func (s *Service) hold(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	now := s.now()
	ids, err := within(ctx, tx, actor, i, m.Deliveries)
	if err != nil {
		return nil, err
	}
	if m.Act == Hold { // it must lock before the event's row does
		held, err := delivery.HoldForTx(ctx, tx, now, i.cause(), ids, actor.UserID)
		if err != nil {
			return nil, err
		}
		if len(held) == 0 {
			return nil, fault.Conflict("所选的已经发出、暂停或取消，没有可以暂停的").WithCode("state_changed")
		}

		return counted("held", len(held)), update(ctx, tx, i.ID, m.Revision, now, "state = state")
	}
	if err := update(ctx, tx, i.ID, m.Revision, now, "state = state"); err != nil {
		return nil, err
	}
	freed, missed, err := delivery.ReleaseForTx(ctx, tx, now, i.cause(), ids, actor.UserID)
	if err != nil {
		return nil, err
	}
	if freed+missed == 0 {
		return nil, fault.Conflict("所选的已不因这个事件暂停").WithCode("state_changed")
	}

	return released(freed, missed), nil
}

// end closes the event and lets go what it held.
func (s *Service) end(
	ctx context.Context, tx pg.Tx, actor access.Actor, i Incident, m Move,
) (map[string]string, error) {
	now := s.now()
	err := update(
		ctx,
		tx,
		i.ID,
		m.Revision,
		now,
		"state = 'closed', ended_by = $4, ended_at = $3, next_at = NULL",
		actor.UserID,
	)
	if err != nil {
		return nil, err
	}
	freed, missed, err := delivery.ReleaseForTx(ctx, tx, now, i.cause(), nil, actor.UserID)
	if err != nil || freed+missed == 0 {
		return nil, err
	}

	return released(freed, missed), nil
}

// wait puts the event on the lists of those it waits for now, and takes off what it waited for before.
func (s *Service) wait(ctx context.Context, tx pg.Tx, i Incident, by int64) error {
	return todo.SettleSubjectTx(ctx, tx, s.now(), TodoSubject, i.ID, i.todos(s.now()), by)
}

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
