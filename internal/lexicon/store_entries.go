package lexicon

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/pg"
)

// entryColumns are in the order in which scanEntry reads them.
const entryColumns = `id, word, level, suggestion, note, coalesce(from_day::text, '') AS "from",
	coalesce(until_day::text, '') AS until, exceptions, state`

func scanEntry(row pgx.CollectableRow) (e Entry, err error) {
	err = row.Scan(
		&e.ID,
		&e.Word,
		&e.Level,
		&e.Suggestion,
		&e.Note,
		&e.From,
		&e.Until,
		&e.Exceptions,
		&e.State,
	)

	return e, err
}

func readEntries(ctx context.Context, q querier, where string, args ...any) ([]Entry, error) {
	rows, err := q.Query(ctx, `SELECT `+entryColumns+` FROM lexicon_entries WHERE `+where, args...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, scanEntry)
}

// entriesOf gives the entries of a version of a list, by word; only those that are looked for, or all.
func entriesOf(ctx context.Context, q querier, id int64, version int, lookedFor bool) ([]Entry, error) {
	where := `lexicon_id = @id AND since <= @version AND (until IS NULL OR until > @version)`
	if lookedFor {
		where += ` AND state = 'on'`
	}

	return readEntries(ctx, q, where+` ORDER BY word`, pgx.NamedArgs{"id": id, "version": version})
}

// standing gives what a list has of the words of entries, by word.
func standing(ctx context.Context, tx pg.Tx, id int64, puts []Put) (map[string]Entry, error) {
	words := make([]string, len(puts))
	for i, put := range puts {
		words[i] = put.Word
	}
	entries, err := readEntries(
		ctx,
		tx.Pgx,
		`lexicon_id = @id AND until IS NULL AND word = ANY (@words)`,
		pgx.NamedArgs{"id": id, "words": words},
	)

	there := make(map[string]Entry, len(entries))
	for _, entry := range entries {
		there[entry.Word] = entry
	}

	return there, err
}

func entriesByID(ctx context.Context, tx pg.Tx, ids []int64) (map[int64]Entry, error) {
	entries, err := readEntries(ctx, tx.Pgx, `id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})

	there := make(map[int64]Entry, len(entries))
	for _, entry := range entries {
		there[entry.ID] = entry
	}

	return there, err
}

// replaceEntries puts entries into the version of a list that begins, in the place of those that they were.
func replaceEntries(ctx context.Context, tx pg.Tx, list List, puts []Put) error {
	var past []int64

	for _, put := range puts {
		if put.Was != 0 {
			past = append(past, put.Was)
		}
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE lexicon_entries SET until = @version
			WHERE lexicon_id = @lexicon_id AND id = ANY (@past) AND until IS NULL`,
		pgx.NamedArgs{"lexicon_id": list.ID, "past": past, "version": list.Version}); err != nil {
		return err
	}

	_, err := tx.Pgx.CopyFrom(ctx, pgx.Identifier{"lexicon_entries"}, []string{
		"lexicon_id",
		"word",
		"level",
		"suggestion",
		"note",
		"from_day",
		"until_day",
		"exceptions",
		"state",
		"since",
	}, pgx.CopyFromSlice(len(puts), func(i int) ([]any, error) {
		put := puts[i]

		return []any{
			list.ID, put.Word, string(put.Level), put.Suggestion, put.Note, dayOrNil(put.From),
			dayOrNil(put.Until), put.Exceptions, string(put.State), list.Version,
		}, nil
	}))

	return err
}

// searchEntries gives a page of the entries of a list, the newest first, and how many there are.
func searchEntries(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	filter EntryFilter,
) (found []Entry, total int, err error) {
	cond, args := "lexicon_id = ? AND until IS NULL", []any{id}
	if query := strings.TrimSpace(filter.Query); query != "" {
		cond += ` AND (strpos(lower(word), lower(?)) > 0 OR strpos(lower(suggestion), lower(?)) > 0
			OR strpos(lower(note), lower(?)) > 0)`
		args = append(args, query, query, query)
	}
	if filter.Level != "" {
		cond += " AND coalesce(nullif(level, ''), ?) = ?"
		args = append(args, string(filter.listed.Preset()), string(filter.Level))
	}
	if filter.State != "" {
		cond, args = cond+" AND state = ?", append(args, string(filter.State))
	}

	counts, err := gorm.G[int](db).Raw("SELECT count(*) FROM lexicon_entries WHERE "+cond, args...).Find(ctx)
	if err != nil || len(counts) == 0 {
		return nil, 0, err
	}
	if filter.After > 0 {
		cond, args = cond+" AND id < ?", append(args, filter.After)
	}
	found, err = listEntries(ctx, db, cond+" ORDER BY id DESC LIMIT ?", append(args, filter.Limit)...)

	return found, counts[0], err
}

