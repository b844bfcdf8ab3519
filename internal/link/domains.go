package link

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"juzhen/internal/fault"
)

// The bounds of a list of domains.
const (
	MaxDomains     = 500
	MaxDomainsText = 40_000 // bytes of what is pasted
	namedLines     = 10     // bad lines that a refusal names
	shownLine      = 60     // bytes of each of them
)

// Domains are those to which the links of a unit, and of all below it, may lead. Where neither the unit nor
// one above it has set any, every domain will do.
type Domains struct {
	UnitID    int64
	UnitName  string
	UnitPath  string
	Hosts     []string // its own, in order; none: it has set none
	Version   int      // of its own; 0: never set
	ChangedBy string
	ChangedAt *time.Time
	Above     []Inherited // those of units above, from the topmost down
	Always    []string    // that need not be set: the application's own
}

// Inherited are the domains that a unit above has set.
type Inherited struct {
	Unit  string
	Hosts []string
}

// InForce tells whether links are held against a list.
func (d Domains) InForce() bool { return len(d.Hosts) > 0 || len(d.Above) > 0 }

// Lines are the unit's own domains as people write them, one a line.
func (d Domains) Lines() string { return strings.Join(Readable(d.Hosts), "\n") }

// Readable are domains in the letters of people.
func Readable(hosts []string) []string {
	out := make([]string, len(hosts))

	for i, host := range hosts {
		out[i] = host
		if written, err := idna.ToUnicode(host); err == nil {
			out[i] = written
		}
	}

	return out
}

// NewDomains is what somebody wants a unit's list to be.
type NewDomains struct {
	UnitID  int64
	Text    string // domains, one a line, or parted by commas or blanks; empty: no list
	Version int    // as the page showed it
}

// readDomains reads what was pasted: each domain once, in order. Fails with fault.Invalid at "domains" that
// names the lines which are none.
func readDomains(text string) (hosts []string, err error) {
	if len(text) > MaxDomainsText {
		return nil, fault.Invalid("domains", "内容过长，最多 {.max} 个字节", "max", MaxDomainsText)
	}

	var bad []string
	wrong := 0

	for i, line := range strings.Split(text, "\n") {
		for _, word := range strings.FieldsFunc(line, parts) {
			host, ok := domain(word)
			if ok {
				hosts = append(hosts, host)
				continue
			}
			if wrong++; len(bad) < namedLines {
				bad = append(bad, fmt.Sprintf("%d “%s”", i+1, head(word, shownLine)))
			}
		}
	}
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)

	switch {
	case wrong > namedLines:
		return nil, fault.Invalid("domains",
			"这些行不是域名：{.lines} 等 {.n} 处。只写域名，如 bj.example.cn，不带 http:// 和路径",
			"lines", strings.Join(bad, "; "), "n", wrong)
	case wrong > 0:
		return nil, fault.Invalid("domains",
			"这些行不是域名：{.lines}。只写域名，如 bj.example.cn，不带 http:// 和路径",
			"lines", strings.Join(bad, "; "))
	case len(hosts) > MaxDomains:
		return nil, fault.Invalid("domains", "最多 {.max} 个域名", "max", MaxDomains)
	}

	return hosts, nil
}

// parts tells whether a sign stands between two domains.
func parts(r rune) bool { return strings.ContainsRune(" \t\r,;，；、　\u00a0\ufeff", r) }

// domain reads a name with at least one point in it. "*.a.cn" and ".a.cn" mean a.cn: what lies below a
// domain is always meant too.
func domain(word string) (host string, ok bool) {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "*"), ".")
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(word, "."))
	if err != nil || len(host) > 253 || net.ParseIP(host) != nil {
		return "", false
	}
	labels := strings.Split(host, ".")

	return host, len(labels) > 1 && !slices.ContainsFunc(labels, func(label string) bool {
		return label == "" || len(label) > 63 || strings.Trim(label, letters) != "" ||
			strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-")
	}) && strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"

// Allowed are the domains that several units allow.
type Allowed struct {
	units  map[int64][]string // by unit; of a unit that has no list there is no entry
	always []string
}

// Refuses tells whether a list that holds for one of units does not name the host of an address, and gives
// that host, readable. An address without a host is none of its business.
func (a Allowed) Refuses(address string, units []int64) (host string, refused bool) {
	host = hostOf(address)
	if host == "" || slices.ContainsFunc(a.always, func(domain string) bool { return under(host, domain) }) {
		return host, false
	}

	for _, unit := range units {
		hosts, set := a.units[unit]
		if set && !slices.ContainsFunc(hosts, func(domain string) bool { return under(host, domain) }) {
			return Readable([]string{host})[0], true
		}
	}

	return host, false
}
