package weibo_test

import (
	"net/url"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	client := clientFor(t, "https://api.example")
	address, err := url.Parse(client.AuthorizeURL("st&te", "http://localhost:8080/back?x=1", true))
	if err != nil {
		t.Fatal(err)
	}
	values := address.Query()
	if address.Host != "api.example" || address.Path != "/oauth2/authorize" ||
		values.Get("client_id") != "1234567890" ||
		values.Get("state") != "st&te" ||
		values.Get("redirect_uri") != "http://localhost:8080/back?x=1" ||
		values.Get("response_type") != "code" ||
		values.Get("forcelogin") != "true" {
		t.Errorf("%s", address)
	}
	if values.Has("client_secret") {
		t.Error("the secret is in the URL")
	}
}

func TestExchangeTakesNumbersAndStrings(t *testing.T) {
	t.Parallel()

	for _, body := range []string{
		`{"access_token":"2.00new","expires_in":2592000,"remind_in":"2592000","uid":"1404376560","isRealName":"true"}`,
		`{"access_token":"2.00new","expires_in":"2592000","uid":1404376560}`,
	} {
		fake, hands := newFake(t, says(200, body)), newHands()
		client := fake.client(t, func(options *weibo.Options) { options.Clock = hands.now })
		grant, err := client.Exchange(t.Context(), "c0de", "http://localhost/back")
		if err != nil || grant.Token != "2.00new" || grant.UID != "1404376560" ||
			!grant.ExpiresAt.Equal(hands.now().Add(30*24*time.Hour)) {
			t.Errorf("%s: %+v %v", body, grant, err)
		}
		asked := fake.asked()[0]
		if asked.method != "POST" || asked.query != "" ||
			asked.form["client_secret"][0] != "app-secret-xyz" ||
			asked.form["code"][0] != "c0de" {
			t.Errorf("asked %+v", asked)
		}
	}
}

func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	fake := newFake(
		t,
		says(
			400,
			`{"error":"invalid_grant","error_code":21325,"request":"/oauth2/access_token","error_uri":"/oauth2/access_token","error_description":"invalid authorization code:c0de"}`,
		),
	)
	_, err := fake.client(t).Exchange(t.Context(), "c0de", "http://localhost/back")
	if weibo.CodeOf(err) != 21325 || weibo.ClassOf(err) != weibo.ClassHuman {
		t.Errorf("%v", err)
	}

	for _, body := range []string{
		`{}`, `{"access_token":"x"}`, `{"access_token":"x","uid":"1","expires_in":0}`,
		`access_token=x`,
	} {
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
		fake, hands := newFake(t, says(200, body)), newHands()
		client := fake.client(t, func(options *weibo.Options) { options.Clock = hands.now })
		got, err := client.TokenInfo(t.Context(), secret)
		want := weibo.TokenInfo{
			UID: "1073880650", AppKey: "1352222456", CreatedAt: time.Unix(1352267591, 0).UTC(),
			ExpiresAt: hands.now().Add(157679471 * time.Second),
		}
		if err != nil || got != want {
			t.Errorf("%s: %+v %v", body, got, err)
		}
		if asked := fake.asked()[0]; asked.query != "" || asked.path != "/oauth2/get_token_info" {
			t.Errorf("asked %+v", asked)
		}
	}
}

func TestRevokeWantsAConfirmation(t *testing.T) {
	t.Parallel()

	for body, good := range map[string]bool{
		`{"result":"true"}`:  true,
		`{"result":true}`:    true,
		`{"result":"false"}`: false,
		`{}`:                 false,
		`x`:                  false,
	} {
		fake := newFake(t, says(200, body))
		if err := fake.client(t).Revoke(t.Context(), secret); (err == nil) != good {
			t.Errorf("%s: %v", body, err)
		}
	}
}
