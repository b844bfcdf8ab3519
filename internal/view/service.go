package view

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// MaxName bounds the name of a view, in code points.
const MaxName = 30

// maxKept is how many views a person keeps, and a unit.
const maxKept = 50

// View is a filter of a list that was kept: of one person, or of a unit and all below it.
type View struct {
	ID        int64
	List      List
	Name      string
	Filter    url.Values
	UnitID    *int64 // nil: the person's own
	UnitName  string
	UnitPath  string
	UserID    int64 // who saved it last
	SavedBy   string
	Revision  int // one higher with each change
	UpdatedAt time.Time
}

// Address is where the view opens.
func (v View) Address() string { return v.List.Address(v.Filter) }

// Ref names the view in the audit trail.
func (v View) Ref() string { return "view/" + strconv.FormatInt(v.ID, 10) }

// May tells whether the actor may change the view or take it away: one's own, or with plan.manage a unit's.
func (v View) May(actor access.Actor) bool {
	if v.UnitID == nil {
		return v.UserID == actor.UserID
	}

	return actor.CanAt(access.PlanManage, v.UnitPath)
}

// Service is the use cases of saved views. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	lists Lists
	clock func() time.Time
}

// New makes the service for lists.
func New(db *pg.DB, lists Lists, now func() time.Time) *Service { return &Service{db, lists, now} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Lists are the lists whose filter can be kept.
func (s *Service) Lists() Lists { return s.lists }

// Of gives the views of one list that are the actor's own or those of its units and of units above, by name.
// A view of a list that the actor may not open is none.
func (s *Service) Of(ctx context.Context, actor access.Actor, list string) (_ []View, err error) {
	defer fault.Step(&err, "view.Of %s", list)

	return s.read(ctx, actor, list, false)
}

// All gives the views of all lists that the actor may open: those of Of, and those of units below that the
// actor may change.
func (s *Service) All(ctx context.Context, actor access.Actor) (_ []View, err error) {
	defer fault.Step(&err, "view.All")

	return s.read(ctx, actor, "", true)
}

func (s *Service) read(ctx context.Context, actor access.Actor, list string, kept bool) ([]View, error) {
	rows, err := rowsFor(ctx, s.db.Gorm(ctx), actor, list, kept)
	if err != nil {
		return nil, err
	}
	views := make([]View, 0, len(rows))

	for _, row := range rows {
		if view, ok := s.view(row); ok && actor.Can(view.List.Needs) {
			views = append(views, view)
		}
	}

	return views, nil
}

// view makes a view of a row; ok is false for a list that there is no more. Of a filter is left what the list
// still knows.
func (s *Service) view(row viewRow) (View, bool) {
	list, ok := s.lists.Of(row.List)
	kept, err := url.ParseQuery(row.Filter)

	return View{
		ID: row.ID, List: list, Name: row.Name, Filter: list.Filter(kept),
		UnitID: row.UnitID, UnitName: row.UnitName, UnitPath: row.UnitPath,
		UserID: row.UserID, SavedBy: row.SavedBy, Revision: row.Revision, UpdatedAt: row.UpdatedAt,
	}, ok && err == nil
}

// Sharing gives the units of the actor's own grants for which it may keep views: number and name.
func (s *Service) Sharing(ctx context.Context, actor access.Actor) (_ []org.Unit, err error) {
	defer fault.Step(&err, "view.Sharing")

	var units []org.Unit
	seen := map[int64]bool{}

	for _, grant := range actor.Grants {
		if seen[grant.UnitID] || !actor.CanAt(access.PlanManage, grant.Path) {
			continue
		}
		seen[grant.UnitID] = true
		unit, err := org.Of(ctx, s.db.Gorm(ctx), grant.UnitID)
		if err != nil {
			return nil, err
		}
		units = append(units, unit)
	}

	return units, nil
}

// Entry is a view as somebody wants it kept.
type Entry struct {
	List   string
	Name   string
	Filter url.Values
	UnitID int64 // 0: for the actor alone
}

// Save keeps a filter under a name: for the actor, or for a unit and all below it, which needs plan.manage
// there. Fails with fault.Invalid on "list", "name", "filter"; with fault.Conflict where the name is taken in
// the list, and where 50 are kept; for a unit with fault.NotFound or fault.Forbidden.
func (s *Service) Save(ctx context.Context, actor access.Actor, entry Entry) (view View, err error) {
	defer fault.Step(&err, "view.Save")

	list, err := s.open(actor, entry.List)
	if err != nil {
		return View{}, err
	}
	view = View{
		List: list, Filter: entry.Filter, UserID: actor.UserID, SavedBy: actor.Name, Revision: 1,
		UpdatedAt: s.now(),
	}
	name, unnamed := nameOf(entry.Name)
	view.Name = name
	wrong := slices.Concat(fault.FieldErrors(unnamed), fault.FieldErrors(list.check(entry.Filter)))
	if err := wrong.Err(); err != nil {
		return View{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if entry.UnitID != 0 {
			unit, err := org.Of(ctx, tx.DB, entry.UnitID)
			if err != nil {
				return err
			}
			if err := access.Require(actor, access.PlanManage, unit.Path); err != nil {
				return err
			}
			view.UnitID, view.UnitName, view.UnitPath = &unit.ID, unit.Name, unit.Path
		}
		if view.ID, err = insert(ctx, tx.DB, view); err != nil {
			return err
		}

		return audit.Write(ctx, tx, s.entry(actor, actSave, view))
	})

	return view, err
}

// open finds a list that the actor may open.
func (s *Service) open(actor access.Actor, key string) (List, error) {
	list, ok := s.lists.Of(key)
	if !ok || !actor.Can(list.Needs) {
		return List{}, fault.Invalid("list", "没有这个列表")
	}

	return list, nil
}

func (s *Service) entry(actor access.Actor, act audit.Act, view View) audit.Entry {
	return audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: view.Ref(), UnitPath: view.UnitPath,
		Detail: map[string]any{"list": view.List.Key, "name": view.Name, "filter": view.Filter.Encode()},
	}
}

