package check

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// places are the units whose lists count for what somebody writes.
type places struct {
	common   []int64         // the unit of the post, or those in which the actor has duties
	accounts map[int64]int64 // the unit of each account that the actor sees
}

// units gives the units of a text that goes to accounts.
func (p places) units(accounts []int64) []int64 {
	units := slices.Clone(p.common)

	for _, id := range accounts {
		if unit, ok := p.accounts[id]; ok && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}

	return units
}

// placesOf reads the unit that is named, else those in which the actor has duties, and those of the accounts,
// as far as the actor sees them.
func (s *Service) placesOf(ctx context.Context, actor access.Actor, q Question) (places, error) {
	paths := make([]string, len(actor.Grants))
	for i, grant := range actor.Grants {
		paths[i] = grant.Path
	}
	rows, err := s.db.Pool().Query(ctx, `
SELECT u.id, 0, u.path FROM units u WHERE u.id = @unit OR @unit = 0 AND u.path = ANY(@paths)
UNION ALL
SELECT u.id, a.id, u.path FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.id = ANY(@accounts)`,
		pgx.NamedArgs{
			"unit":     q.UnitID,
			"accounts": slices.AppendSeq(slices.Clone(q.AccountIDs), maps.Keys(q.Own)),
			"paths":    paths,
		})
	if err != nil {
		return places{}, err
	}

	found := places{accounts: map[int64]int64{}}
	var unit, account int64
	var path string
	_, err = pgx.ForEachRow(rows, []any{&unit, &account, &path}, func() error {
		switch {
		case !actor.CanAt(access.UnitView, path):
		case account == 0:
			found.common = append(found.common, unit)
		default:
			found.accounts[account] = unit
		}

		return nil
	})

	return found, err
}

// handlesNear are the accounts of the matrix whose name begins or ends as a mention of the text does: only
// one of those can be meant by a slip.
func (s *Service) handlesNear(ctx context.Context, text string) (handles []string, err error) {
	if !strings.ContainsAny(text, "@＠") {
		return nil, nil
	}
	rows, err := s.db.Pool().Query(ctx, `
SELECT DISTINCT a.handle FROM accounts a,
    (SELECT m[1] AS name FROM regexp_matches(@text, '[@＠]([[:alnum:]_-]{2,30})', 'g') m LIMIT 50) said
WHERE left(a.handle, 2) = left(said.name, 2) OR right(a.handle, 2) = right(said.name, 2)
   OR position(right(a.handle, 2) in said.name) > 0
LIMIT 500`, pgx.NamedArgs{"text": text})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// picturesOf reads the descriptions of pictures that the actor may see.
func (s *Service) picturesOf(ctx context.Context, actor access.Actor, ids []int64) ([]picture, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.db.Pool().Query(ctx, `
SELECT m.id, m.alt, u.path FROM unnest(@ids::bigint[]) WITH ORDINALITY AS wanted (id, place)
JOIN media m ON m.id = wanted.id JOIN units u ON u.id = m.unit_id ORDER BY wanted.place`,
		pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	var pictures []picture
	var path string
	var p picture
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Alt, &path}, func() error {
		if actor.CanAt(access.PostView, path) {
			pictures = append(pictures, p)
		}

		return nil
	})

	return pictures, err
}

// repeatsShown is how many repetitions of one post are told: more say nothing new.
const repeatsShown = 5

// repeats finds accounts on which the same text went out, or is to, within RepeatWithin of an instant: those
// of all wordings of a post in one query, the accounts in the order of the matrix.
func (s *Service) repeats(
	ctx context.Context,
	postID int64,
	all []wording,
	at time.Time,
) (found []Finding, err error) {
	var texts []string
	var accounts []int64
	var which []int32

	for _, w := range all {
		if strings.TrimSpace(w.text) == "" || len(w.accounts) == 0 {
			continue
		}
		texts = append(texts, w.text)

		for _, account := range w.accounts {
			accounts, which = append(accounts, account), append(which, int32(len(texts)))
		}
	}
	if len(texts) == 0 {
		return nil, nil
	}
	rows, err := s.db.Pool().Query(ctx, `
SELECT a.id, a.handle, d.due_at, d.post_id
FROM unnest(@accounts::bigint[], @which::int[]) AS asked (account, text)
JOIN deliveries d ON d.account_id = asked.account
JOIN post_versions v ON v.id = d.version_id
JOIN version_targets t ON t.version_id = v.id AND t.account_id = d.account_id
JOIN accounts a ON a.id = d.account_id
WHERE d.post_id <> @post AND d.state NOT IN ('cancelled', 'failed', 'missed', 'expired')
  AND d.due_at > @from AND d.due_at < @to AND coalesce(t.variant, v.text) = (@texts::text[])[asked.text]
ORDER BY a.position, a.id, d.due_at LIMIT @shown`, pgx.NamedArgs{
		"accounts": accounts,
		"which":    which,
		"texts":    texts,
		"post":     postID,
		"from":     at.Add(-RepeatWithin),
		"to":       at.Add(RepeatWithin),
		"shown":    repeatsShown,
	})
	if err != nil {
		return nil, err
	}
	own := map[int64]bool{}

	for _, w := range all {
		own[w.own] = true
	}

	var account int64
	var handle string
	var due time.Time
	var other int64
	_, err = pgx.ForEachRow(rows, []any{&account, &handle, &due, &other}, func() error {
		repeat := Finding{
			Rule:  Repeat,
			Level: Repeat.Preset(),
			Text:  i18n.N("@{.handle} 在 {.day} 有相同的文字（稿件 {.id}）"),
			Args: []any{
				"handle", handle,
				"day", due.In(beijing.Zone).Format("1月2日 15:04"),
				"id", other,
			},
		}
		if own[account] {
			repeat.AccountID = account
		}
		found = append(found, repeat)

		return nil
	})

	return found, err
}

