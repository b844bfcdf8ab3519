package library

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Query asks for texts that were published. The zero value is all of them, the newest first.
type Query struct {
	Words     string // all of them must stand in the text, blanks apart; letters of any width and case
	AccountID int64  // the same publication of the text went out on this account,
	ColumnID  int64  // in this column,
	UserID    int64  // written by this person,
	From, To  *time.Time
	After     string // cursor of the next page
	Limit     int    // 50 when 0, and at most
}

// Found is a page of texts and how many there are: Over tells that there are more than MostCounted.
type Found struct {
	pg.Page[Published]
	Count   int // -1: not counted, on a page behind the first
	Over    bool
	Waiting int // publications that are not taken in yet, up to MostCounted
}

const (
	pageSize = 50
	// MostCounted is how far results are counted.
	MostCounted = 1000
	// near is how many of the newest texts are read through before the index is asked: words that stand in
	// many texts are found there at once, and the index is left to those that stand in few.
	near = 400
)

// Search gives texts that the matrix has published, the one that went out last first. Whoever may read
// posts anywhere sees them all: they were public.
//
// However many texts there are, little is read of them. Words that stand in many are met among the newest;
// others are looked up by index from one span of time to those before it, each walk twice as long.
func (s *Service) Search(ctx context.Context, actor access.Actor, query Query) (_ Found, err error) {
	defer fault.Step(&err, "library.Search")

	if !actor.Can(access.PostView) {
		return Found{}, fault.Forbidden("您的角色没有这项权限")
	}
	walk, err := newWalk(ctx, s.db, query)
	if err != nil {
		return Found{}, err
	}
	if err := walk.run(); err != nil {
		return Found{}, err
	}
	page := pg.Cut(walk.found, walk.limit, func(p place) pg.Cursor { return pg.Cursor(p) })
	found := Found{Page: pg.Page[Published]{Next: page.Next}, Count: -1}
	if query.After == "" {
		if found.Count, err = walk.count(); err != nil {
			return Found{}, err
		}
		if found.Count > MostCounted {
			found.Count, found.Over = MostCounted, true
		}
		if found.Waiting, err = s.waiting(ctx); err != nil {
			return Found{}, err
		}
	}
	found.Rows, err = readPublished(ctx, s.db, page.Rows)

	return found, err
}

// place is where a text stands in the order of the list.
type place struct {
	At time.Time
	ID int64
}

// walk is one search on its way from the newest text to older ones.
type walk struct {
	ctx   context.Context
	db    *pg.DB
	limit int
	terms []string
	grams []int32 // that each text has
	spans []int32 // of which each text has one; nil: any
	exact string  // SQL about alias t that holds for what was found
	args  pgx.NamedArgs
	from  place // what is found stands behind it
	found []place
	dense bool // the newest gave a whole page
}

func newWalk(ctx context.Context, db *pg.DB, query Query) (*walk, error) {
	if utf8.RuneCountInString(query.Words) > maxWords {
		return nil, fault.Invalid("q", "最多搜索 {.max} 字", "max", maxWords)
	}
	w := &walk{ctx: ctx, db: db, limit: query.Limit, terms: terms(query.Words)}
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
	if w.from = place(after); !further {
		w.from.At = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
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
	}
	if query.To != nil {
		one, w.args["to"] = append(one, "p.at < @to"), *query.To
	}
	if query.From != nil && query.To != nil && query.To.Sub(*query.From) < mostSpans*span {
		for n := spanOf(*query.From); n <= spanOf(*query.To); n++ {
			w.spans = append(w.spans, mark(markSpan, int64(n)))
		}
	}
	if len(one) > 1 {
		conds = append(conds, "EXISTS (SELECT FROM library_published p WHERE "+strings.Join(one, " AND ")+")")
	}
	w.exact = strings.Join(conds, " AND ")
}

// mostSpans is how long a period may be, in spans, for its marks to be asked for: a longer one leaves out
// too little.
const mostSpans = 40

// run fills found with one more than the limit, where there are so many.
func (w *walk) run() error {
	last, more, err := w.newest()
	if err != nil || w.full() || !more {
		return err
	}
	oldest, err := w.oldest()
	if err != nil {
		return err
	}
	w.from = last

	for high, width := spanOf(last.At), int32(1); high >= oldest && !w.full(); width *= 2 {
		low := max(high-width+1, oldest)
		if err := w.within(low, high); err != nil {
			return err
		}
		high = low - 1
	}

	return nil
}

func (w *walk) full() bool { return len(w.found) > w.limit }

// newest reads through the first texts behind the place. It tells at which it stopped, and whether there
// are more behind that.
func (w *walk) newest() (last place, more bool, err error) {
	rows, err := w.query(`
WITH near AS MATERIALIZED (SELECT t.id, t.at, t.folded, t.grams FROM library_texts t
    WHERE (t.at, t.id) < (@at, @id) ORDER BY t.at DESC, t.id DESC LIMIT @near)
SELECT t.at, t.id, t.grams @> @grams AND (@spans::int[] IS NULL OR t.grams && @spans) AND `+w.exact+`
FROM near t ORDER BY t.at DESC, t.id DESC`, pgx.NamedArgs{"near": near})
	if err != nil {
		return place{}, false, err
	}
	n := 0
	var at place
	has := false
	_, err = pgx.ForEachRow(rows, []any{&at.At, &at.ID, &has}, func() error {
		n, last = n+1, at
		if has && !w.full() {
			w.found = append(w.found, at)
		}

		return nil
	})
	w.dense = w.full()

	return last, n == near, err
}

