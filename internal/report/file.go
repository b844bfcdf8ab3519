package report

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/docx"
	"juzhen/internal/fault"
	"juzhen/internal/pdf"
	"juzhen/internal/sheet"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	Word  Format = "docx"
	Excel Format = "xlsx"
	PDF   Format = "pdf"
)

// Formats lists the formats in the order in which they are offered.
func Formats() []Format { return []Format{Word, Excel, PDF} }

// Valid tells whether f is one of the formats.
func (f Format) Valid() bool { return slices.Contains(Formats(), f) }

// Label is the name of the format.
func (f Format) Label() string { return map[Format]string{Word: "Word", Excel: "Excel", PDF: "PDF"}[f] }

// Type is the media type of the format.
func (f Format) Type() string {
	return map[Format]string{
		Word:  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		Excel: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		PDF:   "application/pdf",
	}[f]
}

// File is a report as a file.
type File struct {
	Name string
	Type string
	Body []byte
}

// Printable tells whether PDF files can be made here.
func (s *Service) Printable() bool { return s.from.PDF.Ready() }

// File makes a file of a report, from nothing but what is kept of it. Fails as Find does, with
// fault.Unavailable where no PDF can be made.
func (s *Service) File(
	ctx context.Context,
	actor access.Actor,
	id int64,
	format Format,
) (file File, err error) {
	defer fault.Step(&err, "report.File %d %s", id, format)

	if !format.Valid() {
		return file, fault.Invalid("format", "请选择 docx、xlsx 或 pdf")
	}
	paper, err := s.Find(ctx, actor, id)
	if err != nil {
		return file, err
	}
	file = File{Name: fmt.Sprintf("baogao-%d-%d.%s", id, paper.Edition.Number, format), Type: format.Type()}

	var out bytes.Buffer

	switch format {
	case Word:
		err = docx.Write(&out, paper.word())
	case Excel:
		err = sheet.WriteBook(&out, paper.book())
	case PDF:
		page, failed := paper.page()
		if failed != nil {
			return file, failed
		}
		file.Body, err = s.from.PDF.Make(ctx, page, paper.plain())

		return file, err
	}
	file.Body = out.Bytes()

	return file, err
}

// numerals begin the headings of a report.
var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八"}

// Heading is the heading of the section at a place, with its numeral.
func (f Figures) Heading(at int) string {
	return numerals[at%len(numerals)] + "、" + f.Sections[at].Heading
}

// Under are the lines below the title: the number, or what is missing to it.
func (p Paper) Under() (lines []string) {
	if p.Number != nil {
		lines = append(lines, *p.Number)
	} else {
		lines = append(lines, "（未签发稿）")
	}

	return append(lines, p.Figures.From+" 至 "+p.Figures.To)
}

// Close are the lines at the end: who signed, where the figures come from, their hash.
func (p Paper) Close() []string {
	var lines []string

	if p.FirstAt != nil {
		lines = append(lines, "第一签发人："+p.FirstSigner+"  "+exact(*p.FirstAt))
	}
	if p.SecondAt != nil {
		lines = append(lines, "第二签发人："+p.SecondSigner+"  "+exact(*p.SecondAt))
	}
	lines = append(lines, p.Figures.Sources...)

	return append(
		lines,
		fmt.Sprintf("文字第 %d 版；数据哈希（SHA-256）%s", p.Edition.Number, hex.EncodeToString(p.Hash)),
	)
}

// Said are the words of a section, as paragraphs.
func (p Paper) Said(section Section) (paragraphs []string) {
	for line := range strings.Lines(p.Edition.Words[section.Words]) {
		if line = strings.TrimSpace(line); line != "" {
			paragraphs = append(paragraphs, line)
		}
	}

	return paragraphs
}

// Empty is what stands in the place of a table without rows.
const Empty = "（无）"

// Nothing is what stands in the place of rows where there are none.
func (Table) Nothing() string { return Empty }

// Shown are the rows of the table as people read them.
func (t Table) Shown() [][]string {
	rows := make([][]string, len(t.Rows))
	for i, cells := range t.Rows {
		for n, cell := range cells {
			rows[i] = append(rows[i], t.Columns[n].Shown(cell))
		}
	}

	return rows
}

