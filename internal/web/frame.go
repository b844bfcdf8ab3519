package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/web/page"
)

const (
	langCookie  = "juzhen_lang"
	themeCookie = "juzhen_theme"
)

// lang is the person's setting, else the cookie's, else Chinese. A program says with each request what
// it wants to read.
func (k *Kit) lang(c *gin.Context) string {
	if h := c.GetHeader(
		"Accept-Language",
	); h != "" && isAPI(c) &&
		!strings.Contains(c.GetHeader("Accept"), "text/html") {
		return i18n.For(h).Lang()
	}
	if l := CurrentSession(c).Lang; l != "" {
		return i18n.For(l).Lang()
	}
	l, _ := c.Cookie(k.cookieName(langCookie))

	return i18n.For(l).Lang()
}

// themeFollows is the choice that leaves the look to the machine.
const themeFollows = "auto"

// themeChoice is what the person chose, else what was chosen in this browser: "light", "dark" or "auto".
func (k *Kit) themeChoice(c *gin.Context) string {
	cookie, _ := c.Cookie(k.cookieName(themeCookie))
	for _, t := range []string{CurrentSession(c).Theme, cookie} {
		if t == "dark" || t == "light" {
			return t
		}
	}

	return themeFollows
}

// theme is the look of the page. Who leaves it to the machine gets what Chromium kernels hint at; the
// script of the page follows the machine where no hint comes.
func (k *Kit) theme(c *gin.Context) string {
	if t := k.themeChoice(c); t != themeFollows {
		return t
	}
	if c.GetHeader("Sec-CH-Prefers-Color-Scheme") == "dark" {
		return "dark"
	}

	return "light"
}

// frame is Base without what costs a question to the database: for fragments.
func (k *Kit) frame(c *gin.Context, title string) page.Base {
	lang := k.lang(c)

	return page.Base{
		Title:        title,
		Actor:        Actor(c),
		Unit:         CurrentSession(c).UnitName,
		P:            i18n.For(lang),
		Lang:         lang,
		Theme:        k.theme(c),
		ThemeChoice:  k.themeChoice(c),
		Path:         c.Request.URL.Path,
		URL:          local(c.Request.URL.RequestURI()),
		Query:        strings.TrimSpace(c.Query("q")),
		Now:          k.opts.Now().In(beijing.Zone),
		Installation: k.opts.Installation,
	}
}

// Base fills the frame of a page: who, language, navigation with counts, banners, flash. title is a
// Chinese source text, crumbs lead to the page. For a fragment only what a fragment needs is asked.
func (k *Kit) Base(c *gin.Context, title string, crumbs ...page.Crumb) page.Base {
	base := k.frame(c, title)
	base.Crumbs = crumbs
	if IsFragment(c) || !base.SignedIn() {
		base.Flash = k.takeFlash(c)
		return base
	}
	ctx := c.Request.Context()
	var counts page.Counts
	var err error
	if k.opts.Counts != nil {
		if counts, err = k.opts.Counts(ctx, base.Actor); err != nil {
			k.opts.Log.Error("counts", "id", RequestID(c), "err", err)
		}
	}
	if k.opts.Banners != nil {
		if base.Banner, err = k.opts.Banners(ctx, base.Actor); err != nil {
			k.opts.Log.Error("banners", "id", RequestID(c), "err", err)
		}
	}
	if k.opts.Views != nil && c.Request.Method == http.MethodGet {
		if base.Views, err = k.opts.Views(ctx, base.Actor, base.Path, c.Request.URL.Query()); err != nil {
			k.opts.Log.Error("views", "id", RequestID(c), "err", err)
		}
	}
	base.Nav, base.Todo = k.duties.For(base.Actor, base.Path, counts), counts.Todo
	base.Notices, base.Urgent = counts.Notices, counts.Urgent
	base.Flash = k.takeFlash(c)

	return base
}

// prefer switches language or theme and leads back to the page.
func (k *Kit) prefer(c *gin.Context) error {
	var form struct {
		Lang  string `form:"lang"`
		Theme string `form:"theme"`
		Back  string `form:"back"`
	}
	if err := Bind(c, &form); err != nil {
		return err
	}
	lang, theme := k.lang(c), k.themeChoice(c)
	if form.Lang != "" {
		lang = i18n.For(form.Lang).Lang()
	}
	if form.Theme == "light" || form.Theme == "dark" || form.Theme == themeFollows {
		theme = form.Theme
	}
	year := k.opts.Now().Add(365 * 24 * time.Hour)
	k.setCookie(c, langCookie, lang, year)
	k.setCookie(c, themeCookie, theme, year)
	if actor := Actor(c); actor.UserID != 0 && k.opts.Prefer != nil {
		if err := k.opts.Prefer(c.Request.Context(), actor, lang, theme); err != nil {
			return err
		}
	}
	c.Redirect(http.StatusSeeOther, local(form.Back))

	return nil
}

// tooLarge recognises a body over its limit and says so; nil for other errors.
func tooLarge(err error) error {
	if max := asMaxBytes(err); max > 0 {
		return fault.Invalid("", "内容超过 {.n} MB 的上限", "n", float64(max)/(1<<20)).WithCode("too_large")
	}

	return nil
}
