package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/delivery"
)

// patience is how long a delivery may take to settle after its due time.
const patience = time.Minute

// Verdict is what became of a scenario's deliveries, by the judge's log.
type Verdict struct {
	Deliveries int
	Once       int           // out exactly once, and known so
	None       int           // not out, for a reason that is told
	Person     int           // in front of a person, with a to-do
	Doubles    int           // out twice or more
	Lost       int           // neither out nor told; or said to be out and not there
	Early      int           // marked or called before its time, by whatever little
	Open       int           // still on the way when patience ended
	Soonest    time.Duration // arrival of the first call after its due time
	Latest     time.Duration
	Slowest    time.Duration // from the due time to the last change
	Harms      int
	Proved     int // harms that records show to have fallen where they should
	Notes      []string

	arrived bool // a call did
}

// standing is a delivery beside what the judge holds.
type standing struct {
	ID      int64
	Handle  string
	State   string
	Reason  string
	Remote  string
	Told    bool
	DueAt   time.Time
	Settled time.Time
	Late    time.Duration
}

const standingsSQL = `
SELECT d.id, a.handle, d.state, d.reason, coalesce(d.remote_id, ''),
       EXISTS (SELECT FROM todos t WHERE t.resolved_at IS NULL AND t.subject_type = 'delivery'
           AND t.subject_id = d.id),
       d.due_at, coalesce((SELECT max(e.at) FROM delivery_events e
           WHERE e.delivery_id = d.id AND e.from_state <> e.to_state), d.due_at),
       coalesce(extract(epoch
           FROM (SELECT min(e.at) FROM delivery_events e WHERE e.delivery_id = d.id AND e.code = 'marked'
           AND e.plan = d.plan) - d.due_at), 0)::float8
FROM deliveries d JOIN accounts a ON a.id = d.account_id ORDER BY d.id`

func (w *world) standings(ctx context.Context) ([]standing, error) {
	rows, err := w.db.Pool().Query(ctx, standingsSQL)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (s standing, err error) {
		var late float64
		err = r.Scan(&s.ID, &s.Handle, &s.State, &s.Reason, &s.Remote, &s.Told, &s.DueAt, &s.Settled, &late)
		s.Late = time.Duration(late * float64(time.Second))

		return s, err
	})
}

// judge waits until everything has settled, by itself unless people may be left to decide, or until
// patience ends, and compares with the log of the imitation Weibo.
func (w *world) judge(ctx context.Context, mayPerson bool) (Verdict, error) {
	end := time.Now().Add(patience)

	for {
		verdict, due, err := w.look(ctx)
		switch {
		case err != nil && time.Now().After(end):
			return verdict, err
		case err == nil && verdict.Open == 0 && (verdict.Person == 0 || mayPerson):
			return verdict, nil
		case time.Now().After(end) && time.Now().After(due.Add(patience)):
			return verdict, nil
		}
		wait(ctx, 200*time.Millisecond)
		if ctx.Err() != nil {
			return verdict, context.Cause(ctx)
		}
	}
}

func (w *world) look(ctx context.Context) (verdict Verdict, due time.Time, err error) {
	list, err := w.standings(ctx)
	if err != nil {
		return verdict, due, err
	}
	out, err := w.weibo.posts(ctx)
	if err != nil {
		return verdict, due, err
	}
	marks, err := w.marks(ctx)
	if err != nil {
		return verdict, due, err
	}
	log, err := w.weibo.events(ctx)
	if err != nil {
		return verdict, due, err
	}

	verdict = Verdict{Deliveries: len(list), Harms: w.harms, Proved: w.proved, Notes: slices.Clone(w.notes)}
	for _, standing := range list {
		if standing.DueAt.After(due) {
			due = standing.DueAt
		}
		verdict.count(standing, out[standing.Handle])
	}
	verdict.countEarly(marks, log)

	return verdict, due, nil
}

// count puts one delivery into its column.
func (v *Verdict) count(s standing, out []published) {
	state := delivery.State(s.State)
	switch {
	case len(out) > 1:
		v.Doubles++
		v.Notes = append(
			v.Notes,
			fmt.Sprintf("delivery %d: %d posts, %s %s", s.ID, len(out), s.State, s.Reason),
		)
	case len(out) == 1 && state == delivery.Sent && (s.Remote == fmt.Sprint(out[0].ID)):
		v.Once++
		v.Latest = max(v.Latest, s.Late)
	case s.Told:
		v.Person++
	case len(out) == 0 && (state == delivery.Cancelled || state == delivery.Failed ||
		state == delivery.Missed):
		v.None++
	case state.Final() && state != delivery.Sent || state == delivery.Sent && len(out) == 0:
		v.Lost++
		v.Notes = append(
			v.Notes,
			fmt.Sprintf("delivery %d: %d posts, %s %s", s.ID, len(out), s.State, s.Reason),
		)
	default:
		v.Open++
		return
	}
	v.Slowest = max(v.Slowest, s.Settled.Sub(s.DueAt))
}

// reached is one harm that a process did to itself.
type reached struct {
	point string
	id    int64
	at    time.Time
}

