package app

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/blob"
	"juzhen/internal/chain"
	"juzhen/internal/channel"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/courier"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/faultbook"
	"juzhen/internal/i18n"
	"juzhen/internal/identity"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/live"
	"juzhen/internal/media"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/outward"
	"juzhen/internal/pause"
	"juzhen/internal/pdf"
	"juzhen/internal/peer"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/public"
	"juzhen/internal/push"
	"juzhen/internal/reach"
	"juzhen/internal/recheck"
	"juzhen/internal/relay"
	"juzhen/internal/replay"
	"juzhen/internal/report"
	"juzhen/internal/rescan"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/rumour"
	"juzhen/internal/score"
	"juzhen/internal/seal"
	"juzhen/internal/site"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/urgent"
	"juzhen/internal/view"
	"juzhen/internal/weibo"
)

// Services are the use cases of every feature, lower ones first.
type Services struct {
	Audit      *audit.Service
	Org        *org.Service
	Views      *view.Service
	Notices    *notice.Service
	Todo       *todo.Service
	Identity   *identity.Service
	Replays    *replay.Service
	Accounts   *account.Service
	Media      *media.Service
	Lexicons   *lexicon.Service
	Links      *link.Service
	Columns    *column.Service
	Reviews    *review.Service
	Chains     *chain.Service
	Posts      *post.Service
	Checks     *check.Service
	Templates  *template.Service
	Sources    *source.Service
	Pauses     *pause.Service
	Deliveries *delivery.Service
	Decisions  *decision.Service
	Engine     *dispatch.Engine
	Reach      *reach.Service
	Library    *library.Service
	Plan       *plan.Service
	PDF        *pdf.Maker
	Relays     *relay.Service
	Urgent     *urgent.Service
	Inspect    *inspect.Service
	Faults     *faultbook.Service
	Reports    *report.Service
	Inbox      *inbox.Service
	Push       *push.Service
	Recheck    *recheck.Service
	Rescan     *rescan.Service
	Scores     *score.Service
	Peers      *peer.Service
	Roster     *roster.Service
	Rumours    *rumour.Service
	Incidents  *incident.Service
	Site       *site.Service
	Channels   *channel.Service
	Live       *live.Hub
}

// oauthCallback is where Weibo sends the browser back to; it must be registered with the application at
// Weibo.
const oauthCallback = "/oauth/weibo/callback"

