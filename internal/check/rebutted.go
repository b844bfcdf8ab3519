package check

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/rumour"
)

// rebutted finds where a wording, which goes out at an instant, says what rebuttals in force deny.
func rebutted(text string, rules []rumour.Rule, at time.Time) (found []Finding) {
	runes := []rune(text)

	for _, rule := range rules {
		if place, ok := rule.In(text, at); ok {
			found = append(found, Finding{
				Rule:  Rebutted,
				Start: place.Start,
				End:   place.End,
				Found: string(runes[place.Start:place.End]),
				Text:  i18n.N("与有效的辟谣 {.id}“{.claim}”不一致，它有效到 {.until}"),
				Args: []any{
					"id", rule.ID,
					"claim", glyph.Cut(rule.Claim, 60),
					"until", rule.Until.In(beijing.Zone).Format("2006-01-02 15:04"),
				},
			})
		}
	}

	return found
}

// Planned is a post that is to go out and contradicts a rebuttal.
type Planned struct {
	PostID   int64
	Title    string
	UnitName string
	Phase    post.Phase
	DueAt    *time.Time // nil: as soon as it is approved
	Found    string     // what of the rebuttal stands there
}

// plannedLooked bounds the posts that one look goes through.
const plannedLooked = 2000

// Contradicting gives the posts that the actor sees, that are to go out, and that contradict a rebuttal as it
// is written: the next due first. They are of its unit, of those above and of those below.
func (s *Service) Contradicting(
	ctx context.Context,
	actor access.Actor,
	rule rumour.Rule,
) (planned []Planned, err error) {
	defer fault.Step(&err, "check.Contradicting %d", rule.ID)

	now := s.now()
	rows, err := s.db.Pool().Query(ctx, `
SELECT p.id, v.text, coalesce(t.variant, v.text), u.name, u.path, p.phase, p.due_at
FROM posts p JOIN post_versions v ON v.id = p.version_id
    JOIN units u ON u.id = p.unit_id LEFT JOIN version_targets t ON t.version_id = v.id
WHERE p.phase IN ('draft', 'submitted', 'returned', 'approved')
  AND (p.due_at > @now OR p.due_at IS NULL AND p.phase <> 'approved')
  AND (starts_with(u.path, @path) OR starts_with(@path, u.path))
  AND EXISTS (SELECT FROM unnest(@words::text[]) word
      WHERE position(word in lower(coalesce(t.variant, v.text))) > 0)
ORDER BY p.due_at, p.id LIMIT @most`, pgx.NamedArgs{
		"now": now, "path": rule.UnitPath, "words": firstWords(rule), "most": plannedLooked,
	})
	if err != nil {
		return nil, err
	}

	var (
		one                Planned
		common, text, path string
	)
	_, err = pgx.ForEachRow(
		rows, []any{&one.PostID, &common, &text, &one.UnitName, &path, &one.Phase, &one.DueAt},
		func() error {
			seen := slices.ContainsFunc(planned, func(p Planned) bool { return p.PostID == one.PostID })
			if seen || !actor.CanAt(access.PostView, path) {
				return nil
			}
			at := now
			if one.DueAt != nil {
				at = *one.DueAt
			}
			if place, ok := rule.In(text, at); ok {
				one.Title, one.Found = post.Title(common), string([]rune(text)[place.Start:place.End])
				planned = append(planned, one)
			}

			return nil
		})

	return planned, err
}

// firstWords are words of which a text that contradicts the rebuttal holds one.
func firstWords(rule rumour.Rule) (words []string) {
	for _, line := range rule.Keywords {
		if len(line) > 0 {
			words = append(words, strings.ToLower(line[0]))
		}
	}

	return append(words, strings.ToLower(rumour.Bare(rule.Claim)))
}
