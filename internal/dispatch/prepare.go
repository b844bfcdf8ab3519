package dispatch

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// claimable is what makes a waiting delivery ours to prepare: near, posted by a call, and nothing known
// that keeps it from going. What waits for a token or for its account is taken up again only once that
// is mended, what could not be prepared for the moment only after its pause.
const claimable = `d.due_at <= @horizon::timestamptz
		AND (d.not_before IS NULL OR d.not_before <= @horizon::timestamptz)
		AND d.not_after >= @now::timestamptz AND d.connector <> 'manual'
    AND ` + delivery.LeadOutSQL + `
    AND (d.reason NOT IN ('picture_waits', 'given_back', 'lead_waits') OR d.not_before IS NULL
        OR d.not_before <= @now::timestamptz)
    AND (d.reason NOT IN ('token_missing', 'token_refused', 'token_ends', 'account_not_live')
         OR EXISTS (SELECT FROM accounts a JOIN credentials c ON c.account_id = a.id
                    WHERE a.id = d.account_id AND a.state = 'live' AND c.state = 'valid'
                      AND (c.expires_at IS NULL
                          OR c.expires_at > greatest(d.due_at, @now::timestamptz) + @spare::interval
                          OR d.reason = 'token_ends' AND d.due_at <= @now::timestamptz
                          AND c.expires_at > @now::timestamptz)))`

// Prepare takes the deliveries into hand that are still as planned and near enough; the rest it leaves
// alone. It is what the job calls, a lead ahead of the due time; the sweep does the same for what no
// job came for.
func (e *Engine) Prepare(ctx context.Context, refs []delivery.Ref) (err error) {
	defer fault.Step(&err, "dispatch.Prepare")

	ids, plans := make([]int64, len(refs)), make([]int32, len(refs))
	for i, ref := range refs {
		ids[i], plans[i] = ref.ID, int32(ref.Plan)
	}

	return e.claim(ctx, claimable+`
		 AND (d.id, d.plan) IN (SELECT * FROM unnest(@ids::bigint[], @plans::int[]))`, args{
		"ids": ids, "plans": plans,
	})
}

// claim makes waiting deliveries ours and prepares them, some hundred at a time, until none is left.
func (e *Engine) claim(ctx context.Context, where string, with args) error {
	for !e.ending.Load() && e.halt.Load() == nil {
		now := e.clk.Now()

		named := args{"horizon": now.Add(e.del.Lead), "spare": e.del.TokenSpare, "me": e.self.id}
		for name, v := range with {
			named[name] = v
		}
		moved, err := delivery.Move{
			From:  []delivery.State{delivery.Waiting},
			To:    delivery.Preparing,
			Code:  delivery.WasClaimed,
			Where: where,
			Set:   "owner = @me::text::uuid",
			Args:  named,
			Limit: e.set.BatchRows,
			Skip:  true,
		}.Run(ctx, e.db.Pool(), now)
		if err != nil || len(moved) == 0 {
			return err
		}
		e.step("claimed", idsOf(moved)...)
		if err := e.makeReady(ctx, idsOf(moved)); err != nil {
			return err
		}
		if len(moved) < e.set.BatchRows {
			return nil
		}
	}

	return nil
}

// makeReady loads, checks and seals the requests of deliveries that are ours, and puts them into the heap.
func (e *Engine) makeReady(ctx context.Context, ids []int64) error {
	rows, err := delivery.Load(ctx, e.db.Gorm(ctx), ids)
	if err != nil {
		return err
	}
	known, accounts, err := e.loadAround(ctx, rows)
	if err != nil {
		return err
	}

	blocked := e.blocked(ctx, ids)

	var ready []*item
	for _, d := range rows {
		it, trouble := e.ready(ctx, d, known[d.VersionID], accounts[d.AccountID])
		if word := blocked[d.ID]; word != "" && trouble == nil {
			trouble = heldBy(delivery.Wording)
			trouble.Args = delivery.Args{"text": word}
		}

		switch {
		case trouble != nil:
			e.report(ctx, d, *trouble)
		// which carries its own
		case len(it.payload.Pictures()) > 0 && len(it.pics) == 0 && it.payload.Mode() != weibo.Public:
			e.work.Add(1)
			go e.upload(d, it)
		default:
			ready = append(ready, it)
		}
	}
	e.setReady(ctx, ready)

	return nil
}

// loadAround reads the versions and accounts of deliveries.
func (e *Engine) loadAround(
	ctx context.Context,
	rows []delivery.Delivery,
) (map[int64]post.Version, map[int64]account.Account, error) {
	found := map[int64]post.Version{}
	var accounts map[int64]account.Account
	err := e.db.InTx(ctx, func(tx pg.Tx) (err error) {
		var ids []int64
		for _, d := range rows {
			ids = append(ids, d.AccountID)
			if _, ok := found[d.VersionID]; ok {
				continue
			}
			version, ok := e.versions.get(d.VersionID)
			if !ok {
				if version, err = post.VersionTx(ctx, tx, d.VersionID); err != nil {
					return err
				}
				e.versions.put(version)
			}
			found[version.ID] = version
		}
		accounts, err = account.FindManyTx(ctx, tx, ids)

		return err
	})

	return found, accounts, err
}

