package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// Reply is a reply to somebody that is sent at once, as somebody who may answers for it.
type Reply struct {
	post.Answer
	Cover   review.Cover   // who answers for the words, in the place of a review
	Reasons []check.Reason // why what the checks found is said all the same

	// Bind sees to the rights and keeps, in the same transaction, what the reply answers. What it fails with
	// keeps the reply from being.
	Bind func(tx pg.Tx, now time.Time, p post.Post, deliveryID int64) error
}

// Reply writes a reply, binds the approval to it and lets it go, all or nothing. It is sent like a post, in
// its own turn. It checks no right but in Bind. Fails with fault.Fields where Weibo would refuse it, with
// *check.Open while a finding is neither mended nor explained, with fault.Conflict while the account is
// paused.
func (s *Service) Reply(ctx context.Context, actor access.Actor, reply Reply) (err error) {
	defer fault.Step(&err, "delivery.Reply %d", reply.Account.ID)

	return s.lookedThrough(ctx, func(tx pg.Tx, now time.Time, looked check.Checked) error {
		p, version, err := post.ReplyTx(ctx, tx, now, reply.Answer)
		if err != nil {
			return err
		}
		if s.checks != nil {
			if check.Digest(p, version) != looked.Digest {
				return &unlooked{p, version}
			}
			if err := check.KeepTx(ctx, tx, actor, version.ID, looked.Findings, reply.Reasons); err != nil {
				return err
			}
		}
		id, err := s.sendReply(ctx, tx, now, p, version, reply)
		if err != nil {
			return err
		}

		return reply.Bind(tx, now, p, id)
	})
}

// sendReply seals a reply, approves it, and lets its one delivery go.
func (s *Service) sendReply(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	p post.Post,
	version post.Version,
	reply Reply,
) (int64, error) {
	basis, err := basisTx(ctx, tx, version.ID, 0)
	if err != nil {
		return 0, err
	}
	basis.Cover = reply.Cover.String()
	if version, err = post.SealTx(ctx, tx, version, basis, nil); err != nil {
		return 0, err
	}
	if _, err = review.CoverTx(ctx, tx, now, p.ID, version.ID, version.Hash, reply.Cover); err != nil {
		return 0, err
	}
	if err := insertDeliveries(ctx, tx, now, p, version, reply.By); err != nil {
		return 0, err
	}
	if err := post.ReplyApprovedTx(ctx, tx, now, version); err != nil {
		return 0, err
	}
	if err := shareTx(ctx, tx, p.ID); err != nil {
		return 0, err
	}
	moved, err := s.releaseTx(ctx, tx, now, now, Move{
		From:  []State{Planned},
		Code:  WasApproved,
		By:    reply.By,
		Where: "d.post_id = @post",
		Args:  pgx.NamedArgs{"post": p.ID, "from_at": now},
	})
	if err != nil {
		return 0, err
	}
	var held bool
	err = tx.Pgx.QueryRow(ctx, `
SELECT state = 'held' FROM all_deliveries WHERE id = @id`, pgx.NamedArgs{"id": moved[0].ID}).
		Scan(&held)
	if err == nil && held {
		return 0, fault.Conflict("账号的发布已暂停，答复没有发出；恢复以后再答，或到微博上回复后登记").WithCode("paused")
	}

	return moved[0].ID, err
}

// dropReplies cancels the replies that a pause took by surprise: when it ends, who answers looks again.
func dropReplies(ctx context.Context, tx pg.Tx, now time.Time, by, pauseID int64) error {
	_, err := Move{
		From:  []State{Held},
		To:    Cancelled,
		Code:  WasCancelled,
		By:    by,
		Set:   "pause_id = NULL",
		Where: "d.kind = 'reply' AND d.pause_id = @pause::bigint",
		Args:  pgx.NamedArgs{"pause": pauseID},
	}.Run(ctx, tx.Pgx, now)

	return err
}

// TakeBackReplyTx cancels a reply that is not on its way yet. It checks no right. Fails with fault.Conflict
// where it is.
func TakeBackReplyTx(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) (err error) {
	defer fault.Step(&err, "delivery.TakeBackReplyTx %d", id)

	moved, err := Move{
		From:  []State{Waiting, Held},
		To:    Cancelled,
		Code:  WasCancelled,
		By:    by,
		Set:   stopSet,
		Where: "d.kind = 'reply' AND d.id = @id",
		Args:  pgx.NamedArgs{"id": id},
	}.Run(ctx, tx.Pgx, now)
	if err == nil && len(moved) == 0 {
		return errMoved()
	}
	if err != nil {
		return err
	}

	return todo.ResolveSubjectTx(ctx, tx, now, ReplySubject, id, by)
}

