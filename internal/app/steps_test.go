package app

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// stepRooms are the rooms that talk to the database, the platform or files.
var stepRooms = []string{
	"replay",
	"audit",
	"org",
	"todo",
	"identity",
	"account",
	"media",
	"review",
	"post",
	"delivery",
	"dispatch",
	"reach",
	"queue",
	"blob",
}

// TestFailuresSayTheirStep fails on an exported function of these rooms that takes a context, may fail
// and does not begin with a fault.Step of its own name; so the path in a line of the log is whole and
// can be searched for.
func TestFailuresSayTheirStep(t *testing.T) {
	t.Parallel()

	for _, file := range sources(t) {
		if !slices.Contains(stepRooms, file.room) {
			continue
		}

		for _, decl := range file.tree.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil || !fn.Name.IsExported() || !takesContext(fn) || !mayFail(fn) {
				continue
			}

			want := stepName(file.tree.Name.Name, fn)
			if want == "queue.guard.Work" { // around a worker that says its own
				continue
			}
			if got := stepOf(fn); got != want && !strings.HasPrefix(got, want+" ") {
				t.Errorf("%s: begins with the step %q, want %q", file.at(fn), got, want)
			}
		}
	}
}

// stepName is package.Func, with the receiver between them where it is not exported.
func stepName(room string, fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return room + "." + fn.Name.Name
	}
	receiver := fn.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	if name, ok := receiver.(*ast.Ident); ok && !name.IsExported() {
		return room + "." + name.Name + "." + fn.Name.Name
	}

	return room + "." + fn.Name.Name
}

// stepOf is the format of the fault.Step a function begins with; empty when there is none.
func stepOf(fn *ast.FuncDecl) string {
	if len(fn.Body.List) == 0 {
		return ""
	}
	deferred, ok := fn.Body.List[0].(*ast.DeferStmt)
	if !ok || len(deferred.Call.Args) < 2 {
		return ""
	}
	called, isSelector := deferred.Call.Fun.(*ast.SelectorExpr)
	format, isLiteral := deferred.Call.Args[1].(*ast.BasicLit)
	if !isSelector || called.Sel.Name != "Step" || !isLiteral || format.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(format.Value)

	return text
}

func takesContext(fn *ast.FuncDecl) bool {
	if len(fn.Type.Params.List) == 0 {
		return false
	}
	first, ok := fn.Type.Params.List[0].Type.(*ast.SelectorExpr)

	return ok && first.Sel.Name == "Context"
}

func mayFail(fn *ast.FuncDecl) bool {
	if fn.Type.Results == nil {
		return false
	}
	results := fn.Type.Results.List
	last, ok := results[len(results)-1].Type.(*ast.Ident)

	return ok && last.Name == "error"
}