// nameOf is a name as it is kept.
func nameOf(typed string) (string, error) {
	name := strings.Join(strings.Fields(typed), " ")

	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.Invalid("name", "请给视图取个名字")
	case n > MaxName:
		return "", fault.Invalid("name", "名称最多 {.max} 字", "max", MaxName)
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0) || len(glyph.Find(name)) > 0:
		return "", fault.Invalid("name", "名称中有看不见或无法识别的字符，请重新输入")
	}

	return name, nil
}

// Change is what becomes of a view; what is nil stays.
type Change struct {
	Name   *string
	Filter url.Values
}

// Change renames a view, or keeps another filter under its name. revision is the one that was shown. Fails as
// Save does, and with fault.Conflict "stale" when somebody changed it meanwhile.
func (s *Service) Change(
	ctx context.Context,
	actor access.Actor,
	id int64,
	revision int,
	change Change,
) (view View, err error) {
	defer fault.Step(&err, "view.Change %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if view, err = s.changeable(ctx, tx, actor, id); err != nil {
			return err
		}
		if change.Name != nil {
			if view.Name, err = nameOf(*change.Name); err != nil {
				return err
			}
		}
		if change.Filter != nil {
			if err := view.List.check(change.Filter); err != nil {
				return err
			}
			view.Filter = change.Filter
		}
		view.UpdatedAt = s.now()
		if view.UnitID != nil {
			view.UserID, view.SavedBy = actor.UserID, actor.Name
		}
		if err := update(ctx, tx.DB, view, revision); err != nil {
			return err
		}
		view.Revision = revision + 1

		return audit.Write(ctx, tx, s.entry(actor, actChange, view))
	})

	return view, err
}

// Drop takes a view away. revision is the one that was shown. Fails as Change does.
func (s *Service) Drop(ctx context.Context, actor access.Actor, id int64, revision int) (err error) {
	defer fault.Step(&err, "view.Drop %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		view, err := s.changeable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := remove(ctx, tx.DB, id, revision); err != nil {
			return err
		}

		return audit.Write(ctx, tx, s.entry(actor, actDrop, view))
	})
}

// changeable finds a view that the actor may change. One that it sees and may not is forbidden; any other is
// not there. A view of a list that is gone can still be taken away.
func (s *Service) changeable(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (View, error) {
	row, err := rowOf(ctx, tx.DB, actor, id)
	if err != nil {
		return View{}, err
	}
	view, _ := s.view(row)
	if !view.May(actor) {
		return View{}, fault.Forbidden("这是单位的视图，您不能改动")
	}

	return view, nil
}
