package inbox

import (
	"context"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// MaxReply is how long an answer may be, as the platform counts.
const MaxReply = 140

// Answering is an answer as somebody wrote it.
type Answering struct {
	Revision int // of the matter that was shown
	Text     string
	Reasons  []check.Reason // why what the checks found is said all the same
}

func errAnswering() *fault.Error {
	return fault.Conflict("这件互动已有一条答复正在发送或结果待核，请先看它的结果").WithCode("answering")
}

// Sendable says why the console cannot answer in a matter as it stands: nil when it can. It asks for no
// right.
func (s *Service) Sendable(ctx context.Context, m Matter) (err error) {
	defer fault.Step(&err, "inbox.Sendable %d", m.ID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		_, _, err := s.addressed(ctx, tx, m)
		return err
	})
}

// addressed finds the account that answers and what it answers: the last that the citizen said.
func (s *Service) addressed(ctx context.Context, tx pg.Tx, m Matter) (account.Account, post.ReplyTo, error) {
	var to post.ReplyTo
	accounts, err := account.FindManyTx(ctx, tx, []int64{m.AccountID})
	if err != nil {
		return account.Account{}, to, err
	}
	a := accounts[m.AccountID]
	last, err := lastItem(ctx, tx, m)
	if err != nil {
		return a, to, err
	}

	switch {
	case m.Private():
		return a, to, fault.Conflict("本台不能代发私信：请到微博私信里回复，再登记在下面")
	case a.Connector == account.Manual:
		return a, to, fault.Conflict("这个账号由人工发布，本台不能发送答复：请到微博上回复，再登记在下面")
	case a.State != account.Live:
		return a, to, fault.Conflict("账号不在使用中，本台不能发送答复")
	case last.PurgedAt != nil || last.ID == 0:
		return a, to, fault.Conflict("市民的话已按保存期限清除，不能再答复")
	case last.GoneAt != nil:
		return a, to, fault.Conflict("市民已删除最后那句话，无法在它下面答复")
	case last.Thing == "post":
		to.Post = last.RemoteID
	default:
		to.Post, to.Comment = m.Thread, last.RemoteID
	}

	return a, to, nil
}

// Reply sends an answer to the last that the citizen said: exactly once, in the account's turn of replies.
// The revision is the one that was shown. Fails with fault.NotFound, as Matter.May does, with fault.Fields
// on "text", with *check.Open while a finding needs a reason, with fault.Conflict when another answer is
// under way, somebody else was faster, the citizen wrote since or the account cannot.
func (s *Service) Reply(
	ctx context.Context,
	actor access.Actor,
	id int64,
	answering Answering,
) (out Matter, err error) {
	defer fault.Step(&err, "inbox.Reply %d", id)

	var a account.Account
	var to post.ReplyTo
	before, err := s.mayReply(ctx, actor, id, func(tx pg.Tx, m Matter) (err error) {
		a, to, err = s.addressed(ctx, tx, m)
		return err
	})
	if err != nil {
		return Matter{}, err
	}
	err = s.opt.Deliveries.Reply(ctx, actor, delivery.Reply{
		Answer:  post.Answer{Account: a, To: to, Text: answering.Text, By: actor.UserID},
		Cover:   review.Cover{Kind: review.ByAnswerer, ID: id, People: actor.Name},
		Reasons: answering.Reasons,
		Bind: func(tx pg.Tx, now time.Time, p post.Post, deliveryID int64) error {
			out, err = s.bind(ctx, tx, actor, before, answering.Revision, Outgoing{
				MatterID: id, PostID: p.ID, DeliveryID: deliveryID, SawItemID: before.LastItemID,
				WrittenBy: actor.UserID, WrittenAt: now,
			})

			return err
		},
	})

	return out.masked(), err
}

// mayReply finds the matter and sees to the right, then asks what else must be so.
func (s *Service) mayReply(
	ctx context.Context,
	actor access.Actor,
	id int64,
	ask func(tx pg.Tx, m Matter) error,
) (m Matter, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if m, err = findMatter(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if err := m.May(actor, Send); err != nil {
			return err
		}
		open, err := answering(ctx, tx, id)
		if err != nil {
			return err
		}
		if open {
			return errAnswering()
		}

		return ask(tx, m)
	})

	return m, err
}

