package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/web"
)

// knock is a request as an attacker makes it: nothing of it is put right on the way.
type knock struct {
	method, path, kind, body string
	as                       reader
	head                     http.Header
}

func (g *ground) knock(k knock) *httptest.ResponseRecorder {
	g.t.Helper()
	if k.method == "" {
		k.method = http.MethodGet
	}
	req := httptest.NewRequest(k.method, "/", strings.NewReader(k.body))
	path, query, _ := strings.Cut(k.path, "?")
	req.URL = &url.URL{Path: path, RawQuery: query}
	req.RequestURI = k.path
	if clean, err := url.PathUnescape(path); err == nil {
		req.URL.Path, req.URL.RawPath = clean, path
	}
	req.RemoteAddr = "198.51.100.9:4000"
	if k.kind != "" {
		req.Header.Set("Content-Type", k.kind)
	}

	for name, values := range k.head {
		req.Header[name] = values
	}

	switch {
	case k.as.token == "":
	case strings.HasPrefix(k.path, "/api/"):
		req.Header.Set("Authorization", "Bearer "+k.as.token)
	default:
		req.AddCookie(&http.Cookie{Name: web.CookieName, Value: k.as.token})
	}
	a := httptest.NewRecorder()
	g.Handler().ServeHTTP(a, req)
	if a.Code >= 500 {
		g.t.Errorf("%s %s: %d", k.method, k.path, a.Code)
	}
	if a.Header().Get("X-Evil") != "" {
		g.t.Errorf("%s %s: a header of the attacker's is in the answer", k.method, k.path)
	}

	return a
}

const formKind = "application/x-www-form-urlencoded"

// TestForgedSignInsOpenNothing tries tokens that nobody gave out, as a cookie and as a bearer.
func TestForgedSignInsOpenNothing(t *testing.T) {
	t.Parallel()
	ground := newGround(t)
	officer, admin := ground.readers[access.PressOfficer], ground.rulers[access.Administrator]
	part := strings.Split(officer.token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(part[1])
	ground.must(err)
	enc := base64.RawURLEncoding.EncodeToString
	sign := func(head, body string, key []byte) string {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(head + "." + body))
		return head + "." + body + "." + enc(m.Sum(nil))
	}
	none, hs := enc([]byte(`{"alg":"none","typ":"JWT"}`)), enc([]byte(`{"alg":"HS256","typ":"JWT"}`))

	forged := map[string]string{
		"no algorithm":         none + "." + part[1] + ".",
		"no algorithm, signed": none + "." + part[1] + "." + part[2],
		"None, odd case":       enc([]byte(`{"alg":"nOnE"}`)) + "." + part[1] + ".",
		"an empty key":         sign(hs, part[1], nil),
		"a guessed key":        sign(hs, part[1], []byte("secret")),
		"RS256":                enc([]byte(`{"alg":"RS256"}`)) + "." + part[1] + "." + part[2],
		"a key of one's own": sign(
			enc([]byte(`{"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"kid":"../../dev/null"}`)),
			part[1],
			[]byte{0},
		),
		"another's claims": part[0] + "." + strings.Split(admin.token, ".")[1] + "." + part[2],
		"other claims": part[0] + "." + enc(
			bytes.Replace(claims, []byte(fmt.Sprint(officer.user)), []byte(fmt.Sprint(admin.user)), 1),
		) + "." + part[2],
		"a cut signature": officer.token[:len(officer.token)-2],
		"no signature":    part[0] + "." + part[1] + ".",
		"text":            "admin",
		"much text":       strings.Repeat("A", 20_000),
	}
	for name, token := range forged {
		as := reader{token: token}
		if a := ground.knock(knock{
			path: "/posts", as: as,
		}); a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), web.SignInPath) {
			t.Errorf("%s as a cookie: %d", name, a.Code)
		}
		if a := ground.knock(knock{path: "/api/v1/me", as: as}); a.Code != http.StatusUnauthorized {
			t.Errorf("%s as a bearer: %d", name, a.Code)
		}
	}
	if a := ground.knock(knock{
		method: "DELETE",
		path:   "/api/v1/sessions/current",
		as:     officer,
	}); a.Code >= 400 {
		t.Errorf("sign-out: %d", a.Code)
	}
	if a := ground.knock(knock{path: "/api/v1/me", as: officer}); a.Code != http.StatusUnauthorized {
		t.Errorf("a token that was signed out: %d", a.Code)
	}
}

