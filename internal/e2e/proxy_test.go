package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"juzhen/internal/e2e/world"
)

// publicName is the console's in the examples of docs/proxy.
const publicName = "juzhen.example.gov.cn"

// TestTheExamplesOfProxiesWork starts nginx and Caddy with the very files of docs/proxy, changed only
// in ports and paths, before a console that was told of them as docs/install.md says, and uses it
// through them over TLS.
func TestTheExamplesOfProxiesWork(t *testing.T) {
	t.Parallel()

	w := world.New(t, func(setup *world.Setup) {
		setup.Environ = append(
			setup.Environ,
			"JUZHEN_PUBLIC_URL=https://"+publicName,
			"JUZHEN_TRUSTED_PROXIES=127.0.0.1",
		)
	})
	for name, start := range map[string]func(*testing.T, proxyGround){
		"nginx": startNginx, "caddy": startCaddy,
	} {
		t.Run(name, func(t *testing.T) {
			ground := proxyGround{
				dir: proxyFolder(t), console: w.Address, push: pushStub(t), tls: freeAddress(t),
				plain: freeAddress(t),
			}
			trusted := ground.makeCertificate(t)
			start(t, ground)
			client := ground.client(t, trusted)
			throughProxy(t, w, client)
			pushesGoTheirWay(t, client)
			leadsToTLS(t, ground)
		})
	}
}

// throughProxy signs in as an intranet's browser does, forging where it comes from, and looks at what
// the console took for true.
func throughProxy(t *testing.T, w *world.World, client *http.Client) {
	t.Helper()
	const user = "shenhe"
	base := "https://" + publicName
	first := fetchUntil(t, client, base+"/signin")
	if first.StatusCode != http.StatusOK {
		t.Fatalf("sign-in page: %s", first.Status)
	}
	form := url.Values{"username": {user}, "password": {w.Passwords[user]}}
	r, err := http.NewRequest("POST", base+"/signin", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", base)
	r.Header["X-Forwarded-For"] = []string{"203.0.113.1", "203.0.113.2"} // a lie, in two lines
	r.Header.Set("X-Real-Ip", "203.0.113.3")
	answer := do(t, client, r)
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in: %s", answer.Status)
	}
	cookies := client.Jar.Cookies(r.URL)
	if len(cookies) == 0 || cookies[0].Name != "__Host-juzhen_session" {
		t.Errorf("cookies %v", cookies)
	}
	var ip string
	err = w.DB.Pool().QueryRow(t.Context(), `SELECT ip FROM sessions
			WHERE user_id = (SELECT id FROM users WHERE username = $1)
		ORDER BY id DESC LIMIT 1`, user).Scan(&ip)
	if err != nil || ip != clientAddress {
		t.Errorf("the console saw %q (%v), want %s", ip, err, clientAddress)
	}

	for path, want := range map[string]int{"/": 200, "/metrics": 404, "/healthz": 200} {
		if got := get(t, client, base+path); got.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, got.Status, want)
		}
	}
	big, err := http.NewRequest("POST", base+"/signin", bytes.NewReader(make([]byte, 20<<20)))
	if err != nil {
		t.Fatal(err)
	}
	// cut off by the console is as good
	if got, err := client.Do(big); err == nil && got.StatusCode == http.StatusBadGateway {
		t.Errorf("a large body: %s", got.Status)
	}
}

// pushStub stands for the listener of pushes: it says that it was asked.
func pushStub(t *testing.T) (address string) {
	t.Helper()
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "pushed %s %d %v", r.URL.Path, len(body), err)
	}))
	t.Cleanup(stub.Close)

	return stub.Listener.Addr().String()
}

// pushesGoTheirWay and nothing else does; a body over 64 KB does not get there whole.
func pushesGoTheirWay(t *testing.T, client *http.Client) {
	t.Helper()

	for path, reaches := range map[string]bool{
		"/push/weibo/fans/0123": true, "/push/weibo/partner/0123": true, "/push/weibo": false, "/push/other": false,
		"/signin": false,
	} {
		r, err := http.NewRequest("POST", "https://"+publicName+path, strings.NewReader("<xml/>"))
		must(t, err)
		answer, err := client.Do(r)
		must(t, err)
		said, err := io.ReadAll(answer.Body)
		must(t, err)
		must(t, answer.Body.Close())
		if got := string(said) == "pushed "+path+" 6 <nil>"; got != reaches {
			t.Errorf("%s: %s, %q", path, answer.Status, said)
		}
	}
	r, err := http.NewRequest(
		"POST",
		"https://"+publicName+"/push/weibo/fans/0123",
		bytes.NewReader(make([]byte, 80<<10)),
	)
	must(t, err)
	answer, err := client.Do(r)
	if err != nil {
		return // cut off is as good
	}
	said, _ := io.ReadAll(answer.Body)
	must(t, answer.Body.Close())
	if strings.Contains(string(said), "81920 <nil>") {
		t.Errorf("a large push: %s, %q", answer.Status, said)
	}
}

