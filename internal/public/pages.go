package public

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/hex"
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

	for _, name := range []string{"list", "matrix", "post", "search", "words"} {
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
	Account *head
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
	Name     string
	Accounts []line
}

type line struct {
	At, Name, Said string
	Confirmed      bool
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
	case "search":
		return b.searched()
	case "map":
		return b.siteMap()
	case "robots":
		return newAnswer(http.StatusOK, "text/plain; charset=utf-8", []byte(
			"User-agent: *\nDisallow: /search\nDisallow: /en/search\nSitemap: "+b.opt.URL+"/sitemap.xml\n",
		)), nil
	}

	return b.words()
}

// frame begins a page.
func (b *builder) frame(heading, path string) frame {
	p := i18n.For(b.asked.lang)
	f := frame{
		Printer: p, SiteName: b.set.Name, Footer: b.set.Footer, Filing: b.set.Filing, Heading: heading,
		Kind: "website", Base: b.opt.URL, Path: path, Made: minute(b.opt.Now()),
	}
	if p.Lang() == i18n.English {
		f.SiteName = b.set.NameEn
	}
	f.Description = f.SiteName
	f.Canonical = b.opt.URL + f.At(path)

	for _, entry := range []link{
		{At: "/", Name: p.T("最新")}, {At: "/matrix", Name: p.T("矩阵")}, {At: "/search", Name: p.T("搜索")},
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

func postAt(number int64) string    { return "/p/" + strconv.FormatInt(number, 10) }
func accountAt(number int64) string { return "/a/" + strconv.FormatInt(number, 10) }
func columnAt(number int64) string  { return "/c/" + strconv.FormatInt(number, 10) }

func pictureAt(p picture) string { return postAt(p.Post) + "/" + strconv.Itoa(p.Position) }

func (b *builder) items(f frame, posts []post) (all []item) {
	for _, p := range posts {
		one := item{
			Title: title(p.Text), Byline: b.byline(f, p), Text: pieces(p.Text), At: f.At(postAt(p.Number)),
			Open: f.T("全文与出处"),
		}
		if p.ColumnName != nil {
			one.Column = *p.ColumnName
		}
		if len(p.Pictures) > 0 {
			first := p.Pictures[0]
			one.Picture = &shot{pictureAt(first), first.Alt, first.Width, first.Height}
		}
		if n := len(p.Pictures); n > 1 {
			one.More = f.T("共 {.n} 张图", "n", n)
		}
		if p.Times > 1 {
			one.More = strings.TrimSpace(one.More + "　" + f.T("另有 {.n} 个账号发布", "n", p.Times-1))
		}
		all = append(all, one)
	}

	return all
}

// listed is a list of posts as a page, a feed or data.
func (b *builder) listed() (*answer, error) {
	from := newest
	if b.asked.before != "" {
		from, _ = parsePlace(b.asked.before)
	}
	heading, path, about, err := b.subject()
	if err != nil {
		return nil, err
	}
	posts, more, err := b.list(b.ctx, b.asked.of, from)
	if err != nil {
		return nil, err
	}

	switch b.asked.format {
	case "atom":
		return b.atom(heading, path, posts)
	case "feed":
		return b.jsonFeed(heading, path, posts)
	case "json":
		return b.postsJSON(posts, more)
	}

	columns, err := b.columns(b.ctx)
	if err != nil {
		return nil, err
	}
	page := listPage{frame: b.frame(heading, path)}
	page.Items, page.Empty = b.items(page.frame, posts), page.T("还没有公开的内容。")
	page.Feed = strings.TrimSuffix(page.At(path), "/") + "/"
	page.Hidden = b.asked.before != ""
	if about != nil {
		page.Account = b.head(page.frame, *about)
	} else {
		for _, column := range columns {
			at := columnAt(column.Number)
			page.Columns = append(page.Columns, link{page.At(at), column.Name, at == path})
		}
	}
	if more {
		last := posts[len(posts)-1]
		page.Older = page.At(path) + "?before=" + place{last.PostedAt, last.Number}.String()
	}

	return b.page(http.StatusOK, "list", page)
}

// subject is what a list is of: its name, its path and, of one account, the account.
func (b *builder) subject() (heading, path string, about *account, err error) {
	p := i18n.For(b.asked.lang)
	switch of := b.asked.of; {
	case of.Account != 0:
		found, err := b.account(b.ctx, of.Account)
		return found.Name, accountAt(of.Account), &found, err
	case of.Column != 0:
		found, err := b.column(b.ctx, of.Column)
		return found.Name, columnAt(of.Column), nil, err
	}

	return p.T("最新发布"), "/", nil, nil
}

func (b *builder) head(f frame, a account) *head {
	h := &head{Handle: a.Handle, Link: a.Link}
	add := func(name, value string) { h.Facts = append(h.Facts, fact{Name: name, Value: value}) }
	add(f.T("微博账号"), "@"+a.Handle)
	add(f.T("所属"), a.District)
	if a.Confirmed {
		add(f.T("归属"), f.T("已与微博核对"))
	}
	if a.Closed {
		add(f.T("状态"), f.T("账号已停止使用，内容保留备查"))
	}
	if a.Followers != nil && a.FollowersAt != nil {
		add(f.T("粉丝"), f.T("{.n}（{.time} 读取）", "n", *a.Followers, "time", minute(*a.FollowersAt)))
	}
	if a.LookedAt != nil {
		add(f.T("上次在微博上核对"), minute(*a.LookedAt))
	}

	return h
}

func (b *builder) matrix() (*answer, error) {
	accounts, err := b.accounts(b.ctx)
	if err != nil {
		return nil, err
	}
	if b.asked.format == "json" {
		return b.matrixJSON(accounts)
	}
	page := matrixPage{frame: b.frame(i18n.For(b.asked.lang).T("微博矩阵"), "/matrix"), Count: len(accounts)}

	for _, a := range accounts {
		if n := len(page.Districts); n == 0 || page.Districts[n-1].Name != a.District {
			page.Districts = append(page.Districts, district{Name: a.District})
		}
		said := "@" + a.Handle
		if a.Followers != nil {
			said += "　" + page.T("粉丝 {.n}", "n", *a.Followers)
		}
		if a.LatestAt != nil {
			said += "　" + page.T("最近发布 {.time}", "time", minute(*a.LatestAt))
		}
		last := &page.Districts[len(page.Districts)-1]
		last.Accounts = append(last.Accounts, line{page.At(accountAt(a.Number)), a.Name, said, a.Confirmed})
	}

	return b.page(http.StatusOK, "matrix", page)
}

// one is a post with its proof.
func (b *builder) one() (*answer, error) {
	found, withdrawn, err := b.post(b.ctx, b.asked.number)
	if withdrawn {
		return b.message(b.set, b.asked.lang, http.StatusGone)
	}
	if err != nil {
		return nil, err
	}
	if b.asked.format == "json" {
		return b.postJSON(found)
	}
	corrections, err := b.corrections(b.ctx, found.Number)
	if err != nil {
		return nil, err
	}
	f := b.frame(title(found.Text), postAt(found.Number))
	f.Description, f.Kind = brief(found.Text), "article"
	page := postPage{
		Byline: b.byline(f, found), Stamp: found.PostedAt.In(beijing.Zone).Format(time.RFC3339),
		Author: found.Name, AuthorAt: f.At(accountAt(found.Account)),
		AuthorURL: b.opt.URL + f.At(accountAt(found.Account)), Text: pieces(found.Text), Link: found.Link,
	}
	if found.Column != nil {
		page.ColumnAt = f.At(columnAt(*found.Column))
	}

	for _, p := range found.Pictures {
		page.Pictures = append(page.Pictures, shot{pictureAt(p), p.Alt, p.Width, p.Height})
	}
	if len(page.Pictures) > 0 {
		f.Image, f.ImageAlt = b.opt.URL+page.Pictures[0].At, page.Pictures[0].Alt
	}
	if found.Corrects != nil {
		page.Corrected = f.At(postAt(*found.Corrects))
	}

	for _, c := range corrections {
		page.Corrections = append(page.Corrections,
			correction{f.At(postAt(c.Number)), title(c.Text), minute(c.PostedAt)})
	}
	page.frame, page.Facts = f, b.proof(f, found)

	return b.page(http.StatusOK, "post", page)
}

// proof is what a reader can hold a post against: number, time and hash, and how old our look at it is.
func (b *builder) proof(f frame, p post) []fact {
	source := f.T("本台发出，已在微博上看到")
	if p.Past {
		source = f.T("接入本台以前由账号自行发布")
	}
	facts := []fact{
		{Name: f.T("公开编号"), Value: strconv.FormatInt(p.Number, 10), Code: true},
		{Name: f.T("发布时间"), Value: f.T("{.time}（北京时间）", "time", minute(p.PostedAt))},
		{Name: f.T("来源"), Value: source},
		{Name: f.T("正文的 SHA-256"), Value: hex.EncodeToString(p.Hash), Code: true},
	}
	if p.ColumnName != nil {
		facts = append(facts, fact{Name: f.T("栏目"), Value: *p.ColumnName})
	}
	if p.LookedAt != nil {
		facts = append(facts, fact{Name: f.T("上次在微博上核对"), Value: minute(*p.LookedAt)})
	}

	return facts
}

func (b *builder) searched() (*answer, error) {
	page := searchPage{frame: b.frame(i18n.For(b.asked.lang).T("搜索"), "/search"), Query: b.asked.query}
	page.Hidden, page.Empty = b.asked.query != "", page.T("没有找到。")
	if b.asked.query == "" {
		return b.page(http.StatusOK, "search", page)
	}
	terms, grams, ok := b.opt.Asked(b.asked.query)
	if !ok || len(terms) == 0 {
		page.Trouble = page.T("请少写几个词：最多 100 字、8 个词。")
		return b.page(http.StatusOK, "search", page)
	}
	from := newest
	if b.asked.before != "" {
		from, _ = parsePlace(b.asked.before)
	}
	posts, more, err := b.search(b.ctx, terms, grams, from)
	if err != nil {
		return nil, err
	}
	page.Items = b.items(page.frame, posts)
	if more {
		last := posts[len(posts)-1]
		page.Older = page.At("/search") + "?q=" + template.URLQueryEscaper(b.asked.query) + "&before=" +
			place{last.PostedAt, last.Number}.String()
	}

	return b.page(http.StatusOK, "search", page)
}
