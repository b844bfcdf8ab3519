package weibo_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// wire are Chinese strings that are Weibo's or go to Weibo; nobody reads them in the console.
var wire = map[string]bool{"转发微博": true, "此微博已被原作者删除": true}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestEachTextForPeopleHasAnEnglishEntry(t *testing.T) {
	t.Parallel()
	english := map[string]json.RawMessage{}

	catalogues, _ := filepath.Glob("../i18n/en/*.json")
	for _, name := range catalogues {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &english); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	files, _ := filepath.Glob("*.go")
	found := 0

	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || strings.HasPrefix(lit.Value, "`") {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			if hasHan(text) && !wire[text] {
				found++
				if _, ok := english[text]; !ok {
					t.Errorf("%s: no English for %q", name, text)
				}
			}

			return true
		})
	}
	if found < 50 {
		t.Errorf("only %d texts found", found)
	}
}
