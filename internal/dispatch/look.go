package dispatch

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// lookHeld is how long a look belongs to the process that took it: longer than a look lasts, and short
// because that process may be killed while it looks.
const lookHeld = 20 * time.Second

// lookNowSQL brings the first look forward for what a process was sending that is surely gone, so that
// the account's next post need not wait: its lock is free, or it left in good order, and nothing can
// write for it any more. A first look that was planned when the owner was called gone and that nobody
// has taken yet stands at updated_at plus the wait.
const lookNowSQL = `
UPDATE all_deliveries d SET next_look_at = $1 WHERE NOT d.settled AND d.due_at <= $1 AND d.state = 'unknown'
    AND d.reason = 'owner_gone'
  AND d.next_look_at > $1 AND d.next_look_at = d.updated_at + $2::bigint * interval '1 microsecond'
  AND EXISTS (SELECT FROM processes p WHERE p.id = d.owner AND (p.stopped_at IS NOT NULL
      OR NOT ` + lockHeld + ` AND clock_timestamp() > pg_postmaster_start_time() + make_interval(secs => $3)))`

// planLooks gives a look to unknown deliveries that have none and for which nobody was asked yet, looks
// at once for those whose account has been authorised since they could not be read, and for those whose
// owner is surely gone.
func (e *Engine) planLooks(ctx context.Context) error {
	now := e.clk.Now()
	_, err := e.db.Pool().Exec(ctx, `
UPDATE all_deliveries d SET next_look_at = $1 WHERE NOT d.settled AND d.due_at <= $1 AND d.state = 'unknown'
    AND d.next_look_at IS NULL
  AND d.reason NOT IN ('look_two', 'look_person', 'look_repeat', 'look_rival', 'look_window', 'look_failed',
      'twice')`, now)
	if err != nil {
		return err
	}
	_, err = e.db.Pool().Exec(ctx, `
UPDATE all_deliveries d SET next_look_at = $1 WHERE NOT d.settled AND d.due_at <= $1 AND d.state = 'unknown'
    AND d.reason = 'look_failed' AND d.next_look_at > $1
  AND EXISTS (SELECT FROM credentials c WHERE c.account_id = d.account_id AND c.state = 'valid'
      AND c.obtained_at > d.updated_at)`, now)
	if err != nil {
		return err
	}
	_, err = e.db.Pool().Exec(ctx, lookNowSQL, now, e.del.FirstLook.Microseconds(), e.set.Lease.Seconds())

	return err
}

// mayRead is false for a read-back that waits for its account to be authorised again: nothing is asked
// with a token known to be dead. What is unknown is looked at all the same: its look tells people that
// it cannot see.
const mayRead = `(x.state = 'unknown' OR x.connector = 'manual'
		OR EXISTS (SELECT FROM credentials c WHERE c.account_id = x.account_id
    AND c.state = 'valid' AND (c.expires_at IS NULL OR c.expires_at > $1)))`

// lookDue takes the looks and read-backs that are due. Taking moves the instant on, so that one process
// looks.
func (e *Engine) lookDue(ctx context.Context) error {
	for {
		now, free := e.clk.Now(), cap(e.looks)-len(e.looks)
		if free == 0 {
			return nil
		}
		rows, err := e.db.Pool().Query(ctx, `
UPDATE all_deliveries d SET next_look_at = $2 FROM (
    SELECT x.id FROM all_deliveries x WHERE x.next_look_at <= $1 AND x.state IN ('unknown', 'sent') AND `+mayRead+`
    ORDER BY (x.state = 'sent'), x.next_look_at LIMIT $3 FOR UPDATE SKIP LOCKED) x
WHERE d.id = x.id RETURNING d.id`, now, now.Add(lookHeld), free)
		if err != nil {
			return err
		}
		ids, err := collectIDs(rows)
		if err != nil || len(ids) == 0 {
			return err
		}

		for _, id := range ids {
			e.looks <- struct{}{}
			e.work.Add(1)
			go func() {
				defer e.work.Done()
				defer func() { <-e.looks; e.Nudge() }()
				e.look(e.soft, id)
			}()
		}
	}
}

// look looks at one delivery: an unknown is decided, a sent one gets its id or is read back.
func (e *Engine) look(ctx context.Context, id int64) {
	rows, err := delivery.Load(ctx, e.db.Gorm(ctx), []int64{id})
	if err != nil || len(rows) != 1 {
		return
	}
	d := rows[0]
	known, accounts, err := e.loadAround(ctx, rows)
	if err != nil {
		return
	}
	version, account := known[d.VersionID], accounts[d.AccountID]
	if d.State == delivery.Sent && d.RemoteID != nil {
		e.readBack(ctx, d, version, account)
		return
	}
	seen := e.see(ctx, d, version, account)
	if ctx.Err() != nil {
		return
	}
	e.applySeen(ctx, d, seen)
}

