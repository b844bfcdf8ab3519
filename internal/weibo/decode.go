package weibo

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"juzhen/internal/instant"
)

// Weibo sends the same field as a number here and as a string there; these three take both.

// text is a string that may come as a number; digits are kept as they are.
type text string

// UnmarshalJSON takes a string, a number, a boolean or null.
func (t *text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case bytes.Equal(b, []byte("null")):
		*t = ""
		return nil
	case len(b) > 0 && b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		*t = text(s)

		return err
	case len(b) > 0 && (b[0] == '{' || b[0] == '['):
		return errMalformed
	}
	*t = text(b)

	return nil
}

// number is a whole number that may come as a string; "" and null are 0.
type number int64

// UnmarshalJSON takes a number, a numeric string, "" or null.
func (n *number) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	if t == "" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(t), 64)
		if ferr != nil || math.Abs(f) > 1<<53 || math.IsNaN(f) {
			return errMalformed
		}
		v = int64(f)
	}
	*n = number(v)

	return nil
}

// flag is a boolean that may come as 0/1, "0"/"1", "true"/"false" or null.
type flag bool

// UnmarshalJSON takes any of these.
func (f *flag) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}

	switch t {
	case "true", "1":
		*f = true
	case "false", "0", "":
		*f = false
	default:
		return errMalformed
	}

	return nil
}

// createdAt reads "Tue May 31 17:46:55 +0800 2011"; zero when absent, as in a deleted post, and when it
// cannot be.
func createdAt(s string) time.Time {
	t, err := time.Parse(time.RubyDate, s)
	if err != nil || !instant.Within(t, time.Now()) {
		return time.Time{}
	}

	return t.UTC()
}

// utc drops the monotonic reading and the zone, and cuts to microseconds, as instants are stored.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}

	return t.UTC().Truncate(time.Microsecond)
}
