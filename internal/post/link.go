package post

import (
	"net/url"
	"regexp"
	"strings"
)

// Link is what the address of a post's page says: the post, and the account where the address names it.
type Link struct {
	UID string // the platform's id of the account; "" when the address does not say
	ID  string // the platform's id of the post
}

// Why an address cannot be read.
type linkFault int

const (
	linkRead    linkFault = iota
	linkNone              // no address of a post's page
	linkShort             // a short address, which only the platform can resolve
	linkForeign           // another scheme than http and https
	linkSeveral           // several posts
)

const maxLink = 2000 // bytes of what a person pastes

// weiboAddress finds addresses of the platform in a text, with what stands before them.
var weiboAddress = regexp.MustCompile(
	`(?i)((?:[a-z][a-z0-9+.-]*:)?(?://)?)((?:[a-z0-9-]+\.)*weibo\.(?:com|cn)/[\w./?=&%,~#:-]+)`,
)

// otherAddress is what must not stand before an address: it would be a part of another one.
const otherAddress = "/.-@=:_%&?#"

var (
	shortAddress = regexp.MustCompile(`(?i)(?:^|[^\w.])t\.cn/\w+`)
	appAddress   = regexp.MustCompile(`(?i)(?:sinaweibo|weibo|javascript|data|file|ftp):`)
)

// readLink reads the address of a post's page out of what a person pastes: with or without its scheme,
// alone or inside a sentence. An address in another scheme than http and https is not one. Nothing is
// opened.
func readLink(s string) (Link, linkFault) {
	if s = strings.TrimSpace(s); len(s) > maxLink {
		return Link{}, linkNone
	}
	var found []Link
	foreign := false

	for _, m := range weiboAddress.FindAllStringSubmatchIndex(s, -1) {
		scheme := strings.ToLower(s[m[2]:m[3]])
		if scheme != "" && scheme != "http://" && scheme != "https://" {
			foreign = true
			continue
		}
		if before := last(
			s[:m[0]],
		); m[0] > 0 &&
			(in(otherAddress, before) || before < 0x80 && isWord(before)) {
			continue
		}
		if link, ok := readPage(s[m[4]:m[5]]); ok && !containsLink(found, link) {
			found = append(found, link)
		}
	}

	switch {
	case len(found) == 1 && !foreign:
		return found[0], linkRead
	case len(found) > 1:
		return Link{}, linkSeveral
	case foreign || appAddress.MatchString(s):
		return Link{}, linkForeign
	case shortAddress.MatchString(s):
		return Link{}, linkShort
	}

	return Link{}, linkNone
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func containsLink(list []Link, link Link) bool {
	for _, other := range list {
		if other.ID == link.ID {
			return true
		}
	}

	return false
}

// readPage reads one address, without its scheme: weibo.com/UID/MID, m.weibo.cn/UID/ID,
// m.weibo.cn/status/ID, weibo.com/detail/ID, weibo.cn/comment/MID?uid=UID,
// share.api.weibo.cn/share/N,ID.html.
func readPage(address string) (Link, bool) {
	u, err := url.Parse("https://" + address)
	if err != nil {
		return Link{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 {
		return Link{}, false
	}
	kind, name := strings.ToLower(parts[0]), parts[1]
	if kind == "share" {
		_, name, _ = strings.Cut(strings.TrimSuffix(name, ".html"), ",")
		if id := u.Query().Get("weibo_id"); name == "" {
			name = id
		}
	}

	id, ok := readID(name)
	switch {
	case !ok:
		return Link{}, false
	case isNumber(kind) && len(kind) <= 20:
		return Link{UID: kind, ID: id}, true
	case kind == "status" || kind == "detail" || kind == "share" || kind == "comment" ||
		kind == "repost" || kind == "attitude":
		uid := u.Query().Get("uid")
		if !isNumber(uid) || len(uid) > 20 {
			uid = ""
		}

		return Link{UID: uid, ID: id}, true
	}

	return Link{}, false
}

// readID reads an id in its long or its short form.
func readID(s string) (string, bool) {
	if isNumber(s) && len(s) >= 12 && len(s) <= 20 {
		return s, true
	}

	return decodeMID(s)
}
