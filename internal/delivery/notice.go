package delivery

import (
	"context"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// What this package tells people of beside its to-dos.
var (
	wordOut = notice.Word{
		Code: "post.out", Text: i18n.N("“{.title}”已发出，在 {.n} 个账号上"), Act: i18n.N("查看|动词"),
	}
	wordPaused = notice.Word{
		Code: "pause.begun", Text: i18n.N("{.name} 暂停了{.place}的发送：{.why}"), Act: i18n.N("查看|动词"),
	}
)

// NoticeWords are what this package tells people of beside its to-dos.
func NoticeWords() []notice.Word { return []notice.Word{wordOut, wordPaused} }

// PauseSubject is what a notice of a pause is about.
const PauseSubject = "pause"

// tellOut tells the writers of a post that it is out, once nothing of it is anything else than sent or
// cancelled.
func tellOut(ctx context.Context, tx pg.Tx, now time.Time, postID int64) error {
	var sent, left int
	err := tx.Pgx.QueryRow(ctx, `
SELECT count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state NOT IN ('sent', 'cancelled'))
FROM deliveries WHERE post_id = $1`, postID).Scan(&sent, &left)
	if err != nil || left > 0 || sent == 0 {
		return err
	}
	own, err := post.OwnTx(ctx, tx, []int64{postID})
	one, ok := own[postID]
	if err != nil || !ok { // a post without a writer: there is nobody to tell
		return err
	}

	return notice.TellTx(ctx, tx, now, one.Event(notice.Out, wordOut, map[string]any{
		"title": one.Title, "n": sent,
	}))
}

// tellPaused tells those who decide about deliveries at the place.
func tellPaused(ctx context.Context, tx pg.Tx, now time.Time, actor access.Actor, pause Pause) error {
	place := pause.UnitName
	if pause.AccountHandle != "" {
		place = "@" + pause.AccountHandle
	}
	event := notice.Event{
		Key:        pauseKey(pause.ID),
		Kind:       notice.Stop,
		Urgent:     true,
		Code:       wordPaused.Code,
		Args:       map[string]any{"name": actor.Name, "place": place, "why": pause.Reason},
		UnitPath:   pause.UnitPath,
		Permission: access.DeliveryDecide,
		Subject:    PauseSubject,
		SubjectID:  pause.ID,
		NotUsers:   []int64{actor.UserID},
	}

	return notice.TellTx(ctx, tx, now, event)
}

func pauseKey(id int64) string { return fmt.Sprintf("pause/%d", id) }