// entryRow is an entry as GORM reads it: exceptions are one text, by lines.
type entryRow struct {
	ID                                           int64
	Word, Suggestion, Note, From, Until, Excepts string
	Level                                        Level
	State                                        State
}

func listEntries(ctx context.Context, db *gorm.DB, where string, args ...any) ([]Entry, error) {
	rows, err := gorm.G[entryRow](
		db,
	).Raw(`SELECT `+entryColumns+`, array_to_string(exceptions, E'\n') AS excepts
		FROM lexicon_entries WHERE `+where, args...).
		Find(ctx)

	out := make([]Entry, len(rows))
	for i, row := range rows {
		out[i] = Entry{
			ID:         row.ID,
			Word:       row.Word,
			Level:      row.Level,
			Suggestion: row.Suggestion,
			Note:       row.Note,
			From:       row.From,
			Until:      row.Until,
			Exceptions: []string{},
			State:      row.State,
		}
		if row.Excepts != "" {
			out[i].Exceptions = strings.Split(row.Excepts, "\n")
		}
	}

	return out, err
}

func oneEntry(ctx context.Context, db *gorm.DB, list, id int64) (Entry, error) {
	entries, err := listEntries(ctx, db, "lexicon_id = ? AND id = ? AND until IS NULL", list, id)
	if err != nil {
		return Entry{}, err
	}
	if len(entries) == 0 {
		return Entry{}, fault.NotFound("没有找到这个词，或刚被别人改过")
	}

	return entries[0], nil
}

// differences gives what a version of a list has otherwise than an earlier one, by word, and how much.
func differences(
	ctx context.Context,
	q querier,
	id int64,
	from, to int,
) (out []Difference, all int, err error) {
	before, err := readEntries(ctx, q, `lexicon_id = @id AND since <= @from AND until > @from AND until <= @to
		ORDER BY word`, pgx.NamedArgs{"id": id, "from": from, "to": to})
	if err != nil {
		return nil, 0, err
	}
	after, err := readEntries(ctx, q, `lexicon_id = @id AND since > @from AND since <= @to
		AND (until IS NULL OR until > @to) ORDER BY word`, pgx.NamedArgs{"id": id, "from": from, "to": to})
	if err != nil {
		return nil, 0, err
	}

	past := make(map[string]*Entry, len(before))
	for i, entry := range before {
		past[entry.Word] = &before[i]
	}

	for i, entry := range after {
		was := past[entry.Word]
		if was != nil && was.same(entry) {
			continue // changed and changed back
		}
		if all++; len(out) < differencesLimit {
			out = append(out, Difference{was, &after[i]})
		}
	}

	return out, all, nil
}

// neverHad gives the entries of which a list never had the word, in no version.
func neverHad(ctx context.Context, q querier, id int64, entries []Entry) (fresh []Entry, err error) {
	words := make([]string, len(entries))
	for i, entry := range entries {
		words[i] = entry.Word
	}
	had, err := readEntries(
		ctx,
		q,
		`lexicon_id = @id AND word = ANY (@words)`,
		pgx.NamedArgs{"id": id, "words": words},
	)
	if err != nil {
		return nil, err
	}

	known := make(map[string]bool, len(had))
	for _, entry := range had {
		known[entry.Word] = true
	}

	for _, entry := range entries {
		if !known[entry.Word] {
			fresh = append(fresh, entry)
		}
	}

	return fresh, nil
}

// dayOrNil is a day as Postgres takes it; checkDay has seen it.
func dayOrNil(day string) *time.Time {
	at, err := instant.Parse(day, time.DateOnly)
	if err != nil {
		return nil
	}

	return &at
}
