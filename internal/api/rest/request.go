package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
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
	"juzhen/internal/web"
)

// maxDepth is how deep objects and lists may lie in each other.
const maxDepth = 16

// huma keeps these as package variables; they are set once, before anything is served.
func init() {
	humagin.MultipartMaxMemory = web.FilesOnDisk
	huma.DefaultArrayNullable = false // a list is never null, at most empty
	huma.ValidateStrictCasing = true  // another case is another name, and an unknown one
}

// formats is JSON as this interface reads and writes it.
var formats = map[string]huma.Format{
	"application/json": {Marshal: marshal, Unmarshal: decode},
	"json":             {Marshal: marshal, Unmarshal: decode},
	csvType:            {Marshal: marshalTable, Unmarshal: func([]byte, any) error { return ErrMalformed }},
}

// marshal writes an answer as JSON. What cannot be written is a failure of ours and told as one: huma
// has set the status by now and would say so in an answer of 200, so this goes up to where panics
// become problems, with nothing written yet.
func marshal(w io.Writer, body any) error {
	var whole bytes.Buffer

	if err := huma.DefaultJSONFormat.Marshal(&whole, body); err != nil {
		panic(fmt.Errorf("answer cannot be written: %w", err))
	}

	_, err := whole.WriteTo(w)

	return err
}

var (
	ErrMalformed = fault.Invalid("", "请求无法读取，请检查格式和编码").WithCode("malformed")
	errTooLarge  = fault.Invalid("", "请求内容过大").WithCode("too_large")
	errSlow      = fault.Invalid("", "请求内容迟迟没有传完").WithCode("too_slow")
)

// readRequest checks the address and reads the body whole, within size and time. The request's body is
// put back for who comes next. A form with files is taken apart, its files lie on the disk, and there
// is no body.
func readRequest(c *gin.Context, op *huma.Operation, limit time.Duration) ([]byte, error) {
	if !cleanQuery(c.Request.URL) || !CleanText(c.Request.URL.Path) {
		return nil, ErrMalformed
	}
	// header values may hold any bytes, columns of text may not
	if ua := c.Request.UserAgent(); !CleanText(ua) {
		c.Request.Header.Set("User-Agent", strings.ToValidUTF8(strings.ReplaceAll(ua, "\x00", ""), "?"))
	}
	if op.RequestBody == nil {
		return nil, nil
	}
	if err := checkMedia(c, op); err != nil {
		return nil, err
	}
	deadline := http.NewResponseController(c.Writer)
	// not every writer can; the server has its own limit then
	_ = deadline.SetReadDeadline(time.Now().Add(limit))
	var body []byte
	var err error
	if strings.HasPrefix(c.ContentType(), "multipart/") {
		err = c.Request.ParseMultipartForm(web.FilesOnDisk)
	} else {
		body, err = io.ReadAll(c.Request.Body)
	}
	if err != nil { // the limit stays, else the server would wait for the rest before it answers
		return nil, readFault(err)
	}
	if body != nil {
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
	}
	_ = deadline.SetReadDeadline(time.Time{}) // else the server would cut the request while it is worked on

	return body, nil
}

var errMedia = fault.Invalid("", "请用 Content-Type: application/json 发送").WithCode("unsupported_media")

// checkMedia refuses a body of another kind, in another encoding or packed. No type at all is taken for JSON.
func checkMedia(c *gin.Context, op *huma.Operation) error {
	if e := c.GetHeader("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return fault.Invalid("", "请不要压缩请求内容").WithCode("unsupported_media")
	}
	_, form := op.RequestBody.Content["multipart/form-data"]
	header := c.GetHeader("Content-Type")
	if header == "" && !form {
		return nil
	}
	kind, params, err := mime.ParseMediaType(header)

	charset := params["charset"]
	switch {
	case form && (err != nil || kind != "multipart/form-data" || params["boundary"] == ""):
		return fault.Invalid("", "请用 Content-Type: multipart/form-data 发送").WithCode("unsupported_media")
	case !form && (err != nil || kind != "application/json" || charset != "" &&
		!strings.EqualFold(charset, "utf-8")):
		return errMedia
	}

	return nil
}

func readFault(err error) error {
	var large *http.MaxBytesError

	var slow net.Error
	switch {
	case errors.As(err, &large), errors.Is(err, multipart.ErrMessageTooLarge):
		return errTooLarge.With(err)
	case errors.As(err, &slow) && slow.Timeout():
		return errSlow.With(err)
	}

	return ErrMalformed.With(err)
}

// CleanText tells whether s can be stored as text at all.
func CleanText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func cleanQuery(address *url.URL) bool {
	q, err := url.ParseQuery(address.RawQuery)
	if err != nil {
		return false
	}

	for name, values := range q {
		if !CleanText(name) || !CleanText(strings.Join(values, "")) {
			return false
		}
	}

	return true
}

// decode reads JSON. The first reading of a body, before its schema is checked, is also the one that
// refuses what is too deep or holds characters that no text may hold.
func decode(data []byte, v any) error {
	any, first := v.(*any)
	if first && (!utf8.Valid(data) || deeperThan(data, maxDepth) || halfCharacter(data) || namesTwice(data)) {
		return ErrMalformed
	}
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if first && !cleanValue(*any) {
		return ErrMalformed
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

// halfCharacter finds an escape that is only half of a character: read as it is, the text would
// silently become another one.
func halfCharacter(data []byte) bool {
	for i := 0; i+1 < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		half := surrogate(data[i:])
		i++
		if half == 0 {
			continue
		}
		if half == 2 || i+5 >= len(data) || surrogate(data[i+5:]) != 2 {
			return true
		}
		i += 10
	}

	return false
}

// surrogate is 1 for an escaped first half of a character, 2 for a second, else 0.
func surrogate(b []byte) int {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' || b[2]|0x20 != 'd' {
		return 0
	}

	switch {
	case strings.IndexByte("89abAB", b[3]) >= 0:
		return 1
	case strings.IndexByte("cdefCDEF", b[3]) >= 0:
		return 2
	}

	return 0
}

// namesTwice finds an object that gives one name two values: readers differ in which of them counts.
func namesTwice(data []byte) bool {
	type object struct {
		names map[string]bool
		value bool // a value comes next
	}
	var open []*object

	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if err != nil {
			return false // the end, or what the reader will say better
		}
		top := (*object)(nil)
		if len(open) > 0 {
			top = open[len(open)-1]
		}

		switch token {
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			continue
		}
		if top != nil && top.names != nil {
			if name, ok := token.(string); ok && !top.value {
				if top.names[name] {
					return true
				}
				top.names[name], top.value = true, true

				continue
			}
			top.value = false
		}

		switch token {
		case json.Delim('{'):
			open = append(open, &object{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, &object{})
		}
	}
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
