package report

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/org"
	"juzhen/internal/pdf"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
	"juzhen/internal/todo"
)

// Sources are whose figures stand in reports, and what makes PDF files. All must be given but PDF.
type Sources struct {
	Reach   *reach.Service
	Inspect *inspect.Service
	Faults  *faultbook.Service
	PDF     *pdf.Maker
}

// Service is the use cases of reports. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	from  Sources
	clock func() time.Time
}

// New makes the service.
func New(db *pg.DB, from Sources, now func() time.Time) *Service {
	return &Service{db: db, from: from, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

const pageSize = 200

// Query asks for reports. The zero value is all that the actor sees, the last changed first.
type Query struct {
	UnitPath string // of this unit and all below it
	Kind     Kind
	State    State
	After    string
	Limit    int // 200 when 0, and at most
}

// List gives reports in the actor's scope, without their figures.
func (s *Service) List(ctx context.Context, actor access.Actor, query Query) (_ pg.Page[Report], err error) {
	defer fault.Step(&err, "report.List")

	return listReports(ctx, s.db.Gorm(ctx), actor, query)
}

// Find reads a whole report. Fails with fault.NotFound where the actor does not see all that it is about,
// with fault.Conflict where its figures are not those of their hash.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (paper Paper, err error) {
	defer fault.Step(&err, "report.Find %d", id)

	if paper.Report, err = findReport(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return paper, err
	}
	if paper.Figures, err = figuresOf(ctx, s.db, id); err != nil {
		return paper, err
	}
	editions, err := editionsOf(ctx, s.db.Gorm(ctx), id, 1)
	if err == nil && len(editions) > 0 {
		paper.Edition = editions[0]
	}

	return paper, err
}

// Editions are the versions of the words, the last first; at most 100. Fails with fault.NotFound.
func (s *Service) Editions(ctx context.Context, actor access.Actor, id int64) (_ []Edition, err error) {
	defer fault.Step(&err, "report.Editions %d", id)

	if _, err := findReport(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return nil, err
	}

	return editionsOf(ctx, s.db.Gorm(ctx), id, 100)
}

// Ask says which report to make.
type Ask struct {
	Kind      Kind
	UnitID    int64 // with all below it, as far as the actor's right reaches
	AccountID int64 // of a report on one account, in the place of UnitID
	From, To  string
}

// mostBack is how long ago a period may have ended of which rules are asked.
const mostBack = 360

// period reads the days, both included.
func (a Ask) period(now time.Time) (period reach.Period, err error) {
	if a.From == "" || a.To == "" {
		return period, fault.Invalid("from", "请选择时段的第一天和最后一天")
	}
	if period, err = reach.ParsePeriod("", a.From, a.To, now); err != nil {
		return period, err
	}
	today := beijing.Day(now)
	if period.Last().After(today) {
		return period, fault.Invalid("to", "时段不能在今天之后")
	}
	if (a.Kind == Quarter || a.Kind == Inspection) && period.To.Before(today.AddDate(0, 0, -mostBack)) {
		return period, fault.Invalid("to", "检查只能判断一年之内的情况，请选择较近的时段")
	}

	return period, nil
}

// Make makes a draft: it asks the features once and keeps what they say. Fails with fault.Fields,
// with fault.NotFound and fault.Forbidden at the unit, with fault.Invalid at "unit_id" when it is too large.
func (s *Service) Make(ctx context.Context, actor access.Actor, ask Ask) (out Report, err error) {
	defer fault.Step(&err, "report.Make")

	if !ask.Kind.Valid() {
		return out, fault.Invalid("kind", "请选择是哪一种报告")
	}
	period, err := ask.period(s.now())
	if err != nil {
		return out, err
	}
	unit, about, err := s.about(ctx, actor, ask)
	if err != nil {
		return out, err
	}
	subtree := ask.Kind != Account && actor.CanAt(access.ReachView, unit.Path+below) &&
		actor.CanAt(access.ReportMake, unit.Path+below)
	if err := access.Require(actor, access.ReportMake, placeOf(unit.Path, subtree)); err != nil {
		return out, err
	}
	asking := actor
	if !subtree {
		asking = alone(actor, unit)
	}
	gathered, err := s.gather(ctx, asking, ask.Kind, unit.Path, ask.AccountID, period)
	if err != nil {
		return out, err
	}
	figures := Figures{
		Unit: unit.Name, Subtree: subtree, From: beijing.Date(period.From), To: beijing.Date(period.Last()),
		At: gathered.at, Sections: gathered.sections(ask.Kind), Sources: gathered.sources(ask.Kind),
	}
	made := Report{
		Kind: ask.Kind, UnitID: unit.ID, Subtree: subtree, FromDay: period.From, ToDay: period.Last(),
	}
	if ask.Kind == Account {
		figures.Account, made.AccountID = about.Handle, &about.ID
	}

	return s.keep(ctx, actor, made, figures)
}

// about finds the unit of a report, and its account where it is about one.
func (s *Service) about(
	ctx context.Context, actor access.Actor, ask Ask,
) (unit org.Unit, about account.Account, err error) {
	id := ask.UnitID

	if ask.Kind == Account {
		if ask.AccountID == 0 {
			return unit, about, fault.Invalid("account_id", "请选择账号")
		}
		err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
			about, err = account.FindTx(ctx, tx, ask.AccountID)
			return err
		})
		if err == nil {
			err = access.Require(actor, access.ReportMake, about.UnitPath)
		}
		if err != nil {
			return unit, about, err
		}
		id = about.UnitID
	}
	if id == 0 {
		return unit, about, fault.Invalid("unit_id", "请选择单位")
	}
	unit, err = org.Of(ctx, s.db.Gorm(ctx), id)

	return unit, about, err
}

