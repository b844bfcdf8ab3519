package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// mid62 is the id as it stands in the address of a post: groups of seven digits from the right, each
// four digits to the base 62.
func mid62(id int64) string {
	text, out := strconv.FormatInt(id, 10), ""
	for len(text) > 0 {
		cut := max(len(text)-7, 0)
		n, _ := strconv.ParseUint(text[cut:], 10, 64)
		group := base62(n)
		if cut > 0 {
			group = strings.Repeat("0", max(4-len(group), 0)) + group
		}
		out, text = group+out, text[:cut]
	}

	return out
}

// parseMID turns mid62 back; false for what is none.
func parseMID(mid string) (int64, bool) {
	text := ""

	for len(mid) > 0 {
		cut := max(len(mid)-4, 0)
		n := 0

		for _, r := range mid[cut:] {
			d := strings.IndexRune(digits62, r)
			if d < 0 {
				return 0, false
			}
			n = n*62 + d
		}
		if cut > 0 {
			text = fmt.Sprintf("%07d", n) + text
		} else {
			text = strconv.Itoa(n) + text
		}
		mid = mid[:cut]
	}
	id, err := strconv.ParseInt(text, 10, 64)

	return id, err == nil
}

// queryMID answers statuses/querymid; is_batch=1 takes up to twenty ids.
func queryMID(c *call) (any, error) {
	ids, err := c.ids("id", 20)
	if err != nil {
		return nil, err
	}
	if c.form.Get("is_batch") != "1" {
		return map[string]string{"mid": mid62(ids[0])}, nil
	}

	out := []map[string]string{}
	for _, id := range ids {
		out = append(out, map[string]string{strconv.FormatInt(id, 10): mid62(id)})
	}

	return out, nil
}

// queryID answers statuses/queryid for one mid.
func queryID(c *call) (any, error) {
	id, ok := parseMID(c.form.Get("mid"))
	if !ok {
		return nil, failf(10017, "mid")
	}

	return map[string]string{"id": strconv.FormatInt(id, 10)}, nil
}
