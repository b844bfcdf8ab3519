package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"juzhen/internal/docx"
)

var report = docx.Document{
	Title: "2026年第三季度自查报告",
	Under: []string{"自查〔2026〕1号"},
	Made:  time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC),
	Parts: []docx.Part{
		{Heading: "一、基本情况", Text: []string{"第一段 <&>\n第二段\x00"}, Tables: []docx.Table{{
			Caption: "各账号",
			Columns: []docx.Column{{Text: "账号", Width: 2}, {Text: "发布数", Width: 1, Right: true}},
			Rows:    [][]string{{"环保北京", "12"}, {"“示例”", "不可用"}},
		}}},
		{Heading: "二、下一步措施", End: []string{"数据截至 2026-12-01 16:00。"}},
	},
}

// parts reads every part of a file and holds it to be well-formed.
func parts(t *testing.T, file []byte) map[string]string {
	t.Helper()

	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
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

		for decoder := xml.NewDecoder(bytes.NewReader(raw)); ; {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s is no XML: %v", part.Name, err)
			}
		}

		texts[part.Name] = string(raw)
	}

	return texts
}

func TestAFileIsWholeAndHasRealHeadings(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer
	if err := docx.Write(&out, report); err != nil {
		t.Fatal(err)
	}

	texts := parts(t, out.Bytes())
	document := texts["word/document.xml"]

	for _, want := range []string{
		`<w:pStyle w:val="Title"/></w:pPr><w:r><w:t xml:space="preserve">2026年第三季度自查报告`,
		`<w:pStyle w:val="Subtitle"/></w:pPr><w:r><w:t xml:space="preserve">自查〔2026〕1号`,
		`<w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t xml:space="preserve">一、基本情况`,
		`第一段 &lt;&amp;&gt;</w:t>`, `<w:tblHeader/>`, `<w:jc w:val="right"/>`, `“示例”`, `数据截至`,
	} {
		if !strings.Contains(document, want) {
			t.Errorf("the document does not have %s", want)
		}
	}

	if n := strings.Count(document, "<w:tr>"); n != 3 {
		t.Errorf("%d rows", n)
	}
	if n := strings.Count(document, `<w:pStyle w:val="Normal"/>`); n != 2 {
		t.Errorf("%d paragraphs of text", n)
	}
	if !strings.Contains(texts["word/footer1.xml"], " PAGE ") {
		t.Error("pages have no numbers")
	}

	for _, face := range []string{"方正小标宋简体", "黑体", "仿宋_GB2312"} {
		if !strings.Contains(texts["word/styles.xml"], face) ||
			!strings.Contains(texts["word/fontTable.xml"], `<w:font w:name="`+face+`"><w:altName`) {
			t.Errorf("%s is not named with what stands in for it", face)
		}
	}
}

func TestEveryStyleThatIsUsedIsThere(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer
	if err := docx.Write(&out, report); err != nil {
		t.Fatal(err)
	}

	texts := parts(t, out.Bytes())
	used := 0

	for _, piece := range strings.Split(texts["word/document.xml"], `Style w:val="`)[1:] {
		name, _, _ := strings.Cut(piece, `"`)
		used++

		if !strings.Contains(texts["word/styles.xml"], `w:styleId="`+name+`"`) {
			t.Errorf("there is no style %s", name)
		}
	}

	if used < 10 {
		t.Errorf("%d styles are used", used)
	}
}
