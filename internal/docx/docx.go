// Package docx makes Word files (.docx) set like official documents: real headings, tables whose heads stand
// on every page, page numbers, and styles that name the usual faces with others to fall back on. What a
// document says is the caller's business.
package docx

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// Document is what a file says.
type Document struct {
	Title string
	Under []string // lines below the title, in the middle
	Made  time.Time
	Parts []Part
}

// Part is a heading with what stands below it: paragraphs, then tables. What is empty is left out.
type Part struct {
	Heading string
	Text    []string // paragraphs; a line break begins another one
	Tables  []Table
	End     []string // paragraphs behind the tables, in small type
}

// Table has a caption and a head; each row has as many cells as there are columns.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string
}

// Column is a column of a table. Its width is a share of the page.
type Column struct {
	Text  string
	Width float64
	Right bool // figures stand at the right
}

// Measures of GB/T 9704 in twentieths of a point: A4, and the room between its edges.
const (
	paperWide, paperHigh           = 11906, 16838
	topEdge, rightEdge, bottomEdge = 2098, 1474, 1984
	leftEdge                       = 1588
	room                           = paperWide - leftEdge - rightEdge
)

// Write writes the file.
func Write(to io.Writer, document Document) error {
	file := zip.NewWriter(to)

	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRelations},
		{"docProps/core.xml", properties(document)},
		{"word/_rels/document.xml.rels", relations},
		{"word/styles.xml", styles},
		{"word/fontTable.xml", fontTable},
		{"word/settings.xml", settings},
		{"word/footer1.xml", footer},
		{"word/document.xml", body(document)},
	} {
		writer, err := file.CreateHeader(&zip.FileHeader{
			Name: part.name, Method: zip.Deflate, Modified: document.Made,
		})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(writer, head+part.text); err != nil {
			return err
		}
	}

	return file.Close()
}

// body is the part that holds what the document says.
func body(document Document) string {
	var out strings.Builder
	out.WriteString(`<w:document xmlns:w="` + wordprocessing + `" xmlns:r="` + officeRelations + `"><w:body>`)
	paragraph(&out, "Title", document.Title)

	for _, line := range document.Under {
		paragraph(&out, "Subtitle", line)
	}

	for _, part := range document.Parts {
		if part.Heading != "" {
			paragraph(&out, "Heading1", part.Heading)
		}

		for _, text := range part.Text {
			for line := range strings.Lines(text) {
				if line = strings.TrimSpace(line); line != "" {
					paragraph(&out, "Normal", line)
				}
			}
		}

		for _, table := range part.Tables {
			table.write(&out)
		}

		for _, text := range part.End {
			paragraph(&out, "Note", text)
		}
	}

	fmt.Fprintf(&out, `<w:sectPr><w:footerReference w:type="default" r:id="rId4"/>`+
		`<w:pgSz w:w="%d" w:h="%d"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" `+
		`w:header="851" w:footer="1134" w:gutter="0"/></w:sectPr></w:body></w:document>`,
		paperWide, paperHigh, topEdge, rightEdge, bottomEdge, leftEdge)

	return out.String()
}

func paragraph(out *strings.Builder, style, text string) {
	out.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`)
	run(out, text)
	out.WriteString(`</w:p>`)
}

func run(out *strings.Builder, text string) {
	out.WriteString(`<w:r><w:t xml:space="preserve">` + escaped(text) + `</w:t></w:r>`)
}

// write writes a table; its first row is repeated on every page, and no row is torn apart.
func (t Table) write(out *strings.Builder) {
	if t.Caption != "" {
		paragraph(out, "Caption", t.Caption)
	}

	widths := t.widths()
	out.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="` + fmt.Sprint(room) +
		`" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:firstRow="1"/></w:tblPr><w:tblGrid>`)

	for _, width := range widths {
		fmt.Fprintf(out, `<w:gridCol w:w="%d"/>`, width)
	}

	out.WriteString(`</w:tblGrid>`)

	heads := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		heads[i] = column.Text
	}

	t.row(out, widths, heads, true)

	for _, row := range t.Rows {
		t.row(out, widths, row, false)
	}

	out.WriteString(`</w:tbl>`)
	paragraph(out, "Gap", "")
}

func (t Table) row(out *strings.Builder, widths []int, cells []string, first bool) {
	out.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
	if first {
		out.WriteString(`<w:tblHeader/>`)
	}

	out.WriteString(`</w:trPr>`)

	for i, cell := range cells {
		style, side := "Cell", ""

		switch {
		case first:
			style, side = "CellHead", `<w:jc w:val="center"/>`
		case t.Columns[i].Right:
			side = `<w:jc w:val="right"/>`
		}

		fmt.Fprintf(out, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, widths[i])

		for _, line := range strings.Split(cell, "\n") {
			out.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/>` + side + `</w:pPr>`)
			run(out, line)
			out.WriteString(`</w:p>`)
		}

		out.WriteString(`</w:tc>`)
	}

	out.WriteString(`</w:tr>`)
}

// widths divides the page between the columns.
func (t Table) widths() []int {
	sum := 0.0
	for _, column := range t.Columns {
		sum += column.Width
	}

	widths := make([]int, len(t.Columns))
	for i, column := range t.Columns {
		widths[i] = int(room * column.Width / sum)
	}

	return widths
}

// escaped is text as XML; what XML cannot hold becomes the sign for that.
func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a builder takes everything

	return out.String()
}

func properties(document Document) string {
	made := document.Made.UTC().Format(time.RFC3339)

	return `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ` +
		`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" ` +
		`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` + escaped(
		document.Title,
	) +
		`</dc:title><dc:creator>Juzhen</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">` + made +
		`</dcterms:created></cp:coreProperties>`
}
