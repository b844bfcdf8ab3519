package urgent_test

import (
	"context"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/template"
	"juzhen/internal/urgent"
	"juzhen/internal/weibo"
)

// world is a bureau with accounts 1 to 4, a press officer and a reviewer.
type world struct {
	testing.TB
	db         *pg.DB
	s          *urgent.Service
	posts      *post.Service
	deliveries *delivery.Service
	relays     *relay.Service
	at         time.Time

	officer, reviewer access.Actor
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: pgtest.New(t), at: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)}
	stage.Bureau(t, w.db, "专员", "审核员")
	stage.BureauAccounts(t, w.db)
	clock := func() time.Time { return w.at }
	rules := weibo.Rules{SafeDomains: []string{"sthjj.beijing.gov.cn"}}
	w.posts = post.New(w.db, rules, clock)
	w.deliveries = delivery.New(
		w.db,
		delivery.Options{Now: clock, Rules: rules, Changed: relay.PostChangedTx},
	)
	w.officer = person(1, access.PressOfficer)
	w.reviewer = person(2, access.Reviewer)
	w.relays = relay.New(w.db, relay.Options{
		Deliveries: w.deliveries,
		Now:        clock,
		People: func(context.Context, int64) (access.Actor, string, error) {
			return w.officer, "zh", nil
		},
	})
	w.s = urgent.New(urgent.Options{
		Templates:  template.New(w.db, clock),
		Columns:    column.New(w.db, clock),
		Deliveries: w.deliveries,
		Relays:     w.relays,
		Now:        clock,
	})

	return w
}

func person(id int64, role access.Role) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, UnitID: 1, Path: "/1/"}}}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(table string) (n int) {
	w.Helper()
	w.must(w.db.Pool().QueryRow(w.Context(), "SELECT count(*) FROM "+table).Scan(&n))

	return n
}

// warning is an orange one, said first by account 1 and passed on by 2 and 4.
func (w *world) warning() urgent.Request {
	return urgent.Request{
		Warning: template.Ask{Kind: template.Warning, UnitID: 1, Values: template.Values{
			"colour": "橙", "from": "2026-12-02T00:00", "until": "2026-12-04T23:00", "cause": "不利气象条件",
		}},
		LeadAccountID: 1,
		AccountIDs:    []int64{2, 4},
		Kind:          relay.Repost,
		Words:         "请关注 https://sthjj.beijing.gov.cn/1",
		Within:        time.Hour,
		AtOnce:        true,
		Key:           "form-1",
	}
}

func (w *world) approve(id int64) {
	w.Helper()
	_, version, err := w.posts.Find(w.Context(), w.reviewer, id)
	w.must(err)
	_, err = w.deliveries.Review(w.Context(), w.reviewer, id, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	w.must(err)
}

// TestTwoPeopleSendAWarning: one writes, chooses and submits, the other approves; then it is due at once on
// every account.
func TestTwoPeopleSendAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	started, err := w.s.Start(t.Context(), w.officer, w.warning())
	w.must(err)
	p, version, err := w.posts.Find(t.Context(), w.officer, started.Post.ID)
	w.must(err)
	if p.Phase != post.Submitted || !p.Urgent || !p.DueNow || version.ColumnID == 0 || started.Relay == nil {
		t.Fatalf("%+v in column %d, relay %+v", p, version.ColumnID, started.Relay)
	}
	if n := w.count("deliveries WHERE approved"); n != 0 {
		t.Errorf("%d are approved before anybody has", n)
	}

	w.approve(p.ID)
	w.must(w.relays.Settle(t.Context(), started.Relay.ID))
	if n := w.count("deliveries WHERE approved AND urgent AND state = 'waiting'"); n != 3 {
		t.Errorf("%d of 3 wait to be sent", n)
	}

	again, err := w.s.Start(t.Context(), w.officer, w.warning())
	if err != nil || again.Post.ID != p.ID {
		t.Errorf("the same form made %d, %v", again.Post.ID, err)
	}

	lift := w.warning()
	lift.Warning = template.Ask{Kind: template.Lift, UnitID: 1, Values: template.Values{
		"from": "2026-12-03T18:00", "cause": "冷空气提前",
	}}
	w.must(w.db.Pool().QueryRow(t.Context(), "SELECT id FROM template_uses").Scan(&lift.Warning.Supersedes))
	lift.Key, w.at = "form-2", w.at.Add(time.Hour)
	lifted, err := w.s.Start(t.Context(), w.officer, lift)
	w.must(err)
	if again, err := w.s.Start(t.Context(), w.officer, lift); err != nil || again.Post.ID != lifted.Post.ID {
		t.Errorf("the lifting's form, sent twice: %d, %v", again.Post.ID, err)
	}
}

// TestAWarningThatIsRefusedLeavesNothing of what its other parts would have made.
func TestAWarningThatIsRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for field, change := range map[string]func(q *urgent.Request){
		"kind":     func(q *urgent.Request) { q.Warning.Kind = template.Ozone },
		"lead":     func(q *urgent.Request) { q.LeadAccountID = 0 },
		"until":    func(q *urgent.Request) { q.Warning.Values["until"] = "" },
		"accounts": func(q *urgent.Request) { q.AccountIDs = []int64{1, 2} }, // the lead passes itself on
		"words":    func(q *urgent.Request) { q.Kind, q.Words = relay.Own, "" },
		"deadline": func(q *urgent.Request) { q.Within = 0 },
	} {
		q := w.warning()
		change(&q)
		_, err := w.s.Start(t.Context(), w.officer, q)
		if told := fault.FieldErrors(err); len(told) == 0 || told[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := w.s.Start(t.Context(), w.reviewer, w.warning()); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a reviewer started one: %v", err)
	}

	for _, table := range []string{"posts", "relays", "template_uses", "audit_entries"} {
		if n := w.count(table); n != 0 {
			t.Errorf("%d left in %s", n, table)
		}
	}
}

// TestAWarningOfOneAccountAsksNobody else.
func TestAWarningOfOneAccountAsksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.warning()
	q.AccountIDs = nil
	started, err := w.s.Start(t.Context(), w.officer, q)
	if err != nil || started.Relay != nil || w.count("relays") != 0 {
		t.Errorf("%+v, %v", started.Relay, err)
	}
}
