package app

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// TestOnlyBeijingKnowsTheZone fails where the shipped code names or makes a zone of its own, in Go or in SQL.
// The imitation Weibo stands alone, and tests may speak of foreign zones.
func TestOnlyBeijingKnowsTheZone(t *testing.T) {
	t.Parallel()

	for _, file := range sources(t) {
		if file.room == "beijing" || file.room == "sandbox" {
			continue
		}
		ast.Inspect(file.tree, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BasicLit:
				if node.Kind == token.STRING && strings.Contains(node.Value, "Asia/Shanghai") {
					t.Errorf("%s names the zone", file.at(node))
				}
			case *ast.SelectorExpr:
				if name := node.Sel.Name; name == "FixedZone" || name == "LoadLocation" {
					t.Errorf("%s makes a zone", file.at(node))
				}
			}

			return true
		})
	}
}
