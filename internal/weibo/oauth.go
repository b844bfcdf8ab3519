package weibo

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// AuthorizeURL is where the holder of an account gives us the right to post. redirect must be the
// registered one; force makes Weibo ask for the password even when somebody is signed in there, so that
// the right account is chosen.
func (c *Client) AuthorizeURL(state, redirect string, force bool) string {
	values := url.Values{
		"client_id":     {c.opt.AppKey},
		"redirect_uri":  {redirect},
		"response_type": {"code"},
		"scope":         {"all"},
		"state":         {state},
	}
	if force {
		values.Set("forcelogin", "true")
	}

	return c.opt.PublicURL + "/oauth2/authorize?" + values.Encode()
}

// Grant is a new token.
type Grant struct {
	Token     Token
	UID       string // not a proof of identity: compare TokenInfo
	ExpiresAt time.Time
}

// Exchange turns the code of the redirect into a token. A code works once: 21325 means a new authorisation.
func (c *Client) Exchange(ctx context.Context, code, redirect string) (Grant, error) {
	form := url.Values{
		"client_id": {c.opt.AppKey}, "client_secret": {c.opt.AppSecret}, "grant_type": {"authorization_code"},
		"code": {code}, "redirect_uri": {redirect},
	}
	var w struct {
		Token     string `json:"access_token"`
		ExpiresIn number `json:"expires_in"`
		UID       text   `json:"uid"`
	}
	asked := c.opt.Clock()
	if err := c.post(ctx, "oauth2/access_token", form, Token(c.opt.AppSecret), &w); err != nil {
		return Grant{}, err
	}
	if w.Token == "" || !isID(string(w.UID)) || w.ExpiresIn <= 0 {
		return Grant{}, readUnclear("oauth2/access_token", 200, errMalformed)
	}

	return Grant{Token(w.Token), string(w.UID), utc(asked.Add(time.Duration(w.ExpiresIn) * time.Second))}, nil
}

// TokenInfo is what Weibo knows about a token.
type TokenInfo struct {
	UID       string
	AppKey    string
	Scope     string
	CreatedAt time.Time
	ExpiresAt time.Time // not after now: expired
}

// TokenInfo reads whose a token is, for which application, and until when.
func (c *Client) TokenInfo(ctx context.Context, token Token) (TokenInfo, error) {
	const call = "oauth2/get_token_info"
	var w struct {
		UID      text   `json:"uid"`
		AppKey   text   `json:"appkey"`
		Scope    text   `json:"scope"`
		CreateAt number `json:"create_at"`
		ExpireIn number `json:"expire_in"`
	}
	asked := c.opt.Clock()
	if err := c.post(ctx, call, url.Values{"access_token": {string(token)}}, token, &w); err != nil {
		return TokenInfo{}, err
	}
	if !isID(string(w.UID)) {
		return TokenInfo{}, readUnclear(call, 200, errMalformed)
	}
	info := TokenInfo{
		UID: string(w.UID), AppKey: string(w.AppKey), Scope: string(w.Scope),
		ExpiresAt: utc(asked.Add(time.Duration(w.ExpireIn) * time.Second)),
	}
	if w.CreateAt > 0 {
		info.CreatedAt = time.Unix(int64(w.CreateAt), 0).UTC()
	}

	return info, nil
}

// Revoke gives a token back. It fails when Weibo does not confirm.
func (c *Client) Revoke(ctx context.Context, token Token) error {
	const call = "oauth2/revokeoauth2"
	var w struct {
		Result flag `json:"result"`
	}
	if err := c.post(ctx, call, url.Values{"access_token": {string(token)}}, token, &w); err != nil {
		return err
	}
	if !w.Result {
		return readUnclear(call, 200, errMalformed)
	}

	return nil
}

// UID reads whose token it is by an ordinary call, which also proves that the token works.
func (c *Client) UID(ctx context.Context, token Token) (string, error) {
	const call = "account/get_uid"
	var w struct {
		UID text `json:"uid"`
	}
	if err := c.get(ctx, call, c.opt.PublicURL, token, nil, &w); err != nil {
		return "", err
	}
	if !isID(string(w.UID)) {
		return "", readUnclear(call, 200, errMalformed)
	}

	return string(w.UID), nil
}

// post sends a form of the authorisation service. secret is taken out of Weibo's messages.
func (c *Client) post(ctx context.Context, call string, form url.Values, secret Token, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.opt.ReadTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(
		ctx,
		http.MethodPost,
		c.opt.PublicURL+"/"+call,
		strings.NewReader(form.Encode()),
	)
	if err != nil {
		return unsent(call, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	return c.readReply(call, secret, req, out)
}
