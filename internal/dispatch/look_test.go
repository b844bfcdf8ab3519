package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

// TestReadBackWaitsForANewToken kills the token between sending and reading back: nothing is asked with
// it after the first refusal, people are told once, and the new token brings the read-back at once.
func TestReadBackWaitsForANewToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.ReadBack = time.Hour
	w.account("环保北京", 1, account.Commercial)
	w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	w.untilState(post, delivery.Sent)
	w.sandbox.ExpireTokens("环保北京")
	before := w.calls("show_batch")
	w.advance(2 * time.Hour)
	w.until(
		"the dead token known",
		func() bool { return w.count("SELECT count(*) FROM credentials WHERE state <> 'valid'") == 1 },
	)

	for range 5 {
		w.advance(time.Hour)
		w.sweeps(4)
	}
	w.advance(30 * time.Hour) // longer than a read-back is tried otherwise
	w.sweeps(4)
	if told, asked := w.count(
		"SELECT count(*) FROM todos WHERE kind = 'token'",
	), w.calls(
		"show_batch",
	)-before; told != 1 ||
		asked != 1 {
		t.Errorf("told %d times, asked %d times with a dead token", told, asked)
	}
	_, err := w.accounts.ImportToken(t.Context(), w.admin, w.ids["环保北京"], w.sandbox.Token("环保北京"))
	w.must(err)
	w.until("read back", func() bool { return w.only(post).Live == "live" })
}

// calls counts the requests of one kind, whoever sent them.
func (w *world) calls(part string) (n int) {
	for _, counter := range w.sandbox.Counters() {
		if strings.Contains(counter.Call, part) {
			n += counter.Requests
		}
	}

	return n
}

// sweeps waits until the engines took some steps more.
func (w *world) sweeps(n int) {
	w.Helper()
	taken := -1
	w.until("sweeps", func() bool { taken++; return taken >= n })
}

// TestAnUnknownIsLookedAtAsSoonAsThereIsAToken loses the answer and then the token: the look cannot
// see, people are told, and a new token brings the look at once, not at its next turn.
func TestAnUnknownIsLookedAtAsSoonAsThereIsAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set.LookRetry, w.set.FirstLook = time.Hour, 100*time.Millisecond
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.After,
		Times: 1,
	})
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京",
		Call:    "statuses/user_timeline/biz",
		Kind:    sandbox.FaultError,
		Code:    21327,
	})
	w.engine()
	post := w.planNow("空气质量良。", "环保北京")
	w.until("could not look", func() bool { return w.only(post).Reason == delivery.LookFailed })
	w.until("told", func() bool {
		return w.count("SELECT count(*) FROM todos WHERE kind = 'token' AND resolved_at IS NULL") == 1
	})
	w.sandbox.ClearFaults()
	_, err := w.accounts.ImportToken(t.Context(), w.admin, w.ids["环保北京"], w.sandbox.Token("环保北京"))
	w.must(err)
	w.untilState(post, delivery.Sent)
	w.wantCount("环保北京", 1)
}

// TestWhatALookSawIsKept lets somebody post the same text from our application, without our mark, while
// the outcome is open: the step keeps that post for the person who decides, and only the step.
func TestWhatALookSawIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("环保北京", 1, account.Commercial)
	w.sandbox.Fault(sandbox.Fault{
		Account: "环保北京", Call: sandbox.PostCalls, Kind: sandbox.FaultCut, When: sandbox.Before,
		Times: 1,
	})
	w.set.FirstLook = time.Hour
	const text = "未来三天扩散条件转差，请减少户外活动，关注空气质量预报。"
	post, version := w.submit(text, nil, "环保北京")
	w.engine()
	w.approve(post, version, delivery.DueChoice{})
	w.until("unknown", func() bool { return w.only(post).State == delivery.Unknown })
	other := w.api().
		Send(w.Context(), weibo.Build(weibo.Commercial, weibo.Draft{Text: text}), weibo.Sending{Token: weibo.Token(w.sandbox.Token("环保北京"))})
	w.advance(2 * time.Hour)
	w.until("a doubt", func() bool { return w.only(post).Reason == delivery.LookTwo })
	events, err := w.s.Events(t.Context(), w.writer, w.only(post).ID)
	w.must(err)
	last := events[len(events)-1]
	seen := last.Sightings()
	if len(seen) != 1 || seen[0].ID != other.ID || seen[0].Text != text || seen[0].At.IsZero() ||
		seen[0].Source == "" {
		t.Errorf("kept %+v of the post %s", seen, other.ID)
	}
	if n := w.count("SELECT count(*) FROM deliveries WHERE reason_args ? 'seen'"); n != 0 {
		t.Error("the row carries what was seen")
	}
	if words, args := last.Text(); len(args) != 2 || words == "" {
		t.Errorf("text of the step: %q %v", words, args)
	}
}
