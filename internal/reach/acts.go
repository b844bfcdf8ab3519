package reach

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on what was published before and elsewhere that the trail records, in the order in which its
// filter offers them.
var (
	acts audit.Declared

	ActBackfill          = acts.Declare("account.backfill", i18n.N("导入历史微博"))
	actAccountUndoImport = acts.Declare("account.undo_import", i18n.N("撤销导入的历史微博"))
	actNote              = acts.Declare("reach.note", i18n.N("核对平台上的微博"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "platform_post", Text: i18n.N("微博|对象"), NameSQL: `SELECT '@' || a.handle
			FROM platform_posts d JOIN accounts a ON a.id = d.account_id WHERE d.id = e.number`},
	}
}
