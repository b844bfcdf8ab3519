package roster

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/roster"
	"juzhen/internal/sheet"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// importForm is a file and what it is for.
type importForm struct {
	UnitID   int64                 `form:"unit"`
	Month    string                `form:"month"`
	Revision int                   `form:"revision"`
	Replace  bool                  `form:"replace"`
	File     *multipart.FileHeader `form:"file"`
}

// importPage takes a month out of a file.
type importPage struct {
	page.Base
	Form   importForm
	Roster roster.Roster
	Month  time.Time
	Ahead  int // shifts of the month that have not begun
	Wrong  []wrongCell
	Back   string
}

// wrongCell is what is wrong in a cell, in the reader's language.
type wrongCell struct {
	Row    int
	Column string
	Text   string
}

// Label is the month in words.
func (p importPage) Label() string {
	return p.T("{.y} 年 {.m} 月", "y", p.Month.Year(), "m", int(p.Month.Month()))
}

func (h *pages) importForm(c *gin.Context) error {
	p, err := h.importPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "roster/import", p)
}

func (h *pages) importPage(c *gin.Context) (p importPage, err error) {
	p.Base = h.kit.Base(c, "导入值班表", crumbs()...)
	if err := web.Bind(c, &p.Form); err != nil && c.Request.Method == http.MethodGet {
		return p, err
	}
	p.Month = monthOf(p.Form.Month, p.Now)
	p.Form.Month = p.Month.Format("2006-01")
	if p.Form.UnitID, _, err = h.unit(c, p.Form.UnitID); err != nil {
		return p, err
	}
	p.Roster, err = h.Roster.Of(
		c.Request.Context(), web.Actor(c), p.Form.UnitID, p.Month, p.Month.AddDate(0, 1, 0),
	)
	if err != nil {
		return p, err
	}
	if !p.Roster.May {
		return p, fault.Forbidden("您不能排这个单位的班")
	}
	p.Form.Revision, p.Back = p.Roster.Revision, address(p.Form.UnitID, p.Form.Month)

	for _, shift := range p.Roster.Shifts {
		if !shift.Begun(p.Now) {
			p.Ahead++
		}
	}

	return p, nil
}

func (h *pages) take(c *gin.Context) error {
	var form importForm
	var made roster.Imported
	err := web.Bind(c, &form)
	if err == nil {
		made, err = h.write(c, form)
	}
	if err == nil {
		return h.kit.See(c, address(form.UnitID, form.Month), "已导入 {.n} 班", "n", made.Shifts)
	}
	p, pageErr := h.importPage(c)
	if pageErr != nil {
		return pageErr
	}

	for _, one := range made.Faults {
		p.Wrong = append(p.Wrong, wrongCell{one.Row, p.T(one.Column), p.T(one.Fault.Text, one.Fault.Args...)})
	}

	return h.kit.Refuse(c, err, "roster/import", &p)
}

func (h *pages) write(c *gin.Context, form importForm) (roster.Imported, error) {
	if form.File == nil {
		return roster.Imported{}, fault.Invalid("file", "请选择 Excel 文件（.xlsx）")
	}
	part, err := form.File.Open()
	if err != nil {
		return roster.Imported{}, err
	}
	defer part.Close()
	raw, err := io.ReadAll(io.LimitReader(part, roster.MaxFile+1))
	if err != nil {
		return roster.Imported{}, err
	}

	return h.Roster.Import(c.Request.Context(), web.Actor(c), form.UnitID, form.Revision, roster.File{
		Month: monthOf(form.Month, h.kit.Base(c, "").Now), Sheet: raw, Replace: form.Replace,
	})
}

// template gives a file with the days of a month to fill in.
func (h *pages) template(c *gin.Context) error {
	var form importForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	printer := h.kit.Printer(c)
	first := monthOf(form.Month, h.kit.Base(c, "").Now)

	heads := make([]sheet.Head, 0, len(roster.Heads()))
	for _, name := range roster.Heads() {
		heads = append(heads, sheet.Head{Text: printer.T(name), Width: 16})
	}
	rows := func(yield func([]string) bool) {
		for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
			if !yield([]string{beijing.Date(day), "08:30", "08:30", ""}) {
				return
			}
		}
	}
	var file bytes.Buffer
	if err := sheet.WriteExcel(&file, strings.TrimSpace(printer.T("值班表")), heads, rows); err != nil {
		return err
	}
	web.File(c, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"roster-"+first.Format("2006-01")+".xlsx", file.Bytes())

	return nil
}
