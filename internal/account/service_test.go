package account

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

func TestAnAccountIsCreatedWithItsFirstName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	if account.State != Preparing || account.UnitPath != w.Units["朝阳区"].Path ||
		account.LateLimit != DefaultLateLimit ||
		account.MinGap != time.Minute ||
		account.Token.State != TokenNone {
		t.Errorf("created %+v", account)
	}
	names, err := w.s.Names(w.Context(), w.admin, account.ID)
	if err != nil || len(names) != 1 || names[0].Handle != "朝阳环保示例" || names[0].ChangedBy != "系统管理员" {
		t.Errorf("names %+v, %v", names, err)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'account.create'"); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestAHandleStandsInTheMatrixOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.account("朝阳环保示例", "朝阳区", Commercial)
	_, err := w.s.Create(w.Context(), w.admin, w.draft("朝阳环保示例", "海淀区", Manual))
	if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "handle" {
		t.Errorf("second account of the same handle: %v", err)
	}
}

func TestHandlesThatLookAlikeAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	account := w.account("朝阳环保A", "朝阳区", Manual)
	for _, twin := range []string{
		"朝阳\u200B环保A", "\u202E朝阳环保A\u202C", "朝阳环保a", "@朝阳环保Ａ\u00AD", "朝阳环保A\U000E0041",
	} {
		_, err := w.s.Create(w.Context(), w.admin, w.draft(twin, "海淀区", Manual))
		if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "handle" {
			t.Errorf("%q beside its twin: %v", twin, err)
		}
	}

	w.Exec("UPDATE accounts SET handle = E'海淀\\u200B环保', display_name = '旧名' WHERE id = $1", account.ID)
	_, err := w.s.Create(w.Context(), w.admin, w.draft("海淀环保", "海淀区", Manual))
	if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "handle" {
		t.Errorf("beside a twin from before names were cleaned: %v", err)
	}

	b, err := w.s.Create(w.Context(), w.admin, w.draft("@ 东城\u2060环保\u202E ", "海淀区", Manual))
	if err != nil || b.Handle != "东城环保" {
		t.Errorf("kept as %q (%v), want what is seen", b.Handle, err)
	}
}

func TestOnlyTheAdministratorOfTheSubtreeManages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Manual)
	foreign := w.User("海淀管理员", access.Administrator, "海淀区")

	officer := w.User("朝阳宣传专员", access.PressOfficer, "朝阳区")
	for name, c := range map[string]struct {
		actor access.Actor
		kind  fault.Kind
	}{"another district": {foreign, fault.KindNotFound}, "press officer": {officer, fault.KindForbidden}} {
		_, err := w.s.Update(w.Context(), c.actor, account.ID, w.draft("新名", "朝阳区", Manual))
		if !fault.Is(err, c.kind) {
			t.Errorf("%s updates: %v", name, err)
		}
		if _, err := w.s.SetState(w.Context(), c.actor, account.ID, Live, ""); !fault.Is(err, c.kind) {
			t.Errorf("%s sets the state: %v", name, err)
		}
	}
	if _, err := w.s.Find(w.Context(), foreign, account.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("another district finds it: %v", err)
	}
	if _, err := w.s.Create(
		w.Context(),
		foreign,
		w.draft("海淀环保示例", "朝阳区", Manual),
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("another district creates here: %v", err)
	}
}

func TestAListIsScopedAndFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("环保北京", "北京市环境保护局", Manual)
	b := w.account("朝阳环保示例", "朝阳区", Manual)
	c := w.account("海淀环保示例", "海淀区", Manual)

	officer := w.User("朝阳宣传专员", access.PressOfficer, "朝阳区")
	for name, q := range map[string]struct {
		actor access.Actor
		f     Filter
		want  []int64
	}{
		"administrator": {w.admin, Filter{}, []int64{account.ID, b.ID, c.ID}},
		"district":      {officer, Filter{}, []int64{b.ID}},
		"subtree":       {w.admin, Filter{UnitPath: w.Units["海淀区"].Path}, []int64{c.ID}},
		"query":         {w.admin, Filter{Query: "@示例"}, []int64{b.ID, c.ID}},
		"state":         {w.admin, Filter{States: []State{Live}}, nil},
		"ids":           {w.admin, Filter{IDs: []int64{account.ID, 999}}, []int64{account.ID}},
		"no right":      {w.admin, Filter{Permission: access.ReachView}, nil},
	} {
		list, err := w.s.List(w.Context(), q.actor, q.f)
		if err != nil {
			t.Fatal(err)
		}

		var got []int64
		for _, a := range list {
			got = append(got, a.ID)
		}
		if !equal(got, q.want) {
			t.Errorf("%s: %v, want %v", name, got, q.want)
		}
	}
}

func equal(a, b []int64) bool {
	if len(a) != len(b) {
		return false
	}

	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}

	return true
}

func TestARenameGoesIntoTheHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("环保北京", "北京市环境保护局", Manual)
	w.Advance(time.Hour)
	draft := w.draft("北京生态环境", "北京市环境保护局", Manual)
	draft.DisplayName = "北京生态环境"
	if _, err := w.s.Update(w.Context(), w.admin, account.ID, draft); err != nil {
		t.Fatal(err)
	}
	names, err := w.s.Names(w.Context(), w.admin, account.ID)
	if err != nil || len(names) != 2 || names[0].Handle != "北京生态环境" || names[1].Handle != "环保北京" {
		t.Errorf("history %+v, %v", names, err)
	}
	w.Advance(time.Hour)
	draft.MinGap = 5 * time.Minute
	account, err = w.s.Update(w.Context(), w.admin, account.ID, draft)
	if err != nil || account.MinGap != 5*time.Minute {
		t.Errorf("gap %v, %v", account.MinGap, err)
	}
	if names, _ := w.s.Names(w.Context(), w.admin, account.ID); len(names) != 2 {
		t.Errorf("a change of the gap made a name: %+v", names)
	}
}

