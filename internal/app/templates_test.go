package app

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"juzhen/internal/web/page"
)

// TestEveryTemplateNamesItsStruct: a page says at its head which struct it shows, and a part that shows
// another one says so before it. The name is held against what the face declares.
func TestEveryTemplateNamesItsStruct(t *testing.T) {
	t.Parallel()

	kit := emptyKit(t)
	texts := templateTexts(t)
	shown := map[string]string{"layout/frame.html": "page.Base"}

	for _, name := range kit.PageNames() {
		if !strings.Contains(name, "#") {
			shown["pages/"+name+".html"] = reflect.TypeOf(kit.Zero(name)).String()
		}
	}

	for file, text := range texts {
		want, declared := shown[file]
		switch {
		case !declared && strings.HasPrefix(file, "pages/"):
			t.Errorf("templates/%s is no page that is declared", file)
		case declared && !strings.HasPrefix(text, "{{- /* "+want+" */ -}}\n"):
			t.Errorf("templates/%s does not say at its head that it shows %s", file, want)
		}
	}

	for _, name := range kit.PageNames() {
		file, part, isPart := strings.Cut("pages/"+name, "#")
		want := reflect.TypeOf(kit.Zero(name)).String()
		if isPart && want != shown[file+".html"] && structBefore(texts[file+".html"], part) != want {
			t.Errorf("templates/%s.html does not say before %q that it shows %s", file, part, want)
		}
	}
}

// TestPartsFitTheirStructs: where a part that pages share names a struct, there is one; a struct of
// package page is held against it.
func TestPartsFitTheirStructs(t *testing.T) {
	t.Parallel()

	kit := emptyKit(t)
	set, err := kit.Template("todo/list")
	if err != nil {
		t.Fatal(err)
	}

	structs := map[string]any{}
	for _, s := range []any{
		page.Account{}, page.Chart{}, page.Confirm{}, page.Empty{}, page.Field{}, page.Figure{},
		page.PasswordHelp{}, page.Person{}, page.Pager{}, page.Picker{}, page.PickerFound{}, page.Progress{},
		[]page.Chip{}, []page.Event{}, []page.Pair{},
	} {
		structs[reflect.TypeOf(s).String()] = s
	}

	for file, text := range templateTexts(t) {
		if !strings.HasPrefix(file, "partials/") {
			continue
		}

		for _, m := range namedPart.FindAllStringSubmatch(text, -1) {
			name, part := m[1], m[2]
			zero, known := structs[name]
			if !known {
				if !isType(t, name) {
					t.Errorf("templates/%s: %q shows %s, which there is not", file, part, name)
				}

				continue
			}
			if err := templatecheck.CheckHTML(set.Lookup(part), zero); err != nil {
				t.Errorf("templates/%s: %q does not fit %s: %v", file, part, name, err)
			}
		}
	}
}

// isType tells whether a name such as "[]desk.pastRow" is that of a type of ours.
func isType(t *testing.T, name string) bool {
	t.Helper()

	in, name, _ := strings.Cut(strings.TrimPrefix(name, "[]"), ".")
	declared := regexp.MustCompile(`(?m)^(type |\t)` + name + ` `)

	for _, pattern := range []string{"../" + in + "/*.go", "../*/" + in + "/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}

		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if declared.Match(text) {
				return true
			}
		}
	}

	return false
}

var namedPart = regexp.MustCompile(`(?m)^\{\{- /\* (\S+) \*/ -\}\}\n\{\{define "([^"]+)"`)

// structBefore is the struct that a template names before one of its parts.
func structBefore(text, part string) string {
	for _, m := range namedPart.FindAllStringSubmatch(text, -1) {
		if m[2] == part {
			return m[1]
		}
	}

	return ""
}
