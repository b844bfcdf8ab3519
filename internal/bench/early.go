package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// watchMarksSQL lets the database itself write down when each mark was made and for what instant, by
// its own clock. The console's word for the instant is a measurement, and a wrong one is what is looked
// for.
const watchMarksSQL = `
CREATE TABLE bench_marks (delivery_id bigint NOT NULL, at timestamptz NOT NULL, due_at timestamptz NOT NULL,
    ahead boolean NOT NULL);
GRANT ALL ON bench_marks TO PUBLIC;
CREATE FUNCTION bench_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bench_marks SELECT d.id, clock_timestamp(), d.due_at, NEW.code = 'marked_ahead'
        FROM deliveries d WHERE d.id = NEW.delivery_id;
    RETURN NULL;
END $$;
CREATE TRIGGER bench_mark AFTER INSERT ON delivery_events FOR EACH ROW
    WHEN (NEW.code IN ('marked', 'marked_ahead')) EXECUTE FUNCTION bench_mark()`

// mark is one the database saw.
type mark struct {
	Delivery int64
	Handle   string
	At, Due  time.Time
	Ahead    bool // of its time, as it should be: only its call must not come before
}

func (w *world) marks(ctx context.Context) ([]mark, error) {
	rows, err := w.db.Pool().Query(ctx, `
SELECT m.delivery_id, a.handle, m.at, m.due_at, m.ahead
FROM bench_marks m JOIN deliveries d ON d.id = m.delivery_id JOIN accounts a ON a.id = d.account_id
    ORDER BY m.at`)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[mark])
}

// countEarly holds each mark, and the arrival of each request that publishes, against the due time the
// mark was made for. Console, database and imitation run on one machine, so all of them mean its clock,
// whatever a scenario makes the console believe. A request of which the database has forgotten the
// mark, as after a restore, has nothing to be held against.
func (v *Verdict) countEarly(marks []mark, log []event) {
	early := func(what string, id int64, by time.Duration) {
		v.Early++
		v.Notes = append(v.Notes, fmt.Sprintf("delivery %d: %s %v before its time", id, what, by))
	}
	last := map[string]mark{}

	for _, m := range marks {
		if m.At.Before(m.Due) && !m.Ahead {
			early("marked", m.Delivery, m.Due.Sub(m.At))
		}
	}

	for _, e := range log {
		if e.Step != "received" || !publishes[e.Call] {
			continue
		}

		for len(marks) > 0 && !marks[0].At.After(e.Wall) {
			last[marks[0].Handle], marks = marks[0], marks[1:]
		}
		m, ok := last[e.Account]
		if !ok {
			continue
		}
		after := e.Wall.Sub(m.Due)
		if after < 0 {
			early("called", m.Delivery, -after)
		}
		if !v.arrived || after < v.Soonest {
			v.Soonest, v.arrived = after, true
		}
	}
}
