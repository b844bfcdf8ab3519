package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

const callback = "http://localhost:8080/accounts/callback"

func authorizeQuery(more ...string) url.Values {
	q := values("client_id", DemoAppKey, "redirect_uri", callback, "response_type", "code", "state", "s1")
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}

	return q
}

// decide presses a button of the authorize page and returns where the browser is sent.
func (w *world) decide(values url.Values) (reply, url.Values) {
	w.t.Helper()
	r, err := http.NewRequest("POST", w.http.URL+"/oauth2/authorize", strings.NewReader(values.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a := w.do(r, err)
	to, _ := url.Parse(a.header.Get("Location"))

	return a, to.Query()
}

func TestAuthorizingGivesATokenThatPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	reply := w.page("/oauth2/authorize?" + authorizeQuery().Encode())
	for _, part := range []string{"矩阵台", `value="朝阳环保示例"`, `name="state" value="s1"`, `value="deny"`} {
		if reply.status != 200 || !strings.Contains(reply.body, part) {
			t.Fatalf("page %d lacks %s", reply.status, part)
		}
	}
	a, values := w.decide(authorizeQuery("account", "朝阳环保示例", "decision", "allow"))
	if a.status != 302 || !strings.HasPrefix(a.header.Get("Location"), callback+"?") ||
		values.Get("state") != "s1" {
		t.Fatalf("%d %s", a.status, a.header.Get("Location"))
	}
	fields := []string{
		"client_id", DemoAppKey, "client_secret", DemoAppSecret, "grant_type", "authorization_code",
		"code", values.Get("code"), "redirect_uri", callback,
	}
	r := w.post("oauth2/access_token", fields...)
	shape := regexp.MustCompile(
		`^\{"access_token":"(2\.00\w+)","expires_in":2591999,"remind_in":"2591999","uid":"5600000006","isRealName":"true"\}$`,
	)
	m := shape.FindStringSubmatch(r.body)
	if m == nil || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		t.Fatalf("%s", r.body)
	}
	if p := w.post("statuses/update/biz",
		"access_token", m[1],
		"status", "好",
	); p.status != 200 || w.Count("朝阳环保示例") != 1 {
		t.Error(p.body)
	}
	again := w.post("oauth2/access_token", fields...)
	want := `{"error":"invalid_grant","error_code":21325,"request":"/oauth2/access_token","error_uri":"/oauth2/access_token","error_description":"invalid authorization code:` + values.Get(
		"code",
	) + `"}`
	if again.body != want || again.status != 400 {
		t.Errorf("a code is good once: %s", again.body)
	}
}

func TestRefusedAuthorizationsTellTheApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, values := w.decide(authorizeQuery("account", bureau, "decision", "deny"))
	if values.Get("error") != "access_denied" || values.Get("error_code") != "21330" ||
		values.Get("state") != "s1" ||
		values.Has("code") {
		t.Errorf("%v", values)
	}
	w.AddApp(App{Key: "8", Secret: "x", Name: "未审核", Unreviewed: true, Testers: []string{"京环之声"}})
	if _, values = w.decide(
		authorizeQuery("client_id", "8", "account", bureau, "decision", "allow"),
	); values.Get(
		"error_code",
	) != "21321" {
		t.Errorf("%v", values)
	}
	if _, values = w.decide(
		authorizeQuery("client_id", "8", "account", "京环之声", "decision", "allow"),
	); !values.Has(
		"code",
	) {
		t.Errorf("%v", values)
	}
}

func TestWrongAuthorizeRequestsAreToldOnThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddApp(App{Key: "9", Secret: "x", RedirectURI: "http://localhost/registered"})

	for _, c := range []struct{ name, value, code string }{
		{"client_id", "404", "21324"},
		{"redirect_uri", "nowhere", "21322"},
		{"client_id", "9", "21322"},
		{"response_type", "token", "21329"},
	} {
		values := authorizeQuery(c.name, c.value, "account", bureau, "decision", "allow")
		reply := w.page("/oauth2/authorize?" + values.Encode())
		d, _ := w.decide(values)
		if reply.status != 400 || !strings.Contains(reply.body, c.code) || d.status != 400 ||
			d.header.Get("Location") != "" {
			t.Errorf("%s=%s: %d, %d %s", c.name, c.value, reply.status, d.status, d.header.Get("Location"))
		}
	}
}

