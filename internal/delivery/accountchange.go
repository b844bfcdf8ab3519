package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// tellAtMost bounds the to-dos of one change of an account: those due first are told one by one, the
// rest stands in the lists.
const tellAtMost = 200

// whyHeld is what holds deliveries when something happens to their account.
var whyHeld = map[account.Change]Reason{
	account.WasStopped:  AccountStopped,
	account.WasClosed:   AccountClosed,
	account.TokenGone:   TokenWithdrawn,
	account.UserChanged: UserChanged,
}

// endsByItself lists what no person needs to release: it ends when the account may post again.
var endsByItself = []string{string(AccountStopped), string(TokenWithdrawn)}

// releasedTogether lists what is released for many deliveries at once, without a look at each account.
var releasedTogether = []string{string(Wording), string(HeldFor)}

// AccountChangedTx is the account's Watch: in the transaction that suspends or closes an account,
// withdraws its token or makes it another user of the platform, everything of it that is not past its
// mark is held with the reason, and people are told. When it may post again, what waited for that alone
// goes on by itself, within its limit. What a pause holds, or what waits for a person because the
// account is another user now, stays held.
//
// The caller has locked the account's row, as a pause does, so that no approval slips between.
func AccountChangedTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	by int64,
	a account.Account,
	change account.Change,
) (err error) {
	defer fault.Step(&err, "delivery.AccountChangedTx")

	switch change {
	case account.MayPost:
		return goOn(ctx, tx, now, by, a.ID)
	case account.TestPosted:
		return countPost(ctx, tx, now, a.ID)
	case account.Placed:
		return placeMoved(ctx, tx, now, by, "d.account_id = @account", pgx.NamedArgs{"account": a.ID})
	}

	return holdAccount(ctx, tx, now, by, a.ID, whyHeld[change])
}

// countPost lets a post that is not a delivery count in the least gap between two posts of the account.
func countPost(ctx context.Context, tx pg.Tx, now time.Time, accountID int64) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO account_turns AS t (account_id, kind, last_mark) VALUES (@account_id, 'post', @now)
ON CONFLICT (account_id, kind) DO UPDATE SET last_mark = greatest(t.last_mark, excluded.last_mark),
    mark_before = CASE WHEN t.mark_before IS NOT NULL THEN greatest(t.mark_before, excluded.last_mark) END`,
		pgx.NamedArgs{"account_id": accountID, "now": now})

	return err
}

// AccountFirstTx comes before an account's row is locked for a change: what was marked ahead for it and
// is not released is taken back, so that the change finds it not marked.
func AccountFirstTx(ctx context.Context, tx pg.Tx, now time.Time, accountID int64) (err error) {
	defer fault.Step(&err, "delivery.AccountFirstTx %d", accountID)

	return recallTx(ctx, tx, now, "d.account_id = @account", pgx.NamedArgs{"account": accountID})
}

// holdAccount holds what is not marked yet. What is held already keeps what holds it, unless that would
// end without a look at the account, and this needs one.
func holdAccount(ctx context.Context, tx pg.Tx, now time.Time, by, accountID int64, why Reason) error {
	if err := AccountFirstTx(ctx, tx, now, accountID); err != nil {
		return err
	}
	args := pgx.NamedArgs{
		"account": accountID,
		"why":     string(why),
		"soft":    slices.Concat(endsByItself, releasedTogether),
	}
	held, err := Move{
		From:  []State{Waiting, Preparing, Handoff},
		To:    Held,
		Code:  why,
		By:    by,
		Args:  args,
		Where: "NOT d.settled AND d.account_id = @account",
		Set:   "owner = NULL, taken_by = NULL, taken_at = NULL",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return err
	}
	if why == UserChanged || why == AccountClosed {
		stricter, err := Move{
			From: []State{Held},
			Code: why,
			By:   by,
			Args: args,
			Set:  "reason = @why, reason_args = '{}'",
			Where: `
				NOT d.settled AND d.account_id = @account AND d.pause_id IS NULL AND d.reason = ANY (@soft)`,
		}.Run(ctx, tx.Pgx, now)
		if err != nil {
			return err
		}
		held = append(held, stricter...)
	}
	if why == UserChanged {
		if err := keepFromOtherUser(ctx, tx, now, by, accountID); err != nil {
			return err
		}
	}

	return tellHeld(ctx, tx, now, held, why, nil)
}

// keepFromOtherUser keeps what is past its mark from being sent again, to whom the account is now:
// should it turn out not to be out, it is held.
func keepFromOtherUser(ctx context.Context, tx pg.Tx, now time.Time, by, accountID int64) error {
	_, err := Move{
		From: open,
		Code: WishKept,
		With: Args{"wish": string(WishHold)},
		By:   by,
		Args: pgx.NamedArgs{"account": accountID, "wish": string(WishHold)},
		Where: `
			NOT d.settled AND d.wish IS NULL AND d.account_id = @account`,
		Set: "wish = @wish, wish_by = nullif(@by::bigint, 0)",
	}.Run(ctx, tx.Pgx, now)

	return err
}

// tellHeld puts what is held before the people of the account's unit, what is due first.
func tellHeld(ctx context.Context, tx pg.Tx, now time.Time, held []Moved, why Reason, args Args) error {
	ids := make([]int64, len(held))
	for i, moved := range held {
		ids[i] = moved.ID
	}
	rows, err := tx.Pgx.Query(ctx, `
		SELECT id FROM all_deliveries WHERE id = ANY (@ids) ORDER BY due_at, id LIMIT @tell_at_most`,
		pgx.NamedArgs{"ids": ids, "tell_at_most": tellAtMost})
	if err != nil {
		return err
	}
	if ids, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
		return err
	}
	list, err := Load(ctx, tx.DB, ids)
	if err != nil {
		return err
	}

	items, posts := make([]todo.Item, len(list)), make([]int64, len(list))
	for i, delivery := range list {
		posts[i] = delivery.PostID
		items[i] = itemOf(delivery, Change{To: Held, Code: why, Args: args, Raise: TodoProblem})
	}
	if err := post.OwnItemsTx(ctx, tx, posts, items); err != nil {
		return err
	}

	return todo.RaiseManyTx(ctx, tx, now, items)
}

// goOn releases what waited for its account alone. The engine's next look takes up what is near; the
// jobs of the rest still stand. What has a pause over it by now is that one's to hold.
func goOn(ctx context.Context, tx pg.Tx, now time.Time, by, accountID int64) error {
	args := pgx.NamedArgs{"account": accountID, "soft": endsByItself}
	where := "NOT d.settled AND d.account_id = @account AND d.pause_id IS NULL AND d.reason = ANY (@soft)"
	_, err := Move{
		From:  []State{Held},
		Code:  WasPaused,
		By:    by,
		Args:  args,
		Where: where + " AND (" + openPause + ") IS NOT NULL",
		Set:   "pause_id = (" + openPause + "), reason = 'paused', reason_args = '{}'",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return err
	}
	free, err := Move{
		From:  []State{Held},
		To:    Waiting,
		Code:  AccountBack,
		By:    by,
		Args:  args,
		Where: where + " AND d.not_after >= @now::timestamptz",
		Set:   "not_before = NULL",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return err
	}

	return closeTodos(ctx, tx, now, free, by)
}
