package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// CookieName is the cookie that carries the session token. Under https its name has hostPrefix before it.
const CookieName = "juzhen_session"

// hostPrefix makes browsers take a cookie only from this host itself, over TLS and for all of it: no
// other host of the domain, and nobody in the network while a page goes without TLS, can put one under
// our name.
const hostPrefix = "__Host-"

// SessionCookie is the name under which the session cookie goes out and is read.
func (k *Kit) SessionCookie() string { return k.cookieName(CookieName) }

func (k *Kit) cookieName(name string) string {
	if k.secure {
		return hostPrefix + name
	}

	return name
}

// Sessions finds out who a token belongs to; package identity implements it.
type Sessions interface {
	// Actor gives the person behind token with the grants in force now. It fails with
	// fault.Unauthenticated when the token is unknown, expired or revoked; Session.EndedOf may then say
	// whose it was.
	Actor(ctx context.Context, token, ip, userAgent string) (access.Actor, Session, error)
}

// Looker is what Sessions may do besides: find out who a token belongs to without that counting as use
// of the session, so that a page which follows what happens does not keep a session open that nobody
// uses.
type Looker interface {
	Look(ctx context.Context, token, ip string) (access.Actor, Session, error)
}

// PassiveHeader marks a request that a page makes by itself and nobody asked for.
const PassiveHeader = "Juzhen-Passive"

// IsPassive tells whether the page asks by itself.
func IsPassive(c *gin.Context) bool { return c.GetHeader(PassiveHeader) != "" }

// Session is what the kit needs to know of a session. Gate is the path of what must be done before
// anything else, such as choosing a password; empty when nothing is.
type Session struct {
	ID       int64
	UnitName string    // of the person's own unit
	Expires  time.Time // of the cookie
	Lang     string    // the person's choice; empty: the cookie's
	Theme    string    // "light" or "dark"; anything else: the cookie's, then the machine's
	Gate     string

	// EndedOf is the person whose session it was, beside fault.Unauthenticated and for a session that
	// ended less than KeptAfter ago; else zero. It opens nothing: it only lets more of what was typed
	// come through the sign-in.
	EndedOf int64
}

// KeptAfter is how long after the end of a session what was typed in its pages is carried through a sign-in.
const KeptAfter = 12 * time.Hour

type contextKey string

const (
	keyActor   contextKey = "actor"
	keySession contextKey = "session"
	keyRequest contextKey = "request"
	keyEndedOf contextKey = "ended"
	keyNow     contextKey = "now"
)

// Actor is who makes the request; the zero Actor when nobody is signed in.
func Actor(c *gin.Context) access.Actor {
	actor, _ := c.Value(string(keyActor)).(access.Actor)
	return actor
}

// CurrentSession is the session of the request; zero when nobody is signed in.
func CurrentSession(c *gin.Context) Session {
	session, _ := c.Value(string(keySession)).(Session)
	return session
}

// endedOf is the person whose session, ended lately, the request comes from; zero when there is none.
func endedOf(c *gin.Context) int64 { return c.GetInt64(string(keyEndedOf)) }

// token gives the session token of the request, from the cookie or, for programs, from the bearer header.
func (k *Kit) token(c *gin.Context) string {
	const bearer = "Bearer "
	if h := c.GetHeader("Authorization"); len(h) > len(bearer) && h[:len(bearer)] == bearer {
		return h[len(bearer):]
	}
	token, _ := c.Cookie(k.SessionCookie())

	return token
}

// resume finds the session of the request. It fails with fault.Unauthenticated when there is none.
func (k *Kit) resume(c *gin.Context) error {
	token := k.token(c)
	if token == "" {
		return fault.Unauthenticated("请先登录")
	}
	actor, session, err := k.who(c, token)
	if err != nil {
		c.Set(string(keyEndedOf), session.EndedOf)
		return err
	}
	c.Set(string(keyActor), actor)
	c.Set(string(keySession), session)
	if IsPassive(c) {
		return nil
	}
	// The row is the truth about the end of a session; the cookie follows it with each page.
	if c.Request.Method == http.MethodGet && !IsFragment(c) && c.GetHeader("Authorization") == "" &&
		!session.Expires.IsZero() {
		k.SetSession(c, token, session.Expires)
	}

	return nil
}

// who asks about a token. A passive request does not count as use.
func (k *Kit) who(c *gin.Context, token string) (access.Actor, Session, error) {
	if looker, ok := k.opts.Sessions.(Looker); ok && IsPassive(c) {
		return looker.Look(c.Request.Context(), token, c.ClientIP())
	}

	return k.opts.Sessions.Actor(c.Request.Context(), token, c.ClientIP(), c.Request.UserAgent())
}

// Look finds out again who makes a request that lasts, without that counting as use of the session.
func (k *Kit) Look(c *gin.Context) (access.Actor, error) {
	var actor access.Actor
	var err error
	if looker, ok := k.opts.Sessions.(Looker); ok {
		actor, _, err = looker.Look(c.Request.Context(), k.token(c), c.ClientIP())
	} else {
		actor, _, err = k.opts.Sessions.Actor(
			c.Request.Context(),
			k.token(c),
			c.ClientIP(),
			c.Request.UserAgent(),
		)
	}

	return actor, err
}

// SetSession puts the session cookie. Lax lets the return from Weibo's OAuth page and links in notices
// keep the session. The cookie outlives the session, which opens nothing: what is typed when it ends is
// known to be a reader's.
func (k *Kit) SetSession(c *gin.Context, token string, expires time.Time) {
	k.setCookie(c, CookieName, token, expires.Add(KeptAfter))
}

// DropSession takes the session cookie away.
func (k *Kit) DropSession(c *gin.Context) { k.setCookie(c, CookieName, "", time.Time{}) }

// setCookie puts a cookie by its age, so that a clock at the reader's side that is wrong does no harm.
// The zero time takes the cookie away.
func (k *Kit) setCookie(c *gin.Context, name, value string, expires time.Time) {
	age := -1
	if left := expires.Sub(k.opts.Now()); !expires.IsZero() && left >= time.Second {
		age = int(left.Seconds())
	}
	http.SetCookie(c.Writer, &http.Cookie{
		Name:     k.cookieName(name),
		Value:    value,
		Path:     "/",
		MaxAge:   age,
		HttpOnly: true,
		Secure:   k.secure,
		SameSite: http.SameSiteLaxMode,
	})
}
