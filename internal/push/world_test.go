package push

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/inbox"
	"juzhen/internal/plan"
	"juzhen/internal/reach"
	"juzhen/internal/sandbox"
)

const (
	handle = "安静市局"
	secret = "xyz123xyz"
)

// world is one account with a push address that the imitation Weibo pushes to, at ten on a Monday morning.
type world struct {
	*stage.Stage
	s        *Service
	inbox    *inbox.Service
	accounts *account.Service
	a        account.Account
	made     Addresses

	admin, boss, officer access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	limits := sandbox.DocumentedLimits()
	w := &world{Stage: stage.New(t, time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC), sandbox.Options{
		Limits: &limits,
	})}
	w.must(w.Weibo.AddAccount(sandbox.Account{UID: 5800000001, Handle: handle}))
	w.accounts = account.New(w.DB, w.Box, w.Client, account.Options{
		AppKey: sandbox.DemoAppKey, Now: w.Now, Watch: AccountChangedTx,
	})
	quiet := slog.New(slog.DiscardHandler)
	w.inbox = inbox.New(w.DB, inbox.Options{
		Weibo: w.Client, Now: w.Now, Log: quiet,
		Reading:    reach.New(w.DB, w.Client, w.accounts, reach.Options{Now: w.Now, Log: quiet}),
		Plan:       plan.New(w.DB, plan.Options{Now: w.Now}),
		Deliveries: delivery.New(w.DB, delivery.Options{Now: w.Now}),
	})
	w.s = New(w.DB, Options{Inbox: w.inbox, Box: w.Box, Now: w.Now, Clock: w.Now, Log: quiet})
	server := httptest.NewServer(w.s.Handler())
	t.Cleanup(server.Close)
	w.s.opt.URL = server.URL

	w.Unit("市局", "", "bureau")
	w.Unit("朝阳区", "市局", "district")
	w.admin = w.User("管理员", access.Administrator, "市局")
	w.boss = w.User("主管", access.Supervisor, "市局")
	w.officer = w.User("专员", access.PressOfficer, "市局")
	var err error
	w.a, err = w.accounts.Create(t.Context(), w.admin, account.Draft{
		UnitID: w.Units["市局"].UnitID, Handle: handle, Seat: account.Main, Connector: account.Commercial,
	})
	w.must(err)
	w.a, err = w.accounts.ImportToken(t.Context(), w.admin, w.a.ID, w.Weibo.Token(handle))
	w.must(err)
	w.open(secret)
	w.Weibo.PushTo(handle, w.made.Fans, secret)

	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// open makes a new address of the account.
func (w *world) open(secret string) {
	w.Helper()
	made, err := w.s.Make(w.Context(), w.admin, w.a.ID, w.address().Revision, secret)
	w.must(err)
	w.made = made
}

func (w *world) address() Address {
	w.Helper()
	found, err := w.s.Find(w.Context(), w.admin, w.a.ID)
	w.must(err)

	return found
}

// writes has a citizen write, and gives how the push was answered.
func (w *world) writes(letter sandbox.Letter) sandbox.Delivered {
	w.Helper()
	letter.Account = handle
	done, err := w.Weibo.Write(letter)
	w.must(err)

	return done
}

// texts are all words of citizens that are in the inbox.
func (w *world) texts() map[string]int {
	w.Helper()
	rows, err := w.DB.Pool().Query(w.Context(), "SELECT text FROM inbox_items WHERE thing = 'message'")
	w.must(err)
	defer rows.Close()
	texts := map[string]int{}

	for rows.Next() {
		var text string
		w.must(rows.Scan(&text))
		texts[text]++
	}
	w.must(rows.Err())

	return texts
}

func token(address string) string { return address[strings.LastIndex(address, "/")+1:] }