// word is the report as a Word file.
func (p Paper) word() docx.Document {
	document := docx.Document{Title: p.Edition.Title, Under: p.Under(), Made: p.UpdatedAt}

	for i, section := range p.Figures.Sections {
		part := docx.Part{Heading: p.Figures.Heading(i), Text: p.Said(section)}

		for _, table := range section.Tables {
			set := docx.Table{Caption: table.Name, Rows: table.Shown()}
			for _, column := range table.Columns {
				set.Columns = append(set.Columns, docx.Column{
					Text: column.Text, Width: column.Width, Right: column.Number,
				})
			}
			if len(set.Rows) == 0 {
				set.Rows = [][]string{make([]string, len(set.Columns))}
				set.Rows[0][0] = Empty
			}
			part.Tables = append(part.Tables, set)

			if table.Note != "" {
				part.End = append(part.End, table.Name+"："+table.Note)
			}
		}
		document.Parts = append(document.Parts, part)
	}
	document.Parts = append(document.Parts, docx.Part{End: p.Close()})

	return document
}

// lettersWide is how many letters of Excel a share of the page is.
const lettersWide = 7

// book is the report as a workbook: first its words, then a sheet for each table.
func (p Paper) book() []sheet.Page {
	first := sheet.Page{
		Name: "说明", Title: p.Edition.Title,
		Columns: []sheet.Column{{Text: "项目", Width: 18}, {Text: "内容", Width: 100}},
	}
	add := func(name, value string) {
		first.Rows = append(first.Rows, []sheet.Cell{{Text: name}, {Text: value}})
	}
	add("编号", p.Under()[0])
	add("时段", p.Under()[1])

	var rest []sheet.Page

	for i, section := range p.Figures.Sections {
		if said := p.Said(section); len(said) > 0 {
			add(p.Figures.Heading(i), strings.Join(said, "\n"))
		}

		for _, table := range section.Tables {
			rest = append(rest, table.page())
		}
	}

	for _, line := range p.Close() {
		add("附注", line)
	}

	return append([]sheet.Page{first}, rest...)
}

// page is the table as a sheet of a workbook.
func (t Table) page() sheet.Page {
	page := sheet.Page{Name: t.Name, Title: t.Name}

	for _, column := range t.Columns {
		page.Columns = append(
			page.Columns,
			sheet.Column{Text: column.Text, Width: column.Width * lettersWide},
		)
	}

	for _, cells := range t.Rows {
		row := make([]sheet.Cell, len(cells))
		for i, cell := range cells {
			row[i] = sheet.Cell{Number: cell.Number, Decimals: cell.Decimals}
			if cell.Number == nil {
				row[i].Text = t.Columns[i].Shown(cell)
			}
		}
		page.Rows = append(page.Rows, row)
	}

	if t.Note != "" {
		page.Notes = []string{t.Note}
	}
	if t.Chart != nil {
		page.Chart = &sheet.Chart{
			Title:  t.Name,
			Line:   t.Chart.Line,
			Label:  t.Chart.Label,
			Values: t.Chart.Values,
			Rows:   t.Chart.Rows,
		}
	}

	return page
}

// plain is the report for a machine without a Chromium that prints its page.
func (p Paper) plain() pdf.Document {
	document := pdf.Document{Title: p.Edition.Title, Made: p.UpdatedAt, Parts: []pdf.Part{{Text: p.Under()}}}

	for i, section := range p.Figures.Sections {
		document.Parts = append(
			document.Parts,
			pdf.Part{Heading: p.Figures.Heading(i), Text: p.Said(section)},
		)

		for _, table := range section.Tables {
			part := pdf.Part{Text: []string{table.Name}, Table: pdf.Table{Rows: table.Shown()}}
			for _, column := range table.Columns {
				part.Table.Head = append(part.Table.Head, column.Text)
				part.Table.Widths = append(part.Table.Widths, column.Width)
			}
			if len(table.Rows) == 0 {
				part.Text = append(part.Text, Empty)
			}
			if table.Note != "" {
				part.Text = append(part.Text, table.Note)
			}
			document.Parts = append(document.Parts, part)
		}
	}

	return pdf.Document{
		Title: document.Title, Made: document.Made, Parts: append(document.Parts, pdf.Part{Text: p.Close()}),
	}
}
