package lexicon

import (
	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// The acts on word lists that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actCreate  = acts.Declare("lexicon.create", i18n.N("新建词表"))
	actEntries = acts.Declare("lexicon.entries", i18n.N("修改词表"))
	actImport  = acts.Declare("lexicon.import", i18n.N("导入词表"))
	actSwitch  = acts.Declare("lexicon.switch", i18n.N("启用或停用词表"))
	actAsk     = acts.Declare("lexicon.ask", i18n.N("申请词表变更"))
	actConfirm = acts.Declare("lexicon.confirm", i18n.N("确认词表变更"))
	actStop    = acts.Declare("lexicon.stop", i18n.N("阻止词表变更"))

	actExcept        = acts.Declare("lexicon.except", i18n.N("申请例外"))
	actExceptConfirm = acts.Declare("lexicon.except_confirm", i18n.N("确认例外"))
	actExceptStop    = acts.Declare("lexicon.except_stop", i18n.N("阻止例外"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type:    "lexicon",
			Text:    i18n.N("词表|对象"),
			NameSQL: `SELECT name FROM lexicons WHERE id = e.number`,
			Shipped: true,
		},
	}
}

// What the to-dos are about.
const (
	ChangeSubject    todo.Subject = "lexicon_change"
	ExceptionSubject todo.Subject = "lexicon_exception"
)

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoConfirm = matters.Declare(todo.Matter{
		Code:       "lexicon.confirm",
		Kind:       todo.KindConfirm,
		Subject:    ChangeSubject,
		Permission: access.LexiconConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("{.who} 申请{.what}：{.name}。请作为第二人确认或阻止"),
		Act:        i18n.N("核对并确认"),
	})
	todoStopped = matters.Declare(todo.Matter{
		Code:       "lexicon.stopped",
		Kind:       todo.KindNotice,
		Subject:    ChangeSubject,
		Permission: access.LexiconManage,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 阻止了{.what}：{.name}。{.why}"),
		Act:        i18n.N("查看|动词"),
	})
	todoExcept = matters.Declare(todo.Matter{
		Code:       "lexicon.except",
		Kind:       todo.KindConfirm,
		Subject:    ExceptionSubject,
		Permission: access.LexiconConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("{.who} 申请例外：一段文字里可以有“{.word}”。请作为第二人确认或阻止"),
		Act:        i18n.N("核对并确认"),
	})
	todoExceptStopped = matters.Declare(todo.Matter{
		Code:       "lexicon.except_stopped",
		Kind:       todo.KindNotice,
		Subject:    ExceptionSubject,
		Permission: access.PostWrite,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 没有同意“{.word}”的例外。{.why}"),
		Act:        i18n.N("查看|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
