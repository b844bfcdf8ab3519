package app_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// readable is how the Go code of the program is set, its tests left out. docs/architecture.md has the
// figures and those of others.
type readable struct {
	tokens, lines, wide   int // lines that hold something, and those of more than wideFrom columns
	blank, inside         int // lines within functions
	names, letters        int // of locals that := declares
	exported, documented  int
	packages, biggest     int // Go packages, and the lines of the largest one
	testLines, plainLines int
}

const wideFrom = 120 // columns; a tab counts for four

// TestTheCodeStaysReadable keeps the figures of docs/architecture.md from slipping back, by some margin.
func TestTheCodeStaysReadable(t *testing.T) {
	t.Parallel()
	got := read(t, "../..")

	per := func(part, of int) float64 { return float64(part) / float64(of) }
	for _, c := range []struct {
		what        string
		value       float64
		least, most float64
	}{
		{"tokens a line", per(got.tokens, got.lines), 4, 6.6},
		{"blank lines inside functions, of a hundred", 100 * per(got.blank, got.inside), 6, 15},
		{"wide lines, of a hundred", 100 * per(got.wide, got.lines), 0, 0.2},
		{"letters of a local's name", per(got.letters, got.names), 3.8, 8},
		{"documented, of a hundred exported", 100 * per(got.documented, got.exported), 96, 100},
		{"lines of the largest package", float64(got.biggest), 0, 9300},
		{"lines of tests for one of code", per(got.testLines, got.plainLines), 0.5, 2},
	} {
		t.Logf("%s: %.2f", c.what, c.value)
		if c.value < c.least || c.value > c.most {
			t.Errorf("%s: %.2f, want %v to %v", c.what, c.value, c.least, c.most)
		}
	}
	t.Logf("packages: %d, exported names of each: %.1f", got.packages, per(got.exported, got.packages))
}

// read measures every Go file below a folder that belongs to the program.
func read(t *testing.T, root string) (sum readable) {
	t.Helper()
	sizes := map[string]int{}

	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "testdata" || name == ".git" || name == "bin"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}

		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := bytes.Count(src, []byte("\n"))
		if strings.HasSuffix(path, "_test.go") {
			sum.testLines += lines
			return nil
		}
		sum.plainLines += lines
		sizes[filepath.Dir(path)] += lines

		return sum.file(path, src)
	})
	if err != nil {
		t.Fatal(err)
	}

	sum.packages = len(sizes)
	for _, size := range sizes {
		sum.biggest = max(sum.biggest, size)
	}

	return sum
}

func (sum *readable) file(path string, src []byte) error {
	for line := range bytes.Lines(src) {
		line = bytes.TrimRight(line, "\n")
		if len(bytes.TrimSpace(line)) > 0 {
			sum.lines++
		}
		if utf8.RuneCount(bytes.ReplaceAll(line, []byte("\t"), []byte("    "))) > wideFrom {
			sum.wide++
		}
	}
	sum.scan(src)

	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments)
	if err != nil {
		return err
	}
	text := bytes.Split(src, []byte("\n"))

	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			sum.declared(decl)
		case *ast.FuncDecl:
			sum.export(decl.Name, decl.Doc)
			if decl.Body != nil {
				first, last := fset.Position(decl.Body.Pos()).Line, fset.Position(decl.Body.End()).Line
				sum.body(decl.Body, text[first:max(first, last-1)])
			}
		}
	}

	return nil
}

// scan counts the tokens; the semicolons that the scanner itself adds are none.
func (sum *readable) scan(src []byte) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)

	for {
		_, tok, literal := s.Scan()
		if tok == token.EOF {
			return
		}
		if tok != token.SEMICOLON || literal != "\n" {
			sum.tokens++
		}
	}
}

// declared counts the types of a declaration; a constant is explained by its group.
func (sum *readable) declared(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		if named, ok := spec.(*ast.TypeSpec); ok {
			doc := named.Doc
			if doc == nil {
				doc = decl.Doc
			}
			sum.export(named.Name, doc)
		}
	}
}

func (sum *readable) export(name *ast.Ident, doc *ast.CommentGroup) {
	if !name.IsExported() {
		return
	}
	sum.exported++
	if doc != nil {
		sum.documented++
	}
}

func (sum *readable) body(body *ast.BlockStmt, lines [][]byte) {
	for _, line := range lines {
		sum.inside++
		if len(bytes.TrimSpace(line)) == 0 {
			sum.blank++
		}
	}

	ast.Inspect(body, func(node ast.Node) bool {
		assign, ok := node.(*ast.AssignStmt)
		if !ok || assign.Tok != token.DEFINE {
			return true
		}

		for _, left := range assign.Lhs {
			if name, ok := left.(*ast.Ident); ok && name.Name != "_" && name.Name != "err" {
				sum.names++
				sum.letters += len(name.Name)
			}
		}

		return true
	})
}
