package library

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// effort bounds what one step of a search reads.
type effort struct {
	near int // texts that are read through one by one before the index is asked
	most int // texts that one look into the index may give
}

// usualEffort: four thousand texts are read through in some five milliseconds, and as many are fetched by
// index in some fifteen.
var usualEffort = effort{near: 4000, most: 3000}

// place is where a text stands in the order of the list.
type place struct {
	At time.Time
	ID int64
}

// walk is one search on its way from the newest text to older ones, until it has found enough.
//
// The texts at which it begins are read through: there, words that stand in many texts give all that is
// needed. Behind them it asks the index, block of time by block of time, each as long as is likely to give
// what is still wanted: for words that were not met yet, all of the time at once. With an end to the period,
// texts whose last publication is later are looked for first, among those that went out more than once.
type walk struct {
	effort
	limit int // texts on a page
	need  int // texts to be found: one more than the page, or than what is counted
	terms []string
	grams []int32 // that each text has
	spans []int32 // of which each text has one; nil: any
	exact string  // SQL about alias t that holds for what was found
	known string  // the same for what has the numbers already
	args  pgx.NamedArgs
	to    *time.Time // the end of the period
	floor time.Time  // nothing before it can be found
	from  place      // what is still to be found stands behind it
	found []place
}

func (s *Service) newWalk(query Query) (*walk, error) {
	if utf8.RuneCountInString(query.Words) > maxWords {
		return nil, fault.Invalid("q", "最多搜索 {.max} 字", "max", maxWords)
	}
	w := &walk{effort: s.effort, limit: query.Limit, terms: terms(query.Words), to: query.To}
	if len(w.terms) > maxTerms {
		return nil, fault.Invalid("q", "最多同时搜索 {.max} 个词", "max", maxTerms)
	}
	if w.limit <= 0 || w.limit > pageSize {
		w.limit = pageSize
	}
	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return nil, err
	}
	if w.from, w.need = place(after), w.limit+1; !further {
		w.from.At = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		w.need = MostCounted + 1
	}
	w.ask(query)

	return w, nil
}

// ask turns the question into numbers for the index and into the condition that says it exactly.
func (w *walk) ask(query Query) {
	w.grams, w.args = wanted(w.terms), pgx.NamedArgs{}
	conds := []string{"TRUE"}

	for i, term := range w.terms {
		name := fmt.Sprintf("term%d", i)
		conds, w.args[name] = append(conds, "strpos(t.folded, @"+name+") > 0"), term
	}

	one := []string{"p.text_id = t.id"} // the publication that the filters are about
	filter := func(id int64, space int32, column string) {
		if id != 0 {
			w.grams = append(w.grams, mark(space, id))
			one, w.args[column] = append(one, "p."+column+" = @"+column), id
		}
	}
	filter(query.AccountID, markAccount, "account_id")
	filter(query.ColumnID, markColumn, "column_id")
	filter(query.UserID, markPerson, "user_id")

	if query.From != nil {
		one, w.args["from"] = append(one, "p.at >= @from"), *query.From
		w.floor = *query.From
	}
	if query.To != nil {
		one, w.args["to"] = append(one, "p.at < @to"), *query.To
	}
	if query.From != nil && query.To != nil && query.To.Sub(*query.From) < mostSpans*span {
		for n := spanOf(*query.From); n <= spanOf(*query.To); n++ {
			w.spans = append(w.spans, mark(markSpan, int64(n)))
		}
	}
	w.exact = strings.Join(conds, " AND ")
	w.known = w.exact
	if len(one) > 1 {
		// Asked text by text: as EXISTS it would be joined with all publications that there are.
		same := "coalesce((SELECT true FROM library_published p WHERE " + strings.Join(one, " AND ") +
			" LIMIT 1), false)"
		w.exact += " AND " + same
		w.known += " AND CASE WHEN t.times = 1 AND " + exactMarks(query) + " THEN " + period(query) +
			" ELSE " + same + " END"
	}
}

// exactMarks tells in SQL whether the marks of a text that went out once say of its one publication what was
// asked: large numbers share a mark.
func exactMarks(query Query) string {
	if max(query.AccountID, query.ColumnID, query.UserID) > mostMarked {
		return "false"
	}

	return "true"
}

// period is the condition in SQL that a text that went out once did so in the period.
func period(query Query) string {
	cond := "true"
	if query.From != nil {
		cond += " AND t.at >= @from"
	}
	if query.To != nil {
		cond += " AND t.at < @to"
	}

	return cond
}

// mostSpans is how long a period may be, in spans, for its marks to be asked for: a longer one leaves out
// too little.
const mostSpans = 40

// run fills found with as many as are needed, where there are so many.
func (w *walk) run(ctx context.Context, tx pg.Tx) error {
	// The planner would rather read all texts until it has enough of them: it cannot know that those of one
	// block of time stand together.
	if _, err := tx.Pgx.Exec(ctx, "SELECT set_config('enable_seqscan', 'off', true)"); err != nil {
		return err
	}
	newest, oldest, err := ends(ctx, tx)
	if err != nil || oldest == nil {
		return err
	}
	if w.from.At.After(*newest) {
		w.from = place{At: newest.Add(time.Microsecond)}
	}
	if w.floor.Before(*oldest) {
		w.floor = *oldest
	}
	if w.to != nil && w.from.At.After(*w.to) {
		if err := w.back(ctx, tx, *w.to, 0, markAgain); err != nil || w.full() {
			return err
		}
		w.from = place{At: *w.to}
	}
	pace, more, err := w.through(ctx, tx)
	if err != nil || w.full() || !more {
		return err
	}

	return w.back(ctx, tx, w.floor, pace)
}

func (w *walk) full() bool { return len(w.found) >= w.need }

