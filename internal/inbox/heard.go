package inbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Heard is what citizens said in one hour.
type Heard struct {
	Hour     time.Time
	Items    int
	Citizens int
}

// Talk is what citizens say of something: by hour, and in how many matters they still wait.
type Talk struct {
	Hours   []Heard // without the hours in which nothing was said
	Waiting int
}

// saidSQL is the condition that an item i was said by a citizen, in public, and is there to read.
const saidSQL = `i.source IN ('comment', 'mention', 'naming') AND i.purged_at IS NULL AND i.gone_at IS NULL`

// about is the condition that a citizen said an item i since an instant, and that all words of one of the
// lines, of which there is one at least, stand in it.
func about(lines [][]string, from time.Time) (string, []any) {
	lined, args := make([]string, len(lines)), []any{from}

	for n, words := range lines {
		each := make([]string, len(words))
		for m, word := range words {
			each[m], args = "position(lower(?) IN lower(i.text)) > 0", append(args, word)
		}
		lined[n] = strings.Join(each, " AND ")
	}

	return "i.said_at >= ? AND " + saidSQL + " AND (" + strings.Join(lined, " OR ") + ")", args
}

// AnyOf are lines of one word each.
func AnyOf(words []string) [][]string {
	lines := make([][]string, len(words))
	for n, word := range words {
		lines[n] = []string{word}
	}

	return lines
}

// TalkOf counts what citizens said to the accounts of a unit and of those below whose inbox the actor
// reads, as far as all words of one of the lines stand in it, within a time.
func (s *Service) TalkOf(
	ctx context.Context, actor access.Actor, unitPath string, lines [][]string, from, to time.Time,
) (out Talk, err error) {
	defer fault.Step(&err, "inbox.TalkOf %s", unitPath)

	scope, visible := access.Scope(actor, access.InboxView, "u.path")
	said, args := about(lines, from)
	db := s.db.Gorm(ctx)
	out.Hours, err = gorm.G[Heard](db).Raw(`
SELECT date_trunc('hour', i.said_at) AS hour, count(*)::int AS items,
    count(DISTINCT i.author)::int AS citizens
FROM inbox_items i JOIN accounts a ON a.id = i.account_id JOIN units u ON u.id = a.unit_id
WHERE `+said+` AND i.said_at < ? AND starts_with(u.path, ?) AND `+scope+`
GROUP BY 1 ORDER BY 1`, slices.Concat(args, []any{to, unitPath}, visible)...).Find(ctx)
	if err != nil {
		return out, err
	}
	out.Waiting, err = gorm.G[int](db).Raw(`
SELECT count(*) FROM inbox_matters m JOIN units u ON u.id = m.unit_id
WHERE m.state IN ('open', 'assigned', 'reopened') AND starts_with(u.path, ?) AND `+scope+`
    AND EXISTS (SELECT FROM inbox_items i WHERE i.matter_id = m.id AND `+said+`)`,
		slices.Concat([]any{unitPath}, visible, args)...).Take(ctx)

	return out, err
}

// Voice is something that a citizen said.
type Voice struct {
	UnitPath string // of the account to which it was said
	Handle   string // of that account
	Author   string // the platform's number of the citizen
	Text     string
	At       time.Time
}

// Voices gives what was said within a time, the last first. It checks no right: for jobs that compare.
func (s *Service) Voices(ctx context.Context, from, to time.Time, limit int) (_ []Voice, err error) {
	defer fault.Step(&err, "inbox.Voices")

	rows, err := s.db.Pool().Query(ctx, `
SELECT u.path, a.handle, i.author, i.text, i.said_at
FROM inbox_items i JOIN accounts a ON a.id = i.account_id JOIN units u ON u.id = a.unit_id
WHERE i.said_at >= @from AND i.said_at < @to AND `+saidSQL+` ORDER BY i.said_at DESC LIMIT @limit`,
		pgx.NamedArgs{"from": from, "to": to, "limit": limit})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Voice])
}
