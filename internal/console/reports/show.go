package reports

import (
	"encoding/hex"

	"github.com/gin-gonic/gin"

	"juzhen/internal/i18n"
	"juzhen/internal/report"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// actForm is what any act sends; each uses its part.
type actForm struct {
	Revision int    `form:"revision"`
	Name     string `form:"title"`
	Overview string `form:"overview,raw"`
	Problems string `form:"problems,raw"`
	Measures string `form:"measures,raw"`
	Reason   string `form:"reason"`
}

// showPage is one report: as its files have it, with what can be done.
type showPage struct {
	page.Base
	Paper    report.Paper
	Form     actForm
	Tried    string // the act that was refused
	May      map[string]bool
	Editions []report.Edition
	Fields   []wordsField
	Formats  []format
	Hash     string
	MaxName  int
	MaxWords int
}

// wordsField is a place where words stand, as the form has it.
type wordsField struct {
	Place report.Place
	Text  string
}

// format is a file that the report can be had as.
type format struct {
	report.Format
	Href string
	Icon string
}

var icons = map[report.Format]string{
	report.Word: "file-text", report.Excel: "table", report.PDF: "file-type-pdf",
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.showPage(c, id)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "reports/show", p)
}

func (h *pages) showPage(c *gin.Context, id int64) (showPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	paper, err := h.Reports.Find(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{
		Base: h.kit.Base(c, "报告", crumbs()...), Paper: paper, May: map[string]bool{},
		Hash: hex.EncodeToString(paper.Hash), MaxName: report.MaxTitle, MaxWords: report.MaxWords,
	}
	p.Heading = paper.Title
	if p.Editions, err = h.Reports.Editions(ctx, actor, id); err != nil {
		return p, err
	}

	for _, act := range paper.Acts(actor) {
		p.May[string(act)] = true
	}
	p.Form.Name = paper.Edition.Title
	p.fields(paper.Edition.Words)

	for _, made := range report.Formats() {
		if made == report.PDF && !h.Reports.Printable() {
			continue
		}
		p.Formats = append(p.Formats, format{made, path(id) + "/file?format=" + string(made), icons[made]})
	}

	return p, nil
}

// fields are the places of the report with the words that stand, or are to stand, there.
func (p *showPage) fields(words report.Words) {
	p.Fields = nil
	for _, place := range p.Paper.Figures.Places() {
		p.Fields = append(p.Fields, wordsField{place, words[place]})
	}
}

func (f actForm) words() report.Words {
	return report.Words{
		report.Overview: f.Overview, report.Problems: f.Problems, report.Measures: f.Measures,
	}
}

func (h *pages) file(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	file, err := h.Reports.File(c.Request.Context(), web.Actor(c), id, report.Format(c.Query("format")))
	if err != nil {
		return err
	}
	web.File(c, file.Type, file.Name, file.Body)

	return nil
}

// did answers an act: the report again, or what was refused at its form.
func (h *pages) did(c *gin.Context, act report.Act, id int64, form actForm, err error, said string) error {
	if err == nil {
		return h.kit.See(c, path(id), said)
	}
	p, perr := h.showPage(c, id)
	if perr != nil {
		return perr
	}
	p.Tried, p.Form = string(act), form

	if act == report.Edit {
		p.fields(form.words())
	} else {
		p.Form.Name = p.Paper.Edition.Title
	}

	return h.kit.Refuse(c, err, "reports/show", &p)
}

func (h *pages) words(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form actForm) (report.Report, error) {
		return h.Reports.Write(c.Request.Context(), web.Actor(c), id, form.Revision, form.Name, form.words())
	})

	return h.did(c, report.Edit, id, form, err, "已保存，是新的一版")
}

func (h *pages) sign(c *gin.Context) error {
	id, form, after, err := web.Act(c, func(id int64, form actForm) (report.Report, error) {
		return h.Reports.Sign(c.Request.Context(), web.Actor(c), id, form.Revision)
	})
	said := i18n.N("已签，等待第二人签发")

	if after.State == report.Signed {
		said = i18n.N("已签发，报告不再变")
	}

	return h.did(c, report.Sign, id, form, err, said)
}

func (h *pages) giveBack(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form actForm) (report.Report, error) {
		return h.Reports.Return(c.Request.Context(), web.Actor(c), id, form.Revision, form.Reason)
	})

	return h.did(c, report.Return, id, form, err, "已退回，可以修改文字")
}

// waits says who acts next.
var waits = map[report.State]string{
	report.Draft:   i18n.N("数据已定，文字可改；等待两人签发"),
	report.Signing: i18n.N("等待另一人签发，或退回修改"),
	report.Signed:  i18n.N("已办结，不再变"),
}

// Waits says who acts next, as a Chinese source text.
func (p showPage) Waits() string { return waits[p.Paper.State] }
