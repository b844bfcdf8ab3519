package weibo_test

import (
	"bytes"
	"image"
	encoder "image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"juzhen/internal/weibo"
)

// hands are two clocks that a test turns.
type hands struct {
	mu   sync.Mutex
	wall time.Time
	mono time.Duration
}

func newHands() *hands { return &hands{wall: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (h *hands) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wall
}

func (h *hands) since() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mono
}

func (h *hands) turn(wall, mono time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall, h.mono = h.wall.Add(wall), h.mono+mono
}

// fake is a server whose next answers a test writes down, and what it was asked.
type fake struct {
	*httptest.Server
	mu   sync.Mutex
	seen []asked
}

type asked struct {
	method, path, auth, ctype, query string
	form                             map[string][]string
	pic                              []byte
	header                           http.Header
}

func newFake(t *testing.T, handler http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.note(r)
		handler(w, r)
	}))
	t.Cleanup(f.Close)

	return f
}

func (f *fake) note(r *http.Request) {
	a := asked{
		method: r.Method,
		path:   r.URL.Path,
		auth:   r.Header.Get("Authorization"),
		ctype:  r.Header.Get("Content-Type"),
		query:  r.URL.RawQuery,
		header: r.Header.Clone(),
	}
	_ = r.ParseMultipartForm(1 << 20)
	a.form = r.PostForm
	if file, _, err := r.FormFile("pic"); err == nil {
		a.pic, _ = io.ReadAll(file)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, a)
}

func (f *fake) asked() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]asked(nil), f.seen...)
}

// says answers every request with one status and body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (f *fake) client(t *testing.T, change ...func(*weibo.Options)) *weibo.Client {
	t.Helper()
	return clientFor(t, f.URL, change...)
}

func clientFor(t *testing.T, url string, change ...func(*weibo.Options)) *weibo.Client {
	t.Helper()

	options := weibo.Options{
		PublicURL:     url,
		CommercialURL: url + "/c",
		AppKey:        "1234567890",
		AppSecret:     "app-secret-xyz",
	}
	for _, fn := range change {
		fn(&options)
	}
	client := weibo.New(options)
	t.Cleanup(client.CloseIdle)

	return client
}

const secret = weibo.Token("2.00secretTOKENabc")

func plain(text string) weibo.Payload { return weibo.Build(weibo.Commercial, weibo.Draft{Text: text}) }

func send(t *testing.T, client *weibo.Client, payload weibo.Payload) weibo.Outcome {
	t.Helper()

	return client.Send(t.Context(), payload, weibo.Sending{
		Token:      secret,
		DeliveryID: "00112233445566778899aabbccddeeff",
	})
}

const goodStatus = `{"created_at":"Sun Mar 01 17:00:00 +0800 2026","id":5012345678901234,"idstr":"5012345678901234",
"mid":"5012345678901234","text":"今日空气质量良","source":"<a href=\"http://app.weibo.com/t/feed/x\" rel=\"nofollow\">矩阵台</a>",
"pic_urls":[],"reposts_count":0,"comments_count":0,"attitudes_count":0,"isLongText":false,"visible":{"type":0,"list_id":0},
"annotations":[{"juzhen":"00112233445566778899aabbccddeeff"}],"user":{"id":1404376560,"idstr":"1404376560"}}`

// realPNG is a small picture that decodes; each n gives another.
func realPNG(t *testing.T, n uint8) weibo.Picture {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 4, 4))
	img.Pix[0] = n
	var b bytes.Buffer
	if err := encoder.Encode(&b, img); err != nil {
		t.Fatal(err)
	}

	return weibo.NewPicture(b.Bytes())
}
