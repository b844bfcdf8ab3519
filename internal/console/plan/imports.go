package plan

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// importBody is a file of posts with its pictures and the form around them.
const importBody = plan.MaxSheetBytes + plan.MaxZipBytes + 64<<10

// shownRows is how many rows of a file its preview shows; those with something wrong come first.
const shownRows = 200

// importPage takes a file, and lists what was imported.
type importPage struct {
	page.Base
	Imports []plan.Import
	MaxRows int
}

// madeDrafts lists what made several drafts at once, each with its undo.
type madeDrafts struct {
	Heading, What, Undo string // Chinese source texts
	List                []plan.Import
}

// Made are the files that were imported.
func (p importPage) Made() madeDrafts {
	return madeDrafts{i18n.N("我的导入"), i18n.N("文件"), i18n.N("撤销导入"), p.Imports}
}

type importForm struct {
	File     *multipart.FileHeader `form:"file"`
	Pictures *multipart.FileHeader `form:"pictures"`
}

// previewPage shows what a file would make, and each cell that is wrong.
type previewPage struct {
	page.Base
	ID     int64
	Name   string
	Draft  plan.Draft
	Rows   []previewRow
	Rest   int // rows that are not shown
	Faulty int // rows
}

// previewRow is a row of the file with what is wrong in which cell, in the reader's language.
type previewRow struct {
	plan.Planned
	When  string // in Beijing
	Until string // the latest time, in Beijing
	Wrong map[string]string
}

func (h *pages) importForm(c *gin.Context) error {
	p, err := h.importPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "plan/import", p)
}

func (h *pages) importPage(c *gin.Context) (p importPage, err error) {
	p = importPage{Base: h.kit.Base(c, "从 Excel 导入", crumb), MaxRows: plan.MaxSheetRows}
	p.Imports, err = h.Plan.Imports(c.Request.Context(), web.Actor(c))
	p.Imports = slices.DeleteFunc(p.Imports, plan.Import.OfWeek)

	return p, err
}

func (h *pages) template(c *gin.Context) error {
	accounts, names, err := h.Plan.Template(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := plan.WriteTemplate(&file, accounts, names); err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="posts.xlsx"`)
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file.Bytes())

	return nil
}

// takeFile keeps a file and leads to its preview.
func (h *pages) takeFile(c *gin.Context) error {
	var form importForm
	var id int64
	err := web.Bind(c, &form)
	if err == nil {
		var file plan.File
		if file, err = form.file(); err == nil {
			id, err = h.Plan.KeepFile(c.Request.Context(), web.Actor(c), file)
		}
	}
	if err == nil {
		return h.kit.See(c, "/plan/import/"+strconv.FormatInt(id, 10), "")
	}
	p, pageErr := h.importPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "plan/import", &p)
}

// file reads what was sent, and no more of it than may be.
func (f importForm) file() (file plan.File, err error) {
	if f.File == nil {
		return plan.File{}, fault.Invalid("file", "请选择 Excel 文件（.xlsx）")
	}
	file.Name = f.File.Filename
	if file.Sheet, err = readPart(f.File, plan.MaxSheetBytes); err != nil {
		return plan.File{}, err
	}
	if f.Pictures != nil && f.Pictures.Size > 0 {
		file.Pictures, err = readPart(f.Pictures, plan.MaxZipBytes)
	}

	return file, err
}

func readPart(header *multipart.FileHeader, most int64) ([]byte, error) {
	part, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer part.Close()

	return io.ReadAll(io.LimitReader(part, most+1))
}

func (h *pages) preview(c *gin.Context) error {
	p, err := h.previewPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "plan/preview", p)
}

func (h *pages) previewPage(c *gin.Context) (p previewPage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p.Base = h.kit.Base(c, "核对导入", crumb, page.Crumb{Text: "从 Excel 导入", Href: "/plan/import"})
	if p.ID, err = web.ID(c, "id"); err != nil {
		return p, err
	}
	file, err := h.Plan.KeptFile(ctx, actor, p.ID)
	if err != nil {
		return p, err
	}
	p.Name = file.Name
	if p.Draft, err = h.Plan.Look(ctx, actor, file); err != nil {
		return p, err
	}
	p.fill()

	return p, nil
}

// fill shows the rows with something wrong, then the first of the others.
func (p *previewPage) fill() {
	wrong := map[int]map[string]string{}

	for _, one := range p.Draft.Faults {
		if wrong[one.Row] == nil {
			wrong[one.Row] = map[string]string{}
		}
		if wrong[one.Row][one.Field] == "" {
			wrong[one.Row][one.Field] = p.T(one.Fault.Text, one.Fault.Args...)
		}
	}
	p.Faulty = len(wrong)

	for _, faulty := range []bool{true, false} {
		for _, planned := range p.Draft.Rows {
			if (wrong[planned.Row] != nil) != faulty || len(p.Rows) == shownRows {
				continue
			}
			row := previewRow{Planned: planned, Wrong: wrong[planned.Row]}
			if planned.Due != nil && !planned.Due.IsZero() {
				row.When = planned.Due.In(beijing.Zone).Format("2006-01-02 15:04")
			}
			if planned.NotAfter != nil {
				row.Until = planned.NotAfter.In(beijing.Zone).Format("2006-01-02 15:04")
			}
			p.Rows = append(p.Rows, row)
		}
	}
	p.Rest = p.Draft.Read - len(p.Rows)
}

type againForm struct {
	Again bool `form:"again"`
}

func (h *pages) importKept(c *gin.Context) error {
	_, _, made, err := web.Act(c, func(id int64, form againForm) (plan.Import, error) {
		return h.Plan.ImportKept(c.Request.Context(), web.Actor(c), id, form.Again)
	})
	if err == nil {
		return h.kit.See(c, "/plan/import", "已导入 {.n} 篇草稿", "n", made.Posts)
	}
	p, pageErr := h.previewPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "plan/preview", &p)
}

func (h *pages) undo(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	undone, err := h.Plan.Undo(c.Request.Context(), web.Actor(c), id)
	if err == nil && undone.OfWeek() {
		return h.kit.See(c, "/plan/copy", "已撤销复制，{.n} 篇草稿已删除", "n", undone.Posts)
	}
	if err == nil {
		return h.kit.See(c, "/plan/import", "已撤销导入，{.n} 篇草稿已删除", "n", undone.Posts)
	}
	p, pageErr := h.importPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "plan/import", &p)
}
