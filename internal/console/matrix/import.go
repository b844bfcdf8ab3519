package matrix

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// shownRejects is how many lines that were left out a page lists; the file has all of them.
const shownRejects = 200

// importPatience is how long an upload waits for its file: a small one has come in when its page is shown.
const importPatience = 2 * time.Second

// importPage is a file of past posts: how far it is, what it brought, which lines were left out and why.
type importPage struct {
	page.Base
	Import   reach.Import
	Rejected []rejected // the first of them
	Manage   bool
}

// rejected is a line of a file that was left out.
type rejected struct {
	Line int
	Why  string
}

// More is how many lines that were left out the page does not list.
func (p importPage) More() int { return p.Import.Rejected - len(p.Rejected) }

// Running tells whether the page goes on asking.
func (p importPage) Running() bool { return !p.Import.State.Ended() }

// Tone is the colour of the state.
func (p importPage) Tone() string {
	switch p.Import.State {
	case reach.ImportDone:
		return "green"
	case reach.ImportFailed:
		return "red"
	}

	return "grey"
}

// Icon is the sign of the state.
func (p importPage) Icon() string {
	switch p.Import.State {
	case reach.ImportDone:
		return "circle-check"
	case reach.ImportFailed:
		return "circle-x"
	}

	return "history"
}

// Progress is how far the file is worked through.
func (p importPage) Progress() page.Progress {
	return page.Progress{Done: p.Import.Done, All: max(p.Import.Rows-p.Import.Rejected, 1), Label: "已处理的行"}
}

// Known is how many posts of the file were there before.
func (p importPage) Known() int { return max(p.Import.Rows-p.Import.Rejected-p.Import.Added, 0) }

func importHref(id int64) string { return fmt.Sprintf("/matrix/imports/%d", id) }

func (h *pages) importRoutes() {
	h.kit.Declare("matrix/import", importPage{})
	h.kit.Declare("matrix/import#import-state", importPage{})

	g := h.kit.Group("/matrix")
	h.kit.Handle(
		g,
		http.MethodPost,
		"/accounts/:id/import",
		access.AccountManage,
		h.importPast,
		web.MaxBody(importLimit),
	)
	h.kit.Handle(g, http.MethodGet, "/imports/:id", access.AccountView, h.showImport)
	h.kit.Handle(g, http.MethodGet, "/imports/:id/progress", access.AccountView, h.importProgress)
	h.kit.Handle(g, http.MethodGet, "/imports/:id/rejected.csv", access.AccountView, h.importRejects)
	h.kit.Handle(g, http.MethodPost, "/imports/:id/undo", access.AccountManage, h.undoImport)
}

type importForm struct {
	File *multipart.FileHeader `form:"file"`
}

// importPast takes past posts from a file and leads to the page that tells what became of it.
func (h *pages) importPast(c *gin.Context) error {
	account, err := h.managed(c)
	if err != nil {
		return err
	}
	var form importForm
	if err := web.Bind(c, &form); err != nil {
		return h.refuse(c, account.ID, err)
	}
	started, err := h.startImport(c, account.ID, form.File)
	if err != nil {
		return h.refuse(c, account.ID, err)
	}

	wait, cancel := context.WithTimeout(c.Request.Context(), importPatience)
	defer cancel()
	if err := h.Reach.RunImport(wait, started.ID); err != nil && wait.Err() == nil {
		return err
	}

	return h.kit.See(c, importHref(started.ID), "")
}

func (h *pages) startImport(c *gin.Context, id int64, header *multipart.FileHeader) (reach.Import, error) {
	if header == nil {
		return reach.Import{}, fault.Invalid("file", "请选择文件")
	}
	file, err := header.Open()
	if err != nil {
		return reach.Import{}, err
	}
	defer file.Close()

	return h.Reach.StartImport(c.Request.Context(), web.Actor(c), id, header.Filename, file)
}

func (h *pages) showImport(c *gin.Context) error { return h.importShown(c, "matrix/import") }

// importProgress is the part that changes, asked again while the file is worked through.
func (h *pages) importProgress(c *gin.Context) error {
	return h.importShown(c, "matrix/import#import-state")
}

func (h *pages) importShown(c *gin.Context, name string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	importReport, err := h.Reach.ImportReport(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}

	p := importPage{
		Base: h.kit.Base(c, "导入历史微博", crumb, page.Crumb{
			Text: "@" + importReport.Handle,
			Href: href(importReport.AccountID),
		}),
		Import: importReport.Import,
	}

	p.Manage = access.Require(web.Actor(c), access.AccountManage, importReport.UnitPath) == nil
	for _, one := range importReport.Rejects[:min(len(importReport.Rejects), shownRejects)] {
		p.Rejected = append(p.Rejected, rejected{one.Line, p.T(one.Reason.Label())})
	}

	return h.kit.Show(c, http.StatusOK, name, p)
}

// importRejects is the lines that were left out as a file.
func (h *pages) importRejects(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	importReport, err := h.Reach.ImportReport(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}

	words := h.kit.Printer(c)
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="import-%d-rejected.csv"`, id))

	table := reach.NewCSV(c.Writer, []string{words.T("行"), words.T("原因")})
	for _, one := range importReport.Rejects {
		if err := table.Write([]string{strconv.Itoa(one.Line), words.T(one.Reason.Label())}); err != nil {
			return err
		}
	}

	return table.Close()
}

func (h *pages) undoImport(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.Reach.UndoImport(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}

	return h.kit.See(c, importHref(id), "已撤销这次导入")
}
