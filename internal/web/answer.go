package web

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/web/page"
)

// errorPage tells one failure: what happened, what it means, what to do.
type errorPage struct {
	page.Base
	Status  int
	Text    string // in the reader's language
	Code    string // for the operator
	Request string
	SignIn  string // address of the sign-in page when that is the way out
}

// statuses maps kinds of failure to HTTP.
var statuses = map[fault.Kind]int{
	fault.KindInternal: http.StatusInternalServerError, fault.KindInvalid: http.StatusUnprocessableEntity,
	fault.KindUnauthenticated: http.StatusUnauthorized, fault.KindForbidden: http.StatusForbidden,
	fault.KindNotFound: http.StatusNotFound, fault.KindConflict: http.StatusConflict,
	fault.KindTooMany: http.StatusTooManyRequests, fault.KindUnavailable: http.StatusServiceUnavailable,
}

// titles head the error pages.
var titles = map[fault.Kind]string{
	fault.KindInternal:        "系统出错",
	fault.KindInvalid:         "填写有误",
	fault.KindUnauthenticated: "请先登录",
	fault.KindForbidden:       "没有权限",
	fault.KindNotFound:        "没有找到",
	fault.KindConflict:        "状态已变化",
	fault.KindTooMany:         "操作太频繁",
	fault.KindUnavailable:     "暂时不可用",
}

// StatusOf is the HTTP status of err.
func StatusOf(err error) int {
	failure := fault.Public(err)
	switch failure.Code {
	case "method_not_allowed":
		return http.StatusMethodNotAllowed
	case "misdirected":
		return http.StatusMisdirectedRequest
	}

	return statuses[failure.Kind]
}

// Wait for those faults that name no time of their own.
const (
	tooManyWait     = time.Minute
	unavailableWait = 5 * time.Second
)

// RetryAfter sets the header that tells when to come back, for answers 429 and 503; for others it does
// nothing. Whole seconds, rounded up: who keeps to them is not turned away again.
func RetryAfter(c *gin.Context, err error) {
	pub := fault.Public(err)
	wait := map[fault.Kind]time.Duration{
		fault.KindTooMany:     tooManyWait,
		fault.KindUnavailable: unavailableWait,
	}[pub.Kind]
	if wait == 0 {
		return
	}
	if pub.Retry > 0 {
		wait = pub.Retry
	}
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// partHeader is what the scripts of a page send when they ask for a part of one.
const partHeader = "Juzhen-Part"

// IsFragment tells whether a script asks for a part of a page.
func IsFragment(c *gin.Context) bool { return c.GetHeader(partHeader) != "" }

func isAPI(c *gin.Context) bool { return strings.HasPrefix(c.Request.URL.Path, "/api/") }

// Fail answers err: a problem for programs, a notice for scripts, else a page. What nobody planned is
// logged with its cause.
func (k *Kit) Fail(c *gin.Context, err error) {
	if body := tooLarge(err); body != nil {
		err = body
	}
	pub, status := fault.Public(err), StatusOf(err)
	if status >= http.StatusInternalServerError {
		k.opts.Log.Error("request failed",
			"id", RequestID(c),
			"route", routeOf(c),
			"user", Actor(c).UserID,
			"err", err,
		)
	}
	if c.Writer.Written() {
		return
	}

	for _, name := range []string{"Content-Type", "Content-Disposition", "Etag", "Location"} {
		c.Writer.Header().Del(name) // of the answer that was begun; Gin would keep the type
	}
	RetryAfter(c, err)
	if isAPI(c) {
		k.Problem(c, err)
		return
	}
	page := errorPage{Status: status, Code: pub.Code, Request: RequestID(c)}
	name := "error/error"
	if IsFragment(c) {
		name += "#fragment"
		page.Base = k.frame(c, titles[pub.Kind])
	} else {
		page.Base = k.Base(c, titles[pub.Kind])
	}
	page.Text = page.T(pub.Text, pub.Args...)
	if pub.Kind == fault.KindUnauthenticated {
		page.SignIn = SignInPath
	}
	page.Bare, page.Unsent = !page.SignedIn(), true
	if err := k.Show(c, status, name, page); err != nil {
		k.opts.Log.Error("error page failed", "id", RequestID(c), "err", err)
		c.String(status, pub.Plain())
	}
}

// Problem answers err as application/problem+json (RFC 9457).
func (k *Kit) Problem(c *gin.Context, err error) {
	pub, status := fault.Public(err), StatusOf(err)
	pr := k.Printer(c)
	body := map[string]any{"type": "about:blank", "title": pr.T(titles[pub.Kind]), "status": status,
		"detail": pr.T(pub.Text, pub.Args...), "code": pub.Code, "request": RequestID(c)}
	if fields := fault.FieldErrors(err); len(fields) > 0 {
		var list []map[string]string
		for _, failure := range fields {
			list = append(list, map[string]string{
				"location": failure.Field,
				"message":  pr.T(failure.Text, failure.Args...),
			})
		}
		body["errors"] = list
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	raw, _ := json.Marshal(body)
	c.Data(status, "application/problem+json; charset=utf-8", raw)
}

// Form is a page with a form that can be shown again with errors at its fields; any page struct's
// pointer is one.
type Form interface {
	Fail(err error)
	Frame() *page.Base
}

// Refuse shows the page again with what was typed and err at its fields, for errors a person can mend
// in the form. Other errors (not found, forbidden, failures of ours) are given back. p is the pointer
// to the page struct.
func (k *Kit) Refuse(c *gin.Context, err error, name string, form Form) error {
	switch fault.KindOf(err) {
	case fault.KindInvalid, fault.KindConflict, fault.KindTooMany, fault.KindUnavailable:
		RetryAfter(c, err)
		form.Fail(err)
		form.Frame().Follow = page.Follow{} // its address is that of the form, which answers no reading

		return k.Show(c, StatusOf(err), name, form)
	}

	return err
}

// See leads on after a POST. text is a Chinese source text told once on
// the next page; it may be empty.
func (k *Kit) See(c *gin.Context, address, text string, args ...any) error {
	if text != "" {
		k.SetFlash(c, page.Flash{Tone: "good", Text: k.Printer(c).T(text, args...)})
	}
	c.Redirect(http.StatusSeeOther, address)

	return nil
}

const flashCookie = "juzhen_flash"

// SetFlash tells f on the next page the person sees.
func (k *Kit) SetFlash(c *gin.Context, flash page.Flash) {
	raw, _ := json.Marshal(flash)
	k.setCookie(c, flashCookie, base64.RawURLEncoding.EncodeToString(raw), k.opts.Now().Add(time.Minute))
}

// takeFlash reads the sentence of an earlier request and forgets it.
func (k *Kit) takeFlash(c *gin.Context) []page.Flash {
	v, err := c.Cookie(k.cookieName(flashCookie))
	if err != nil || v == "" || IsPassive(c) { // a sentence is for the page the person opens
		return nil
	}
	k.setCookie(c, flashCookie, "", time.Time{})
	raw, err := base64.RawURLEncoding.DecodeString(v)
	var flash page.Flash
	if err != nil || json.Unmarshal(raw, &flash) != nil || flash.Text == "" {
		return nil
	}

	return []page.Flash{flash}
}

// Printer speaks the reader's language.
func (k *Kit) Printer(c *gin.Context) *i18n.Printer { return i18n.For(k.lang(c)) }
