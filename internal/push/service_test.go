package push

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
)

// TestWhatIsPushedIsThereOnce pushes some hundred letters of all sorts, several at a time: each that was
// accepted is there once, none that was accepted is lost, none that is not the platform's is there.
func TestWhatIsPushedIsThereOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	if !w.Weibo.Verify(handle) {
		t.Fatal("the address is not found to be ours")
	}
	sorts := []sandbox.LetterSort{
		sandbox.Plain, sandbox.Plain, sandbox.Plain, sandbox.Repeated, sandbox.Forged, sandbox.Stale,
		sandbox.Astray, sandbox.Bulky, sandbox.Reused,
	}
	good := map[sandbox.LetterSort]bool{sandbox.Plain: true, sandbox.Repeated: true, sandbox.Reused: true}
	dice := rand.New(rand.NewPCG(7, 7))
	want, refused := map[string]int{}, 0
	var group sync.WaitGroup
	slots := make(chan struct{}, 6)

	for n := range 300 {
		letter := sandbox.Letter{
			Account: handle, From: fmt.Sprint("市民", dice.IntN(20)), Text: fmt.Sprint("来信 ", n),
			Ago: sandbox.Duration(time.Duration(dice.IntN(3600)) * time.Second), Sort: sorts[n%len(sorts)],
		}
		if good[letter.Sort] {
			want[letter.Text] = 1
		}
		if letter.Sort != sandbox.Plain && letter.Sort != sandbox.Repeated {
			refused++
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			done, err := w.Weibo.Write(letter)
			if ok := letter.Sort == sandbox.Plain || letter.Sort == sandbox.Repeated; err != nil ||
				(done.Status == http.StatusOK) != ok || ok && done.Tries != 1 {
				t.Errorf("%s %q: %+v, %v", letter.Text, letter.Sort, done, err)
			}
		})
	}
	group.Wait()

	if got := w.texts(); !maps.Equal(got, want) {
		t.Errorf("%d texts, want %d: %v", len(got), len(want), got)
	}
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM inbox_matters"); n != 20 {
		t.Errorf("%d matters of 20 citizens", n)
	}

	found, counted := w.address(), int64(0)
	for _, one := range found.Refusals {
		counted += one.N
	}
	if counted != int64(3*refused) || found.Taken == 0 || found.TakenAt == nil || found.VerifiedAt == nil {
		t.Errorf("%d refusals, want %d of three tries: %+v", counted, refused, found)
	}
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM push_refusals"); n > len(Reasons()) {
		t.Errorf("refusals have %d rows", n)
	}
}

// TestWhatIsRefusedSaysWhy by a number that the platform can do something with.
func TestWhatIsRefusedSaysWhy(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for sort, want := range map[sandbox.LetterSort]struct {
		status int
		reason Reason
	}{
		sandbox.Forged: {403, BadSignature},
		sandbox.Stale:  {403, BadTime},
		sandbox.Astray: {403, BadReceiver},
		sandbox.Bulky:  {413, TooLarge},
		sandbox.Reused: {403, Replayed},
	} {
		w.Advance(time.Second)
		done := w.writes(sandbox.Letter{From: "老张", Text: "在吗", Sort: sort})
		found := w.address().Refusals
		if len(found) == 0 || found[0].Reason != want.reason || found[0].N != 3 ||
			!found[0].LastAt.Equal(w.Now()) ||
			done.Status != want.status {
			t.Errorf("%s: %+v, %+v", sort, done, found)
		}
	}
	if got := w.texts(); got["在吗"] != 1 || len(got) != 1 {
		t.Errorf("there is %v", got)
	}
}

// TestALostAnswerIsPushedAgain: while the database is away nothing is accepted.
func TestWithoutTheDatabaseNothingIsAccepted(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.Exec("ALTER TABLE inbox_items RENAME TO away")
	if done := w.writes(sandbox.Letter{From: "老张", Text: "在吗"}); done.Status != 503 || done.Tries != 3 {
		t.Errorf("away: %+v", done)
	}
	w.Exec("ALTER TABLE away RENAME TO inbox_items")
	if done := w.writes(sandbox.Letter{From: "老张", Text: "在吗"}); done.Status != 200 || w.texts()["在吗"] != 1 {
		t.Errorf("back: %+v", done)
	}
}

