package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/web"
)

// rule is what a route must answer. It is typed by hand and knows nothing of the console's own table of
// rights.
type rule struct {
	route string // method and path as registered
	// who may, in the order press officer, reviewer, supervisor, administrator, auditor; "-" may not.
	// open: everybody, also signed out.
	may   string
	thing func(*side) vars // what the address or the form is about; nil: nothing that belongs to a unit
	send  string           // a form, JSON, "file field name&rest of the form", or the query of a GET
	// proof of an allowed act: SQL that is false before and true after. For a look: text that the
	// answer must hold.
	proof string
	as    standing
}

// open is the right of routes that need nobody signed in.
const open = "open"

// standing says in whose place the reader stands, where that is not the usual one.
type standing int

const (
	usual   standing = iota // a reader of the unit inside
	ruler                   // only a reader of the whole bureau; those of the unit are outside
	oneself                 // the act ends or changes the reader's own sign-in: each time a new person
	returns                 // a GET that acts: the way back from Weibo
	reckons                 // a POST that only answers: it changes no row
	// the thing is one of a list: whoever may sees the list, and nothing in it from outside
	listed
	// the unit is a choice of the form: one outside is answered at the field, as one that does not exist
	chosen
	// the account is typed into a field: one outside is answered as one that does not exist
	typed
)

// TestEveryRouteForEveryRole walks all routes as every role, at things inside and outside of the
// reader's units, and signed out. Allowed acts change the row they are about; denied ones answer 403 or
// 404 and change no row of any table; looking changes none either.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	rules := slices.Concat(pageRules, apiRules, relayRules)

	for first := range grounds {
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			t.Parallel()
			ground := newGround(t)
			ground.complete(rules)

			cells := 0
			for i := first; i < len(rules); i += grounds {
				cells += ground.walk(rules[i])
			}
			t.Logf("%d of %d rules, %d cells", (len(rules)-first+grounds-1)/grounds, len(rules), cells)
			ground.named()
		})
	}
}

// grounds is how many the rules are shared out among. Each thing that a rule makes stays on its ground, so
// that lists and the look at every table grow with the rules walked there.
const grounds = 6

// named fails for an entry of the trail about a kind of thing that nobody declared: people would read a
// code there. The walk has done every act that there is a route for.
func (g *ground) named() {
	rows, err := g.DB.Pool().Query(g.t.Context(), "SELECT DISTINCT subject_type FROM audit_entries")
	g.must(err)
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[string])
	g.must(err)

	for _, kind := range kinds {
		if g.Audit.SubjectText(kind) == "" {
			g.t.Errorf("the trail has no name for a %q", kind)
		}
	}
}

// complete fails for a route without a rule and for a rule without a route.
func (g *ground) complete(rules []rule) {
	routes, ruled := map[string]bool{}, map[string]bool{}
	for _, route := range g.Kit().Routes() {
		routes[route.Method+" "+route.Path] = true
	}

	for _, r := range rules {
		ruled[r.route] = true
	}

	for _, r := range slices.Sorted(maps.Keys(routes)) {
		if !ruled[r] {
			g.t.Errorf("%s: no rule says who may", r)
		}
	}

	for _, r := range slices.Sorted(maps.Keys(ruled)) {
		if !routes[r] {
			g.t.Errorf("%s: there is a rule and no such route", r)
		}
	}
}

// walk tries one route in every place of every role and tells how many cells that were.
func (g *ground) walk(r rule) (cells int) {
	if r.may == open {
		g.who = reader{}
		if a := g.ask(r, reader{}, g.make(r, g.inside, reader{})); a.Code >= 400 {
			g.t.Errorf("%s signed out: %d, want it open", r.route, a.Code)
		}

		return 1
	}
	here := g.make(r, g.inside, reader{})
	g.last = g.everything()
	g.denied(r, "signed out", reader{}, here)

	for i, role := range access.Roles() {
		if r.may[i] == '-' {
			as := g.stand(r, role)
			g.last = g.everything()
			g.denied(r, string(role)+" inside", as, here)

			continue
		}
		g.allowed(r, role)
	}

	return 1 + len(access.Roles()) + g.beyond(r)
}

// make prepares the thing of a rule; who is the person it is for, zero for somebody else.
func (g *ground) make(r rule, s *side, who reader) vars {
	g.who = who
	if r.thing == nil {
		return vars{}
	}

	return r.thing(s)
}

func (g *ground) stand(r rule, role access.Role) reader {
	switch r.as {
	case ruler:
		return g.rulers[role]
	case oneself:
		return g.reader(role, 2, "/1/2/")
	}

	return g.readers[role]
}