// see reads the account's own posts back to the attempt's start and searches them for the delivery.
func (e *Engine) see(
	ctx context.Context,
	d delivery.Delivery,
	version post.Version,
	a account.Account,
) delivery.Seen {
	mode := weibo.Mode(d.Connector)
	can := weibo.Capabilities(mode)
	if !can.Look {
		return delivery.Seen{Finding: weibo.FoundNone} // posted by hand: only people can tell
	}
	token, err := e.o.Accounts.Token(ctx, a.ID)
	if err != nil {
		return delivery.Seen{Err: err}
	}
	began := e.clk.Now()
	sight, err := e.sight(ctx, d, mode, token, a)
	if err != nil {
		e.deadToken(ctx, began, a.ID, err)
		return delivery.Seen{Err: err}
	}

	ids := make([]string, len(sight.Posts))
	for i, p := range sight.Posts {
		ids[i] = p.ID
	}
	recorded, err := delivery.Recorded(ctx, e.db.Gorm(ctx), d, ids)
	if err != nil {
		return delivery.Seen{Err: err}
	}

	return e.weigh(ctx, d, version, a, sight, recorded)
}

// sight is what the account published since the attempt began, of the delivery's kind.
func (e *Engine) sight(
	ctx context.Context,
	d delivery.Delivery,
	mode weibo.Mode,
	token weibo.Token,
	a account.Account,
) (weibo.Sight, error) {
	if d.Kind == post.Reply {
		return e.o.Weibo.LookReplies(ctx, mode, token, d.LookFrom())
	}

	return e.o.Weibo.Look(ctx, mode, token, a.RemoteUID, d.LookFrom())
}

// weigh matches what was seen and gathers what the rule must know beside it.
func (e *Engine) weigh(
	ctx context.Context,
	d delivery.Delivery,
	version post.Version,
	a account.Account,
	sight weibo.Sight,
	recorded map[string]bool,
) delivery.Seen {
	target, _ := version.Target(d.AccountID)
	target.Account.Connector = account.Connector(d.Connector)
	payload, err := post.PayloadFor(version, target)
	if err == nil {
		payload, err = e.led(ctx, payload, version)
	}
	if err != nil {
		return delivery.Seen{Err: err}
	}
	verdict := weibo.Match(weibo.Sent{
		Payload:    payload,
		DeliveryID: hex.EncodeToString(d.MarkKey),
		From:       d.LookFrom(),
		Source:     e.o.Source,
		Recorded:   func(id string) bool { return recorded[id] },
	}, sight.Posts)
	reviewed, err := delivery.ReviewedLately(
		ctx,
		e.db.Gorm(ctx),
		d.AccountID,
		e.clk.Now().Add(-e.del.ReviewMemo),
	)
	if err != nil {
		return delivery.Seen{Err: err}
	}
	over, err := e.callOver(ctx, d)
	if err != nil {
		return delivery.Seen{Err: err}
	}
	repeated, err := delivery.RepeatedLately(ctx, e.db.Gorm(ctx), d)
	if err != nil {
		return delivery.Seen{Err: err}
	}
	alike := payload.Alike(sight.Posts)
	rival := slices.ContainsFunc(
		alike,
		func(p weibo.Post) bool { return !recorded[p.ID] && !p.CreatedAt.Before(d.LookFrom()) },
	)
	can := weibo.Capabilities(payload.Mode())

	return delivery.Seen{
		Repeated:   repeated,
		Rival:      rival,
		Alike:      alike,
		Finding:    verdict.Finding,
		Post:       verdict.Post,
		Candidates: verdict.Candidates,
		Complete:   sight.Complete,
		Annotated:  payload.Annotated(),
		AutoResend: a.AutoResend && d.Kind == post.Ordinary, // a reply carries no mark of ours
		CallOver:   over,
		Reviewed:   reviewed,
		Windowed:   can.Window > 0 && d.Kind == post.Ordinary,
	}
}

// callOver tells whether the call of the last attempt is surely over: its owner recorded the end, or
// its lock is gone. A lease that ran out is not enough: a stopped process may yet write.
func (e *Engine) callOver(ctx context.Context, d delivery.Delivery) (bool, error) {
	switch {
	case d.AttemptID == nil:
		return false, nil // a restored database does not know the attempt
	case d.CallEndedAt != nil:
		return true, nil
	case d.Owner == nil:
		return false, nil
	}
	var held bool
	err := e.db.Pool().
		QueryRow(ctx, "SELECT "+lockHeld+" FROM processes p WHERE p.id = $1::text::uuid", *d.Owner).
		Scan(&held)

	return !held, err
}

func (e *Engine) applySeen(ctx context.Context, seenOf delivery.Delivery, seen delivery.Seen) {
	e.settle(ctx, seenOf, func(d delivery.Delivery) (delivery.Change, bool) {
		switch {
		case d.State == delivery.Unknown:
			return delivery.AfterLook(d, seen, e.del, e.clk.Now()), true
		case d.State == delivery.Sent && d.RemoteID == nil:
			return delivery.AfterIDLook(d, seen, e.del, e.clk.Now()), true
		}

		return delivery.Change{}, false
	})
}

