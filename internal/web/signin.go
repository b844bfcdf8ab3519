package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/web/page"
)

// SignInPath is where the sign-in form lives; console/signin registers GET and POST on it with
// permission Open.
const SignInPath = "/signin"

// carryPrefix marks hidden fields of the sign-in form that belong to the form whose session had expired.
const carryPrefix = "carry."

// SignInPage is the sign-in form. Next is where to go afterwards; Carry is a form that came too late
// and goes on after the sign-in with everything that was typed.
type SignInPage struct {
	page.Base
	Username string
	Next     string
	Carry    []page.Pair
	Late     bool // a session had expired on the way
	TooMuch  bool // what was typed is too much to be carried: the page itself keeps it
}

// resumePage shows who is signed in now and offers to send the carried form on, by one click and
// without scripts.
type resumePage struct {
	page.Base
	Action string
	Fields []page.Pair
	Shown  []page.Pair // what is worth showing: texts a person typed
}

// askSignIn answers a request for which nobody is signed in. A page leads to the form; a POST gets the
// form at once, with its own fields hidden inside; a fragment gets a sentence and the page behind it
// stays as it is.
func (k *Kit) askSignIn(c *gin.Context) {
	safe := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
	switch {
	case IsFragment(c) || IsPassive(c): // reads too: leading away would cost what is typed on the page behind
		k.Fail(c, fault.Unauthenticated("登录已过期，本页内容仍在。请在新窗口登录，再回到这里重试"))
	case safe:
		c.Redirect(http.StatusSeeOther, signInURL(c.Request.URL.RequestURI()))
	default:
		k.signInWithForm(c)
	}
}

func signInURL(next string) string {
	if next = local(next); next == "/" {
		return SignInPath
	}

	return SignInPath + "?next=" + url.QueryEscape(next)
}

// signInWithForm renders the sign-in page around the values of the form that came too late. Passwords
// are not carried; files are not either: pages upload them before the form is sent.
func (k *Kit) signInWithForm(c *gin.Context) {
	page := k.lateForm(c)
	page.Base, page.Unsent = k.Base(c, "登录"), true
	if err := k.ShowSignIn(c, http.StatusUnauthorized, page); err != nil {
		k.Fail(c, err)
	}
}

// lateForm carries the form of the request. What cannot be read or is too much to be given back stays
// in the page it was typed in, and the way leads there.
func (k *Kit) lateForm(c *gin.Context) SignInPage {
	page := SignInPage{Late: true, Next: local(c.Request.URL.RequestURI())}
	bound := strangersBound(c)
	if Actor(c).UserID != 0 {
		bound = lateBody
	}
	if err := parseForm(c); err == nil {
		page.Carry = carried(c.Request.PostForm, bound)
	}
	if page.Carry == nil {
		page.TooMuch, page.Next = true, k.cameFrom(c)
	}

	return page
}

// maxCarried bounds the fields that are given back, by number.
const maxCarried = 1000

// carried gives the fields of a form for the sign-in page to hold; nil when they are more than bound
// bytes there.
func carried(form url.Values, bound int64) []page.Pair {
	out := []page.Pair{{Name: "carry-form", Value: "1"}}
	room := 2 * int(bound) // on the page some characters take more than one byte

	for _, name := range sortedKeys(form) {
		if strings.Contains(strings.ToLower(name), "password") {
			continue
		}

		for _, v := range form[name] {
			if room -= pageBytes(name) + pageBytes(v) + 64; room < 0 || len(out) > maxCarried {
				return nil
			}
			out = append(out, page.Pair{Name: carryPrefix + name, Value: v})
		}
	}

	return out
}

// pageBytes is how long s is in an attribute of a page.
func pageBytes(s string) int {
	n := len(s)
	for i := range len(s) {
		if strings.IndexByte(`"'&<>+`, s[i]) >= 0 {
			n += 4
		}
	}

	return n
}

