package app

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// goFile is a file of the shipped Go code: no test.
type goFile struct {
	room string // the folder right below internal: org for internal/org/store.go
	path string // below internal: org/store.go
	tree *ast.File
	set  *token.FileSet
}

// at tells where a node stands.
func (s goFile) at(node ast.Node) string {
	return fmt.Sprintf("internal/%s:%d", s.path, s.set.Position(node.Pos()).Line)
}

// sources are all shipped files below internal.
func sources(t *testing.T) []goFile {
	t.Helper()
	all, err := readSources()
	if err != nil {
		t.Fatal(err)
	}

	return all
}

var readSources = sync.OnceValues(func() (all []goFile, err error) {
	set, root := token.NewFileSet(), ".."
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		tree, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		below := strings.TrimPrefix(filepath.ToSlash(path), "../")
		room, _, _ := strings.Cut(below, "/")
		all = append(all, goFile{room: room, path: below, tree: tree, set: set})

		return nil
	})

	return all, err
})