// ReplySeenTx settles an unknown reply that a person saw on the platform: it is out since its call, and its
// number is looked for once more. It checks no right. Fails with fault.Conflict where it is settled.
func ReplySeenTx(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) (err error) {
	defer fault.Step(&err, "delivery.ReplySeenTx %d", id)

	return settleReply(ctx, tx, now, id, by, func(d Delivery) Change {
		return Change{
			To: Sent, Code: ResolvedSent, SentAt: d.MarkedAt, NextLook: &now, Turn: TurnSettled,
			Resolve: TodoUnknown, DropWish: true,
		}
	})
}

// ReplyNotSentTx settles an unknown reply of which two people say that it did not go out. It is not sent
// again: whoever answers writes anew. It checks no right. Fails with fault.Conflict where it is settled.
func ReplyNotSentTx(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) (err error) {
	defer fault.Step(&err, "delivery.ReplyNotSentTx %d", id)

	return settleReply(ctx, tx, now, id, by, func(Delivery) Change {
		return Change{
			To: Cancelled, Code: ConfirmedNot, Turn: TurnSettled, Resolve: TodoUnknown, DropWish: true,
		}
	})
}

func settleReply(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	id, by int64,
	rule func(Delivery) Change,
) error {
	d, err := LockTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if d.Kind != post.Reply || d.State != Unknown {
		return errMoved()
	}

	return ApplyTx(ctx, tx, now, d, rule(d), by)
}

// ForgetRepliesTx clears the words of replies wherever they are kept: in the version, with what the checks
// found in it, and with what looks saw.
func ForgetRepliesTx(ctx context.Context, tx pg.Tx, posts []int64) (err error) {
	defer fault.Step(&err, "delivery.ForgetRepliesTx")

	versions, err := post.ForgetTx(ctx, tx, posts)
	if err != nil {
		return err
	}
	if err := check.ForgetTx(ctx, tx, versions); err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE delivery_events e SET args = e.args - @seen_arg::text FROM all_deliveries d
WHERE d.id = e.delivery_id AND d.kind = 'reply' AND d.post_id = ANY (@posts) AND jsonb_exists(e.args,
    @seen_arg::text)`,
		pgx.NamedArgs{"posts": posts, "seen_arg": seenArg})

	return err
}

// What waits for people about replies. It names the account, and leads to what is answered: neither the
// citizen nor the words stand in it.
var (
	todoReplyUnknown = replyMatter("unknown", todo.KindUnknown, todo.Danger,
		i18n.N("{.account}：微博未确认答复是否发出，系统也没有查到。请到微博上核对后判定，不要再答"))
	todoReplyTwice = replyMatter("twice", todo.KindIncident, todo.Danger,
		i18n.N("{.account}：同一条答复可能发出了两次，请立即核对"))
	todoReplyMissed = replyMatter("missed", todo.KindMissed, todo.Warning,
		i18n.N("{.account}：对市民的答复没有按时发出"))
	todoReplyFailed = replyMatter("failed", todo.KindMissed, todo.Warning,
		i18n.N("{.account}：对市民的答复没有发出。{.reason}"))
	todoReplyProblem = replyMatter("problem", todo.KindProblem, todo.Warning,
		i18n.N("{.account}：对市民的答复停在这里。{.reason}"))
	todoReplyLive = replyMatter("live", todo.KindLive, todo.Warning,
		i18n.N("{.account}：对市民的答复需要核对。{.reason}"))
)

func replyMatter(code string, kind string, tone todo.Tone, text string) todo.Matter {
	return matters.Declare(todo.Matter{
		Code: "reply." + code, Kind: kind, Subject: ReplySubject, Permission: access.InboxAnswer,
		Tone: tone, Text: text, Act: i18n.N("查看并处理"),
	})
}

// subject is what to-dos about the delivery are about.
func (d Delivery) subject() todo.Subject {
	if d.Kind == post.Reply {
		return ReplySubject
	}

	return TodoSubject
}

// replyMatterOf is the reason for which a change of a reply puts something on the list.
func replyMatterOf(change Change) todo.Matter {
	switch {
	case change.Raise == TodoUnknown:
		return todoReplyUnknown
	case change.Raise == TodoTwice:
		return todoReplyTwice
	case change.Raise == TodoMissed:
		return todoReplyMissed
	case change.Raise == TodoLive:
		return todoReplyLive
	case change.To == Failed:
		return todoReplyFailed
	default:
		return todoReplyProblem
	}
}
