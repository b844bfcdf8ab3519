// Package reports holds the operations on reports.
package reports

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/report"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Reports *report.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "inspection", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/reports", "list-reports",
		i18n.N("报告，最近有变化的在前")), access.ReachView, a.list)
	rest.Register(a.API, operation(http.MethodGet, "/reports/{id}", "get-report",
		i18n.N("一份报告：文字、数据和哈希")), access.ReachView, a.find)

	file := operation(
		http.MethodGet,
		"/reports/{id}/file",
		"get-report-file",
		i18n.N("报告的 Word、Excel 或 PDF 文件"),
	)
	content := map[string]*huma.MediaType{}

	for _, format := range report.Formats() {
		content[format.Type()] = &huma.MediaType{
			Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"},
		}
	}
	file.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: content}}
	rest.Register(a.API, file, access.ReachView, a.file)

	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/reports", "make-report",
		i18n.N("生成报告；数据此后不再变"))), access.ReportMake, a.make)
	rest.Register(a.API, operation(http.MethodPost, "/reports/{id}/words", "write-report",
		i18n.N("修改报告的标题和文字，成为新的一版")), access.ReportMake, a.write)
	rest.Register(a.API, operation(http.MethodPost, "/reports/{id}/sign", "sign-report",
		i18n.N("签发报告：须两个不同的人，第二人签发时编号")), access.ReportSign, a.sign)
	rest.Register(a.API, operation(http.MethodPost, "/reports/{id}/return", "return-report",
		i18n.N("退回只有一人签发的报告")), access.ReportSign, a.giveBack)
}