// blocked finds the deliveries whose wording must not be sent any more, because a list has changed since
// its approval, with the words that are in the way. A check that fails to run holds nothing; it is told in
// the log and to the administrators.
func (e *Engine) blocked(ctx context.Context, ids []int64) map[int64]string {
	if e.o.Blocks == nil {
		return nil
	}
	words, err := e.o.Blocks(ctx, ids)
	if err != nil {
		e.log.Error("wordings not all looked through before sending", "deliveries", len(ids), "err", err)
	}
	if err := e.tellCheck(ctx, err != nil); err != nil {
		e.log.Error("nobody told whether wordings are looked through before sending", "err", err)
	}

	return words
}

// ready builds the request of one delivery and checks all that can be known before its time.
func (e *Engine) ready(
	ctx context.Context,
	d delivery.Delivery,
	version post.Version,
	a account.Account,
) (*item, *delivery.Change) {
	now := e.clk.Now()
	if a.State != account.Live {
		return nil, &delivery.Change{
			To:    delivery.Waiting,
			Code:  delivery.AccountNotLive,
			Raise: delivery.TodoProblem,
		}
	}
	payload, hash, trouble := e.payload(ctx, d, version, a)
	if trouble != nil {
		return nil, trouble
	}
	token, trouble := e.token(ctx, d, a, now)
	if trouble != nil {
		return nil, trouble
	}
	it := &item{
		id:        d.ID,
		lane:      lane{d.AccountID, d.Kind},
		plan:      d.Plan,
		connector: d.Connector,
		due:       *d.DueAt,
		notAfter:  *d.NotAfter,
		hash:      hash,
		gap:       gapOf(d.Kind, a),
		payload:   payload,
		token:     token,
		pics:      d.Uploads,
		markKey:   hex.EncodeToString(d.MarkKey),
		fireAt:    *d.DueAt,
		place:     -1,
	}
	if d.NotBefore != nil && d.NotBefore.After(it.fireAt) {
		it.fireAt = *d.NotBefore
	}

	return it, nil
}

// replyGap is the least time between two replies of an account: several citizens are answered in a minute,
// but not in one second.
const replyGap = 5 * time.Second

// gapOf is the least time between two of a kind on an account.
func gapOf(kind post.Kind, a account.Account) time.Duration {
	if kind == post.Reply {
		return replyGap
	}

	return a.MinGap
}

// payload is the request as it would be sent, with its hash. It must be the approved one, and one that
// the interface takes.
func (e *Engine) payload(
	ctx context.Context,
	d delivery.Delivery,
	version post.Version,
	a account.Account,
) (weibo.Payload, []byte, *delivery.Change) {
	target, ok := version.Target(d.AccountID)
	if !ok {
		return weibo.Payload{}, nil, heldBy(delivery.HashDiffers)
	}
	target.Account = a
	p, err := post.PayloadFor(version, target)
	if err != nil {
		return p, nil, heldBy(delivery.HashDiffers)
	}
	hash, err := hex.DecodeString(p.Hash())
	if err != nil || !bytes.Equal(hash, d.ApprovedHash) || !d.Approved {
		return p, nil, heldBy(delivery.HashDiffers)
	}
	if faults := weibo.CheckPayload(p, e.o.Rules); len(faults) > 0 {
		return p, nil, &delivery.Change{
			To:    delivery.Failed,
			Code:  delivery.TextRefused,
			Raise: delivery.TodoProblem,
			Args:  delivery.FaultArgs(faults[0]),
		}
	}
	if p.Mode() == weibo.Public && len(p.Pictures()) > 0 {
		return e.withBytes(ctx, p, version, target, hash)
	}
	if p.Waits() {
		return e.withLead(ctx, p, version, hash)
	}

	return p, hash, nil
}

// withLead puts the post that is passed on into a request that was approved before it was out. What is not
// out or is gone is waited for again.
func (e *Engine) withLead(
	ctx context.Context,
	p weibo.Payload,
	version post.Version,
	hash []byte,
) (weibo.Payload, []byte, *delivery.Change) {
	lead, _ := version.Lead()
	original, passable, err := delivery.Original(ctx, e.db.Gorm(ctx), lead)
	if err != nil || !passable {
		again := e.clk.Now().Add(2 * time.Second)

		return p, nil, &delivery.Change{To: delivery.Waiting, Code: delivery.LeadWaits, NotBefore: &again}
	}

	return p.With(original), hash, nil
}