func (a *App) buildServices(ctx context.Context) error {
	keys, err := seal.ParseKeys(a.cfg.SecretKey.Reveal())
	if err != nil {
		return fmt.Errorf("secret key: %w", err)
	}
	blobs, err := blob.Open(filepath.Join(a.cfg.DataDir, "media"))
	if err != nil {
		return err
	}
	a.closers = append(a.closers, func() { _ = blobs.Close() })

	db, now := a.pages, a.opt.Now
	a.Live = live.New(
		func(ctx context.Context) (live.Listener, error) { return db.Listen(ctx, live.Channel) },
		live.Options{Log: a.log},
	)
	api, rules := a.weibo(), a.rules()
	a.Audit = audit.New(db, now, acts()...).Naming(subjects()...)
	a.Org, a.Views = org.New(db, now), view.New(db, viewLists(), now)
	pages := todoPages()
	a.Notices = notice.New(db, notice.Options{
		Now: now, Words: noticeWords(), Page: noticePage(pages), After: a.cfg.NoticePassOn,
	})
	a.Todo = todo.New(db, matters(), pages, now)
	if err := a.Audit.Begin(ctx); err != nil {
		return err
	}
	if a.Identity, err = identity.New(db, now, identity.Options{
		Keys:  keys,
		Moved: delivery.UnitWatch(),
	}); err != nil {
		return err
	}
	a.Replays = replay.New(db, now)
	a.Accounts = account.New(db, a.box, api, account.Options{
		AppKey:      a.cfg.WeiboAppKey,
		CallbackURL: a.cfg.PublicURL + oauthCallback,
		Now:         now,
		Watch: account.Watches(
			delivery.AccountChangedTx,
			reach.AccountChangedTx,
			push.AccountChangedTx,
		),
		First: delivery.AccountFirstTx,
	})
	if err := a.Accounts.CheckKey(ctx); err != nil {
		return err
	}
	a.Columns, a.Chains = column.New(db, now), chain.New(db, now)
	a.Media, a.Reviews, a.Posts = media.New(db, blobs, now), review.New(db, now), post.New(db, rules, now)
	a.Media.ShowAlso(review.OpenToSQL)
	a.Lexicons = lexicon.New(db, now, check.Samples(db), recheck.ListWatch())
	outside := outward.New(outward.Options{Allowed: a.cfg.OutwardHosts})
	a.Links = link.New(db, outside, link.Options{
		Safe:    rules.SafeDomains,
		Waiting: delivery.WaitingSQL(),
	}, now)
	a.Checks = check.New(db, a.Lexicons, a.Links, now).Telling(recheck.ListWatch().Blocks)
	a.Templates = template.New(db, now)
	a.Sources = source.New(db, a.Templates, outside, now)
	a.Engine = dispatch.New(dispatch.Options{
		Blocks: func(ctx context.Context, ids []int64) (map[int64]string, error) {
			return a.Recheck.Blocked(ctx, ids)
		},
		Replied:  func(ctx context.Context) error { return a.Inbox.Follow(ctx) },
		Settings: a.engineSettings(),
		Delivery: a.deliverySettings(),
		Marks:    a.marks,
		Weibo:    api,
		Accounts: a.Accounts,
		Media:    a.Media,
		Rules:    rules,
		Source:   a.cfg.WeiboSource,
		Version:  a.opt.Version,
		Log:      a.log,
		Now:      now,
	})
	a.Recheck = recheck.New(db, a.Checks, a.Engine.Nudge, now)
	a.Pauses = pause.New(db)
	a.Decisions = decision.New(db)
	a.Deliveries = delivery.New(db, delivery.Options{
		Now:      now,
		Checks:   a.Checks,
		Settings: a.deliverySettings(),
		Rules:    rules,
		Wake:     a.Engine.Nudge,
		Changed:  relay.PostChangedTx,
	})
	a.Reach = reach.New(db, api, a.Accounts, reach.Options{
		Now:          now,
		Log:          a.log,
		Due:          a.Engine.Imminent,
		Keep:         a.cfg.KeepReadings,
		KeepAccounts: a.cfg.KeepAccountReadings,
		Limits:       reach.Limits{AccountDay: a.cfg.ReadDay, InboxDay: a.cfg.InboxDay},
	})
	a.PDF = pdf.New(a.cfg.Chromium, a.cfg.PDFFont, a.log)
	a.Library = library.New(db, a.Media, now)
	a.Plan = plan.New(db, plan.Options{
		Accounts: a.Accounts, Columns: a.Columns, Media: a.Media, Deliveries: a.Deliveries,
		Posts: a.Posts, Reviews: a.Reviews, Reach: a.Reach, People: a.Identity.ActingAs, Now: now,
	})
	a.Rescan = rescan.New(db, a.Checks, a.Links, a.Engine.Imminent, now)
	a.Inspect = inspect.New(db, now).Seeing(a.Media, a.replies)
	a.Faults = faultbook.New(db, a.Inspect, now)
	a.Reports = report.New(db, report.Sources{
		Reach: a.Reach, Inspect: a.Inspect, Faults: a.Faults, PDF: a.PDF,
	}, now)
	a.Inbox = inbox.New(db, inbox.Options{
		Weibo: api, Reading: a.Reach, Deliveries: a.Deliveries, Plan: a.Plan, Now: now, Log: a.log,
		Keep: a.cfg.KeepInbox,
	})
	a.Push = push.New(db, push.Options{
		Inbox: a.Inbox, Box: a.box, Now: now, Log: a.log, URL: a.cfg.Push(),
	})
	a.Scores, a.Peers = score.New(db, a.Reach, a.Inbox, now), peer.New(db, a.Reach, now)
	a.Roster, a.Rumours = roster.New(db, now), rumour.New(db, now)
	a.Incidents = incident.New(db, now)
	a.Site = site.New(db, a.Media, now)
	preview, err := public.NewPreview(db, now, library.Asked)
	if err != nil {
		return err
	}
	a.preview = sitePreview{preview}
	a.Relays = relay.New(db, relay.Options{
		Deliveries: a.Deliveries, Checks: a.Checks, People: a.Identity.ActingAs, Now: now, Log: a.log,
	})

	a.Channels = channel.New(db, channel.Options{
		Now: now, Box: a.box, Courier: courier.New(outside, a.relay(), now),
		Notices: a.Notices, People: a.Identity.ActingAs, Name: a.installation, Home: a.cfg.PublicURL,
	})

	a.Urgent = urgent.New(urgent.Options{
		Templates: a.Templates, Columns: a.Columns, Deliveries: a.Deliveries, Relays: a.Relays, Now: now,
	})

	return nil
}

