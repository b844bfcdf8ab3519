package rumour

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/signing"
	"juzhen/internal/todo"
)

// Service is the use cases of rebuttals. It is safe for concurrent use.
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
	mostSteps    = 200
	mostDue      = 500
	mostRules    = 500 // rebuttals that a text is held against, the newest first
	toldAhead    = 24 * time.Hour
)

// Query asks for rebuttals. The zero value is all that the actor sees, the last changed first.
type Query struct {
	UnitPath string // of this unit and all below
	State    State
	Words    string // that stand in the claim or in what is true
	After    string
	Limit    int // 200 when 0, and at most
}

// maxQuery is how long the words asked for may be.
const maxQuery = 100

// List gives the rebuttals that the actor sees: of the own units and below, and what was signed above.
func (s *Service) List(
	ctx context.Context, actor access.Actor, query Query,
) (_ pg.Page[Rebuttal], err error) {
	defer fault.Step(&err, "rumour.List")

	query.Words = strings.TrimSpace(query.Words)
	if len(query.Words) > 4*maxQuery {
		return pg.Page[Rebuttal]{}, fault.Invalid("q", "至多 {.max} 字", "max", maxQuery)
	}

	return listRebuttals(ctx, s.db.Gorm(ctx), actor, query, s.now())
}

// Step is what was done with a rebuttal.
type Step struct {
	Act     Act // "": it was written
	Version int
	Note    string
	By      string
	At      time.Time
}

// Whole is a rebuttal with all versions of its words and what was done with it, the last first.
type Whole struct {
	Rebuttal
	Versions []Version
	Steps    []Step
}

// Find reads one rebuttal. Whoever reads it from below sees what was signed, no drafts and no steps. Fails
// with fault.NotFound where the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (out Whole, err error) {
	defer fault.Step(&err, "rumour.Find %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if out.Rebuttal, err = findRebuttal(ctx, tx.DB, actor, id, s.now()); err != nil {
			return err
		}
		if !actor.CanAt(access.PostView, out.UnitPath) { // from below, or for a signature
			out.Versions = []Version{out.Last}
			return nil
		}
		if out.Versions, err = versionsOf(ctx, tx, id); err != nil {
			return err
		}
		out.Steps, err = stepsOf(ctx, tx, id)

		return err
	})

	return out, err
}

// Write makes a draft for a unit. Fails with fault.NotFound and fault.Forbidden at the unit, with
// fault.Fields.
func (s *Service) Write(
	ctx context.Context, actor access.Actor, unitID int64, words Words,
) (out Rebuttal, err error) {
	defer fault.Step(&err, "rumour.Write")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.PostView, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.RebuttalManage, unit.Path); err != nil {
			return err
		}
		if words, err = words.clean(s.now()); err != nil {
			return err
		}
		id, err := insertRebuttal(ctx, tx, unitID, s.now())
		if err != nil {
			return err
		}
		if err := insertVersion(ctx, tx, id, words, actor.UserID, s.now()); err != nil {
			return err
		}
		if out, err = findRebuttal(ctx, tx.DB, actor, id, s.now()); err != nil {
			return err
		}
		if err := insertStep(ctx, tx, out, "", "", actor.UserID, s.now()); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actWrite, out, "")
	})

	return out, err
}

// Move is an act with what goes along.
type Move struct {
	Act      Act
	Revision int        // as it was shown
	Words    Words      // of Edit
	Reason   string     // of Return and Withdraw; a note of the others; the address or words of Correct
	ReviewAt *time.Time // of Sign and Review: when to look again; nil: not before it ends
}

// Do does an act with a rebuttal. Fails with fault.NotFound, as Rebuttal.May does, with fault.Fields, with
// fault.Conflict when somebody else was faster.
func (s *Service) Do(
	ctx context.Context, actor access.Actor, id int64, move Move,
) (out Rebuttal, err error) {
	defer fault.Step(&err, "rumour.Do %d", id)

	move.Reason = strings.TrimSpace(strings.ReplaceAll(move.Reason, "\r\n", "\n"))
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := findRebuttal(ctx, tx.DB, actor, id, s.now())
		if err != nil {
			return err
		}
		if err := before.May(actor, move.Act); err != nil {
			return err
		}
		if err := move.check(before, actor.UserID, s.now()); err != nil {
			return err
		}
		if err := s.change(ctx, tx, actor, before, move); err != nil {
			return err
		}
		// Who returns it for a step alone reads it no more.
		if out, err = findRebuttal(ctx, tx.DB, access.System("rumour"), id, s.now()); err != nil {
			return err
		}
		if err := insertStep(ctx, tx, out, move.Act, move.Reason, actor.UserID, s.now()); err != nil {
			return err
		}
		if err := s.wait(ctx, tx, out, actor.UserID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, recorded[move.Act], out, move.Reason)
	})

	return out, err
}