// denied asks as somebody who may not: 403 or 404 (signed out: sign-in), and no row has changed.
func (g *ground) denied(r rule, who string, as reader, v vars) {
	g.t.Helper()
	a := g.ask(r, as, v)
	want := []int{http.StatusForbidden, http.StatusNotFound}
	if as.token == "" {
		want = []int{http.StatusUnauthorized}
		if strings.HasPrefix(r.route, "GET ") && !strings.Contains(r.route, "/api/") {
			want = []int{http.StatusSeeOther}
		}
	}
	if !slices.Contains(want, a.Code) {
		g.t.Errorf("%s as %s: %d, want %v: %s", r.route, who, a.Code, want, says(a))
	}
	if a.Code == http.StatusSeeOther && !strings.HasPrefix(a.Header().Get("Location"), web.SignInPath) {
		g.t.Errorf("%s as %s leads to %s", r.route, who, a.Header().Get("Location"))
	}
	g.unchanged(r, who)
	if r.as != ruler { // a banner of the whole bureau is theirs to see
		g.sealed(r, who, a)
	}
}

// allowed asks as somebody who may: an act shows in the row it is about, a look changes nothing.
func (g *ground) allowed(r rule, role access.Role) {
	g.t.Helper()
	as := g.stand(r, role)
	v := g.make(r, g.inside, as).with(vars{"self": as.user, "session": as.session, "username": as.name})
	look := strings.HasPrefix(r.route, "GET ") && r.as != returns || r.as == reckons
	if !look && g.holds(r.proof, v) {
		g.t.Errorf("%s: the proof holds before the act: %s", r.route, r.proof)
	}
	g.last = g.everything()
	g.others(r, role, as, v)
	a := g.ask(r, as, v)
	if a.Code >= 400 || strings.HasPrefix(a.Header().Get("Location"), web.SignInPath) && r.as != oneself {
		g.t.Errorf("%s as %s inside: %d, want it allowed: %s", r.route, role, a.Code, says(a))
		return
	}

	switch {
	case look:
		g.looked(r, string(role)+" inside", as)
		if !strings.Contains(a.Body.String(), r.proof) {
			g.t.Errorf("%s as %s: the answer lacks %q", r.route, role, r.proof)
		}
	case !g.holds(r.proof, v):
		g.t.Errorf(
			"%s as %s: the row has not changed: %s; %d %s",
			r.route,
			role,
			fill(r.proof, v),
			a.Code,
			says(a),
		)
	}
	if r.as != ruler {
		g.sealed(r, string(role)+" inside", a)
	}
}

// others sends what is allowed from a page that was made for somebody else: nothing is done, and
// nothing of it is lost.
func (g *ground) others(r rule, role access.Role, as reader, v vars) {
	g.t.Helper()
	if !strings.HasPrefix(r.route, "POST /") || strings.HasPrefix(r.route, "POST /api/") {
		return
	}
	r.send += "&typed=写到一半的话&page-for=" + fmt.Sprint(as.user+1)
	a := g.ask(r, as, v)
	if a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "写到一半的话") {
		g.t.Errorf("%s as %s from another's page: %d, want it refused: %s", r.route, role, a.Code, says(a))
	}
	g.unchanged(r, string(role)+" from another's page")
}

// takesTheTrail is the one look that leaves a row behind: whoever takes the trail away as a file is
// noted in it.
const takesTheTrail = "GET /api/v1/audit.csv"

// looked fails when an allowed look has changed any row. Of what takes the trail away it wants the
// note, of this person, and nothing else.
func (g *ground) looked(r rule, who string, as reader) {
	g.t.Helper()
	if r.route != takesTheTrail {
		g.unchanged(r, who)
		return
	}

	before, entries := splitTrail(g.last)
	after, now := splitTrail(g.everything())
	if now != entries+1 || !g.holds(fmt.Sprintf(`SELECT actor_id = %d AND action = 'audit.export'
			FROM audit_entries ORDER BY id DESC LIMIT 1`, as.user), nil) {
		g.t.Errorf(
			"%s as %s left %d entries in the trail, want its own note alone",
			r.route,
			who,
			now-entries,
		)
	}
	if before != after {
		g.t.Errorf("%s as %s changed rows:\n%s\nwas\n%s", r.route, who, after, before)
	}
	g.last = g.everything()
}

// splitTrail parts what everything told into the tables but the trail, and the number of entries in that.
func splitTrail(all string) (others string, entries int) {
	var rest []string

	for line := range strings.Lines(all) {
		if _, err := fmt.Sscanf(line, "audit_entries %d", &entries); err != nil {
			rest = append(rest, line)
		}
	}

	return strings.Join(rest, ""), entries
}

// unchanged fails when any row of any table is not what it was.
func (g *ground) unchanged(r rule, who string) {
	g.t.Helper()
	now := g.everything()
	if now == g.last {
		return
	}

	before, after := strings.Split(g.last, "\n"), strings.Split(now, "\n")
	for i := range after {
		if before[i] != after[i] {
			g.t.Errorf("%s as %s changed rows: %s, was %s", r.route, who, after[i], before[i])
		}
	}
	g.last = now
}

// sealed fails when an answer holds anything from outside.
func (g *ground) sealed(r rule, who string, a *httptest.ResponseRecorder) {
	g.t.Helper()
	body := a.Body.String()
	if i := strings.Index(body, outsideMark); i >= 0 {
		g.t.Errorf(
			"%s as %s tells what is outside: …%s…",
			r.route,
			who,
			body[max(0, i-80):min(len(body), i+60)],
		)
	}
	if strings.HasPrefix(who, string(access.Administrator)) && strings.Contains(body, "墙内的话") {
		g.t.Errorf("%s shows an administrator the text of a post", r.route)
	}
}

