package deliveries_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/blob"
	"juzhen/internal/console/deliveries"
	"juzhen/internal/console/pauses"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/seal"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
	"juzhen/internal/weibo"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// The accounts of the world.
const (
	bureau = 1 // commercial, of the bureau
	voice  = 2 // commercial, of the centre
	byHand = 4 // posted by hand, of the district
)

// world is a bureau with its people, posts and deliveries in any state, and the pages over them.
type world struct {
	*testing.T
	db     *pg.DB
	now    time.Time
	people webtest.People
	posts  *post.Service
	media  *media.Service
	s      *delivery.Service
	deps   deliveries.Deps
	kit    *web.Kit
	health deliveries.Health
}

const peopleSQL = `
INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, NULL, '北京市生态环境局', 'bureau', '/1/', now()), (2, 1, '宣传中心', 'centre', '/1/2/', now()),
     (3, 1, '北京经济技术开发区城市运行局生态环境部', 'district', '/1/3/', now());
INSERT INTO users (id, username, display_name, unit_id, password_hash, must_change, password_changed_at, lang,
    theme, created_at) OVERRIDING SYSTEM VALUE VALUES
 (1, 'a', '值班宣传专员', 1, '', false, now(), 'zh', 'auto', now()),
     (2, 'b', '值班审核员', 1, '', false, now(), 'zh', 'auto', now()),
 (3, 'c', '值班主管', 1, '', false, now(), 'zh', 'auto', now()),
     (4, 'd', '开发区宣传专员', 3, '', false, now(), 'zh', 'auto', now()),
 (5, 'e', '系统管理员', 1, '', false, now(), 'zh', 'auto', now()),
     (6, 'f', '宣传专员乙', 1, '', false, now(), 'zh', 'auto', now());
INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit,
    min_gap, auto_resend, position, created_at, remote_uid) OVERRIDING SYSTEM VALUE VALUES
 (1, 1, 'weibo', '环保北京', '环保北京', 'main', 'live', 'commercial', '30 min', '0', false, 1, now(), '2039018811'),
 (2, 2, 'weibo', '京环之声', '京环之声', 'affiliated', 'live', 'commercial', '30 min', '0', false, 2, now(),
     '2039018812'),
 (4, 3, 'weibo', '北京经济技术开发区生态环境示例', '北京经济技术开发区生态环境示例', 'district', 'live', 'manual', '30 min', '0', false, 4,
     now(), '2039018814');`

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), now: noon}
	w.exec(peopleSQL)
	w.people = webtest.People{
		"writer":   who(1, "值班宣传专员", access.PressOfficer, 1, "/1/"),
		"reviewer": who(2, "值班审核员", access.Reviewer, 1, "/1/"),
		"chief":    who(3, "值班主管", access.Supervisor, 1, "/1/"),
		"afar":     who(4, "开发区宣传专员", access.PressOfficer, 3, "/1/3/"),
		"admin":    who(5, "系统管理员", access.Administrator, 1, "/1/"),
		"second":   who(6, "宣传专员乙", access.PressOfficer, 1, "/1/"),
	}
	clock := func() time.Time { return w.now }
	blobs, err := blob.Open(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = blobs.Close() })
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	w.must(err)
	rules := weibo.Rules{SafeDomains: []string{"beijing.gov.cn"}}
	w.posts, w.media = post.New(w.db, rules, clock), media.New(w.db, blobs, clock)
	w.s = delivery.New(w.db, delivery.Options{Now: clock, Rules: rules})
	w.health = deliveries.Health{ClockKnown: true, Processes: 1}
	w.deps = deliveries.Deps{
		Deliveries: w.s,
		Decisions:  decision.New(w.db),
		Pauses:     pause.New(w.db),
		Posts:      w.posts,
		Reviews:    review.New(w.db, func() time.Time { return w.now }),
		Media:      w.media,
		Units:      org.New(w.db, clock),
		Roster:     roster.New(w.db, clock),
		Accounts:   account.New(w.db, box, weibo.New(weibo.Options{}), account.Options{Now: clock}),
		Health:     func(context.Context) (deliveries.Health, error) { return w.health, nil },
	}
	w.kit, err = web.New(
		web.Options{Sessions: w.people, Now: clock, Banners: deliveries.Banners(w.deps, clock)},
	)
	w.must(err)
	deliveries.Register(w.kit, w.deps)
	pauses.Register(w.kit, pauses.Deps{
		Deliveries: w.s,
		Pauses:     w.deps.Pauses,
		Accounts:   w.deps.Accounts,
		Units:      w.deps.Units,
	})

	return w
}

func who(id int64, name string, role access.Role, unit int64, path string) access.Actor {
	return access.Actor{
		UserID: id,
		Name:   name,
		Grants: []access.Grant{{Role: role, UnitID: unit, Path: path}},
	}
}

