package delivery

import (
	"context"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/decision"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Times are the instants between which a step moved a delivery, or between which somebody wants to move
// it; ok is false for a step that moved nothing. to is nil for as soon as agreed, from is nil when
// there was no time before.
func (e Event) Times() (from, to *time.Time, ok bool) {
	from, had := e.instant(dueFromArg)
	to, has := e.instant(dueToArg)
	return from, to, had || has
}

// instant reads an instant among the parameters of a step. ok tells that the step has one, or has none
// on purpose.
func (e Event) instant(name string) (at *time.Time, ok bool) {
	v, ok := e.Args[name]
	if !ok {
		return nil, false
	}
	text, _ := v.(string)
	t, err := instant.Parse(text, time.RFC3339)
	if err != nil {
		return nil, true
	}

	return &t, true
}

// Why is the reason that the person gave for a step; "" when none was asked for.
func (e Event) Why() string {
	why, _ := e.Args[whyArg].(string)
	return why
}

// Asked is what two people must decide, of a step that asked for it or refused it; "" for other steps.
func (e Event) Asked() decision.Kind {
	what, _ := e.Args[askedArg].(string)
	return decision.Kind(what)
}

// Act is one act of a person on a post, however many of its accounts it reached.
type Act struct {
	Event
	Accounts int
}

// Acts reads what people did to the times of a post and what they took back, the newest first: one line
// for an act, however many accounts it reached. It fails with fault.NotFound when the actor may not see
// the post.
func (s *Service) Acts(ctx context.Context, actor access.Actor, postID int64) (list []Act, err error) {
	defer fault.Step(&err, "delivery.Acts %d", postID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := post.FindTx(ctx, tx, actor, access.PostView, postID); err != nil {
			return err
		}
		list, err = actsOf(ctx, tx.DB, postID)

		return err
	})

	return list, err
}

// actCodes are the acts that are told with a post: what changed its time, and what was taken back.
var actCodes = []Reason{
	WasRescheduled, WasCancelled, WasWithdrawn, EarlierAsked, EarlierAgreed, EarlierRefused,
}

// timedCodes are told where they changed the time: a reviewer may approve for a later one, a person may
// wish it while a call is out.
var timedCodes = []Reason{WasApproved, ApprovedPaused, WasReplanned, WasResumed, WishKept}

func actsOf(ctx context.Context, db *gorm.DB, postID int64) ([]Act, error) {
	type row struct {
		At       time.Time
		ByUser   *int64
		ByName   string
		Code     Reason
		Args     Args `gorm:"serializer:json"`
		Accounts int
	}
	rows, err := gorm.G[row](db).Raw(`
SELECT e.at, e.by_user, coalesce(u.display_name, '') AS by_name, e.code, e.args, count(*) AS accounts
FROM deliveries d JOIN delivery_events e ON e.delivery_id = d.id LEFT JOIN users u ON u.id = e.by_user
WHERE d.post_id = ? AND e.by_user IS NOT NULL
  AND (e.code IN ? OR e.code IN ? AND e.args ->> 'due_from' IS NOT NULL OR e.code = ?
      AND jsonb_exists(e.args, 'why'))
GROUP BY 1, 2, 3, 4, 5 ORDER BY e.at DESC, e.code LIMIT 200`, postID, actCodes, timedCodes, WishKept).
		Find(ctx)

	list := make([]Act, len(rows))
	for i, r := range rows {
		list[i] = Act{
			Event{At: r.At, ByUser: r.ByUser, ByName: r.ByName, Code: r.Code, Args: r.Args},
			r.Accounts,
		}
	}

	return list, err
}