func (g *ground) holds(sql string, v vars) (yes bool) {
	g.t.Helper()
	if sql == "" {
		g.t.Fatal("an act needs a proof")
	}
	if err := g.DB.Pool().
		QueryRow(g.t.Context(), "SELECT coalesce(("+fill(sql, v)+"), false)").
		Scan(&yes); err != nil {
		g.t.Fatalf("%s: %v", fill(sql, v), err)
	}

	return yes
}

// ask sends the request of a rule.
func (g *ground) ask(r rule, as reader, v vars) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(r.route, " ")
	path = regexp.MustCompile(`[:*](\w+)`).ReplaceAllStringFunc(path, func(name string) string {
		value, ok := v[name[1:]]
		if !ok {
			value = 1
		}

		return fmt.Sprint(value)
	})

	req := request(method, path, fill(r.send, v.with(vars{"username": as.name, "session": as.session})))
	switch {
	case as.token == "":
	case strings.HasPrefix(path, "/api/"):
		req.Header.Set("Authorization", "Bearer "+as.token)
	default:
		req.AddCookie(&http.Cookie{Name: web.CookieName, Value: as.token})
	}
	a := httptest.NewRecorder()
	g.Handler().ServeHTTP(a, req)

	return a
}

func request(method, path, send string) *http.Request {
	kind, body := "", strings.NewReader("")
	if query, rest, ok := strings.Cut(send, " "); ok && strings.HasPrefix(query, "?") {
		path, send = path+query, rest // an address with a query, and a body
	}

	switch {
	case method == http.MethodGet || method == http.MethodDelete:
		if send != "" {
			path += "?" + send
		}
	case strings.HasPrefix(send, "file "):
		return upload(method, path, strings.TrimPrefix(send, "file "))
	case strings.HasPrefix(path, "/api/"):
		if send != "" {
			kind, body = "application/json", strings.NewReader(send)
		}
	default:
		form, err := url.ParseQuery(send)
		if err != nil {
			panic(err)
		}
		kind, body = "application/x-www-form-urlencoded", strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, path, body)
	req.RemoteAddr = "127.0.0.1:4000"
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}

	return req
}

// upload makes a form with a file: "field name.ext&more=fields".
func upload(method, path, send string) *http.Request {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	file, rest, _ := strings.Cut(send, "&")
	field, name, _ := strings.Cut(file, " ")

	more, _ := url.ParseQuery(rest)
	for k := range more {
		_ = form.WriteField(k, more.Get(k))
	}
	w, _ := form.CreateFormFile(field, name)
	content := dot()
	if strings.HasSuffix(name, ".json") {
		content, _ = json.Marshal([]map[string]any{{
			"id":        strings.TrimSuffix(name, ".json"),
			"posted_at": "2026-01-02T03:04:05Z",
			"text":      "旧微博",
		}})
	}
	if strings.HasSuffix(name, ".csv") {
		content = []byte("词语,建议\n另一个,别的")
	}
	if name == "peers.csv" {
		content = []byte("微博UID,账号名称\n5550003,表里的")
	}
	if day, who, ok := strings.Cut(strings.TrimSuffix(name, ".csv"), " "); ok {
		content = []byte("日期,开始,结束,值班人\n" + day + ",8:30,20:30," + who)
	}
	if handle, ok := strings.CutSuffix(name, ".xlsx"); ok {
		content = planSheet(handle, "导入的一篇")
	}
	_, _ = w.Write(content)
	_ = form.Close()
	req := httptest.NewRequest(method, path, &b)
	req.Header.Set("Content-Type", form.FormDataContentType())

	return req
}

// fill puts values in the place of {names}.
func fill(text string, v vars) string {
	for name, value := range v {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(value))
	}

	return text
}

// says is what an answer tells a person, for failures.
func says(a *httptest.ResponseRecorder) string {
	body := a.Body.String()
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	body = strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")

	return a.Header().Get("Location") + " " + body[:min(len(body), 300)]
}

// authorisation begins an authorisation at the sandbox as who, and agrees as the owner of the account.
func (g *ground) authorisation(account vars, who reader) vars {
	g.t.Helper()
	actor, _, err := g.Identity.Actor(g.t.Context(), who.token, "127.0.0.1", "test")
	g.must(err)
	at, err := g.Accounts.StartOAuth(g.t.Context(), actor, account["id"].(int64))
	g.must(err)
	address, err := url.Parse(at)
	g.must(err)
	form := address.Query()
	form.Set("account", account["handle"].(string))
	form.Set("decision", "allow")
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.PostForm(g.WeiboURL+"/oauth2/authorize", form)
	g.must(err)
	defer res.Body.Close()
	back, err := res.Location()
	g.must(err)

	return vars{"state": back.Query().Get("state"), "code": back.Query().Get("code")}
}
