package pdf

import (
	"bytes"
	"fmt"
	"time"

	"github.com/signintech/gopdf"
)

// Document is what a file says, part by part, for A4 upright.
type Document struct {
	Title string
	Made  time.Time // when the file was asked for
	Parts []Part
}

// Part is a section: a heading, facts, paragraphs, a table, in this order. What is empty is left out.
type Part struct {
	Heading string
	Facts   []Fact
	Text    []string // paragraphs; line breaks stay
	Table   Table
}

// Fact is a name with its value.
type Fact struct{ Name, Value string }

// Table has as many widths and heads as each row has cells. Widths are shares of the page.
type Table struct {
	Head   []string
	Widths []float64
	Rows   [][]string
}

// Measures in points.
const (
	paperWide, paperHigh   = 595.28, 841.89
	left, top, bottom      = 45.0, 51.0, 51.0
	wide                   = paperWide - 2*left
	factName               = 96.0 // width of the column of names
	bodySize, headingSize  = 10.5, 12.0
	titleSize, footSize    = 16.0, 8.0
	lineHigh               = 1.5 // times the size
	padding                = 3.0 // inside a cell
	afterPart, beforeTable = 10.0, 4.0
)

// sheet is a document while it is set. The first failure is kept, and nothing is set after it.
type sheet struct {
	out     gopdf.GoPdf
	letters *letters
	y       float64
	pages   int
	err     error
}

// set makes the file with the font at path.
func set(path string, document Document) ([]byte, error) {
	fonts, err := loadLetters(path)
	if err != nil {
		return nil, err
	}

	s := &sheet{letters: fonts}
	s.out.Start(gopdf.Config{PageSize: gopdf.Rect{W: paperWide, H: paperHigh}})
	s.out.SetInfo(gopdf.PdfInfo{Title: document.Title, Creator: "Juzhen", CreationDate: document.Made})

	for _, f := range fonts.faces {
		if err := s.out.AddTTFFontData(f.name, f.raw); err != nil {
			return nil, fmt.Errorf("font %s: %w", path, err)
		}
	}

	s.page()
	s.lines(left, wide, titleSize, document.Title)
	s.y += afterPart

	for _, part := range document.Parts {
		s.part(part)
	}

	s.feet()

	var file bytes.Buffer
	if s.err == nil {
		_, s.err = s.out.WriteTo(&file)
	}

	return file.Bytes(), s.err
}

func (s *sheet) page() {
	if s.pages++; s.pages > maxPages {
		s.err = errLong
	}
	if s.err != nil {
		return
	}

	s.out.AddPage()
	s.y = top
}

// room begins a page where so much does not fit any more.
func (s *sheet) room(high float64) {
	if s.y+high > paperHigh-bottom {
		s.page()
	}
}

func (s *sheet) part(part Part) {
	if part.Heading != "" {
		s.room(headingSize*lineHigh + 2*bodySize*lineHigh) // not alone at the end of a page
		s.rule(s.y)
		s.y += afterPart / 2
		s.lines(left, wide, headingSize, part.Heading)
	}

	for _, fact := range part.Facts {
		s.row([]float64{factName, wide - factName}, []string{fact.Name, fact.Value}, false)
	}

	for _, text := range part.Text {
		s.lines(left, wide, bodySize, text)
	}

	s.table(part.Table)
	s.y += afterPart
}

func (s *sheet) table(table Table) {
	if len(table.Rows) == 0 {
		return
	}

	sum := 0.0
	for _, share := range table.Widths {
		sum += share
	}

	widths := make([]float64, len(table.Widths))
	for i, share := range table.Widths {
		widths[i] = wide * share / sum
	}

	s.y += beforeTable
	s.row(widths, table.Head, true)

	for _, row := range table.Rows {
		s.row(widths, row, true)
	}
}

// row sets cells beside each other, line by line: one that is longer than a page goes on over the next.
func (s *sheet) row(widths []float64, cells []string, ruled bool) {
	split := make([][]string, len(cells))
	most := 0

	for i, cell := range cells {
		split[i] = s.letters.split(cell, bodySize, widths[i]-2*padding)
		most = max(most, len(split[i]))
	}

	if ruled {
		s.room(2*padding + bodySize*lineHigh)
		s.rule(s.y)
		s.y += padding
	}

	for n := range most {
		s.room(bodySize * lineHigh)

		x := left

		for i, lines := range split {
			if n < len(lines) {
				s.write(x+padding, bodySize, lines[n])
			}

			x += widths[i]
		}

		s.y += bodySize * lineHigh
	}

	if ruled {
		s.y += padding
		s.rule(s.y)
	}
}

// lines sets text below each other.
func (s *sheet) lines(x, width, size float64, text string) {
	for _, line := range s.letters.split(text, size, width) {
		s.room(size * lineHigh)
		s.write(x, size, line)
		s.y += size * lineHigh
	}
}

// write sets a line, run by run of one font.
func (s *sheet) write(x, size float64, line string) {
	var run []rune

	at, in := x, -1
	end := func() {
		if s.err != nil || len(run) == 0 {
			return
		}
		if s.err = s.out.SetFont(s.letters.faces[in].name, "", size); s.err != nil {
			return
		}

		s.out.SetXY(x, s.y)
		s.err = s.out.Cell(nil, string(run))
		run = run[:0]
	}

	for _, r := range line {
		set := s.letters.of(r)
		if set.shown == 0 {
			continue
		}

		if set.face != in {
			end()

			x, in = at, set.face
		}

		run = append(run, set.shown)
		at += set.wide * size
	}

	end()
}

func (s *sheet) rule(y float64) {
	if s.err != nil {
		return
	}

	s.out.SetLineWidth(0.5)
	s.out.SetStrokeColor(0x88, 0x88, 0x88)
	s.out.Line(left, y, left+wide, y)
}

// feet numbers the pages when all are there, as those that Chromium prints are numbered.
func (s *sheet) feet() {
	for n := 1; n <= s.pages && s.err == nil; n++ {
		if s.err = s.out.SetPage(n); s.err != nil {
			return
		}

		s.y = paperHigh - bottom/2
		s.write(paperWide/2-2*footSize, footSize, fmt.Sprintf("— %d —", n))
	}
}
