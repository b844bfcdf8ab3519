package channel

import (
	"context"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// Message is what leaves by a channel, once for each telling. Nothing of a matter's words is in it.
type Message struct {
	ID          int64
	ChannelID   int64
	ChannelName string
	EventID     int64
	Kind        notice.Kind
	Urgent      bool
	UnitName    string // of the event
	State       Fate
	DueAt       time.Time
	CalledAt    *time.Time
	Tries       int
	Reason      string // why the last try was not taken, or why it was dropped
	Code        string // the other side's
	Said        string // its own words
	CreatedAt   time.Time
	DoneAt      *time.Time
}

// Why a message was dropped.
const (
	whyOff    = "off"    // the channel was switched off
	whyRead   = "read"   // everybody whom it is for has read of it, or it is dealt with
	whyRights = "rights" // nobody whom it is for may read of it any more
)

// Why says in Chinese what the message came to, beside its fate; "" where there is nothing to say.
func (m Message) Why() string {
	switch m.Reason {
	case whyOff:
		return "渠道已停用"
	case whyRead:
		return "要告诉的人都已看过，或事情已处理"
	case whyRights:
		return "要告诉的人已没有权限"
	case string(courier.Unreached):
		if m.State != Unknown { // what may have been taken is not tried again
			return "没有连上对方"
		}
	}

	return courier.Reason(m.Reason).Label()
}

// At is when it came to what it is, or is to leave.
func (m Message) At() time.Time {
	if m.DoneAt != nil {
		return *m.DoneAt
	}

	return m.DueAt
}

// Spread writes a message for each robot that speaks of what was told, and a job for each. It is the work
// of a job and asks for no right; doing it again does nothing.
//
// A robot says a thing once in its group, however many there hear of it: the robots of the unit closest above
// both the event and the person, so that nothing is said in the group of a unit that it does not concern.
func (s *Service) Spread(ctx context.Context, args notice.LeaveArgs) (err error) {
	defer fault.Step(&err, "channel.Spread")

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		targets, err := findTargets(ctx, tx, args.Leaving)
		if err != nil {
			return err
		}

		for _, one := range targets {
			due := one.due(s.now(), one.Urgent)
			id, err := insertMessage(ctx, tx, one, args.At, s.now(), due)
			if err != nil {
				return err
			}
			if id == 0 { // written by an earlier run
				continue
			}
			if err := queue.Insert(ctx, tx, SendArgs{MessageID: id}, sendAt(due)); err != nil {
				return err
			}
		}

		return nil
	})
}

const (
	// callLimit is how long a call may be under way before nobody knows what came of it.
	callLimit = 2 * time.Minute
	// settleLimit bounds the record of an outcome, which a process that stops still writes.
	settleLimit = 5 * time.Second
	// perMinute is how often a robot speaks: DingTalk and WeCom take twenty a minute and punish more.
	perMinute = 18
)

// Send hands one message to its channel, if it is due and somebody still needs it, and gives how long to wait
// until it is looked at again; 0: it is over. The call happens with no transaction open and its outcome is
// recorded afterwards: of what a killed process leaves behind nobody knows whether it was taken, and it is
// not said again.
func (s *Service) Send(ctx context.Context, id int64) (again time.Duration, err error) {
	defer fault.Step(&err, "channel.Send %d", id)

	held, err := readHeld(ctx, s.db, id)
	if err != nil || held.State != Waiting && held.State != Calling {
		return 0, err
	}
	one, err := readChannel(ctx, s.db.Gorm(ctx), held.ChannelID)
	if err != nil {
		return 0, err
	}
	if held.State == Calling {
		return s.lost(ctx, one, held)
	}
	if due := one.Hours.due(later(held.DueAt, s.now()), held.Urgent); due.After(s.now()) {
		return due.Sub(s.now()), putOff(ctx, s.db, held, due)
	}
	why, err := s.needless(ctx, one, held)
	if err != nil {
		return 0, err
	}
	if why != "" {
		return 0, drop(ctx, s.db, held, why, s.now())
	}

	return s.call(ctx, one, held)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}

