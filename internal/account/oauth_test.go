package account

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/sandbox"
)

func TestAnAccountIsAuthorisedThroughThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	page := w.begun(account)
	if page.Query().Get("redirect_uri") != callback || page.Query().Get("client_id") != sandbox.DemoAppKey {
		t.Fatalf("page %s", page)
	}
	state, code := w.walk(page, "朝阳环保示例")
	got, err := w.s.FinishOAuth(w.Context(), w.admin, state, code)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != account.ID || got.RemoteUID != "5600000006" || got.Token.Origin != ByOAuth ||
		got.Token.At(w.Now()) != TokenValid ||
		got.Token.ObtainedBy != "系统管理员" {
		t.Errorf("connected %+v", got)
	}
	_, err = w.s.FinishOAuth(w.Context(), w.admin, state, code)
	w.wantCode(err, fault.KindConflict, "oauth_state")
}

func TestTheWrongUserOnThePageIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	state, code := w.agreed(account, "海淀环保示例")
	_, err := w.s.FinishOAuth(w.Context(), w.admin, state, code)
	w.wantCode(err, fault.KindConflict, "foreign_user")
	if text := fault.Public(err).
		Plain(); !strings.Contains(text, "@海淀环保示例") ||
		!strings.Contains(text, "UID 5600000006") {
		t.Errorf("the text names not both: %s", text)
	}
}

func TestAStateBelongsToItsSessionAndItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	start := func() string {
		t.Helper()
		return w.begun(account).Query().Get("state")
	}
	other := w.admin
	other.SessionID++
	state := start()
	_, err := w.s.FinishOAuth(w.Context(), other, state, "code")
	w.wantCode(err, fault.KindConflict, "oauth_state")
	_, err = w.s.FinishOAuth(w.Context(), w.admin, state, "code")
	w.wantCode(err, fault.KindConflict, "oauth_state") // the try of the other session used it up
	state = start()
	w.Advance(stateLife + time.Second)
	_, err = w.s.FinishOAuth(w.Context(), w.admin, state, "code")
	w.wantCode(err, fault.KindConflict, "oauth_state")
	start()
	if n := w.count("SELECT count(*) FROM oauth_states"); n != 1 {
		t.Errorf("%d states are kept, want the last only", n)
	}
}

func TestADeniedAuthorisationChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	_, err := w.s.FinishOAuth(w.Context(), w.admin, w.begun(account).Query().Get("state"), "")
	w.wantCode(err, fault.KindConflict, "oauth_denied")
	if _, err := w.s.Token(w.Context(), account.ID); err == nil {
		t.Error("there is a token")
	}
}

func TestOnlyWhoManagesAnAccountConnectsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	officer := w.User("朝阳宣传专员", access.PressOfficer, "朝阳区")
	if _, err := w.s.StartOAuth(w.Context(), officer, account.ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a press officer connects: %v", err)
	}
	if _, err := w.s.StartOAuth(
		w.Context(),
		w.User("海淀管理员", access.Administrator, "海淀区"),
		account.ID,
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("another district connects: %v", err)
	}
}
