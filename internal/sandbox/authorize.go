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

// request checks what the application asked for. A wrong redirect address is never followed: it is told
// on the page.
func (s *Server) authorization(r *http.Request) (App, url.Values, *apiError) {
	_ = r.ParseForm()

	values := url.Values{}
	for _, k := range []string{
		"client_id", "redirect_uri", "response_type", "state", "scope", "display", "forcelogin",
	} {
		values.Set(k, r.Form.Get(k))
	}
	app, ok := s.app(values.Get("client_id"))

	address, err := url.Parse(values.Get("redirect_uri"))
	switch {
	case !ok:
		return app, values, fail(21324)
	case err != nil || address.Host == "" || (app.RedirectURI != "" &&
		app.RedirectURI != values.Get("redirect_uri")):
		return app, values, fail(21322)
	case values.Get("response_type") != "" && values.Get("response_type") != "code":
		return app, values, fail(21329)
	}

	return app, values, nil
}

// showAuthorize is the first half of the page: the form.
func (s *Server) showAuthorize(w http.ResponseWriter, r *http.Request) {
	app, values, problem := s.authorization(r)
	page := authorizePage{App: app, Query: values, Accounts: s.Accounts()}
	status := http.StatusOK
	if problem != nil {
		page.Problem, page.Code, status = problem.text, problem.code, http.StatusBadRequest
	}
	s.render(w, status, "authorize", page)
}

// decideAuthorize sends the browser back with a code, or with the refusal.
func (s *Server) decideAuthorize(w http.ResponseWriter, r *http.Request) {
	app, values, problem := s.authorization(r)
	if problem != nil {
		s.render(w, http.StatusBadRequest, "authorize", authorizePage{
			App: app, Query: values, Problem: problem.text, Code: problem.code,
		})

		return
	}

	account := s.find(r.Form.Get("account"))
	switch {
	case r.Form.Get("decision") != "allow" || account == nil:
		s.back(w, r, values, refusal(fail(21330)))
	case !app.admits(account.Handle):
		s.back(w, r, values, refusal(fail(21321)))
	default:
		code := s.oauth.newCode(grantCode{
			uid:      account.UID,
			app:      app.Key,
			redirect: values.Get("redirect_uri"),
			expires:  s.clock.now().Add(codeLife),
		})
		s.back(w, r, values, url.Values{"code": {code}})
	}
}

func refusal(e *apiError) url.Values {
	return url.Values{
		"error":      {e.text},
		"error_code": {strconv.Itoa(e.code)},
		"error_uri":  {"/oauth2/authorize"},
	}
}

func (s *Server) back(w http.ResponseWriter, r *http.Request, q, more url.Values) {
	address, _ := url.Parse(q.Get("redirect_uri"))

	out := address.Query()
	for k, v := range more {
		out[k] = v
	}
	if q.Get("state") != "" {
		out.Set("state", q.Get("state"))
	}
	address.RawQuery = out.Encode()
	http.Redirect(w, r, address.String(), http.StatusFound)
}
