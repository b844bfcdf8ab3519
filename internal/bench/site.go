package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/pg"
)

// siteReader is the role of the public site on the field's server.
const siteReader = "bench_site"

// Cores on which who answers and who asks are pinned, so that neither takes from the other.
const (
	answering = "0"
	asking    = "1"
)

const (
	visitConns = 32
	visitFor   = 4 * time.Second
	visitRate  = 1000 // a second
)

// siteWanted: 5,000 pages a second of one core are 200 µs a page.
func siteWanted() []want {
	return []want{
		{key: "early", most: 0, every: true},
		{key: "page_us", most: 200},
		{key: "page_us", baseline: "nginx_page_us", most: 2},
		{key: "p99_ms", most: 10},
		{key: "more_p99_ms", most: 20},
	}
}

// siteServed measures the public site on one core beside nginx, which serves the same bytes, packed
// beforehand, on the same core in turn; and posts that are due while a thousand pages a second are asked
// for, beside the same posts without.
func siteServed(ctx context.Context, f *field) (values, error) {
	site, address, err := f.publicSite(ctx)
	if err != nil {
		return nil, err
	}
	defer site.kill()
	nginx, beside, err := f.nginx(ctx, address)
	if err != nil {
		return nil, err
	}
	defer nginx.kill()

	ours, err := f.visited(ctx, address, "/", 0, visitFor)
	if err != nil {
		return nil, err
	}
	theirs, err := f.visited(ctx, beside, "/page.html", 0, visitFor)
	if err != nil {
		return nil, err
	}
	calm, err := f.visited(ctx, address, "/", visitRate, visitFor)
	if err != nil {
		return nil, err
	}

	alone, err := f.spread(ctx)
	if err != nil {
		return nil, err
	}
	late, err := f.spreadBeside(ctx, address)
	if err != nil {
		return nil, err
	}

	return values{
		"page_us":       ours.each(),
		"nginx_page_us": theirs.each(),
		"pages_s":       1e6 / ours.each(),
		"nginx_pages_s": 1e6 / theirs.each(),
		"p99_ms":        ms(calm.P99),
		"alone_p99_ms":  ms(alone.at(0.99)),
		"beside_p99_ms": ms(late.at(0.99)),
		"more_p99_ms":   ms(late.at(0.99)) - ms(alone.at(0.99)),
		"early":         early(late),
	}, nil
}

// each is how long one page took, in microseconds.
func (v Visited) each() float64 { return float64(v.Took.Microseconds()) / float64(v.Pages) }

// visited asks for a page from a process of its own.
func (f *field) visited(
	ctx context.Context, address, path string, rate int, long time.Duration,
) (found Visited, err error) {
	cmd := exec.CommandContext(
		ctx,
		"taskset",
		"-c",
		asking,
		f.self,
		"bench",
		"visit",
		"--address",
		address,
		"--path",
		path,
		"--conns",
		strconv.Itoa(visitConns),
		"--for",
		long.String(),
		"--rate",
		strconv.Itoa(rate),
	)
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		return found, fmt.Errorf("visiting %s: %w: %s", path, err, words.Bytes())
	}

	return found, json.Unmarshal(out, &found)
}

// spreadBeside sows posts while the site is visited.
func (f *field) spreadBeside(ctx context.Context, address string) (series, error) {
	during, stop := context.WithCancel(ctx)
	visits := make(chan error, 1)
	go func() {
		_, err := f.visited(during, address, "/", visitRate, time.Hour)
		visits <- err
	}()
	late, err := f.spread(ctx)

	// Whoever visits is still at it, or the posts were alone.
	select {
	case gone := <-visits:
		err = fmt.Errorf("the visits ended before the posts: %w", gone)
		stop()
	default:
		stop()
		if <-visits == nil {
			err = errors.Join(err, errors.New("the visits ended by themselves"))
		}
	}

	return late, err
}