func (w *world) as(name string) *webtest.Browser { return webtest.Open(w.T, w.kit.Handler(), name) }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), sql, args...)
	w.must(err)
}

const words = "今日空气质量良，#北京蓝# 各区 PM2.5 日均浓度见图。请市民朋友放心开窗通风。"

// approve writes a post for accounts, due in an hour, has it approved and gives its deliveries by account.
func (w *world) approve(text string, pictures int, accounts ...int64) (postID int64, ids map[int64]int64) {
	w.Helper()
	due := w.now.Add(time.Hour)

	content := post.Content{Text: text, DueAt: &due}
	for _, id := range accounts {
		content.Targets = append(content.Targets, post.TargetChoice{AccountID: id})
	}

	for i := range pictures {
		content.Media = append(content.Media, post.MediaChoice{
			MediaID: w.picture(i),
			Alt:     fmt.Sprintf("各区浓度图 %d", i+1),
		})
	}
	p, err := w.posts.Create(w.Context(), w.people["writer"], 1, content)
	w.must(err)
	w.must(w.s.Submit(w.Context(), w.people["writer"], p.ID, 0))
	_, version, err := w.posts.Find(w.Context(), w.people["reviewer"], p.ID)
	w.must(err)
	_, err = w.s.Review(w.Context(), w.people["reviewer"], p.ID, delivery.Verdict{
		Version:  version.Number,
		Hash:     version.Hash,
		Decision: review.Approve,
		Opinion:  "可以发布",
	})
	w.must(err)
	list, err := w.s.OfPost(w.Context(), w.people["writer"], p.ID)
	w.must(err)

	ids = map[int64]int64{}
	for _, d := range list {
		ids[d.AccountID] = d.ID
	}

	return p.ID, ids
}

// one approves a post for one account and gives its delivery.
func (w *world) one(account int64) int64 {
	w.Helper()
	_, ids := w.approve(words, 0, account)
	return ids[account]
}

func (w *world) picture(shade int) int64 {
	w.Helper()

	img := image.NewNRGBA(image.Rect(0, 0, 320, 240))
	for i := range img.Pix {
		img.Pix[i] = byte(90 + 40*shade + i%7)
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	w.must(png.Encode(&b, img))
	media, err := w.media.Upload(w.Context(), w.people["writer"], 1, "图.png", &b, "")
	w.must(err)

	return media.ID
}

// apply does to a delivery what the engine would, step by step.
func (w *world) apply(id int64, changes ...delivery.Change) {
	w.Helper()

	for _, change := range changes {
		w.must(w.db.InTx(w.Context(), func(tx pg.Tx) error {
			d, err := delivery.LockTx(w.Context(), tx, id)
			if err != nil {
				return err
			}

			return delivery.ApplyTx(w.Context(), tx, w.now, d, change, 0)
		}))
	}
}

func (w *world) mark(id int64) {
	w.Helper()
	w.apply(id, delivery.Change{
		To:   delivery.Preparing,
		Code: delivery.WasClaimed,
	}, delivery.Change{To: delivery.Sending, Code: delivery.Marked})
	w.exec(`
		UPDATE deliveries
			SET marked_at = $2, attempt_id = gen_random_uuid(), hard_end = $2::timestamptz + interval '10 s'
			WHERE id = $1`, id, w.now)
}

// send lets a delivery go out as the platform's id.
func (w *world) send(id int64, remote string) {
	w.Helper()
	w.mark(id)
	at := w.now
	w.apply(id, delivery.Change{
		To:        delivery.Sent,
		Code:      delivery.Published,
		Attempt:   true,
		RemoteID:  remote,
		SentAt:    &at,
		CallEnded: &at,
	})
}

// doubt lets the answer of a delivery get lost; the system has looked once.
func (w *world) doubt(id int64) {
	w.Helper()
	w.mark(id)
	next := w.now.Add(5 * time.Minute)
	w.apply(id, delivery.Change{
		To:       delivery.Unknown,
		Code:     delivery.OutcomeOpen,
		Attempt:  true,
		Raise:    delivery.TodoUnknown,
		NextLook: &next,
	},
		delivery.Change{
			To:       delivery.Unknown,
			Code:     delivery.LookAbsent,
			Looked:   true,
			NextLook: &next,
			Args:     delivery.Args{"next": beijing.ClockTime(next)},
		})
}

// hand lets the time of a hand-off come.
func (w *world) hand(id int64) {
	w.Helper()
	w.apply(id, delivery.Change{To: delivery.Handoff, Code: delivery.HandoffDue, Raise: delivery.TodoHandoff})
}

func (w *world) state(id int64) delivery.Delivery {
	w.Helper()
	d, err := w.s.Find(w.Context(), w.people["writer"], id)
	w.must(err)

	return d
}
