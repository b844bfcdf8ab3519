package public

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/templates"
)

// pages are the templates by name.
type pages map[string]*template.Template

func parsePages() (pages, error) {
	all := pages{}

	for _, name := range []string{
		"air", "list", "matrix", "post", "rebuttal", "rebuttals", "search", "words",
	} {
		set, err := template.ParseFS(templates.Public, "public/frame.html", "public/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("pages of the site: %w", err)
		}
		all[name] = set
	}

	return all, nil
}

//go:embed style.css
var sheet []byte

// styleOf is the style sheet with the colours of the settings, which were checked where they were set.
func styleOf(set settings) []byte {
	return fmt.Appendf(nil, ":root{--accent:%s;--accent-dark:%s}\n%s", set.Accent, set.AccentDark, sheet)
}

// frame is what all pages show around their content.
type frame struct {
	*i18n.Printer
	SiteName, Footer, Filing string
	Heading, Description     string
	Kind                     string // of Open Graph
	Image, ImageAlt          string // address of a picture
	Base                     string // address of the site
	Emblem                   bool   // there is one
	Path                     string // of the page in Chinese
	Canonical                string
	Feed                     string // folder of its feeds; "": none
	Made                     string
	Nav                      []link
	Hidden                   bool // from search engines
}

// link is an address with its name.
type link struct {
	At, Name string
	Here     bool
}

// At is the address of a page in the language of this one.
func (f frame) At(path string) string { return inLanguage(f.Lang(), path) }

func inLanguage(lang, path string) string {
	switch {
	case lang != i18n.English:
		return path
	case path == "/":
		return "/en"
	}

	return "/en" + path
}

// Tail is the path behind the prefix of a language.
func (f frame) Tail() string { return strings.TrimSuffix(f.Path, "/") }

// Chinese is the name of the other language, for readers of that one.
func (f frame) Chinese() string { return "中文" }

// fact is a line of a list of facts.
type fact struct {
	Name, Value, At string
	Code            bool
}

// piece is a part of a text: words, or an address in it.
type piece struct{ Text, Link string }

// shot is a picture as a page shows it.
type shot struct {
	At, Alt       string
	Width, Height int
}

// item is one post in a list.
type item struct {
	Title, Byline, Column string
	Text                  []piece
	Picture               *shot
	At, Open, More        string
}

// Label names the way to the whole post, for who hears links out of their place.
func (i item) Label() string { return i.Open + " — " + i.Title }

// head is what a page says of an account.
type head struct {
	Handle, Link string
	Facts        []fact
}

type listPage struct {
	frame
	Lead    string
	Alerts  []link // warnings in force
	Account *head
	Members []line // accounts of a district
	Columns []link
	Items   []item
	Older   string
	Empty   string
}

type matrixPage struct {
	frame
	Count     int
	Districts []district
}

type district struct {
	At, Name string
	Accounts []line
}

type line struct {
	At, Name, Said, Mark string
	Confirmed            bool
}

type postPage struct {
	frame
	Byline, Stamp             string
	Author, AuthorAt          string
	AuthorURL, ColumnAt, Link string
	Text                      []piece
	Pictures                  []shot
	Facts                     []fact
	Corrected                 string
	Corrections               []correction
}

type correction struct{ At, Title, Time string }

type searchPage struct {
	frame
	Query, Trouble string
	Items          []item
	Older, Empty   string
}

type wordsPage struct {
	frame
	Parts []part
}

type part struct {
	Heading string
	Text    []string
	Rows    []fact
}

// builder makes one answer.
type builder struct {
	*Site
	ctx   context.Context
	set   settings
	asked request
}

func (b *builder) answer() (*answer, error) {
	switch b.asked.kind {
	case "list":
		return b.listed()
	case "matrix":
		return b.matrix()
	case "post":
		return b.one()
	case "picture":
		kind, data, err := b.picture(b.ctx, b.asked.number, b.asked.nth)
		if err != nil {
			return nil, err
		}

		return newAnswer(http.StatusOK, kind, data), nil
	case "air":
		return b.air()
	case "rebuttals":
		return b.rebutted()
	case "rebuttal":
		return b.oneRebuttal()
	case "search":
		return b.searched()
	case "style":
		return newAnswer(http.StatusOK, "text/css; charset=utf-8", styleOf(b.set)), nil
	case "emblem":
		data, err := b.emblem(b.ctx)
		if err != nil {
			return nil, err
		}

		return newAnswer(http.StatusOK, "image/png", data), nil
	case "map":
		return b.siteMap()
	case "robots":
		return newAnswer(http.StatusOK, "text/plain; charset=utf-8", []byte(
			"User-agent: *\nDisallow: /search\nDisallow: /en/search\nSitemap: "+b.opt.URL+"/sitemap.xml\n",
		)), nil
	}

	return b.words()
}

