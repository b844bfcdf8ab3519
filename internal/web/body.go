package web

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
)

// How much of a request is kept in memory, and for how long one may send it. Files never are: they go
// to the disk.
const (
	// maxText bounds the fields of a form that are no files, in bytes, on every route: also where files
	// may be large.
	maxText = 2 << 20

	// strangerBody bounds a body while nobody is signed in; such a body holds no files.
	strangerBody = 64 << 10

	// lateBody bounds a body that comes with the cookie of a session that ended lately: twenty wordings
	// go on after the next sign-in. The form of that sign-in carries them once more, with longer names.
	lateBody    = 1 << 20
	lateCarried = lateBody + 256<<10

	// strangerTime is how long somebody who is not signed in may take to send a body.
	strangerTime = 20 * time.Second
)

// FilesOnDisk, given to ParseMultipartForm, keeps maxText bytes of fields in memory and every file on
// the disk. ReadForm adds 10 MiB of its own for the fields; they are taken off, so that the bound is
// ours.
const FilesOnDisk = maxText - 10<<20

// boundBody limits the body before anything of it is read: by the route, and closer while nobody is
// signed in.
func boundBody(c *gin.Context, route int64) {
	limit := route
	if Actor(c).UserID == 0 {
		limit = min(limit, strangersBound(c))
		// not every writer can
		_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(strangerTime))
	}

	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
}

// strangersBound is the limit of a body that nobody signed in sends.
func strangersBound(c *gin.Context) int64 {
	switch {
	case endedOf(c) == 0:
		return strangerBody
	case c.Request.URL.Path == SignInPath:
		return lateCarried
	}

	return lateBody
}

const keyForm contextKey = "form"

// parseForm reads query and body once, multipart included; asked again, it says the same. A body that
// cannot be read is the sender's mistake.
func parseForm(c *gin.Context) error {
	if known, ok := c.Get(string(keyForm)); ok {
		err, _ := known.(error)
		return err
	}

	err := readForm(c)
	c.Set(string(keyForm), err)

	return err
}

func readForm(c *gin.Context) error {
	parts := strings.HasPrefix(c.ContentType(), "multipart/")
	if parts && Actor(c).UserID == 0 && endedOf(c) == 0 {
		return errStrangersFiles
	}
	if !parts {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxText)
	}

	err := c.Request.ParseForm()
	if err == nil && parts {
		err = c.Request.ParseMultipartForm(FilesOnDisk)
	}

	switch large := tooLarge(err); {
	case large != nil:
		return large
	case errors.Is(err, multipart.ErrMessageTooLarge):
		return overText.With(err)
	case err != nil || !formIsText(c.Request.Form):
		return fault.Invalid("", "表单无法读取，请刷新页面后重试").With(err)
	}

	return nil
}

var (
	errStrangersFiles = fault.Unauthenticated("登录已过期，请登录后再上传")
	overText          = fault.Invalid("", "内容超过 {.n} MB 的上限", "n", maxText>>20).WithCode("too_large")
)

func formIsText(form url.Values) bool {
	for name, values := range form {
		for _, v := range values {
			if !isText(name) || !isText(v) {
				return false
			}
		}
	}

	return true
}

func asMaxBytes(err error) int64 {
	var e *http.MaxBytesError
	if errors.As(err, &e) {
		return e.Limit
	}

	return 0
}