// led is a request of the past with the post that it passed on, as far as that is known.
func (e *Engine) led(ctx context.Context, p weibo.Payload, version post.Version) (weibo.Payload, error) {
	lead, ok := version.Lead()
	if !ok {
		return p, nil
	}
	original, _, err := delivery.Original(ctx, e.db.Gorm(ctx), lead)
	if err != nil || original.ID == "" {
		return p, err
	}

	return p.With(original), nil
}

func heldBy(why delivery.Reason) *delivery.Change {
	return &delivery.Change{To: delivery.Held, Code: why, Raise: delivery.TodoProblem}
}

// token opens the account's token and looks ahead whether it lasts.
func (e *Engine) token(
	ctx context.Context,
	d delivery.Delivery,
	a account.Account,
	now time.Time,
) (weibo.Token, *delivery.Change) {
	token, err := e.o.Accounts.Token(ctx, a.ID)
	if err != nil {
		if fault.Is(err, fault.KindConflict) {
			return "", &delivery.Change{
				To:    delivery.Waiting,
				Code:  delivery.TokenMissing,
				Raise: delivery.TodoProblem,
			}
		}
		retry := now.Add(2 * time.Second)

		return "", &delivery.Change{To: delivery.Waiting, Code: delivery.GivenBack, NotBefore: &retry}
	}
	if ends := a.Token.ExpiresAt; ends != nil && d.DueAt.After(now) &&
		ends.Before(d.DueAt.Add(e.del.TokenSpare)) {
		return "", &delivery.Change{
			To:    delivery.Waiting,
			Code:  delivery.TokenEnds,
			Raise: delivery.TodoProblem,
		}
	}

	return token, nil
}

// setReady notes on the rows that they are prepared and puts them into the heap.
func (e *Engine) setReady(ctx context.Context, items []*item) {
	if len(items) == 0 {
		return
	}

	ids := make([]int64, len(items))
	for i, it := range items {
		ids[i] = it.id
		e.compose(it)
		if len(it.pics) > 0 {
			if _, err := e.db.Pool().Exec(ctx, `
				UPDATE all_deliveries SET uploads = to_jsonb($2::text[]) WHERE id = $1`,
				it.id, it.pics); err != nil {
				e.log.Warn("uploaded pictures not noted", "delivery", it.id, "error", err)
			}
		}
	}
	_, err := delivery.Move{
		From:  []delivery.State{delivery.Preparing},
		Code:  delivery.Prepared,
		Where: "d.id = ANY (@ids) AND d.owner = @me::text::uuid",
		Args:  args{"ids": ids, "me": e.self.id},
	}.Run(ctx, e.db.Pool(), e.clk.Now())
	if err != nil {
		e.log.Warn("preparation not noted", "error", err)
	}
	e.desk.add(items)
	e.step("prepared", ids...)
}

// keepComposed is how large a composed request may be and still be kept until its instant; those with a
// picture are made again.
const keepComposed = 16 << 10

// compose makes the request now, so that at the instant only the write remains.
func (e *Engine) compose(it *item) {
	ready := e.o.Weibo.Compose(it.payload, it.sending())
	if it.body = ready.Size(); it.body <= keepComposed {
		it.composed = &ready
	}
}

// report writes what keeps a delivery from going, and tells people now, ahead of the due time.
func (e *Engine) report(ctx context.Context, d delivery.Delivery, change delivery.Change) {
	err := e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		now, err := delivery.LockTx(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if now.State != delivery.Preparing || now.Owner == nil || *now.Owner != e.self.id ||
			now.Plan != d.Plan {
			return nil
		}
		if change.TokenRefused {
			if err := e.o.Accounts.MarkTokenBadTx(
				ctx,
				tx,
				e.clk.Now(),
				d.AccountID,
				account.TokenRevoked,
			); err != nil {
				return err
			}
		}

		return delivery.ApplyTx(ctx, tx, e.clk.Now(), now, change, 0)
	})
	if err != nil {
		e.log.Warn("trouble not noted", "delivery", d.ID, "code", change.Code, "error", err)
		return
	}
	e.became(d.Kind)
	e.step("troubled", d.ID)
}

// hold stops a delivery whose content is not the approved one.
func (e *Engine) hold(ctx context.Context, id int64) {
	e.change(ctx, id, *heldBy(delivery.HashDiffers))
}

// giveBack lets a delivery wait for the end of a rest.
func (e *Engine) giveBack(ctx context.Context, id int64, until time.Time) {
	e.change(ctx, id, delivery.Change{
		To:        delivery.Waiting,
		Code:      delivery.RestGoesOn,
		NotBefore: &until,
		Raise:     delivery.TodoProblem,
		Args:      delivery.Args{"until": beijing.ClockTime(until)},
	})
}

// change applies c to a delivery we are preparing.
func (e *Engine) change(ctx context.Context, id int64, c delivery.Change) {
	rows, err := delivery.Load(ctx, e.db.Gorm(ctx), []int64{id})
	if err != nil || len(rows) == 0 {
		return
	}
	e.report(ctx, rows[0], c)
}
