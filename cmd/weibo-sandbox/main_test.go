package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"juzhen/internal/sandbox"
)

// serve runs the program until stop is called; it returns the address it printed.
func serve(t *testing.T, o options) (address string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, o, w, io.Discard) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}

	return strings.TrimSpace(strings.TrimPrefix(line, "weibo-sandbox: listening on ")), func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}

	return string(b)
}

func TestASecondStartFindsTheFirstOnesPosts(t *testing.T) {
	t.Parallel()
	o := options{Listen: "127.0.0.1:0", Data: filepath.Join(t.TempDir(), "state.json"), Posts: 100, Seed: 1,
		AppKey: sandbox.DemoAppKey, AppSecret: sandbox.DemoAppSecret, SafeDomain: sandbox.DemoSafeDomain}
	address, stop := serve(t, o)
	res, err := http.Post(
		address+"/_control/posts",
		"application/json",
		strings.NewReader(`{"account":"环保北京","text":"留下来"}`),
	)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
	stop()

	address, stop = serve(t, o)
	defer stop()
	if got := get(t, address+"/_control/posts"); !strings.Contains(got, "留下来") {
		t.Error(got)
	}
	if got := get(t, address+"/_control/state"); !strings.Contains(got, `"posts":101,`) {
		t.Error(got)
	}
}

func TestOptionsReachTheSandbox(t *testing.T) {
	t.Parallel()
	address, stop := serve(t, options{
		Listen: "127.0.0.1:0", Posts: 0, Lag: time.Minute, NoLimits: true, AppKey: "1",
		AppSecret: "2",
	})
	defer stop()
	if got := get(
		t,
		address+"/_control/settings",
	); !strings.Contains(got, `"lag":"1m0s"`) ||
		!strings.Contains(got, `"post_hour":0`) {
		t.Error(got)
	}
}

func TestAnUnusableDataFileStopsTheStart(t *testing.T) {
	t.Parallel()
	if err := run(context.Background(), options{
		Listen: "127.0.0.1:0", Data: t.TempDir(),
	}, io.Discard, io.Discard); err == nil {
		t.Error("started on a folder as data file")
	}
	if err := run(context.Background(), options{Listen: "nowhere:x"}, io.Discard, io.Discard); err == nil {
		t.Error("started without an address")
	}
}

func TestTheParentsEndIsTheSandboxsEnd(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	ctx := untilEnd(context.Background(), r)
	if ctx.Err() != nil {
		t.Fatal("ended at once")
	}
	w.Close()
	<-ctx.Done()
}
