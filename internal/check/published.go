package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
)

// Published is a text that the platform shows.
type Published struct {
	Home    int64 // the unit of the post, else that of the account
	Unit    int64 // of the account
	Version int64 // which was sent from here; 0: it was not
	Text    string
	At      time.Time // when it was published
}

// Serious finds the words of lists in a published text that a unit takes seriously: those that stop a text,
// where no exception holds, and those that need a reason, where nobody gave one that a second person agreed
// to. The lists are those in force now; an entry with days of its own counts on the day of publication:
// what was the right name then is no fault.
func (p *Pass) Serious(ctx context.Context, text Published) (serious []Finding, err error) {
	defer fault.Step(&err, "check.Serious")

	units := slices.Compact(slices.Sorted(slices.Values([]int64{text.Home, text.Unit})))
	holds, err := p.inForce(ctx, units)
	if err != nil {
		return nil, err
	}
	w := wording{text: text.Text, home: []int64{text.Home}, units: units}
	found, err := p.service.wordsIn(ctx, holds.lists, w, holds.levels, text.At)
	if err != nil {
		return nil, err
	}
	second := slices.ContainsFunc(found, func(f Finding) bool { return f.Level == lexicon.Second })
	agreed := map[string]bool{}
	if second && text.Version != 0 {
		if agreed, err = p.service.agreedIn(ctx, text.Version); err != nil {
			return nil, err
		}
	}

	for _, f := range found {
		switch {
		case f.Level == lexicon.Block && !f.Excepted():
			serious = append(serious, f)
		case f.Level == lexicon.Second && !agreed[f.Found]:
			serious = append(serious, f)
		}
	}

	return serious, nil
}

// agreedIn are the passages of a version for which a second person agreed to the writer's reason.
func (s *Service) agreedIn(ctx context.Context, version int64) (map[string]bool, error) {
	rows, err := s.db.Pool().Query(ctx, `
SELECT DISTINCT found FROM version_findings
WHERE version_id = @version AND level = 'second' AND agreed_by IS NOT NULL AND found <> ''`,
		pgx.NamedArgs{"version": version})
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])

	agreed := map[string]bool{}
	for _, passage := range found {
		agreed[passage] = true
	}

	return agreed, err
}

// Force names what holds for the texts of units now.
type Force struct {
	units    map[int64]string
	Excepted int64 // exceptions that two people gave
}

// Of names what holds for a text of two units: where it is the same, the same is found, but for exceptions.
func (f Force) Of(home, unit int64) string { return f.units[home] + "/" + f.units[unit] }

// Print names what holds for all units together, exceptions among it.
func (f Force) Print() string {
	hash := sha256.New()

	for _, unit := range slices.Sorted(maps.Keys(f.units)) {
		_, _ = fmt.Fprintf(hash, "%d %s\n", unit, f.units[unit])
	}
	_, _ = fmt.Fprintf(hash, "%d\n", f.Excepted)

	return hex.EncodeToString(hash.Sum(nil)[:12])
}

// Force reads what holds for all units: lists in their versions, and levels.
func (s *Service) Force(ctx context.Context) (force Force, err error) {
	defer fault.Step(&err, "check.Force")

	prints, excepted, err := s.lists.Prints(ctx)
	if err != nil {
		return Force{}, err
	}
	rows, err := s.db.Pool().Query(ctx, `
SELECT t.id, coalesce(string_agg(r.unit_id || '.' || r.rule || '.' || r.version, ' '
    ORDER BY r.unit_id, r.rule), '')
FROM units t LEFT JOIN (SELECT x.unit_id, x.rule, x.version, u.path FROM rule_levels x
    JOIN units u ON u.id = x.unit_id) r ON starts_with(t.path, r.path)
GROUP BY t.id`)
	if err != nil {
		return Force{}, err
	}
	force = Force{units: map[int64]string{}, Excepted: excepted}
	var unit int64
	var levels string
	_, err = pgx.ForEachRow(rows, []any{&unit, &levels}, func() error {
		sum := sha256.Sum256([]byte(prints[unit] + "|" + levels))
		force.units[unit] = hex.EncodeToString(sum[:9])

		return nil
	})

	return force, err
}

// ListedAt tells when the versions of word lists were made that hold now.
func (s *Service) ListedAt(ctx context.Context, lists []int64) (_ map[int64]time.Time, err error) {
	defer fault.Step(&err, "check.ListedAt")

	return s.lists.ListedAt(ctx, lists)
}
