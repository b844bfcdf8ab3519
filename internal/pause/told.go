package pause

import (
	"context"
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
)

var wordPaused = notice.Word{
	Code: "pause.begun", Text: i18n.N("{.name} 暂停了{.place}的发送：{.why}"), Act: i18n.N("查看|动词"),
}

// NoticeWords are what this package tells people of.
func NoticeWords() []notice.Word { return []notice.Word{wordPaused} }

// NoticeSubject is what a notice of a pause is about.
const NoticeSubject = "pause"

// TrailSubjects are what the entries about pauses are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "pause", Text: i18n.N("暂停|对象"), NameSQL: `SELECT coalesce('@' || a.handle, u.name)
			FROM pauses p JOIN units u ON u.id = p.unit_id LEFT JOIN accounts a ON a.id = p.account_id
			WHERE p.id = e.number`},
	}
}

// Ref names the pause in the trail and among the notices.
func (p Pause) Ref() string { return fmt.Sprintf("pause/%d", p.ID) }

// tell tells those who decide about deliveries at the place.
func tell(ctx context.Context, act access.Act, pause Pause) error {
	place := pause.UnitName
	if pause.AccountHandle != "" {
		place = "@" + pause.AccountHandle
	}
	event := notice.Event{
		Key:        pause.Ref(),
		Kind:       notice.Stop,
		Urgent:     true,
		Code:       wordPaused.Code,
		Args:       map[string]any{"name": act.Actor.Name, "place": place, "why": pause.Reason},
		UnitPath:   pause.UnitPath,
		Permission: access.DeliveryDecide,
		Subject:    NoticeSubject,
		SubjectID:  pause.ID,
		NotUsers:   []int64{act.Actor.UserID},
	}

	return notice.TellTx(ctx, act.Tx, act.Now, event)
}