// publicSite starts the site on one core, over two thousand posts of its own.
func (f *field) publicSite(ctx context.Context) (*program, string, error) {
	if _, err := f.db.Pool().Exec(ctx, publicSQL); err != nil {
		return nil, "", fmt.Errorf("posts of the site: %w", err)
	}
	reader, err := url.Parse(f.url)
	if err != nil {
		return nil, "", err
	}
	reader.User = url.User(siteReader)
	if err := pg.GrantReader(ctx, f.url, reader.String()); err != nil {
		return nil, "", err
	}
	listen, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	site, err := startProgram("site", filepath.Join(f.dir, "site.log"), []string{
		"JUZHEN_SITE_LISTEN=" + listen, "JUZHEN_SITE_URL=http://" + listen,
		"JUZHEN_SITE_DATABASE_URL=" + reader.String(), "JUZHEN_TRUSTED_PROXIES=127.0.0.1/32",
	}, "taskset", "-c", answering, filepath.Join(f.bin, "juzhen"), "site")
	if err != nil {
		return nil, "", err
	}
	_, err = site.awaitLine("public site", slack(15*second))

	return site, listen, err
}

// publicSQL makes two thousand posts of twenty accounts public, once.
const publicSQL = `
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '` + siteReader + `') THEN
        CREATE ROLE ` + siteReader + ` LOGIN;
    END IF;
END $$;
UPDATE site.settings SET open = true, name = '某市生态环境', name_en = 'Ecology and Environment', footer = '主办';
INSERT INTO site.districts VALUES (1, '市级', '000') ON CONFLICT DO NOTHING;
INSERT INTO site.accounts (number, handle, name, district, position, link, confirmed, closed)
SELECT n, '账号' || n, '账号' || n, 1, n, '', true, false FROM generate_series(1, 20) n ON CONFLICT DO NOTHING;
INSERT INTO site.posts (number, account, posted_at, text, hash, past, link, folded, grams, changed_at,
    district)
SELECT 1000 + n, 1 + n % 20, now() - n * interval '1 hour', '空气质量提示第' || n || '号：预计明日扩散条件转好，' ||
    '市民可以开窗通风，适宜户外活动。请关注后续预报，绿色出行，共护蓝天。', sha256(n::text::bytea), false, '', '', '{}', now(), 1
FROM generate_series(1, 2000) n ON CONFLICT DO NOTHING`

// nginx serves the page that the site at an address has, byte for byte, packed and not.
func (f *field) nginx(ctx context.Context, address string) (*program, string, error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx"
	}
	listen, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	folder := filepath.Join(f.dir, "nginx")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, "", err
	}
	packed, err := fetched(ctx, "http://"+address+"/")
	if err != nil {
		return nil, "", err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, "", fmt.Errorf("the site's page is not packed: %w", err)
	}
	plain, err := io.ReadAll(unpacked)
	if err != nil {
		return nil, "", err
	}

	for name, data := range map[string][]byte{
		"page.html": plain, "page.html.gz": packed,
		"nginx.conf": []byte(strings.NewReplacer("FOLDER", folder, "LISTEN", listen).Replace(nginxConf)),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return nil, "", err
		}
	}
	server, err := startProgram("nginx", filepath.Join(f.dir, "nginx.log"), nil,
		"taskset", "-c", answering, path, "-p", folder, "-c", filepath.Join(folder, "nginx.conf"))
	if err != nil {
		return nil, "", err
	}

	for end := time.Now().Add(slack(15 * second)); time.Now().Before(end); wait(ctx, 20*time.Millisecond) {
		if _, err = fetched(ctx, "http://"+listen+"/page.html"); err == nil {
			return server, listen, nil
		}
	}

	return server, "", fmt.Errorf("nginx: %w:\n%s", err, server.tail())
}

const nginxConf = `daemon off;
worker_processes 1;
error_log stderr;
pid FOLDER/pid;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000000;
    gzip_static on;
    open_file_cache max=100;
    sendfile on;
    client_body_temp_path FOLDER; proxy_temp_path FOLDER; fastcgi_temp_path FOLDER;
    uwsgi_temp_path FOLDER; scgi_temp_path FOLDER;
    server { listen LISTEN; root FOLDER; }
}
`

// fetched is the packed body of an address.
func fetched(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, res.Status)
	}

	return io.ReadAll(res.Body)
}
