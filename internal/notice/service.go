package notice

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
)

// Options of the service.
type Options struct {
	Now   func() time.Time
	Words []Word                                             // of all features, joined
	Page  func(code, subject string, subjectID int64) string // where a code leads
	After time.Duration                                      // unopened, urgent: to the next; 0: never
}

// Service reads notices and keeps settings. It is safe for concurrent use.
type Service struct {
	db  *pg.DB
	opt Options
}

// New makes the service.
func New(db *pg.DB, options Options) *Service { return &Service{db: db, opt: options} }

func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }

// perPage is how many notices a page of the list has.
const perPage = 50

// Filter narrows a list.
type Filter struct {
	Unread bool   // what waits to be read
	Kind   Kind   // "": all
	After  string // behind this place
}

// List gives the actor's notices, the newest first, fifty a page. What the actor may no longer read of is
// left out. Fails with fault.Invalid on "after" and "kind".
func (s *Service) List(
	ctx context.Context,
	actor access.Actor,
	filter Filter,
) (_ pg.Page[Notice], err error) {
	defer fault.Step(&err, "notice.List")

	if filter.Kind != "" && !filter.Kind.Valid() {
		return pg.Page[Notice]{}, fault.Invalid("kind", "没有这一类通知")
	}
	rows, err := listNotices(ctx, s.db.Gorm(ctx), actor, filter, lastKept(s.now()), perPage+1)
	if err != nil {
		return pg.Page[Notice]{}, err
	}

	return pg.Cut(s.spoken(rows), perPage, func(n Notice) pg.Cursor {
		return pg.Cursor{At: n.RaisedAt, ID: n.ID}
	}), nil
}

// Count is how many notices stand at the actor's bell, up to Most; urgent is how many of them are urgent.
func (s *Service) Count(ctx context.Context, actor access.Actor) (all, urgent int, err error) {
	defer fault.Step(&err, "notice.Count")

	return countNotices(ctx, s.db.Gorm(ctx), actor)
}

// Most is where the bell stops counting.
const Most = 100

// Open finds the actor's notice of an event and marks it as read: the actor follows its link. Fails with
// fault.NotFound where the actor was not told of it or may no longer read of it.
func (s *Service) Open(ctx context.Context, actor access.Actor, event int64) (_ Notice, err error) {
	defer fault.Step(&err, "notice.Open %d", event)

	var rows []Notice
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if rows, err = findNotice(ctx, tx.DB, actor, event); err != nil {
			return err
		}
		if len(rows) == 0 {
			return errNotTold()
		}

		return markRead(ctx, tx, s.now(), actor.UserID, []int64{rows[0].ID})
	})
	if err != nil {
		return Notice{}, err
	}

	return s.spoken(rows)[0], nil
}

// Read marks one notice of the actor as read. Fails with fault.NotFound for another's; one that was read
// already is no fault.
func (s *Service) Read(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "notice.Read %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		mine, err := ownedBy(ctx, tx, actor.UserID, id)
		if err != nil {
			return err
		}
		if !mine {
			return fault.NotFound("没有找到这条通知")
		}

		return markRead(ctx, tx, s.now(), actor.UserID, []int64{id})
	})
}

// ReadAll marks as read what the actor was shown: all of a kind, or of any when it is empty, up to the notice
// with the highest number, without what is urgent, which is opened one by one. It gives how many there were.
func (s *Service) ReadAll(ctx context.Context, actor access.Actor, kind Kind, last int64) (n int, err error) {
	defer fault.Step(&err, "notice.ReadAll")

	err = s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		n, err = markAllRead(ctx, tx, s.now(), actor.UserID, kind, last)
		return err
	})

	return n, err
}

// spoken gives what was read its words and where it leads.
func (s *Service) spoken(list []Notice) []Notice {
	for i, n := range list {
		list[i].Word, list[i].Path = s.word(n.Code), s.opt.Page(n.Code, n.Subject, n.SubjectID)
	}

	return list
}

// general stands for a code that this version has no words for, such as one left by a newer one.
var general = Word{Text: i18n.N("有一件事需要处理（{.code}）"), Act: i18n.N("查看|动词")}

func (s *Service) word(code string) Word {
	i := slices.IndexFunc(s.opt.Words, func(w Word) bool { return w.Code == code })
	if i < 0 {
		return general
	}

	return s.opt.Words[i]
}

// Settings are how the actor is told.
func (s *Service) Settings(ctx context.Context, actor access.Actor) (_ Settings, err error) {
	defer fault.Step(&err, "notice.Settings")

	return findSettings(ctx, s.db.Pool(), actor.UserID)
}

// Save keeps the choices. edit.Version is the one that was shown. Fails with fault.Invalid on "counted",
// and with fault.Conflict when they were changed elsewhere meanwhile.
func (s *Service) Save(ctx context.Context, actor access.Actor, edit Settings) (saved Settings, err error) {
	defer fault.Step(&err, "notice.Save")

	if err := edit.check(); err != nil {
		return Settings{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := saveSettings(ctx, tx, actor.UserID, edit); err != nil {
			return err
		}
		saved, err = findSettings(ctx, tx.Pgx, actor.UserID)

		return err
	})

	return saved, err
}
