package relay

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Answer is what a person says to a task.
type Answer struct {
	LeadVersion int64   // of the lead as it was shown; 0: as it is now
	Words       *string // own words; nil: the suggested ones as they are
	Reasons     []check.Reason
}

// Confirm makes the post that a task asks for. The suggested words, unchanged, are approved by the lead's
// approval; words of one's own go through the unit's own chain, and so do suggested ones that no approval
// covers. It gives the task as it is then. Fails with fault.NotFound and fault.Forbidden at the account's
// unit, with fault.Conflict, naming who was faster, where the task cannot be confirmed any more, and as
// delivery.Carry does.
func (s *Service) Confirm(
	ctx context.Context,
	actor access.Actor,
	taskID int64,
	answer Answer,
) (_ Task, err error) {
	defer fault.Step(&err, "relay.Confirm %d", taskID)

	task, err := findTask(ctx, s.db.Gorm(ctx), actor, access.PostWrite, taskID)
	if err != nil {
		return Task{}, err
	}
	relay, err := findAny(ctx, s.db.Gorm(ctx), task.RelayID)
	if err != nil {
		return Task{}, err
	}
	if err := relay.MayConfirm(task, s.now()); err != nil {
		return Task{}, err
	}
	if answer.LeadVersion != 0 && answer.LeadVersion != *relay.LeadVersion {
		return Task{}, errChanged()
	}
	words, kind := relay.Words, Suggested
	if answer.Words != nil && strings.TrimSpace(*answer.Words) != relay.Words {
		words, kind = strings.TrimSpace(*answer.Words), OwnWords
	}
	if err := checkOwn(relay, words); err != nil {
		return Task{}, err
	}
	cover, err := s.cover(ctx, relay, kind)
	if err != nil {
		return Task{}, err
	}
	if err := s.carry(ctx, actor, relay, task, carried{words, kind, cover, answer.Reasons, nil}); err != nil {
		return Task{}, err
	}

	return findTask(ctx, s.db.Gorm(ctx), actor, access.PostWrite, taskID)
}

// ConfirmAll confirms, with the suggested words, every task that waits and that the actor writes for: in a
// hurry one officer answers for all accounts of the units below, under the lead's approval, which somebody
// else gave. It gives how many it confirmed and how many stay, each for a reason of its own; with the
// first of those reasons, where none could be confirmed it fails. leadVersion is as Answer has it. Fails with
// fault.Conflict where no approval covers the words.
func (s *Service) ConfirmAll(
	ctx context.Context,
	actor access.Actor,
	id, leadVersion int64,
) (done, left int, err error) {
	defer fault.Step(&err, "relay.ConfirmAll %d", id)

	board, err := s.Find(ctx, actor, id)
	if err != nil {
		return 0, 0, err
	}
	if !board.Covered {
		return 0, 0, fault.Conflict("首发的批准不含建议的文字，请逐个账号确认").WithCode("not_covered")
	}
	refused := error(fault.Conflict("没有您可以确认的任务"))

	for _, task := range board.Tasks {
		if !actor.CanAt(access.PostWrite, task.UnitPath) || board.MayConfirm(task, s.now()) != nil ||
			task.Stage != Asked {
			continue
		}
		_, err := s.Confirm(ctx, actor, task.ID, Answer{LeadVersion: leadVersion})
		if err == nil {
			done++
			continue
		}
		if fault.Public(err) == nil {
			return done, left, err
		}
		if left++; left == 1 {
			refused = err
		}
	}
	if done == 0 {
		return 0, left, refused
	}

	return done, left, nil
}

// checkOwn looks at the words that an account is to say.
func checkOwn(relay Relay, words string) error {
	switch {
	case relay.Kind == Own && words == "":
		return fault.Invalid("words", "请填写文字")
	case len([]rune(words)) > MaxWords && words != relay.Words:
		return fault.Invalid("words", "文字最多 {.max} 字", "max", MaxWords)
	}

	return nil
}

// cover is the approval that holds for words of this kind; nil where they go through their unit's own
// chain. It is looked at anew: what was changed past the console since the lead's approval is covered by
// nothing.
func (s *Service) cover(ctx context.Context, relay Relay, kind WordsKind) (cover *review.Cover, err error) {
	if kind != Suggested || !relay.Covered {
		return nil, nil
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		accounts, err := askedOf(ctx, tx.DB, relay.ID)
		if err != nil {
			return err
		}
		version, err := post.VersionTx(ctx, tx, *relay.LeadVersion)
		if err != nil {
			return err
		}
		if string(version.Relay) != string(relay.digest(accounts)) {
			return fault.Conflict("联动的要求与首发批准时不符，不能按建议的文字确认；请改用自己的文字，走本单位审核").
				WithCode("unsealed")
		}
		cover, err = coverOf(ctx, tx, relay)

		return err
	})

	return cover, err
}

