// Package todo keeps what waits for a person: raised and resolved in the transactions of the matters
// themselves, shown to whoever may deal with them. It does not decide when something is due and does
// not deal with it.
package todo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Item is a matter to be raised. Key makes it appear once while it is open. Whoever holds the
// permission at the unit sees it, except NotUser. The words are made of the matter and Args when it is
// shown, in the reader's language.
type Item struct {
	Matter    Matter
	Key       string
	UnitPath  string
	NotUser   int64
	SubjectID int64
	Args      map[string]any
	DueAt     *time.Time

	NotUsers  []int64 // like NotUser
	OnlyUsers []int64 // nobody else sees it, whatever they hold; nil: everybody who may deal with it
	Grant     *Grant  // who sees it holds such a grant; nil: the permission is enough
	Own       *Own    // who is told of it besides; nil: nobody

	Permission access.Permission // of who may deal with it; that of the matter when empty
	Subject    Subject           // what it is about; that of the matter when empty
}

// Grant narrows a matter to those who hold a grant of a role: at its unit or above, or just there.
type Grant struct {
	Role access.Role // "": any with the permission
	Here bool        // at the unit itself
}

// Own is what a matter means to the people whose own post it concerns. They are told of it where they may
// read it; it stands on nobody's list for that.
type Own struct {
	Users      []int64
	Permission access.Permission // with which they read it
	UnitPath   string
	Subject    Subject
	SubjectID  int64
}

// filled takes what is not said from the matter.
func (it Item) filled() Item {
	if it.Permission == "" {
		it.Permission = it.Matter.Permission
	}
	if it.Subject == "" {
		it.Subject = it.Matter.Subject
	}

	return it
}

// RaiseTx opens a matter; it does nothing when one with the same key is open.
func RaiseTx(ctx context.Context, tx pg.Tx, at time.Time, item Item) (err error) {
	defer fault.Step(&err, "todo.RaiseTx")

	return RaiseManyTx(ctx, tx, at, []Item{item})
}

// RaiseManyTx is RaiseTx for many matters, in one statement.
func RaiseManyTx(ctx context.Context, tx pg.Tx, at time.Time, list []Item) (err error) {
	defer fault.Step(&err, "todo.RaiseManyTx")

	units := make([]int64, len(list))

	list = slices.Clone(list)
	for i, item := range list {
		item = item.filled()
		list[i] = item
		if item.Key == "" || item.Permission == "" || item.Matter.Code == "" || item.Matter.Kind == "" ||
			item.Subject == "" {
			return fmt.Errorf("raise to-do %q: %w", item.Key, errIncomplete)
		}
		var err error
		if units[i], err = org.IDOf(item.UnitPath); err != nil {
			return fmt.Errorf("raise to-do %q: %w", item.Key, err)
		}
	}
	if len(list) == 0 {
		return nil
	}

	ids, err := insertItems(ctx, tx, at, units, list)
	if err != nil {
		return err
	}

	return tell(ctx, tx, at, list, ids)
}

var errIncomplete = errors.New("key or matter is missing")

// PutOffTx says until when open matters are due now, each by its key; nil: at no time. Nobody is told
// again. It does nothing where none is open.
func PutOffTx(ctx context.Context, tx pg.Tx, due map[string]*time.Time) (err error) {
	defer fault.Step(&err, "todo.PutOffTx")

	keys, times := make([]string, 0, len(due)), make([]*time.Time, 0, len(due))
	for key, at := range due {
		keys, times = append(keys, key), append(times, at)
	}

	return putOff(ctx, tx, keys, times)
}

// ResolveTx closes the open matter with this key; by is 0 when the machine did it. It does nothing when
// none is open.
func ResolveTx(ctx context.Context, tx pg.Tx, at time.Time, key string, by int64) (err error) {
	defer fault.Step(&err, "todo.ResolveTx")

	return resolve(ctx, tx, at, by, "key = @key", pgx.NamedArgs{"key": key})
}

// ResolveManyTx is ResolveTx for many keys, in one statement.
func ResolveManyTx(ctx context.Context, tx pg.Tx, at time.Time, keys []string, by int64) (err error) {
	defer fault.Step(&err, "todo.ResolveManyTx")

	if len(keys) == 0 {
		return nil
	}

	return resolve(ctx, tx, at, by, "key = ANY (@keys)", pgx.NamedArgs{"keys": keys})
}

// ResolveSubjectTx closes every open matter of one thing, such as all of a delivery that was cancelled.
func ResolveSubjectTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	subject Subject,
	subjectID, by int64,
) (err error) {
	defer fault.Step(&err, "todo.ResolveSubjectTx %d", subjectID)

	return resolve(ctx, tx, at, by, "subject_type = @subject AND subject_id = @id",
		pgx.NamedArgs{"subject": string(subject), "id": subjectID})
}

// SettleSubjectTx makes the list all that is open about one thing: what is not on it is resolved, what is
// new is raised. Nobody is told again of what stays open.
func SettleSubjectTx(
	ctx context.Context, tx pg.Tx, at time.Time, subject Subject, subjectID int64, list []Item, by int64,
) (err error) {
	defer fault.Step(&err, "todo.SettleSubjectTx %d", subjectID)

	keys := make([]string, len(list))
	for i, item := range list {
		keys[i] = item.Key
	}
	err = resolve(ctx, tx, at, by, "subject_type = @subject AND subject_id = @id AND key <> ALL (@keys)",
		pgx.NamedArgs{"subject": string(subject), "id": subjectID, "keys": keys})
	if err != nil {
		return err
	}

	return RaiseManyTx(ctx, tx, at, list)
}