// settle applies what a rule decides on the row as it is now, provided the attempt is still the one
// that was looked for.
func (e *Engine) settle(
	ctx context.Context,
	looked delivery.Delivery,
	rule func(delivery.Delivery) (delivery.Change, bool),
) {
	var to delivery.State

	err := e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		d, err := delivery.LockTx(ctx, tx, looked.ID)
		if err != nil {
			return err
		}
		if !sameText(d.AttemptID, looked.AttemptID) {
			return nil
		}
		change, ok := rule(d)
		if !ok {
			return nil
		}
		to = change.To

		return delivery.ApplyTx(ctx, tx, e.clk.Now(), d, change, 0)
	})
	switch {
	case pg.Constraint(err) == "deliveries_remote_unique":
		e.log.Warn("look found a post that another delivery holds", "delivery", looked.ID)
	case err != nil:
		e.log.Warn("look not recorded, will look again", "delivery", looked.ID, "error", err)
	default:
		e.became(looked.Kind)
		e.step("looked: "+string(to), looked.ID)
	}
}

func sameText(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}

	return *a == *b
}

// readBack reads a sent post and compares it with what was approved.
func (e *Engine) readBack(ctx context.Context, d delivery.Delivery, version post.Version, a account.Account) {
	target, ok := version.Target(d.AccountID)
	// what became of a reply is seen where citizens' words are read
	if !ok || d.Kind == post.Reply || d.Connector == string(weibo.Manual) && !a.Connector.NeedsToken() {
		e.clearLook(ctx, d.ID)
		return
	}
	target.Account.Connector = account.Connector(d.Connector)
	payload, err := post.PayloadFor(version, target)
	if err == nil {
		payload, err = e.led(ctx, payload, version)
	}
	if err != nil {
		return
	}
	live, gone, err := e.live(ctx, d, a)
	if err != nil {
		e.readLater(ctx, d, err)
		return
	}
	e.settle(ctx, d, func(d delivery.Delivery) (delivery.Change, bool) {
		if d.Live != nil && *d.Live == delivery.LiveDown {
			return delivery.Change{To: d.State, Code: delivery.WasTakenDown, Live: delivery.LiveDown}, true
		}

		return delivery.ReadBack(d, payload, live, gone, e.del, e.clk.Now()), true
	})
}

// readLater puts off a read-back that could not read: sooner at first, later the longer it goes on. It
// gives up in the end, but not for want of a token: the read-back waits for the new one (mayRead).
func (e *Engine) readLater(ctx context.Context, d delivery.Delivery, why error) {
	e.log.Info("read-back failed, will try again", "delivery", d.ID, "error", why)
	since := e.clk.Now().Sub(d.LookFrom())
	noToken := fault.Is(why, fault.KindConflict) || weibo.ClassOf(why) == weibo.ClassToken
	if since > e.del.LookFor && !noToken {
		e.clearLook(ctx, d.ID)
		return
	}
	next := e.clk.Now().Add(max(e.del.LookRetry, min(since/4, e.del.LookAgain)))
	if noToken {
		next = e.clk.Now() // due at once, as soon as there is a token
	}
	if _, err := e.db.Pool().Exec(ctx, `
		UPDATE all_deliveries SET next_look_at = $2 WHERE id = $1 AND state = 'sent'`, d.ID, next); err != nil {
		e.log.Warn("read-back not put off", "delivery", d.ID, "error", err)
	}
}

// deadToken notes that the platform refused an account's token while something was read, which tells
// people once, and lets everything that needs the token wait for a new one.
func (e *Engine) deadToken(ctx context.Context, began time.Time, accountID int64, why error) {
	if weibo.ClassOf(why) != weibo.ClassToken {
		return
	}
	err := e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		return e.o.Accounts.MarkTokenBadTx(ctx, tx, began, accountID, account.TokenRevoked)
	})
	if err != nil {
		e.log.Warn("refused token not noted", "account", accountID, "error", err)
	}
}

// live reads the post as the platform shows it now.
func (e *Engine) live(
	ctx context.Context,
	d delivery.Delivery,
	a account.Account,
) (post *weibo.Post, gone bool, err error) {
	token, err := e.o.Accounts.Token(ctx, a.ID)
	if err != nil {
		return nil, false, err
	}
	began := e.clk.Now()
	defer func() { e.deadToken(ctx, began, a.ID, err) }()
	if d.Connector == string(weibo.Commercial) {
		posts, err := e.o.Weibo.ShowBatch(ctx, token, []string{*d.RemoteID})
		if err != nil {
			return nil, false, err
		}

		for _, p := range posts {
			if p.ID == *d.RemoteID {
				return &p, p.Deleted, nil
			}
		}

		return nil, true, nil
	}
	shown, err := e.o.Weibo.Show(ctx, token, *d.RemoteID)
	if weibo.Gone(err) {
		return nil, true, nil
	}

	return &shown, shown.Deleted, err
}

func (e *Engine) clearLook(ctx context.Context, id int64) {
	if _, err := e.db.Pool().Exec(ctx, `
		UPDATE all_deliveries SET next_look_at = NULL WHERE id = $1 AND state = 'sent'`, id); err != nil {
		e.log.Warn("look not cleared", "delivery", id, "error", err)
	}
}
