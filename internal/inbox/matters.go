package inbox

import (
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// What to-dos are about: a matter, and the inbox of an account. Both are named by their number alone: what
// was said, and by whom, never stands in a to-do or a notice.
const (
	TodoMatter  todo.Subject = "inbox"
	TodoAccount todo.Subject = "inbox_account"
)

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoAssigned = matters.Declare(todo.Matter{
		Code:       "inbox.assigned",
		Kind:       todo.KindInbox,
		Subject:    TodoMatter,
		Permission: access.InboxAnswer,
		Tone:       todo.Notice,
		Text:       i18n.N("{.account}：市民互动第 {.id} 件由您办理"),
		Act:        i18n.N("办理|动词"),
	})
	todoDenied = matters.Declare(todo.Matter{
		Code:       "inbox.denied",
		Kind:       todo.KindConfirm,
		Subject:    TodoMatter,
		Permission: access.InboxAnswer,
		Tone:       todo.Warning,
		Text:       i18n.N("请作为第二人到微博上核对：{.account} 对第 {.id} 件市民互动的答复是否没有发出"),
		Act:        i18n.N("核对并确认"),
	})
	todoOverdue = matters.Declare(todo.Matter{
		Code:       "inbox.overdue",
		Kind:       todo.KindInbox,
		Subject:    TodoAccount,
		Permission: access.InboxAnswer,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：有市民互动超过答复时限"),
		Act:        i18n.N("查看|动词"),
	})
	todoMessages = matters.Declare(todo.Matter{
		Code:       "inbox.messages",
		Kind:       todo.KindInbox,
		Subject:    TodoAccount,
		Permission: access.InboxAnswer,
		Tone:       todo.Notice,
		Text:       i18n.N("{.account}：微博上有未读私信，接口读不到，请到微博查看"),
		Act:        i18n.N("查看|动词"),
	})
	todoBehind = matters.Declare(todo.Matter{
		Code:       "inbox.behind",
		Kind:       todo.KindInbox,
		Subject:    TodoAccount,
		Permission: access.InboxAnswer,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：微博上的评论或 @ 比本台读到的多，请到微博查看"),
		Act:        i18n.N("查看|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// assigned is what the matter waits for once somebody has it; false where it waits for nobody.
func (m Matter) assigned() (todo.Item, bool) {
	if m.State != Assigned || m.OwnerID == nil {
		return todo.Item{}, false
	}

	return todo.Item{
		Matter: todoAssigned, Key: ownerKey(m.ID, *m.OwnerID), UnitPath: m.UnitPath,
		SubjectID: m.ID, OnlyUsers: []int64{*m.OwnerID}, DueAt: m.DueAt,
		Args: map[string]any{"account": m.At(), "id": m.ID},
	}, true
}

// secondItem asks for a second person who looks whether an answer of the matter is not out.
func (m Matter) secondItem(answerID, denier int64) todo.Item {
	return todo.Item{
		Matter: todoDenied, Key: deniedKey(answerID), UnitPath: m.UnitPath, SubjectID: m.ID, NotUser: denier,
		Args: map[string]any{"account": m.At(), "id": m.ID},
	}
}

func deniedKey(answerID int64) string { return fmt.Sprintf("inbox/answer/%d/denied", answerID) }

func ownerKey(id, owner int64) string { return fmt.Sprintf("inbox/%d/%d", id, owner) }

// accountItem is what waits at the inbox of an account.
func accountItem(matter todo.Matter, accountID int64, path, at string) todo.Item {
	return todo.Item{
		Matter: matter, Key: accountKey(matter, accountID), UnitPath: path, SubjectID: accountID,
		Args: map[string]any{"account": at},
	}
}

func accountKey(matter todo.Matter, accountID int64) string {
	return fmt.Sprintf("%s/%d", matter.Code, accountID)
}
