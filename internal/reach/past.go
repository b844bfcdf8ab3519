package reach

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// PastFilter selects what was published outside of this console.
type PastFilter struct {
	From, To  time.Time
	UnitPath  string // this unit and all below it; "" is all in scope
	AccountID int64  // 0: all in scope
	Limit     int
}

// PastIn lists the posts of a time that this console did not send and that are still up, in order of time.
func (s *Service) PastIn(ctx context.Context, actor access.Actor, filter PastFilter) (_ []Post, err error) {
	defer fault.Step(&err, "reach.PastIn")

	scope, args := scoped(actor, access.ReachView, "u.path", 6)

	return readPosts(ctx, s.db.Pool(), selectPostSQL+`p.posted_at >= $1 AND p.posted_at < $2
			AND p.delivery_id IS NULL AND p.state <> 'removed'
 AND ($3 = 0 OR p.account_id = $3) AND u.path LIKE $4 || '%' AND `+scope+` ORDER BY p.posted_at, p.id LIMIT $5`,
		append([]any{filter.From, filter.To, filter.AccountID, filter.UnitPath, filter.Limit}, args...)...)
}
