package parts

import (
	"strings"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/inspect"
	"juzhen/internal/web/page"
)

// Inspection answers who fails, on which day, if nothing is done.
type Inspection struct {
	Tone  string // "bad", "warn" or "good", as banners have it
	Icon  string
	Text  string // in the reader's language
	Worst inspect.State
}

// InspectionOf writes the answer of a board with accounts.
func InspectionOf(base page.Base, board inspect.Board) Inspection {
	out := Inspection{"good", "circle-check", "", inspect.OK}
	var said []string

	switch {
	case board.By[inspect.Fail] > 0:
		out = Inspection{"bad", "circle-x", "", inspect.Fail}
		said = append(said, base.T("现在不合格的有 {.n} 个账号。", "n", board.By[inspect.Fail]))
	case board.Looming+board.Unseen > 0:
		out = Inspection{"warn", "alert-triangle", "", inspect.Soon}
	}

	if len(board.Next) > 0 {
		first := board.Next[0]
		text := i18n.N("如果不再做任何事，下一个不合格的是 {.account}：{.day}，还有 {.n} 天。")
		if len(board.Next) > 1 {
			text = i18n.N("如果不再做任何事，下一批不合格的是 {.account} 等 {.all} 个账号：{.day}，还有 {.n} 天。")
		}
		said = append(said, base.T(text, "account", first.At(), "all", len(board.Next),
			"day", beijing.Date(first.FailsOn), "n", first.Left))
	}
	if board.Looming > len(board.Next) {
		said = append(said, base.T("即将不合格的共 {.n} 个账号。", "n", board.Looming))
	}
	if board.Unseen > 0 {
		said = append(said, base.T("互动功能待检查或有缺项的有 {.n} 个账号。", "n", board.Unseen))
	}
	blank := ""
	if base.Lang == i18n.English {
		blank = " "
	}
	out.Text = strings.Join(said, blank)

	return out
}
