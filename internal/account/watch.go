package account

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// Change is what happened to an account that whoever posts through it must know of.
type Change string

// The changes.
const (
	MayPost     Change = "may_post"    // it is live and has what posting needs, perhaps again
	WasStopped  Change = "stopped"     // suspended: nothing may go out until it is live again
	WasClosed   Change = "closed"      // for good
	TokenGone   Change = "token_gone"  // an administrator withdrew its token
	UserChanged Change = "user_change" // it is another user of the platform now
	Placed      Change = "placed"      // it belongs to another unit now
	// a connection test posts, or has just posted, and the platform counts it like any other post
	TestPosted Change = "test_posted"
)

// Watch is told of a change in the transaction that makes it, with the account as it is from then on
// and the user who acts (0: the machine). What it fails with keeps the change from being made.
type Watch func(ctx context.Context, tx pg.Tx, now time.Time, by int64, a Account, c Change) error

// Watches lets several watch, one after the other.
func Watches(list ...Watch) Watch {
	return func(ctx context.Context, tx pg.Tx, now time.Time, by int64, account Account,
		change Change) error {
		for _, watch := range list {
			if err := watch(ctx, tx, now, by, account, change); err != nil {
				return err
			}
		}

		return nil
	}
}

// tellWatch tells whoever watches, if anybody does.
func (s *Service) tellWatch(ctx context.Context, tx pg.Tx, by int64, account Account, change Change) error {
	if s.opt.Watch == nil {
		return nil
	}

	return s.opt.Watch(ctx, tx, s.now(), by, account, change)
}

// MayPost tells whether posts can go out through the account at an instant.
func (a Account) MayPost(now time.Time) bool {
	return a.State == Live && (!a.Connector.NeedsToken() || a.Token.At(now).Usable())
}

// tellIfMayPost tells that posts may go out again, when they may.
func (s *Service) tellIfMayPost(ctx context.Context, tx pg.Tx, by int64, account Account) error {
	if !account.MayPost(s.now()) {
		return nil
	}

	return s.tellWatch(ctx, tx, by, account, MayPost)
}

// tellMoved tells what a new state means for those who post.
func (s *Service) tellMoved(ctx context.Context, tx pg.Tx, by int64, account Account) error {
	switch account.State {
	case Suspended:
		return s.tellWatch(ctx, tx, by, account, WasStopped)
	case Closed:
		return s.tellWatch(ctx, tx, by, account, WasClosed)
	}

	return s.tellIfMayPost(ctx, tx, by, account)
}

// First does what must come before the lock of an account's row, so that locks are taken in one order
// everywhere.
type First func(ctx context.Context, tx pg.Tx, now time.Time, accountID int64) error

// lock locks an account for a change by the actor.
func (s *Service) lock(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Account, error) {
	if s.opt.First != nil {
		if err := s.opt.First(ctx, tx, s.now(), id); err != nil {
			return Account{}, err
		}
	}

	return lockAccount(ctx, tx.DB, actor, id)
}
