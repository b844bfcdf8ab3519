package template

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/air"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Said is what a template wrote into a post, and what that is of: for who tells others that they may rely on
// its numbers.
type Said struct {
	Use        int64
	Supersedes int64 // the use of the warning that it changes or lifts; 0: none
	Kind       Kind
	At         time.Time // the hour, the day or the first moment that it speaks of
	Until      time.Time // until when it is of use
	Standard   string    // by which its numbers, or the colour of its warning, were made
	Text       string    // as the template wrote it, before any hand changed it
}

// How long a text that names no end is of use, from the moment it speaks of.
const (
	liveFor  = 6 * time.Hour
	dailyFor = 48 * time.Hour // from the beginning of its day: it is read on the day after
	liftFor  = 24 * time.Hour
	foreseen = 3 // days of a forecast
)

// SaidTx is what the template that began a post wrote about the air. ok is false where no template began the
// post, and where it speaks of no moment.
func SaidTx(ctx context.Context, tx pg.Tx, postID int64) (said Said, ok bool, err error) {
	defer fault.Step(&err, "template.SaidTx %d", postID)

	var wording string
	var filled, before []byte
	var usedAt time.Time
	var beforeAt *time.Time

	err = tx.Pgx.QueryRow(ctx, `
SELECT t.id, coalesce(t.supersedes, 0), t.kind, t.wording, t.filled, t.used_at, p.filled, p.used_at
FROM template_uses t LEFT JOIN template_uses p ON p.id = t.supersedes
WHERE t.post_id = @post_id ORDER BY t.id DESC LIMIT 1`, pgx.NamedArgs{"post_id": postID}).
		Scan(&said.Use, &said.Supersedes, &said.Kind, &wording, &filled, &usedAt, &before, &beforeAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Said{}, false, nil
	}
	if err != nil {
		return Said{}, false, err
	}

	var values Values
	if err := json.Unmarshal(filled, &values); err != nil {
		return Said{}, false, err
	}
	var previous *Previous
	if beforeAt != nil {
		was := openOf(useRow{Filled: before, UsedAt: *beforeAt})
		previous = &Previous{Colour: was.Colour, From: was.From}
	}

	// What could be written once can be written again, but for rules that were mended since.
	if result, err := Render(said.Kind, values, wording, previous, usedAt); err == nil {
		said.Text = result.Text
	}

	return said, said.span(values, usedAt, previous), nil
}

// span sets what the text speaks of; false: of no moment.
func (s *Said) span(values Values, on time.Time, previous *Previous) bool {
	r := reader{values: values, on: on}

	switch s.Kind {
	case Live:
		s.At = r.time("at")
		s.Until, s.Standard = s.At.Add(liveFor), indexOn(s.At)
	case Daily:
		s.At = beijing.Day(r.time("day"))
		s.Until, s.Standard = s.At.Add(dailyFor), indexOn(s.At)
	case Forecast:
		s.At = beijing.Day(r.time("from"))
		s.Until, s.Standard = s.At.AddDate(0, 0, foreseen), indexOn(s.At)
	case Ozone, Dust:
		s.At, s.Until = r.span()
		s.Standard = indexOn(s.At)
	case Warning, Change:
		s.At, s.Until = r.span()
		s.Standard = planOn(s.At)
	case Lift:
		s.At = r.time("from")
		s.Until = s.At.Add(liftFor)
		if previous != nil {
			s.Standard = planOn(previous.From)
		}
	default:
		return false
	}

	return len(r.faults) == 0
}

// indexOn names the standard of the index at an instant: HJ 633-2026.
func indexOn(at time.Time) string {
	return strings.Replace(string(air.On(at).Code), "HJ", "HJ ", 1)
}

func planOn(at time.Time) string {
	plan, _ := air.PlanOn(at)
	return plan.Name
}