// replies are what stands beside the checklist of interaction of an account.
func (a *App) replies(
	ctx context.Context, accountID int64, from, to time.Time,
) (inspect.Replies, error) {
	found, err := a.Inbox.Replies(ctx, accountID, from, to)

	return inspect.Replies{
		Known: found.Known, Asked: found.Asked, Answered: found.Answered, Half: found.Half,
	}, err
}

// relay is the mail server that the operator named.
func (a *App) relay() courier.Server {
	return courier.Server{
		Address: a.cfg.SMTPAddress, User: a.cfg.SMTPUser, Password: a.cfg.SMTPPassword, From: a.cfg.SMTPFrom,
		Security: courier.Security(a.cfg.SMTPSecurity),
	}
}

// installation is what this console is called, in front of what leaves it.
func (a *App) installation(lang string) string {
	if a.cfg.Name != "" {
		return a.cfg.Name
	}

	return i18n.For(lang).T("矩阵台")
}

func (a *App) weibo() *weibo.Client {
	return weibo.New(weibo.Options{
		PublicURL:     a.cfg.WeiboURL,
		CommercialURL: a.cfg.WeiboCommercialURL,
		RemindURL:     a.cfg.WeiboRemindURL,
		AppKey:        a.cfg.WeiboAppKey,
		AppSecret:     a.cfg.WeiboAppSecret.Reveal(),
		RIP:           operatorAddress(a.cfg.WeiboURL),
		Conns:         a.cfg.SendConnections,
		CallLimit:     a.cfg.CallLimit,
		Log:           a.log,
	})
}

// operatorAddress is this machine's address as seen on the way to Weibo, which wants it as "rip" with
// each post. No packet is sent.
func operatorAddress(weiboURL string) string {
	address, err := url.Parse(weiboURL)
	if err != nil {
		return ""
	}
	conn, err := net.Dial("udp", net.JoinHostPort(address.Hostname(), "443"))
	if err != nil {
		return ""
	}
	defer conn.Close()

	return conn.LocalAddr().(*net.UDPAddr).IP.String()
}

func (a *App) rules() weibo.Rules {
	return weibo.Rules{
		SafeDomains: strings.FieldsFunc(
			a.cfg.WeiboSafeDomain,
			func(r rune) bool { return r == ',' || r == ' ' },
		),
	}
}

func (a *App) deliverySettings() delivery.Settings {
	config := a.cfg

	return delivery.Settings{
		Lead:        config.PrepareLead,
		FirstLook:   config.LookFirst,
		AbsentAfter: config.LookLag,
		LookAgain:   config.LookAgain,
		LookFor:     config.LookFor,
		ReadBack:    config.ReadBack,
		Handoff:     config.HandoffReturn,
	}
}

func (a *App) engineSettings() dispatch.Settings {
	config := a.cfg

	return dispatch.Settings{
		Conns:     config.SendConnections,
		AheadFrom: config.MarkAheadFrom,
		Lease:     config.Lease,
		Sweep:     config.Sweep,
		ClockWarn: config.ClockWarn,
		ClockStop: config.ClockStop,
		Grace:     config.ShutdownGrace,
	}
}
