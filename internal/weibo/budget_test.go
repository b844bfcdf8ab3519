package weibo_test

import (
	"testing"
	"time"

	"juzhen/internal/weibo"
)

func slow(scope weibo.Scope) error {
	return &weibo.Error{Code: 1, Class: weibo.ClassSlow, Scope: scope, Rest: weibo.Rest{For: time.Hour}}
}

func TestABudgetHoldsBackWhomARefusalNames(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 20, 0, 0, time.UTC)
	type ask struct{ uid, call string }
	all := []ask{{"1", "statuses/count"}, {"1", "users/counts"}, {"2", "statuses/count"}}
	for scope, held := range map[weibo.Scope][]bool{
		weibo.ScopeIP: {true, true, true}, weibo.ScopeUser: {true, true, false}, weibo.ScopeCall: {true, false, false},
		weibo.ScopeBehaviour: {true, true, false},
	} {
		b := weibo.NewBudget(0, 0)
		b.Refused(now, "1", "statuses/count", slow(scope))
		b.Refused(now, "2", "statuses/count", &weibo.Error{Class: weibo.ClassToken})
		for i, a := range all {
			ok, again := b.Take(now.Add(time.Minute), a.uid, a.call)
			if ok == held[i] || (held[i] && !again.Equal(now.Add(time.Hour))) {
				t.Errorf("%s: %v %v %v", scope, a, ok, again)
			}
			if ok, _ := b.Take(now.Add(time.Hour), a.uid, a.call); !ok {
				t.Errorf("%s: %v still rests", scope, a)
			}
		}
	}
}

func TestABudgetCountsPerUserAndAddress(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	b := weibo.NewBudget(3, 2)
	take := func(uid string) bool { ok, _ := b.Take(now, uid, "x"); return ok }
	if !take("1") || !take("1") || take("1") {
		t.Error("a user has two calls")
	}
	if !take("2") || take("3") {
		t.Error("the address has three calls, and a refused call takes none")
	}
	if ok, again := b.Take(now, "3", "x"); ok || !again.After(now) {
		t.Errorf("%v %v", ok, again)
	}
	now = now.Add(20 * time.Minute)
	if !take("3") {
		t.Error("a third of an hour gives one call back")
	}
}

func TestABudgetLearnsWhatIsLeft(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	b := weibo.NewBudget(0, 0)
	b.Learn(now, "1", weibo.Limits{
		IPLimit: 1000, IPLeft: 900, UserLimit: 150, UserLeft: 2, ResetIn: 10 * time.Minute,
		Calls: []weibo.CallLimit{{"statuses/update", "HOURS", 15, 15}, {"statuses/update", "DAYS", 50, 1}},
	})
	var got []bool
	for range 2 {
		ok, _ := b.Take(now, "1", "statuses/update")
		got = append(got, ok)
	}
	if !got[0] || got[1] {
		t.Errorf("the stricter limit of the interface leaves one call: %v", got)
	}
	if ok, _ := b.Take(now, "1", "users/counts"); !ok {
		t.Error("the user had one call left")
	}
	if ok, _ := b.Take(now, "1", "users/counts"); ok {
		t.Error("the user had none left")
	}
	b.Learn(now, "2", weibo.Limits{UserLimit: 150, UserLeft: 0, ResetIn: 10 * time.Minute})
	if ok, again := b.Take(now, "2", "x"); ok || !again.Equal(now.Add(10*time.Minute)) {
		t.Errorf("%v %v", ok, again)
	}
}
