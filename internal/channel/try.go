package channel

import (
	"context"
	"fmt"
	"strconv"

	"juzhen/internal/access"
	"juzhen/internal/courier"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Outcome is what came of one message.
type Outcome struct {
	Sent   bool
	Reason courier.Reason // why not
	Code   string         // the other side's
	Said   string         // its own words
}

func outcomeOf(failure *courier.Failure) Outcome {
	if failure == nil {
		return Outcome{Sent: true}
	}

	return Outcome{Reason: failure.Reason, Code: failure.Code, Said: failure.Said}
}

// Test sends a message that says it is one, and tells what came of it: to the group, or to the address of the
// actor that to names. It needs channel.manage at the channel's unit; one that is off may be tried. Fails
// with fault.Invalid on "to", and with fault.TooMany when many wait already.
func (s *Service) Test(
	ctx context.Context, actor access.Actor, id int64, to, lang string,
) (outcome Outcome, err error) {
	defer fault.Step(&err, "channel.Test %d", id)

	one, err := findChannel(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil {
		return Outcome{}, err
	}
	if one.Kind == Mail && !courier.CheckMailbox(to) {
		return Outcome{}, fault.Invalid("to", "请填写收测试邮件的邮箱")
	}

	words := i18n.For(lang)
	failure, err := s.hand(ctx, one, parcel{
		to: to, words: words, title: words.T("测试消息"),
		text: words.T("这是一条测试消息，由 {.name} 发送。收到它，说明通知渠道“{.channel}”可以使用。",
			"name", actor.Name, "channel", one.Name),
		path: "/notices", act: words.T("打开通知"), id: "test-" + strconv.FormatInt(s.now().UnixMicro(), 10),
	})
	if err != nil {
		return Outcome{}, err
	}
	outcome = outcomeOf(failure)

	return outcome, s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := s.fared(ctx, tx, one, failure, false); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actTest, one, map[string]any{
			"sent": outcome.Sent, "reason": string(outcome.Reason), "code": outcome.Code,
		})
	})
}

// parcel is what is handed to a channel.
type parcel struct {
	to          string // of mail
	words       *i18n.Printer
	title, text string
	path, act   string // where it leads within the console
	id          string // of mail
	urgent      bool
}

// hand gives a parcel to a channel, once; failure says why it was not taken. Few do it at once for people who
// wait. Fails where what is sealed cannot be read for want of the database.
func (s *Service) hand(ctx context.Context, one Channel, p parcel) (failure *courier.Failure, err error) {
	select {
	case s.asked <- struct{}{}:
		defer func() { <-s.asked }()
	default:
		return nil, fault.TooMany("正在发送的人较多，请稍后再试")
	}

	return s.give(ctx, one, p)
}

func (s *Service) give(ctx context.Context, one Channel, p parcel) (failure *courier.Failure, err error) {
	opened, failure, err := s.opened(ctx, one)
	if failure != nil || err != nil {
		return failure, err
	}

	return s.say(ctx, one, opened, p), nil
}

// opened is what is sealed of a channel; a failure where it was sealed with a key that is not here.
func (s *Service) opened(
	ctx context.Context, one Channel,
) (opened secret, failure *courier.Failure, err error) {
	opened, err = s.open(ctx, s.db.Gorm(ctx), one.ID)
	if isSealed(err) {
		return secret{}, &courier.Failure{Reason: courier.Secret, Code: "key", Cause: err}, nil
	}

	return opened, nil, err
}

// say hands a parcel over; it returns nil where it was taken.
func (s *Service) say(ctx context.Context, one Channel, opened secret, p parcel) *courier.Failure {
	name := s.opt.Name(p.words.Lang())
	mark := ""
	if p.urgent {
		mark = p.words.T("【紧急】")
	}
	if one.Kind == Mail {
		return courier.FailureOf(s.opt.Courier.Mail(ctx, s.server(one, opened), courier.Letter{
			To: p.to, Sender: name, Subject: mark + p.title, ID: p.id + "@" + s.mailHost(),
			Text: p.text + "\n\n" + p.act + " " + s.opt.Home + p.path + "\n\n" +
				p.words.T("打开链接须先登录。这封信由系统发出，请勿回复；不想再收，可在“通知设置”里改。") + "\n",
		}))
	}

	return courier.FailureOf(s.opt.Courier.Post(ctx, s.robot(one, opened), courier.Message{
		Title: "【" + name + "】" + mark + p.title, Text: p.text, Link: s.opt.Home + p.path, Act: p.act,
	}))
}

// mailHost is what stands behind the @ of the numbers of letters.
func (s *Service) mailHost() string {
	if host := hostOf(s.opt.Home); host != "" {
		return host
	}

	return "juzhen"
}

// worrying is how many attempts in a row may fail before people are told.
const worrying = 3

// fared notes what came of a message, and tells or stops telling that the channel fails.
func (s *Service) fared(
	ctx context.Context, tx pg.Tx, one Channel, failure *courier.Failure, last bool,
) error {
	now := s.now()
	if failure == nil {
		if err := markTaken(ctx, tx, one.ID, now); err != nil {
			return err
		}

		return todo.ResolveTx(ctx, tx, now, failingKey(one.ID), 0)
	}
	failures, err := markFailed(ctx, tx, one.ID, now, failure)
	if err != nil || !one.Active || failures < worrying && !last {
		return err
	}

	return todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter: todoFailing, Key: failingKey(one.ID), UnitPath: one.UnitPath, SubjectID: one.ID,
		Args: map[string]any{"name": one.Name},
	})
}

func failingKey(id int64) string { return fmt.Sprintf("channel/%d/failing", id) }