// alone is the actor with no more than the sight of one unit: what a report on that unit alone may show to
// whoever sees the unit.
func alone(actor access.Actor, unit org.Unit) access.Actor {
	return access.Actor{UserID: actor.UserID, Name: actor.Name, Grants: []access.Grant{
		{Role: access.PressOfficer, UnitID: unit.ID, Path: unit.Path},
	}}
}

// keep writes a new draft with the words that it begins with.
func (s *Service) keep(
	ctx context.Context, actor access.Actor, made Report, figures Figures,
) (out Report, err error) {
	body, hash, err := figures.kept()
	if err != nil {
		return out, err
	}
	made.Hash = hash
	edition := Edition{Title: figures.title(made.Kind), Words: figures.begun(made.Kind), At: figures.At}
	made.Title = edition.Title

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		id, err := insertReport(ctx, tx, made, body, actor.UserID, figures.At)
		if err != nil {
			return err
		}
		if err := insertEdition(ctx, tx, id, edition, actor.UserID); err != nil {
			return err
		}

		out, err = s.recorded(ctx, tx, actor, id, audit.Entry{Action: actMake, Detail: map[string]any{
			"kind": made.Kind, "from": made.From(), "to": made.To(),
		}})

		return err
	})

	return out, err
}

// recorded reads the report as it is now, puts it on the lists of those it waits for, and writes the trail.
func (s *Service) recorded(
	ctx context.Context, tx pg.Tx, actor access.Actor, id int64, entry audit.Entry,
) (Report, error) {
	now, err := findReport(ctx, tx.DB, access.System("report"), id)
	if err != nil {
		return now, err
	}
	if err := todo.ResolveSubjectTx(ctx, tx, s.now(), TodoSubject, id, actor.UserID); err != nil {
		return now, err
	}
	if item, waits := now.todo(); waits {
		if err := todo.RaiseTx(ctx, tx, s.now(), item); err != nil {
			return now, err
		}
	}
	entry.Actor, entry.At, entry.Subject, entry.UnitPath = actor, s.now(), now.Ref(), now.UnitPath

	return now, audit.Write(ctx, tx, entry)
}