// carried is with which words an account carries the lead, and by whose approval.
type carried struct {
	words    string
	kind     WordsKind
	cover    *review.Cover
	reasons  []check.Reason
	standing *int64
}

// carry has delivery make and plan the post, and binds the task to it in the same transaction.
func (s *Service) carry(ctx context.Context, actor access.Actor, relay Relay, task Task, with carried) error {
	accounts, err := askedOf(ctx, s.db.Gorm(ctx), relay.ID)
	if err != nil {
		return err
	}
	due := relay.Slot(task, len(accounts), s.now())

	carry := delivery.Carry{
		UnitID: task.UnitID, AccountID: task.AccountID, Text: with.words, Urgent: relay.Urgent, Due: due,
		Cover: with.cover, Reasons: with.reasons,
		Bind: func(tx pg.Tx, now time.Time, p post.Post) error {
			return s.bind(ctx, access.NewAct(tx, now, actor), relay, task, p, with)
		},
	}
	if strings.HasPrefix(task.UnitPath, relay.UnitPath) { // a column holds below its unit
		carry.ColumnID = relay.ColumnID
	}
	if relay.Kind == Repost {
		lead := relay.Lead(relay.LeadDeliveryID, due)
		carry.Lead = &lead
	}
	_, err = s.opt.Deliveries.Carry(ctx, actor, carry)

	return err
}

func (s *Service) bind(
	ctx context.Context,
	act access.Act,
	relay Relay,
	task Task,
	p post.Post,
	with carried,
) error {
	if err := stillAsked(ctx, act.Tx, relay, act.Now); err != nil {
		return err
	}
	if with.standing != nil {
		if err := stillHolds(ctx, act.Tx, *with.standing, act.Now); err != nil {
			return err
		}
	}
	first, err := setConfirmed(
		ctx,
		act.Tx,
		act.Now,
		task.ID,
		p.ID,
		act.Actor.UserID,
		with.kind,
		with.standing,
	)
	if err != nil {
		return err
	}
	if !first {
		return fault.Conflict("同事刚刚处理了这项任务，请刷新页面查看").WithCode("confirmed")
	}
	if err := settleTodos(ctx, act.Tx, act.Now, []int64{task.ID}, act.Actor.UserID); err != nil {
		return err
	}
	detail := map[string]any{"account": "@" + task.Handle, "words": string(with.kind), "post": p.ID}
	if with.standing != nil {
		detail["standing"] = *with.standing
	}

	return s.note(ctx, act, actConfirm, relay, "", detail)
}

// Decline says that an account does not carry the lead, and why. It can still be confirmed until the
// deadline.
func (s *Service) Decline(ctx context.Context, actor access.Actor, taskID int64, why string) (err error) {
	defer fault.Step(&err, "relay.Decline %d", taskID)

	why = strings.TrimSpace(why)

	switch {
	case why == "":
		return fault.Invalid("reason", "请写明原因，要求联动的人才知道怎样办")
	case len([]rune(why)) > maxWhy:
		return fault.Invalid("reason", "理由最多 {.max} 字", "max", maxWhy)
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		task, err := findTask(ctx, tx.DB, actor, access.PostWrite, taskID)
		if err != nil {
			return err
		}
		relay, err := findAny(ctx, tx.DB, task.RelayID)
		if err != nil {
			return err
		}
		now := s.now()
		if err := relay.MayConfirm(task, now); err != nil && task.AccountLive {
			return err
		}
		first, err := setDeclined(ctx, tx, now, taskID, actor.UserID, why)
		if err != nil {
			return err
		}
		if !first {
			return fault.Conflict("同事刚刚处理了这项任务，请刷新页面查看").WithCode("confirmed")
		}
		if err := settleTodos(ctx, tx, now, []int64{taskID}, actor.UserID); err != nil {
			return err
		}

		return s.note(
			ctx,
			access.NewAct(tx, now, actor),
			actDecline,
			relay,
			why,
			map[string]any{"account": "@" + task.Handle},
		)
	})
}
