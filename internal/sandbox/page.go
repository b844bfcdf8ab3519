package sandbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

//go:embed page/*
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"instant": func(t time.Time) string { return t.In(shanghai).Format("2006-01-02 15:04") },
	"machine": func(t time.Time) string { return t.In(shanghai).Format(time.RFC3339) },
	"big":     bigNumber,
	"initial": initial,
	"mid":     mid62,
}).ParseFS(pageFiles, "page/*.html"))

// bigNumber writes numbers as Weibo's pages do: from ten thousand on in 万.
func bigNumber(n int) string {
	if n < 10000 {
		return strconv.Itoa(n)
	}

	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/10000), ".0") + "万"
}

func initial(handle string) string {
	r, _ := utf8.DecodeRuneInString(handle)
	return string(r)
}

// contentPolicy: the pages load nothing but their own style and pictures. Forms may lead anywhere: an
// authorization ends at the application's own address.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name+".html", data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", contentPolicy)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (s *Server) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.showHome)
	mux.HandleFunc("GET /u/{handle}", s.showProfile)
	mux.HandleFunc("GET /status/{id}", s.showPost)
	mux.HandleFunc("GET /pic/{size}/{name}", s.showPicture)
	mux.HandleFunc("GET /avatar/{name}", s.showAvatar)
	mux.HandleFunc("GET /page.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "page/page.css")
	})
}

// cardView is a post as a citizen sees it.
type cardView struct {
	ID       int64
	Author   profileView
	At       time.Time
	Text     template.HTML
	Pictures []string
	Source   string
	Reach    Reach
	Repost   *cardView
	Gone     bool
}

type profileView struct {
	Account
	Fans, Posts int
}

func (s *Server) profile(a *account, at time.Time) profileView {
	return profileView{Account: a.Account, Fans: s.followers(a, at), Posts: a.publicTotal(at)}
}

// publicTotal counts what citizens can see.
func (a *account) publicTotal(at time.Time) int {
	n := 0
	a.shown(at, false, func(*post) bool { n++; return true })
	return n
}

func (s *Server) card(p *post, author profileView, at time.Time) cardView {
	body := p.read()

	card := cardView{
		ID:     p.id,
		Author: author,
		At:     p.time(),
		Text:   richText(body.Raw),
		Source: plainSource(body.Source),
		Reach:  s.reach(p, at),
	}
	for _, id := range body.Pics {
		card.Pictures = append(card.Pictures, picURL("", "large", id))
	}
	if body.RepostOf == 0 {
		return card
	}
	card.Repost = &cardView{Gone: true}
	if root := s.post(body.RepostOf); root != nil && root.visibleAt(at, false) {
		inner := s.card(root, s.profile(root.acc, at), at)
		card.Repost = &inner
	}

	return card
}

// richText escapes a text and shows its links the way the platform does.
func richText(raw string) template.HTML {
	var b strings.Builder

	rest := raw
	for _, at := range links.FindAllStringIndex(raw, -1) {
		skipped := len(raw) - len(rest)
		b.WriteString(template.HTMLEscapeString(rest[:at[0]-skipped]))
		fmt.Fprintf(
			&b,
			`<a href="%s" rel="nofollow noopener">网页链接</a>`,
			template.HTMLEscapeString(raw[at[0]:at[1]]),
		)
		rest = raw[at[1]:]
	}
	b.WriteString(template.HTMLEscapeString(rest))

	return template.HTML(strings.ReplaceAll(b.String(), "\n", "<br>"))
}

// plainSource is the text of the source's anchor.
func plainSource(source string) string {
	_, rest, ok := strings.Cut(source, ">")
	if !ok {
		return source
	}
	text, _, _ := strings.Cut(rest, "<")

	return text
}

type homePage struct {
	Now         time.Time
	Accounts    []profileView
	Posts, Fans int
	Latest      []cardView
}

// showHome is the page at /: the matrix, its totals, and the newest posts of all accounts.
func (s *Server) showHome(w http.ResponseWriter, r *http.Request) {
	now := s.clock.now()
	page := homePage{Now: now}
	var newest []*post

	for _, account := range s.all() {
		view := s.profile(account, now)
		page.Posts, page.Fans = page.Posts+view.Posts, page.Fans+view.Fans
		if len(page.Accounts) < 200 {
			page.Accounts = append(page.Accounts, view)
		}
		newest = s.newest(newest, account, now)
	}

	for _, p := range newest {
		page.Latest = append(page.Latest, s.card(p, s.profile(p.acc, now), now))
	}
	s.render(w, http.StatusOK, "home", page)
}

const perPage = 20

// newest merges an account's newest posts into a list of the newest of all.
func (s *Server) newest(list []*post, a *account, now time.Time) []*post {
	n := 0
	a.shown(now, false, func(p *post) bool {
		at := len(list)
		for at > 0 && list[at-1].at < p.at {
			at--
		}
		if at >= perPage {
			return false
		}
		list = append(list[:at], append([]*post{p}, list[at:]...)...)
		list = list[:min(len(list), perPage)]
		n++

		return n < perPage
	})

	return list
}

type profilePage struct {
	Who   profileView
	Cards []cardView
	Older int64
}

// showProfile is an account's timeline; ?before= pages back.
func (s *Server) showProfile(w http.ResponseWriter, r *http.Request) {
	account := s.find(r.PathValue("handle"))
	if account == nil {
		s.render(w, http.StatusNotFound, "absent", nil)
		return
	}
	now := s.clock.now()
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64)
	page := profilePage{Who: s.profile(account, now)}
	account.shown(now, false, func(p *post) bool {
		if before > 0 && p.id >= before {
			return true
		}
		if len(page.Cards) == perPage {
			page.Older = page.Cards[perPage-1].ID
			return false
		}
		page.Cards = append(page.Cards, s.card(p, page.Who, now))

		return true
	})
	s.render(w, http.StatusOK, "profile", page)
}

type postPage struct {
	Card     cardView
	Comments []comment
}

// showPost is the page of one post, by id or by the short form that stands in addresses.
func (s *Server) showPost(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1e12 {
		id, _ = parseMID(r.PathValue("id"))
	}
	now := s.clock.now()
	post := s.post(id)
	if post == nil || !post.visibleAt(now, false) {
		s.render(w, http.StatusNotFound, "absent", nil)
		return
	}
	written := s.talk.pick(func(m comment) bool { return m.Post == id })
	s.render(w, http.StatusOK, "post", postPage{
		s.card(post, s.profile(post.acc, now), now), append(written, s.sample(post, now)...),
	})
}

// showAvatar draws an account's picture: its first character on a colour of its own.
func (s *Server) showAvatar(w http.ResponseWriter, r *http.Request) {
	account := s.find(strings.TrimSuffix(r.PathValue("name"), ".svg"))
	if account == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	fmt.Fprintf(
		w,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><rect width="60" height="60" fill="hsl(%d 45%% 34%%)"/>`+
			`<text x="30" y="40" font-size="28" text-anchor="middle" fill="#fff" font-family="sans-serif">%s</text></svg>`,
		(100+account.index*37)%360,
		template.HTMLEscapeString(initial(account.Handle)),
	)
}
