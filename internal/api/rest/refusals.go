package rest

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/web"
)

// clientErrors are the answers of 4xx an operation can give, in the order of their status. Each is a problem.
func clientErrors(op huma.Operation) []int {
	perm, _ := op.Metadata[metaPermission].(access.Permission)
	all := []int{http.StatusBadRequest, http.StatusUnauthorized}

	if perm != web.Open && perm != access.Self {
		all = append(all, http.StatusForbidden)
	}
	if hasParameter(op, "path") || hasParameter(op, "query") {
		all = append(all, http.StatusNotFound)
	}
	if op.Method == http.MethodGet {
		all = append(all, http.StatusNotAcceptable)
	}
	if op.RequestBody != nil {
		all = append(all, http.StatusRequestTimeout)
	}
	if op.Method != http.MethodGet {
		all = append(all, http.StatusConflict)
	}
	if op.RequestBody != nil {
		all = append(all, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}

	return append(all, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
}

func hasParameter(op huma.Operation, in string) bool {
	for _, p := range op.Parameters {
		if p.In == in {
			return true
		}
	}

	return false
}

// documentRefusals writes down how an operation refuses, when huma has written down what else it answers.
func (a *API) documentRefusals(op huma.Operation) {
	written := operationAt(a.huma.OpenAPI().Paths[op.Path], op.Method)
	written.Metadata = op.Metadata
	describeParameters(written)
	answers := a.huma.OpenAPI().Components.Responses

	for _, status := range clientErrors(*written) {
		name := "Problem" + strconv.Itoa(status)
		if answers[name] == nil {
			answers[name] = &huma.Response{Description: titles[status], Content: problemContent()}
		}
		written.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + name}
	}

	written.Responses["default"] = &huma.Response{
		Description: i18n.N("其他错误，同样是 problem"),
		Content:     problemContent(),
	}
}

// DocumentStream describes a route of the kit that answers with events without an end.
func (a *API) DocumentStream(op huma.Operation, perm access.Permission) {
	op.Extensions = map[string]any{"x-permission": string(perm)}
	op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	op.Parameters = []*huma.Param{{
		Name: "Last-Event-ID", In: "header", Description: i18n.N("读到的位置；不给时从此刻起"),
		Schema: &huma.Schema{Type: huma.TypeString},
	}}
	op.Responses = map[string]*huma.Response{"200": {
		Description: i18n.N("事件流"),
		Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
		},
	}}
	a.huma.OpenAPI().AddOperation(&op)
	a.documentRefusals(op)
}

func problemContent() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{
		problemType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
	}
}

func operationAt(path *huma.PathItem, method string) *huma.Operation {
	return map[string]*huma.Operation{
		http.MethodGet:    path.Get,
		http.MethodPost:   path.Post,
		http.MethodPut:    path.Put,
		http.MethodPatch:  path.Patch,
		http.MethodDelete: path.Delete,
	}[method]
}

// describeOperation says in full what an operation needs and how it is repeated.
func describeOperation(op node, method string, printer *i18n.Printer) string {
	text := printer.T(op.text("summary")) + "\n\n"

	switch perm := op.text("x-permission"); perm {
	case string(web.Open):
		text += printer.T("不需要登录。")
	case string(access.Self):
		text += printer.T("登录后即可使用，只及于本人。")
	default:
		text += printer.T("需要权限 {.permission}；不在管辖范围内的与不存在的一样，答复 404。", "permission", perm)
	}

	if method != "get" {
		for _, param := range op.nodes("parameters") {
			if param.text("name") == keyHeader {
				text += printer.T("可带 Idempotency-Key，重复的请求不会做第二遍。")
			}
		}
	}

	return text
}
