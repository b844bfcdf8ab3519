package lexicon

import (
	"context"
	"errors"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Service is the use cases of word lists. It is safe for concurrent use.
type Service struct {
	db      *pg.DB
	clock   func() time.Time
	samples Samples
	told    Told
	cache   cache
}

// Told are the features above that must hear of a change, in its transaction. Each may be nil.
type Told struct {
	// Blocks hears that more words are forbidden for a unit and all below it.
	Blocks func(ctx context.Context, tx pg.Tx, unitPath string) error
	// Excepted hears that an exception holds.
	Excepted func(ctx context.Context, tx pg.Tx, e Exception) error
}

// Samples gives texts that people wrote for a unit and all below it: those that wait to go out, and those of
// the days since an instant. They are told to yield one by one, until it gives false.
type Samples func(
	ctx context.Context,
	unitPath string,
	since time.Time,
	yield func(Sample) bool,
) error

// Sample is a text by which a change of a list is tried.
type Sample struct {
	PostID  int64
	Title   string // what the post is called in lists
	Text    string
	Waiting bool // not out yet
}

// New makes the service. samples may be nil: then nothing is known of what people write.
func New(db *pg.DB, now func() time.Time, samples Samples, told Told) *Service {
	return &Service{
		db:      db,
		clock:   now,
		samples: samples,
		told:    told,
		cache:   cache{lists: map[int64]*cached{}, building: map[version]*building{}},
	}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// ready gives a list that can be looked for, built now when this process has not got it.
func (s *Service) ready(ctx context.Context, list version) (*compiled, error) {
	return s.cache.get(ctx, list, func(ctx context.Context) ([]Entry, error) {
		return entriesOf(ctx, s.db.Pool(), list.ID, list.Version, true)
	})
}

// Keep does what must be done again and again: it gives the topmost unit the lists of the program, builds the
// lists that have changed before somebody needs them, and ends changes that nobody confirmed in time. It
// belongs on a short clock.
func (s *Service) Keep(ctx context.Context) (err error) {
	defer fault.Step(&err, "lexicon.Keep")

	if err := s.Seed(ctx); err != nil {
		return err
	}
	lists, err := allInForce(ctx, s.db.Pool(), cacheEntries)
	if err != nil {
		return err
	}

	for _, list := range lists {
		if _, err := s.ready(ctx, list); err != nil {
			return err
		}
	}

	return s.expire(ctx)
}

// NewList is a list to be made.
type NewList struct {
	UnitID int64
	Kind   Kind
	Name   string
}

// Create makes an empty list of a unit, in force. Fails with fault.Invalid at "name", "kind" or "unit",
// fault.NotFound or fault.Forbidden at the unit.
func (s *Service) Create(ctx context.Context, actor access.Actor, list NewList) (_ List, err error) {
	defer fault.Step(&err, "lexicon.Create %d", list.UnitID)

	list.Name = glyph.Clean(list.Name)
	if err := list.check(); err != nil {
		return List{}, err
	}
	var made List
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.FindTx(ctx, tx, actor, access.LexiconView, list.UnitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.LexiconManage, unit.Path); err != nil {
			return err
		}
		made, err = s.createTx(ctx, tx, actor, list, shippedAs{})

		return err
	})

	return made, err
}

func (l NewList) check() error {
	var fields fault.Fields

	switch n := glyph.Count(l.Name); {
	case n == 0:
		fields.Add(fault.Invalid("name", "请填写词表名称"))
	case n > nameLimit:
		fields.Add(fault.Invalid("name", "词表名称最多 {.max} 个字", "max", nameLimit))
	}
	if l.Kind.Label() == "" {
		fields.Add(fault.Invalid("kind", "请选择词表类别"))
	}

	return fields.Err()
}

func (s *Service) createTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	list NewList,
	shipped shippedAs,
) (List, error) {
	if n, err := listsOf(ctx, tx, list.UnitID); err != nil || n >= listsLimit {
		return List{}, errors.Join(err, tooManyLists(n))
	}
	id, err := insertList(ctx, tx, list, shipped, s.now())
	if err != nil {
		return List{}, err
	}
	made, err := lockList(ctx, tx, id)
	if err != nil {
		return List{}, err
	}
	if err := insertVersion(ctx, tx, made, step{what: "create", by: actor}, s.now()); err != nil {
		return List{}, err
	}

	return made, s.record(ctx, tx, actor, actCreate, made, "", map[string]any{
		"name": made.Name, "kind": made.Kind,
	})
}

