package dispatch_test

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/review"
)

// TestNothingIsSentBeforeEveryStepIsPassed: a post of three steps whose time has come stays unsent after one
// and after two approvals, and after a return to a step; after the third it goes out once.
func TestNothingIsSentBeforeEveryStepIsPassed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`
INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (2, 'reviewer', 1, now()), (3, 'reviewer', 1,
    now()),
    (4, 'supervisor', 1, now())`)
	w.exec(
		`UPDATE chain_versions SET active = true WHERE chain_id = (SELECT id FROM chains WHERE shipped = 'three')`,
	)
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	p, version := w.submit("三审的话", nil, "环保北京")
	say := func(who access.Actor, decision review.Decision, to int) error {
		items := map[string][]string{"初审一校": {"错别字、语法、标点", "内容完整，格式规范"},
			"复审二校": {"事实与数据有依据", "时间、地点、名称准确"}, "终审三校": {"导向与社会影响", "政策法规依据"}}
		standing, _, err := w.reviews().Standing(t.Context(), who, p.ID)
		w.must(err)
		var ticked []string
		if open := standing.Run.Open(); open != nil {
			ticked = items[open.Name]
		}
		_, err = w.s.Review(t.Context(), who, p.ID, delivery.Verdict{
			Version:  version.Number,
			Hash:     version.Hash,
			Decision: decision,
			To:       to,
			Opinion:  "意见",
			Ticked:   ticked,
		})

		return err
	}
	quiet := func(what string) {
		t.Helper()
		w.advance(time.Minute)
		if got := w.only(p); got.State != delivery.Planned {
			t.Errorf("%s: %+v", what, got)
		}
		if n := w.count(
			"SELECT count(*) FROM deliveries WHERE approved OR approved_hash IS NOT NULL",
		); n != 0 {
			t.Errorf("%s: %d approved", what, n)
		}
		w.wantCount("环保北京", 0)
	}

	w.must(say(w.reviewer, review.Approve, 0))
	quiet("after the first step")
	if err := say(w.reviewer, review.Approve, 0); fault.Public(err).Code != "same_person" {
		t.Errorf("the first once more: %v", err)
	}
	w.must(say(w.second, review.Approve, 0))
	quiet("after the second step")
	w.must(say(w.supervisor, review.Return, 2))
	quiet("after a return")
	if err := say(w.supervisor, review.Approve, 0); fault.Public(err).Code != "same_person" {
		t.Errorf("the last at the second step: %v", err)
	}
	w.must(say(w.second, review.Approve, 0))
	quiet("after the second step again")
	w.must(say(w.supervisor, review.Approve, 0))
	w.untilState(p, delivery.Sent)
	w.wantCount("环保北京", 1)
}

func (w *world) reviews() *review.Service { return review.New(w.db, w.now) }
