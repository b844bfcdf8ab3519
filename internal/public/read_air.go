package public

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// spoken is a post that says what the air is like.
type spoken struct {
	post

	Kind            string
	Concerns, Until time.Time
	Standard        string // "": its words were changed by hand
}

// Kinds of what is said of the air, as the schema has them.
const (
	airLive     = "live"
	airDaily    = "daily"
	airForecast = "forecast"
	airWarning  = "warning"
	airChange   = "change"
	airLift     = "lift"
	airTip      = "tip"
)

// mostSpoken bounds what one page says of the air.
const mostSpoken = 60

// spoken gives what is said of the air and still of use, the newest first: each text once, whoever carries
// it, and of what comes every hour or day the newest of each account. A warning that was changed or lifted
// is not among them.
func (s *Site) spoken(ctx context.Context) ([]spoken, error) {
	rows, err := s.opt.DB.Pool().Query(ctx, `
WITH once AS (SELECT DISTINCT ON (w.writing) w.post, w.kind, w.concerns, p.account, p.posted_at
    FROM site.air w JOIN site.posts p ON p.number = w.post
    WHERE w.until > @now AND NOT EXISTS (SELECT FROM site.air n WHERE n.supersedes = w.writing)
    ORDER BY w.writing, p.posted_at, p.number),
few AS (SELECT post, kind, row_number() OVER
    (PARTITION BY account, kind ORDER BY concerns DESC, posted_at DESC, post DESC) AS nth FROM once)
SELECT `+postColumns+`, 1, w.kind, w.concerns, w.until, w.standard
FROM few JOIN site.air w ON w.post = few.post JOIN site.posts p ON p.number = w.post`+postJoins+`
WHERE few.kind <> ALL(@newest) OR few.nth = 1
ORDER BY p.posted_at DESC, p.number DESC LIMIT @most`, pgx.NamedArgs{
		"now": s.opt.Now(), "newest": []string{airLive, airDaily, airForecast}, "most": mostSpoken,
	})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (one spoken, err error) {
		p := &one.post
		err = row.Scan(&p.Number, &p.Account, &p.Handle, &p.Name, &p.LookedAt, &p.Column, &p.ColumnName,
			&p.PostedAt, &p.Text, &p.Hash, &p.Past, &p.Link, &p.Corrects, &p.ChangedAt, &p.Times,
			&one.Kind, &one.Concerns, &one.Until, &one.Standard)

		return one, err
	})
}