func (b *builder) printer() *i18n.Printer { return i18n.For(b.asked.lang) }

// frame begins a page.
func (b *builder) frame(heading, path string) frame {
	p := i18n.For(b.asked.lang)
	f := frame{
		Printer: p, SiteName: b.set.Name, Footer: b.set.Footer, Filing: b.set.Filing, Heading: heading,
		Kind: "website", Base: b.opt.URL, Path: path, Made: minute(b.opt.Now()), Emblem: b.set.Emblem,
	}
	if p.Lang() == i18n.English {
		f.SiteName = b.set.NameEn
	}
	f.Description = f.SiteName
	f.Canonical = b.opt.URL + f.At(path)

	for _, entry := range []link{
		{At: "/", Name: p.T("最新")}, {At: "/air", Name: p.T("空气质量")}, {At: "/rebuttals", Name: p.T("辟谣")},
		{At: "/matrix", Name: p.T("矩阵")}, {At: "/search", Name: p.T("搜索")},
		{At: "/about", Name: p.T("关于本站")},
	} {
		entry.Here = entry.At == path
		entry.At = f.At(entry.At)
		f.Nav = append(f.Nav, entry)
	}

	return f
}

func (b *builder) page(status int, name string, view any) (*answer, error) {
	var out bytes.Buffer
	if err := b.pages[name].ExecuteTemplate(&out, "frame", view); err != nil {
		return nil, err
	}

	return newAnswer(status, "text/html; charset=utf-8", bytes.TrimSpace(out.Bytes())), nil
}

// minute is an instant as it is read in Beijing.
func minute(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04") }

var address = regexp.MustCompile(`https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+`)

// pieces makes addresses in a text into links.
func pieces(text string) (all []piece) {
	at := 0
	for _, found := range address.FindAllStringIndex(text, 200) {
		if found[0] > at {
			all = append(all, piece{Text: text[at:found[0]]})
		}
		all = append(all, piece{text[found[0]:found[1]], text[found[0]:found[1]]})
		at = found[1]
	}

	return append(all, piece{Text: text[at:]})
}

// titleRunes is how much of a text names it.
const titleRunes = 36

// title is the beginning of a text: what stands between 【】 at its head, else its first sentence.
func title(text string) string {
	text = strings.TrimSpace(text)
	if inside, ok := strings.CutPrefix(text, "【"); ok {
		if name, _, ok := strings.Cut(inside, "】"); ok && name != "" {
			text = name
		}
	}
	end := strings.IndexAny(text, "\n。！？")
	if end > 0 {
		text = text[:end]
	}
	if letters := []rune(text); len(letters) > titleRunes {
		text = string(letters[:titleRunes]) + "…"
	}

	return text
}

// brief is the beginning of a text in one line, for descriptions.
func brief(text string) string {
	letters := []rune(strings.Join(strings.Fields(text), " "))
	if len(letters) > 120 {
		return string(letters[:120]) + "…"
	}

	return string(letters)
}

func (b *builder) byline(f frame, p post) string {
	return f.T("由 {.account} 于 {.time} 发布", "account", "@"+p.Handle, "time", minute(p.PostedAt))
}

// Addresses of what has a number.
func postAt(number int64) string     { return "/p/" + strconv.FormatInt(number, 10) }
func accountAt(number int64) string  { return "/a/" + strconv.FormatInt(number, 10) }
func districtAt(number int64) string { return "/d/" + strconv.FormatInt(number, 10) }
func rebuttalAt(number int64) string { return "/r/" + strconv.FormatInt(number, 10) }
func columnAt(number int64) string   { return "/c/" + strconv.FormatInt(number, 10) }

func pictureAt(p picture) string { return postAt(p.Post) + "/" + strconv.Itoa(p.Position) }