// oldest is the first span in which a text went out last.
func (w *walk) oldest() (int32, error) {
	var at time.Time
	err := w.db.Pool().QueryRow(w.ctx, "SELECT min(at) FROM library_texts").Scan(&at)

	return spanOf(at), err
}

// within looks up by index what went out last in some spans. What the index gives is written down before
// it is put in order: the planner would rather walk by time and look at each text.
func (w *walk) within(low, high int32) error {
	var last []int32
	for n := low; n <= high; n++ {
		last = append(last, mark(markLast, int64(n)))
	}
	rows, err := w.query(`
WITH found AS MATERIALIZED (SELECT t.id, t.at, t.folded FROM library_texts t
    WHERE t.grams @> @grams AND t.grams && @last AND (@spans::int[] IS NULL OR t.grams && @spans))
SELECT t.at, t.id FROM found t WHERE (t.at, t.id) < (@at, @id) AND `+w.exact+`
ORDER BY t.at DESC, t.id DESC LIMIT @need`, pgx.NamedArgs{"last": last, "need": w.limit + 1 - len(w.found)})
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	w.found = append(w.found, found...)

	return err
}

// count tells how many texts there are, up to one more than MostCounted. Where the words stand in many,
// any of them will do, and nothing is looked up; else the index gives all candidates.
func (w *walk) count() (n int, err error) {
	candidates := "SELECT t.id, t.folded, t.grams FROM library_texts t"
	if !w.dense {
		candidates += " WHERE t.grams @> @grams AND (@spans::int[] IS NULL OR t.grams && @spans)"
	}
	rows, err := w.query(`
WITH found AS MATERIALIZED (`+candidates+`)
SELECT count(*) FROM (SELECT FROM found t WHERE t.grams @> @grams
    AND (@spans::int[] IS NULL OR t.grams && @spans) AND `+w.exact+` LIMIT @most) AS counted`,
		pgx.NamedArgs{"most": MostCounted + 1})
	if err != nil {
		return 0, err
	}

	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}

func (w *walk) query(sql string, also pgx.NamedArgs) (pgx.Rows, error) {
	args := pgx.NamedArgs{"at": w.from.At, "id": w.from.ID, "grams": slices.Clip(w.grams), "spans": w.spans}
	if w.grams == nil {
		args["grams"] = []int32{}
	}

	for _, more := range []pgx.NamedArgs{w.args, also} {
		for name, value := range more {
			args[name] = value
		}
	}

	return w.db.Pool().Query(w.ctx, sql, args)
}

// readPublished reads what is shown of some texts, in their order.
func readPublished(ctx context.Context, db *pg.DB, places []place) ([]Published, error) {
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	rows, err := db.Pool().Query(ctx, `
SELECT t.id, p.text, t.times, t.at, a.handle,
    (SELECT count(DISTINCT account_id) FROM library_published x WHERE x.text_id = t.id),
    d.post_id, coalesce(c.name, ''), coalesce(u.display_name, ''), gone.removed, gone.down
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, n) JOIN library_texts t ON t.id = wanted.id
JOIN platform_posts p ON p.id = t.last_id JOIN accounts a ON a.id = p.account_id
LEFT JOIN deliveries d ON d.id = p.delivery_id
LEFT JOIN library_published l ON l.platform_post_id = p.id
LEFT JOIN columns c ON c.id = l.column_id LEFT JOIN users u ON u.id = l.user_id
CROSS JOIN LATERAL (SELECT
    count(*) FILTER (WHERE o.live IS DISTINCT FROM 'taken_down'
        AND (y.state IN ('removed', 'hidden') OR o.live IN ('removed', 'hidden'))) AS removed,
    count(*) FILTER (WHERE o.live = 'taken_down') AS down
    FROM library_published x JOIN platform_posts y ON y.id = x.platform_post_id
    LEFT JOIN deliveries o ON o.id = y.delivery_id WHERE x.text_id = t.id) gone
ORDER BY wanted.n`, ids)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Published])
}

// Text reads one published text. Fails with fault.NotFound where there is none, or the actor reads no posts.
func (s *Service) Text(ctx context.Context, actor access.Actor, id int64) (_ Published, err error) {
	defer fault.Step(&err, "library.Text %d", id)

	if !actor.Can(access.PostView) {
		return Published{}, errNotFound()
	}
	found, err := readPublished(ctx, s.db, []place{{ID: id}})
	if err != nil || len(found) == 0 {
		return Published{}, cmp.Or(err, errNotFound())
	}

	return found[0], nil
}

// waiting is how many publications are not taken in yet.
func (s *Service) waiting(ctx context.Context) (n int, err error) {
	err = s.db.Pool().QueryRow(ctx, `
SELECT count(*) FROM (SELECT FROM library_unread LIMIT $1) AS unread`, MostCounted).Scan(&n)

	return n, err
}
