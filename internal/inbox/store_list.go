package inbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const (
	waiting = "m.state IN ('open', 'assigned', 'referred', 'reopened')"
	snoozed = "coalesce(m.snoozed_until, '-infinity') > ?"

	// never is where matters without a clock stand in the order. The indexes of migration 00228 are made of
	// this expression and of waiting, to the letter.
	never   = "coalesce(m.due_at, TIMESTAMPTZ '9000-01-01 00:00:00Z')"
	inOrder = " ORDER BY " + never + ", -m.id"
)

// conditions are the WHERE of what is asked for, all but the words.
func (q Query) conditions(actor access.Actor, now time.Time) (string, []any) {
	cond, args := scoped(actor)
	and := func(sql string, values ...any) { cond, args = cond+" AND "+sql, append(args, values...) }

	switch {
	case q.State != "":
		// the word itself, so that a plan is made for how many there are of it
		and("m.state = '" + string(q.State.known()) + "'")
	case q.Show == ShowAll:
	case q.Show == ShowSnoozed:
		and(waiting+" AND "+snoozed, now)
	case q.Overdue:
		and(waiting)
	default:
		and(waiting+" AND NOT "+snoozed, now)
	}

	if q.Show == ShowMine {
		and("m.owner_id = ?", actor.UserID)
	}
	if q.Kind != "" {
		and("m.kind = ?", string(q.Kind))
	}
	if q.AccountID != 0 {
		and("m.account_id = ?", q.AccountID)
	}
	if q.Thread != "" {
		and("m.thread = ?", q.Thread)
	}
	if q.Overdue {
		and(never+" < ?", now)
	}

	return cond, args
}

// mostOfSource is up to how many matters of a source are looked up; where there are more the list is walked
// in its order and soon full.
const mostOfSource = 10_000

// cameBy adds that something in the matter came by the source that is asked for. Of comments there are
// always many.
func (q Query) cameBy(ctx context.Context, db *gorm.DB, cond string, args []any) (string, []any, error) {
	if q.Source == "" {
		return cond, args, nil
	}
	if q.Source != FromComment {
		// the words are those of the index inbox_items_source
		matters, err := gorm.G[int64](db).Raw(`
SELECT DISTINCT matter_id FROM inbox_items
WHERE source IN ('mention', 'naming', 'message') AND source = ? LIMIT ?`, string(q.Source), mostOfSource+1).Find(ctx)
		if err != nil {
			return "", nil, err
		}
		if len(matters) <= mostOfSource {
			return cond + " AND m.id = ANY (?::bigint[])", append(args, ids(matters)), nil
		}
	}

	return cond + " AND EXISTS (SELECT FROM inbox_items s WHERE s.matter_id = m.id AND s.source = ?)",
		append(args, string(q.Source)), nil
}

// known is the state, or one that no matter is in.
func (s State) known() State {
	if s.Valid() {
		return s
	}

	return "none"
}

// Narrow lists are looked up by the few accounts and units that they can be of; others are walked in their
// order until the page is full.
const (
	mostNarrow  = 50
	mostOfUnits = 20_000
)

// narrowed adds what leaves the accounts and units of a condition to the planner as numbers: those of a unit
// that is asked for, and those of the actor where they are few. Else a list of little out of much would be
// walked from end to end. It takes nothing away that the scope leaves.
func narrowed(
	ctx context.Context, db *gorm.DB, actor access.Actor, query Query, cond string, args []any,
) (string, []any, error) {
	if query.UnitID != 0 {
		accounts, units, err := under(ctx, db, mostOfUnits,
			"starts_with(u.path, (SELECT x.path FROM units x WHERE x.id = ?))", query.UnitID)
		if err != nil {
			return "", nil, err
		}
		cond += " AND (m.account_id = ANY (?::bigint[]) OR m.unit_id = ANY (?::bigint[]))"
		args = append(args, ids(accounts), ids(units))
	}
	if actor.IsSystem() {
		return cond, args, nil
	}
	scope, scopeArgs := access.Scope(actor, access.InboxView, "u.path")
	accounts, units, err := under(ctx, db, mostNarrow+1, scope, scopeArgs...)
	if err != nil || len(accounts) > mostNarrow || len(units) > mostNarrow {
		return cond, args, err
	}
	cond += ` AND (m.account_id = ANY (?::bigint[]) OR m.unit_id = ANY (?::bigint[]) OR m.owner_id = ?)`

	return cond, append(args, ids(accounts), ids(units), actor.UserID), nil
}

