package reach

import (
	"context"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
)

// weekRow is what the prepared days say of an account.
type weekRow struct {
	ID                              int64
	Handle, UnitName, Seat          string
	Posts, Interactions             int64
	PostsBefore, InteractionsBefore int64
	Known                           bool
	LookedAt                        *time.Time
}

// selectWeeks gives the sums of the week and of the four weeks before it for the live ones of some
// accounts, and gives the latest look at any of them.
func selectWeeks(
	ctx context.Context, q querier, ids []int64, week, before Period,
) (weeks []Week, readAt *time.Time, err error) {
	list, err := rows[weekRow](ctx, q, `
SELECT s.id, s.handle, u.name AS unit_name, s.seat, `+inPeriod("posts")+` AS posts,
       `+reactions(inPeriod)+` AS interactions, `+inBefore("posts")+` AS posts_before,
       `+reactions(inBefore)+` AS interactions_before, `+knownBefore(`$1`)+` AS known, w.looked_at
FROM accounts s JOIN units u ON u.id = s.unit_id LEFT JOIN account_watches w ON w.account_id = s.id
`+sumsAtEnd+sumsAtStart+sumsBefore+`
WHERE s.id = ANY ($4::bigint[]) AND s.state = 'live' ORDER BY s.position, s.id`,
		planned(beijing.Date(before.From), beijing.Date(week.From), beijing.Date(week.To), ids)...)

	weeks = make([]Week, len(list))
	for i, row := range list {
		weeks[i] = Week{
			AccountID: row.ID, Handle: row.Handle, UnitName: row.UnitName, Seat: account.Seat(row.Seat),
			Posts: row.Posts, Interactions: row.Interactions,
			PostsBefore: row.PostsBefore, InteractionsBefore: row.InteractionsBefore, Known: row.Known,
		}
		readAt = later(readAt, row.LookedAt)
	}

	return weeks, readAt, err
}

// countUnread counts the posts of the week whose counts were not taken yet, of the accounts that fall.
func countUnread(ctx context.Context, q querier, weeks []Week, week Period) error {
	places := map[int64]int{}
	var ids []int64

	for i, one := range weeks {
		if one.Falling() {
			ids, places[one.AccountID] = append(ids, one.AccountID), i
		}
	}
	if len(ids) == 0 {
		return nil
	}

	type unread struct{ AccountID, N int64 }
	list, err := rows[unread](ctx, q, `
SELECT account_id, count(*) AS n FROM platform_posts
WHERE account_id = ANY ($1::bigint[]) AND posted_at >= $2 AND posted_at < $3 AND state <> 'removed'
    AND read_at IS NULL
GROUP BY account_id`, planned(ids, week.From, week.To)...)

	for _, one := range list {
		weeks[places[one.AccountID]].Unread = one.N
	}

	return err
}

func later(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}

	return a
}