// leadsToTLS asks without TLS.
func leadsToTLS(t *testing.T, g proxyGround) {
	t.Helper()
	stay := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r, err := http.NewRequest("GET", "http://"+g.plain+"/posts", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = publicName
	got := do(t, stay, r)
	if got.StatusCode/100 != 3 || !strings.HasPrefix(got.Header.Get("Location"), "https://"+publicName) {
		t.Errorf("without TLS: %s to %q", got.Status, got.Header.Get("Location"))
	}
}

// proxyGround is where one proxy runs: a folder of its own and its addresses.
type proxyGround struct{ dir, console, push, tls, plain string }

// clientAddress is where the requests come from: this machine, and not the proxy's own address.
const clientAddress = "127.0.0.2"

func startNginx(t *testing.T, g proxyGround) {
	t.Helper()
	site := g.example(t, "nginx.conf", map[string]string{
		"listen 443 ssl":        "listen " + g.tls + " ssl",
		"listen 80":             "listen " + g.plain,
		"http://127.0.0.1:8080": "http://" + g.console,
		"http://127.0.0.1:8095": "http://" + g.push,
	})
	whole := fmt.Sprintf(
		"%sdaemon off;\npid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%s\n%s\n}\n",
		map[bool]string{true: "user root;\n"}[os.Geteuid() == 0],
		g.dir,
		g.folders(),
		site,
	)
	g.run(t, "/usr/sbin/nginx", "-e", "stderr", "-p", g.dir, "-c", g.write(t, "whole.conf", whole))
}

// folders keep nginx from the machine's own.
func (g proxyGround) folders() string {
	var all strings.Builder
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&all, "%s_temp_path %s/%s;\n", what, g.dir, what)
	}

	return all.String()
}

func startCaddy(t *testing.T, g proxyGround) {
	t.Helper()
	site := g.example(
		t,
		"Caddyfile",
		map[string]string{"127.0.0.1:8080": g.console, "127.0.0.1:8095": g.push},
	)
	_, https, _ := net.SplitHostPort(g.tls)
	_, plain, _ := net.SplitHostPort(g.plain)
	options := fmt.Sprintf(
		"{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port %s\n\thttps_port %s\n\tskip_install_trust\n}\n",
		plain,
		https,
	)
	g.run(t, "caddy", "run", "--adapter", "caddyfile", "--config", g.write(t, "Caddyfile", options+site))
}

// example reads a file of docs/proxy and puts the test's addresses and paths in the place of the
// example's, each of which must be there.
func (g proxyGround) example(t *testing.T, name string, change map[string]string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "proxy", name))
	if err != nil {
		t.Fatal(err)
	}
	all := string(text)

	change["/etc/juzhen/tls.crt"], change["/etc/juzhen/tls.key"] = g.dir+"/tls.crt", g.dir+"/tls.key"
	for from, to := range change {
		if !strings.Contains(all, from) {
			t.Fatalf("%s no longer says %q", name, from)
		}
		all = strings.ReplaceAll(all, from, to)
	}

	return all
}

func (g proxyGround) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(g.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return path
}

// run starts the proxy and ends it with the test. A missing program fails the test: .ci/ensure proxies
// installs both.
func (g proxyGround) run(t *testing.T, program string, args ...string) {
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "HOME="+g.dir, "XDG_DATA_HOME="+g.dir, "XDG_CONFIG_HOME="+g.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: .ci/ensure proxies installs it", err)
	}
	t.Cleanup(func() {
		end()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), &out)
		}
	})
}

// makeCertificate writes a certificate of the public name and gives the pool that trusts it.
func (g proxyGround) makeCertificate(t *testing.T) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{publicName},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IsCA:         true,

		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	g.write(t, "tls.crt", string(certificate))
	g.write(t, "tls.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)

	return pool
}

// client is a browser elsewhere: it finds the public name at the proxy, trusts its certificate and
// keeps cookies.
func (g proxyGround) client(t *testing.T, trusted *x509.CertPool) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientAddress)}}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, g.tls)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)

	return &http.Client{
		Transport:     transport,
		Jar:           jar,
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// proxyFolder is one that the proxy's own user may enter.
func proxyFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "juzhen-proxy-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })

	return dir
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()

	return l.Addr().String()
}

// fetchUntil asks until the proxy listens and the console behind it answers.
func fetchUntil(t *testing.T, client *http.Client, address string) *http.Response {
	t.Helper()

	for end := time.Now().Add(30 * time.Second); ; {
		answer, err := client.Get(address)
		if err == nil {
			answer.Body.Close()
			return answer
		}
		if time.Now().After(end) {
			t.Fatalf("the proxy does not answer: %v", err)
		}

		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func get(t *testing.T, client *http.Client, address string) *http.Response {
	t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}

	return do(t, client, r)
}

func do(t *testing.T, client *http.Client, r *http.Request) *http.Response {
	t.Helper()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)

	return answer
}
