package public

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestATitleIsTheBeginningOfAText as a reader would name it.
func TestATitleIsTheBeginningOfAText(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"【空气质量】今日优。":            "空气质量",
		"今日空气质量优。请放心。":          "今日空气质量优",
		"第一行\n第二行":              "第一行",
		"  真的吗？是的":              "真的吗",
		"【】空":                   "【】空",
		"【没有完":                  "【没有完",
		"":                      "",
		strings.Repeat("字", 40): strings.Repeat("字", 36) + "…",
	} {
		if got := title(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestAddressesInATextAreLinks and nothing else of it is.
func TestAddressesInATextAreLinks(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"没有":                          "没有",
		"见 https://a.example/b?c=1 。": "见 |<https://a.example/b?c=1>| 。",
		"http://a.example，其余":         "|<http://a.example>|，其余",
		"javascript:alert(1)":         "javascript:alert(1)",
		"ftp://a.example":             "ftp://a.example",
		"https://a.example":           "|<https://a.example>|",
	} {
		var got []string
		whole := ""

		for _, piece := range pieces(text) {
			whole += piece.Text
			if piece.Link != "" {
				got = append(got, "<"+piece.Link+">")
			} else {
				got = append(got, piece.Text)
			}
		}
		joined := strings.Join(got, "|")
		if joined != want && strings.TrimPrefix(joined, "|") != strings.TrimPrefix(want, "|") {
			t.Errorf("%q: %q, want %q", text, joined, want)
		}
		if whole != text {
			t.Errorf("%q became %q", text, whole)
		}
	}
}

// TestAPlaceIsReadAsItIsWritten and in no other way.
func TestAPlaceIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	at := place{time.Date(2026, 11, 30, 4, 0, 0, 123_000, time.UTC), 1234567890123456}
	got, ok := parsePlace(at.String())
	if !ok || !got.At.Equal(at.At) || got.Number != at.Number {
		t.Errorf("%v, %v", got, ok)
	}

	for _, text := range []string{"", "-", "1", "1-", "-1", "01-1", "1-01", "+1-1", "1-1 ", "a-1", "1-1-1"} {
		if _, ok := parsePlace(text); ok {
			t.Errorf("%q is read", text)
		}
	}
}

// TestWhoAsksIsWhatADeclaredProxySays, and nobody else.
func TestWhoAsksIsWhatADeclaredProxySays(t *testing.T) {
	t.Parallel()
	s := &Site{opt: Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}

	for _, c := range []struct{ from, said, want string }{
		{"192.0.2.1:1", "", "192.0.2.1"},
		{"192.0.2.1:1", "198.51.100.1", "192.0.2.1"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::ffff:192.0.2.1]:1", "", "192.0.2.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = c.from
		if c.said != "" {
			r.Header.Set("X-Forwarded-For", c.said)
		}
		if got := s.address(r).String(); got != c.want {
			t.Errorf("%s says %q: %s, want %s", c.from, c.said, got, c.want)
		}
	}
}

// TestWhoTakesGzip by the head that says so.
func TestWhoTakesGzip(t *testing.T) {
	t.Parallel()

	for accepted, want := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "gzip; q=1": true, "": false, "br": false,
		"gzip;q=0": false, "gzip;q=0.0": false, "xgzip": false,
	} {
		if takesGzip(accepted) != want {
			t.Errorf("%q: %v, want %v", accepted, !want, want)
		}
	}
}
