package account

import (
	"testing"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
)

// TestWhoseAnAccountIsComparedEveryTime is the rule as a table: an account under one name, with one
// uid, and a token of one user of the platform; whichever of the three somebody changes, it is compared
// with the others.
func TestWhoseAnAccountIsComparedEveryTime(t *testing.T) {
	t.Parallel()
	const mine, other = "朝阳环保示例", "海淀环保示例"
	const myUID, otherUID = "5600000006", "5600000007"
	update := func(change func(*Draft)) func(w *world, account Account) error {
		return func(w *world, account Account) error {
			draft := w.draft(account.Handle, "朝阳区", Commercial)
			change(&draft)
			_, err := w.s.Update(w.Context(), w.admin, account.ID, draft)

			return err
		}
	}
	imported := func(handle, uid string) func(w *world, account Account) error {
		return func(w *world, account Account) error {
			_, err := w.s.ImportTokenOf(w.Context(), w.admin, account.ID, w.Weibo.Token(handle), uid)
			return err
		}
	}
	type want struct {
		kind fault.Kind
		code string
	}
	taken := want{}

	for name, tc := range map[string]struct {
		before func(w *world, account Account) // makes the account what it is before the act; it is connected
		do     func(w *world, account Account) error
		want   want
	}{
		"another uid under a token": {nil,
			update(func(draft *Draft) { draft.RemoteUID = otherUID }), want{fault.KindConflict, "conflict"}},
		"the same uid": {nil,
			update(func(draft *Draft) { draft.RemoteUID = myUID }), taken},
		"another uid, the token revoked": {revoked,
			update(func(draft *Draft) { draft.RemoteUID = otherUID }), taken},
		"a token of another uid": {nil, imported(other, ""),
			want{fault.KindConflict, "foreign_user"}},
		"a token of another uid, which is said to be its own": {nil, imported(other, otherUID),
			want{fault.KindConflict, "foreign_user"}},
		"its own token, said to be of another": {nil, imported(mine, otherUID),
			want{fault.KindInvalid, "foreign_user"}},
		"its own token": {nil, imported(mine, myUID), taken},
		"a token of the new uid, under the old name": {func(w *world, account Account) {
			revoked(w, account)
			w.update("UPDATE accounts SET remote_uid = $1 WHERE id = $2", otherUID, account.ID)
		}, imported(other, ""), want{fault.KindConflict, "foreign_user"}},

		"another name than the platform's": {nil,
			update(func(draft *Draft) { draft.Handle = "朝阳生态环境" }), want{fault.KindInvalid, "foreign_user"}},
		"somebody else's name": {nil,
			update(func(draft *Draft) { draft.Handle = other }), want{fault.KindInvalid, "foreign_user"}},
		"the platform's name, where another was kept": {renamed,
			update(func(draft *Draft) { draft.Handle = mine }), taken},
		"another name, nobody is authorised": {revoked,
			update(func(draft *Draft) { draft.Handle = "朝阳生态环境" }), taken},
		"another name, the platform takes the token no more": {refused,
			update(func(draft *Draft) { draft.Handle = "朝阳生态环境" }), taken},
		"another name, the platform is away": {away,
			update(func(draft *Draft) { draft.Handle = "朝阳生态环境" }), want{fault.KindUnavailable, "weibo_0"}},
		"the same name, the platform is away": {away,
			update(func(draft *Draft) { draft.DisplayName = "朝阳" }), taken},
		"another name and another uid": {nil,
			update(func(draft *Draft) { draft.Handle, draft.RemoteUID = other, otherUID }),
			want{fault.KindInvalid, "foreign_user"}},
		"the platform's name again, after the clock ended it all": {expired,
			update(func(draft *Draft) { draft.Handle = "朝阳生态环境" }), taken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			account := w.connected(mine, "朝阳区", Commercial)
			if tc.before != nil {
				tc.before(w, account)
			}
			before, err := w.s.Find(t.Context(), w.admin, account.ID)
			if err != nil {
				t.Fatal(err)
			}
			err = tc.do(w, before)
			if tc.want == taken {
				if err != nil {
					t.Errorf("refused: %v", err)
				}

				return
			}
			if !fault.Is(err, tc.want.kind) || fault.Public(err).Code != tc.want.code {
				t.Errorf(
					"got %v (%s), want kind %d, %s",
					err,
					fault.Public(err).Code,
					tc.want.kind,
					tc.want.code,
				)
			}
			after, err := w.s.Find(t.Context(), w.admin, account.ID)
			if err != nil || after.Handle != before.Handle || after.RemoteUID != before.RemoteUID ||
				after.Token.RemoteUID != before.Token.RemoteUID {
				t.Errorf("refused and changed: %+v (%v)", after, err)
			}
		})
	}
}

func revoked(w *world, account Account) {
	if _, err := w.s.RevokeToken(w.Context(), w.admin, account.ID, "换人"); err != nil {
		w.Fatal(err)
	}
}

// renamed leaves the account under a name that the platform does not know any more.
func renamed(w *world, account Account) {
	w.update("UPDATE accounts SET handle = '旧名示例' WHERE id = $1", account.ID)
}

func refused(w *world, _ Account) { w.Weibo.RevokeTokens("朝阳环保示例") }

func expired(w *world, _ Account) { w.Advance(20 * 365 * 24 * time.Hour) }

func away(w *world, _ Account) {
	w.Weibo.Fault(sandbox.Fault{Call: "users/show", Kind: sandbox.FaultStatus})
}

func (w *world) update(sql string, args ...any) {
	w.Helper()
	if _, err := w.DB.Pool().Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}
