package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"juzhen/internal/fault"
)

// unzipped reads the parts of an office file; each has to be well-formed.
func unzipped(t *testing.T, file File) map[string]string {
	t.Helper()

	archive, err := zip.NewReader(bytes.NewReader(file.Body), int64(len(file.Body)))
	if err != nil {
		t.Fatal(err)
	}

	texts := map[string]string{}

	for _, part := range archive.File {
		reader, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		texts[part.Name] = string(raw)

		for decoder := xml.NewDecoder(bytes.NewReader(raw)); ; {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", part.Name, err)
			}
		}
	}

	return texts
}

// TestEachFileSaysWhatTheReportSays: every cell of every table is in every file, with source and age.
func TestEachFileSaysWhatTheReportSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	word := w.make(w.boss, lastQuarter(Quarter))

	file, err := w.s.File(t.Context(), w.boss, word.ID, Word)
	w.must(err)
	document := unzipped(t, file)["word/document.xml"]

	if n := strings.Count(document, `w:val="Heading1"`); n != len(word.Figures.Sections) {
		t.Errorf("%d headings", n)
	}

	file, err = w.s.File(t.Context(), w.boss, word.ID, Excel)
	w.must(err)
	unzipped(t, file)
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	w.must(err)
	defer book.Close()

	page, err := word.page()
	w.must(err)
	printed := string(page)

	for _, section := range word.Figures.Sections {
		for _, table := range section.Tables {
			for n, row := range table.Shown() {
				for i, cell := range row {
					if !strings.Contains(document, ">"+cell+"<") {
						t.Errorf("Word: %s lacks %q", table.Name, cell)
					}
					if !strings.Contains(printed, cell) {
						t.Errorf("the page to print: %s lacks %q", table.Name, cell)
					}
					at, err := excelize.CoordinatesToCellName(i+1, n+3)
					w.must(err)
					if got, err := book.GetCellValue(table.Name, at); err != nil || got != cell {
						t.Errorf("Excel: %s %s is %q, want %q (%v)", table.Name, at, got, cell, err)
					}
				}
			}
		}
	}

	for _, line := range word.Close() {
		if !strings.Contains(document, line) || !strings.Contains(printed, line) {
			t.Errorf("lacks %q", line)
		}
	}
	if !strings.Contains(strings.Join(word.Close(), "\n"), "数据截至 2026-10-09 09:30") {
		t.Errorf("no age: %v", word.Close())
	}
}

func TestTheWorkbookHasTypesChartsAndNoFormula(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paper := w.make(w.boss, lastQuarter(Quarter))
	_, err := w.s.Write(t.Context(), w.boss, paper.ID, 1, "=1+1", Words{Overview: "=HYPERLINK(\"x\")"})
	w.must(err)
	file, err := w.s.File(t.Context(), w.boss, paper.ID, Excel)
	w.must(err)
	parts := unzipped(t, file)
	if parts["xl/charts/chart1.xml"] == "" {
		t.Error("there is no chart")
	}

	for name, part := range parts {
		if strings.HasPrefix(name, "xl/worksheets/sheet") &&
			(strings.Contains(part, "<f>") || !strings.Contains(part, `state="frozen"`)) {
			t.Errorf("%s has a formula, or no head that stays", name)
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	w.must(err)
	defer book.Close()

	for cell, want := range map[string]excelize.CellType{
		"A3": excelize.CellTypeSharedString, "C3": excelize.CellTypeUnset, "E3": excelize.CellTypeUnset,
	} {
		if got, err := book.GetCellType("各账号情况", cell); err != nil || got != want {
			t.Errorf("%s is a %v, want %v (%v)", cell, got, want, err)
		}
	}
	if title, _ := book.GetCellValue("说明", "A1"); title != "'=1+1" {
		t.Errorf("title %q", title)
	}
}

func TestAPDFFileHasTextAndPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	if !w.s.Printable() {
		t.Fatal("needs chromium or fonts-droid-fallback: .ci/ensure chromium pdffont")
	}
	paper := w.make(w.boss, lastQuarter(Inspection))
	file, err := w.s.File(t.Context(), w.boss, paper.ID, PDF)
	w.must(err)
	path := filepath.Join(t.TempDir(), "report.pdf")
	w.must(os.WriteFile(path, file.Body, 0o600))
	out, err := exec.Command("pdftotext", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (.ci/ensure pdftext): %v", err)
	}
	text := strings.Join(strings.Fields(string(out)), "")

	for _, want := range []string{"一、总体情况", "数据截至2026-10-09", "不合格", "—1—"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %s", want)
		}
	}
	_, err = w.s.File(t.Context(), w.boss, paper.ID, "odt")
	w.wantKind("another format", err, fault.KindInvalid)
	_, err = w.s.File(t.Context(), w.district, paper.ID, Word)
	w.wantKind("from elsewhere", err, fault.KindNotFound)
}

// TestAPlainPDFSaysTheSame: the report for a machine without Chromium.
func TestAPlainPDFSaysTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paper := w.make(w.boss, Ask{Kind: Account, AccountID: 1, From: "2026-09-01", To: "2026-09-30"})
	plain := paper.plain()
	tables, rows := 0, 0

	for _, part := range plain.Parts {
		if len(part.Table.Rows) > 0 {
			tables, rows = tables+1, rows+len(part.Table.Rows)
		}
	}
	if tables != 4 || rows < 40 || plain.Title != paper.Edition.Title {
		t.Errorf("%d tables with %d rows", tables, rows)
	}
}