// bind ties an answer that is going out to the matter of the revision that was shown.
func (s *Service) bind(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	before Matter,
	revision int,
	o Outgoing,
) (after Matter, err error) {
	if revision != before.Revision {
		return after, errStale()
	}
	move := Move{Act: Send, Revision: revision}
	if err := updateMatter(ctx, tx, before, before.State, move, actor.UserID, o.WrittenAt); err != nil {
		return after, err
	}
	if err := insertOutgoing(ctx, tx, o); err != nil {
		return after, err
	}
	if after, err = findMatter(ctx, tx.DB, access.System("inbox"), before.ID); err != nil {
		return after, err
	}

	return after, s.record(ctx, tx, actor, before, after, move)
}

// Outgoing are the answers of a matter that the console sends, the last first. Fails with fault.NotFound.
func (s *Service) Outgoing(ctx context.Context, actor access.Actor, id int64) (_ []Outgoing, err error) {
	defer fault.Step(&err, "inbox.Outgoing %d", id)

	if _, err := findMatter(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return nil, err
	}

	return outgoingOf(ctx, s.db.Gorm(ctx), id)
}

// OutgoingAt is the matter of an answer that a delivery sends. Fails with fault.NotFound.
func (s *Service) OutgoingAt(
	ctx context.Context,
	actor access.Actor,
	deliveryID int64,
) (id int64, err error) {
	defer fault.Step(&err, "inbox.OutgoingAt %d", deliveryID)

	found, err := someMatters(ctx, s.db.Gorm(ctx), actor,
		"m.id = (SELECT matter_id FROM inbox_answers WHERE delivery_id = ?)", deliveryID)
	if err == nil && len(found) == 0 {
		err = errNotFound()
	}
	if err != nil {
		return 0, err
	}

	return found[0].ID, nil
}

// Decide does what a person decides about an answer that is not out. Fails with fault.NotFound, with
// fault.Forbidden, with fault.Conflict where the answer stands elsewhere by now.
func (s *Service) Decide(
	ctx context.Context,
	actor access.Actor,
	matterID, answerID int64,
	act OutAct,
) (err error) {
	defer fault.Step(&err, "inbox.Decide %d %s", answerID, act)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		m, err := findMatter(ctx, tx.DB, actor, matterID)
		if err != nil {
			return err
		}
		if err := m.deals(actor, access.InboxAnswer); err != nil {
			return err
		}
		o, err := lockOutgoing(ctx, tx, matterID, answerID)
		if err != nil {
			return err
		}
		if err := o.may(actor.UserID, act); err != nil {
			return err
		}
		if err := s.decided(ctx, tx, actor, m, o, act); err != nil {
			return err
		}
		step := Step{Act: decisions[act].step, From: m.State, To: m.State, Note: act.text(), At: s.now()}
		if err := insertStep(ctx, tx, m.ID, step, actor.UserID); err != nil {
			return err
		}
		if err := touch(ctx, tx, m.ID, s.now()); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    actor,
			At:       s.now(),
			Action:   decisions[act].trail,
			Subject:  m.Ref(),
			UnitPath: m.AccountPath,
			Detail:   map[string]any{"answer": answerID, "delivery": o.DeliveryID},
		})
	})
	if err != nil {
		return err
	}

	return s.Follow(ctx)
}

// decisions is what the history of the matter and the trail call the acts.
var decisions = map[OutAct]struct {
	step  Act
	trail audit.Act
}{
	TakeBack:  {Decided, actTakeBack},
	SawIt:     {Decided, actSawIt},
	Deny:      {Decided, actDeny},
	AgreeNot:  {Decided, actAgreeNot},
	RefuseNot: {Decided, actRefuseNot},
}

func (a OutAct) text() string { return i18n.For(i18n.Chinese).T(a.Label()) }

func (s *Service) decided(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	m Matter,
	o Outgoing,
	act OutAct,
) error {
	now := s.now()
	if act != Deny {
		if err := todo.ResolveTx(ctx, tx, now, deniedKey(o.ID), actor.UserID); err != nil {
			return err
		}
	}

	switch act {
	case TakeBack:
		return delivery.TakeBackReplyTx(ctx, tx, now, o.DeliveryID, actor.UserID)
	case SawIt:
		return delivery.ReplySeenTx(ctx, tx, now, o.DeliveryID, actor.UserID)
	case Deny:
		if err := setDenied(ctx, tx, o.ID, &actor.UserID, &now); err != nil {
			return err
		}

		return todo.RaiseTx(ctx, tx, now, m.secondItem(o.ID, actor.UserID))
	case RefuseNot:
		return setDenied(ctx, tx, o.ID, nil, nil)
	default:
		return delivery.ReplyNotSentTx(ctx, tx, now, o.DeliveryID, actor.UserID)
	}
}