// under are the accounts and the units of a condition on u.
func under(
	ctx context.Context, db *gorm.DB, most int, cond string, args ...any,
) (accounts, units []int64, err error) {
	args = append(args, most)
	accounts, err = gorm.G[int64](db).Raw(
		"SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id WHERE "+cond+" LIMIT ?", args...).
		Find(ctx)
	if err == nil {
		units, err = gorm.G[int64](db).
			Raw("SELECT u.id FROM units u WHERE "+cond+" LIMIT ?", args...).
			Find(ctx)
	}

	return accounts, units, err
}

// ids writes numbers as the database reads an array.
func ids(list []int64) string {
	return "{" + strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]") + "}"
}

// listMatters reads a page: which matters it holds is found first, in the tables that decide it, and what is
// shown of them is read for those alone.
func listMatters(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	query Query,
	now time.Time,
) (pg.Page[Matter], error) {
	cond, args := query.conditions(actor, now)
	cond, args, err := query.cameBy(ctx, db, cond, args)
	if err != nil {
		return pg.Page[Matter]{}, err
	}
	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return pg.Page[Matter]{}, err
	}
	if further {
		cond += " AND (" + never + ", -m.id) > (?, ?)"
		args = append(args, after.At, -after.ID)
	}
	if cond, args, err = narrowed(ctx, db, actor, query, cond, args); err != nil {
		return pg.Page[Matter]{}, err
	}
	limit := query.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}

	found, err := matching(ctx, db, query, cond, args, limit+1)
	if err != nil || len(found) == 0 {
		return pg.Page[Matter]{}, err
	}
	rows, err := gorm.G[Matter](db).Raw(selectMatter+"m.id = ANY (?::bigint[])"+inOrder, ids(found)).Find(ctx)

	return pg.Cut(rows, limit, func(m Matter) pg.Cursor {
		at := time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
		if m.DueAt != nil {
			at = *m.DueAt
		}

		return pg.Cursor{At: at, ID: m.ID}
	}), err
}

const (
	// nearest is how many matters of the list are read through before the index of words is asked: words
	// that are said often are found there at once.
	nearest = 400
	// often is how many of these say the words where the list is walked on at once: it is soon full.
	often = nearest / 20
	// mostSaid is how many things with the words are looked at one by one. Where more have them, the list
	// is walked in its order and soon full.
	mostSaid = 5000
	maxTerms = 8
)

// said are the terms that are asked for, blanks apart: all must stand in one thing that was said. Fails with
// fault.Fields where there are too many.
func (q Query) said() (terms []string, err error) {
	terms = strings.Fields(q.Text)
	if len(terms) > maxTerms || utf8.RuneCountInString(q.Text) > maxAsked {
		return nil, fault.Invalid("q", "最多同时搜索 {.max} 个词，共 {.letters} 字", "max", maxTerms,
			"letters", maxAsked)
	}

	return terms, nil
}

// maxAsked bounds what is searched for, in signs.
const maxAsked = 100

// saysSQL is the condition that a thing s holds all terms and is still there.
func saysSQL(terms []string) (cond string, args []any) {
	cond = "s.gone_at IS NULL"
	for _, term := range terms {
		cond, args = cond+" AND strpos(lower(s.text), lower(?)) > 0", append(args, term)
	}

	return cond, args
}

// matching finds the first matters of a list, by number, in their order.
func matching(
	ctx context.Context, db *gorm.DB, query Query, cond string, args []any, limit int,
) ([]int64, error) {
	terms, err := query.said()
	if err != nil {
		return nil, err
	}
	if len(terms) == 0 {
		return gorm.G[int64](db).Raw("SELECT m.id FROM inbox_matters m WHERE "+cond+inOrder+" LIMIT ?",
			append(args, limit)...).Find(ctx)
	}
	says, words := saysSQL(terms)
	saysIt := "EXISTS (SELECT FROM inbox_items s WHERE s.matter_id = m.id AND " + says + ")"

	type look struct {
		ID  int64
		Due time.Time
		Has bool
	}
	nearSQL := "SELECT m.id, " + never + " AS due, " + saysIt + " AS has FROM (SELECT m.id, m.due_at FROM inbox_matters m WHERE " +
		cond + inOrder + " LIMIT ?) m" + inOrder
	near, err := gorm.G[look](db).Raw(nearSQL, slices.Concat(words, args, []any{nearest})...).Find(ctx)
	if err != nil {
		return nil, err
	}
	var found []int64

	for _, one := range near {
		if one.Has && len(found) < limit {
			found = append(found, one.ID)
		}
	}
	if len(found) == limit || len(near) < nearest {
		return found, nil
	}
	if len(found) < often && query.AccountID == 0 { // one account's are soon looked through
		matters, few, err := saidIn(ctx, db, terms)
		if err != nil {
			return nil, err
		}
		if few {
			saysIt, words = "m.id = ANY (?::bigint[])", []any{ids(matters)}
		}
	}
	last := near[len(near)-1]
	further, err := gorm.G[int64](db).
		Raw("SELECT m.id FROM inbox_matters m WHERE "+cond+" AND ("+never+", -m.id) > (?, ?) AND "+saysIt+
			inOrder+" LIMIT ?",
			slices.Concat(args, []any{last.Due, -last.ID}, words, []any{limit - len(found)})...).
		Find(ctx)

	return append(found, further...), err
}

