package inbox

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// messageThread stands in the place of a post: what one citizen writes to an account privately is one matter.
const messageThread = "message"

// Form is what a private message is.
type Form string

// The forms. What the platform may invent is FormOther: it is kept as well.
const (
	FormText     Form = "text"
	FormImage    Form = "image"
	FormVoice    Form = "voice"
	FormPosition Form = "position"
	FormMention  Form = "mention" // the citizen names the account in a post; the push brings its words
	FormOther    Form = "other"
)

// FormOf is the form of a message that the platform calls so.
func FormOf(kind string) Form {
	known := []Form{FormText, FormImage, FormVoice, FormPosition, FormMention}
	if form := Form(kind); slices.Contains(known, form) {
		return form
	}

	return FormOther
}

// Label is the Chinese name of the form; "" where the words say it all.
func (f Form) Label() string {
	return map[Form]string{
		FormImage: "图片|私信", FormVoice: "语音|私信", FormPosition: "位置|私信", FormMention: "@ 本账号",
		FormOther: "其他类型的私信",
	}[f]
}

// Outside tells whether the content itself stays on the platform.
func (f Form) Outside() bool { return f == FormImage || f == FormVoice || f == FormOther }

// Pushed is what one push tells of a citizen: something was said, or the citizen did something that changes
// whether the account may write.
type Pushed struct {
	Key     string // the identity of what was said: the same, however often it is pushed
	Citizen string // the platform's number
	Form    Form   // "": nothing was said
	Text    string
	At      time.Time // by the platform
	Opens   bool      // from then on the account may answer for a while
	Follows *bool     // the citizen follows the account from then on, or not any more
}

// Private tells whether the citizen wrote to the account where nobody else reads.
func (m Matter) Private() bool { return m.Thread == messageThread }

// numbered puts the platform's number in the place of a name that nobody told, where names are shown.
func (m Matter) numbered(items []Item) (Matter, []Item) {
	for i := range items {
		if items[i].Thing == "message" && items[i].Name == "" && items[i].PurgedAt == nil {
			items[i].Name = "UID " + items[i].Author
		}
	}
	if m.Private() && m.Name == "" && m.Citizen != "" {
		m.Name = "UID " + m.Citizen
	}

	return m, items
}

// Window is until when an account may answer a citizen's messages, as far as the platform told.
type Window struct {
	OpenedAt *time.Time // what opened it last; nil: nothing that we know of
	Follows  *bool      // nil: nobody told
}

// windowLasts is how long after a message, a new follower, a menu or a scanned code the platform lets an
// account write: 48 hours, less a minute for clocks that differ.
const windowLasts = 48*time.Hour - time.Minute

// Until is the last instant at which the account may answer; nil where nothing opened the window, or the
// citizen left.
func (w Window) Until() *time.Time {
	if w.OpenedAt == nil || w.gone() {
		return nil
	}
	until := w.OpenedAt.Add(windowLasts)

	return &until
}

func (w Window) gone() bool { return w.Follows != nil && !*w.Follows }

// Left is how long the account may still answer; 0 when it may not, or nobody knows.
func (w Window) Left(now time.Time) time.Duration {
	if until := w.Until(); until != nil {
		return max(until.Sub(now), 0)
	}

	return 0
}

// Closed is the Chinese reason for which the account cannot answer; "" while it can.
func (w Window) Closed(now time.Time) string {
	switch {
	case w.gone():
		return i18n.N("市民已取消关注，不能回复")
	case w.OpenedAt == nil:
		return i18n.N("不知道市民最近何时来信，请到微博上看能否回复")
	case w.Left(now) == 0:
		return i18n.N("已过 48 小时，不能回复")
	}

	return ""
}

// Window is until when the account of a matter may answer the citizen's messages.
func (s *Service) Window(ctx context.Context, actor access.Actor, m Matter) (_ Window, err error) {
	defer fault.Step(&err, "inbox.Window %d", m.ID)

	return findWindow(ctx, s.db.Gorm(ctx), actor, m.ID)
}

// Prepare reads what HearTx reckons with, outside of its transaction.
func (s *Service) Prepare(ctx context.Context) (err error) {
	defer fault.Step(&err, "inbox.Prepare")

	return s.days.load(ctx, s.opt.Plan, s.now())
}

// HearTx takes in what the platform pushed to an account, each message once. The caller has made sure that it
// comes from the platform, and lets one transaction at a time do this for an account.
func (s *Service) HearTx(ctx context.Context, tx pg.Tx, a account.Account, told Pushed) (err error) {
	defer fault.Step(&err, "inbox.HearTx %d", a.ID)

	if told.Opens || told.Follows != nil {
		if err := touchWindow(ctx, tx, a.ID, told); err != nil {
			return err
		}
	}
	if told.Form == "" {
		return nil
	}
	name, err := nameOf(ctx, tx, a.ID, told.Citizen)
	if err != nil {
		return err
	}
	said := arrival{
		Heard: weibo.Heard{
			ID:       told.Key,
			Text:     told.Text,
			At:       told.At,
			UID:      told.Citizen,
			Name:     name,
			ThreadID: messageThread,
		},
		source: FromMessage,
		thing:  "message",
		form:   told.Form,
	}
	_, err = s.enter(ctx, tx, a, byFans, []arrival{said})

	return err
}

// byFans is the contract under which messages come.
const byFans = "fans"

// AskSoonTx has an account's inbox asked for soon, where nothing speaks against it: what was pushed says that
// there is something, and is not believed. An account that is put off stays so, and none is asked for again
// within a few minutes.
func (s *Service) AskSoonTx(ctx context.Context, tx pg.Tx, accountID int64) (err error) {
	defer fault.Step(&err, "inbox.AskSoonTx %d", accountID)

	return askSoon(ctx, tx, accountID, s.now(), askAgain)
}

// askAgain is how soon after an answer of the platform a push may have it asked again.
const askAgain = 5 * time.Minute
