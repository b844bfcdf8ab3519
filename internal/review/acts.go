package review

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts of reviews that the trail records beside those of people, which delivery records with the post.
var (
	acts audit.Declared

	actLate         = acts.Declare("review.late", i18n.N("审核步骤超过时限"))
	actOpened       = acts.Declare("review.opened", i18n.N("看过，留待一起批准"))
	actNote         = acts.Declare("review.note", i18n.N("写审核批注"))
	actNoteResolved = acts.Declare("review.note_resolved", i18n.N("批注标为已解决"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }
