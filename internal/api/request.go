package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
)

// maxDepth is how deep objects and lists may lie in each other.
const maxDepth = 16

// huma keeps these as package variables; they are set once, before anything is served.
func init() {
	humagin.MultipartMaxMemory = maxUpload // bodies are in memory already: no temporary files
	huma.DefaultArrayNullable = false      // a list is never null, at most empty
}

// formats is JSON as this interface reads and writes it.
var formats = map[string]huma.Format{
	"application/json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode},
	"json":             {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode},
}

var (
	errMalformed = fault.Invalid("", "请求无法读取，请检查格式和编码").WithCode("malformed")
	errTooLarge  = fault.Invalid("", "请求内容过大").WithCode("too_large")
	errSlow      = fault.Invalid("", "请求内容迟迟没有传完").WithCode("too_slow")
)

// readRequest checks the address and reads the body whole, within size and time. The request's body is put back for who
// comes next.
func readRequest(c *gin.Context, op *huma.Operation, limit time.Duration) ([]byte, error) {
	if !cleanQuery(c.Request.URL) || !cleanText(c.Request.URL.Path) {
		return nil, errMalformed
	}
	if ua := c.Request.UserAgent(); !cleanText(ua) { // header values may hold any bytes, columns of text may not
		c.Request.Header.Set("User-Agent", strings.ToValidUTF8(strings.ReplaceAll(ua, "\x00", ""), "?"))
	}
	if op.RequestBody == nil {
		return nil, nil
	}
	deadline := http.NewResponseController(c.Writer)
	_ = deadline.SetReadDeadline(time.Now().Add(limit)) // not every writer can; the server has its own limit then
	body, err := io.ReadAll(c.Request.Body)
	if err != nil { // the limit stays, else the server would wait for the rest before it answers
		return nil, readFault(err)
	}
	_ = deadline.SetReadDeadline(time.Time{}) // else the server would cut the request while it is worked on
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

func readFault(err error) error {
	var large *http.MaxBytesError
	var slow net.Error
	switch {
	case errors.As(err, &large):
		return errTooLarge.With(err)
	case errors.As(err, &slow) && slow.Timeout():
		return errSlow.With(err)
	}
	return errMalformed.With(err)
}

// cleanText tells whether s can be stored as text at all.
func cleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func cleanQuery(u *url.URL) bool {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return false
	}
	for name, values := range q {
		if !cleanText(name) || !cleanText(strings.Join(values, "")) {
			return false
		}
	}
	return true
}

// decode reads JSON. The first reading of a body, before its schema is checked, is also the one that refuses what is too
// deep or holds characters that no text may hold.
func decode(data []byte, v any) error {
	any, first := v.(*any)
	if first && (!utf8.Valid(data) || deeperThan(data, maxDepth)) {
		return errMalformed
	}
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if first && !cleanValue(*any) {
		return errMalformed
	}
	return nil
}

// deeperThan looks at brackets outside of strings: quicker than the reader, and before it.
func deeperThan(data []byte, max int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			if depth++; depth > max {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
	}
	return false
}

func cleanValue(v any) bool {
	switch v := v.(type) {
	case string:
		return !strings.ContainsRune(v, 0)
	case []any:
		for _, e := range v {
			if !cleanValue(e) {
				return false
			}
		}
	case map[string]any:
		for name, e := range v {
			if strings.ContainsRune(name, 0) || !cleanValue(e) {
				return false
			}
		}
	}
	return true
}
