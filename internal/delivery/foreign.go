package delivery

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// Foreign is what goes out on an account of the actor's from a post the actor does not see: the
// bureau's, on the district's account. Text is what goes out on this account and nothing else of the
// post.
type Foreign struct {
	ID            int64
	AccountID     int64
	AccountHandle string
	From          string // name of the post's unit
	Text          string
	RepostOf      string
	DueAt         time.Time
	State         State
}

// Title is the beginning of the text.
func (f Foreign) Title() string { return post.Title(f.Text) }

// ForeignIn reads what others send from the actor's accounts in the span, in order of time, at most n.
// Path and account narrow it: "" and 0 are all. What was cancelled, or came to its time without an
// approval, is left out.
func (s *Service) ForeignIn(
	ctx context.Context,
	actor access.Actor,
	in post.Span,
	path string,
	account int64,
	n int,
) (_ []Foreign, err error) {
	defer fault.Step(&err, "delivery.ForeignIn")

	if seesAll(actor) {
		return nil, nil
	}
	cond, args := foreignScope(actor)
	cond += " AND d.due_at >= ? AND d.due_at < ? AND d.state NOT IN ('cancelled', 'expired')"
	args = append(args, in.From, in.To)
	if path != "" {
		cond, args = cond+" AND u.path LIKE ?", append(args, path+"%")
	}
	if account != 0 {
		cond, args = cond+" AND d.account_id = ?", append(args, account)
	}

	return gorm.G[Foreign](s.db.Gorm(ctx)).Raw(`
SELECT d.id, d.account_id, a.handle AS account_handle, pu.name AS "from", coalesce(t.variant, v.text) AS text,
    v.repost_of, d.due_at, d.state
FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id
JOIN posts p ON p.id = d.post_id JOIN units pu ON pu.id = p.unit_id
    JOIN post_versions v ON v.id = d.version_id
LEFT JOIN version_targets t ON t.version_id = v.id AND t.account_id = d.account_id
WHERE `+cond+" ORDER BY d.due_at, d.id LIMIT ?", append(args, n)...).Find(ctx)
}

// foreignScope is the condition "the account d of unit u is the actor's, the post's unit pu is not".
func foreignScope(actor access.Actor) (string, []any) {
	own, args := access.Scope(actor, access.PostView, "u.path")
	others, more := access.Scope(actor, access.PostView, "pu.path")
	return own + " AND NOT " + others, append(args, more...)
}

// seesAll tells whether there is nothing foreign to the actor, which spares the look.
func seesAll(actor access.Actor) bool {
	for _, grant := range actor.Grants {
		if strings.Count(grant.Path, "/") == 2 &&
			access.ExtentOf(grant.Role, access.PostView) == access.Subtree {
			return true
		}
	}

	return actor.IsSystem()
}
