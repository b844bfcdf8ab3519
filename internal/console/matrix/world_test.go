package matrix_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/matrix"
	"juzhen/internal/e2e/stage/pages"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	w := pages.New(t, now, func(p *pages.Pages) {
		matrix.Register(p.Kit, matrix.Deps{Org: p.Org, Accounts: p.Accounts, Reach: p.Reach})
	})
	w.Person("district admin", access.Administrator, "朝阳区")

	return w
}

func at(id int64, more string) string { return fmt.Sprintf("/matrix/accounts/%d%s", id, more) }
