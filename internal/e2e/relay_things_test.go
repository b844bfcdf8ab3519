package e2e

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/relay"
	"juzhen/internal/review"
)

// The things of the walk that belong to relays.
var (
	// a draft, an account that could carry it, and a deadline in both forms
	carried = func(s *side) vars {
		p, carrier := s.write(s.account), s.newAccount(s.unit, "live", "commercial")
		deadline := time.Now().Add(12 * time.Hour).Truncate(time.Minute)

		return vars{
			"post":    p.ID,
			"lead":    s.account["account"],
			"account": carrier["account"],
			"unit":    s.unit,
			"until": deadline.UTC().
				Format(time.RFC3339),
			"at": deadline.In(beijing.Zone).Format("2006-01-02T15:04"),
		}
	}
	// a relay whose accounts were asked
	asked = func(s *side) vars {
		v, g := carried(s), s.g
		set, err := g.Relays.Set(g.t.Context(), s.author, v["post"].(int64), relay.Request{
			Kind: relay.Repost, LeadAccountID: v["lead"].(int64), AccountIDs: []int64{v["account"].(int64)},
			Words: "请关注", Deadline: time.Now().Add(12 * time.Hour),
		})
		g.must(err)
		g.must(g.Deliveries.Submit(g.t.Context(), s.author, set.PostID, 0))
		_, version, err := g.Posts.Find(g.t.Context(), s.second, set.PostID)
		g.must(err)
		_, err = g.Deliveries.Review(g.t.Context(), s.second, set.PostID, delivery.Verdict{
			Version: version.Number, Hash: version.Hash, Decision: review.Approve,
		})
		g.must(err)
		g.must(g.Relays.Settle(g.t.Context(), set.ID))
		task := g.id("SELECT id FROM relay_tasks WHERE relay_id = $1", set.ID)

		return v.with(vars{"id": set.ID, "relay": set.ID, "task": task, "version": version.ID})
	}
	askedTask = func(s *side) vars { v := asked(s); return v.with(vars{"id": v["task"]}) }
	// a standing approval that waits for its second person
	standingAsked = func(s *side) vars {
		carrier := s.newAccount(s.unit, "live", "commercial")
		made, err := s.g.Relays.AskStanding(s.g.t.Context(), s.author, relay.StandingRequest{
			AccountID: carrier["account"].(int64), Words: s.name + "转发预警", Until: time.Now().AddDate(0, 6, 0),
		})
		s.g.must(err)
		at := time.Now().AddDate(0, 3, 0)

		return carrier.with(vars{
			"id":    made.ID,
			"until": at.UTC().Format(time.RFC3339),
			"at":    at.In(beijing.Zone).Format("2006-01-02T15:04"),
		})
	}
	standingFree = func(s *side) vars {
		v := standingAsked(s)

		return v.with(s.newAccount(s.unit, "live", "commercial"))
	}
)

// relayRules are the rights at relays, pages and operations.
var relayRules = []rule{
	{"GET /relays", "PRS-A", asked, "", fmt.Sprintf("%s的话", "墙内"), listed},
	{"GET /relays/new", "P-S--", carried, "post={post}", "请哪些账号参加", usual},
	{
		"POST /relays", "P-S--", carried,
		"post={post}&kind=repost&lead={lead}&account={account}&spread=5&deadline={at}",
		"SELECT created_by = {self} FROM relays WHERE post_id = {post}", usual,
	},
	{"GET /relays/:id", "PRS-A", asked, "", "请关注", usual},
	{"GET /relays/:id/certificate", "PRS-A", asked, "", "联动", usual},
	{"GET /follow", "PRS-A", asked, "of=relay/{id}", "retry:", usual},
	{
		"POST /relays/:id/confirm", "P----", asked, "lead={version}",
		"SELECT answered_by = {self} AND stage = 'confirmed' FROM relay_tasks WHERE id = {task}", usual,
	},
	{
		"POST /relays/:id/remind", "P-S--", asked, "task={task}",
		"SELECT reminded = 1 FROM relay_tasks WHERE id = {task}", usual,
	},
	{
		"POST /relays/:id/withdraw", "P-S--", asked, "reason=不办了",
		"SELECT withdrawn_at IS NOT NULL FROM relays WHERE id = {id}", usual,
	},
	{
		"POST /relays/:id/close", "P-S--", asked, "statement=已办完",
		"SELECT closed_by = {self} FROM relays WHERE id = {id}", usual,
	},
	{"GET /relays/tasks/:id", "PRS-A", askedTask, "", "请关注", usual},
	{
		"POST /relays/tasks/:id/confirm", "P----", askedTask, "lead={version}",
		"SELECT answered_by = {self} AND stage = 'confirmed' FROM relay_tasks WHERE id = {id}", usual,
	},
	{
		"POST /relays/tasks/:id/decline", "P----", askedTask, "reason=另有安排",
		"SELECT answered_by = {self} AND stage = 'declined' FROM relay_tasks WHERE id = {id}", usual,
	},
	{"GET /relays/standings", "PRS-A", standingAsked, "", "墙内转发预警", listed},
	{
		"POST /relays/standings", "P----", standingFree, "account={account}&words=转发&until={at}",
		"SELECT asked_by = {self} FROM relay_standings WHERE account_id = {account}", usual,
	},
	{
		"POST /relays/standings/:id/confirm", "-RS--", standingAsked, "",
		"SELECT confirmed_by = {self} FROM relay_standings WHERE id = {id}", usual,
	},
	{
		"POST /relays/standings/:id/end", "PRS--", standingAsked, "",
		"SELECT ended_by = {self} FROM relay_standings WHERE id = {id}", usual,
	},

	{"GET /api/v1/relays", "PRS-A", asked, "", "请关注", listed},
	{
		"POST /api/v1/relays",
		"P-S--",
		carried,
		`{"post_id":{post},"kind":"repost","lead_account_id":{lead},"account_ids":[{account}],"deadline":"{until}"}`,
		"SELECT created_by = {self} FROM relays WHERE post_id = {post}",
		usual,
	},
	{"GET /api/v1/relays/:id", "PRS-A", asked, "", "请关注", usual},
	{
		"POST /api/v1/relays/:id/confirm", "P----", asked,
		`{"account_id":{account},"lead_version":{version}}`,
		"SELECT answered_by = {self} AND stage = 'confirmed' FROM relay_tasks WHERE id = {task}", usual,
	},
	{
		"POST /api/v1/relays/:id/decline", "P----", asked, `{"account_id":{account},"reason":"另有安排"}`,
		"SELECT answered_by = {self} AND stage = 'declined' FROM relay_tasks WHERE id = {task}", usual,
	},
	{
		"POST /api/v1/relays/:id/remind", "P-S--", asked, `{}`,
		"SELECT reminded = 1 FROM relay_tasks WHERE id = {task}", usual,
	},
	{
		"POST /api/v1/relays/:id/withdraw", "P-S--", asked, `{"reason":"不办了"}`,
		"SELECT withdrawn_at IS NOT NULL FROM relays WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/relays/:id/close", "P-S--", asked, `{}`,
		"SELECT closed_by = {self} FROM relays WHERE id = {id}", usual,
	},
	{"GET /api/v1/relays/standings", "PRS-A", standingAsked, "", "墙内转发预警", listed},
	{
		"POST /api/v1/relays/standings", "P----", standingFree,
		`{"account_id":{account},"words":"转发","until":"{until}"}`,
		"SELECT asked_by = {self} FROM relay_standings WHERE account_id = {account}", usual,
	},
	{
		"POST /api/v1/relays/standings/:id/confirm", "-RS--", standingAsked, "",
		"SELECT confirmed_by = {self} FROM relay_standings WHERE id = {id}", usual,
	},
	{
		"POST /api/v1/relays/standings/:id/end", "PRS--", standingAsked, "",
		"SELECT ended_by = {self} FROM relay_standings WHERE id = {id}", usual,
	},
}

