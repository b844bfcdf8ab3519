package dispatch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// carry has accounts pass a post on, covered by its approval.
func (w *world) carry(lead row, version int64, until time.Time, handles ...string) (carried []post.Post) {
	w.Helper()

	for _, handle := range handles {
		p, err := w.s.Carry(w.Context(), w.writer, delivery.Carry{
			UnitID: 1, AccountID: w.ids[handle], Text: "转发本局预警 https://sandbox.example.cn/x",
			Lead:  &post.Lead{Delivery: lead.ID, Version: version, Until: until.Truncate(time.Second)},
			Cover: &review.Cover{Kind: review.ByLead, ID: 1, People: "值班审核员"},
			Bind:  func(pg.Tx, time.Time, post.Post) error { return nil },
		})
		w.must(err)
		carried = append(carried, p)
	}

	return carried
}

// TestALeadIsPassedOnOnceItIsOut: approved long before, what passes it on waits for its id, and goes once.
func TestALeadIsPassedOnOnceItIsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 1, account.Commercial)
	w.account("手工环保", 1, account.Manual)
	w.engine()

	lead := w.plan("【预警】今夜起空气重污染", far, "环保北京")
	first := w.only(lead)
	until := w.now().Add(2 * far)
	carried := w.carry(first, lead.VersionID, until, "京环之声", "手工环保")

	w.sweeps(10)

	for _, p := range carried {
		if r := w.only(p); r.State != delivery.Waiting {
			t.Fatalf("it did not wait for its lead: %+v\n%s", r, w.story())
		}
	}

	w.dueIn(0, &lead)
	w.untilState(lead, delivery.Sent)
	w.untilState(carried[0], delivery.Sent)
	w.untilState(carried[1], delivery.Handoff)
	w.wantCount("京环之声", 1)

	original := w.only(lead).Remote
	if got := w.count(
		"SELECT count(*) FROM deliveries WHERE state = 'sent' AND lead_id IS NOT NULL",
	); got != 1 {
		t.Errorf("%d were passed on", got)
	}
	w.until("the read-back", func() bool { return w.only(carried[0]).Live != "" })
	if r := w.only(carried[0]); r.Live != string(delivery.LiveUp) || r.Remote == original {
		t.Errorf("read back: %+v", r)
	}
	kit, err := w.s.HandoffKit(t.Context(), w.supervisor, w.only(carried[1]).ID)
	if err != nil || !strings.HasPrefix(kit.RepostOf, "https://weibo.com/") {
		t.Errorf("by hand: %q, %v", kit.RepostOf, err)
	}
}

// TestALeadThatIsNotOutIsNeverPassedOn: withdrawn, revised and sent in another version, or gone from the
// platform, it takes nothing with it; what waited for it is missed at its limit, and names it still
// when it is planned again.
func TestALeadThatIsNotOutIsNeverPassedOn(t *testing.T) {
	t.Parallel()

	for name, spoil := range map[string]func(w *world, lead post.Post){
		"withdrawn": func(w *world, lead post.Post) {
			_, err := w.s.Withdraw(w.Context(), w.writer, lead.ID, "改由晚间发布")
			w.must(err)
		},
		"another version": func(w *world, lead post.Post) {
			_, err := w.s.Revise(w.Context(), w.writer, lead.ID)
			w.must(err)
			w.must(w.s.Submit(w.Context(), w.writer, lead.ID, 0))
			p, version, err := w.posts.Find(w.Context(), w.writer, lead.ID)
			w.must(err)
			w.approve(p, version, delivery.DueChoice{})
			w.dueIn(0, &lead)
			w.untilState(lead, delivery.Sent)
		},
		"gone": func(w *world, lead post.Post) {
			w.exec("UPDATE deliveries SET live = 'removed' WHERE post_id = $1", lead.ID)
			w.dueIn(0, &lead)
			w.untilState(lead, delivery.Sent)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.set.ReadBack = time.Hour
			w.account("环保北京", 1, account.Commercial)
			w.account("京环之声", 1, account.Commercial)
			w.engine()
			lead := w.plan("【预警】今夜起空气重污染", far, "环保北京")
			first := w.only(lead)
			carried := w.carry(first, lead.VersionID, w.now().Add(far), "京环之声")[0]
			spoil(w, lead)

			w.sweeps(20)
			w.wantCount("京环之声", 0)
			w.advance(3 * far)
			w.untilState(carried, delivery.Missed)
			w.wantCount("京环之声", 0)

			// planned again, it still names its lead, and waits for it
			due := w.now().Add(time.Minute)
			_, err := w.s.Replan(
				t.Context(), w.supervisor, w.only(carried).ID, delivery.DueChoice{At: &due}, "再转一次",
			)
			w.must(err)
			if n := w.count(
				`SELECT count(*) FROM deliveries WHERE post_id = $1 AND lead_id = $2 AND lead_version = $3
    AND lead_until IS NOT NULL`, carried.ID, first.ID, lead.VersionID,
			); n != 1 {
				t.Error("planned again, it names no lead any more")
			}
		})
	}
}

// TestACoverIsNamedAndTakenIntoTheHash: what another approval covers is approved by it and by nothing
// else, and an empty one approves nothing.
func TestACoverIsNamedAndTakenIntoTheHash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 1, account.Commercial)
	lead := w.plan("【预警】今夜起空气重污染", far, "环保北京")
	carried := w.carry(w.only(lead), lead.VersionID, w.now().Add(far), "京环之声")[0]

	p, version, err := w.posts.Find(t.Context(), w.writer, carried.ID)
	w.must(err)
	if p.Phase != post.Approved || version.RepostOf == "" {
		t.Errorf("it is %s and passes %q on", p.Phase, version.RepostOf)
	}
	basis := post.Basis{Cover: "lead 1"}
	if !slices.Equal(post.ApprovalHash(version, basis), version.Hash) {
		t.Error("the hash does not name the approval that covers it")
	}
	if slices.Equal(post.ApprovalHash(version, post.Basis{}), version.Hash) {
		t.Error("the hash is that of a chain")
	}
	version.Relay = []byte{1}
	if slices.Equal(post.ApprovalHash(version, basis), version.Hash) {
		t.Error("the hash does not cover what is asked of others")
	}

	_, err = w.s.Carry(t.Context(), w.writer, delivery.Carry{
		UnitID: 1, AccountID: w.ids["京环之声"], Text: "无人批准", Cover: &review.Cover{Kind: review.ByLead, ID: 1},
		Bind: func(pg.Tx, time.Time, post.Post) error { return nil },
	})
	if err == nil {
		t.Error("an approval by nobody approved a post")
	}
	stranger := access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/2/"}}}
	_, err = w.s.Carry(t.Context(), stranger, delivery.Carry{
		UnitID: 1, AccountID: w.ids["京环之声"], Text: "别处的人",
		Cover: &review.Cover{Kind: review.ByLead, ID: 1, People: "值班审核员"},
		Bind:  func(pg.Tx, time.Time, post.Post) error { return nil },
	})
	if err == nil {
		t.Error("somebody else's officer carried a post")
	}
}