func TestGoingLiveNeedsATokenAndATest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	_, err := w.s.SetState(w.Context(), w.admin, account.ID, Live, "")
	w.wantCode(err, fault.KindConflict, "no_token")
	if _, err := w.s.ImportToken(w.Context(), w.admin, account.ID, w.Weibo.Token("朝阳环保示例")); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.SetState(w.Context(), w.admin, account.ID, Live, "")
	w.wantCode(err, fault.KindConflict, "not_tested")
	if testReport, err := w.s.Test(w.Context(), w.admin, account.ID); err != nil || !testReport.Passed {
		t.Fatalf("test %+v, %v", testReport, err)
	}
	account, err = w.s.SetState(w.Context(), w.admin, account.ID, Live, "")
	if err != nil || account.State != Live {
		t.Fatalf("state %s, %v", account.State, err)
	}
	_, err = w.s.SetState(w.Context(), w.admin, account.ID, Live, "")
	w.wantCode(err, fault.KindConflict, "state_changed")
}

func TestALiveAccountKeepsItsInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("海淀环保示例", "海淀区", Manual)
	if _, err := w.s.SetState(w.Context(), w.admin, account.ID, Live, ""); err != nil {
		t.Fatalf("an account posted to by hand needs no token: %v", err)
	}
	if _, err := w.s.Update(
		w.Context(),
		w.admin,
		account.ID,
		w.draft("海淀环保示例", "海淀区", Public),
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("interface changed while live: %v", err)
	}
	if _, err := w.s.SetState(
		w.Context(),
		w.admin,
		account.ID,
		Suspended,
		" ",
	); !fault.Is(
		err,
		fault.KindInvalid,
	) {
		t.Errorf("suspended without a reason: %v", err)
	}
	if _, err := w.s.SetState(w.Context(), w.admin, account.ID, Suspended, "改用公开接口"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Update(w.Context(), w.admin, account.ID, w.draft("海淀环保示例", "海淀区", Public)); err != nil {
		t.Errorf("interface of a suspended account: %v", err)
	}
}

func TestAnotherInterfaceNeedsAnotherTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Public)
	if testReport, err := w.s.Test(
		w.Context(),
		w.admin,
		account.ID,
	); err != nil || !testReport.Passed ||
		!testReport.Unproven {
		t.Fatalf("test %+v, %v", testReport, err)
	}
	account, err := w.s.Update(w.Context(), w.admin, account.ID, w.draft("朝阳环保示例", "朝阳区", Commercial))
	if err != nil || account.TestedAt != nil {
		t.Errorf("tested at %v after the change, %v", account.TestedAt, err)
	}
}

func TestAClosedAccountIsOverAndItsTokenGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	account, err := w.s.SetState(w.Context(), w.admin, account.ID, Closed, "机构合并，账号注销")
	if err != nil || account.State != Closed || account.Token.State != TokenRevoked {
		t.Fatalf("closed %+v, %v", account, err)
	}
	if n := w.count("SELECT count(*) FROM credentials WHERE length(sealed) > 0"); n != 0 {
		t.Error("the token is still there")
	}
	if _, err := w.s.Update(
		w.Context(),
		w.admin,
		account.ID,
		w.draft("朝阳环保示例", "朝阳区", Manual),
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("a closed account was changed: %v", err)
	}
	if _, err := w.s.ImportToken(
		w.Context(),
		w.admin,
		account.ID,
		"2.00x",
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("a closed account was connected: %v", err)
	}
}

func TestTheUIDOfAConnectedAccountStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	if account.RemoteUID != "5600000006" {
		t.Fatalf("uid %q", account.RemoteUID)
	}
	draft := w.draft("朝阳环保示例", "朝阳区", Commercial)
	if a, err := w.s.Update(
		w.Context(),
		w.admin,
		account.ID,
		draft,
	); err != nil ||
		a.RemoteUID != "5600000006" {
		t.Errorf("an empty field changed the uid to %q, %v", a.RemoteUID, err)
	}
	draft.RemoteUID = "5600000007"
	if _, err := w.s.Update(w.Context(), w.admin, account.ID, draft); !fault.Is(err, fault.KindConflict) {
		t.Errorf("uid changed under a token: %v", err)
	}
}

func TestFeaturesAboveFindAccountsInOneStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, b := w.account("甲", "朝阳区", Manual), w.account("乙", "海淀区", Manual)
	err := w.DB.InTx(w.Context(), func(tx pg.Tx) error {
		found, err := FindManyTx(w.Context(), tx, []int64{account.ID, b.ID, 999})
		if err != nil || len(found) != 2 || found[b.ID].Handle != "乙" {
			t.Errorf("found %v, %v", found, err)
		}
		if none, err := FindManyTx(w.Context(), tx, nil); err != nil || len(none) != 0 {
			t.Errorf("nothing asked: %v, %v", none, err)
		}
		if _, err := FindTx(w.Context(), tx, 999); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("missing account: %v", err)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
