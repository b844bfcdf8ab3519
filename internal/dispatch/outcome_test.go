package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

func TestLostAnswerPostsOnce(t *testing.T) {
	t.Parallel()

	for _, kind := range []string{
		sandbox.FaultCut, sandbox.FaultStatus, sandbox.FaultBroken, sandbox.FaultEmpty,
		sandbox.FaultPartial, sandbox.FaultRedirect,
	} {
		for _, when := range []string{sandbox.Before, sandbox.After} {
			t.Run(kind+" "+when, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.account("环保北京", 1, account.Commercial)
				w.sandbox.Fault(sandbox.Fault{
					Account: "环保北京", Call: sandbox.PostCalls, Kind: kind, When: when, Times: 1,
				})
				w.engine()
				post := w.planNow("空气质量良，适宜户外活动。", "环保北京")
				w.untilState(post, delivery.Sent)
				w.wantCount("环保北京", 1)
				if row := w.only(post); row.Remote == "" || row.Attempts < 1 {
					t.Errorf("got %+v", row)
				}
			})
		}
	}
}

func TestUnknownWaitsForAPersonWhereTheMarkDoesNotComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Public)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.Before,
		Times: 1,
	})
	w.engine()
	post := w.planNow("空气质量良，详见 https://sthjj.beijing.gov.cn/a", "环保北京")
	w.until("a person is asked", func() bool { return w.todos(w.only(post).ID) == "delivery.unknown" })
	if row := w.only(post); row.State != delivery.Unknown || row.Reason != delivery.LookPerson {
		t.Errorf("got %+v\n%s", row, w.story())
	}
	w.wantCount("环保北京", 0)
	w.decideNotSent(post)
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
}

// decideNotSent lets a press officer say that nothing went out, and a reviewer confirm.
func (w *world) decideNotSent(p interface{ Ref() string }) {
	w.Helper()
	var id int64
	w.must(w.db.Pool().QueryRow(w.Context(), `
		SELECT id FROM deliveries WHERE 'post/' || post_id = $1 AND state = 'unknown'`, p.Ref()).Scan(&id))
	got, err := w.s.Resolve(w.Context(), w.writer, id, delivery.ResolvedAsNotSent, "", "已登录微博核对")
	w.must(err)
	if got.State != delivery.Unknown || got.Awaiting == nil {
		w.Fatalf("got %+v, want a decision that waits", got)
	}
	_, err = w.s.Confirm(w.Context(), w.reviewer, got.Awaiting.ID)
	w.must(err)
}

func TestPublicPostIsFoundByItsFingerprint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Public)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.After,
		Times: 1,
	})
	w.engine()
	post := w.planNow("空气质量良，详见 https://sthjj.beijing.gov.cn/a", "环保北京")
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
}

func TestReviewedPostIsSentAndItsIDFoundLater(t *testing.T) {
	t.Parallel()

	for kind, code := range map[string]delivery.Reason{
		sandbox.FaultReview: delivery.PublishedReview,
		sandbox.FaultSlow:   delivery.PublishedSlow,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.account("环保北京", 1, account.Commercial)
			w.sandbox.Fault(sandbox.Fault{
				Account: "环保北京",
				Call:    sandbox.PostCalls,
				Kind:    kind,
				Times:   1,
				Hide:    300 * time.Millisecond,
			})
			w.engine()
			post := w.planNow("空气质量良。", "环保北京")
			w.untilState(post, delivery.Sent)
			w.until(
				"the id is found",
				func() bool { return w.only(post).Remote != "" || w.only(post).Reason == delivery.ReadBackHidden },
			)
			w.advance(time.Hour)
			w.until("the id is found", func() bool { return w.only(post).Remote != "" })
			w.wantCount("环保北京", 1)
			if n := w.count("SELECT count(*) FROM delivery_events WHERE code = $1", code); n != 1 {
				t.Errorf("%d events %s", n, code)
			}
		})
	}
}

