package instant_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, beijing.Zone)

func TestBounds(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]bool{
		"0000-01-01T00:00:00+08:00": false,
		"0001-01-01T00:00:00Z":      false,
		"1970-01-01T00:00:00Z":      false,
		"2009-08-13T23:59:59+08:00": false,
		"2009-08-14T00:00:00+08:00": true,
		"2009-08-13T16:00:00Z":      true,
		"2026-11-29T12:00:00+08:00": true,
		"2031-11-29T12:00:00+08:00": true,
		"2031-11-29T12:00:01+08:00": false,
		"9999-12-31T23:59:59-14:00": false,
	} {
		at, err := instant.Parse(text, time.RFC3339)
		if err != nil {
			t.Fatal(err)
		}

		if got := instant.Within(at, now); got != want {
			t.Errorf("%s within: %v", text, got)
		}

		wrong := instant.Check("due", at, now)
		if (wrong == nil) != want {
			t.Errorf("%s: %v", text, wrong)
		}

		if wrong != nil &&
			(wrong.Field != "due" || wrong.Code != "out_of_range" || !fault.Is(wrong, fault.KindInvalid)) {
			t.Errorf("%s: %+v", text, wrong)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()

	at, ok := instant.Read("2026-11-29", now, "2006-01", time.DateOnly)
	if !ok || !at.Equal(time.Date(2026, 11, 28, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("%v, %v", at, ok)
	}

	for _, s := range []string{
		"", "x", "2026-13-01", "0000-01-01", "2009-08-13", "2036-01-01", "99999-01-01",
	} {
		if _, ok := instant.Read(s, now, time.DateOnly); ok {
			t.Errorf("%q was taken", s)
		}
	}
}

// readers are those who may read instants for themselves, with the reason.
var readers = []string{
	"instant/instant.go",     // the one place
	"weibo/decode.go",        // the platform's own form, bounded there
	"weibo/client.go",        // the Date header of an answer
	"console/admin/facts.go", // shows what the trail holds
	"proofread/people.go",    // a birthday within the number of a card, bounded there
	"reach/backfill.go",      // asks whether a day the platform gave is one
}

// TestInstantsAreReadInOnePlace finds files that read an instant by themselves: nothing would bound it.
func TestInstantsAreReadInOnePlace(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}

	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}

		name := filepath.ToSlash(strings.TrimPrefix(path, "../"))
		if strings.HasPrefix(name, "sandbox/") || strings.HasPrefix(name, "e2e/") ||
			strings.HasPrefix(name, "bench/") {
			return nil
		}

		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}

		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}

			if of, ok := call.X.(*ast.Ident); ok && of.Name == "time" &&
				strings.HasPrefix(call.Sel.Name, "Parse") &&
				call.Sel.Name != "ParseDuration" {
				found[name] = true
			}

			if of, ok := call.X.(*ast.Ident); ok && of.Name == "http" && call.Sel.Name == "ParseTime" {
				found[name] = true
			}

			return true
		})

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	for name := range found {
		if !slices.Contains(readers, name) {
			t.Errorf("%s reads instants by itself; use instant.Parse and instant.Check", name)
		}
	}

	for _, name := range readers {
		if !found[name] {
			t.Errorf("%s reads no instants any more", name)
		}
	}
}
