package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
)

// policy is the Content-Security-Policy of every page: own scripts and styles only, nothing inline,
// nothing from outside. blob: serves previews of pictures before they are uploaded. Chromium applies
// form-action to redirects after a POST too.
func policy(formAction []string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
		"connect-src 'self'", "form-action 'self' " + strings.Join(formAction, " "),
		"base-uri 'none'", "frame-ancestors 'none'",
	}, "; ")
}

// headers sets what every answer carries. Pages are private and never stored; assets say otherwise
// themselves.
func (k *Kit) headers(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", k.csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	h.Set("Accept-CH", "Sec-CH-Prefers-Color-Scheme")
	h.Set("Cache-Control", "no-store")
	if k.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	c.Next()
}

// readable refuses addresses that are no text: a column of text holds neither a zero byte nor bytes
// that are no characters. The program interface answers such requests itself, in its own form.
func (k *Kit) readable(c *gin.Context) {
	if ua := c.Request.UserAgent(); !isText(ua) { // kept with the session, and may be anything
		c.Request.Header.Set("User-Agent", strings.ToValidUTF8(strings.ReplaceAll(ua, "\x00", ""), "?"))
	}
	query, err := url.QueryUnescape(c.Request.URL.RawQuery)
	if !strings.HasPrefix(c.Request.URL.Path, "/api/") &&
		(err != nil || !isText(query) || !isText(c.Request.URL.Path)) {
		_ = k.resume(c)
		k.Fail(c, fault.Invalid("", "网址无法读取，请检查后重试"))
		c.Abort()

		return
	}
	c.Next()
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// sameOrigin refuses forms that another site sends in the person's name.
func (k *Kit) sameOrigin(c *gin.Context) {
	if err := k.cross.Check(c.Request); err != nil {
		_ = k.resume(c)
		k.Fail(c, fault.Forbidden("请求来自别的网站，已拒绝").With(err))
		c.Abort()

		return
	}
	c.Next()
}

// RequestID names the request in logs and on error pages.
func RequestID(c *gin.Context) string {
	id, _ := c.Value(string(keyRequest)).(string)
	return id
}

// trace names the request and logs it when it is answered: never a query, a body or a cookie.
func (k *Kit) trace(c *gin.Context) {
	id := rand.Text()[:12]
	c.Set(string(keyRequest), id)
	c.Set(string(keyNow), k.opts.Now)
	c.Header("X-Request-Id", id)
	start := time.Now()
	c.Next()
	level := slog.LevelInfo
	if strings.HasPrefix(c.Request.URL.Path, "/assets/") {
		level = slog.LevelDebug
	}
	k.opts.Log.LogAttrs(
		c.Request.Context(),
		level,
		"request",
		slog.String("id", id),
		slog.String("method", c.Request.Method),
		slog.String("route", routeOf(c)),
		slog.Int(
			"status",
			c.Writer.Status(),
		),
		slog.Int("bytes", c.Writer.Size()),
		slog.Duration("took", time.Since(start)),
		slog.Int64("user", Actor(c).UserID),
		slog.String("ip", c.ClientIP()),
	)
}

func routeOf(c *gin.Context) string {
	if r := c.FullPath(); r != "" {
		return r
	}

	return "(none)"
}

// recover turns a panic into the page for failures of ours. An aborted answer is passed on to the server.
func (k *Kit) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		k.opts.Log.Error("panic",
			"id", RequestID(c),
			"route", routeOf(c),
			"value", v,
			"stack", string(debug.Stack()),
		)
		if !c.Writer.Written() {
			k.Fail(c, fmt.Errorf("panic: %v", v))
		}
		c.Abort()
	}()
	c.Next()
}
