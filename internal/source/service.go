package source

import (
	"context"
	"errors"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/outward"
	"juzhen/internal/pg"
	"juzhen/internal/template"
)

// Fetcher fetches an address within bounds, as outward.Client does.
type Fetcher interface {
	Get(ctx context.Context, address string, maxBytes int64) (outward.Answer, error)
}

// Service is the use cases of sources. It is safe for concurrent use.
type Service struct {
	db        *pg.DB
	templates *template.Service
	outside   Fetcher
	clock     func() time.Time
	asked     chan struct{} // one for each fetch that a person waits for
}

// mostAsked is how many people may wait for an address at once.
const mostAsked = 4

// New makes the service.
func New(db *pg.DB, templates *template.Service, outside Fetcher, now func() time.Time) *Service {
	return &Service{
		db:        db,
		templates: templates,
		outside:   outside,
		clock:     now,
		asked:     make(chan struct{}, mostAsked),
	}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// List gives the sources that the actor keeps, by unit and name.
func (s *Service) List(ctx context.Context, actor access.Actor) (_ []Source, err error) {
	defer fault.Step(&err, "source.List")

	return listSources(ctx, s.db.Gorm(ctx), actor)
}

// shownPulls is how many pulls a source's page shows.
const shownPulls = 50

// Find gives one source with its last pulls, the newest first. Fails with fault.NotFound where the actor
// does not keep it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Source, _ []Pull, err error) {
	defer fault.Step(&err, "source.Find %d", id)

	one, err := findSource(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil {
		return Source{}, nil, err
	}
	pulls, err := listPulls(ctx, s.db.Gorm(ctx), id, shownPulls)

	return one, pulls, err
}

// Save keeps a source, or a new one. It needs source.manage at its unit. Fails with fault.Fields on "name",
// "kind", "url", "every", "from_time", "author" and on FieldOf each line of the mapping, with
// fault.Conflict when somebody else wrote meanwhile.
func (s *Service) Save(ctx context.Context, actor access.Actor, edit Edit) (saved Source, err error) {
	defer fault.Step(&err, "source.Save %d", edit.ID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.editable(ctx, tx, actor, &edit)
		if err != nil {
			return err
		}
		if err := edit.clean(); err != nil {
			return err
		}
		if err := s.checkAuthor(ctx, tx, edit.AuthorID, before.UnitPath); err != nil {
			return err
		}

		act, due := actChange, next(edit.Every, edit.At, s.now(), 0)
		if edit.ID == 0 {
			act = actCreate
			edit.ID, err = insertSource(ctx, tx.DB, edit, due, actor.UserID, s.now())
		} else if before.Active {
			err = updateSource(ctx, tx.DB, edit, &due)
		} else {
			err = updateSource(ctx, tx.DB, edit, nil)
		}
		if err != nil {
			return err
		}
		if edit.Active != nil && act == actChange && *edit.Active != before.Active {
			if err := s.turn(ctx, tx, edit.ID, edit.Version+1, *edit.Active, due); err != nil {
				return err
			}
		}
		if saved, err = findSource(ctx, tx.DB, actor, edit.ID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, act, saved, map[string]any{
			"kind":   saved.Kind,
			"host":   saved.Host(),
			"active": saved.Active,
		})
	})

	return saved, err
}

// editable finds the source that is written, or makes room for a new one at its unit.
func (s *Service) editable(ctx context.Context, tx pg.Tx, actor access.Actor, edit *Edit) (Source, error) {
	if edit.ID != 0 {
		before, err := findSource(ctx, tx.DB, actor, edit.ID)
		edit.Kind, edit.UnitID = before.Kind, before.UnitID

		return before, err
	}
	unit, err := org.Of(ctx, tx.DB, edit.UnitID)
	if err != nil {
		return Source{}, err
	}
	if err := access.Require(actor, access.SourceManage, unit.Path); err != nil {
		return Source{}, err
	}
	n, err := countOf(ctx, tx.DB, unit.ID)
	if err == nil && n >= maxOfUnit {
		err = fault.Invalid("unit", "一个单位最多 {.max} 个数据来源", "max", maxOfUnit)
	}

	return Source{UnitID: unit.ID, UnitPath: unit.Path, UnitName: unit.Name}, err
}

