package delivery

import (
	"testing"
	"time"

	"juzhen/internal/weibo"
)

var (
	testNow  = time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)
	settings = Settings{}.Filled()
)

func sendingRow(change func(*Delivery)) Delivery {
	marked, due, end := testNow.Add(-time.Second), testNow.Add(-time.Second), testNow.Add(30*time.Minute)
	delivery := Delivery{ID: 7, State: Sending, MarkedAt: &marked, DueAt: &due, NotAfter: &end}
	if change != nil {
		change(&delivery)
	}

	return delivery
}

func wish(w Wish) func(*Delivery) {
	return func(delivery *Delivery) {
		later := testNow.Add(time.Hour)
		delivery.Wish, delivery.WishDueAt = &w, &later
	}
}

// underPause is the wish of a pause that is in force.
func underPause(delivery *Delivery) {
	pause := int64(7)
	wish(WishHold)(delivery)
	delivery.PauseID = &pause
}

func refused(class weibo.Class, scope weibo.Scope, code int, written bool) weibo.Outcome {
	return weibo.Outcome{Result: weibo.NotPublished, Written: written, Code: code,
		Err: &weibo.Error{
			Code:  code,
			Class: class,
			Scope: scope,
			Rest:  weibo.Rest{For: time.Hour},
			Text:  "原因",
		}}
}

func TestAfterCall(t *testing.T) {
	t.Parallel()
	overdue := func(delivery *Delivery) { past := testNow.Add(-time.Minute); delivery.NotAfter = &past }
	tried := func(delivery *Delivery) { delivery.Attempts = 1 }
	repeat := refused(weibo.ClassEdit, "", 20019, true)
	repeat.Err.Repeat = true

	cases := []struct {
		name   string
		row    func(*Delivery)
		call   weibo.Outcome
		to     State
		code   Reason
		counts bool
		raise  TodoKind
	}{
		{
			"published", nil,
			weibo.Outcome{Result: weibo.Published, ID: "5", Written: true}, Sent, Published, true,
			"",
		},
		{
			"published though withdrawn", wish(WishCancel),
			weibo.Outcome{Result: weibo.Published, ID: "5", Written: true}, Sent, Published, true,
			"",
		},
		{
			"in review", nil,
			weibo.Outcome{Result: weibo.PublishedNoID, Code: 20053, Written: true}, Sent,
			PublishedReview, true, "",
		},
		{
			"slow", nil,
			weibo.Outcome{Result: weibo.PublishedNoID, Code: 20032, Written: true}, Sent,
			PublishedSlow, true, "",
		},
		{
			"no answer", nil,
			weibo.Outcome{Result: weibo.Unknown, Written: true}, Unknown, OutcomeOpen, true, "",
		},
		{
			"no answer, withdrawn", wish(WishCancel),
			weibo.Outcome{Result: weibo.Unknown, Written: true}, Unknown, OutcomeOpen, true, "",
		},
		{"nobody reached", nil, refused(weibo.ClassRetry, "", 0, false), Waiting, NoConnection, false, ""},
		{
			"nobody reached, too late", overdue, refused(weibo.ClassRetry, "", 0, false), Missed,
			TooLate, false, TodoMissed,
		},
		{
			"nobody reached, withdrawn", wish(WishCancel), refused(weibo.ClassRetry, "", 0, false),
			Cancelled, WasWithdrawn, false, "",
		},
		{
			"nobody reached, paused", underPause, refused(weibo.ClassRetry, "", 0, false), Held,
			WasPaused, false, "",
		},
		{
			"nobody reached, to be held by no pause", wish(WishHold),
			refused(weibo.ClassRetry, "", 0, false), Held, WasPaused, false, TodoProblem,
		},
		{
			"nobody reached, revised", wish(WishRevise), refused(weibo.ClassRetry, "", 0, false),
			Held, Superseded, false, TodoProblem,
		},
		{
			"nobody reached, moved", wish(WishReplan), refused(weibo.ClassRetry, "", 0, false),
			Waiting, WasRescheduled, false, "",
		},
		{
			"nobody reached, moved after its limit",
			func(delivery *Delivery) { overdue(delivery); wish(WishReplan)(delivery) },
			refused(weibo.ClassRetry, "", 0, false), Waiting, WasRescheduled, false, "",
		},
		{"token", nil, refused(weibo.ClassToken, "", 21327, true), Waiting, TokenRefused, false, TodoProblem},
		{
			"account must rest", nil, refused(weibo.ClassSlow, weibo.ScopeUser, 10023, true),
			Waiting, RestAccount, false, TodoProblem,
		},
		{
			"address must rest", nil, refused(weibo.ClassSlow, weibo.ScopeIP, 10022, true), Waiting,
			RestShared, false, TodoProblem,
		},
		{
			"behaviour", nil, refused(weibo.ClassSlow, weibo.ScopeBehaviour, 20016, true), Waiting,
			RestBehaviour, false, TodoProblem,
		},
		{"text", nil, refused(weibo.ClassEdit, "", 20012, true), Failed, Refused, true, TodoProblem},
		{"never", nil, refused(weibo.ClassNever, "", 10014, true), Failed, Refused, true, TodoProblem},
		{
			"text, withdrawn", wish(WishCancel), refused(weibo.ClassEdit, "", 20012, true),
			Cancelled, WasWithdrawn, true, "",
		},
		{"sent before, by somebody", nil, repeat, Failed, Refused, true, TodoProblem},
		{"sent before, after an unknown", tried, repeat, Unknown, Repeated, true, ""},
		{
			"sent before, after a process died in its call",
			func(delivery *Delivery) { delivery.Doubted = true }, repeat, Unknown, Repeated, true,
			"",
		},
		{
			"sent before, after an unknown, withdrawn",
			func(delivery *Delivery) { tried(delivery); wish(WishCancel)(delivery) }, repeat,
			Unknown, Repeated, true, "",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			delivery := sendingRow(c.row)
			got := AfterCall(delivery, c.call, settings, testNow)
			if got.To != c.to || got.Code != c.code || got.Attempt != c.counts || got.Raise != c.raise {
				t.Errorf("got %s %s counts=%v raises %q", got.To, got.Code, got.Attempt, got.Raise)
			}
			if !CanGo(delivery.State, got.To) {
				t.Errorf("%s → %s is no arrow", delivery.State, got.To)
			}
			if (got.NextLook != nil) != (got.To == Unknown || got.To == Sent) {
				t.Errorf("next look %v in %s", got.NextLook, got.To)
			}
			if got.CallEnded == nil {
				t.Error("the end of the call is not recorded")
			}
		})
	}
}

