package sandbox

import (
	"crypto/rand"
	"math"
	"strconv"
	"sync"
	"time"
)

const codeLife = 10 * time.Minute // of an authorization code; each is good once

// token is an authorization of an account for an application.
type token struct {
	Text    string    `json:"text"`
	UID     int64     `json:"uid"`
	App     string    `json:"app"`
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
	Revoked bool      `json:"revoked,omitempty"`
}

type grantCode struct {
	uid           int64
	app, redirect string
	expires       time.Time
}

// oauthStore keeps tokens and codes. Tokens are values: readers get copies.
type oauthStore struct {
	mu     sync.RWMutex
	tokens map[string]token
	codes  map[string]grantCode
}

func (o *oauthStore) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens, o.codes = nil, nil
}

func (o *oauthStore) issue(uid int64, app string, made, expires time.Time) token {
	t := token{Text: "2.00" + rand.Text(), UID: uid, App: app, Made: made, Expires: expires}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tokens == nil {
		o.tokens = map[string]token{}
	}
	o.tokens[t.Text] = t

	return t
}

// check finds a token and says whether it is good now. A token that exists is returned with its refusal.
func (o *oauthStore) check(text string, now time.Time) (*token, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()

	t, ok := o.tokens[text]
	switch {
	case !ok:
		return nil, fail(21332)
	case t.Revoked:
		return &t, fail(21316)
	case !now.Before(t.Expires):
		return &t, fail(21327)
	}

	return &t, nil
}

// change edits the tokens that match.
func (o *oauthStore) change(match func(token) bool, edit func(*token)) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0

	for k, t := range o.tokens {
		if match(t) {
			edit(&t)
			o.tokens[k] = t
			n++
		}
	}

	return n
}

// authorized says whether the account has a good token of the application: only then does the platform
// show all of its profile.
func (o *oauthStore) authorized(uid int64, app string, now time.Time) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()

	for _, token := range o.tokens {
		if token.UID == uid && token.App == app && !token.Revoked && now.Before(token.Expires) {
			return true
		}
	}

	return false
}

func (o *oauthStore) newCode(g grantCode) string {
	code := rand.Text()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.codes == nil {
		o.codes = map[string]grantCode{}
	}
	o.codes[code] = g

	return code
}

func (o *oauthStore) useCode(code string, now time.Time) (grantCode, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	g, ok := o.codes[code]
	delete(o.codes, code)

	return g, ok && now.Before(g.expires)
}

// Token issues a token of the first application for an account, as if its owner had just authorized it.
func (s *Server) Token(handle string) string { return s.TokenFor(handle, s.firstApp().Key, 0) }

// TokenFor issues a token of an application for an account, good for life; 0 is the application's own
// life-time.
func (s *Server) TokenFor(handle, app string, life time.Duration) string {
	a, _ := s.app(app)
	if life == 0 {
		life = a.life()
	}
	now := s.clock.now()

	return s.oauth.issue(s.must(handle).UID, app, now, now.Add(life)).Text
}

// ExpireTokens ends the tokens of an account now.
func (s *Server) ExpireTokens(handle string) int {
	uid, now := s.must(handle).UID, s.clock.now()
	return s.oauth.change(func(t token) bool { return t.UID == uid }, func(t *token) { t.Expires = now })
}

// RevokeTokens withdraws the tokens of an account, as its owner can on the platform's pages.
func (s *Server) RevokeTokens(handle string) int {
	uid := s.must(handle).UID
	return s.oauth.change(func(t token) bool { return t.UID == uid }, func(t *token) { t.Revoked = true })
}

func (s *Server) firstApp() App {
	app, ok := s.app(s.opt.Apps[0].Key)
	if !ok {
		panic("sandbox: no application")
	}

	return app
}

type tokenJSON struct {
	Token    string `json:"access_token"`
	Expires  int64  `json:"expires_in"`
	Remind   string `json:"remind_in"`
	UID      string `json:"uid"`
	RealName string `json:"isRealName"`
}

// accessToken answers oauth2/access_token: a code against a token.
func accessToken(c *call) (any, error) {
	for _, name := range []string{"client_id", "client_secret", "grant_type"} {
		if c.form.Get(name) == "" {
			return nil, &apiError{21323, "miss " + name}
		}
	}
	app, ok := c.s.app(c.form.Get("client_id"))
	if !ok || app.Secret != c.form.Get("client_secret") {
		return nil, fail(21324)
	}
	if c.form.Get("grant_type") != "authorization_code" {
		return nil, fail(21328)
	}
	code := c.form.Get("code")

	grantCode, ok := c.s.oauth.useCode(code, c.now)
	switch {
	case !ok || grantCode.app != app.Key:
		return nil, &apiError{21325, "invalid authorization code:" + code}
	case grantCode.redirect != c.form.Get("redirect_uri"):
		return nil, fail(21322)
	}
	token := c.s.oauth.issue(grantCode.uid, app.Key, c.now, c.now.Add(app.life()))
	left := int64(app.life().Seconds()) - 1 // the platform's numbers fall one short

	return tokenJSON{
		token.Text, left, strconv.FormatInt(left, 10), strconv.FormatInt(grantCode.uid, 10), "true",
	}, nil
}

type tokenInfoJSON struct {
	UID     int64   `json:"uid"`
	AppKey  int64   `json:"appkey"`
	Scope   *string `json:"scope"`
	Created int64   `json:"create_at"`
	Expires int64   `json:"expire_in"`
}

// tokenInfo answers oauth2/get_token_info.
func tokenInfo(c *call) (any, error) {
	token, err := c.tokenParam()
	if err != nil {
		return nil, err
	}
	key, _ := strconv.ParseInt(token.App, 10, 64)
	left := int64(math.Floor(token.Expires.Sub(c.now).Seconds()))

	return tokenInfoJSON{UID: token.UID, AppKey: key, Created: token.Made.Unix(), Expires: left}, nil
}

// revokeToken answers oauth2/revokeoauth2.
func revokeToken(c *call) (any, error) {
	t, err := c.tokenParam()
	if err != nil {
		return nil, err
	}
	c.s.oauth.change(func(o token) bool { return o.Text == t.Text }, func(o *token) { o.Revoked = true })

	return struct {
		Result string `json:"result"`
	}{"true"}, nil
}

func (c *call) tokenParam() (*token, error) {
	text := c.form.Get("access_token")
	if text == "" {
		return nil, fail(21323)
	}
	t, err := c.s.oauth.check(text, c.now)
	if err != nil {
		return nil, err
	}

	return t, nil
}
