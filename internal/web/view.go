package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/i18n"
	"juzhen/templates"
)

// views are the templates, one set per page and language, parsed when first shown. A test parses and
// checks them all.
type views struct {
	base     map[string]*template.Template // by language: layout and partials
	declared map[string]reflect.Type
	extra    fs.FS
	mu       sync.Mutex
	built    map[string]*template.Template
}

func newViews(a *assets, now func() time.Time, extra fs.FS, badges *Badges) (*views, error) {
	v := &views{
		extra:    extra,
		base:     map[string]*template.Template{},
		declared: map[string]reflect.Type{},
		built:    map[string]*template.Template{},
	}

	for _, lang := range []string{i18n.Chinese, i18n.English} {
		t, err := template.New("").Funcs(functions(a, i18n.For(lang), now, badges)).
			ParseFS(templates.FS, "layout/*.html", "partials/*.html")
		if err != nil {
			return nil, fmt.Errorf("layout: %w", err)
		}
		v.base[lang] = t
	}

	return v, nil
}

// set gives the templates of the page in the file pages/<file>.html.
func (v *views) set(file, lang string) (*template.Template, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := lang + " " + file
	if t, ok := v.built[key]; ok {
		return t, nil
	}
	t, err := v.base[lang].Clone()
	if err != nil {
		return nil, err
	}
	var from fs.FS = templates.FS
	name := "pages/" + file + ".html"
	if _, err := fs.Stat(from, name); err != nil && v.extra != nil {
		from = v.extra
	}
	if t, err = t.ParseFS(from, name); err != nil {
		return nil, err
	}
	v.built[key] = t

	return t, nil
}

// Declare says which struct a page or a part of it is shown with: "posts/list" is the file
// pages/posts/list.html in the frame, "posts/list#rows" the template "rows" of that file alone. A
// page's struct embeds page.Base.
func (k *Kit) Declare(name string, data any) {
	t := reflect.TypeOf(data)
	if old, ok := k.views.declared[name]; ok && old != t {
		panic(fmt.Sprintf("web: page %s is declared with %v and %v", name, old, t))
	}
	k.views.declared[name] = t
}

// Show renders a declared page or part into memory and sends it whole.
func (k *Kit) Show(c *gin.Context, status int, name string, data any) error {
	page, err := k.rendered(c, name, data)
	if err != nil {
		return err
	}

	send(c, status, "text/html; charset=utf-8", markForms(page, Actor(c).UserID))

	return nil
}

// rendered is a declared page or part as text.
func (k *Kit) rendered(c *gin.Context, name string, data any) ([]byte, error) {
	want, ok := k.views.declared[name]
	if got := reflect.TypeOf(data); !ok || got != want && got != reflect.PointerTo(want) {
		return nil, fmt.Errorf("page %s: shown with %T, declared with %v", name, data, want)
	}

	var b bytes.Buffer
	if err := k.views.render(&b, name, k.lang(c), data); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}

	return writeUnseen(b.Bytes()), nil
}

// alonePieces are what a page of the frame has loaded: its styles and its scripts.
var alonePieces = regexp.MustCompile(`<link rel="stylesheet" href="/assets/([^"]+)">|<script [^>]*></script>`)

// Alone renders a declared page so that it needs nothing else: styles inside, no scripts. It is what is
// printed to a file.
func (k *Kit) Alone(c *gin.Context, name string, data any) ([]byte, error) {
	page, err := k.rendered(c, name, data)
	if err != nil {
		return nil, err
	}

	return alonePieces.ReplaceAllFunc(page, func(piece []byte) []byte {
		name := alonePieces.FindSubmatch(piece)[1]
		if len(name) == 0 {
			return nil
		}

		return slices.Concat([]byte("<style>"), k.assets.files[string(name)].plain, []byte("</style>"))
	}), nil
}

// File answers with a file that is kept under a name and shown to nobody who comes later.
func File(c *gin.Context, kind, name string, body []byte) {
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, kind, body)
}

func (v *views) render(b *bytes.Buffer, name, lang string, data any) error {
	file, part, isPart := strings.Cut(name, "#")
	if !isPart {
		part = "frame"
	}
	t, err := v.set(file, lang)
	if err != nil {
		return err
	}

	return t.ExecuteTemplate(b, part, data)
}

// Zero gives an empty struct of the page called name, for the test that checks templates.
func (k *Kit) Zero(name string) any { return reflect.New(k.views.declared[name]).Elem().Interface() }

// Template gives the template behind a declared name in Chinese, for tests.
func (k *Kit) Template(name string) (*template.Template, error) {
	file, part, isPart := strings.Cut(name, "#")
	if !isPart {
		part = "frame"
	}
	t, err := k.views.set(file, i18n.Chinese)
	if err != nil {
		return nil, err
	}
	if t = t.Lookup(part); t == nil {
		return nil, fmt.Errorf("no template %q", name)
	}

	return t, nil
}

// PageNames lists the declared names in order.
func (k *Kit) PageNames() []string {
	var names []string
	for n := range k.views.declared {
		names = append(names, n)
	}
	slices.Sort(names)

	return names
}

var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// smallest is the size below which zipping gains nothing.
const smallest = 1400

// send writes a body made in memory, zipped when the reader takes it. Nothing secret stands beside
// echoed input: the console has no tokens in pages, so zipping tells an eavesdropper nothing.
func send(c *gin.Context, status int, kind string, body []byte) {
	h := c.Writer.Header()
	h.Add("Vary", partHeader)
	h.Add("Vary", "Accept-Encoding")
	if len(body) < smallest || !acceptsGzip(c) {
		c.Data(status, kind, body)
		return
	}
	var b bytes.Buffer
	w := zippers.Get().(*gzip.Writer)
	w.Reset(&b)
	_, err := w.Write(body)
	if cerr := w.Close(); err != nil || cerr != nil {
		c.Data(http.StatusInternalServerError, "text/plain", nil)
		return
	}
	zippers.Put(w)
	h.Set("Content-Encoding", "gzip")
	c.Data(status, kind, b.Bytes())
}
