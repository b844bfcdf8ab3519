package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/web"
)

// What a request carries in its Gin context.
const (
	keyPrinter = "api.printer"
	keyRan     = "api.ran" // the use case was begun
)

const problemType = "application/problem+json"

// Problem is an answer to a request that failed, as RFC 9457 describes it. Programs decide by code,
// people read detail.
type Problem struct {
	Type    string         `json:"type" doc:"总是 about:blank"`
	Title   string         `json:"title" doc:"错误的种类"`
	Status  int            `json:"status" doc:"HTTP 状态码"`
	Detail  string         `json:"detail" doc:"发生了什么、怎么办，用 Accept-Language 的语言"`
	Code    string         `json:"code" doc:"固定的错误代码，供程序判断"`
	Request string         `json:"request,omitempty" doc:"请求编号，日志中可查"`
	Errors  []ProblemField `json:"errors,omitempty" doc:"逐处的错误"`

	Findings []ShownFinding `json:"findings,omitempty" doc:"正文检查发现的、须改正或须说明理由的；code 为 findings 时有"`
}

// ProblemField is what is wrong at one place of the request.
type ProblemField struct {
	Location string `json:"location" doc:"错误的位置，如 body.text"`
	Message  string `json:"message" doc:"说明"`
	Code     string `json:"code" doc:"固定的错误代码"`
}

// Error is the text for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes huma answer with the media type of problems.
func (p *Problem) ContentType(string) string { return problemType }

// titles head the problems, by status.
var titles = map[int]string{
	http.StatusBadRequest:            i18n.N("请求无法读取"),
	http.StatusUnauthorized:          i18n.N("请先登录"),
	http.StatusForbidden:             i18n.N("没有权限"),
	http.StatusNotFound:              i18n.N("没有找到"),
	http.StatusRequestTimeout:        i18n.N("请求太慢"),
	http.StatusConflict:              i18n.N("状态已变化"),
	http.StatusPreconditionFailed:    i18n.N("状态已变化"),
	http.StatusRequestEntityTooLarge: i18n.N("内容过大"),
	http.StatusNotAcceptable:         i18n.N("格式不支持"),
	http.StatusUnsupportedMediaType:  i18n.N("格式不支持"),
	http.StatusUnprocessableEntity:   i18n.N("填写有误"),
	http.StatusTooManyRequests:       i18n.N("操作太频繁"),
	http.StatusInternalServerError:   i18n.N("系统出错"),
	http.StatusServiceUnavailable:    i18n.N("暂时不可用"),
}

// statuses are those of codes that say more than their kind.
var statuses = map[string]int{
	"malformed":           http.StatusBadRequest,
	"too_large":           http.StatusRequestEntityTooLarge,
	"too_slow":            http.StatusRequestTimeout,
	"unsupported_media":   http.StatusUnsupportedMediaType,
	"precondition_failed": http.StatusPreconditionFailed,
	"key_invalid":         http.StatusBadRequest,
	"not_acceptable":      http.StatusNotAcceptable,
}

func statusOf(err error) int {
	if s, ok := statuses[fault.Public(err).Code]; ok {
		return s
	}

	return web.StatusOf(err)
}

// init makes huma's own refusals problems of ours. huma keeps the maker as a package variable; nothing
// else sets it.
func init() {
	huma.NewError = func(status int, _ string,
		_ ...error) huma.StatusError {
		return &Problem{Status: status}
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return refusal(humagin.Unwrap(ctx), status, errs)
	}
}

// PrinterOf gives the request's language.
func PrinterOf(c *gin.Context) *i18n.Printer {
	printer, _ := c.Value(keyPrinter).(*i18n.Printer)
	return printer
}

// problem turns what a use case failed with into the answer. What nobody planned is logged with its cause.
func (a *API) problem(c *gin.Context, err error) *Problem {
	pub, status := fault.Public(err), statusOf(err)
	if status >= http.StatusInternalServerError {
		a.Log.Error("request failed",
			"id", web.RequestID(c),
			"route", c.FullPath(),
			"user", web.Actor(c).UserID,
			"err", err,
		)
	}
	web.RetryAfter(c, err)

	p := newProblem(c, status, pub)
	for _, failure := range fault.FieldErrors(err) {
		p.Errors = append(p.Errors, ProblemField{
			Location: Locate(failure.Field),
			Message:  PrinterOf(c).T(failure.Text, failure.Args...),
			Code:     failure.Code,
		})
	}
	if open, ok := check.OpenIn(err); ok {
		p.Findings = ShowFindings(PrinterOf(c), open.Findings)
	}

	return p
}

func newProblem(c *gin.Context, status int, failure *fault.Error) *Problem {
	return &Problem{
		Type:    "about:blank",
		Title:   PrinterOf(c).T(titles[status]),
		Status:  status,
		Detail:  PrinterOf(c).T(failure.Text, failure.Args...),
		Code:    failure.Code,
		Request: web.RequestID(c),
	}
}

// fail answers before huma has the request.
func (a *API) fail(c *gin.Context, err error) {
	raw, _ := json.Marshal(a.problem(c, err))
	c.Data(statusOf(err), problemType, raw)
}

// fieldNames are the fields of use cases that are called otherwise in bodies.
var fieldNames = map[string]string{
	"accounts":        "body.account_ids",
	"due":             "body.due_at",
	"repost":          "body.repost_of",
	"media":           "body.media_ids",
	"unit":            "body.unit_id",
	"parent":          "body.parent_id",
	"token":           "body.access_token",
	"file":            "body.file",
	"":                "body",
	"Idempotency-Key": "header.Idempotency-Key",
	"cursor":          "query.cursor",
	"after":           "query.cursor",
	"from":            "query.from",
	"to":              "query.to",
}

// Locate names the place of a field in the request as huma names places: body.text.
func Locate(field string) string {
	if name, ok := fieldNames[field]; ok {
		return name
	}
	if strings.Contains(field, ".") || strings.Contains(field, "[") {
		if head, _, _ := strings.Cut(field, "."); head == "body" || head == "query" || head == "path" {
			return field
		}
	}

	return "body." + field
}

// refusal is what huma found wrong with a request before any use case saw it.
func refusal(c *gin.Context, status int, errs []error) *Problem {
	failure := fault.Invalid("", "有 {.n} 处需要修改", "n", len(errs))

	switch status {
	case http.StatusBadRequest:
		failure = ErrMalformed
	case http.StatusRequestEntityTooLarge:
		failure = errTooLarge
	case http.StatusRequestTimeout:
		failure = errSlow
	case http.StatusUnsupportedMediaType:
		failure = errMedia
	case http.StatusInternalServerError:
		failure = fault.Public(errors.New("huma"))
	}

	problem := newProblem(c, status, failure)
	for _, err := range errs {
		problem.Errors = append(problem.Errors, wrongField(c, err))
	}

	return problem
}

func wrongField(c *gin.Context, err error) ProblemField {
	var d huma.ErrorDetailer
	if !errors.As(err, &d) {
		return ProblemField{Location: "body", Message: PrinterOf(c).T(words["invalid"]), Code: "invalid"}
	}
	detail := d.ErrorDetail()
	code, arg := wordOf(detail.Message)

	return ProblemField{Location: detail.Location, Message: PrinterOf(c).T(words[code], "a", arg), Code: code}
}
