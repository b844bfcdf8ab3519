package parts

import (
	"testing"
	"time"

	"juzhen/internal/inspect"
	"juzhen/internal/web/page"
)

// TestTheAnswerOfABoard says who fails first; what fails is worse than what will, and a checklist that is
// wanting is named by itself and never given a day.
func TestTheAnswerOfABoard(t *testing.T) {
	t.Parallel()
	next := func(handles ...string) (out []inspect.Finding) {
		for _, handle := range handles {
			out = append(out, inspect.Finding{
				Account: inspect.Account{Handle: handle}, State: inspect.Soon, Left: 3,
				FailsOn: time.Date(2026, 12, 2, 16, 0, 0, 0, time.UTC),
			})
		}

		return out
	}

	for name, c := range map[string]struct {
		board inspect.Board
		tone  string
		worst inspect.State
		text  string
	}{
		"all is well": {
			inspect.Board{Next: next("甲")}, "good", inspect.OK,
			"如果不再做任何事，下一个不合格的是 @甲：2026-12-03，还有 3 天。",
		},
		"one looms": {
			inspect.Board{Next: next("甲"), Looming: 1}, "warn", inspect.Soon,
			"如果不再做任何事，下一个不合格的是 @甲：2026-12-03，还有 3 天。",
		},
		"more loom than fail next": {
			inspect.Board{Next: next("甲", "乙"), Looming: 5}, "warn", inspect.Soon,
			"如果不再做任何事，下一批不合格的是 @甲 等 2 个账号：2026-12-03，还有 3 天。即将不合格的共 5 个账号。",
		},
		"only checklists are wanting": {
			inspect.Board{By: map[inspect.State]int{inspect.Soon: 2}, Unseen: 2}, "warn", inspect.Soon,
			"互动功能待检查或有缺项的有 2 个账号。",
		},
		"some fail": {
			inspect.Board{By: map[inspect.State]int{inspect.Fail: 4}, Unseen: 1}, "bad", inspect.Fail,
			"现在不合格的有 4 个账号。互动功能待检查或有缺项的有 1 个账号。",
		},
	} {
		got := InspectionOf(page.Base{}, c.board)
		if got.Tone != c.tone || got.Worst != c.worst || got.Text != c.text {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
