// Package notice tells people: an event is written once, in the transaction of what happened, with a notice
// for each person who hears of it. It keeps who read what, and what each wants counted. It sends nothing
// itself (package channel does) and knows no matter: what is told is declared by the features above it.
//
// Who hears of an event: those who hold its permission closest to its unit – at the unit itself, else at the
// next one above where somebody holds it – or, of what is somebody's own, these people alone. What is urgent
// and nobody opens goes on up the same ladder, rung by rung (PassOn).
package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Event is something people are told of. Key makes it one: telling of it again does nothing.
type Event struct {
	Key        string
	Kind       Kind
	Urgent     bool
	Code       string // of the words
	Args       map[string]any
	UnitPath   string
	Permission access.Permission // who may read of it
	Subject    string            // what it is about, as the pages of to-dos name it
	SubjectID  int64
	TodoID     int64 // the matter it tells of; 0: none

	NotUsers  []int64 // nobody of them is told for holding the permission
	OnlyUsers []int64 // of those who hold it only they are told; nil: all of the rung
	Role      *access.Role
	Here      bool
	To        []int64 // they alone are told, because it is their own matter; nil: who holds the permission
}

// TellTx writes events and tells people of them, in the caller's transaction. An event whose key is there
// already is left alone. It checks no right.
func TellTx(ctx context.Context, tx pg.Tx, at time.Time, events ...Event) (err error) {
	defer fault.Step(&err, "notice.TellTx")

	units := make([]int64, len(events))

	for i, event := range events {
		if event.Key == "" || !event.Kind.Valid() || event.Code == "" || !event.Permission.Valid() {
			return fmt.Errorf("tell of %q: %w", event.Key, errIncomplete)
		}
		if units[i], err = org.IDOf(event.UnitPath); err != nil {
			return err
		}
	}
	if len(events) == 0 {
		return nil
	}
	fresh, err := insertEvents(ctx, tx, at, units, events)
	if err != nil || len(fresh) == 0 {
		return err
	}
	_, err = tellRung(ctx, tx, at, fresh)

	return err
}

var errIncomplete = errors.New("key, kind, code or permission is missing")

// SettleTx ends the events of matters that are dealt with: nobody needs to read of them any more.
func SettleTx(ctx context.Context, tx pg.Tx, at time.Time, todos []int64) (err error) {
	defer fault.Step(&err, "notice.SettleTx")

	if len(todos) == 0 {
		return nil
	}

	return settle(ctx, tx, at, "todo_id = ANY (@todos)", pgx.NamedArgs{"todos": todos})
}

// OpenedTx notes that a person opened a matter by another way than its notice: it goes no further, and the
// person's notices of it are read. It checks no right.
func OpenedTx(ctx context.Context, tx pg.Tx, at time.Time, user, todo int64) (err error) {
	defer fault.Step(&err, "notice.OpenedTx %d", todo)

	return markOpened(ctx, tx, at, user, todo)
}

// EndTx ends events by their keys, like SettleTx.
func EndTx(ctx context.Context, tx pg.Tx, at time.Time, keys ...string) (err error) {
	defer fault.Step(&err, "notice.EndTx")

	return settle(ctx, tx, at, "key = ANY (@keys)", pgx.NamedArgs{"keys": keys})
}

// tellRung tells the next rung of each event, and gives the events of which somebody was told.
func tellRung(ctx context.Context, tx pg.Tx, at time.Time, events []int64) ([]int64, error) {
	people, err := nextRung(ctx, tx, at, events)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	if err := insertCopies(ctx, tx, at, people); err != nil {
		return nil, err
	}
	if err := leave(ctx, tx, at, people); err != nil {
		return nil, err
	}

	var told []int64
	for _, person := range people { // in the order of events
		if len(told) == 0 || told[len(told)-1] != person.eventID {
			told = append(told, person.eventID)
		}
	}

	return told, nil
}

// hearer is somebody who is to hear of an event.
type hearer struct {
	eventID, userID int64
	unitID          int64 // of the event
	kind            Kind
	urgent          bool
	counts          bool // at the bell
	leaves          bool // is told outside as well
}

// Word is what a code says: Chinese source texts. "{.name}" in Text is filled from the event's Args.
type Word struct {
	Code string // as Event.Code
	Text string
	Act  string // what the person does next: the words of the link
}

// Notice is one person's notice as it is shown.
type Notice struct {
	ID        int64
	EventID   int64
	Kind      Kind
	Urgent    bool
	Code      string
	Args      map[string]any `gorm:"-"` // read from its text
	Subject   string
	SubjectID int64
	UnitName  string
	RaisedAt  time.Time
	ReadAt    *time.Time
	SettledAt *time.Time // the matter is dealt with

	Word Word   `gorm:"-"`
	Path string `gorm:"-"` // where it leads, as an address within the console
}

// Open tells whether it waits to be read.
func (n Notice) Open() bool { return n.ReadAt == nil && n.SettledAt == nil }

// Pairs gives Args as names and values in turn, as a printer takes them.
func (n Notice) Pairs() []any {
	return append([]any{"code", n.Code}, i18n.Pairs(n.Args, "reason", "what", "role")...)
}