// check says what is wrong with what goes along with an act.
func (m Move) check(r Rebuttal, by int64, now time.Time) error {
	var wrong fault.Fields

	switch m.Act {
	case Return, Withdraw:
		wrong.Add(text("reason", m.Reason, MaxReason, i18n.N("请写明原因")))
	case Correct:
		wrong.Add(text("reason", m.Reason, MaxReason, i18n.N("请写明在哪里公开更正的：网址或稿件编号")))
	default:
		if m.Reason != "" {
			wrong.Add(text("reason", m.Reason, MaxReason, ""))
		}
	}
	if m.Act == Ask && !r.Last.Until.After(now) || m.Act == Sign && !r.Last.Until.After(now) {
		wrong.Add(fault.Invalid("valid_until", "有效期已经过去，请先修改"))
	}
	if m.Act != Sign && m.Act != Review || m.ReviewAt == nil {
		return wrong.Err()
	}
	if m.Act == Sign && !r.Round.Ends(by) {
		wrong.Add(fault.Invalid("review_at", "下次复查由最后签发的人填写"))
		return wrong.Err()
	}
	until := r.Last.Until
	if m.Act == Review && r.Signed != nil {
		until = r.Signed.Until
	}
	if !m.ReviewAt.After(now) || m.ReviewAt.After(until) {
		wrong.Add(fault.Invalid("review_at", "下次复查须在现在之后、有效期之内"))
	}

	return wrong.Err()
}

// change writes what an act changes.
func (s *Service) change(ctx context.Context, tx pg.Tx, actor access.Actor, r Rebuttal, m Move) error {
	now := s.now()
	set := func(sql string, of pgx.NamedArgs) error {
		return update(ctx, tx, r.ID, m.Revision, now, sql, of)
	}

	switch m.Act {
	case Edit:
		words, err := m.Words.clean(now)
		if err != nil {
			return err
		}
		const next = "state = 'draft', version = version + 1, asked_by = NULL, returned_why = '', signing = '{}'"
		if err := set(next, nil); err != nil {
			return err
		}

		return insertVersion(ctx, tx, r.ID, words, actor.UserID, now)
	case Ask:
		round, err := signing.BeginTx(ctx, tx, now, r.UnitPath, chain.Rebuttal, r.Last.By, actor.UserID)
		if err != nil {
			return err
		}

		return set("state = 'signing', asked_by = @by, returned_why = '', signing = @round",
			pgx.NamedArgs{"by": actor.UserID, "round": round})
	case Sign:
		round, err := r.Round.SignTx(ctx, access.NewAct(tx, now, actor))
		if err != nil {
			return err
		}
		if !round.Passed() {
			return set("signing = @round", pgx.NamedArgs{"round": round})
		}

		return set(
			`state = 'signed', signed_version = version, signed_by = @by, signed_at = @at,
    review_at = @review_at, signing = @round`,
			pgx.NamedArgs{"by": actor.UserID, "review_at": m.ReviewAt, "round": round},
		)
	case Return:
		return set("state = 'draft', returned_why = @why, signing = '{}'", pgx.NamedArgs{"why": m.Reason})
	case Review:
		seen := r.LetEnd
		if !r.Last.Until.After(now.Add(toldAhead)) {
			seen = &r.Last.Until
		}

		return set("review_at = @review_at, let_end = @seen",
			pgx.NamedArgs{"review_at": m.ReviewAt, "seen": seen})
	case Withdraw:
		return set(
			"state = 'withdrawn', withdrawn_by = @by, withdrawn_at = @at, withdrawn_why = @why, review_at = NULL",
			pgx.NamedArgs{"by": actor.UserID, "why": m.Reason},
		)
	case Correct:
		return set("correction = @why", pgx.NamedArgs{"why": m.Reason})
	}

	return fault.Forbidden("没有这种操作")
}

// wait puts the rebuttal on the lists of those it waits for now, and takes off what it waited for before.
func (s *Service) wait(ctx context.Context, tx pg.Tx, r Rebuttal, by int64) error {
	if err := todo.ResolveSubjectTx(ctx, tx, s.now(), TodoSubject, r.ID, by); err != nil {
		return err
	}
	item, waits := r.todo()
	if !waits {
		return nil
	}

	return todo.RaiseTx(ctx, tx, s.now(), item)
}

func (s *Service) record(
	ctx context.Context, tx pg.Tx, actor access.Actor, act audit.Act, r Rebuttal, why string,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: r.Ref(), UnitPath: r.UnitPath, Why: why,
		Detail: map[string]any{
			"state": r.State, "version": r.Last.Number, "claim": r.Last.Claim,
			"until": r.Last.Until.In(beijing.Zone).Format("2006-01-02 15:04"), "signed_steps": r.Round.At,
		},
	})
}

// Sweep tells people of rebuttals that are to be looked at again, and of those that are about to expire.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "rumour.Sweep")

	now := s.now()
	due, err := dueRebuttals(ctx, s.db.Gorm(ctx), now, now.Add(toldAhead))
	if err != nil || len(due) == 0 {
		return err
	}
	var items []todo.Item

	for _, r := range due {
		if r.ReviewAt != nil && !r.ReviewAt.After(now) && r.Signed.Until.After(now) {
			items = append(items, r.toReview())
		}
		ends := !r.Signed.Until.After(now.Add(toldAhead))
		if ends && !r.mayEnd() {
			items = append(items, r.toEnd())
		}
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error { return todo.RaiseManyTx(ctx, tx, now, items) })
}