// saidIn are the matters in which the terms were said, by the index of letters; few is false where there are
// too many to look at.
func saidIn(ctx context.Context, db *gorm.DB, terms []string) (matters []int64, few bool, err error) {
	says, words := saysSQL(terms)
	wanted, args := make([]string, len(terms)), make([]any, 0, 2*len(terms)+3)

	for i, term := range terms {
		wanted[i], args = "inbox_grams(s.text) @> inbox_wanted(?)", append(args, term)
	}
	args = append(append(args, mostSaid+1, mostSaid), words...)
	// What the index gives is written down before it is looked at. The number 0 says that it is too much.
	matters, err = gorm.G[int64](db).Raw(`
WITH found AS MATERIALIZED (SELECT s.matter_id, s.text, s.gone_at FROM inbox_items s
    WHERE `+strings.Join(wanted, " AND ")+` LIMIT ?)
SELECT DISTINCT s.matter_id FROM found s WHERE (SELECT count(*) FROM found) <= ? AND `+says+`
UNION ALL SELECT 0 WHERE (SELECT count(*) FROM found) > ?`, append(args, mostSaid)...).Find(ctx)

	return matters, err == nil && !slices.Contains(matters, 0), err
}

// countMatters counts the matters that the actor sees.
func countMatters(ctx context.Context, db *gorm.DB, actor access.Actor, now time.Time) (Counts, error) {
	// whose matters they are is found once for all counts
	in, inArgs := access.Scope(actor, access.InboxView, "u.path")
	args := slices.Concat(inArgs, inArgs)
	scope, scopeArgs := `(m.account_id IN (SELECT id FROM sees_accounts)
    OR m.unit_id IN (SELECT id FROM sees_units) OR m.owner_id = ?)`, []any{actor.UserID}
	if !actor.Can(access.InboxView) {
		scope, scopeArgs = "false", nil
	}
	scope, scopeArgs, err := narrowed(ctx, db, actor, Query{}, scope, scopeArgs)
	if err != nil {
		return Counts{}, err
	}
	var parts []string
	count := func(name, cond string, values ...any) {
		parts = append(
			parts,
			"SELECT '"+name+"' AS name, count(*) AS n FROM (SELECT FROM inbox_matters m WHERE "+
				cond+" AND "+scope+fmt.Sprintf(" LIMIT %d) c", MostCounted),
		)
		args = slices.Concat(args, values, scopeArgs)
	}

	for _, state := range States() {
		count(string(state), "m.state = '"+string(state)+"'")
	}
	count("overdue", waiting+" AND "+never+" < ?", now)
	count("snoozed", waiting+" AND m.snoozed_until > ?", now)
	count("mine", waiting+" AND m.owner_id = ? AND NOT "+snoozed, actor.UserID, now)

	type counted struct {
		Name string
		N    int
	}
	rows, err := gorm.G[counted](db).Raw(`
WITH sees_accounts AS MATERIALIZED
        (SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id WHERE `+in+`),
    sees_units AS MATERIALIZED (SELECT u.id FROM units u WHERE `+in+`)
`+strings.Join(parts, " UNION ALL "), args...).Find(ctx)

	counts := Counts{By: map[State]int{}}

	for _, row := range rows {
		switch row.Name {
		case "overdue":
			counts.Overdue = row.N
		case "snoozed":
			counts.Snoozed = row.N
		case "mine":
			counts.Mine = row.N
		default:
			counts.By[State(row.Name)] = row.N
		}
	}

	return counts, err
}
