package public

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// rebuttal is one rebuttal as it was signed.
type rebuttal struct {
	Number                int64
	Unit                  string
	Claim, Truth, Area    string
	Evidence              []evidence
	From, Until, SignedAt time.Time
	Hash                  []byte
	WithdrawnAt           *time.Time
	Correction            string
}

// evidence is an address at which the truth can be read, with what stands there.
type evidence struct {
	Source string `json:"source"`
	Note   string `json:"note"`
}

// errExpired is of a rebuttal whose validity has ended.
var errExpired = errors.New("the validity has ended")

// toldFor is how long a rebuttal that was withdrawn stands with its correction.
const toldFor = 90 * 24 * time.Hour

const selectRebuttal = `
SELECT number, unit_name, claim, truth, area, evidence, valid_from, valid_until, signed_at, hash,
    withdrawn_at, correction FROM site.rebuttals WHERE `

// holdingSQL holds for rebuttals that readers see: in force, or withdrawn not long ago.
const holdingSQL = `(withdrawn_at IS NULL AND valid_until > @now OR withdrawn_at > @told)`

func (s *Site) told() pgx.NamedArgs {
	now := s.opt.Now()
	return pgx.NamedArgs{"now": now, "told": now.Add(-toldFor)}
}

// rebuttals are those that readers see: what holds, the newest first, and then what was withdrawn.
func (s *Site) rebuttals(ctx context.Context) ([]rebuttal, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, selectRebuttal+holdingSQL+`
ORDER BY withdrawn_at IS NOT NULL, signed_at DESC, number DESC LIMIT 200`, s.told())
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, readRebuttal)
}

// rebuttal finds one. Fails with errExpired where it is over, with pgx.ErrNoRows where there was none.
func (s *Site) rebuttal(ctx context.Context, number int64) (rebuttal, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, selectRebuttal+`
number = @number`, pgx.NamedArgs{"number": number})
	if err != nil {
		return rebuttal{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, readRebuttal)
	if err == nil && found.WithdrawnAt == nil && !found.Until.After(s.opt.Now()) {
		err = errExpired
	}

	return found, err
}

func readRebuttal(row pgx.CollectableRow) (r rebuttal, err error) {
	var list []byte
	if err = row.Scan(&r.Number, &r.Unit, &r.Claim, &r.Truth, &r.Area, &list, &r.From, &r.Until, &r.SignedAt,
		&r.Hash, &r.WithdrawnAt, &r.Correction); err == nil {
		err = json.Unmarshal(list, &r.Evidence)
	}

	return r, err
}
