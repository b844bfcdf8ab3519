package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	lasting "juzhen/internal/effect"
	"juzhen/internal/replay"
	"juzhen/internal/web"
)

// keyHeader names a write, so that sending it again does not do it again.
const keyHeader = "Idempotency-Key"

// keptHeaders are those that belong to an answer.
var keptHeaders = []string{"Content-Type", "Etag", "Location"}

// repeatable tells whether op takes a key: a write of somebody signed in that carries no secret.
func repeatable(op *huma.Operation) bool {
	return op.Method != http.MethodGet && op.Metadata[metaSecret] == nil &&
		op.Metadata[metaPermission] != web.Open
}

func keyParameter() *huma.Param {
	most := replay.MaxKey
	return &huma.Param{Name: keyHeader, In: "header", Description: "同一个键的同一请求只执行一次，24 小时内重发得到同一答复",
		Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most}}
}

// once does the request unless it was done before: then its answer is given again. An answer is kept
// before it is sent.
func (a *API) once(c *gin.Context, op *huma.Operation, key string, body []byte, do func()) {
	hash, err := fingerprint(c, body)
	if err != nil {
		a.fail(c, err)
		return
	}
	request := replay.Request{
		UserID: web.Actor(c).UserID,
		Route:  op.Method + " " + op.Path,
		Key:    key,
		Hash:   hash,
	}
	ctx := context.WithoutCancel(c.Request.Context()) // the answer is kept also when the caller has gone away
	old, err := a.Replays.Begin(ctx, request)
	if err != nil {
		a.fail(c, err)
		return
	}
	if old != nil {
		repeat(c, old)
		return
	}
	watched, effects := lasting.Watched(c.Request.Context())
	c.Request = c.Request.WithContext(watched)
	settled := false
	defer func() {
		if !settled { // a panic went through here
			a.keep(c, a.failed(ctx, request, effects))
		}
	}()

	held := hold(c, do)
	a.keep(c, a.settle(ctx, c, request, held, effects))
	settled = true
	_, _ = c.Writer.Write(held.body.Bytes())
}

// keep tells the log of an answer that could not be kept.
func (a *API) keep(c *gin.Context, err error) {
	if err != nil {
		a.Log.Error("keep answer", "id", web.RequestID(c), "err", err)
	}
}

// settle decides what becomes of the key. An answer of a use case is kept. Where no use case was begun,
// or it asked to try again later, the key is free again.
func (a *API) settle(
	ctx context.Context,
	c *gin.Context,
	request replay.Request,
	held *held,
	effects *lasting.Watch,
) error {
	status := held.Status()
	switch {
	case !c.GetBool(keyRan), status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return a.Replays.Forget(ctx, request)
	case status >= http.StatusInternalServerError:
		return a.failed(ctx, request, effects)
	}

	answer := replay.Answer{Status: status, Header: map[string]string{}, Body: held.body.Bytes()}
	for _, name := range keptHeaders {
		if v := held.Header().Get(name); v != "" {
			answer.Header[name] = v
		}
	}

	return a.Replays.End(ctx, request, answer)
}

// failed decides what becomes of the key after a failure of ours. Where nothing was committed the
// request may be sent again with the same key; else nobody knows how far it came, and who asks again is
// told so.
func (a *API) failed(ctx context.Context, request replay.Request, effects *lasting.Watch) error {
	if effects.Any() {
		return a.Replays.Lose(ctx, request)
	}

	return a.Replays.Forget(ctx, request)
}

func repeat(c *gin.Context, old *replay.Answer) {
	for name, v := range old.Header {
		c.Header(name, v)
	}
	c.Header("Idempotency-Replayed", "true")
	c.Status(old.Status)
	_, _ = c.Writer.Write(old.Body)
}

// held is a writer that keeps the body back.
type held struct {
	gin.ResponseWriter
	body bytes.Buffer
}

// Write keeps b.
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// WriteString keeps s.
func (h *held) WriteString(s string) (int, error) { return h.body.WriteString(s) }

// WriteHeaderNow waits for the body.
func (h *held) WriteHeaderNow() {}

// hold runs do with the answer held back. After a panic the writer is itself again, for the page that
// tells of it.
func hold(c *gin.Context, do func()) *held {
	h := &held{ResponseWriter: c.Writer}
	defer func() { c.Writer = h.ResponseWriter }()
	c.Writer = h
	do()

	return h
}

// fingerprint is of the address and what the body says. A form with files was taken apart: its boundary
// is another each time.
func fingerprint(c *gin.Context, body []byte) ([]byte, error) {
	sum := sha256.New()
	_, _ = io.WriteString(sum, c.Request.URL.RequestURI()+"\n")
	form := c.Request.MultipartForm
	if form == nil {
		_, _ = sum.Write(body)
		return sum.Sum(nil), nil
	}

	for _, name := range slices.Sorted(maps.Keys(form.Value)) {
		for _, value := range form.Value[name] {
			_, _ = fmt.Fprintf(sum, "%q %q\n", name, value)
		}
	}

	for _, name := range slices.Sorted(maps.Keys(form.File)) {
		for _, head := range form.File[name] {
			_, _ = fmt.Fprintf(sum, "%q %q\n", name, head.Filename)
			if err := hashFile(sum, head); err != nil {
				return nil, err
			}
		}
	}

	return sum.Sum(nil), nil
}

func hashFile(sum io.Writer, head *multipart.FileHeader) error {
	file, err := head.Open()
	if err != nil {
		return fmt.Errorf("open uploaded file: %w", err)
	}
	defer file.Close()

	inner := sha256.New()
	if _, err := io.Copy(inner, file); err != nil {
		return fmt.Errorf("read uploaded file: %w", err)
	}
	_, _ = sum.Write(inner.Sum(nil))

	return nil
}
