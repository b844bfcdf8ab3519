package post

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"juzhen/internal/fault"
)

const base62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// ParseRepost reads the platform id of a post from what a person pastes: the id itself, or the address of the post's page
// (weibo.com/uid/MID, weibo.com/detail/ID, m.weibo.cn/status/ID). Empty gives empty.
func ParseRepost(s string) (string, *fault.Error) {
	s = strings.TrimSpace(s)
	if s == "" || isNumber(s) {
		return s, checkID(s)
	}
	bad := fault.Invalid("repost", "请粘贴被转发微博的网址，例如 https://weibo.com/2039018811/NxYz8k3Qp")
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return s, bad
	}
	host := strings.ToLower(u.Hostname())
	if host != "weibo.com" && host != "weibo.cn" && !strings.HasSuffix(host, ".weibo.com") && !strings.HasSuffix(host, ".weibo.cn") {
		return s, bad
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || parts[0] == "u" { // weibo.com/u/ID is a person
		return s, bad
	}
	last := parts[len(parts)-1]
	if isNumber(last) && len(last) >= 12 {
		return last, checkID(last)
	}
	if id, ok := decodeMID(last); ok {
		return id, nil
	}
	return s, bad
}

func checkID(s string) *fault.Error {
	if len(s) > 20 {
		return fault.Invalid("repost", "被转发微博的编号不对")
	}
	return nil
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// decodeMID turns the short id of an address into the long one: from the right, each four characters of base 62 are seven
// decimal digits. Worked value: z0JH2lOMb is 3501756485200075.
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