// TestAnAddressIsTheAdministrators, one at a time, and its token and secret stand nowhere.
func TestAnAddressIsTheAdministrators(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for _, actor := range []access.Actor{w.boss, w.officer} {
		if _, err := w.s.Make(t.Context(), actor, w.a.ID, 1, ""); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s makes one: %v", actor.Name, err)
		}
		if err := w.s.Revoke(t.Context(), actor, w.a.ID, 1, ""); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s revokes: %v", actor.Name, err)
		}
	}
	if _, err := w.s.Make(t.Context(), w.admin, w.a.ID, 0, ""); !fault.Is(err, fault.KindConflict) {
		t.Errorf("an old page makes one: %v", err)
	}
	if _, err := w.s.Make(t.Context(), w.admin, w.a.ID, 1, "a b"); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a secret with a blank: %v", err)
	}

	for _, table := range []string{"push_addresses", "audit_entries"} {
		all := stage.One[string](w.Stage, "SELECT string_agg(to_jsonb(t)::text, ' ') FROM "+table+" t")
		if strings.Contains(all, token(w.made.Fans)) || strings.Contains(all, secret) ||
			strings.Contains(all, fmt.Sprintf("%x", secret)) {
			t.Errorf("%s holds a secret: %s", table, all)
		}
	}

	before := w.made
	w.open("") // the secret stays
	if w.made == before || w.Weibo.Verify(handle) {
		t.Error("the old address is answered still")
	}
	w.Weibo.PushTo(handle, w.made.Fans, secret)
	if !w.Weibo.Verify(handle) || w.writes(sandbox.Letter{Text: "新地址"}).Status != 200 {
		t.Error("the new one is not")
	}
	w.must(w.s.Revoke(t.Context(), w.admin, w.a.ID, 2, "换平台"))
	if done := w.writes(sandbox.Letter{Text: "太晚"}); done.Status != 404 || w.address().Open {
		t.Errorf("revoked, it answers %+v", done)
	}
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM push_addresses WHERE sealed <> ''"); n != 0 {
		t.Error("the secret is still there")
	}
	if got := stage.One[string](w.Stage, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entries
		WHERE starts_with(action, 'push.')`); got != "push.make push.make push.revoke" {
		t.Errorf("the trail has %s", got)
	}

	w.open("") // none is kept
	w.Weibo.PushTo(handle, w.made.Fans, secret)
	if done := w.writes(sandbox.Letter{Text: "没有密钥"}); done.Status != 403 ||
		w.address().Refusals[0].Reason != NoSecret {
		t.Errorf("without a secret it answers %+v", done)
	}
	_, err := w.accounts.SetState(t.Context(), w.admin, w.a.ID, account.Closed, "停更")
	w.must(err)
	if done := w.writes(sandbox.Letter{Text: "关停"}); done.Status != 404 || w.address().Open {
		t.Errorf("closed, it answers %+v", done)
	}
}

// TestTheSecretIsNoToken: what is sealed for the one opens as nothing else, and goes along to a new key.
func TestTheSecretIsNoToken(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	sealed := seal.Sealed{
		KeyID: w.Box.KeyID(), Data: stage.One[[]byte](w.Stage, "SELECT sealed FROM push_addresses"),
	}
	if _, err := w.Box.Open("credential", fmt.Sprint("credential/", w.a.ID), sealed); err == nil {
		t.Error("it opens as a token")
	}
	moved, lost, err := Reseal(t.Context(), w.DB, stage.Box(t, 9, 7), w.Now(), access.System("test"))
	if err != nil || moved != 1 || lost != 0 {
		t.Fatalf("%d moved, %d lost, %v", moved, lost, err)
	}
	w.s.opt.Box = stage.Box(t, 9)
	if done := w.writes(sandbox.Letter{Text: "新主密钥"}); done.Status != 200 {
		t.Errorf("under the new key alone: %+v", done)
	}
}

// TestThePartnerPushAsksSoon, and is believed nothing.
func TestThePartnerPushAsksSoon(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	_, err := w.inbox.Due(t.Context())
	w.must(err)
	w.must(w.inbox.Poll(t.Context(), w.a.ID))
	w.Advance(6 * time.Minute)

	post := func(body string) int {
		res, err := http.Post(w.made.Partner, "application/json", strings.NewReader(body))
		w.must(err)
		w.must(res.Body.Close())

		return res.StatusCode
	}
	if status := post(`{"id": 1, "text": "假的评论` + "\x00" + `"}`); status != 200 {
		t.Fatalf("answered %d", status)
	}
	if next := stage.One[time.Time](w.Stage, "SELECT next_at FROM inbox_watches"); next.After(w.Now()) {
		t.Errorf("asked again at %v", next)
	}
	if n := stage.One[int](w.Stage, "SELECT count(*) FROM inbox_items"); n != 0 {
		t.Errorf("%d things are believed", n)
	}
	if status := post(strings.Repeat("x", MaxBody+1)); status != 413 {
		t.Errorf("too large: %d", status)
	}

	for range mostHints + 5 {
		post("{}")
	}
	count := "SELECT count(*) FROM push_hints"
	if n := stage.One[int](w.Stage, count); n != mostHints || w.address().Hinted != mostHints+6 {
		t.Errorf("%d are kept of %d", n, w.address().Hinted)
	}
	w.must(w.s.Sweep(t.Context()))
	if n := stage.One[int](w.Stage, count); n != mostHints {
		t.Errorf("swept too early: %d", n)
	}
	w.Advance(7*24*time.Hour + time.Second)
	w.must(w.s.Sweep(t.Context()))
	if n := stage.One[int](w.Stage, count+" "); n != 0 {
		t.Errorf("%d are kept for longer than a week", n)
	}
}

// listened are the routes of the listener, typed by hand: who may, and what an unknown sender is told. There
// is no route for people, and none more.
var listened = []struct {
	route, may string
	status     int
}{
	{"GET /push/weibo/fans/{token}", "open: the token of the account, and the signature", 403},
	{"POST /push/weibo/fans/{token}", "open: the token of the account, and the signature", 403},
	{"POST /push/weibo/partner/{token}", "open: the token of the account", 200},
}

// TestTheListenerAnswersThePlatformAlone: a wrong token is nothing there, a right one without a signature is
// refused, no other address is answered, and no log holds a token.
func TestTheListenerAnswersThePlatformAlone(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	var log bytes.Buffer
	w.s.opt.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ask := func(method, path string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, w.s.opt.URL+path, strings.NewReader("{}"))
		w.must(err)
		res, err := http.DefaultClient.Do(req)
		w.must(err)
		w.must(res.Body.Close())

		return res.StatusCode
	}
	if len(listened) != len(Routes()) {
		t.Fatalf("%d routes, %d rows", len(Routes()), len(listened))
	}

	for n, row := range listened {
		if Routes()[n] != row.route {
			t.Errorf("no row of %s", Routes()[n])
		}
		method, path, _ := strings.Cut(row.route, " ")
		if got := ask(method, strings.Replace(path, "{token}", token(w.made.Fans), 1)); got != row.status {
			t.Errorf("%s without a signature: %d, want %d", row.route, got, row.status)
		}

		for _, wrong := range []string{newToken(), "x", strings.ToUpper(token(w.made.Fans))} {
			if got := ask(method, strings.Replace(path, "{token}", wrong, 1)); got != 404 {
				t.Errorf("%s with a wrong token: %d", row.route, got)
			}
		}
	}

	for _, other := range []string{
		"GET /", "GET /signin", "GET /healthz", "GET /metrics", "GET /api/v1/me", "GET /push",
		"GET /push/weibo/fans/", "POST /push/weibo/else/" + token(w.made.Fans),
	} {
		method, path, _ := strings.Cut(other, " ")
		if got := ask(method, path); got != 404 {
			t.Errorf("%s: %d", other, got)
		}
	}
	if got := ask("GET", "/push/weibo/partner/"+token(w.made.Fans)); got != 405 {
		t.Errorf("the partner push is asked for: %d", got)
	}
	if log.Len() == 0 || strings.Contains(log.String(), token(w.made.Fans)) {
		t.Errorf("the log has %s", log.String())
	}
}

// TestTheWindowIsToldByEvents through the listener.
func TestTheWindowIsToldByEvents(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.writes(sandbox.Letter{From: "老张", Text: "在吗"})
	w.Advance(time.Hour)
	w.writes(
		sandbox.Letter{From: "老张", Type: "event", Text: "菜单", Data: map[string]string{"subtype": "click"}},
	)
	page, err := w.inbox.List(t.Context(), w.officer, inbox.Query{Source: inbox.FromMessage})
	w.must(err)
	if len(page.Rows) != 1 || page.Rows[0].Items != 1 {
		t.Fatalf("there is %+v", page.Rows)
	}
	window := func() inbox.Window {
		found, err := w.inbox.Window(t.Context(), w.officer, page.Rows[0])
		w.must(err)

		return found
	}
	if got := window(); !got.Until().Equal(w.Now().Truncate(time.Second).Add(48*time.Hour - time.Minute)) {
		t.Errorf("open until %v", got.Until())
	}
	w.writes(sandbox.Letter{
		From: "老张", Type: "event", Text: "取消关注", Data: map[string]string{"subtype": "unfollow"},
	})
	if got := window(); got.Until() != nil {
		t.Errorf("gone, open until %v", got.Until())
	}
}

// TestOneCitizenAtOnce: whatever comes at one time of one citizen is one matter, and nothing is to be pushed
// again for it.
func TestOneCitizenAtOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	var group sync.WaitGroup

	for n := range 12 {
		group.Go(func() {
			done, err := w.Weibo.Write(sandbox.Letter{
				Account: handle, From: "老张", Type: "mention", Text: fmt.Sprint("第 ", n),
			})
			if err != nil || done != (sandbox.Delivered{Status: 200, Tries: 1}) {
				t.Errorf("%d: %+v, %v", n, done, err)
			}
		})
	}
	group.Wait()

	matters := stage.One[int](w.Stage, "SELECT count(*) FROM inbox_matters")
	if matters != 1 || len(w.texts()) != 12 {
		t.Errorf("%d matters, %d texts", matters, len(w.texts()))
	}
}