func TestEveryListedCodeLeadsSomewhereAllowed(t *testing.T) {
	t.Parallel()

	for _, code := range weibo.Codes() {
		e := &weibo.Error{
			Code: code.Number, Class: code.Class, Scope: code.Scope, Rest: code.Rest,
			Repeat: code.Repeat, Text: code.Text,
		}
		change := AfterCall(sendingRow(nil), weibo.Outcome{
			Result: code.Write, Code: code.Number, Err: e, Written: true,
		}, settings, testNow)
		if !CanGo(Sending, change.To) {
			t.Errorf("%d: sending → %s is no arrow", code.Number, change.To)
		}
		if code.Write == weibo.Unknown && change.To != Unknown {
			t.Errorf("%d: outcome unknown became %s", code.Number, change.To)
		}
		if change.To == Waiting && change.NotBefore == nil && change.Code != TokenRefused {
			t.Errorf("%d: goes straight back to waiting", code.Number)
		}
	}
}

func unknownRow(age time.Duration, looks int, change func(*Delivery)) Delivery {
	return sendingRow(func(delivery *Delivery) {
		marked := testNow.Add(-age)
		delivery.State, delivery.MarkedAt, delivery.Looks = Unknown, &marked, looks
		if change != nil {
			change(delivery)
		}
	})
}