// TestASignInTakesNoSessionFromOutside brings a cookie to the sign-in, tries addresses to be led to,
// and floods it with guesses.
func TestASignInTakesNoSessionFromOutside(t *testing.T) {
	t.Parallel()
	ground := newGround(t)
	planted := ground.readers[access.Reviewer]
	form := "username=first&password=" + password
	a := ground.knock(knock{method: "POST", path: "/signin", kind: formKind, body: form, as: planted})
	cookie := a.Header().Get("Set-Cookie")
	if a.Code != http.StatusSeeOther || cookie == "" || strings.Contains(cookie, planted.token) ||
		!strings.Contains(cookie, "HttpOnly") ||
		!strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("sign-in with a planted cookie: %d %q", a.Code, cookie)
	}

	for _, next := range []string{
		"//evil.example", "https://evil.example/", `/\evil.example`, `\\evil.example`,
		"javascript:alert(1)", "/%09/evil.example", "/\t/evil.example", "http:evil.example",
		"///evil.example", "/..//evil.example", "/posts\r\nX-Evil: 1", "/posts%0d%0aX-Evil:%201",
	} {
		a := ground.knock(knock{
			method: "POST",
			path:   "/signin",
			kind:   formKind,
			body:   form + "&next=" + url.QueryEscape(next),
		})
		to := a.Header().Get("Location")
		if at, err := url.Parse(
			to,
		); err != nil || at.Host != "" || at.Scheme != "" || strings.HasPrefix(to, "//") ||
			strings.ContainsAny(to, "\\\r\n\t") {
			t.Errorf("next=%q leads to %q", next, to)
		}
	}
	codes := map[int]int{}

	for i := range 12 { // each time another forwarded address: the console trusts none it was not told of
		a := ground.knock(knock{
			method: "POST",
			path:   "/signin",
			kind:   formKind,
			body:   fmt.Sprintf("username=first&password=Guess-%d-guess", i),
			head: http.Header{
				"X-Forwarded-For": {fmt.Sprintf("203.0.113.%d", i)},
				"X-Real-Ip":       {fmt.Sprintf("203.0.113.%d", i)},
			},
		})
		codes[a.Code]++
	}
	if codes[http.StatusTooManyRequests] < 5 {
		t.Errorf("twelve guesses were answered %v", codes)
	}
	if a := ground.knock(knock{
		path: "/signin",
		head: http.Header{"X-Forwarded-Host": {"evil.example"}},
	}); strings.Contains(a.Body.String(), "evil.example") {
		t.Error("the page takes an address from a header")
	}
}

// TestOtherSitesAndOddRequestsChangeNothing sends forms of other sites, odd methods, and addresses that
// climb.
func TestOtherSitesAndOddRequestsChangeNothing(t *testing.T) {
	t.Parallel()
	ground := newGround(t)
	officer := ground.readers[access.PressOfficer]
	vars := ground.inside.approve(ground.inside.account)
	withdraw := fmt.Sprintf("/posts/%v/withdraw", vars["post"])

	before := ground.everything()
	for _, from := range []http.Header{
		{"Origin": {"https://evil.example"}},
		{"Origin": {"null"}},
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
	} {
		if a := ground.knock(knock{
			method: "POST", path: withdraw, kind: formKind, body: "reason=x", as: officer,
			head: from,
		}); a.Code != http.StatusForbidden {
			t.Errorf("a form with %v: %d", from, a.Code)
		}
	}

	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "TRACE", "PATCH"} {
		a := ground.knock(knock{
			method: method,
			path:   withdraw,
			as:     officer,
			head:   http.Header{"X-Http-Method-Override": {"POST"}},
			kind:   formKind,
			body:   "reason=x&_method=POST",
		})
		if a.Code < 400 {
			t.Errorf("%s: %d", method, a.Code)
		}
	}

	for _, path := range []string{
		"/media/../../../etc/passwd", "/media/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
		"/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd",
		"/assets/..%5c..%5cetc%5cpasswd", "/media/1%00.png", "/deliveries/1/pictures/..%2f..%2f1",
		"/assets//etc/passwd", "/api/v1/media/..%2f..%2fetc%2fpasswd", "/.git/config",
		"/debug/pprof/",
	} {
		a := ground.knock(knock{path: path, as: officer})
		if a.Code == http.StatusOK || strings.Contains(a.Body.String(), "root:") {
			t.Errorf("%s: %d", path, a.Code)
		}
	}

	for _, q := range []string{
		"' OR 1=1 --", "\x00", "%", "';DROP TABLE posts;--", strings.Repeat("长", 5000), "\xff\xfe",
	} {
		for _, path := range []string{
			"/posts?q=", "/deliveries?q=", "/posts?cursor=", "/api/v1/posts?q=",
			"/api/v1/deliveries?cursor=", "/api/v1/deliveries?state=", "/posts?phase=",
		} {
			ground.knock(knock{path: path + url.QueryEscape(q), as: officer})
		}
	}

	for _, text := range []string{"%00", "%FF%FE", "a%00b"} {
		if a := ground.knock(knock{
			method: "POST", path: withdraw, kind: formKind, body: "reason=" + text, as: officer,
		}); a.Code/100 != 4 {
			t.Errorf("a reason %q: %d", text, a.Code)
		}
	}
	if ground.everything() != before {
		t.Error("something changed")
	}
}