func tooManyLists(n int) error {
	if n < listsLimit {
		return nil
	}

	return fault.Conflict("一个单位最多 {.max} 个词表", "max", listsLimit)
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	action audit.Act,
	list List,
	why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   action,
		Subject:  list.Ref(),
		UnitPath: list.UnitPath,
		Why:      why,
		Detail:   detail,
	})
}

// Lists gives the lists of the actor's units, and those of the units above them, which hold there too.
func (s *Service) Lists(ctx context.Context, actor access.Actor) (_ []List, err error) {
	defer fault.Step(&err, "lexicon.Lists")

	return visibleLists(ctx, s.db.Gorm(ctx), actor)
}

// Find gives one list. Fails with fault.NotFound when the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ List, err error) {
	defer fault.Step(&err, "lexicon.Find %d", id)

	return findList(ctx, s.db.Gorm(ctx), actor, id)
}

// EntryFilter narrows the entries of a list. Zero fields do not filter.
type EntryFilter struct {
	Query  string // part of word, suggestion or note
	Level  Level  // that it has, its own or the kind's
	State  State
	After  int64 // the last id of the page before
	Limit  int   // 50 when zero, at most 500
	listed Kind
}

// Entries gives the entries of a list, the newest first, and how many there are of them in all.
func (s *Service) Entries(
	ctx context.Context,
	actor access.Actor,
	id int64,
	filter EntryFilter,
) (_ []Entry, total int, err error) {
	defer fault.Step(&err, "lexicon.Entries %d", id)

	list, err := s.Find(ctx, actor, id)
	if err != nil {
		return nil, 0, err
	}
	if filter.Limit <= 0 || filter.Limit > 500 {
		filter.Limit = 50
	}
	filter.listed = list.Kind

	return searchEntries(ctx, s.db.Gorm(ctx), id, filter)
}

// FindEntry gives an entry of a list as it stands. Fails with fault.NotFound when it has been replaced.
func (s *Service) FindEntry(ctx context.Context, actor access.Actor, listID, id int64) (_ Entry, err error) {
	defer fault.Step(&err, "lexicon.FindEntry %d", id)

	if _, err := s.Find(ctx, actor, listID); err != nil {
		return Entry{}, err
	}

	return oneEntry(ctx, s.db.Gorm(ctx), listID, id)
}

// All gives all entries of a list as it stands, for an export, by word.
func (s *Service) All(ctx context.Context, actor access.Actor, id int64) (_ List, _ []Entry, err error) {
	defer fault.Step(&err, "lexicon.All %d", id)

	list, err := s.Find(ctx, actor, id)
	if err != nil {
		return List{}, nil, err
	}
	entries, err := entriesOf(ctx, s.db.Pool(), id, list.Version, false)

	return list, entries, err
}

// Version is what was done to a list at once.
type Version struct {
	Version     int
	At          time.Time
	By          string // empty: the program
	ConfirmedBy string
	What        string // create, entries, import, on, off, shipped
	Added       int    // entries that were not there
	Changed     int    // entries that took the place of others
}

// Versions gives the latest hundred versions of a list, the newest first.
func (s *Service) Versions(ctx context.Context, actor access.Actor, id int64) (_ []Version, err error) {
	defer fault.Step(&err, "lexicon.Versions %d", id)

	if _, err := s.Find(ctx, actor, id); err != nil {
		return nil, err
	}

	return versionsOf(ctx, s.db.Gorm(ctx), id)
}

// Difference is what one version of a list has otherwise than an earlier one: before is nil where the word is
// new.
type Difference struct{ Before, After *Entry }

// differencesLimit bounds a comparison that is shown.
const differencesLimit = 500

// Compare gives what changed between two versions of a list, by word, at most 500; all says how many there
// are.
func (s *Service) Compare(
	ctx context.Context,
	actor access.Actor,
	id int64,
	from, to int,
) (_ []Difference, all int, err error) {
	defer fault.Step(&err, "lexicon.Compare %d", id)

	if _, err := s.Find(ctx, actor, id); err != nil {
		return nil, 0, err
	}
	if from < 0 || to < from {
		return nil, 0, fault.Invalid("from", "请先选较早的版本，再选较晚的版本")
	}

	return differences(ctx, s.db.Pool(), id, from, to)
}
