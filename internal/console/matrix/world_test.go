package matrix_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/matrix"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/inbox"
	"juzhen/internal/push"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	w := pages.New(t, now, func(p *pages.Pages) {
		matrix.Register(p.Kit, matrix.Deps{Org: p.Org, Accounts: p.Accounts, Reach: p.Reach, Push: pushes(p)})
	})
	w.Person("district admin", access.Administrator, "朝阳区")

	return w
}

func at(id int64, more string) string { return fmt.Sprintf("/matrix/accounts/%d%s", id, more) }

// pushes are push addresses below an address that nobody listens at.
func pushes(p *pages.Pages) *push.Service {
	reading := inbox.New(p.DB, inbox.Options{Weibo: p.Client, Reading: p.Reach, Now: p.Now})

	return push.New(p.DB, push.Options{
		Inbox: reading, Box: p.Box, Now: p.Now, Clock: p.Now, URL: "https://push.example.gov.cn",
	})
}
