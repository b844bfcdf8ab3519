package api_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"

	"juzhen/internal/access"
	"juzhen/internal/api"
	"juzhen/internal/i18n"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

// bare is the interface without anything behind it: for what can be seen without a request to a use case.
func bare(t *testing.T) *web.Kit {
	t.Helper()
	kit, err := web.New(web.Options{Sessions: webtest.People{"writer": access.Actor{UserID: 1, Name: "值班宣传专员",
		Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	api.Register(kit, api.Deps{})

	return kit
}

func fetch(t *testing.T, kit *web.Kit, path, lang string) []byte {
	t.Helper()
	browser := webtest.Open(t, kit.Handler(), "")
	if lang != "" {
		browser.Header.Set("Accept-Language", lang)
	}

	return []byte(browser.Get(path).Want(200).Body)
}

// TestDocumentsAreValid has kin-openapi check both forms; of 3.1 it knows what 3.0 had.
func TestDocumentsAreValid(t *testing.T) {
	t.Parallel()

	kit := bare(t)
	for _, path := range []string{"/api/v1/openapi-3.0.json", "/api/v1/openapi.json"} {
		doc, err := openapi3.NewLoader().LoadFromData(fetch(t, kit, path, ""))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := doc.Validate(t.Context()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}

	var version struct {
		OpenAPI string `json:"openapi"`
	}
	for path, want := range map[string]string{
		"/api/v1/openapi.json":     "3.1.",
		"/api/v1/openapi-3.0.json": "3.0.",
	} {
		if err := json.Unmarshal(
			fetch(t, kit, path, ""),
			&version,
		); err != nil ||
			!strings.HasPrefix(version.OpenAPI, want) {
			t.Errorf("%s is of version %q, %v", path, version.OpenAPI, err)
		}
	}
}

// TestDocumentListsEachRouteAndNoOther joins Gin's routes, the permissions noted for them and the document.
func TestDocumentListsEachRouteAndNoOther(t *testing.T) {
	t.Parallel()
	kit := bare(t)

	perms := map[string]access.Permission{}
	for _, route := range kit.Routes() {
		perms[route.Method+" "+route.Path] = route.Perm
	}
	own := []string{"GET /api/v1/openapi.json", "GET /api/v1/openapi-3.0.json", "GET /api/v1/docs"}
	served := map[string]bool{}

	for _, r := range kit.Engine().Routes() {
		name := r.Method + " " + r.Path
		if !strings.HasPrefix(r.Path, api.Prefix+"/") || r.Method == http.MethodHead ||
			slices.Contains(own, name) {
			continue
		}
		served[name] = true
	}
	doc, err := openapi3.NewLoader().LoadFromData(fetch(t, kit, "/api/v1/openapi-3.0.json", ""))
	if err != nil {
		t.Fatal(err)
	}

	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + strings.NewReplacer("{", ":", "}", "").Replace(doc.Servers[0].URL+path)
			if !served[name] {
				t.Errorf("%s is documented and not served", name)
			}
			delete(served, name)
			if perms[name] == "" || op.Extensions["x-permission"] != string(perms[name]) {
				t.Errorf("%s: permission %q, documented %v", name, perms[name], op.Extensions["x-permission"])
			}
			if op.Responses.Default() == nil {
				t.Errorf("%s does not say how it fails", name)
			}
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s is not described", name)
			}
		}
	}

	for name := range served {
		t.Errorf("%s is served and not documented", name)
	}
}

// TestOnlyFewRoutesAreOpen names them: a new one is a decision.
func TestOnlyFewRoutesAreOpen(t *testing.T) {
	t.Parallel()
	want := []string{
		"GET /api/v1/docs", "GET /api/v1/openapi-3.0.json", "GET /api/v1/openapi.json",
		"GET /healthz", "GET /readyz", "POST /api/v1/first-sign-in", "POST /api/v1/sessions",
	}
	var got []string

	for _, route := range bare(t).Routes() {
		if route.Perm == web.Open && route.Path != "/assets/:name" && route.Path != "/preferences" {
			got = append(got, route.Method+" "+route.Path)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("open: %q", got)
	}
}

// TestEveryTextOfTheDocumentIsInEnglishToo finds Chinese in the English document.
func TestEveryTextOfTheDocumentIsInEnglishToo(t *testing.T) {
	t.Parallel()
	kit := bare(t)
	var tree any
	if err := json.Unmarshal(fetch(t, kit, "/api/v1/openapi.json", "en-US,en;q=0.9"), &tree); err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	collect(tree, missing)

	for s := range missing {
		t.Errorf("not in English: %q", s)
	}
	if i18n.Missing() > 0 && len(missing) == 0 {
		t.Error("texts are missing elsewhere")
	}
}

func collect(v any, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collect(e, into)
		}
	case map[string]any:
		for _, e := range v {
			collect(e, into)
		}
	case string:
		if strings.ContainsFunc(v, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			into[v] = true
		}
	}
}

func TestDocumentationPageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	kit := bare(t)
	webtest.CheckTemplates(t, kit)

	for _, token := range []string{"", "writer"} {
		page := webtest.Open(t, kit.Handler(), token).Get("/api/v1/docs").Want(200)
		page.WantText("h1", "接口文档").
			WantText("#create-post code", "POST /posts").
			WantText("#create-post", "post.write").
			WantText("#schema-NewPost", "account_ids")
		page.WantText("#create-unit pre", `-d '{"kind":"bureau","name":"…","parent_id":1}'`).
			WantText("#create-unit details", "client.CreateUnitWithResponse")
		page.WantText("#upload-media pre", "-F file=@file").
			WantText("#get-post pre", `"$api/posts/1"`).
			WantText(".api-index", "POST /posts/{id}/review")

		for _, sel := range []string{"script[src]", "link[href]", "img[src]"} {
			for i := range page.Find(sel).Length() {
				n := page.Find(sel).Eq(i)
				if address := n.AttrOr(
					"src",
					"",
				) + n.AttrOr(
					"href",
					"",
				); !strings.HasPrefix(address, "/assets/") &&
					!strings.HasPrefix(address, "data:") {
					t.Errorf("%s loads %s", sel, address)
				}
			}
		}

		for i := range page.Find("main a[href^='#']").Length() {
			if to := page.Find("main a[href^='#']").Eq(i).AttrOr("href", ""); page.Find(to).Length() != 1 {
				t.Errorf("%s leads to %d places", to, page.Find(to).Length())
			}
		}
	}
	webtest.Open(t, kit.Handler(), "").English().Get("/api/v1/docs").Want(200).WantText("h1", "API")
}

// TestEveryCodeIsDocumented reads the codes out of the source: a program can only decide by a code it
// has read about.
func TestEveryCodeIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	given := regexp.MustCompile(`(?:WithCode\(|Code: *)"([a-z_]+)"`)
	n := 0
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") ||
			strings.HasSuffix(path, "_test.go") ||
			strings.Contains(path, "sandbox") {
			return err
		}

		source, err := os.ReadFile(path)
		for _, m := range given.FindAllStringSubmatch(string(source), -1) {
			n++
			if !strings.Contains(string(text), "`"+m[1]) {
				t.Errorf("%s gives code %q, docs/api.md does not know it", path, m[1])
			}
		}

		return err
	})
	if err != nil || n < 20 {
		t.Errorf("%d codes found, %v", n, err)
	}
}