// TestEveryCodeOfTheTable lets the sandbox answer each listed error code over HTTP, one account each,
// and looks at the delivery's state, the count of posts and the to-do.
func TestEveryCodeOfTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type one struct {
		code   weibo.Code
		handle string
	}
	var all []one
	content := postContent("空气质量良。")

	for i, code := range weibo.Codes() {
		if code.Scope == weibo.ScopeIP || code.Write == weibo.PublishedNoID {
			continue
		}
		handle := fmt.Sprintf("示例%d", code.Number)
		w.must(w.sandbox.AddAccount(sandbox.Account{UID: int64(7_000_000_000 + i), Handle: handle}))
		id := w.account(handle, 1, account.Commercial)
		w.sandbox.Fault(sandbox.Fault{
			Account: handle,
			Call:    sandbox.PostCalls,
			Kind:    sandbox.FaultError,
			Code:    code.Number,
			When:    sandbox.Before,
			Times:   1,
		})
		content.Targets = append(content.Targets, target(id))
		all = append(all, one{code, handle})
	}
	w.engine()
	post, version := w.submitContent(content)
	w.approve(post, version, delivery.DueChoice{})
	w.until("all are settled", func() bool {
		return w.count(`
			SELECT count(*) FROM deliveries WHERE state IN ('sending', 'unknown', 'preparing')
				OR state = 'waiting' AND reason IN ('approved', 'resend', 'no_connection')`) == 0
	})

	for _, x := range all {
		var r row
		w.must(w.db.Pool().QueryRow(t.Context(), `
			SELECT id, state, reason, attempts FROM deliveries WHERE account_id = $1`, w.ids[x.handle]).
			Scan(&r.ID, &r.State, &r.Reason, &r.Attempts))
		state, posts, todo, attempts := expected(x.code)
		if r.State != state || w.sandbox.Count(x.handle) != posts || w.todos(r.ID) != todo ||
			r.Attempts != attempts {
			t.Errorf(
				"%d (%s): %s %s, %d posts, %d attempts, to-do %q; want %s, %d, %d, %q",
				x.code.Number,
				x.code.Class,
				r.State,
				r.Reason,
				w.sandbox.Count(x.handle),
				r.Attempts,
				w.todos(r.ID),
				state,
				posts,
				attempts,
				todo,
			)
		}
	}
	if len(all) < 50 {
		t.Errorf("only %d codes were tried", len(all))
	}
}

// expected is what an operator sees after one answer with the code.
func expected(code weibo.Code) (state delivery.State, posts int, todo string, attempts int) {
	if code.Write == weibo.Unknown { // looked up, absent, sent again
		return delivery.Sent, 1, "", 2
	}

	switch code.Class {
	case weibo.ClassSlow, weibo.ClassToken:
		return delivery.Waiting, 0, "delivery.problem", 0
	}

	return delivery.Failed, 0, "delivery.failed", 1
}

func TestAddressLimitStopsAllThatShareItAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京",
		Call:    sandbox.PostCalls,
		Kind:    sandbox.FaultLimit,
		Code:    10022,
		Times:   1,
	})
	w.engine()
	first := w.planNow("第一条", "环保北京")
	w.until("rest", func() bool { return w.only(first).Reason == delivery.RestShared })
	second := w.planNow("第二条", "京环之声")
	w.until("the other rests too", func() bool { return w.only(second).Reason == delivery.RestGoesOn })
	if w.sandbox.Count("京环之声") != 0 || w.only(first).Attempts != 0 {
		t.Errorf("posted during the rest\n%s", w.story())
	}
	w.exec("UPDATE deliveries SET not_after = not_after + interval '3 hours'")
	w.advance(2 * time.Hour)
	w.untilState(first, delivery.Sent)
	w.untilState(second, delivery.Sent)
	w.wantCount("环保北京", 1)
	w.wantCount("京环之声", 1)
}

func TestExpiredTokenStopsThatAccountAloneUntilItIsRenewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.account("京环之声", 2, account.Commercial)
	w.sandbox.ExpireTokens("环保北京")
	w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	other := w.planNow("空气质量良。", "京环之声")
	w.untilState(other, delivery.Sent)
	w.until("told", func() bool { return w.only(post).Reason == delivery.TokenRefused })
	if w.count(`
		SELECT count(*) FROM todos WHERE kind = 'token' AND resolved_at IS NULL`) != 1 || w.only(post).Attempts != 0 {
		t.Errorf("administrators were not told, or the attempt was counted\n%s", w.story())
	}
	_, err := w.accounts.ImportToken(t.Context(), w.admin, w.ids["环保北京"], w.sandbox.Token("环保北京"))
	w.must(err)
	w.wake()
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
	w.until("the to-do is closed", func() bool { return w.todos(w.only(post).ID) == "" })
}
