package lexicon

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// showPage is one list with the words that the reader looks for in it.
type showPage struct {
	page.Base
	List    lexicon.List
	May     lexicon.ListDo
	Entries []lexicon.Entry
	Total   int
	Form    showForm
	Levels  []page.Option
	States  []page.Option
	Chips   []page.Chip
	Pager   page.Pager
	Changes []lexicon.Change // that wait
	Offer   int              // words of a newer version of the program
}

type showForm struct {
	Query string        `form:"q"`
	Level lexicon.Level `form:"level"`
	State lexicon.State `form:"state"`
	After int64         `form:"after"`
}

// perPage is how many words a page lists.
const perPage = 50

func (h *pages) show(c *gin.Context) error {
	p, err := h.showPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/show", p)
}

func (h *pages) showPage(c *gin.Context) (p showPage, err error) {
	list, err := h.found(c)
	if err != nil {
		return p, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	p = showPage{Base: h.kit.Base(c, "", crumb), List: list, May: list.May(actor)}
	p.Title = p.T(list.Name)
	if err := web.Bind(c, &p.Form); err != nil {
		return p, err
	}

	p.Entries, p.Total, err = h.Lexicons.Entries(ctx, actor, list.ID, lexicon.EntryFilter{
		Query: p.Form.Query,
		Level: p.Form.Level,
		State: p.Form.State,
		After: p.Form.After,
		Limit: perPage + 1,
	})
	if err != nil {
		return p, err
	}
	h.fill(c, &p)

	changes, err := h.Lexicons.Changes(ctx, actor, list.ID)
	for _, change := range changes {
		if change.State == lexicon.ChangeAsked {
			p.Changes = append(p.Changes, change)
		}
	}
	if err != nil || !p.May.Manage {
		return p, err
	}
	offer, err := h.Lexicons.Offer(ctx, actor, list.ID)
	p.Offer = len(offer)

	return p, err
}

// fill gives the page its choices, and what leads on from it.
func (h *pages) fill(c *gin.Context, p *showPage) {
	p.Levels, p.States = levelOptions("全部"), []page.Option{{Text: "全部"}}
	for _, state := range lexicon.States() {
		p.States = append(p.States, page.Option{Value: string(state), Text: state.Label()})
	}
	if p.Form.Query != "" {
		p.Chips = append(p.Chips, page.Chip{Name: "搜索", Value: p.Form.Query, Href: web.Link(c, "q", "")})
	}
	if p.Form.Level != "" {
		p.Chips = append(p.Chips, page.Chip{
			Name: "级别", Value: p.T(p.Form.Level.Label()), Href: web.Link(c, "level", ""),
		})
	}
	if p.Form.State != "" {
		p.Chips = append(p.Chips, page.Chip{
			Name: "状态", Value: p.T(p.Form.State.Label()), Href: web.Link(c, "state", ""),
		})
	}

	if len(p.Entries) > perPage {
		p.Entries = p.Entries[:perPage]
		p.Pager.Next = web.Link(c, "after", strconv.FormatInt(p.Entries[perPage-1].ID, 10))
	}
	if p.Form.After > 0 {
		p.Pager.First = web.Link(c, "after", "")
	}
	p.Pager.Total = p.Total
}

func levelOptions(none string) []page.Option {
	options := []page.Option{{Text: none}}
	for _, level := range lexicon.Levels() {
		options = append(options, page.Option{Value: string(level), Text: level.Label()})
	}

	return options
}

func (h *pages) found(c *gin.Context) (lexicon.List, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return lexicon.List{}, err
	}

	return h.Lexicons.Find(c.Request.Context(), web.Actor(c), id)
}

// versionsPage lists the versions of a list and sets two of them side by side.
type versionsPage struct {
	page.Base
	List        lexicon.List
	Versions    []lexicon.Version
	Choices     []page.Option
	Form        versionsForm
	Differences []lexicon.Difference
	All         int // differences there are
}

type versionsForm struct {
	From int `form:"from"`
	To   int `form:"to"`
}

var versionWords = map[string]string{
	"create":  i18n.N("新建"),
	"entries": i18n.N("修改"),
	"import":  i18n.N("导入"),
	"on":      i18n.N("启用"),
	"off":     i18n.N("停用"),
	"shipped": i18n.N("随程序提供"),
}

