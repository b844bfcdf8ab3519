package notice

import (
	"context"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// Urgent stands among the kinds that are told outside for what is urgent of any kind.
const Urgent Kind = "urgent"

// Leaving is a telling of one person that also leaves the console: nothing in it is of the words of a matter.
type Leaving struct {
	Event  int64 `json:"event"`
	UnitID int64 `json:"unit"` // of the event
	Kind   Kind  `json:"kind"`
	Urgent bool  `json:"urgent"`
	User   int64 `json:"user"`
}

// LeaveArgs asks for notices to leave. The job is inserted in the transaction that tells of them, and does
// not exist without it; package channel does the work.
type LeaveArgs struct {
	At      time.Time `json:"at"` // of the telling
	Leaving []Leaving `json:"leaving"`
}

// Kind names the job.
func (LeaveArgs) Kind() string { return "notice_leave" }

// InsertOpts gives the queue.
func (LeaveArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Notify, MaxAttempts: 10}
}

// leaveBatch bounds what one job holds.
const leaveBatch = 500

// leave asks for what people want told outside to leave.
func leave(ctx context.Context, tx pg.Tx, at time.Time, people []hearer) error {
	var list []Leaving

	for _, person := range people {
		if person.leaves {
			list = append(list, Leaving{
				Event: person.eventID, UnitID: person.unitID, Kind: person.kind, Urgent: person.urgent,
				User: person.userID,
			})
		}
	}

	for part := range slices.Chunk(list, leaveBatch) {
		if err := queue.Insert(ctx, tx, LeaveArgs{At: at, Leaving: part}, nil); err != nil {
			return err
		}
	}

	return nil
}

// Leaves tells whether a notice is told outside as well.
func (s Settings) Leaves(kind Kind, urgent bool) bool {
	return slices.Contains(s.Outside, kind) || urgent && slices.Contains(s.Outside, Urgent)
}

// Find gives the actor's notice of an event without marking it as read. Fails with fault.NotFound where the
// actor was not told of it or may no longer read of it.
func (s *Service) Find(ctx context.Context, actor access.Actor, event int64) (_ Notice, err error) {
	defer fault.Step(&err, "notice.Find %d", event)

	rows, err := findNotice(ctx, s.db.Gorm(ctx), actor, event)
	if err != nil {
		return Notice{}, err
	}
	if len(rows) == 0 {
		return Notice{}, errNotTold()
	}

	return s.spoken(rows)[0], nil
}

func errNotTold() error {
	return fault.NotFound("没有找到这条通知：它不是发给您的，或您已不负责这件事")
}
