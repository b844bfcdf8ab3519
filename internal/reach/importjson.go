package reach

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"juzhen/internal/fault"
)

// lists are the names under which crawlers keep their posts in an object.
var lists = map[string]bool{
	"weibo": true, "weibos": true, "posts": true, "statuses": true, "data": true, "items": true,
}

// maxEntry is the longest entry in bytes.
const maxEntry = 1 << 20

// readJSON reads a list of posts, or the list in an object that crawlers write beside what they know of
// the account.
func (r rowReader) readJSON(text []byte, sink rowSink) error {
	d := json.NewDecoder(bytes.NewReader(text))

	found, err := r.findList(d)
	for n := 1; err == nil && found && d.More(); n++ {
		var raw json.RawMessage
		if err = d.Decode(&raw); err != nil {
			break
		}

		post, why := r.entry(raw)
		if taken := sink(n, post, why); taken != nil {
			return taken
		}
	}
	if err == nil && found {
		_, err = d.Token() // the end of the list: a file that breaks off has none
	}

	switch {
	case err != nil:
		line := 1 + bytes.Count(text[:min(int(d.InputOffset()), len(text))], []byte("\n"))
		return fault.Invalid("file", "文件不是可读的 JSON：第 {.line} 行附近", "line", line).With(err)
	case !found:
		return fault.Invalid("file", "JSON 里没有微博的列表：应是数组，或对象中名为 weibo 的数组")
	}

	return nil
}

// findList goes on until the list begins.
func (r rowReader) findList(d *json.Decoder) (bool, error) {
	first, err := d.Token()
	if err != nil || first == json.Delim('[') {
		return err == nil, err
	}

	for d.More() {
		name, err := d.Token()
		if err != nil {
			return false, err
		}

		if key, _ := name.(string); lists[key] {
			next, err := d.Token()
			if err != nil || next == json.Delim('[') {
				return err == nil, err
			}
			if _, nested := next.(json.Delim); nested {
				return false, errors.New("an object where a list is expected")
			}

			continue
		}

		var other json.RawMessage
		if err := d.Decode(&other); err != nil {
			return false, err
		}
	}

	return false, nil
}

// entry reads one post. Numbers are kept digit by digit: an id of 64 bits is no float.
func (r rowReader) entry(raw json.RawMessage) (fresh, Unfit) {
	if len(raw) > maxEntry {
		return fresh{}, UnfitRow
	}
	if halfSurrogate(raw) {
		return fresh{}, UnfitText
	}

	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var members map[string]any
	if err := d.Decode(&members); err != nil {
		return fresh{}, UnfitRow
	}

	found := make(values, len(members))
	for name, v := range members {
		column, ok := columns[headName(name)]
		if !ok {
			continue
		}
		if text := cellOf(v); text != "" && found[column] == "" {
			found[column] = text
		}
	}

	return r.post(found)
}

// cellOf writes a member as a cell would hold it.
func cellOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = cellOf(e)
		}

		return strings.Join(parts, ",")
	case map[string]any: // a post within a post: what was reposted
		if len(v) == 0 {
			return ""
		}

		return "1"
	}

	return fmt.Sprint(v)
}

// halfSurrogate finds an escape of half a character: the reader would make another one of it without a word.
func halfSurrogate(raw []byte) bool {
	half := func(i int) byte { // 'h' for a first half, 'l' for a second
		if i+6 > len(raw) || raw[i] != '\\' || raw[i+1] != 'u' || raw[i+2]|0x20 != 'd' {
			return 0
		}

		switch c := raw[i+3] | 0x20; {
		case c == '8' || c == '9' || c == 'a' || c == 'b':
			return 'h'
		case c >= 'c' && c <= 'f':
			return 'l'
		}

		return 0
	}

	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}

		switch half(i) {
		case 'h':
			if half(i+6) != 'l' {
				return true
			}
			i += 11
		case 'l':
			return true
		default:
			i++ // what is escaped
		}
	}

	return false
}