func (h *pages) versions(c *gin.Context) error {
	list, err := h.found(c)
	if err != nil {
		return err
	}
	p := versionsPage{
		Base: h.kit.Base(c, "版本|各个", crumb, page.Crumb{Text: list.Name, Href: href(list.ID)}),
		List: list,
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if p.Versions, err = h.Lexicons.Versions(ctx, actor, list.ID); err != nil {
		return err
	}

	for i, version := range p.Versions {
		p.Versions[i].What = versionWords[version.What]
		number := strconv.Itoa(version.Version)
		p.Choices = append(p.Choices, page.Option{Value: number, Text: number, Raw: true})
	}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	if p.Form.To == 0 {
		p.Form = versionsForm{max(list.Version-1, 1), list.Version}
	}
	p.Differences, p.All, err = h.Lexicons.Compare(ctx, actor, list.ID, p.Form.From, p.Form.To)
	if err != nil {
		return h.kit.Refuse(c, err, "lexicon/versions", &p)
	}

	return h.kit.Show(c, 200, "lexicon/versions", p)
}

func (h *pages) csv(c *gin.Context) error {
	return h.export(c, "csv", "text/csv; charset=utf-8", lexicon.WriteCSV)
}

func (h *pages) excel(c *gin.Context) error {
	return h.export(c, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		lexicon.WriteExcel)
}

func (h *pages) export(c *gin.Context, ext, kind string, write func(io.Writer, []lexicon.Entry) error) error {
	list, err := h.found(c)
	if err != nil {
		return err
	}
	list, entries, err := h.Lexicons.All(c.Request.Context(), web.Actor(c), list.ID)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := write(&file, entries); err != nil {
		return err
	}
	name := "words-" + strconv.FormatInt(list.ID, 10) + "-v" + strconv.Itoa(list.Version) + "." + ext
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(200, kind, file.Bytes())

	return nil
}

// importPage shows what a file would do, or what is wrong in it.
type importPage struct {
	page.Base
	lexicon.Preview
	Wrong []wrongCell // one for each of the faults
}

// wrongCell is what is wrong in a cell of a file, in the reader's language.
type wrongCell struct {
	Row          int
	Column, Text string
}

type fileForm struct {
	File *multipart.FileHeader `form:"file"`
}

// takeFile keeps a file and leads to what it would do.
func (h *pages) takeFile(c *gin.Context) error {
	list, err := h.found(c)
	if err != nil {
		return err
	}
	var form fileForm
	err = web.Bind(c, &form)
	var file int64
	if err == nil {
		file, err = h.keep(c, list.ID, form.File)
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/lexicon/%d/import/%d", list.ID, file), "")
	}
	p, pageErr := h.showPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/show", &p)
}

func (h *pages) keep(c *gin.Context, list int64, header *multipart.FileHeader) (int64, error) {
	if header == nil {
		return 0, fault.Invalid("file", "请选择文件")
	}
	file, err := header.Open()
	if err != nil {
		return 0, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, lexicon.MaxFileBytes+1))
	if err != nil {
		return 0, err
	}

	return h.Lexicons.KeepFile(c.Request.Context(), web.Actor(c), list, header.Filename, raw)
}

func (h *pages) preview(c *gin.Context) error {
	p, err := h.importPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/import", p)
}

func (h *pages) importPage(c *gin.Context) (importPage, error) {
	list, err := h.found(c)
	if err != nil {
		return importPage{}, err
	}
	file, err := web.ID(c, "file")
	if err != nil {
		return importPage{}, err
	}
	preview, err := h.Lexicons.PreviewFile(c.Request.Context(), web.Actor(c), list.ID, file)

	p := importPage{
		Base:    h.kit.Base(c, "导入词表", crumb, page.Crumb{Text: list.Name, Href: href(list.ID)}),
		Preview: preview,
	}
	for _, one := range preview.Faults {
		p.Wrong = append(p.Wrong, wrongCell{one.Row, one.Column, p.T(one.Fault.Text, one.Fault.Args...)})
	}

	return p, err
}

type whyForm struct {
	Reason string `form:"reason"`
}

func (h *pages) importFile(c *gin.Context) error {
	list, err := h.found(c)
	if err != nil {
		return err
	}
	file, err := web.ID(c, "file")
	if err != nil {
		return err
	}
	var form whyForm
	var outcome lexicon.Outcome
	if err = web.Bind(c, &form); err == nil {
		outcome, err = h.Lexicons.ImportFile(c.Request.Context(), web.Actor(c), list.ID, file, form.Reason)
	}
	if err == nil {
		return h.done(c, list.ID, outcome)
	}
	p, pageErr := h.importPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/import", &p)
}

// done leads to what became of a wish.
func (h *pages) done(c *gin.Context, list int64, outcome lexicon.Outcome) error {
	if outcome.Change != nil {
		return h.kit.See(c, "/lexicon/changes/"+strconv.FormatInt(outcome.Change.ID, 10),
			"已申请，等待第二人确认")
	}

	return h.kit.See(c, href(list), "已保存：新增 {.added} 条，改动 {.changed} 条",
		"added", outcome.Added, "changed", outcome.Changed)
}