func TestAfterLook(t *testing.T) {
	t.Parallel()
	post := &weibo.Post{ID: "5012", CreatedAt: testNow.Add(-time.Minute)}
	none := Seen{Finding: weibo.FoundNone, Complete: true, Annotated: true, AutoResend: true, CallOver: true}
	with := func(change func(*Seen)) Seen { s := none; change(&s); return s }
	long := settings.AbsentAfter + time.Minute

	cases := []struct {
		name  string
		row   Delivery
		seen  Seen
		to    State
		code  Reason
		raise TodoKind
		turn  Turn
		again bool
	}{
		{
			"found", unknownRow(long, 0, nil),
			Seen{Finding: weibo.FoundOne, Post: post}, Sent, LookFound, "", TurnSettled, true,
		},
		{
			"found though withdrawn", unknownRow(long, 0, wish(WishCancel)),
			Seen{Finding: weibo.FoundOne, Post: post}, Sent, LookFound, "", TurnSettled, true,
		},
		{"first look", unknownRow(time.Minute, 0, nil), none, Unknown, LookAbsent, "", TurnFreed, true},
		{
			"first look, newest five only", unknownRow(time.Minute, 0, nil),
			with(func(s *Seen) { s.Windowed = true }), Unknown, LookAbsent, "", TurnBounded, true,
		},
		{
			"two looks, lag not over", unknownRow(time.Minute, 4, nil), none, Unknown, LookAbsent,
			"", TurnFreed, true,
		},
		{"lag over, one look", unknownRow(long, 0, nil), none, Unknown, LookAbsent, "", TurnFreed, true},
		{"absent, allowed", unknownRow(long, 1, nil), none, Waiting, Resend, "", TurnSettled, false},
		{
			"absent, its limit over",
			unknownRow(
				long,
				1,
				func(delivery *Delivery) { p := testNow.Add(-time.Second); delivery.NotAfter = &p },
			),
			none,
			Missed,
			TooLate,
			TodoMissed,
			TurnSettled,
			false,
		},
		{
			"absent, not allowed", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.AutoResend = false }), Unknown, LookPerson, TodoUnknown,
			TurnFreed, true,
		},
		{
			"absent, no mark comes back", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.Annotated = false }), Unknown, LookPerson, TodoUnknown,
			TurnFreed, true,
		},
		{
			"absent, old owner may live", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.CallOver = false }), Unknown, LookPerson, TodoUnknown, TurnFreed,
			true,
		},
		{
			"absent, reviews lately", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.Reviewed = true }), Unknown, LookPerson, TodoUnknown, TurnFreed,
			true,
		},
		{
			"absent, called repeated content", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.Repeated = true }), Unknown, LookRepeat, TodoUnknown, TurnFreed,
			true,
		},
		{
			"called repeated content, one look", unknownRow(long, 0, nil),
			with(func(s *Seen) { s.Repeated = true }), Unknown, LookAbsent, "", TurnFreed, true,
		},
		{
			"called repeated content and found", unknownRow(long, 1, nil),
			Seen{Finding: weibo.FoundOne, Post: post, Repeated: true}, Sent, LookFound, "",
			TurnSettled, true,
		},
		{
			"called repeated content and withdrawn", unknownRow(long, 1, wish(WishCancel)),
			with(func(s *Seen) { s.Repeated = true }), Unknown, LookRepeat, TodoUnknown, TurnFreed,
			true,
		},
		{
			"called repeated content and moved", unknownRow(long, 1, wish(WishReplan)),
			with(func(s *Seen) { s.Repeated = true }), Unknown, LookRepeat, TodoUnknown, TurnFreed,
			true,
		},
		{
			"absent, another's post of the text", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.Rival = true }), Unknown, LookRival, TodoUnknown, TurnFreed,
			true,
		},
		{
			"absent, an old post of the text", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.Alike = make([]weibo.Post, 1) }), Waiting, Resend, "",
			TurnSettled, false,
		},
		{
			"absent, not seen to the end", unknownRow(long, 1, nil),
			with(func(s *Seen) { s.Complete = false }), Unknown, LookWindow, TodoUnknown, TurnFreed,
			true,
		},
		{
			"absent and withdrawn", unknownRow(long, 1, wish(WishCancel)), none, Cancelled,
			WasWithdrawn, "", TurnSettled, false,
		},
		{"absent and paused", unknownRow(long, 1, underPause), none, Held, WasPaused, "", TurnSettled, false},
		{
			"absent and to be held by no pause", unknownRow(long, 1, wish(WishHold)), none, Held,
			WasPaused, TodoProblem, TurnSettled, false,
		},
		{
			"absent and moved", unknownRow(long, 1, wish(WishReplan)), none, Waiting,
			WasRescheduled, "", TurnSettled, false,
		},
		{
			"absent and moved, resend not allowed", unknownRow(long, 1, wish(WishReplan)),
			with(func(s *Seen) { s.AutoResend = false }), Unknown, LookPerson, TodoUnknown,
			TurnFreed, true,
		},
		{
			"absent and revised", unknownRow(long, 1, wish(WishRevise)), none, Held, Superseded,
			TodoProblem, TurnSettled, false,
		},
		{
			"withdrawn, no mark comes back", unknownRow(long, 1, wish(WishCancel)),
			with(func(s *Seen) { s.Annotated = false }), Unknown, LookPerson, TodoUnknown,
			TurnFreed, true,
		},
		{
			"two candidates", unknownRow(long, 0, nil),
			Seen{Finding: weibo.FoundMany, Candidates: make([]weibo.Post, 2)}, Unknown, LookTwo,
			TodoUnknown, TurnFreed, true,
		},
		{
			"two with our mark", unknownRow(long, 0, nil),
			Seen{Finding: weibo.FoundTwice, Candidates: make([]weibo.Post, 2)}, Unknown, LookTwo,
			TodoTwice, TurnFreed, false,
		},
		{
			"cannot read", unknownRow(time.Second, 0, nil),
			Seen{Err: weibo.ErrStopped}, Unknown, LookFailed, "", TurnKept, true,
		},
		{
			"cannot read for long", unknownRow(long, 0, nil),
			Seen{Err: weibo.ErrStopped}, Unknown, LookFailed, TodoUnknown, TurnFreed, true,
		},
		{
			"a day later", unknownRow(25*time.Hour, 9, nil),
			with(func(s *Seen) { s.AutoResend = false }), Unknown, LookPerson, TodoUnknown,
			TurnFreed, false,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := AfterLook(c.row, c.seen, settings, testNow)
			if got.To != c.to || got.Code != c.code || got.Raise != c.raise || got.Turn != c.turn ||
				(got.NextLook != nil) != c.again {
				t.Errorf(
					"got %s %s raises %q turn %d next %v",
					got.To,
					got.Code,
					got.Raise,
					got.Turn,
					got.NextLook,
				)
			}
			if got.To != Unknown && !CanGo(Unknown, got.To) {
				t.Errorf("unknown → %s is no arrow", got.To)
			}
		})
	}
}