// checkAuthor refuses one who may not write at the unit.
func (s *Service) checkAuthor(ctx context.Context, tx pg.Tx, author int64, path string) error {
	who, err := identity.ActingTx(ctx, tx, author, s.now())
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return err
	}
	if err != nil || !who.CanAt(access.PostWrite, path) {
		return fault.Invalid("author", "请选择一位可以为这个单位撰稿的人")
	}

	return nil
}

// Switch takes a source out of use or into it again. Fails with fault.Conflict when it was changed since
// version.
func (s *Service) Switch(
	ctx context.Context, actor access.Actor, id int64, version int, active bool,
) (switched Source, err error) {
	defer fault.Step(&err, "source.Switch %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := findSource(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}

		due := next(before.Every, before.At, s.now(), 0)
		if err := s.turn(ctx, tx, id, version, active, due); err != nil {
			return err
		}
		if switched, err = findSource(ctx, tx.DB, actor, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actSwitch, switched, map[string]any{"active": active})
	})

	return switched, err
}

func (s *Service) turn(
	ctx context.Context, tx pg.Tx, id int64, version int, active bool, due time.Time,
) error {
	at := &due
	if !active {
		at = nil
	}
	if err := switchSource(ctx, tx.DB, id, version, active, at); err != nil {
		return err
	}

	return resolveFailing(ctx, tx, s.now(), id)
}

func (s *Service) record(
	ctx context.Context, tx pg.Tx, actor access.Actor, act audit.Act, source Source, detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  source.Ref(),
		UnitPath: source.UnitPath,
		Detail:   detail,
	})
}

// Trial is what an address gives and what a mapping makes of it. Nothing of it is kept.
type Trial struct {
	Leaves []Leaf
	Values template.Values
	Text   string       // in the wording that the console comes with; "" where it cannot be written
	Faults fault.Fields // of the mapping and of the values
}

// shownLeaves is how many values of a document a trial shows.
const shownLeaves = 200

// Try fetches an address and shows what a mapping would make of it. It needs source.manage at the unit.
// Fails with fault.Fields on "kind" and "url", and with fault.TooMany when many wait already; what is wrong
// with the mapping is part of the trial.
func (s *Service) Try(ctx context.Context, actor access.Actor, edit Edit) (trial Trial, err error) {
	defer fault.Step(&err, "source.Try")

	if err := s.db.InTx(ctx, func(tx pg.Tx) error {
		_, err := s.editable(ctx, tx, actor, &edit)
		return err
	}); err != nil {
		return Trial{}, err
	}
	if err := edit.cleanMapped(); err != nil {
		for _, failure := range fault.FieldErrors(err) {
			if failure.Field == "url" || failure.Field == "kind" {
				return Trial{}, failure
			}
			trial.Faults = append(trial.Faults, failure)
		}
	}

	select {
	case s.asked <- struct{}{}:
		defer func() { <-s.asked }()
	default:
		return Trial{}, fault.TooMany("正在取数的人较多，请稍后再试")
	}

	document, err := s.fetch(ctx, edit.URL)
	if err != nil {
		return Trial{}, err
	}
	trial.Leaves = document.leaves(shownLeaves)

	var failures error
	trial.Values, failures = edit.Mapping.values(edit.Kind, document)
	if failures == nil && len(trial.Faults) == 0 {
		var result template.Result
		result, failures = template.Render(edit.Kind, trial.Values, edit.Kind.Wording(), nil, s.now())
		trial.Text = result.Text
	}
	trial.Faults = append(trial.Faults, fault.FieldErrors(failures)...)

	return trial, nil
}

// fetch reads a document from an address. It fails with fault.Invalid on "url".
func (s *Service) fetch(ctx context.Context, address string) (*node, error) {
	answer, err := s.outside.Get(ctx, address, maxBytes)
	var failure *outward.Failure

	switch {
	case errors.As(err, &failure):
		return nil, fault.Invalid("url", failure.Kind.Label()).With(err)
	case err != nil:
		return nil, err
	case answer.Status != 200:
		return nil, fault.Invalid("url", "对方返回的状态是 {.status}", "status", answer.Status)
	}

	return read(answer.Body)
}