// TestTextsOfPeopleStayTexts writes markup and line breaks wherever people write, and looks for it on
// the pages.
func TestTextsOfPeopleStayTexts(t *testing.T) {
	t.Parallel()
	ground := newGround(t)
	officer := ground.reader(access.PressOfficer, 2, "/1/2/")
	const evil = `<script>alert(1)</script>"><img src=x onerror=alert(2)>{{.}}` + "\r\nX-Evil: 1"
	ground.exec("UPDATE users SET display_name = $1 WHERE id = $2", evil[:60], officer.user)
	ground.exec("UPDATE units SET name = $1 WHERE id = 4", evil[:60])
	body, _ := json.Marshal(map[string]any{
		"text":        evil,
		"account_ids": []any{ground.inside.account["id"]},
		"unit_id":     2,
		"now":         true,
	})
	a := ground.knock(knock{
		method: "POST",
		path:   "/api/v1/posts",
		kind:   "application/json",
		body:   string(body),
		as:     officer,
	})
	var made struct{ ID int64 }
	if err := json.Unmarshal(a.Body.Bytes(), &made); err != nil || made.ID == 0 {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	ground.must(ground.Deliveries.Submit(t.Context(), ground.inside.author, made.ID, 0))

	for _, path := range []string{
		"/", "/posts", fmt.Sprintf("/posts/%d", made.ID), "/deliveries", "/calendar", "/matrix",
		"/me", "/posts?q=" + url.QueryEscape(evil), "/nowhere?" + url.QueryEscape(evil),
	} {
		a := ground.knock(knock{path: path, as: officer})
		for _, live := range []string{"<script>alert", "<img src=x", "onerror=alert(2)>\""} {
			if strings.Contains(a.Body.String(), live) {
				t.Errorf("%s holds %q as markup", path, live)
			}
		}
		if csp := a.Header().
			Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") ||
			a.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q", path, csp)
		}
	}
}

// attach sends one file as a person would.
func (g *ground) attach(as reader, name string, data []byte) *httptest.ResponseRecorder {
	g.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	g.must(form.WriteField("unit_id", "2"))
	w, err := form.CreateFormFile("file", name)
	g.must(err)
	_, err = w.Write(data)
	g.must(err)
	g.must(form.Close())

	return g.knock(knock{
		method: "POST",
		path:   "/api/v1/media",
		kind:   form.FormDataContentType(),
		body:   b.String(),
		as:     as,
	})
}

// hugePNG is a few bytes that claim so many pixels.
func hugePNG(side uint32) []byte {
	head := []byte("IHDR\x00\x00\x00\x00\x00\x00\x00\x00\x08\x06\x00\x00\x00")
	binary.BigEndian.PutUint32(head[4:], side)
	binary.BigEndian.PutUint32(head[8:], side)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)

	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// TestUploadsAreWhatTheyAreSeenToBe tries scripts in picture's clothing, pictures with more behind
