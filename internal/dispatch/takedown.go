package dispatch

import (
	"context"

	"juzhen/internal/account"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// TakeDown carries out a confirmed take-down: what the platform shows is kept, the post is destroyed,
// and reading it again proves that it is gone. Destroying twice does no harm, so an outcome that is not
// known is simply read and, if need be, tried again: an error means that.
func (e *Engine) TakeDown(ctx context.Context, decisionID int64) (err error) {
	defer fault.Step(&err, "dispatch.TakeDown %d", decisionID)

	var dec decision.Decision
	var d delivery.Delivery
	var a account.Account
	err = e.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if dec, d, err = delivery.TakedownTx(ctx, tx, decisionID); err != nil {
			return err
		}
		a, err = account.FindTx(ctx, tx, d.AccountID)

		return err
	})
	if err != nil || dec.State != decision.Confirmed || d.RemoteID == nil {
		return err
	}
	token, err := e.o.Accounts.Token(ctx, a.ID)
	if err != nil {
		return e.tookDown(ctx, decisionID, false, 0, "账号没有可用授权")
	}
	if err := e.keepSnapshot(ctx, dec, d, a); err != nil {
		return err
	}
	outcome := e.o.Weibo.Destroy(ctx, weibo.Mode(d.Connector), token, weibo.Mark{}, *d.RemoteID)
	if outcome.Err != nil && outcome.Result == weibo.NotPublished && !weibo.Gone(outcome.Err) {
		if outcome.Err.Class == weibo.ClassRetry || outcome.Err.Class == weibo.ClassSlow {
			return outcome.Err
		}

		return e.tookDown(ctx, decisionID, false, outcome.Code, outcome.Err.Text)
	}
	_, gone, err := e.live(ctx, d, a)
	if err != nil {
		return err
	}
	if !gone && outcome.Result != weibo.Published {
		return outcome.Err
	}

	return e.tookDown(ctx, decisionID, gone, outcome.Code, "平台仍显示这一条")
}

// keepSnapshot keeps what citizens saw until now; what cannot be read does not stop a take-down.
func (e *Engine) keepSnapshot(
	ctx context.Context,
	dec decision.Decision,
	d delivery.Delivery,
	a account.Account,
) error {
	if dec.Snapshot != nil {
		return nil
	}

	snapshot := decision.Snapshot{At: e.clk.Now(), RemoteID: *d.RemoteID}
	switch post, _, err := e.live(ctx, d, a); {
	case err != nil:
		snapshot.Error = "read failed"
	case post != nil:
		snapshot.Text = post.Text
		snapshot.Pictures = post.Pics
		snapshot.Reposts = post.Reposts
		snapshot.Comments = post.Comments
		snapshot.Likes = post.Likes
	}

	return e.db.InTx(ctx, func(tx pg.Tx) error { return decision.SnapshotTx(ctx, tx, dec.ID, snapshot) })
}

func (e *Engine) tookDown(ctx context.Context, decisionID int64, gone bool, code int, text string) error {
	err := e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		dec, d, err := delivery.TakedownTx(ctx, tx, decisionID)
		if err != nil || dec.State != decision.Confirmed {
			return err
		}

		return delivery.TakenDownTx(ctx, tx, e.clk.Now(), dec, d, gone, code, text)
	})
	if err == nil {
		e.step("taken down", decisionID)
	}

	return err
}
