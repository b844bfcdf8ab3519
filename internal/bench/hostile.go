package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
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

// hostile measures posts that are due while strangers send large forms and guess passwords, and people
// upload large and costly pictures, search and export, beside the same posts without all that. The
// memory of the console is that of its process; with its children, which decode pictures and have
// limits of their own, it is given beside.
func hostile(ctx context.Context, f *field) (values, error) {
	console, err := f.running()
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

	rest, _, err := memory(console.pid)
	if err != nil {
		return nil, err
	}
	late, top, err := f.attacked(ctx, console)
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

// attacked sows the posts while another process attacks the console, and gives how late they were and
// the most memory seen.
func (f *field) attacked(ctx context.Context, c *console) (series, peak, error) {
	attacker, err := startProgram(
		"attacker",
		filepath.Join(f.dir, "attacker.log"),
		[]string{attackToken + "=" + f.token},
		f.self,
		"bench",
		"attack",
		c.base,
	)
	if err != nil {
		return nil, peak{}, err
	}
	defer attacker.kill()
	if _, err := attacker.awaitLine(attackBegun, 30*time.Second); err != nil {
		return nil, peak{}, err
	}

	during, stop := context.WithCancel(ctx)
	defer stop()
	peaks := make(chan peak, 1)
	go func() { peaks <- watch(during, c.pid) }()
	late, err := f.spread(ctx)
	stop()

	return late, <-peaks, err
}

// spread sows the posts and gives how late each was.
func (f *field) spread(ctx context.Context) (series, error) {
	due := func(at time.Time, i int) time.Time { return at.Add(time.Duration(i) * hostileEvery) }
	list, at, err := f.burst(ctx, 1, min(hostilePosts, f.n), 0, due)
	if err != nil {
		return nil, err
	}

	late := make(series, len(list))
	for i, touch := range list {
		late[i] = time.Duration(touch.First - due(at, int(touch.Account-1)).UnixNano())
	}

	return late, nil
}

// attackToken is the variable in which the attacker gets the press officer's token, and attackBegun
// what it says when it is at work.
const (
	attackToken = "JUZHEN_BENCH_TOKEN"
	attackBegun = "attack begun"
)

// Attack throws everything at the console at base until ctx ends. It is a process of its own, and the
// last in line for the processors: who attacks brings their own.
func Attack(ctx context.Context, base string, out io.Writer) error {
	if err := yield(); err != nil {
		return err
	}
	a := attacker{base: base, token: os.Getenv(attackToken)}
	a.begin(ctx)
	fmt.Fprintln(out, attackBegun)
	a.all.Wait()

	return nil
}

// yield puts every thread of this process behind all others.
func yield() error {
	tasks, err := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		id, _ := strconv.Atoi(task.Name())
		err = errors.Join(err, syscall.Setpriority(syscall.PRIO_PROCESS, id, 19))
	}

	return err
}

// attacker throws requests at a console.
type attacker struct {
	base, token string
	all         sync.WaitGroup
}

// begin starts everything at once. What each request is answered does not matter.
func (a *attacker) begin(ctx context.Context) {
	repeated := func(n int, once func(i int) (*http.Request, error)) {
		for i := range n {
			a.all.Go(func() {
				for ctx.Err() == nil {
					if req, err := once(i); err == nil {
						a.throw(req.WithContext(ctx))
					}
					wait(ctx, 100*time.Millisecond)
				}
			})
		}
	}

	repeated(4, func(int) (*http.Request, error) { // a stranger's form
		body := io.MultiReader(strings.NewReader("text="), io.LimitReader(quotes{}, 63<<20))
		return form(a.base+"/posts/save", body)
	})
	repeated(4, func(i int) (*http.Request, error) { // guesses
		return form(
			a.base+"/signin",
			strings.NewReader(fmt.Sprintf("username=nobody-%d&password=Falsch-%d", i, time.Now().UnixNano())),
		)
	})
	costly := costlyPicture()
	repeated(2, func(int) (*http.Request, error) {
		return upload(a.base+"/api/v1/media", "bild.png", bytes.NewReader(costly))
	})
	repeated(25, func(int) (*http.Request, error) { // large files that are no pictures behind their head
		return upload(
			a.base+"/api/v1/media",
			"bild.png",
			io.MultiReader(bytes.NewReader(costly[:60]), io.LimitReader(quotes{}, 19<<20)),
		)
	})

	for _, path := range []string{
		"/posts?q=%E7%A9%BA%E6%B0%94", "/api/v1/deliveries?limit=200", "/calendar",
	} {
		repeated(
			1,
			func(int) (*http.Request, error) { return http.NewRequest(http.MethodGet, a.base+path, nil) },
		)
	}
}

// throw sends a request as the press officer, except where nobody is to be signed in, and lets the answer go.
func (a *attacker) throw(req *http.Request) {
	if path := req.URL.Path; path != "/posts/save" && path != "/signin" {
		req.Header.Set("Authorization", "Bearer "+a.token)
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
func upload(address, name string, file io.Reader) (*http.Request, error) {
	var head bytes.Buffer
	parts := multipart.NewWriter(&head)
	if _, err := parts.CreateFormFile("file", name); err != nil {
		return nil, err
	}
	end := "\r\n--" + parts.Boundary() + "--\r\n"
	req, err := http.NewRequest(http.MethodPost, address, io.MultiReader(&head, file, strings.NewReader(end)))
	if err == nil {
		req.Header.Set("Content-Type", parts.FormDataContentType())
	}

	return req, err
}

// costlyPicture is at the bound of what is taken: 20 megapixels with 16 bits.
func costlyPicture() []byte {
	var out bytes.Buffer
	// memory never fails
	_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(
		&out,
		image.NewNRGBA64(image.Rect(0, 0, 5000, 4000)),
	)

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