// ends are the times of the first and the last text; nil where there is none.
func ends(ctx context.Context, tx pg.Tx) (newest, oldest *time.Time, err error) {
	err = tx.Pgx.QueryRow(ctx, "SELECT max(at), min(at) FROM library_texts").Scan(&newest, &oldest)
	return newest, oldest, err
}

// through reads the texts behind the place one by one. It tells how many of a day were found, and whether
// there are more texts behind them.
func (w *walk) through(ctx context.Context, tx pg.Tx) (pace float64, more bool, err error) {
	began, before := w.from, len(w.found)
	rows, err := w.query(ctx, tx, `
SELECT t.at, t.id FROM (SELECT t.id, t.at, t.folded FROM library_texts t
    WHERE (t.at, t.id) < (@at, @id) AND t.at >= @floor ORDER BY t.at DESC, t.id DESC LIMIT @near) t
WHERE `+w.exact+` ORDER BY t.at DESC, t.id DESC LIMIT @need`,
		pgx.NamedArgs{"near": w.near, "need": w.need - len(w.found), "floor": w.floor})
	if err != nil {
		return 0, false, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if w.found = append(w.found, found...); err != nil || w.full() {
		return 0, false, err
	}
	rows, err = w.query(ctx, tx, `
SELECT t.at, t.id FROM library_texts t WHERE (t.at, t.id) < (@at, @id) AND t.at >= @floor
ORDER BY t.at DESC, t.id DESC OFFSET @near LIMIT 1`, pgx.NamedArgs{"near": w.near - 1, "floor": w.floor})
	if err != nil {
		return 0, false, err
	}
	last, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil || len(last) == 0 {
		return 0, false, err
	}
	w.from = last[0]

	return float64(len(w.found)-before) / days(began.At.Sub(w.from.At)), true, nil
}

// days is a length of time in days, and not nothing.
func days(d time.Duration) float64 { return max(d.Hours()/24, 1.0/24) }

// back goes by index from the place to the floor, asking for some numbers more. The pace is how many texts
// of a day are expected.
func (w *walk) back(ctx context.Context, tx pg.Tx, floor time.Time, pace float64, also ...int32) error {
	wanted := func() float64 { return float64(2 * (w.need - len(w.found))) }

	for level := levelFor(pace, wanted(), days(w.from.At.Sub(floor))); !w.full() && w.from.At.After(floor); {
		low, numbers := floor, also
		if level < len(blockDays) {
			n := blockOf(w.behind(), level)
			low = maxTime(n.begin(), floor)
			numbers = append(slices.Clone(also), n.mark())
		}
		found, all, err := w.within(ctx, tx, low, numbers, level > 0)
		if err != nil {
			return err
		}
		if !all {
			level--
			continue
		}
		w.found = append(w.found, found...)
		pace = float64(len(found)) / days(w.from.At.Sub(low))
		w.from = place{At: low}
		level = levelFor(pace, wanted(), days(low.Sub(floor)))
	}

	return nil
}

// behind is the latest time that what stands behind the place can have.
func (w *walk) behind() time.Time {
	if w.from.ID == 0 {
		return w.from.At.Add(-time.Microsecond)
	}

	return w.from.At
}

// levelFor is the longest kind of block that is likely to give no more than wanted, at so many a day; the
// one behind the last is all of the time that is left.
func levelFor(pace, wanted, left float64) int {
	if pace*left <= wanted {
		return len(blockDays)
	}

	level := len(blockDays) - 1
	for level > 0 && pace*float64(blockDays[level]) > wanted {
		level--
	}

	return level
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}

// within looks up by index what has the numbers, went out last between low and the place, and answers the
// question. It is told whether that is all: where a bound is asked for, it gives up when the index has more
// than that. What the index gives is written down before it is put in order: the planner would rather walk by
// time and look at each text.
func (w *walk) within(
	ctx context.Context,
	tx pg.Tx,
	low time.Time,
	numbers []int32,
	bound bool,
) (found []place, all bool, err error) {
	most := 0
	limit := ""
	if bound {
		most, limit = w.most, " LIMIT @most + 1"
	}
	rows, err := w.query(ctx, tx, `
WITH given AS MATERIALIZED (SELECT t.id, t.at, t.folded, t.times FROM library_texts t
    WHERE t.grams @> @grams AND (@spans::int[] IS NULL OR t.grams && @spans)`+limit+`)
SELECT many.n, behind.at, behind.id FROM (SELECT count(*) AS n FROM given) many LEFT JOIN (
    SELECT t.at, t.id FROM given t WHERE (t.at, t.id) < (@at, @id) AND t.at >= @low AND `+w.known+`
    ORDER BY t.at DESC, t.id DESC LIMIT @need) behind ON true
ORDER BY behind.at DESC, behind.id DESC`, pgx.NamedArgs{
		"grams": append(append([]int32{}, w.grams...), numbers...), // never null
		"low":   low,
		"most":  most,
		"need":  w.need - len(w.found),
	})
	if err != nil {
		return nil, false, err
	}
	many := 0
	var at *time.Time
	var id *int64
	_, err = pgx.ForEachRow(rows, []any{&many, &at, &id}, func() error {
		if at != nil {
			found = append(found, place{At: *at, ID: *id})
		}

		return nil
	})

	return found, !bound || many <= most, err
}

func (w *walk) query(ctx context.Context, tx pg.Tx, sql string, also pgx.NamedArgs) (pgx.Rows, error) {
	args := pgx.NamedArgs{"at": w.from.At, "id": w.from.ID, "spans": w.spans}
	maps.Copy(args, w.args)
	maps.Copy(args, also)

	return tx.Pgx.Query(ctx, sql, args)
}
