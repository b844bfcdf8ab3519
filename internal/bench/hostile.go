package bench

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// hostilePosts are due while the console is under attack, one each hostileEvery.
const (
	hostilePosts = 100
	hostileEvery = 50 * time.Millisecond
)

// hostileWanted bounds the memory of the console, and how much later posts are than without an attack.
func hostileWanted() []want {
	return []want{
		{key: "early", most: 0, every: true},
		{key: "peak_mb", baseline: "rest_mb", most: 3, every: true},
		{key: "more_p99_ms", most: 50},
	}
}

// hostile measures posts that are due while strangers send large forms and guess passwords, and people upload large and costly pictures,
// search and export, beside the same posts without all that. The memory of the console is that of its process; with its children, which
// decode pictures and have limits of their own, it is given beside.
func hostile(ctx context.Context, f *field) (values, error) {
	c, err := f.running()
	if err != nil {
		return nil, err
	}
	if err := f.signIn(ctx); err != nil {
		return nil, err
	}
	calm, err := f.spread(ctx)
	if err != nil {
		return nil, err
	}

	rest, _, err := memory(c.pid)
	if err != nil {
		return nil, err
	}
	during, stop := context.WithCancel(ctx)
	defer stop()
	var attack sync.WaitGroup
	peaks := make(chan peak, 1)
	go func() { peaks <- watch(during, c.pid) }()
	f.attack(during, c, &attack)
	late, err := f.spread(ctx)
	stop()
	attack.Wait()
	top := <-peaks
	if err != nil {
		return nil, err
	}
	return values{
		"rest_mb":          rest,
		"peak_mb":          top.own,
		"with_children_mb": top.all,
		"calm_p99_ms":      ms(calm.at(0.99)),
		"hostile_p99_ms":   ms(late.at(0.99)),
		"more_p99_ms":      ms(late.at(0.99)) - ms(calm.at(0.99)),
		"hostile_max_ms":   ms(late.max()),
		"early":            early(late),
	}, nil
}

// spread sows the posts and gives how late each was.
func (f *field) spread(ctx context.Context) (series, error) {
	due := func(at time.Time, i int) time.Time { return at.Add(time.Duration(i) * hostileEvery) }
	list, at, err := f.burst(ctx, 1, min(hostilePosts, f.n), 0, due)
	if err != nil {
		return nil, err
	}
	late := make(series, len(list))
	for i, t := range list {
		late[i] = time.Duration(t.First - due(at, int(t.Account-1)).UnixNano())
	}
	return late, nil
}

// attack begins everything at once and goes on until ctx ends. What each request is answered does not matter.
func (f *field) attack(ctx context.Context, c *console, all *sync.WaitGroup) {
	repeated := func(n int, once func(i int) (*http.Request, error)) {
		for i := range n {
			all.Go(func() {
				for ctx.Err() == nil {
					if req, err := once(i); err == nil {
						f.throw(req.WithContext(ctx))
					}
					wait(ctx, 100*time.Millisecond)
				}
			})
		}
	}

	repeated(4, func(int) (*http.Request, error) { // a stranger's form
		body := io.MultiReader(strings.NewReader("text="), io.LimitReader(quotes{}, 63<<20))
		return form(c.base+"/posts/save", body)
	})
	repeated(4, func(i int) (*http.Request, error) { // guesses
		return form(c.base+"/signin", strings.NewReader(fmt.Sprintf("username=nobody-%d&password=Falsch-%d", i, time.Now().UnixNano())))
	})
	costly := costlyPicture()
	repeated(2, func(int) (*http.Request, error) { return upload(c.base, bytes.NewReader(costly)) })
	repeated(25, func(int) (*http.Request, error) { // large files that are no pictures behind their head
		return upload(c.base, io.MultiReader(bytes.NewReader(costly[:60]), io.LimitReader(quotes{}, 19<<20)))
	})
	for _, path := range []string{"/posts?q=%E7%A9%BA%E6%B0%94", "/api/v1/deliveries?limit=200", "/calendar"} {
		repeated(1, func(int) (*http.Request, error) { return http.NewRequest(http.MethodGet, c.base+path, nil) })
	}
}

// throw sends a request as the press officer, except where nobody is to be signed in, and lets the answer go.
func (f *field) throw(req *http.Request) {
	if path := req.URL.Path; path != "/posts/save" && path != "/signin" {
		req.Header.Set("Authorization", "Bearer "+f.token)
	}
	res, err := pageClient.Do(req)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

func form(address string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodPost, address, body)
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

// upload sends a file without holding it.
func upload(base string, file io.Reader) (*http.Request, error) {
	var head bytes.Buffer
	parts := multipart.NewWriter(&head)
	if _, err := parts.CreateFormFile("file", "bild.png"); err != nil {
		return nil, err
	}
	end := "\r\n--" + parts.Boundary() + "--\r\n"
	req, err := http.NewRequest(http.MethodPost, base+"/api/v1/media", io.MultiReader(&head, file, strings.NewReader(end)))
	if err == nil {
		req.Header.Set("Content-Type", parts.FormDataContentType())
	}
	return req, err
}

// costlyPicture is at the bound of what is taken: 20 megapixels with 16 bits.
func costlyPicture() []byte {
	var out bytes.Buffer
	_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, image.NewNRGBA64(image.Rect(0, 0, 5000, 4000))) // memory never fails
	return out.Bytes()
}

// quotes is a text that grows where it is echoed.
type quotes struct{}

// Read never ends.
func (quotes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '"'
	}
	return len(p), nil
}

// peak is the most memory seen, in MB: of a process, and of it with its children.
type peak struct{ own, all float64 }

// watch looks at a process and its children until ctx ends.
func watch(ctx context.Context, pid int) (top peak) {
	for ctx.Err() == nil {
		own, _, err := memory(pid)
		if err != nil {
			return top
		}
		all := own
		for _, child := range childrenOf(pid) {
			if rss, _, err := memory(child); err == nil { // it may have ended since
				all += rss
			}
		}
		top = peak{own: max(top.own, own), all: max(top.all, all)}
		wait(ctx, 20*time.Millisecond)
	}
	return top
}

// childrenOf lists the children that any thread of a process has.
func childrenOf(pid int) (list []int) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		words, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		for word := range strings.FieldsSeq(string(words)) {
			var child int
			if _, err := fmt.Sscan(word, &child); err == nil {
				list = append(list, child)
			}
		}
	}
	return list
}
