// Package webtest drives pages in tests: it sends requests to a handler and reads the answer by selector.
// It holds no expectation about any page and is imported by tests only.
package webtest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jba/templatecheck"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/web"
)

// People is a session store of fixed tokens, for tests of pages without identity.
type People map[string]access.Actor

// Actor implements web.Sessions.
func (p People) Actor(_ context.Context, token, _, _ string) (access.Actor, web.Session, error) {
	if actor, ok := p[token]; ok {
		return actor, web.Session{ID: actor.SessionID}, nil
	}

	return access.Actor{}, web.Session{}, fault.Unauthenticated("登录已过期，请重新登录")
}

// Browser sends requests as one person, keeping cookies. Header is added to each request.
type Browser struct {
	t       testing.TB
	h       http.Handler
	cookies map[string]string
	Header  http.Header
}

// Open gives a browser that holds the session token; an empty token is signed out.
func Open(t testing.TB, h http.Handler, token string) *Browser {
	browser := &Browser{t: t, h: h, cookies: map[string]string{}, Header: http.Header{}}
	if token != "" {
		browser.cookies[web.CookieName] = token
	}

	return browser
}

// English switches the browser to English.
func (b *Browser) English() *Browser { b.cookies["juzhen_lang"] = "en"; return b }

// Page is an answer, readable by selector.
type Page struct {
	*goquery.Document
	t        testing.TB
	Status   int
	Header   http.Header
	Body     string
	Location string // where a redirect leads
}

// Get asks for a page.
func (b *Browser) Get(target string) *Page { return b.Do(http.MethodGet, target, nil) }

// Post sends a form.
func (b *Browser) Post(target string, form url.Values) *Page {
	if form == nil {
		form = url.Values{}
	}

	return b.Do(http.MethodPost, target, form)
}

// Part asks for a fragment as scripts do.
func (b *Browser) Part(method, target string, form url.Values) *Page {
	b.Header.Set("Juzhen-Part", "1")
	defer b.Header.Del("Juzhen-Part")
	return b.Do(method, target, form)
}

// Do sends any request; a non-nil form becomes its body.
func (b *Browser) Do(method, target string, form url.Values) *Page {
	b.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	return b.Send(r)
}

// Send sends a request made by hand, with the browser's cookies and headers.
func (b *Browser) Send(r *http.Request) *Page {
	b.t.Helper()

	for name, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: v})
	}

	for name, v := range b.Header {
		r.Header[name] = v
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)

	for _, cookie := range w.Result().Cookies() {
		b.cookies[cookie.Name] = cookie.Value
		if cookie.Value == "" {
			delete(b.cookies, cookie.Name)
		}
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		b.t.Fatal(err)
	}

	return &Page{
		Document: doc,
		t:        b.t,
		Status:   w.Code,
		Header:   w.Header(),
		Body:     w.Body.String(),
		Location: w.Header().Get("Location"),
	}
}

// Cookie is the value the browser holds under name.
func (b *Browser) Cookie(name string) string { return b.cookies[name] }

// Want fails the test unless the status is as wanted.
func (p *Page) Want(status int) *Page {
	p.t.Helper()
	if p.Status != status {
		p.t.Fatalf(
			"status %d, want %d; title %q, notices %q",
			p.Status,
			status,
			p.Text("h1"),
			p.Text(".error-text, .banner, .field-error"),
		)
	}

	return p
}

// WantText fails the test unless the first element of the selector contains text.
func (p *Page) WantText(selector, text string) *Page {
	p.t.Helper()
	if got := p.Text(selector); !strings.Contains(got, text) {
		p.t.Errorf("%s says %q, want %q", selector, got, text)
	}

	return p
}

// WantCount fails the test unless n elements match.
func (p *Page) WantCount(selector string, n int) *Page {
	p.t.Helper()
	if got := p.Find(selector).Length(); got != n {
		p.t.Errorf("%d × %s, want %d", got, selector, n)
	}

	return p
}

// Text is the text of all matches with white space folded.
func (p *Page) Text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// Form gives the values a browser would send with the form that matches.
func (p *Page) Form(selector string) url.Values {
	values := url.Values{}
	p.Find(selector).
		First().
		Find("input[name],textarea[name],select[name]").
		Each(func(_ int, s *goquery.Selection) {
			name, _ := s.Attr("name")
			value, _ := s.Attr("value")
			kind, _ := s.Attr("type")

			_, checked := s.Attr("checked")
			switch {
			case goquery.NodeName(s) == "textarea":
				values.Add(name, s.Text())
			case goquery.NodeName(s) == "select":
				s.Find("option[selected]").
					Each(func(_ int, o *goquery.Selection) { values.Add(name, o.AttrOr("value", o.Text())) })
			case (kind == "checkbox" || kind == "radio") && !checked, kind == "file", kind == "submit":
			default:
				values.Add(name, value)
			}
		})

	return values
}

// CheckTemplates parses every declared page and checks it against its struct.
func CheckTemplates(t *testing.T, kit *web.Kit) {
	t.Helper()

	for _, name := range kit.PageNames() {
		tpl, err := kit.Template(name)
		if err == nil {
			err = templatecheck.CheckHTML(tpl, kit.Zero(name))
		}
		if err != nil {
			t.Errorf("page %s: %v", name, err)
		}
	}
}