// Ignored is a finding that was submitted all the same, with who said why and who agreed.
type Ignored struct {
	Finding
	Reason   string
	By       string // display name of who gave the reason, or asked for the exception; "" for a hint
	AgreedBy string // display name of the second person; "" while nobody has
	AgreedAt *time.Time
}

// insertFindings keeps what was found in a version that is submitted; later, what is added after that.
func insertFindings(
	ctx context.Context,
	tx pg.Tx,
	versionID, by int64,
	found []Finding,
	reasons []string,
	later bool,
) error {
	batch := &pgx.Batch{}

	for i, f := range found {
		words := make([]string, len(f.Args)) // as they are shown: JSON has no whole numbers
		for j, arg := range f.Args {
			words[j] = fmt.Sprint(arg)
		}
		args, err := json.Marshal(words)
		if err != nil {
			return err
		}
		author := by
		var agreed *int64
		var at *time.Time
		if f.Level == lexicon.Block && f.Excepted() {
			author, agreed, at = f.Exception.AskedBy, &f.Exception.DecidedBy, f.Exception.DecidedAt
		}
		batch.Queue(`
INSERT INTO version_findings (version_id, account_id, rule, level, start_at, end_at, found, suggestion,
    said, args, reason, reason_by, agreed_by, agreed_at, later)
SELECT @version, nullif(@account, 0), @rule, @level, @start, @end, @found, @suggestion,
    @said, @args, @reason, CASE WHEN @reason = '' THEN NULL ELSE @by::bigint END, @agreed, @agreed_at, @later
WHERE NOT EXISTS (SELECT FROM version_findings WHERE version_id = @version AND rule = @rule
    AND account_id IS NOT DISTINCT FROM nullif(@account, 0) AND start_at = @start AND end_at = @end
    AND said = @said AND args = @args)`, pgx.NamedArgs{
			"version":    versionID,
			"account":    f.AccountID,
			"rule":       f.Rule,
			"level":      f.Level,
			"start":      f.Start,
			"end":        f.End,
			"found":      f.Found,
			"suggestion": f.Suggestion,
			"said":       f.Text,
			"args":       args,
			"reason":     reasons[i],
			"by":         author,
			"agreed":     agreed,
			"agreed_at":  at,
			"later":      later,
		})
	}
	if batch.Len() == 0 {
		return nil
	}

	return tx.Pgx.SendBatch(ctx, batch).Close()
}

const selectFindings = `
SELECT coalesce(f.account_id, 0), f.rule, f.level, f.start_at, f.end_at, f.found, f.suggestion,
    f.said, f.args, f.reason, coalesce(w.display_name, ''), coalesce(g.display_name, ''), f.agreed_at
FROM version_findings f LEFT JOIN users w ON w.id = f.reason_by LEFT JOIN users g ON g.id = f.agreed_by
WHERE f.version_id = @version_id ORDER BY f.id`

// acceptedOf is the part of selectFindings that the approval hash of the version covers.
const acceptedOf = `
SELECT coalesce(account_id, 0), rule, start_at, end_at, found, reason
FROM version_findings WHERE version_id = @version_id AND reason <> '' AND NOT later`

// findingsOf reads what was found in a version.
func findingsOf(ctx context.Context, db querier, versionID int64) ([]Ignored, error) {
	rows, err := db.Query(ctx, selectFindings, pgx.NamedArgs{"version_id": versionID})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (kept Ignored, err error) {
		var args []byte
		if err := row.Scan(
			&kept.AccountID,
			&kept.Rule,
			&kept.Level,
			&kept.Start,
			&kept.End,
			&kept.Found,
			&kept.Suggestion,
			&kept.Text,
			&args,
			&kept.Reason,
			&kept.By,
			&kept.AgreedBy,
			&kept.AgreedAt,
		); err != nil {
			return kept, err
		}

		return kept, json.Unmarshal(args, &kept.Args)
	})
}