// askedOfAll is a relay of the demonstration matrix in which one account has published and two wait, a
// draft that could ask, and a standing approval that waits.
func askedOfAll(t *testing.T, w *world.World) vars {
	t.Helper()
	officer, _ := w.Actor("xuanchuan")
	reviewer, _ := w.Actor("shenhe")
	lead := w.Draft("【预警】今夜起空气重污染，请减少外出", nil, "环保北京")
	set, err := w.Relays.Set(t.Context(), officer, lead.ID, relay.Request{
		Kind: relay.Repost, LeadAccountID: w.Account("环保北京").ID, Words: "请关注",
		AccountIDs: []int64{w.Account("京环之声").ID, w.Account("海淀环保示例").ID, w.Account("丰台环保示例").ID},
		Deadline:   time.Now().Add(6 * time.Hour),
	})
	must(t, err)
	must(t, w.Deliveries.Submit(t.Context(), officer, lead.ID, 0))
	_, version, err := w.Posts.Find(t.Context(), reviewer, lead.ID)
	must(t, err)
	_, err = w.Deliveries.Review(t.Context(), reviewer, lead.ID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	must(t, err)
	must(t, w.Relays.Settle(t.Context(), set.ID))
	w.Wait(lead.ID, "环保北京", delivery.Sent)
	board, err := w.Relays.Find(t.Context(), officer, set.ID)
	must(t, err)
	first, err := w.Relays.Confirm(t.Context(), officer, board.Tasks[0].ID, relay.Answer{})
	must(t, err)
	w.Wait(*first.PostID, first.Handle, delivery.Sent)
	_, err = w.Relays.AskStanding(t.Context(), officer, relay.StandingRequest{
		AccountID: w.Account("海淀环保示例").ID, Words: "海淀区转发预警", Until: time.Now().AddDate(0, 6, 0),
	})
	must(t, err)
	draft := w.Draft("空气质量提示（请各区一起发）", world.In(20*time.Hour), "环保北京")

	return vars{"relay": set.ID, "relayTask": board.Tasks[1].ID, "relayPost": draft.ID}
}

// openBoard is the relay of a post once its accounts were asked.
func openBoard(t *testing.T, w *world.World, who access.Actor, postID int64) relay.Board {
	t.Helper()
	var board relay.Board

	w.Eventually("the accounts to be asked", func() bool {
		found, err := w.Relays.OfPost(t.Context(), who, postID)
		must(t, err)
		if found != nil {
			board = *found
		}

		return board.Status() == relay.Open || board.Status() == relay.Closed
	})

	return board
}

// approveAs approves the version under review of a post.
func approveAs(t *testing.T, w *world.World, username string, postID int64) {
	t.Helper()
	reviewer, _ := w.Actor(username)
	_, version, err := w.Posts.Find(t.Context(), reviewer, postID)
	must(t, err)
	_, err = w.Deliveries.Review(t.Context(), reviewer, postID, delivery.Verdict{
		Version: version.Number, Hash: version.Hash, Decision: review.Approve,
	})
	must(t, err)
}