func TestAfterLateCall(t *testing.T) {
	t.Parallel()
	yes := weibo.Outcome{Result: weibo.Published, ID: "5", Written: true}
	no := refused(weibo.ClassEdit, "", 20012, true)
	again := refused(weibo.ClassEdit, "", 20019, true)
	again.Err.Repeat = true

	cases := []struct {
		state State
		same  bool
		call  weibo.Outcome
		ok    bool
		to    State
		code  Reason
		raise TodoKind
	}{
		{Unknown, true, yes, true, Sent, LateAnswer, ""},
		{Unknown, true, no, true, Failed, Refused, TodoProblem},
		// its end is news: looks may decide now
		{Unknown, true, weibo.Outcome{Result: weibo.Unknown}, true, Unknown, OutcomeOpen, ""},
		{Unknown, false, weibo.Outcome{Result: weibo.Unknown}, false, "", "", ""},
		{Unknown, true, again, true, Failed, Refused, TodoProblem}, // nothing of ours was before it
		{Waiting, true, yes, true, Sent, LateAnswer, ""},
		{Preparing, true, yes, true, Sent, LateAnswer, ""},
		{Waiting, true, no, false, "", "", ""},
		{Cancelled, true, yes, true, Sent, LateConfirmation, TodoLive},
		{Held, true, yes, true, Sent, LateConfirmation, TodoLive},
		{Missed, true, yes, true, Sent, LateConfirmation, TodoLive},
		{Sending, false, yes, true, Sending, Twice, TodoTwice},
		{Waiting, false, yes, true, Waiting, Twice, TodoTwice},
		{Sent, true, yes, false, "", "", ""},
	}
	for _, c := range cases {
		delivery := sendingRow(func(d *Delivery) { d.State = c.state; id := "5"; d.RemoteID = &id })
		got, ok := AfterLateCall(delivery, c.call, c.same, settings, testNow)
		if ok != c.ok || ok && (got.To != c.to || got.Code != c.code || got.Raise != c.raise) {
			t.Errorf(
				"%s same=%v %s: got %v %s %s %q",
				c.state,
				c.same,
				c.call.Result,
				ok,
				got.To,
				got.Code,
				got.Raise,
			)
		}
		if ok && got.To != c.state && !CanGo(c.state, got.To) {
			t.Errorf("%s → %s is no arrow", c.state, got.To)
		}
	}
}