// texts picks what a person typed and wants to see again.
func texts(carry []page.Pair) (out []page.Pair) {
	for _, pair := range carry {
		name, ok := strings.CutPrefix(pair.Name, carryPrefix)
		if ok && len([]rune(pair.Value)) > 3 {
			out = append(out, page.Pair{Name: name, Value: pair.Value})
		}
	}

	return out
}

// ShowSignIn renders the sign-in form.
func (k *Kit) ShowSignIn(c *gin.Context, status int, page SignInPage) error {
	page.Bare = true
	return k.Show(c, status, "signin/signin", page)
}

// maxName bounds the user name that is shown again, in bytes.
const maxName = 300

// SignInForm reads the sign-in form's own fields for showing it (again): user name, address afterwards,
// carried fields.
func (k *Kit) SignInForm(c *gin.Context) (SignInPage, error) {
	if err := parseForm(c); err != nil {
		return SignInPage{}, err
	}

	page := SignInPage{Base: k.Base(c, "登录"), Username: strings.TrimSpace(c.Request.PostForm.Get("username"))}
	if len(page.Username) > maxName {
		page.Username = ""
	}
	page.Next = local(c.Request.Form.Get("next"))
	if page.Late = c.Request.PostForm.Has("carry-form"); !page.Late {
		return page, nil
	}

	form := url.Values{}

	for name, values := range c.Request.PostForm {
		if own, ok := strings.CutPrefix(name, carryPrefix); ok {
			form[own] = values
		}
	}
	page.Carry = carried(form, lateCarried)
	page.TooMuch = page.Carry == nil

	return page, nil
}

// SignedIn finishes a successful sign-in: sets the cookie and leads on, through the carried form when
// there is one. It is called after the use case has accepted the password; the person is shown what
// will be sent before it is. A form that somebody else had filled in is shown and not sent.
func (k *Kit) SignedIn(c *gin.Context, token string, expires time.Time) error {
	form, err := k.SignInForm(c)
	if err != nil {
		return err
	}
	k.SetSession(c, token, expires)
	if !form.Late || form.TooMuch {
		return k.See(c, form.Next, "")
	}

	if err := k.becomes(c, token); err != nil {
		return err
	}
	form.Base = k.Base(c, "继续提交")

	p := resumePage{Base: form.Base, Action: form.Next, Shown: texts(form.Carry)}
	for _, pair := range form.Carry {
		name, ok := strings.CutPrefix(pair.Name, carryPrefix)
		switch {
		case !ok:
		case name != readerField:
			p.Fields = append(p.Fields, page.Pair{Name: name, Value: pair.Value})
		case pair.Value != readerID(p.Actor.UserID):
			return k.notTheirs(c, form, pair.Value)
		}
	}
	p.Bare, p.Unsent = true, true

	return k.Show(c, http.StatusOK, "signin/resume", p)
}

// becomes makes the request that of the person who has just signed in.
func (k *Kit) becomes(c *gin.Context, token string) error {
	actor, session, err := k.opts.Sessions.Actor(
		c.Request.Context(),
		token,
		c.ClientIP(),
		c.Request.UserAgent(),
	)
	if err != nil {
		return err
	}
	c.Set(string(keyActor), actor)
	c.Set(string(keySession), session)

	return nil
}

// notTheirs shows a carried form to a person who did not fill it in.
func (k *Kit) notTheirs(c *gin.Context, form SignInPage, maker string) error {
	page := otherPage{
		Base:   k.Base(c, "本页属于另一位用户"),
		SignIn: form,
		Maker:  k.nameOf(c, maker),
		Shown:  texts(form.Carry),
		Again:  "/",
	}
	page.Bare, page.Unsent = true, true
	page.SignIn.Base = page.Base

	return k.Show(c, http.StatusConflict, "signin/other", page)
}

// maxAddress bounds an address that is led to or written into a page, in bytes.
const maxAddress = 4096

// local keeps only addresses of this console, as path and query; anything else becomes "/".
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.Contains(u.Path, `\`) ||
		strings.HasPrefix(u.Path, SignInPath) ||
		len(address) > maxAddress {
		return "/"
	}

	return u.RequestURI()
}

func sortedKeys(values url.Values) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)

	return keys
}
