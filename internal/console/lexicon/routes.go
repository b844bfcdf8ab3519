// Package lexicon holds the pages of word lists: what is in them, how they changed, files in and out, a box
// to try a text, and the changes that wait for a second person. Rights and states are decided by package
// lexicon of the features.
package lexicon

import (
	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/org"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Lexicons *lexicon.Service
	Checks   *check.Service
	Links    *link.Service
	Units    *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// TodoPages are where what waits because of word lists is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(lexicon.ChangeSubject, "/lexicon/changes/%d").
		Page(lexicon.ExceptionSubject, "/lexicon/exceptions/%d").
		Page(check.LevelSubject, "/lexicon/levels/%d")
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Duty(page.NavEntry{
		Text:  "词表",
		Href:  "/lexicon",
		Icon:  "list",
		Needs: []access.Permission{access.LexiconView},
	})
	kit.Declare("lexicon/list", listPage{})
	kit.Declare("lexicon/new", newPage{})
	kit.Declare("lexicon/try", tryPage{})
	kit.Declare("lexicon/show", showPage{})
	kit.Declare("lexicon/entry", entryPage{})
	kit.Declare("lexicon/versions", versionsPage{})
	kit.Declare("lexicon/import", importPage{})
	kit.Declare("lexicon/change", changePage{})
	kit.Declare("lexicon/exception", exceptionPage{})
	kit.Declare("lexicon/levels", levelsPage{})
	kit.Declare("lexicon/level", levelPage{})
	kit.Declare("lexicon/domains", domainsPage{})

	g := kit.Group("/lexicon")
	kit.Handle(g, "GET", "", access.LexiconView, h.list)
	kit.Handle(g, "POST", "", access.LexiconManage, h.create)
	kit.Handle(g, "GET", "/new", access.LexiconManage, h.newForm)
	kit.Handle(g, "GET", "/try", access.LexiconView, h.tryForm)
	kit.Handle(g, "POST", "/try", access.LexiconView, h.try)
	kit.Handle(g, "GET", "/changes/:id", access.LexiconView, h.change)
	kit.Handle(g, "POST", "/changes/:id/confirm", access.LexiconConfirm, h.confirm)
	kit.Handle(g, "POST", "/changes/:id/stop", access.LexiconView, h.stop)
	kit.Handle(g, "GET", "/levels", access.LexiconView, h.levels)
	kit.Handle(g, "POST", "/levels", access.LexiconManage, h.setLevel)
	kit.Handle(g, "GET", "/levels/:id", access.LexiconView, h.level)
	kit.Handle(g, "POST", "/levels/:id/confirm", access.LexiconConfirm, h.confirmLevel)
	kit.Handle(g, "POST", "/levels/:id/stop", access.LexiconView, h.stopLevel)
	kit.Handle(g, "GET", "/domains", access.LexiconView, h.domains)
	kit.Handle(g, "POST", "/domains", access.LexiconManage, h.setDomains)
	kit.Handle(g, "GET", "/exceptions/:id", access.LexiconView, h.exception)
	kit.Handle(g, "POST", "/exceptions/:id/confirm", access.LexiconConfirm, h.confirmException)
	kit.Handle(g, "POST", "/exceptions/:id/stop", access.LexiconView, h.stopException)
	kit.Handle(g, "GET", "/:id", access.LexiconView, h.show)
	kit.Handle(g, "GET", "/:id/entries/new", access.LexiconManage, h.entryNew)
	kit.Handle(g, "GET", "/:id/entries/:entry", access.LexiconManage, h.entryForm)
	kit.Handle(g, "POST", "/:id/entries", access.LexiconManage, h.putEntry)
	kit.Handle(g, "GET", "/:id/versions", access.LexiconView, h.versions)
	kit.Handle(g, "GET", "/:id/words.csv", access.LexiconView, h.csv)
	kit.Handle(g, "GET", "/:id/words.xlsx", access.LexiconView, h.excel)
	kit.Handle(g, "POST", "/:id/import", access.LexiconManage, h.takeFile, web.MaxBody(fileBody))
	kit.Handle(g, "GET", "/:id/import/:file", access.LexiconManage, h.preview)
	kit.Handle(g, "POST", "/:id/import/:file", access.LexiconManage, h.importFile)
	kit.Handle(g, "POST", "/:id/switch", access.LexiconManage, h.switchList)
	kit.Handle(g, "POST", "/:id/offer", access.LexiconManage, h.takeOffer)
}

// fileBody is a file of words and the form around it.
const fileBody = lexicon.MaxFileBytes + 64<<10

var crumb = page.Crumb{Text: "词表", Href: "/lexicon"}