// call takes a message and hands it over.
func (s *Service) call(ctx context.Context, one Channel, held heldMessage) (again time.Duration, err error) {
	opened, failure, err := s.opened(ctx, one)
	if err != nil {
		return 0, err
	}
	again, taken, err := s.claim(ctx, &held)
	if err != nil || !taken {
		return again, err
	}
	if failure == nil {
		failure = s.say(ctx, one, opened, parcelOf(held))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()

	fate, pause := Verdict(failure, held.Tries)

	return s.settle(ctx, one, held, failure, fate, pause)
}

// claim takes a message for one try, of one process alone; again is how long the robot has to be silent
// first. The try is counted before the call: a process that dies in it does not try for ever.
func (s *Service) claim(ctx context.Context, held *heldMessage) (again time.Duration, taken bool, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		n, err := spokenSince(ctx, tx, held.ChannelID, now.Add(-time.Minute))
		if err != nil {
			return err
		}
		if n >= perMinute {
			again = 20*time.Second + time.Duration(held.ID%20)*time.Second
			return nil
		}
		taken, err = markCalled(ctx, tx, held, now)

		return err
	})

	return again, taken, err
}

// lost waits for the process that hands a message over, and when it does not come back says so.
func (s *Service) lost(ctx context.Context, one Channel, held heldMessage) (again time.Duration, err error) {
	if rest := callLimit - s.now().Sub(held.CalledAt); rest > 0 {
		return rest, nil
	}

	return s.settle(ctx, one, held, &courier.Failure{Reason: courier.Unreached}, Unknown, 0)
}

// needless says what keeps a message from leaving; "": somebody whom it is for may read of the matter now and
// has not yet.
func (s *Service) needless(ctx context.Context, one Channel, held heldMessage) (why string, err error) {
	if !one.Active {
		return whyOff, nil
	}
	why = whyRights

	for _, user := range held.UserIDs {
		actor, _, err := s.opt.People(ctx, user)
		if fault.Is(err, fault.KindNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		told, err := s.opt.Notices.Find(ctx, actor, held.EventID)

		switch {
		case fault.Is(err, fault.KindNotFound):
		case err != nil:
			return "", err
		case told.Open():
			return "", nil
		default:
			why = whyRead
		}
	}

	return why, nil
}

// parcelOf is a message as a robot says it: that there is something of a kind at a unit, and where to read of
// it. A group has people in it who may not read of the matter, and others keep what was said there.
func parcelOf(held heldMessage) parcel {
	words := i18n.For(i18n.Chinese)

	return parcel{
		words: words, title: words.T(held.Kind.Outside()), urgent: held.Urgent,
		text: words.T("单位：{.unit}。请有关的人登录后查看。", "unit", held.UnitName),
		path: "/notices", act: words.T("打开通知"), id: "notice-" + strconv.FormatInt(held.ID, 10),
	}
}

// settle records what came of a try, if that is still to be recorded.
func (s *Service) settle(
	ctx context.Context,
	one Channel,
	held heldMessage,
	failure *courier.Failure,
	fate Fate,
	pause time.Duration,
) (again time.Duration, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		now := s.now()
		due := one.Hours.due(now.Add(pause), held.Urgent)
		recorded, err := writeFate(ctx, tx, held, fate, failure, now, due)
		if err != nil || !recorded {
			return err
		}
		if fate == Waiting {
			again = due.Sub(now)
		}

		return s.fared(ctx, tx, one, failure, fate == Failed)
	})

	return again, err
}

// Recall asks once more for what should have left and did not, such as after the queue has given a job up. It
// is the work of a job.
func (s *Service) Recall(ctx context.Context) (err error) {
	defer fault.Step(&err, "channel.Recall")

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		left, err := overdue(ctx, tx, s.now().Add(-overdueAfter))
		if err != nil {
			return err
		}

		for _, id := range left {
			if err := queue.Insert(ctx, tx, SendArgs{MessageID: id}, nil); err != nil {
				return err
			}
		}

		return nil
	})
}

// overdueAfter is how late a message is when it is asked for once more.
const overdueAfter = 30 * time.Minute

// People gives somebody as an actor with the rights of now, and the language.
type People func(ctx context.Context, user int64) (access.Actor, string, error)
