package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
)

// authorizePage is what the account's owner sees before an application may post for them.
type authorizePage struct {
	App      App
	Query    url.Values
	Accounts []Account
	Problem  string
	Code     int
}

// request checks what the application asked for. A wrong redirect address is never followed: it is told on the page.
func (s *Server) authorization(r *http.Request) (App, url.Values, *apiError) {
	_ = r.ParseForm()
	q := url.Values{}
	for _, k := range []string{"client_id", "redirect_uri", "response_type", "state", "scope", "display", "forcelogin"} {
		q.Set(k, r.Form.Get(k))
	}
	app, ok := s.app(q.Get("client_id"))
	u, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case !ok:
		return app, q, fail(21324)
	case err != nil || u.Host == "" || (app.RedirectURI != "" && app.RedirectURI != q.Get("redirect_uri")):
		return app, q, fail(21322)
	case q.Get("response_type") != "" && q.Get("response_type") != "code":
		return app, q, fail(21329)
	}
	return app, q, nil
}

// showAuthorize is the first half of the page: the form.
func (s *Server) showAuthorize(w http.ResponseWriter, r *http.Request) {
	app, q, problem := s.authorization(r)
	page := authorizePage{App: app, Query: q, Accounts: s.Accounts()}
	status := http.StatusOK
	if problem != nil {
		page.Problem, page.Code, status = problem.text, problem.code, http.StatusBadRequest
	}
	s.render(w, status, "authorize", page)
}

// decideAuthorize sends the browser back with a code, or with the refusal.
func (s *Server) decideAuthorize(w http.ResponseWriter, r *http.Request) {
	app, q, problem := s.authorization(r)
	if problem != nil {
		s.render(w, http.StatusBadRequest, "authorize", authorizePage{App: app, Query: q, Problem: problem.text, Code: problem.code})
		return
	}
	a := s.find(r.Form.Get("account"))
	switch {
	case r.Form.Get("decision") != "allow" || a == nil:
		s.back(w, r, q, refusal(fail(21330)))
	case !app.admits(a.Handle):
		s.back(w, r, q, refusal(fail(21321)))
	default:
		code := s.oauth.newCode(grantCode{uid: a.UID, app: app.Key, redirect: q.Get("redirect_uri"), expires: s.clock.now().Add(codeLife)})
		s.back(w, r, q, url.Values{"code": {code}})
	}
}

func refusal(e *apiError) url.Values {
	return url.Values{"error": {e.text}, "error_code": {strconv.Itoa(e.code)}, "error_uri": {"/oauth2/authorize"}}
}

func (s *Server) back(w http.ResponseWriter, r *http.Request, q, more url.Values) {
	u, _ := url.Parse(q.Get("redirect_uri"))
	out := u.Query()
	for k, v := range more {
		out[k] = v
	}
	if q.Get("state") != "" {
		out.Set("state", q.Get("state"))
	}
	u.RawQuery = out.Encode()
	http.Redirect(w, r, u.String(), http.StatusFound)
}
