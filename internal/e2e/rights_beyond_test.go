package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"

	"juzhen/internal/access"
)

// beyond tries things outside of the reader's units.
func (g *ground) beyond(r rule) int {
	if r.thing == nil || r.as == oneself {
		return 0
	}
	there := g.make(r, g.outside, reader{})
	g.last = g.everything()
	if r.as == returns {
		return g.stolen(r, there)
	}

	for i, role := range access.Roles() {
		who := string(role) + " outside"
		if r.as == chosen && r.may[i] != '-' {
			g.strange(r, role, there)
			continue
		}
		if r.as == typed && r.may[i] != '-' {
			g.unheard(r, role, there)
			continue
		}
		if r.as != listed || r.may[i] == '-' {
			g.denied(r, who, g.readers[role], there)
			continue
		}
		a := g.ask(r, g.readers[role], there)
		// not found: the filter names a unit that is not there
		if a.Code != http.StatusOK && a.Code != http.StatusNotFound {
			g.t.Errorf("%s as %s: %d, want a list: %s", r.route, who, a.Code, says(a))
		}
		g.looked(r, who, g.readers[role])
		g.sealed(r, who, a)
	}

	return len(access.Roles())
}

// strange sends a form with a unit from outside: the answer is word by word that for a unit which does
// not exist.
func (g *ground) strange(r rule, role access.Role, there vars) {
	a := g.ask(r, g.readers[role], there)
	b := g.ask(r, g.readers[role], there.with(vars{"unit": 999_999}))
	if a.Code != http.StatusUnprocessableEntity || b.Code != a.Code || fields(a) == "" ||
		fields(a) != fields(b) {
		g.t.Errorf(
			"%s as %s outside: %d %s, and nowhere: %d %s",
			r.route,
			role,
			a.Code,
			fields(a),
			b.Code,
			fields(b),
		)
	}
	g.unchanged(r, string(role)+" outside")
	g.sealed(r, string(role)+" outside", a)
}

// unheard types the number of an account from outside: the answer is that for an account which does not
// exist.
func (g *ground) unheard(r rule, role access.Role, there vars) {
	a := g.ask(r, g.readers[role], there)
	b := g.ask(r, g.readers[role], there.with(vars{"account": 999_999}))
	of := func(a *httptest.ResponseRecorder, asked any) string { // but for the number that was typed
		body := strings.ReplaceAll(a.Body.String(), fmt.Sprintf("“%v”", asked), "")
		return strings.Join(regexp.MustCompile("没有找到账号[^<]*").FindAllString(body, -1), " ")
	}
	if here, nowhere := of(
		a,
		there["account"],
	), of(
		b,
		999_999,
	); a.Code != http.StatusUnprocessableEntity || b.Code != a.Code || here == "" ||
		here != nowhere {
		g.t.Errorf(
			"%s as %s outside: %d %s, and nowhere: %d %s",
			r.route,
			role,
			a.Code,
			here,
			b.Code,
			nowhere,
		)
	}
	g.unchanged(r, string(role)+" outside")
	g.sealed(r, string(role)+" outside", a)
}

// fields are the faults told at fields, in a page or a problem.
func fields(a *httptest.ResponseRecorder) string {
	return strings.Join(
		regexp.MustCompile(`(?s)class="field-error[^>]*>.*?</|"errors":.*`).
			FindAllString(a.Body.String(), -1),
		" ",
	)
}

// stolen comes back from Weibo with what another person began: told so, the state is used up for good,
// and no token is kept.
func (g *ground) stolen(r rule, there vars) int {
	a := g.ask(r, g.readers[access.Administrator], there)
	if a.Code != http.StatusConflict {
		g.t.Errorf("%s with another's state: %d, want a conflict: %s", r.route, a.Code, says(a))
	}
	if g.holds(`
		SELECT EXISTS (SELECT FROM credentials WHERE account_id = {id} AND origin = 'oauth')`, there) {
		g.t.Errorf("%s with another's state kept a token", r.route)
	}
	g.sealed(r, "administrator with another's state", a)

	return 1
}
