package public

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"time"

	"juzhen/internal/beijing"
)

// Atom with tombstones: RFC 4287, RFC 6721.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	At      string      `xml:"xmlns:at,attr"`
	Lang    string      `xml:"xml:lang,attr"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Gone    []atomGone  `xml:"at:deleted-entry"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	At   string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomGone struct {
	ID string `xml:"ref,attr"`
	At string `xml:"when,attr"`
}

type atomEntry struct {
	Title     string        `xml:"title"`
	ID        string        `xml:"id"`
	Published string        `xml:"published"`
	Updated   string        `xml:"updated"`
	Links     []atomLink    `xml:"link"`
	Author    atomAuthor    `xml:"author"`
	Category  *atomCategory `xml:"category"`
	Content   atomText      `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func stamp(at time.Time) string { return at.In(beijing.Zone).Format(time.RFC3339) }

func (b *builder) atom(heading, path string, posts []post) (*answer, error) {
	withdrawn, err := b.withdrawn(b.ctx, b.asked.of)
	if err != nil {
		return nil, err
	}
	f := b.frame(heading, path)
	folder := b.opt.URL + f.At(path)
	feed := atomFeed{
		At: "http://purl.org/atompub/tombstones/1.0", Lang: f.Lang(), Title: heading + " · " + f.SiteName,
		ID: b.opt.URL + path, Author: atomAuthor{Name: f.SiteName, URI: b.opt.URL + "/"},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", At: trimSlash(folder) + "/feed.atom"},
			{Rel: "alternate", Type: "text/html", At: folder},
		},
	}
	updated := b.set.ChangedAt

	for _, p := range posts {
		if p.ChangedAt.After(updated) {
			updated = p.ChangedAt
		}
		entry := atomEntry{
			Title:     title(p.Text),
			ID:        b.opt.URL + postAt(p.Number),
			Published: stamp(p.PostedAt),
			Updated:   stamp(p.ChangedAt),
			Links: []atomLink{
				{Rel: "alternate", Type: "text/html", At: b.opt.URL + f.At(postAt(p.Number))},
			},
			Author:  atomAuthor{Name: p.Name, URI: b.opt.URL + accountAt(p.Account)},
			Content: atomText{"text", p.Text},
		}
		if p.ColumnName != nil {
			entry.Category = &atomCategory{*p.ColumnName}
		}
		feed.Entries = append(feed.Entries, entry)
	}

	for _, gone := range withdrawn {
		if gone.At.After(updated) {
			updated = gone.At
		}
		feed.Gone = append(feed.Gone, atomGone{b.opt.URL + postAt(gone.Number), stamp(gone.At)})
	}
	feed.Updated = stamp(updated)

	return asXML("application/atom+xml; charset=utf-8", feed)
}

func trimSlash(s string) string {
	if s != "" && s[len(s)-1] == '/' {
		return s[:len(s)-1]
	}

	return s
}

func asXML(kind string, value any) (*answer, error) {
	out := bytes.NewBufferString(xml.Header)
	if err := xml.NewEncoder(out).Encode(value); err != nil {
		return nil, err
	}

	return newAnswer(http.StatusOK, kind, out.Bytes()), nil
}

func asJSON(kind string, value any) (*answer, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}

	return newAnswer(http.StatusOK, kind, out.Bytes()), nil
}

// JSON Feed 1.1. What was withdrawn stands in an extension of ours, for the format has nothing for it.
type jsonFeed struct {
	Version   string     `json:"version"`
	Title     string     `json:"title"`
	Home      string     `json:"home_page_url"`
	At        string     `json:"feed_url"`
	Language  string     `json:"language"`
	Authors   []jsonName `json:"authors"`
	Items     []jsonItem `json:"items"`
	Withdrawn []goneJSON `json:"_withdrawn"`
}

type jsonName struct {
	Name string `json:"name"`
	At   string `json:"url,omitempty"`
}

type jsonItem struct {
	ID        string     `json:"id"`
	At        string     `json:"url"`
	External  string     `json:"external_url,omitempty"`
	Title     string     `json:"title"`
	Text      string     `json:"content_text"`
	Image     string     `json:"image,omitempty"`
	Published string     `json:"date_published"`
	Modified  string     `json:"date_modified"`
	Authors   []jsonName `json:"authors"`
	Tags      []string   `json:"tags,omitempty"`
	Language  string     `json:"language"`
}

type goneJSON struct {
	ID string `json:"id"`
	At string `json:"withdrawn_at"`
}

func (b *builder) jsonFeed(heading, path string, posts []post) (*answer, error) {
	withdrawn, err := b.withdrawn(b.ctx, b.asked.of)
	if err != nil {
		return nil, err
	}
	f := b.frame(heading, path)
	folder := b.opt.URL + f.At(path)
	feed := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: heading + " · " + f.SiteName, Home: folder,
		At: trimSlash(folder) + "/feed.json", Language: f.Lang(), Authors: []jsonName{{Name: f.SiteName}},
		Items: []jsonItem{}, Withdrawn: []goneJSON{},
	}

	for _, p := range posts {
		one := jsonItem{
			ID: b.opt.URL + postAt(p.Number), At: b.opt.URL + f.At(postAt(p.Number)), External: p.Link,
			Title: title(p.Text), Text: p.Text, Published: stamp(p.PostedAt), Modified: stamp(p.ChangedAt),
			Authors: []jsonName{{p.Name, b.opt.URL + accountAt(p.Account)}}, Language: "zh-CN",
		}
		if p.ColumnName != nil {
			one.Tags = []string{*p.ColumnName}
		}
		if len(p.Pictures) > 0 {
			one.Image = b.opt.URL + pictureAt(p.Pictures[0])
		}
		feed.Items = append(feed.Items, one)
	}

	for _, gone := range withdrawn {
		feed.Withdrawn = append(feed.Withdrawn, goneJSON{b.opt.URL + postAt(gone.Number), stamp(gone.At)})
	}

	return asJSON("application/feed+json; charset=utf-8", feed)
}

// Data for other sites. Numbers are texts: a program that counts in floating point would round them.
type postJSON struct {
	Number    string        `json:"number"`
	At        string        `json:"url"`
	Account   accountRef    `json:"account"`
	Column    string        `json:"column,omitempty"`
	Published string        `json:"published_at"`
	Text      string        `json:"text"`
	SHA256    string        `json:"text_sha256"`
	Platform  string        `json:"platform_url,omitempty"`
	Before    bool          `json:"published_before_console"`
	Corrects  string        `json:"corrects,omitempty"`
	LookedAt  string        `json:"platform_looked_at,omitempty"`
	Pictures  []pictureJSON `json:"pictures"`
}

type accountRef struct {
	Number string `json:"number"`
	Handle string `json:"handle"`
	Name   string `json:"name"`
	At     string `json:"url"`
}

type pictureJSON struct {
	At     string `json:"url"`
	Alt    string `json:"description"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func (b *builder) asData(p post) postJSON {
	data := postJSON{
		Number: strconv.FormatInt(p.Number, 10), At: b.opt.URL + postAt(p.Number),
		Account: accountRef{
			strconv.FormatInt(p.Account, 10), p.Handle, p.Name, b.opt.URL + accountAt(p.Account),
		},
		Published: stamp(p.PostedAt), Text: p.Text, SHA256: hex.EncodeToString(p.Hash), Platform: p.Link,
		Before: p.Past, Pictures: []pictureJSON{},
	}
	if p.ColumnName != nil {
		data.Column = *p.ColumnName
	}
	if p.Corrects != nil {
		data.Corrects = strconv.FormatInt(*p.Corrects, 10)
	}
	if p.LookedAt != nil {
		data.LookedAt = stamp(*p.LookedAt)
	}

	for _, shown := range p.Pictures {
		data.Pictures = append(data.Pictures,
			pictureJSON{b.opt.URL + pictureAt(shown), shown.Alt, shown.Width, shown.Height})
	}

	return data
}

const jsonKind = "application/json; charset=utf-8"

func (b *builder) postJSON(p post) (*answer, error) { return asJSON(jsonKind, b.asData(p)) }

func (b *builder) postsJSON(posts []post, more bool) (*answer, error) {
	list := struct {
		Posts []postJSON `json:"posts"`
		Next  string     `json:"next,omitempty"` // value of the parameter before
	}{Posts: []postJSON{}}

	for _, p := range posts {
		list.Posts = append(list.Posts, b.asData(p))
	}
	if more {
		last := posts[len(posts)-1]
		list.Next = place{last.PostedAt, last.Number}.String()
	}

	return asJSON(jsonKind, list)
}

func (b *builder) matrixJSON(accounts []account) (*answer, error) {
	type accountJSON struct {
		accountRef
		District   string `json:"district"`
		DistrictAt string `json:"district_url"`
		Platform   string `json:"platform_url,omitempty"`
		Confirmed  bool   `json:"confirmed"`
		Followers  *int64 `json:"followers"`
		ReadAt     string `json:"followers_read_at,omitempty"`
		LatestAt   string `json:"latest_post_at,omitempty"`
	}
	list := struct {
		Accounts []accountJSON `json:"accounts"`
	}{Accounts: []accountJSON{}}

	for _, a := range accounts {
		one := accountJSON{
			accountRef: accountRef{
				strconv.FormatInt(a.Number, 10), a.Handle, a.Name, b.opt.URL + accountAt(a.Number),
			},
			District:   a.DistrictName,
			DistrictAt: b.opt.URL + districtAt(a.District),
			Platform:   a.Link,
			Confirmed:  a.Confirmed,
			Followers:  a.Followers,
		}
		if a.FollowersAt != nil {
			one.ReadAt = stamp(*a.FollowersAt)
		}
		if a.LatestAt != nil {
			one.LatestAt = stamp(*a.LatestAt)
		}
		list.Accounts = append(list.Accounts, one)
	}

	return asJSON(jsonKind, list)
}

func (b *builder) siteMap() (*answer, error) {
	type entry struct {
		At      string `xml:"loc"`
		Changed string `xml:"lastmod,omitempty"`
	}
	list := struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Pages   []entry  `xml:"url"`
	}{}
	add := func(path string, changed time.Time) {
		one := entry{At: b.opt.URL + path}
		if !changed.IsZero() {
			one.Changed = stamp(changed)
		}
		list.Pages = append(list.Pages, one)
	}

	for _, path := range []string{
		"/", "/air", "/rebuttals", "/matrix", "/about", "/contact", "/accessibility",
	} {
		add(path, time.Time{})
	}
	accounts, err := b.accounts(b.ctx)
	if err != nil {
		return nil, err
	}

	for i, a := range accounts {
		if i == 0 || accounts[i-1].District != a.District {
			add(districtAt(a.District), time.Time{})
		}
		add(accountAt(a.Number), time.Time{})
	}
	rebuttals, err := b.rebuttals(b.ctx)
	if err != nil {
		return nil, err
	}

	for _, r := range rebuttals {
		add(rebuttalAt(r.Number), r.SignedAt)
	}
	posts, err := b.mapped(b.ctx)
	if err != nil {
		return nil, err
	}

	for _, p := range posts {
		add(postAt(p.Number), p.At)
	}

	return asXML("application/xml; charset=utf-8", list)
}
