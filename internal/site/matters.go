package site

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is the site: there is one.
const TodoSubject todo.Subject = "site"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoConfirm = matters.Declare(todo.Matter{
		Code:       "site.confirm",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.SiteManage,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 申请公开微官网，请确认"),
		Act:        i18n.N("查看并确认"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
