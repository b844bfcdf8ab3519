package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"

	"juzhen/internal/e2e/world"
	"juzhen/internal/i18n"
)

// TestEnglishPagesHoldNoChineseOfOurs walks all pages in English: no text of the catalogue is left in
// Chinese, and nothing has no value. Texts of posts, names and units are data and stay as they are.
func TestEnglishPagesHoldNoChineseOfOurs(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	things := prepare(t, w)
	left := leftInChinese(t)

	for user, paths := range placesOf {
		_, token := w.Actor(user)
		client := &http.Client{}
		ask := func(method, path string, form url.Values) *http.Response {
			r, err := http.NewRequestWithContext(
				t.Context(),
				method,
				w.URL+path,
				strings.NewReader(form.Encode()),
			)
			must(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(&http.Cookie{Name: w.Kit().SessionCookie(), Value: token})
			res, err := client.Do(r)
			must(t, err)

			return res
		}

		_ = ask(http.MethodPost, "/preferences", url.Values{"lang": {"en"}, "back": {"/me"}}).Body.Close()
		for _, path := range paths {
			res := ask(http.MethodGet, fill(path, things), nil)
			doc, err := goquery.NewDocumentFromReader(res.Body)
			_ = res.Body.Close()
			must(t, err)
			eachText(doc.Find("html"), func(text string) {
				if strings.Contains(text, "<no value>") {
					t.Errorf("%s: %q", path, text)
				}
				if left(text) {
					t.Errorf("%s as %s is left in Chinese: %q", path, user, text)
				}
			})
		}
	}
}

// namesHere are texts of the catalogue that are also names which somebody gave here: of a user, of a column.
var namesHere = []string{"值班宣传专员", "空气质量"}

// leftInChinese tells whether a text is one of the catalogue, with its places filled in.
func leftInChinese(t *testing.T) func(string) bool {
	t.Helper()
	all, err := i18n.Catalogue()
	must(t, err)
	exact := map[string]bool{}
	var filled []*regexp.Regexp
	place := regexp.MustCompile(`\\\{\\\.\w+\\\}`)

	for key := range all {
		text, _, _ := strings.Cut(key, "|")
		if !strings.ContainsFunc(text, isHan) {
			continue
		}
		if !strings.Contains(text, "{.") {
			exact[text] = !slices.Contains(namesHere, text)
			continue
		}
		filled = append(
			filled,
			regexp.MustCompile(`^`+place.ReplaceAllString(regexp.QuoteMeta(text), `\S+`)+`$`),
		)
	}

	return func(text string) bool {
		if !strings.ContainsFunc(text, isHan) {
			return false
		}
		if exact[text] {
			return true
		}

		for _, f := range filled {
			if f.MatchString(text) {
				return true
			}
		}

		return false
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// eachText gives what is read on a page: texts, and the attributes that are shown or read out. What
// says that it is Chinese is.
func eachText(at *goquery.Selection, tell func(string)) {
	at.Find("[lang='zh-CN'], script, style").Remove()
	at.Find("[title], [aria-label], [placeholder], [alt]").Each(func(_ int, e *goquery.Selection) {
		for _, name := range []string{"title", "aria-label", "placeholder", "alt"} {
			tell(strings.TrimSpace(e.AttrOr(name, "")))
		}
	})
	at.Find("*").Contents().Each(func(_ int, n *goquery.Selection) {
		if goquery.NodeName(n) == "#text" {
			tell(strings.Join(strings.Fields(n.Text()), " "))
		}
	})
}
