package check

import (
	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// The acts on levels that the trail records.
var (
	acts audit.Declared

	actLevel        = acts.Declare("check.level", i18n.N("修改检查级别"))
	actLevelAsk     = acts.Declare("check.level_ask", i18n.N("申请修改检查级别"))
	actLevelConfirm = acts.Declare("check.level_confirm", i18n.N("确认检查级别"))
	actLevelStop    = acts.Declare("check.level_stop", i18n.N("阻止修改检查级别"))
)

// TrailActs are the acts that this package writes into the trail. They are about units.
func TrailActs() []audit.Act { return acts.All() }

// LevelSubject is what the to-dos are about.
const LevelSubject todo.Subject = "rule_level_change"

var (
	matters todo.Declared

	todoLevel = matters.Declare(todo.Matter{
		Code:       "check.level",
		Kind:       todo.KindConfirm,
		Subject:    LevelSubject,
		Permission: access.LexiconConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("{.who} 申请修改 {.unit} 的检查级别：{.what}。请作为第二人确认或阻止"),
		Act:        i18n.N("核对并确认"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