func TestAccessTokenChecksEveryField(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for _, c := range []struct{ name, value, code string }{
		{"client_secret", "", "21323"},
		{"client_secret", "wrong", "21324"},
		{"client_id", "1", "21324"},
		{"grant_type", "password", "21328"},
		{"code", "none", "21325"},
		{"redirect_uri", "http://localhost/other", "21322"},
	} {
		_, q := w.decide(authorizeQuery("account", bureau, "decision", "allow"))
		v := values(
			"client_id",
			DemoAppKey,
			"client_secret",
			DemoAppSecret,
			"grant_type",
			"authorization_code",
			"code",
			q.Get("code"),
			"redirect_uri",
			callback,
		)
		v.Set(c.name, c.value)

		var pairs []string
		for k := range v {
			pairs = append(pairs, k, v.Get(k))
		}
		w.wantCode(w.post("oauth2/access_token", pairs...), c.code)
	}
	_, q := w.decide(authorizeQuery("account", bureau, "decision", "allow"))
	w.Advance(codeLife)
	w.wantCode(w.post("oauth2/access_token", "client_id", DemoAppKey, "client_secret", DemoAppSecret,
		"grant_type", "authorization_code", "code", q.Get("code"), "redirect_uri", callback), "21325")
}

func TestTokenInfoIsInNumbers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Advance(10 * time.Second)
	reply := w.post("oauth2/get_token_info", "access_token", w.token)
	want := fmt.Sprintf(
		`{"uid":5600000001,"appkey":%s,"scope":null,"create_at":%d,"expire_in":2591990}`,
		DemoAppKey,
		noon.Unix(),
	)
	if reply.body != want {
		t.Errorf("%s, want %s", reply.body, want)
	}
	w.wantCode(w.post("oauth2/get_token_info", "access_token", "2.00none"), "21332")
	w.wantCode(w.post("oauth2/get_token_info"), "21323")
	if r := w.get("account/get_uid"); r.body != `{"uid":"5600000001"}` {
		t.Error(r.body)
	}
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantCode(w.get("statuses/user_timeline", "access_token", "2.00none"), "21332")
	r, err := http.NewRequest("GET", w.http.URL+"/2/statuses/user_timeline.json", nil)
	w.wantCode(w.do(r, err), "10006")
	r, err = http.NewRequest("GET", w.http.URL+"/2/statuses/user_timeline.json", nil)
	r.Header.Set("Authorization", "OAuth2 "+w.token)
	if reply := w.do(r, err); reply.status != 200 {
		t.Errorf("the header is a way too: %s", reply.body)
	}
	if reply := w.get("oauth2/revokeoauth2", "access_token", w.token); reply.body != `{"result":"true"}` {
		t.Error(reply.body)
	}
	w.wantCode(w.get("statuses/user_timeline"), "21316")
	w.token = w.TokenFor(bureau, DemoAppKey, time.Hour)
	w.Advance(time.Hour)
	w.wantCode(w.get("statuses/user_timeline"), "21327")
	w.token = w.Token(bureau)
	if n := w.ExpireTokens(bureau); n != 3 {
		t.Errorf("%d tokens ended, want 3", n)
	}
	w.wantCode(w.get("statuses/user_timeline"), "21327")
	w.token = w.Token(bureau)
	w.RevokeTokens(bureau)
	a := w.get("statuses/user_timeline")
	w.wantCode(a, "21316")
	if a.status != 403 ||
		a.body != `{"error":"token revoked!","error_code":21316,"request":"/2/statuses/user_timeline.json"}` {
		t.Errorf("%d %s", a.status, a.body)
	}
}