// TestALateRepeatKeepsTheDoubt: an answer "repeated content" that comes late, to a second call, is kept
// and decides nothing.
func TestALateRepeatKeepsTheDoubt(t *testing.T) {
	t.Parallel()
	call := refused(weibo.ClassEdit, "", 20019, true)
	call.Err.Repeat = true
	change, ok := AfterLateCall(sendingRow(func(delivery *Delivery) {
		delivery.State = Unknown
		delivery.Doubted = true
	}), call, true, settings, testNow)
	if !ok || change.To != Unknown || change.Code != Repeated || change.Turn != TurnKept ||
		change.Resolve != "" ||
		change.NextLook == nil {
		t.Errorf("got %v %+v", ok, change)
	}
}

// TestAPersonSeesWhatReadsTheSame: what reads the same goes with the question.
func TestAPersonSeesWhatReadsTheSame(t *testing.T) {
	t.Parallel()
	seen := Seen{
		Finding:    weibo.FoundNone,
		Complete:   true,
		Annotated:  true,
		AutoResend: true,
		CallOver:   true,
		Repeated:   true,
		Alike:      []weibo.Post{{ID: "5", Text: "今日空气质量良", Source: "iPhone客户端"}},
	}
	change := AfterLook(unknownRow(settings.AbsentAfter+time.Minute, 1, nil), seen, settings, testNow)
	if len(change.Sightings) != 1 || change.Sightings[0].ID != "5" ||
		change.Sightings[0].Source != "iPhone客户端" {
		t.Errorf("got %+v", change.Sightings)
	}
}

func TestTheEndOfACallIsNewsOnce(t *testing.T) {
	t.Parallel()
	lost := weibo.Outcome{Result: weibo.Unknown, Written: true, Ended: testNow}
	delivery := sendingRow(func(d *Delivery) { d.State = Unknown })
	change, ok := AfterLateCall(delivery, lost, true, settings, testNow)
	if !ok || change.CallEnded == nil || !change.CallEnded.Equal(testNow) || change.NextLook == nil {
		t.Errorf("got %v %+v", ok, change)
	}
	delivery.CallEndedAt = &testNow
	if c, ok := AfterLateCall(delivery, lost, true, settings, testNow); ok {
		t.Errorf("told again: %+v", c)
	}
}

func TestLateAnswerWithAnotherIDIsAnIncident(t *testing.T) {
	t.Parallel()
	delivery := sendingRow(func(d *Delivery) { d.State = Sent; id := "4"; d.RemoteID = &id })
	change, ok := AfterLateCall(delivery, weibo.Outcome{
		Result: weibo.Published, ID: "5",
	}, true, settings, testNow)
	if !ok || change.Raise != TodoTwice {
		t.Errorf("got %v %+v", ok, change)
	}
}

func TestReadBackComparesWithTheApproved(t *testing.T) {
	t.Parallel()
	payload := weibo.Build(weibo.Commercial, weibo.Draft{Text: "今日空气质量良，明日有雾。详见 https://example.org/a"})
	old := sendingRow(func(delivery *Delivery) {
		m := testNow.Add(-time.Hour)
		delivery.State = Sent
		delivery.MarkedAt = &m
	})

	cases := []struct {
		name string
		row  Delivery
		live *weibo.Post
		want Live
		todo TodoKind
	}{
		{"same", old, &weibo.Post{ID: "1", Text: "今日空气质量良，明日有雾。详见 http://t.cn/A6abc"}, LiveUp, ""},
		{"changed", old, &weibo.Post{ID: "1", Text: "今日空气质量优"}, LiveChanged, TodoLive},
		{"picture more", old, &weibo.Post{ID: "1", Text: payload.Text(), Pics: 1}, LiveChanged, TodoLive},
		{"gone", old, nil, LiveRemoved, TodoLive},
		{"deleted", old, &weibo.Post{ID: "1", Deleted: true}, LiveRemoved, TodoLive},
		{
			"not shown yet", sendingRow(func(delivery *Delivery) { delivery.State = Sent }), nil,
			LiveHidden, "",
		},
	}
	for _, c := range cases {
		got := ReadBack(c.row, payload, c.live, false, settings, testNow)
		if got.Live != c.want || got.Raise != c.todo || got.To != Sent {
			t.Errorf("%s: got %s raises %q", c.name, got.Live, got.Raise)
		}
	}
}
