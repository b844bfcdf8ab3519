package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/web/page"
)

// Who acts is who the page shows: each page says for whom it was made, by this field in its forms and
// this header of its scripts. The kit adds the field to what it renders, so that no template can forget
// it.
const (
	readerField  = "page-for"
	readerHeader = "X-Page-For"

	// refusedHeader tells scripts that the page behind them belongs to somebody else.
	refusedHeader = "X-Page-Refused"
)

var errOtherReader = fault.Conflict("本页是为另一位用户打开的，现在登录的不是这位用户。什么都没有做；请重新登录后再试").WithCode("other_reader")

// sameReader refuses a write from a page that was made for somebody else: another tab has signed in as
// another person since. A request that names no page, such as a program's, is the signed-in person's
// own.
func (k *Kit) sameReader(c *gin.Context) error {
	if isAPI(c) || Actor(c).UserID == 0 || c.Request.Method == http.MethodGet ||
		c.Request.Method == http.MethodHead {
		return nil
	}

	maker := c.GetHeader(readerHeader)
	if maker == "" {
		if err := parseForm(c); err != nil {
			return err
		}
		maker = c.Request.PostForm.Get(readerField)
	}

	if maker == "" || maker == readerID(Actor(c).UserID) {
		return nil
	}
	c.Header(refusedHeader, "other")

	return errOtherReader
}

func readerID(user int64) string { return strconv.FormatInt(user, 10) }

// otherPage says that the page was made for somebody else, shows what was typed on it, and both ways on.
type otherPage struct {
	page.Base
	SignIn SignInPage  // as the one the page was made for, with what was typed
	Maker  string      // name of whom the page was made for; empty when not known
	Shown  []page.Pair // what is worth showing: texts a person typed
	Again  string      // address of the page, to be opened by who is signed in now
}

// showOther answers a write from another person's page: nothing is done, nothing typed is lost.
func (k *Kit) showOther(c *gin.Context) {
	page := otherPage{Base: k.Base(c, "本页属于另一位用户"), SignIn: k.lateForm(c), Again: k.cameFrom(c)}
	page.SignIn.Base, page.Shown = page.Base, texts(page.SignIn.Carry)
	page.Maker = k.nameOf(c, c.Request.PostForm.Get(readerField))
	if page.SignIn.TooMuch {
		page.SignIn.Next = page.Again
	}
	page.Bare, page.Unsent = true, true
	if err := k.Show(c, http.StatusConflict, "signin/other", page); err != nil {
		k.Fail(c, err)
	}
}

// nameOf is the name of the person with an id as a page wrote it.
func (k *Kit) nameOf(c *gin.Context, id string) string {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 || k.opts.NameOf == nil {
		return ""
	}

	name, err := k.opts.NameOf(c.Request.Context(), n)
	if err != nil {
		return ""
	}

	return name
}

// cameFrom is the address of the page the form was on.
func (k *Kit) cameFrom(c *gin.Context) string {
	from, err := url.Parse(c.Request.Referer())
	if err != nil || from.Path == "" {
		return "/"
	}

	return local(from.RequestURI())
}

// markForms adds to each form that is sent by POST for whom the page was made.
func markForms(html []byte, reader int64) []byte {
	if reader == 0 || !bytes.Contains(html, []byte("<form")) {
		return html
	}

	field := []byte(`<input type="hidden" name="` + readerField + `" value="` + readerID(reader) + `">`)

	out := make([]byte, 0, len(html)+1024)
	for {
		at := bytes.Index(html, []byte("<form"))
		if at < 0 {
			return append(out, html...)
		}
		end := at + tagEnd(html[at:])
		out = append(out, html[:end]...)
		if bytes.Contains(bytes.ToLower(html[at:end]), []byte(`method="post"`)) {
			out = append(out, field...)
		}
		html = html[end:]
	}
}

// tagEnd is the length of the tag that html begins with; a quoted value may hold its last character.
func tagEnd(html []byte) int {
	var quote byte

	for i, b := range html {
		switch {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return i + 1
		}
	}

	return len(html)
}
