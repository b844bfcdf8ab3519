package public

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAddressesAreUnderstoodStrictly: each form of an address has one meaning, and no other form has any.
func TestAddressesAreUnderstoodStrictly(t *testing.T) {
	t.Parallel()
	s := &Site{hosts: map[string]bool{"site.example": true}}

	for _, c := range []struct {
		address string
		status  int
		want    request
	}{
		{
			address: "/",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "list"},
		},
		{
			address: "/en",
			status:  http.StatusOK,
			want:    request{lang: "en", kind: "list"},
		},
		{
			address: "/?before=1764475200000000-1234",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "list", before: "1764475200000000-1234"},
		},
		{
			address: "/a/7",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "list", of: what{Account: 7}},
		},
		{
			address: "/en/c/8/feed.atom",
			status:  http.StatusOK,
			want:    request{lang: "en", kind: "list", format: "atom", of: what{Column: 8}},
		},
		{
			address: "/c/8/feed.json",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "list", format: "feed", of: what{Column: 8}},
		},
		{
			address: "/a/7/posts.json",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "list", format: "json", of: what{Account: 7}},
		},
		{
			address: "/p/9",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "post", number: 9},
		},
		{
			address: "/p/9.json",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "post", format: "json", number: 9},
		},
		{
			address: "/p/9/0",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "picture", number: 9},
		},
		{
			address: "/p/9/-0",
			status:  http.StatusNotFound,
		},
		{
			address: "/p/9/2",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "picture", number: 9, nth: 2},
		},
		{
			address: "/en/search?q=a%20b&x=y",
			status:  http.StatusOK,
			want:    request{lang: "en", kind: "search", query: "a b"},
		},
		{
			address: "/matrix.json?q=x&before=y",
			status:  http.StatusOK,
			want:    request{lang: "zh-CN", kind: "matrix", format: "json"},
		},
		{
			address: "/en/p/9.json",
			status:  http.StatusNotFound,
		},
		{
			address: "/p/9/2/",
			status:  http.StatusNotFound,
		},
		{
			address: "/p/9.json/2",
			status:  http.StatusNotFound,
		},
		{
			address: "/a/7/feed.rss",
			status:  http.StatusNotFound,
		},
		{
			address: "/a",
			status:  http.StatusNotFound,
		},
		{
			address: "/style.css/",
			status:  http.StatusNotFound,
		},
		{
			address: "/en/style.css",
			status:  http.StatusNotFound,
		},
		{
			address: "/en/matrix.json",
			status:  http.StatusNotFound,
		},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://site.example"+c.address, http.NoBody)
		got, status := s.understand(r)
		if status != c.status || status == http.StatusOK && got != c.want {
			t.Errorf("%s: %d %+v, want %d %+v", c.address, status, got, c.status, c.want)
		}
	}
}

// TestEveryAnswerHasAKeyOfItsOwn: two requests of different meaning never share a page.
func TestEveryAnswerHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	keys := map[string]request{}

	for _, lang := range []string{"zh-CN", "en"} {
		for _, kind := range []string{"list", "post", "picture", "matrix"} {
			for _, format := range []string{"", "atom", "feed", "json"} {
				for _, of := range []what{{}, {Account: 1}, {Column: 1}, {Account: 11}} {
					for _, number := range []int64{0, 1, 11} {
						asked := request{lang: lang, kind: kind, format: format, of: of, number: number}
						if other, taken := keys[asked.key()]; taken {
							t.Errorf("%+v and %+v share a key", asked, other)
						}
						keys[asked.key()] = asked
					}
				}
			}
		}
	}
}

// TestAReaderHasWhatItSaysItHas: tags are compared one by one, packed or not, weak or not.
func TestAReaderHasWhatItSaysItHas(t *testing.T) {
	t.Parallel()

	for list, want := range map[string]bool{
		`"abc"`:        true,
		`W/"abc"`:      true,
		`"abc-gz"`:     true,
		`"x", "abc"`:   true,
		`"x","y"`:      false,
		`*`:            true,
		``:             false,
		`"abcd"`:       false,
		`"-gz"`:        false,
		`"abc-gz-gz"`:  false,
		`abc`:          true,
		`"ABC"`:        false,
		`W/"abc-gz",x`: true,
	} {
		if matches(list, "abc") != want {
			t.Errorf("%s: %v, want %v", list, !want, want)
		}
	}
}
