package post

import (
	"fmt"
	"strconv"
	"strings"

	"juzhen/internal/fault"
)

const base62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// ParseRepost reads the platform id of a post from what a person pastes: the id itself, or the address
// of the post's page as browsers and phones give it, alone or inside a sentence. Empty gives empty;
// what cannot be read comes back as it is.
func ParseRepost(s string) (string, *fault.Error) {
	s = strings.TrimSpace(s)
	if s == "" || isNumber(s) {
		return s, checkID(s)
	}
	if _, ok := ReadLead(s); ok {
		return s, nil
	}
	link, bad := ReadLink("repost", s)
	if bad != nil {
		return s, bad
	}

	return link.ID, nil
}

// ReadLink reads the address of a post's page out of what a person pasted into a field. It fails with
// fault.Invalid on that field, and says what to do.
func ReadLink(field, s string) (Link, *fault.Error) {
	link, why := readLink(s)
	switch why {
	case linkRead:
		return link, nil
	case linkForeign:
		return link, fault.Invalid(
			field,
			"只接受 http 或 https 的网址；请在浏览器中打开那条微博，复制地址栏，形如 https://weibo.com/2039018811/NxYz8k3Qp",
		)
	case linkShort:
		return link, fault.Invalid(field, "这是短网址，看不出是哪一条微博；请用浏览器打开它，再复制地址栏的完整网址")
	case linkSeveral:
		return link, fault.Invalid(field, "这里有不止一条微博的网址，请只粘贴一条")
	}

	return link, fault.Invalid(field, "请粘贴微博正文页的网址，形如 https://weibo.com/2039018811/NxYz8k3Qp")
}

func checkID(s string) *fault.Error {
	if len(s) > 20 {
		return fault.Invalid("repost", "被转发微博的编号不对")
	}

	return nil
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// decodeMID turns the short id of an address into the long one: from the right, each four characters of
// base 62 are seven decimal digits. Worked value: z0JH2lOMb is 3501756485200075.
func decodeMID(mid string) (string, bool) {
	if len(mid) < 8 || len(mid) > 12 {
		return "", false
	}
	out := ""

	for end := len(mid); end > 0; end -= 4 {
		start := max(0, end-4)
		n := 0

		for _, r := range mid[start:end] {
			digit := strings.IndexRune(base62, r)
			if digit < 0 {
				return "", false
			}
			n = n*62 + digit
		}
		if n > 9_999_999 {
			return "", false
		}
		if start == 0 {
			out = strconv.Itoa(n) + out
		} else {
			out = fmt.Sprintf("%07d", n) + out
		}
	}

	return strings.TrimLeft(out, "0"), true
}

// EncodeMID is the short form of a platform id in addresses, what decodeMID reads: from the right, each
// seven decimal digits become four characters of base 62. Worked value: 3501756485200075 is z0JH2lOMb.
func EncodeMID(id string) string {
	out := ""

	for end := len(id); end > 0; end -= 7 {
		n := 0
		for _, c := range id[max(0, end-7):end] {
			n = n*10 + int(c-'0')
		}

		part := ""
		for ; n > 0; n /= 62 {
			part = string(base62[n%62]) + part
		}

		for end > 7 && len(part) < 4 {
			part = "0" + part
		}
		out = part + out
	}

	return out
}
