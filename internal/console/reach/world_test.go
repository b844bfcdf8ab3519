package reach_test

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/access"
	reachpages "juzhen/internal/console/reach"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/inbox"
	"juzhen/internal/peer"
	"juzhen/internal/score"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()
	w := pages.New(t, now, func(p *pages.Pages) {
		reachpages.Register(p.Kit, reachpages.Deps{
			Units: p.Org, Reach: p.Reach, Now: p.Now,
			Scores: score.New(p.DB, p.Reach, inbox.New(p.DB, inbox.Options{Now: p.Now}), p.Now),
			Peers:  peer.New(p.DB, p.Reach, p.Now),
		})
	})
	w.Person("reviewer", access.Reviewer, "朝阳区")

	return w
}

func at(id int64, more string) string { return fmt.Sprintf("/reach/accounts/%d%s", id, more) }