// them, and bombs.
func TestUploadsAreWhatTheyAreSeenToBe(t *testing.T) {
	t.Parallel()
	ground := newGround(t)
	officer := ground.readers[access.PressOfficer]

	before := ground.everything()
	for name, data := range map[string][]byte{
		"a.svg":  []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"a.png":  []byte("<html><script>alert(1)</script></html>"),
		"a.gif":  []byte("GIF89a/*\x00*/=1;alert(1)//"),
		"b.png":  hugePNG(60_000),
		"c.png":  hugePNG(0),
		"d.png":  hugePNG(1 << 31),
		"e.jpg":  []byte("\xff\xd8\xff\xe0"),
		"f.pdf":  []byte("%PDF-1.7"),
		"g.png":  {},
		"h.webp": []byte("RIFF\x00\x00\x00\x00WEBPVP8 "),
		"i.jpg":  bytes.Repeat([]byte{0xff}, 1<<20),
	} {
		if a := ground.attach(
			officer,
			name,
			data,
		); a.Code != http.StatusUnprocessableEntity && a.Code != http.StatusUnsupportedMediaType &&
			a.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
	if a := ground.attach(
		officer,
		"big.png",
		append(dot(), make([]byte, 40<<20)...),
	); a.Code != http.StatusRequestEntityTooLarge &&
		a.Code != http.StatusUnprocessableEntity {
		t.Errorf("40 MB: %d", a.Code)
	}
	if ground.everything() != before {
		t.Error("a refused upload left something")
	}
	const tail = "<script>alert(1)</script>PK\x03\x04"
	a := ground.attach(officer, "../../etc/<script>\r\nX-Evil: 1.png", append(dot(), tail...))
	var kept struct {
		ID   int64
		Name string `json:"file_name"`
	}
	if err := json.Unmarshal(a.Body.Bytes(), &kept); err != nil || a.Code != http.StatusCreated {
		t.Fatalf("a picture with more behind it: %d %s", a.Code, a.Body)
	}
	shown := ground.knock(knock{path: fmt.Sprintf("/media/%d", kept.ID), as: officer})
	if strings.Contains(shown.Body.String(), "<script>") ||
		shown.Header().Get("Content-Type") != "image/png" ||
		shown.Header().Get("X-Content-Type-Options") != "nosniff" ||
		strings.ContainsAny(kept.Name, "/\r\n") {
		t.Errorf("kept as %q with %v", kept.Name, shown.Header())
	}
}

// TestNothingIsReachedThroughAnothersNumbers names things of the unit outside in bodies, and another
// person's repeated key.
func TestNothingIsReachedThroughAnothersNumbers(t *testing.T) {
	t.Parallel()
	ground := newGround(t)
	officer := ground.readers[access.PressOfficer]
	foreign, err := ground.Media.Upload(
		t.Context(),
		ground.outside.author,
		3,
		"墙外.png",
		bytes.NewReader(dot()),
		"",
	)
	ground.must(err)
	before := ground.everything()

	own := ground.inside.account["id"]
	for name, body := range map[string]map[string]any{
		"picture": {"text": "x", "account_ids": []any{own}, "media_ids": []any{foreign.ID}},
		"account": {"text": "x", "account_ids": []any{ground.outside.account["id"]}},
		"unit":    {"text": "x", "unit_id": 3},
		"variant": {
			"text":        "x",
			"account_ids": []any{own},
			"variants":    []any{map[string]any{"account_id": ground.outside.account["id"], "text": "y"}},
		},
	} {
		raw, _ := json.Marshal(body)
		a := ground.knock(knock{
			method: "POST",
			path:   "/api/v1/posts",
			kind:   "application/json",
			body:   string(raw),
			as:     officer,
		})
		if a.Code != http.StatusUnprocessableEntity && a.Code != http.StatusNotFound &&
			a.Code != http.StatusForbidden ||
			strings.Contains(a.Body.String(), outsideMark) {
			t.Errorf("%s of another unit: %d %s", name, a.Code, a.Body)
		}
	}

	for _, path := range []string{
		"/media/%d", "/media/%d/thumb", "/api/v1/media/%d", "/api/v1/media/%d/thumb",
	} {
		if a := ground.knock(knock{
			path: fmt.Sprintf(path, foreign.ID),
			as:   officer,
		}); a.Code != http.StatusNotFound {
			t.Errorf(path+": %d", foreign.ID, a.Code)
		}
	}
	if ground.everything() != before {
		t.Error("something changed")
	}
	key := http.Header{"Idempotency-Key": {"order-1"}}
	post := func(as reader) (id int64, replayed string) {
		a := ground.knock(knock{
			method: "POST",
			path:   "/api/v1/posts",
			kind:   "application/json",
			body:   `{"text":"同一把钥匙"}`,
			as:     as,
			head:   key,
		})
		var made struct{ ID int64 }
		if err := json.Unmarshal(a.Body.Bytes(), &made); err != nil || a.Code != http.StatusCreated {
			t.Fatalf("%d %s", a.Code, a.Body)
		}

		return made.ID, a.Header().Get("Idempotency-Replayed")
	}
	first, _ := post(officer)
	if again, replayed := post(officer); again != first || replayed != "true" {
		t.Errorf("the same person and key: %d, then %d", first, again)
	}
	if other, replayed := post(ground.rulers[access.PressOfficer]); other == first || replayed != "" {
		t.Errorf("another person with the key got %d, the first one's answer", other)
	}
}