func (c *console) reached() (list []reached) {
	file, err := os.Open(filepath.Join(c.stops, "reached"))
	if err != nil {
		return nil
	}
	defer file.Close()

	for scan := bufio.NewScanner(file); scan.Scan(); {
		var r reached
		var micros int64
		if n, _ := fmt.Sscan(scan.Text(), &r.point, &r.id, &micros); n == 3 {
			r.at = time.UnixMicro(micros)
			list = append(list, r)
		}
	}

	return list
}

// moment is what the records knew of a delivery at an instant.
type moment struct {
	state              string // by delivery_events
	received, answered bool   // by the judge's log, since that state began
}

// prove checks for each harm of the consoles that the records before it and after it show the send to
// have stood at the point.
func (w *world) prove(ctx context.Context) error {
	log, err := w.weibo.events(ctx)
	if err != nil {
		return err
	}

	for _, console := range w.consoles {
		for _, reached := range console.reached() {
			w.harms++
			moment, err := w.momentOf(ctx, reached, log)
			if err != nil {
				return err
			}
			if moment.fits(reached.point) {
				w.proved++
			} else {
				w.note(
					"%s of delivery %d at %s not proved: %+v",
					reached.point,
					reached.id,
					reached.at.UTC().Format("15:04:05.000000"),
					moment,
				)
			}
		}
	}

	return nil
}

// clockError is how far a process's measure of the database's clock may be off on a machine at its
// limit: half of the trip of a question, which may be long where it was the first.
const clockError = 200 * time.Millisecond

func (w *world) momentOf(ctx context.Context, r reached, log []event) (m moment, err error) {
	id := r.id
	if id == 0 { // the point does not know whose call it is: one that was marked and had not arrived
		if id, err = w.unwritten(ctx, r.at, log); err != nil {
			return m, err
		}
	}
	var handle string
	var since time.Time
	spare := time.Duration(0) // a mark is written in the database's time, the point in the process's own
	if r.point != "before_mark" {
		spare = clockError
	}
	err = w.db.Pool().QueryRow(ctx, `
SELECT a.handle, e.to_state, e.at FROM deliveries d JOIN accounts a ON a.id = d.account_id
    JOIN delivery_events e ON e.delivery_id = d.id
WHERE d.id = $1 AND e.from_state <> e.to_state AND (e.at <= $2 OR e.to_state = 'sending' AND e.at <= $3)
ORDER BY e.id DESC LIMIT 1`, id, r.at, r.at.Add(spare)).Scan(&handle, &m.state, &since)
	if errors.Is(err, pgx.ErrNoRows) { // not proved, which the caller tells
		return moment{state: "no record"}, nil
	}

	since = since.Add(-spare)
	for _, e := range log {
		if e.Account == handle && publishes[e.Call] && !e.Wall.After(r.at) && !e.Wall.Before(since) {
			m.received = m.received || e.Step == "received"
			m.answered = m.answered || e.Step == "answered"
		}
	}

	return m, err
}

// publishes are the calls that make a post; others, such as readings of reach, prove nothing.
var publishes = map[string]bool{"statuses/update/biz": true, "statuses/share": true}

// unwritten finds a delivery that was marked at the instant, of which the judge had received nothing
// since, and which others called unknown afterwards, be it right away, or have yet to. The mark is
// written in the database's time, the instant in the process's own.
func (w *world) unwritten(ctx context.Context, at time.Time, log []event) (id int64, err error) {
	rows, err := w.db.Pool().Query(ctx, `
SELECT d.id, a.handle, e.at FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN LATERAL (
    SELECT id, to_state, at FROM delivery_events e WHERE e.delivery_id = d.id AND from_state <> to_state
        AND (e.at <= $1 OR e.to_state = 'sending' AND e.at <= $2)
    ORDER BY id DESC LIMIT 1) e ON true
WHERE e.to_state = 'sending' AND 'unknown' = coalesce((
    SELECT n.to_state FROM delivery_events n WHERE n.delivery_id = d.id AND n.id > e.id
        AND n.from_state <> n.to_state ORDER BY n.id LIMIT 1), 'unknown')
ORDER BY d.id`, at, at.Add(clockError))
	if err != nil {
		return 0, err
	}
	defer rows.Close()

	for rows.Next() {
		var handle string
		var since time.Time
		if err := rows.Scan(&id, &handle, &since); err != nil {
			return 0, err
		}
		if !slices.ContainsFunc(log, func(e event) bool {
			return e.Account == handle && publishes[e.Call] && !e.Wall.After(at) &&
				!e.Wall.Before(since.Add(-clockError))
		}) {
			return id, nil
		}
	}

	return id, rows.Err()
}

// fits tells whether the moment is the one the point names.
func (m moment) fits(point string) bool {
	switch point {
	case "before_mark":
		return m.state == "preparing" && !m.received
	case "after_mark", "before_write", "marked_ahead", "released":
		return m.state == "sending" && !m.received
	case "during_call":
		return m.state == "sending" && m.received && !m.answered
	case "after_call":
		return m.state == "sending" && m.answered
	case "after_record":
		return m.state != "sending" && m.state != "preparing"
	}

	return false
}
