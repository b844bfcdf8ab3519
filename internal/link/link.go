// Package link knows what becomes of the addresses that stand in posts: whether they open, where they lead,
// and whether their domain is one that a unit allows. A job looks at them (job.go), through outward alone;
// whoever asks gets what is known already and never waits for the network.
package link

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/outward"
)

// State is what the last look at an address found.
type State string

// The states.
const (
	Unseen      State = "unseen"      // nobody looked yet
	Open        State = "open"        // it opens
	Elsewhere   State = "elsewhere"   // it leads to another site
	Certificate State = "certificate" // its certificate is not right
	Dead        State = "dead"        // it does not open
	Unclear     State = "unclear"     // it answers, but not to programs; or we do not get outside
)

// Label is the state in Chinese.
func (s State) Label() string {
	return map[State]string{
		Unseen:      "未看",
		Open:        "能打开",
		Elsewhere:   "跳转到别处",
		Certificate: "证书不正确",
		Dead:        "打不开",
		Unclear:     "无法判断",
	}[s]
}

// Link is an address and what is known of it.
type Link struct {
	ID       int64
	Address  string // normalised
	State    State
	Why      outward.Kind // of a look that failed; "" where something answered
	Status   int          // of the last answer; 0: none
	LedTo    string       // where redirects ended, if elsewhere
	Failures int          // looks in a row that did not find it open
	LookedAt *time.Time
	NextAt   time.Time // not looked at again before
}

// Normal is the one form of an address under which it is known: scheme and host in lower case, no port
// that goes without saying, no fragment. ok is false for what outward would never fetch.
func Normal(address string) (normal string, ok bool) {
	at, err := outward.Parse(address)
	if err != nil {
		return "", false
	}

	at.Scheme = strings.ToLower(at.Scheme)
	at.Host = strings.ToLower(at.Host)
	if usual := map[string]string{"http": "80", "https": "443"}[at.Scheme]; at.Port() == usual {
		at.Host = strings.TrimSuffix(at.Host, ":"+usual)
	}
	at.Fragment, at.RawFragment = "", ""
	if at.Path == "" {
		at.Path = "/"
	}
	normal = at.String()

	return normal, len(normal) <= maxAddress
}

// maxAddress is how long a normalised address may be, in bytes; of the column too.
const maxAddress = 2048

// gone are the answers after which nobody reads anything at the address. What refuses programs (401, 403,
// 412, 429, 521 …) may open in a browser: of that nothing is said.
var gone = map[int]bool{
	http.StatusNotFound:            true,
	http.StatusGone:                true,
	http.StatusInternalServerError: true,
	http.StatusBadGateway:          true,
	http.StatusServiceUnavailable:  true,
	http.StatusGatewayTimeout:      true,
}

// judged is a link after a look at an instant.
func (l Link) judged(seen outward.Seen, err error, at time.Time) Link {
	l.LookedAt, l.Status, l.Why, l.LedTo = &at, seen.Status, outward.KindOf(err), ""
	if err == nil && !sameSite(l.Address, seen.Final) {
		l.LedTo = head(seen.Final, maxAddress)
	}

	switch {
	case l.Why == outward.Certificate:
		l.State = Certificate
	case l.Why == outward.NoWay:
		l.State = Unclear
	case err != nil, gone[seen.Status]:
		l.State = Dead
	case seen.Status >= http.StatusMultipleChoices:
		l.State = Unclear
	case l.LedTo != "":
		l.State = Elsewhere
	default:
		l.State = Open
	}

	l.Failures++
	if err == nil && l.State != Dead {
		l.Failures = 0
	}
	l.NextAt = at.Add(wait(l.Failures))

	return l
}

// day is how long a look holds. What did not open is looked at sooner: it may be mended, or the fault was
// on the way.
const day = 24 * time.Hour

// wait is how long after a look the next one is due.
func wait(failures int) time.Duration {
	if failures == 0 {
		return day
	}

	soon := 15 * time.Minute
	for range failures - 1 {
		soon = min(4*soon, day)
	}

	return soon
}

// sameSite tells whether a redirect stayed on the site that was named: the same host, or one below the
// other. From http to https nobody leaves; another port than theirs is another server.
func sameSite(from, to string) bool {
	a, errA := url.Parse(from)
	b, errB := url.Parse(to)
	if errA != nil || errB != nil {
		return false
	}

	one, other := site(a), site(b)
	if net.ParseIP(one) != nil || net.ParseIP(other) != nil {
		return one == other && portOf(a) == portOf(b)
	}

	return (under(one, other) || under(other, one)) && portOf(a) == portOf(b)
}

func site(at *url.URL) string { return strings.TrimPrefix(strings.ToLower(at.Hostname()), "www.") }

// portOf is the port of an address; "" for those of http and https.
func portOf(at *url.URL) string {
	if port := at.Port(); port != "80" && port != "443" {
		return port
	}

	return ""
}

// under tells whether a host is a domain, or lies below it.
func under(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// Said is what a reader should know of the link, as a Chinese source text with what fills it; "" for what
// is as it should be, or is not known.
func (l Link) Said(now time.Time) (text string, args []any) {
	if l.LookedAt == nil {
		return "", nil
	}
	args = []any{"at", clock(*l.LookedAt, now)}

	switch {
	case l.State == Elsewhere:
		return i18n.N("链接 {.at} 看过：跳转到别处 {.where}"), append(args, "where", head(l.LedTo, shownAddress))
	case l.State == Certificate:
		return i18n.N("链接 {.at} 看过：证书不正确，打开时浏览器会警告"), args
	case l.State != Dead:
		return "", nil
	case l.Why != "":
		return failures[l.Why], args
	case l.Status >= http.StatusInternalServerError:
		return i18n.N("链接 {.at} 打不开：对方服务器出错（{.status}）"), append(args, "status", l.Status)
	}

	return i18n.N("链接 {.at} 打不开：没有这个网页（{.status}）"), append(args, "status", l.Status)
}

var failures = map[outward.Kind]string{
	outward.BadAddress: i18n.N("链接 {.at} 打不开：跳转到的网址无效"),
	outward.Private:    i18n.N("链接 {.at} 看过：指向内部网络，公众打不开"),
	outward.NoHost:     i18n.N("链接 {.at} 打不开：找不到这个域名"),
	outward.Refused:    i18n.N("链接 {.at} 打不开：对方没有应答"),
	outward.TimedOut:   i18n.N("链接 {.at} 打不开：连接超时"),
	outward.Redirects:  i18n.N("链接 {.at} 打不开：跳转次数过多"),
	outward.TooLarge:   i18n.N("链接 {.at} 打不开：对方的答复不完整"),
	outward.Broken:     i18n.N("链接 {.at} 打不开：对方的答复不完整"),
}

// shownAddress is how much of an address is shown, in bytes.
const shownAddress = 120

// clock is the time of a look, with its day where that is another one.
func clock(at, now time.Time) string {
	at = at.In(beijing.Zone)
	if beijing.Date(at) == beijing.Date(now) {
		return at.Format("15:04")
	}

	return at.Format("01-02 15:04")
}

// head is the beginning of a text, cut between letters.
func head(text string, most int) string {
	if len(text) <= most {
		return text
	}

	return strings.ToValidUTF8(text[:most-len("…")], "") + "…"
}

// hostOf is the name of the host of an address, in ASCII; "" for an address that nobody could fetch.
func hostOf(address string) string {
	at, err := outward.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(at.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii
	}

	return host
}
