package plan

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Bounds of a queue.
const (
	queueDays = 14
	perDay    = 200 // posts of one day that a queue names
)

// Queue is what stands in the slots of an account that are to come, and which of them are free.
type Queue struct {
	Slots
	Days        []QueueDay
	Free        []time.Time // slots that hold nothing
	UnknownYear int         // in which slots on workdays were left out, since nobody entered the year
}

// QueueDay is one day of a queue.
type QueueDay struct {
	Day
	Places []Place
}

// Place is a slot with what stands in it, or the time of something that stands beside the slots.
type Place struct {
	At      time.Time
	Slot    bool
	Columns string // whose slot it is, "" for all columns
	Entries []Entry
}

// Queue gives the slots of an account in the next two weeks, today's from now on, and what is due at them or
// between them. It needs post.view at the account's unit; fails with fault.NotFound.
func (s *Service) Queue(ctx context.Context, actor access.Actor, accountID int64) (queue Queue, err error) {
	defer fault.Step(&err, "plan.Queue %d", accountID)

	if queue.Slots, err = slotsOf(ctx, s.db.Pool(), actor, accountID); err != nil {
		return Queue{}, err
	}
	now := s.now()
	today := beijing.Day(now)
	ask := Ask{From: today, To: today.AddDate(0, 0, queueDays), named: perDay}
	almanac, err := s.Almanac(ctx, ask.From.Year(), ask.To.Year())
	if err != nil {
		return Queue{}, err
	}
	rows, err := entriesOf(ctx, s.db, actor, []accountRow{{ID: accountID}}, ask)
	if err != nil {
		return Queue{}, err
	}

	var entries []Entry

	for _, row := range rows {
		if entry := row.entry(actor); entry.DueAt.After(now) {
			entries = append(entries, entry)
		}
	}
	queue.lay(now, entries, almanac)

	return queue, nil
}

// lay puts what is due into the slots of the days, and beside them; entries are in order.
func (q *Queue) lay(now time.Time, entries []Entry, almanac Almanac) {
	today := beijing.Day(now)

	for i := range queueDays {
		day := QueueDay{Day: Day{Date: today.AddDate(0, 0, i), Today: i == 0}}
		day.Mark = almanac.Mark(day.Date)
		day.Places = q.places(day.Date, now, almanac)

		for _, entry := range entries {
			if beijing.Day(entry.DueAt).Equal(day.Date) {
				day.Places = put(day.Places, entry)
			}
		}
		slices.SortStableFunc(day.Places, func(a, b Place) int { return a.At.Compare(b.At) })

		for _, place := range day.Places {
			if place.Slot && len(place.Entries) == 0 {
				q.Free = append(q.Free, place.At)
			}
		}
		q.Days = append(q.Days, day)
	}
}

// places are the slots of a day that are not over. What several columns have at one time is one place.
func (q *Queue) places(day, now time.Time, almanac Almanac) (places []Place) {
	for _, week := range q.Weeks {
		slots, known := week.on(day, almanac)
		if !known {
			q.UnknownYear = cmp.Or(q.UnknownYear, day.Year())
		}

		for _, at := range slots {
			i := slices.IndexFunc(places, func(place Place) bool { return place.At.Equal(at) })

			switch {
			case at.Before(now.Add(slotLead)):
			case i < 0:
				places = append(places, Place{At: at, Slot: true, Columns: week.Column})
			case places[i].Columns != "" && week.Column != "":
				places[i].Columns = strings.Join([]string{places[i].Columns, week.Column}, "、")
			}
		}
	}

	return places
}

// put lays something due into the slot that holds it, the nearest one, or into a place of its own.
func put(places []Place, entry Entry) []Place {
	best := -1

	for i, place := range places {
		away := entry.DueAt.Sub(place.At).Abs()
		if place.Slot && away < slotRoom && (best < 0 || away < entry.DueAt.Sub(places[best].At).Abs()) {
			best = i
		}
	}
	if best < 0 {
		return append(places, Place{At: entry.DueAt, Entries: []Entry{entry}})
	}
	places[best].Entries = append(places[best].Entries, entry)

	return places
}

// MoveTo gives a post another time in the queue of an account, by the rules of a single move; was is when the
// page showed it, to the minute, zero for whenever it is. Of two who want one slot at once the second fails
// with fault.Conflict "taken", as where the account has something else there; otherwise it fails as
// delivery.RescheduleSeen does.
func (s *Service) MoveTo(
	ctx context.Context,
	actor access.Actor,
	accountID, postID int64,
	was, at time.Time,
) (moved delivery.Rescheduled, err error) {
	defer fault.Step(&err, "plan.MoveTo %d", postID)

	free := func(tx pg.Tx) error {
		if err := lockQueue(ctx, tx, accountID); err != nil {
			return err
		}
		busy, err := busyTimes(
			ctx,
			tx.Pgx,
			actor,
			[]int64{accountID},
			postID,
			at.Add(-slotRoom+1),
			at.Add(slotRoom),
		)
		if err == nil && taken(busy, at) {
			err = fault.Conflict("这个时段刚刚有了别的稿件，请另选").WithCode("taken")
		}

		return err
	}

	return s.deliveries.RescheduleSeen(
		ctx,
		actor,
		postID,
		delivery.DueChoice{At: &at},
		delivery.Shown{Due: was, Free: free},
	)
}