// followBatch is how many answers are followed in one go.
const followBatch = 200

// Follow brings matters to what became of the answers that the console sends: what is out stops the clock at
// the platform's time and stands in the talk, what did not go out says so and lets another one be written.
func (s *Service) Follow(ctx context.Context) (err error) {
	defer fault.Step(&err, "inbox.Follow")

	became, err := becameOf(ctx, s.db.Pool(), followBatch)
	if err != nil || len(became) == 0 {
		return err
	}
	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return err
	}

	for _, one := range became {
		if err := s.db.InTx(
			ctx,
			func(tx pg.Tx) error { return s.follow(ctx, tx, one[0], one[1]) },
		); err != nil {
			return err
		}
	}

	return nil
}

func (s *Service) follow(ctx context.Context, tx pg.Tx, matterID, answerID int64) error {
	m, err := findMatter(ctx, tx.DB, access.System("inbox"), matterID)
	if err != nil {
		return err
	}
	if err := lockWatch(ctx, tx, m.AccountID); err != nil { // before the answer, as reading does
		return err
	}
	o, err := lockOutgoing(ctx, tx, matterID, answerID)
	if err != nil {
		return err
	}

	if err := todo.ResolveTx(ctx, tx, s.now(), deniedKey(o.ID), 0); err != nil {
		return err
	}

	switch {
	case o.Delivery == delivery.Sent && o.State != OutSent:
		return s.isOut(ctx, tx, m, o)
	case o.Delivery.Final() && o.State == OutOpen:
		return s.isNotOut(ctx, tx, m, o)
	}

	return nil
}

// isOut takes an answer into the books as if it had been read, which it may have been already.
func (s *Service) isOut(ctx context.Context, tx pg.Tx, m Matter, o Outgoing) error {
	accounts, err := account.FindManyTx(ctx, tx, []int64{m.AccountID})
	if err != nil {
		return err
	}
	a := accounts[m.AccountID]
	d, err := delivery.LockTx(ctx, tx, o.DeliveryID)
	if err != nil {
		return err
	}
	said := weibo.Heard{
		ID: "delivery-" + strconv.FormatInt(d.ID, 10), Text: o.Text, At: *d.SentAt, UID: a.RemoteUID,
		Name: a.Handle, ThreadID: m.Thread, ThreadUID: m.ThreadUID,
	}
	if d.RemoteID != nil {
		said.ID = *d.RemoteID
	}
	if said.ReplyTo, err = repliedTo(ctx, tx, o.SawItemID); err != nil {
		return err
	}
	if _, err := s.take(ctx, tx, a, d.Connector, []weibo.Heard{said}, time.Time{}); err != nil {
		return err
	}
	if err := sentItem(ctx, tx, a.ID, said.ID, o.WrittenBy); err != nil {
		return err
	}

	return setOutState(ctx, tx, o.ID, OutSent, s.now())
}

// isNotOut says in the history why an answer did not go out. The to-do that the delivery raised leads here.
func (s *Service) isNotOut(ctx context.Context, tx pg.Tx, m Matter, o Outgoing) error {
	text, args := o.ReasonText()
	note := i18n.For(i18n.Chinese).T(text, args...)
	step := Step{Act: Unsent, From: m.State, To: m.State, Note: note, At: s.now()}
	if err := insertStep(ctx, tx, m.ID, step, 0); err != nil {
		return err
	}
	if err := touch(ctx, tx, m.ID, s.now()); err != nil {
		return err
	}

	return setOutState(ctx, tx, o.ID, OutEnded, s.now())
}

// looked takes what answers of the matter that did not go out have put on people's lists off them, once
// somebody answers anew or closes it.
func (s *Service) looked(ctx context.Context, tx pg.Tx, matterID int64, act Act, by int64) error {
	if act != Send && act != Answer && act != Close && act != Merge {
		return nil
	}
	ended, err := endedOf(ctx, tx, matterID)
	if err != nil {
		return err
	}

	for _, id := range ended {
		if err := todo.ResolveSubjectTx(ctx, tx, s.now(), delivery.ReplySubject, id, by); err != nil {
			return err
		}
	}

	return nil
}
