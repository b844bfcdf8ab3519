package proofread

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestTopic is how far a topic reaches at most, in code points.
const longestTopic = 32

// topics finds a # that opens a topic and is never closed. A # beside a digit is a number's ("3#楼", "#1机组").
func topics(t *passage, _ Context) (found []Finding) {
	s := t.folded
	open := -1

	for i := 0; i < len(s); i++ {
		if s[i] == '\n' && open >= 0 {
			found = append(found, t.openTopic(open))
			open = -1
		}
		if s[i] != '#' || t.link[i] {
			continue
		}

		switch {
		case open >= 0 && utf8.RuneCountInString(s[open:i]) <= longestTopic+1:
			open = -1
		case numberSign(s, i, open >= 0):
		default:
			if open >= 0 {
				found = append(found, t.openTopic(open))
			}
			open = i
		}
	}
	if open >= 0 {
		found = append(found, t.openTopic(open))
	}

	return found
}

// numberSign tells whether the # at a place is a number's and opens nothing; closing: it may close a topic.
func numberSign(s string, at int, closing bool) bool {
	if isDigit(before(s, at)) {
		return true
	}

	return isDigit(after(s, at+1)) && !closing && !strings.Contains(head(s, at+1, longestTopic), "#")
}

// openTopic is the finding of a # and of the word behind it.
func (t *passage) openTopic(at int) Finding {
	to := at + 1
	for to < len(t.folded) && t.rune[to]-t.rune[at] <= longestTopic {
		r, size := utf8.DecodeRuneInString(t.folded[to:])
		if in(" \n，。！？；：、,.!?;:", r) {
			break
		}
		to += size
	}
	if to == at+1 {
		return t.at(Topic, at, to, "", sayTopic)
	}

	return t.at(Topic, at, to, string(t.raw[t.rune[at]:t.rune[to]])+"#", sayTopic)
}

var mention = regexp.MustCompile(`@([\p{Han}A-Za-z0-9_-]{2,30})`)

// handles finds mentions that are one slip away from an account of the matrix and are none themselves.
func handles(t *passage, context Context) (found []Finding) {
	if len(context.Handles) == 0 {
		return nil
	}

	for _, m := range mention.FindAllStringSubmatchIndex(t.folded, -1) {
		if t.link[m[0]] || isLatin(before(t.folded, m[0])) || isDigit(before(t.folded, m[0])) {
			continue
		}
		written := t.folded[m[2]:m[3]]
		if slices.Contains(context.Handles, written) {
			continue
		}
		if want := nearly(written, context.Handles); want != "" {
			found = append(found, t.at(Handle, m[0], m[3], "@"+want, sayHandle, "want", want))
		}
	}

	return found
}

// nearly is the one handle that is one slip away from what is written: a sign more, less, other, or two
// exchanged. Handles that run on into the sentence are not looked at, short ones are too near to anything.
func nearly(written string, handles []string) (want string) {
	for _, handle := range handles {
		if utf8.RuneCountInString(handle) < 4 || !oneSlip([]rune(written), []rune(handle)) {
			continue
		}
		if want != "" {
			return ""
		}
		want = handle
	}

	return want
}

// oneSlip tells whether two words are one insertion, deletion, replacement or exchange of neighbours apart.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}

	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}

	switch {
	case len(a) < len(b):
		return slices.Equal(a[i:], b[i+1:])
	case i == len(a):
		return false
	case slices.Equal(a[i+1:], b[i+1:]):
		return true
	}

	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}

// addressEnd are signs at the end of an address that belong to the sentence.
const addressEnd = ".,;:!?'\"()[]{}<>"

// links finds addresses that nobody outside can open: of another scheme, without a host, of a private
// network. Whether a host answers is looked at elsewhere, by a job.
func links(t *passage, _ Context) (found []Finding) {
	for _, m := range address.FindAllStringIndex(t.folded, -1) {
		text := strings.TrimRight(t.folded[m[0]:m[1]], addressEnd)
		to := m[0] + len(text)
		u, err := url.Parse(text)

		switch {
		case err == nil && u.Scheme != "http" && u.Scheme != "https":
			found = append(found, t.at(Link, m[0], to, "", sayScheme))
		case err != nil || !public(u.Hostname()):
			found = append(found, t.at(Link, m[0], to, "", sayHost))
		case private(u.Hostname()):
			found = append(found, t.at(Link, m[0], to, "", sayHostPrivate))
		}
	}

	return found
}

// public tells whether a host is written as an address or as a name with a domain.
func public(host string) bool {
	return net.ParseIP(host) != nil || strings.Contains(strings.Trim(host, "."), ".")
}

// private tells whether a host is written as an address that the internet does not route.
func private(host string) bool {
	ip := net.ParseIP(host)

	return ip != nil && !ip.IsGlobalUnicast() || ip != nil && ip.IsPrivate()
}

// Place is an address in a text.
type Place struct {
	Start, End int    // in code points of the text, End exclusive
	Found      string // exactly what stands there
	Address    string // as it is opened: in half width
}

// Links gives the addresses of http and https in a text, in the order in which they stand.
func Links(raw string) (out []Place) {
	if !strings.ContainsAny(raw, ":：") {
		return nil
	}
	t := newPassage(raw)

	for _, m := range address.FindAllStringIndex(t.folded, -1) {
		text := strings.TrimRight(t.folded[m[0]:m[1]], addressEnd)
		scheme, _, _ := strings.Cut(strings.ToLower(text), ":")
		if scheme != "http" && scheme != "https" {
			continue
		}
		start, end := t.rune[m[0]], t.rune[m[0]+len(text)]
		out = append(out, Place{start, end, string(t.raw[start:end]), text})
	}

	return out
}
