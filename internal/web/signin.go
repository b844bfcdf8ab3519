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

// SignInPath is where the sign-in form lives; console/signin registers GET and POST on it with permission Open.
const SignInPath = "/signin"

// carryPrefix marks hidden fields of the sign-in form that belong to the form whose session had expired.
const carryPrefix = "carry."

// SignInPage is the sign-in form. Next is where to go afterwards; Carry is a form that came too late and goes on
// after the sign-in with everything that was typed.
type SignInPage struct {
	page.Base
	Username string
	Next     string
	Carry    []page.Pair
	Late     bool // a session had expired on the way
}

// resumePage shows who is signed in now and offers to send the carried form on, by one click and without scripts.
type resumePage struct {
	page.Base
	Action string
	Fields []page.Pair
	Shown  []page.Pair // what is worth showing: texts a person typed
}

// askSignIn answers a request for which nobody is signed in. A page leads to the form; a POST gets the form at once, with
// its own fields hidden inside; a fragment gets a sentence and the page behind it stays as it is.
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

// signInWithForm renders the sign-in page around the values of the form that came too late. Passwords are not carried;
// files are not either: pages upload them before the form is sent.
func (k *Kit) signInWithForm(c *gin.Context) {
	if err := parseForm(c); err != nil {
		k.Fail(c, err)
		return
	}
	p := SignInPage{Base: k.Base(c, "登录"), Next: local(c.Request.URL.RequestURI()), Late: true}
	p.Carry = []page.Pair{}
	for _, name := range sortedKeys(c.Request.PostForm) {
		if strings.Contains(strings.ToLower(name), "password") {
			continue
		}
		for _, v := range c.Request.PostForm[name] {
			p.Carry = append(p.Carry, page.Pair{Name: carryPrefix + name, Value: v})
		}
	}
	p.Carry = append(p.Carry, page.Pair{Name: "carry-form", Value: "1"})
	if err := k.ShowSignIn(c, http.StatusUnauthorized, p); err != nil {
		k.Fail(c, err)
	}
}

// ShowSignIn renders the sign-in form.
func (k *Kit) ShowSignIn(c *gin.Context, status int, p SignInPage) error {
	p.Bare = true
	return k.Show(c, status, "signin/signin", p)
}

// SignInForm reads the sign-in form's own fields for showing it (again): user name, address afterwards, carried fields.
func (k *Kit) SignInForm(c *gin.Context) (SignInPage, error) {
	if err := parseForm(c); err != nil {
		return SignInPage{}, err
	}
	p := SignInPage{Base: k.Base(c, "登录"), Username: strings.TrimSpace(c.Request.PostForm.Get("username"))}
	p.Next = local(c.Request.Form.Get("next"))
	for _, name := range sortedKeys(c.Request.PostForm) {
		if !strings.HasPrefix(name, carryPrefix) && name != "carry-form" {
			continue
		}
		p.Late = true
		for _, v := range c.Request.PostForm[name] {
			p.Carry = append(p.Carry, page.Pair{Name: name, Value: v})
		}
	}
	return p, nil
}

// SignedIn finishes a successful sign-in: sets the cookie and leads on, through the carried form when there is one.
// It is called after the use case has accepted the password; the person is shown what will be sent before it is.
func (k *Kit) SignedIn(c *gin.Context, token string, expires time.Time) error {
	form, err := k.SignInForm(c)
	if err != nil {
		return err
	}
	k.SetSession(c, token, expires)
	if !form.Late {
		return k.See(c, form.Next, "")
	}
	p := resumePage{Base: form.Base, Action: form.Next}
	p.Title, p.Bare = "继续提交", true
	for _, f := range form.Carry {
		name, ok := strings.CutPrefix(f.Name, carryPrefix)
		if !ok {
			continue
		}
		p.Fields = append(p.Fields, page.Pair{Name: name, Value: f.Value})
		if len([]rune(f.Value)) > 3 {
			p.Shown = append(p.Shown, page.Pair{Name: name, Value: f.Value})
		}
	}
	return k.Show(c, http.StatusOK, "signin/resume", p)
}

// local keeps only addresses of this console, as path and query; anything else becomes "/".
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) ||
		strings.HasPrefix(u.Path, SignInPath) {
		return "/"
	}
	return u.RequestURI()
}

func sortedKeys(v url.Values) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
