package weibo_test

import (
	"net/url"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	c := clientFor(t, "https://api.example")
	u, err := url.Parse(c.AuthorizeURL("st&te", "http://localhost:8080/back?x=1", true))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "api.example" || u.Path != "/oauth2/authorize" || q.Get("client_id") != "1234567890" || q.Get("state") != "st&te" ||
		q.Get("redirect_uri") != "http://localhost:8080/back?x=1" || q.Get("response_type") != "code" || q.Get("forcelogin") != "true" {
		t.Errorf("%s", u)
	}
	if q.Has("client_secret") {
		t.Error("the secret is in the URL")
	}
}

func TestExchangeTakesNumbersAndStrings(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"access_token":"2.00new","expires_in":2592000,"remind_in":"2592000","uid":"1404376560","isRealName":"true"}`,
		`{"access_token":"2.00new","expires_in":"2592000","uid":1404376560}`,
	} {
		f, h := newFake(t, says(200, body)), newHands()
		c := f.client(t, func(o *weibo.Options) { o.Clock = h.now })
		g, err := c.Exchange(t.Context(), "c0de", "http://localhost/back")
		if err != nil || g.Token != "2.00new" || g.UID != "1404376560" || !g.ExpiresAt.Equal(h.now().Add(30*24*time.Hour)) {
			t.Errorf("%s: %+v %v", body, g, err)
		}
		a := f.asked()[0]
		if a.method != "POST" || a.query != "" || a.form["client_secret"][0] != "app-secret-xyz" || a.form["code"][0] != "c0de" {
			t.Errorf("asked %+v", a)
		}
	}
}

func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	f := newFake(t, says(400, `{"error":"invalid_grant","error_code":21325,"request":"/oauth2/access_token","error_uri":"/oauth2/access_token","error_description":"invalid authorization code:c0de"}`))
	_, err := f.client(t).Exchange(t.Context(), "c0de", "http://localhost/back")
	if weibo.CodeOf(err) != 21325 || weibo.ClassOf(err) != weibo.ClassHuman {
		t.Errorf("%v", err)
	}
	for _, body := range []string{`{}`, `{"access_token":"x"}`, `{"access_token":"x","uid":"1","expires_in":0}`, `access_token=x`} {
		f := newFake(t, says(200, body))
		if _, err := f.client(t).Exchange(t.Context(), "c", "r"); err == nil {
			t.Errorf("%s was taken", body)
		}
	}
}

func TestTokenInfoTakesNumbersAndStrings(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"uid":1073880650,"appkey":1352222456,"scope":null,"create_at":1352267591,"expire_in":157679471}`,
		`{"uid":"1073880650","appkey":"1352222456","scope":"","create_at":"1352267591","expire_in":"157679471"}`,
	} {
		f, h := newFake(t, says(200, body)), newHands()
		c := f.client(t, func(o *weibo.Options) { o.Clock = h.now })
		got, err := c.TokenInfo(t.Context(), secret)
		want := weibo.TokenInfo{
			UID: "1073880650", AppKey: "1352222456", CreatedAt: time.Unix(1352267591, 0).UTC(),
			ExpiresAt: h.now().Add(157679471 * time.Second),
		}
		if err != nil || got != want {
			t.Errorf("%s: %+v %v", body, got, err)
		}
		if a := f.asked()[0]; a.query != "" || a.path != "/oauth2/get_token_info" {
			t.Errorf("asked %+v", a)
		}
	}
}

func TestRevokeWantsAConfirmation(t *testing.T) {
	t.Parallel()
	for body, good := range map[string]bool{`{"result":"true"}`: true, `{"result":true}`: true, `{"result":"false"}`: false, `{}`: false, `x`: false} {
		f := newFake(t, says(200, body))
		if err := f.client(t).Revoke(t.Context(), secret); (err == nil) != good {
			t.Errorf("%s: %v", body, err)
		}
	}
}