// ResolveBeforeTx closes what is open about a kind of thing since before an instant, but for one key.
func ResolveBeforeTx(
	ctx context.Context, tx pg.Tx, at time.Time, subject Subject, before time.Time, but string,
) (err error) {
	defer fault.Step(&err, "todo.ResolveBeforeTx %s", subject)

	return resolve(ctx, tx, at, 0, "subject_type = @subject AND raised_at < @before AND key <> @but",
		pgx.NamedArgs{"subject": string(subject), "before": before, "but": but})
}

// OpenSQL is a table of what is open about a kind of subject, to join with the subjects' own: kind, key,
// subject_id.
func OpenSQL(subject Subject) string {
	return "(SELECT kind, key, subject_id FROM todos WHERE resolved_at IS NULL AND subject_type = '" +
		string(subject) + "')"
}

// RaisedSQL is a table of what was ever put on lists for some matters, to count: unit_id, code, raised_at.
func RaisedSQL(matters ...Matter) string {
	codes := make([]string, len(matters))
	for i, matter := range matters {
		codes[i] = "'" + matter.Code + "'"
	}

	return "(SELECT unit_id, code, raised_at FROM todos WHERE code IN (" + strings.Join(codes, ", ") + "))"
}

// OpenBeforeTx tells whether something with this key has been open since before an instant.
func OpenBeforeTx(ctx context.Context, tx pg.Tx, key string, before time.Time) (open bool, err error) {
	defer fault.Step(&err, "todo.OpenBeforeTx")

	err = tx.Pgx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM todos WHERE key = @key AND resolved_at IS NULL AND raised_at < @before)`,
		pgx.NamedArgs{"key": key, "before": before}).Scan(&open)

	return open, err
}

// Read takes a notice from the actor's own list; others keep it. Fails with fault.NotFound
// for a matter that is no notice, not the actor's, or read already.
func (s *Service) Read(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "todo.Read %d", id)

	return s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		at := s.now().UTC()
		if err := markRead(ctx, tx.DB, actor, id, at); err != nil {
			return err
		}

		return notice.OpenedTx(ctx, tx, at, actor.UserID, id)
	})
}

// Opened notes that the actor followed a matter of the own list to where it is dealt with: nobody above is
// told of it any more for want of somebody who looks. Fails with fault.NotFound for what is not on the list.
func (s *Service) Opened(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "todo.Opened %d", id)

	return s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if err := onList(ctx, tx.DB, actor, id); err != nil {
			return err
		}

		return notice.OpenedTx(ctx, tx, s.now().UTC(), actor.UserID, id)
	})
}

// Open is a matter as it is shown.
type Open struct {
	ID        int64
	Kind      string
	Key       string
	Subject   Subject
	SubjectID int64
	UnitName  string
	Code      string
	Args      map[string]any
	DueAt     *time.Time
	RaisedAt  time.Time

	Matter Matter // its words; a general one for a code that this version does not know
	Path   string // where it is dealt with, as an address within the console
}

// Service reads the list. It is safe for concurrent use.
type Service struct {
	db      *pg.DB
	matters []Matter
	pages   Pages
	now     func() time.Time
}

// New makes the service. matters are those of all features, joined, and pages where the faces deal with them.
func New(db *pg.DB, matters []Matter, pages Pages, now func() time.Time) *Service {
	return &Service{db: db, matters: matters, pages: pages, now: now}
}

// shown gives what was read its words and its page.
func (s *Service) shown(list []Open, err error) ([]Open, error) {
	for i, open := range list {
		list[i].Matter, list[i].Path = s.matterOf(
			open.Code,
		), s.pages.of(
			open.Code,
			open.Subject,
			open.SubjectID,
		)
	}

	return list, err
}

// listLimit bounds the list: who has more waiting needs colleagues, not paging.
const listLimit = 300

// List gives what the actor may deal with, most pressing kind first, then by due time and age; at most 300.
func (s *Service) List(ctx context.Context, actor access.Actor) (_ []Open, err error) {
	defer fault.Step(&err, "todo.List")

	return s.shown(list(ctx, s.db.Gorm(ctx), actor, listing{each: listLimit, limit: listLimit}))
}

// First gives the first n of each kind, in the order of List.
func (s *Service) First(ctx context.Context, actor access.Actor, n int) (_ []Open, err error) {
	defer fault.Step(&err, "todo.First")

	return s.shown(list(ctx, s.db.Gorm(ctx), actor, listing{each: n, limit: n * len(headings) * 2}))
}

// OfKind gives those of one kind; at most 300.
func (s *Service) OfKind(ctx context.Context, actor access.Actor, kind string) (_ []Open, err error) {
	defer fault.Step(&err, "todo.OfKind")

	return s.shown(list(ctx, s.db.Gorm(ctx), actor, listing{kind: kind, each: listLimit, limit: listLimit}))
}

// Count is how many there are.
func (s *Service) Count(ctx context.Context, actor access.Actor) (_ int, err error) {
	defer fault.Step(&err, "todo.Count")

	return count(ctx, s.db.Gorm(ctx), actor)
}

// CountKinds is how many there are of each kind.
func (s *Service) CountKinds(ctx context.Context, actor access.Actor) (_ map[string]int, err error) {
	defer fault.Step(&err, "todo.CountKinds")

	return countKinds(ctx, s.db.Gorm(ctx), actor)
}
