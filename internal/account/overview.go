package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Overview is how the accounts in use are, for a landing page. Counting is the database's work: a
// matrix may hold thousands.
type Overview struct {
	All     int       // live, in preparation or suspended
	Needing int       // those of them that somebody must look after
	First   []Account // the first of Needing, in the order of the matrix
}

// unusableSQL is !Token.At(now).Usable() for accounts that need a token; needingSQL is that, a token
// near its end, or an account that is not live. Both over accounts a and credentials c; a test holds
// them to the code.
const (
	unusableSQL = `
		(a.connector <> 'manual' AND (c.state IS DISTINCT FROM 'valid' OR coalesce(c.expires_at <= ?, false)))`
	needingSQL = "(a.state <> 'live' OR " + unusableSQL + ")"
)

const fromInUse = `
FROM accounts a JOIN units u ON u.id = a.unit_id LEFT JOIN credentials c ON c.account_id = a.id
WHERE a.state IN ('live', 'preparing', 'suspended') AND `

// Overview counts the accounts in the actor's scope and gives the first n that need somebody.
func (s *Service) Overview(ctx context.Context, actor access.Actor, n int) (_ Overview, err error) {
	defer fault.Step(&err, "account.Overview")

	scope, args := access.Scope(actor, access.AccountView, "u.path")
	soon := s.now().Add(time.Duration(warnDays[0]) * day)
	db := s.db.Gorm(ctx)
	counts, err := gorm.G[struct{ Total, Needing int }](
		db,
	).Raw("SELECT count(*) AS total, count(*) FILTER (WHERE "+needingSQL+") AS needing"+fromInUse+scope,
		append([]any{soon}, args...)...).
		Take(ctx)
	overview := Overview{All: counts.Total, Needing: counts.Needing}
	if err != nil || overview.Needing == 0 {
		return overview, err
	}
	overview.First, err = selectFirst(
		ctx,
		db,
		n,
		scope+" AND a.state <> 'closed' AND "+needingSQL,
		append(args, soon)...)

	return overview, err
}

// CountUnusable counts the live accounts in the actor's scope that have no token to post with, though
// they need one.
func (s *Service) CountUnusable(ctx context.Context, actor access.Actor) (_ int, err error) {
	defer fault.Step(&err, "account.CountUnusable")

	scope, args := access.Scope(actor, access.AccountView, "u.path")

	return gorm.G[int](
		s.db.Gorm(ctx),
	).Raw("SELECT count(*)"+fromInUse+"a.state = 'live' AND "+unusableSQL+" AND "+scope,
		append([]any{s.now()}, args...)...).
		Take(ctx)
}

// Named finds the accounts where the actor holds p that a filter names: the one with this id or this
// handle, with or without @, else those whose handle has the name in it, of which at most two are
// given: enough to know that it is not one.
func (s *Service) Named(
	ctx context.Context,
	actor access.Actor,
	permission access.Permission,
	name string,
) (_ []Account, err error) {
	defer fault.Step(&err, "account.Named")

	name = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
	if name == "" {
		return nil, nil
	}
	scope, args := access.Scope(actor, permission, "u.path")
	id, _ := strconv.ParseInt(name, 10, 64) // 0, which no account has, when it is none
	list, err := selectFirst(
		ctx,
		s.db.Gorm(ctx),
		1,
		"(a.id = ? OR lower(a.handle) = ?) AND "+scope,
		append([]any{
			id, name,
		}, args...)...)
	if err != nil || len(list) > 0 {
		return list, err
	}

	return selectFirst(
		ctx,
		s.db.Gorm(ctx),
		2,
		"strpos(lower(a.handle), ?) > 0 AND "+scope,
		append([]any{name}, args...)...)
}
