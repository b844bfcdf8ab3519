package report

import (
	"bytes"
	"html/template"
)

// page is the report as a page that stands alone, for Chromium to print.
func (p Paper) page() ([]byte, error) {
	var out bytes.Buffer
	err := printed.Execute(&out, p)

	return out.Bytes(), err
}

// printed is the page: the faces of official documents with what stands in for them, numbers on every page,
// the head of a table on each page that it goes on over.
var printed = template.Must(template.New("report").Parse(`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{{.Edition.Title}}</title>
<style>
@page {
  size: A4; margin: 37mm 26mm 35mm 28mm;
  @bottom-center { content: "— " counter(page) " —"; font: 14pt serif; }
}
body { margin: 0; color: #000;
  font: 16pt/28pt "FangSong_GB2312", "FangSong", "STFangsong", "Noto Serif CJK SC", serif; }
h1 { margin: 0 0 12pt; text-align: center; text-wrap: balance;
  font: 22pt/32pt "FZXiaoBiaoSong-B05S", "STZhongsong", "SimHei", "Noto Serif CJK SC", serif; }
h2 { margin: 12pt 0 2pt; break-after: avoid; text-indent: 2em;
  font: 16pt/28pt "SimHei", "Heiti SC", "Noto Sans CJK SC", sans-serif; }
.under { margin: 0; text-align: center; font-size: 14pt; line-height: 24pt; }
.said { margin: 0; text-indent: 2em; }
table { width: 100%; margin: 8pt 0 0; border-collapse: collapse; table-layout: fixed;
  font-size: 9pt; line-height: 13pt; }
caption { margin-bottom: 4pt; break-after: avoid;
  font: 10.5pt "SimHei", "Heiti SC", "Noto Sans CJK SC", sans-serif; }
th, td { padding: 2pt 3pt; border: 0.5pt solid #000; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; font-weight: normal; }
thead th { font-family: "SimHei", "Heiti SC", "Noto Sans CJK SC", sans-serif; text-align: center; }
tr { break-inside: avoid; }
.num { text-align: right; font-variant-numeric: tabular-nums; }
.note { margin: 3pt 0 0; font-size: 9pt; line-height: 13pt; }
.close { margin-top: 16pt; padding-top: 6pt; border-top: 0.5pt solid #000;
  font-size: 10.5pt; line-height: 16pt; }
.close p { margin: 0 0 3pt; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>{{.Edition.Title}}</h1>
{{range .Under}}<p class="under">{{.}}</p>{{end}}
{{range $i, $section := .Figures.Sections}}
<h2>{{$.Figures.Heading $i}}</h2>
{{range $.Said $section}}<p class="said">{{.}}</p>{{end}}
{{range .Tables}}{{$table := .}}
<table>
<caption>{{.Name}}</caption>
<colgroup>{{range .Widths}}<col width="{{.}}%">{{end}}</colgroup>
<thead><tr>{{range .Columns}}<th scope="col">{{.Text}}</th>{{end}}</tr></thead>
<tbody>
{{range .Shown}}<tr>{{range $n, $cell := .}}
<td{{if (index $table.Columns $n).Number}} class="num"{{end}}>{{$cell}}</td>{{end}}</tr>{{else -}}
<tr><td colspan="{{len .Columns}}">{{.Nothing}}</td></tr>{{end}}
</tbody>
</table>
{{with .Note}}<p class="note">{{.}}</p>{{end}}
{{end}}{{end}}
<div class="close">{{range .Close}}<p>{{.}}</p>{{end}}</div>
</body>
</html>
`))

// Widths are the widths of the columns in hundredths of the page.
func (t Table) Widths() []int {
	sum := 0.0
	for _, column := range t.Columns {
		sum += column.Width
	}

	widths := make([]int, len(t.Columns))
	for i, column := range t.Columns {
		widths[i] = int(column.Width / sum * 100)
	}

	return widths
}
