package app

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/web"
	"juzhen/templates"
)

// TestEveryAddressLeadsSomewhere resolves what templates and the code of pages lead to against the
// routes: a letter wrong in an address is found here and not by a person.
func TestEveryAddressLeadsSomewhere(t *testing.T) {
	t.Parallel()

	routes := allRoutes(t)
	for file, text := range templateTexts(t) {
		for _, at := range addressesIn(text) {
			if !leads(routes, at) && !leads(routes, "…"+at) { // a branch may hold the end alone
				t.Errorf("templates/%s leads to %s, where nothing is", file, at)
			}
		}
	}

	for _, dir := range []string{"../console", "../web", "../todo", "../app"} {
		for where, at := range addressesInCode(t, dir) {
			if !leads(routes, at) && !leads(routes, "…"+at) && at != nowhere {
				t.Errorf("%s leads to %s, where nothing is", where, at)
			}
		}
	}
}

// TestEveryPlaceOfTheNavigationHasPages: what an entry opens, and what belongs to it, is there.
func TestEveryPlaceOfTheNavigationHasPages(t *testing.T) {
	t.Parallel()
	kit := emptyKit(t)
	if err := kit.Check(); err != nil {
		t.Error(err)
	}

	for _, at := range kit.Pages() {
		below := func(route web.Route) bool {
			return route.Method == http.MethodGet &&
				(route.Path == at || strings.HasPrefix(route.Path, at+"/"))
		}
		if !slices.ContainsFunc(kit.Routes(), below) {
			t.Errorf("the navigation knows %s, where nothing is", at)
		}
	}
}

// nowhere is the path of no unit, and no address.
const nowhere = "/none/"

// TestEveryPermissionOfATemplateExists: a permission is a word in a template, and a wrong one would
// hide a button from everybody.
func TestEveryPermissionOfATemplateExists(t *testing.T) {
	t.Parallel()
	asked := 0

	for file, text := range templateTexts(t) {
		for _, m := range regexp.MustCompile(`\.Can\s+("[^"]*"|\S+)`).FindAllStringSubmatch(text, -1) {
			asked++
			name, err := strconv.Unquote(m[1])
			if err != nil || !access.Permission(name).Valid() {
				t.Errorf("templates/%s asks for the permission %s, which there is not", file, m[1])
			}
		}
	}
	if asked == 0 {
		t.Error("no template asks for a permission: this test reads them wrongly")
	}
}

func templateTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := fs.WalkDir(templates.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(templates.FS, path)
		texts[path] = string(raw)

		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatalf("%d templates, %v", len(texts), err)
	}

	return texts
}

var (
	printed = regexp.MustCompile(`\(print((?: (?:"[^"]*"|[^\s"()]+))+)\)`)
	word    = regexp.MustCompile(`"[^"]*"|\S+`)
	action  = regexp.MustCompile(`\{\{[^}]*\}\}`)
	branch  = regexp.MustCompile(`\{\{-?\s*(?:if|else|end|with|range|else if)[^}]*\}\}`)
	quoted  = regexp.MustCompile(`"([^"]*)"`)
	address = regexp.MustCompile(`^/([a-z].*)?$`)
)

// addressesIn finds the addresses of this console in a template: in attributes, in each branch of a
// condition, and in what functions are given. What is filled in counts as "1".
func addressesIn(text string) (list []string) {
	text = printed.ReplaceAllStringFunc(text, func(call string) string {
		var b strings.Builder

		for _, part := range word.FindAllString(printed.FindStringSubmatch(call)[1], -1) {
			if s, err := strconv.Unquote(part); err == nil {
				b.WriteString(s)
			} else {
				b.WriteByte('1')
			}
		}

		return strconv.Quote(b.String())
	})
	for _, m := range action.FindAllString(text, -1) { // arguments of functions
		list = append(list, literals(m)...)
	}

	text = action.ReplaceAllStringFunc(text, func(a string) string {
		if branch.MatchString(a) {
			return "\x00"
		}

		return "1"
	})
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		for _, part := range strings.Split(m[1], "\x00") {
			if address.MatchString(part) {
				list = append(list, part)
			}
		}
	}

	return list
}

func literals(text string) (list []string) {
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		if address.MatchString(m[1]) {
			list = append(list, m[1])
		}
	}

	return list
}

// addressesInCode finds strings that are addresses, by where they stand; what is put together counts
// whole, with "1" for what is filled in. What declares a route is none.
func addressesInCode(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && declares(call) {
				return false
			}
			expr, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, ok := written(expr)
			if !ok {
				return true
			}
			if at := filled(text); len(at) > 1 && address.MatchString(at) && !strings.ContainsAny(at, " \n") {
				found[fmt.Sprint(files.Position(expr.Pos()))] = at
			} else if tail, ok := strings.CutPrefix(at, "1/"); ok && strings.Trim(tail, "1/") != "" {
				found[fmt.Sprint(files.Position(expr.Pos()))] = "…/" + tail
			}

			return false
		})

		return nil
	})
	if err != nil || len(found) == 0 && dir == "../console" {
		t.Fatalf("%s: %d addresses, %v", dir, len(found), err)
	}

	return found
}

// written is the text of a literal, or of several put together with what is not known as "%v".
func written(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, a := written(e.X)
		right, b := written(e.Y)
		if e.Op != token.ADD || !a && !b {
			return "", false
		}
		if !a {
			left = "%v"
		}
		if !b {
			right = "%v"
		}

		return left + right, true
	}

	return "", false
}

// filled puts "1" where something is filled in, but for what is only hung on, such as a query.
func filled(text string) string {
	text = regexp.MustCompile(`([^/=&?,.-])%[a-z]$`).ReplaceAllString(text, "$1")
	return regexp.MustCompile(`%[a-z]`).ReplaceAllString(text, "1")
}

// declares tells whether a call names routes or groups of them, or files.
func declares(call *ast.CallExpr) bool {
	fun, ok := call.Fun.(*ast.SelectorExpr)

	return ok && slices.Contains([]string{
		"Handle", "Group", "Public", "GET", "HasPrefix", "HasSuffix", "Cut", "CutPrefix",
		"TrimPrefix", "Dir", "Open", "ReadFile",
	}, fun.Sel.Name)
}

// leads tells whether any route answers at the address. Of "…/edit" only the end is known.
func leads(routes []web.Route, at string) bool {
	path, _, _ := strings.Cut(at, "?")
	path, _, _ = strings.Cut(path, "#")
	if strings.HasPrefix(path, "/assets/") {
		return true
	}
	tail, end := strings.CutPrefix(path, "…")

	return slices.ContainsFunc(routes, func(route web.Route) bool {
		if route.Method != http.MethodGet && route.Method != http.MethodPost {
			return false
		}
		if end {
			return strings.HasSuffix(route.Path, tail)
		}
		pattern := "^" + regexp.MustCompile(`[:*]\w+`).ReplaceAllString(route.Path, `[^/]+`) + "$"

		return regexp.MustCompile(pattern).MatchString(path)
	})
}

// TestTheReaderOfAddressesReads: what the tests above find is what a template says.
func TestTheReaderOfAddressesReads(t *testing.T) {
	t.Parallel()
	text := `<a href="/posts/{{.ID}}?q=1">{{template "x" (f "/calendar")}}</a> {{confirm (print "/users/" .ID "/stop") "y"}}
<a href="{{if .A}}/a/{{.B}}{{else}}/c{{end}}">`

	got := addressesIn(text)
	for _, want := range []string{"/posts/1?q=1", "/calendar", "/users/1/stop", "/a/1", "/c"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
}
