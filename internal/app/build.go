package app

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/riverqueue/river"

	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/blob"
	"juzhen/internal/chain"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/console/admin"
	"juzhen/internal/console/chains"
	"juzhen/internal/console/deliveries"
	"juzhen/internal/console/faults"
	"juzhen/internal/console/inspection"
	lexiconpages "juzhen/internal/console/lexicon"
	"juzhen/internal/console/matrix"
	"juzhen/internal/console/posts"
	reachpages "juzhen/internal/console/reach"
	relaypages "juzhen/internal/console/relays"
	"juzhen/internal/console/reviews"
	sourcepages "juzhen/internal/console/sources"
	templatepages "juzhen/internal/console/templates"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/faultbook"
	"juzhen/internal/identity"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/live"
	"juzhen/internal/media"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/outward"
	"juzhen/internal/pdf"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/queue"
	"juzhen/internal/reach"
	"juzhen/internal/relay"
	"juzhen/internal/replay"
	"juzhen/internal/review"
	"juzhen/internal/seal"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/urgent"
	"juzhen/internal/weibo"
)

// Services are the use cases of every feature, lower ones first.
type Services struct {
	Audit      *audit.Service
	Org        *org.Service
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
	Deliveries *delivery.Service
	Engine     *dispatch.Engine
	Reach      *reach.Service
	Library    *library.Service
	Plan       *plan.Service
	PDF        *pdf.Maker
	Relays     *relay.Service
	Urgent     *urgent.Service
	Inspect    *inspect.Service
	Faults     *faultbook.Service
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
	a.Org = org.New(db, now)
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
		Watch:       account.Watches(delivery.AccountChangedTx, reach.AccountChangedTx),
		First:       delivery.AccountFirstTx,
	})
	if err := a.Accounts.CheckKey(ctx); err != nil {
		return err
	}
	a.Columns, a.Chains = column.New(db, now), chain.New(db, now)
	a.Media, a.Reviews, a.Posts = media.New(db, blobs, now), review.New(db, now), post.New(db, rules, now)
	a.Media.ShowAlso(review.OpenToSQL)
	a.Lexicons = lexicon.New(db, now, check.Samples(db), delivery.ListWatch())
	outside := outward.New(outward.Options{Allowed: a.cfg.OutwardHosts})
	a.Links = link.New(db, outside, link.Options{
		Safe:    rules.SafeDomains,
		Waiting: delivery.WaitingSQL(),
	}, now)
	a.Checks = check.New(db, a.Lexicons, a.Links, now).Telling(delivery.ListWatch().Blocks)
	a.Templates = template.New(db, now)
	a.Sources = source.New(db, a.Templates, outside, now)
	a.Engine = dispatch.New(dispatch.Options{
		Blocks: func(ctx context.Context, ids []int64) (map[int64]string, error) {
			return a.Deliveries.Blocked(ctx, ids)
		},
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
	a.Deliveries = delivery.New(db, delivery.Options{
		Now:      now,
		Checks:   a.Checks,
		Settings: a.deliverySettings(),
		Rules:    rules,
		Wake:     a.Engine.Nudge,
		Changed:  relay.PostChangedTx,
	})
	a.Reach = reach.New(db, api, a.Accounts, reach.Options{
		Now:  now,
		Log:  a.log,
		Due:  a.Engine.Imminent,
		Keep: a.cfg.KeepReadings,
	})
	a.PDF = pdf.New(a.cfg.Chromium, a.cfg.PDFFont, a.log)
	a.Library = library.New(db, a.Media, now)
	a.Plan = plan.New(db, plan.Options{
		Accounts: a.Accounts, Columns: a.Columns, Media: a.Media, Deliveries: a.Deliveries,
		People: a.Identity.ActingAs, Now: now,
	})
	a.Inspect = inspect.New(db, now)
	a.Faults = faultbook.New(db, a.Inspect, now)
	a.Relays = relay.New(db, relay.Options{
		Deliveries: a.Deliveries, Checks: a.Checks, People: a.Identity.ActingAs, Now: now, Log: a.log,
	})

	a.Urgent = urgent.New(urgent.Options{
		Templates: a.Templates, Columns: a.Columns, Deliveries: a.Deliveries, Relays: a.Relays, Now: now,
	})

	return nil
}

func (a *App) weibo() *weibo.Client {
	return weibo.New(weibo.Options{
		PublicURL:     a.cfg.WeiboURL,
		CommercialURL: a.cfg.WeiboCommercialURL,
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

// buildQueue registers every feature's jobs. Jobs reach the database through the pages' pool, River
// through its own.
func (a *App) buildQueue() error {
	workers := river.NewWorkers()
	if err := notice.AddWorkers(workers, a.Notices); err != nil {
		return err
	}
	if err := account.AddWorkers(workers, a.Accounts); err != nil {
		return err
	}
	if err := review.AddWorkers(workers, a.Reviews); err != nil {
		return err
	}
	if err := delivery.AddWorkers(workers, a.Deliveries, a.Engine); err != nil {
		return err
	}
	if err := reach.AddWorkers(workers, a.Reach); err != nil {
		return err
	}
	if err := template.AddWorkers(workers, a.Templates); err != nil {
		return err
	}
	if err := source.AddWorkers(workers, a.Sources); err != nil {
		return err
	}
	if err := link.AddWorkers(workers, a.Links); err != nil {
		return err
	}
	if err := relay.AddWorkers(workers, a.Relays); err != nil {
		return err
	}
	if err := inspect.AddWorkers(workers, a.Inspect); err != nil {
		return err
	}
	if err := faultbook.AddWorkers(workers, a.Faults); err != nil {
		return err
	}
	var err error
	a.queue, err = queue.New(a.jobs.Pool(), queue.Config{
		Log:     a.log,
		Workers: workers,
		Reindex: a.owner,
		Periodic: slices.Concat(
			account.Periodic(), review.Periodic(), reach.Periodic(), template.Periodic(), source.Periodic(),
			link.Periodic(), relay.Periodic(), notice.Periodic(), inspect.Periodic(), faultbook.Periodic(),
		),
	})

	return err
}

// acts are what the features record in the trail, in the order in which its filter offers them. Two
// with one code stop the program here.
func acts() []audit.Act {
	return audit.Join(
		identity.TrailActs(),
		org.TrailActs(),
		account.TrailActs(),
		reach.TrailActs(),
		media.TrailActs(),
		lexicon.TrailActs(),
		link.TrailActs(),
		column.TrailActs(),
		chain.TrailActs(),
		review.TrailActs(),
		post.TrailActs(),
		template.TrailActs(),
		source.TrailActs(),
		check.TrailActs(),
		delivery.TrailActs(),
		library.TrailActs(),
		plan.TrailActs(),
		relay.TrailActs(),
		faultbook.TrailActs(),
		notice.TrailActs(),
		audit.TrailActs(),
	)
}

// subjects are what the entries of the trail are about.
func subjects() [][]audit.Subject {
	return [][]audit.Subject{
		identity.TrailSubjects(),
		org.TrailSubjects(),
		account.TrailSubjects(),
		reach.TrailSubjects(),
		media.TrailSubjects(),
		lexicon.TrailSubjects(),
		column.TrailSubjects(),
		chain.TrailSubjects(),
		post.TrailSubjects(),
		template.TrailSubjects(),
		source.TrailSubjects(),
		delivery.TrailSubjects(),
		library.TrailSubjects(),
		plan.TrailSubjects(),
		relay.TrailSubjects(),
		faultbook.TrailSubjects(),
		notice.TrailSubjects(),
	}
}

// matters are the reasons for which features put something on people's lists. Two with one code stop
// the program here.
func matters() []todo.Matter {
	return todo.Join(
		identity.TodoMatters(),
		account.TodoMatters(),
		lexicon.TodoMatters(),
		chain.TodoMatters(),
		review.TodoMatters(),
		post.TodoMatters(),
		template.TodoMatters(),
		source.TodoMatters(),
		check.TodoMatters(),
		delivery.TodoMatters(),
		dispatch.TodoMatters(),
		reach.TodoMatters(),
		relay.TodoMatters(),
		inspect.TodoMatters(),
		faultbook.TodoMatters(),
	)
}

// todoPages are where the faces deal with them.
func todoPages() todo.Pages {
	return todo.JoinPages(
		posts.TodoPages(),
		reviews.TodoPages(),
		chains.TodoPages(),
		deliveries.TodoPages(),
		matrix.TodoPages(),
		reachpages.TodoPages(),
		relaypages.TodoPages(),
		inspection.TodoPages(),
		faults.TodoPages(),
		admin.TodoPages(),
		lexiconpages.TodoPages(),
		templatepages.TodoPages(),
		sourcepages.TodoPages(),
	)
}

// noticeWords are what people are told of, joined.
func noticeWords() []notice.Word {
	return slices.Concat(todo.Words(matters()), post.NoticeWords(), delivery.NoticeWords())
}

// noticePages are where notices lead that are of no to-do.
var noticePages = map[string]string{
	delivery.PauseSubject: "/pauses/%d",
}

// noticePage says where notices lead.
func noticePage(pages todo.Pages) func(code, subject string, id int64) string {
	return func(code, subject string, id int64) string {
		address, ok := noticePages[subject]
		if !ok {
			return pages.At(code, subject, id)
		}

		return strings.ReplaceAll(address, "%d", strconv.FormatInt(id, 10))
	}
}