// act does what changes a report of the revision that was shown, as Report.May says.
func (s *Service) act(
	ctx context.Context,
	actor access.Actor,
	id int64,
	act Act,
	entry audit.Entry,
	change func(tx pg.Tx, before Report) error,
) (out Report, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := findReport(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		if err := before.May(actor, act); err != nil {
			return err
		}
		if err := change(tx, before); err != nil {
			return err
		}
		out, err = s.recorded(ctx, tx, actor, id, entry)

		return err
	})

	return out, err
}

// Write changes the words of a draft; the figures stay. Fails with fault.NotFound, as Report.May does, with
// fault.Fields, with fault.Conflict when somebody else was faster.
func (s *Service) Write(
	ctx context.Context, actor access.Actor, id int64, revision int, title string, words Words,
) (out Report, err error) {
	defer fault.Step(&err, "report.Write %d", id)

	figures, err := s.sections(ctx, actor, id)
	if err != nil {
		return out, err
	}
	if title, words, err = clean(title, words, figures.Places()); err != nil {
		return out, err
	}
	entry := audit.Entry{Action: actEdit, Detail: map[string]any{"revision": revision}}

	return s.act(ctx, actor, id, Edit, entry, func(tx pg.Tx, before Report) error {
		err := update(
			ctx,
			tx,
			before,
			revision,
			s.now(),
			"title = @title, returned_by = NULL, returned_why = ''",
			pgx.NamedArgs{"title": title},
		)
		if err != nil {
			return err
		}

		return insertEdition(ctx, tx, id, Edition{Title: title, Words: words, At: s.now()}, actor.UserID)
	})
}

// sections reads the figures of a report that the actor sees.
func (s *Service) sections(ctx context.Context, actor access.Actor, id int64) (Figures, error) {
	if _, err := findReport(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return Figures{}, err
	}

	return figuresOf(ctx, s.db, id)
}

// Sign signs a report as it was shown: the first of two people, or the second, with whom it gets its number
// and stays as it is. Fails with fault.NotFound, as Report.May does, with fault.Conflict when the report is
// not any more what was shown, or its figures are not those of their hash.
func (s *Service) Sign(
	ctx context.Context, actor access.Actor, id int64, revision int,
) (out Report, err error) {
	defer fault.Step(&err, "report.Sign %d", id)

	if _, err := s.sections(ctx, actor, id); err != nil { // whoever signs signs what was counted
		return out, err
	}
	entry := audit.Entry{Action: actSign, Detail: map[string]any{"revision": revision}}

	return s.act(ctx, actor, id, Sign, entry, func(tx pg.Tx, before Report) error {
		if before.State == Draft {
			return update(
				ctx,
				tx,
				before,
				revision,
				s.now(),
				"state = 'signing', first_by = @by, first_at = @at, returned_by = NULL, returned_why = ''",
				pgx.NamedArgs{"by": actor.UserID},
			)
		}
		number, err := nextNumber(ctx, tx, before.Kind, s.now().In(beijing.Zone).Year())
		if err != nil {
			return err
		}
		entry.Detail["number"] = number

		return update(ctx, tx, before, revision, s.now(),
			"state = 'signed', second_by = @by, second_at = @at, number = @number",
			pgx.NamedArgs{"by": actor.UserID, "number": number})
	})
}

// Return makes a draft again of a report that one person signed; that signature is gone. Fails with
// fault.NotFound, as Report.May does, with fault.Invalid without a reason, with fault.Conflict.
func (s *Service) Return(
	ctx context.Context, actor access.Actor, id int64, revision int, why string,
) (out Report, err error) {
	defer fault.Step(&err, "report.Return %d", id)

	if why == "" {
		return out, fault.Invalid("reason", "请写明为什么退回")
	}
	entry := audit.Entry{Action: actReturn, Why: why, Detail: map[string]any{"revision": revision}}

	return s.act(ctx, actor, id, Return, entry, func(tx pg.Tx, before Report) error {
		return update(ctx, tx, before, revision, s.now(),
			"state = 'draft', first_by = NULL, first_at = NULL, returned_by = @by, returned_why = @why",
			pgx.NamedArgs{"by": actor.UserID, "why": why})
	})
}
