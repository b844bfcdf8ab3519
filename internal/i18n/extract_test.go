package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	ttemplate "text/template"
	"text/template/parse"
)

const root = "../.."

// shownCalls are functions whose text arguments a person reads, by the name behind the last dot.
var shownCalls = map[string]bool{
	"T": true, "N": true, "Text": true, "Base": true, "See": true, "Crumb": true, "Chip": true,
	"Option": true, "Options": true, "Fail": true, "Banner": true, "Declare": false,
}

// labelFuncs are functions and methods all of whose strings are shown.
var labelFuncs = map[string]bool{"Label": true, "Word": true, "Help": true, "Hint": true, "Advice": true}

// everywhere lists the folders in which each Chinese string of the code is shown to somebody.
var everywhere = []string{"internal/console/", "internal/web/"}

// found maps a source text to the first place it stands at.
type found map[string]string

func (f found) add(text, where string) {
	if _, ok := f[text]; !ok && hasHan(text) {
		f[text] = where
	}
}

// TestEveryShownTextHasAnEnglishEntry walks templates and Go files and lists each Chinese text without
// an English one.
func TestEveryShownTextHasAnEnglishEntry(t *testing.T) {
	t.Parallel()
	all, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	texts := found{}
	walk(t, filepath.Join(root, "templates"), ".html", func(p string) { texts.template(t, p) })
	walk(t, filepath.Join(root, "internal"), ".go", func(p string) { texts.goFile(t, p) })
	if len(texts) == 0 {
		t.Fatal("the extractor found no text at all")
	}
	var missing []string

	for text, where := range texts {
		if _, ok := all[text]; !ok {
			missing = append(missing, where+": "+strconv.Quote(text))
		}
	}
	slices.Sort(missing)

	for _, m := range missing {
		t.Errorf("no entry in internal/i18n/en/*.json: %s", m)
	}
}

func walk(t *testing.T, dir, ext string, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // another test's temporary file
		}
		if err != nil {
			return err
		}
		if !d.IsDir() && strings.HasSuffix(p, ext) && !strings.HasSuffix(p, "_test.go") {
			visit(p)
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// template takes every Chinese string constant of the template's actions. Chinese outside of actions
// cannot be translated and is an error, except in mails and reports, which are Chinese by nature.
func (f found) template(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rel := relative(path)
	tree := parse.New(rel)
	tree.Mode = parse.SkipFuncCheck
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(raw), "", "", set); err != nil {
		t.Errorf("%s: %v", rel, err)
		return
	}

	for _, one := range set {
		nodes(one.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.StringNode:
				f.add(n.Text, rel)
			case *parse.TextNode:
				if s := strings.TrimSpace(string(n.Text)); hasHan(s) {
					t.Errorf("%s: Chinese text outside of {{t \"…\"}}: %.60s", rel, s)
				}
			}
		})
	}
}

// relative is the path from the root of the repository, or path itself when it lies outside.
func relative(path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		return rel
	}

	return path
}

// nodes visits every node below n that can hold text.
func nodes(n parse.Node, visit func(parse.Node)) {
	if n == nil {
		return
	}
	visit(n)

	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				nodes(c, visit)
			}
		}
	case *parse.ActionNode:
		nodes(n.Pipe, visit)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			nodes(n.Pipe, visit)
		}
	case *parse.IfNode:
		branch(&n.BranchNode, visit)
	case *parse.RangeNode:
		branch(&n.BranchNode, visit)
	case *parse.WithNode:
		branch(&n.BranchNode, visit)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			nodes(c, visit)
		}
	case *parse.CommandNode:
		for _, a := range n.Args {
			nodes(a, visit)
		}
	case *parse.ChainNode:
		nodes(n.Node, visit)
	}
}

func branch(b *parse.BranchNode, visit func(parse.Node)) {
	nodes(b.Pipe, visit)
	nodes(b.List, visit)
	if b.ElseList != nil {
		nodes(b.ElseList, visit)
	}
}

// goFile takes the Chinese strings of calls and functions whose text is shown; in the faces, every string.
func (f found) goFile(t *testing.T, path string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return // the compiler says it better
	}
	rel := relative(path)
	all := slices.ContainsFunc(everywhere, func(dir string) bool { return strings.HasPrefix(rel, dir) })
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.File:
			if all {
				f.strings(n, rel)
			}
		case *ast.CallExpr:
			if shown(n.Fun) {
				f.strings(n, rel)
			}
		case *ast.FuncDecl:
			if labelFuncs[n.Name.Name] {
				f.strings(n, rel)
			}
		case *ast.CompositeLit: // fault.Error{Text: "…"}
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Error" ||
				isIdent(n.Type, "Error") && rel == "internal/fault/fault.go" {
				f.strings(n, rel)
			}
		}

		return true
	})
}

func (f found) strings(n ast.Node, where string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				f.add(s, where)
			}
		}

		return true
	})
}

func shown(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.SelectorExpr:
		return isIdent(fun.X, "fault") || shownCalls[fun.Sel.Name]
	case *ast.Ident:
		return shownCalls[fun.Name]
	}

	return false
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func TestExtractorSeesConstantsInPipelines(t *testing.T) {
	t.Parallel()
	p := filepath.Join(t.TempDir(), "x.html")
	src := `{{define "a"}}{{if .X}}{{t "甲" "n" 1}}{{else}}{{template "f" (field . "n" "乙")}}{{end}}{{end}}`
	if err := os.WriteFile(p, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	f := found{}
	f.template(t, p)
	if len(f) != 2 || f["甲"] == "" || f["乙"] == "" {
		t.Errorf("found %v, want 甲 and 乙", f)
	}
	if _, err := ttemplate.New("").Funcs(ttemplate.FuncMap{"t": For, "field": For}).Parse(src); err != nil {
		t.Fatal(err)
	}
}
