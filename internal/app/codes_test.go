package app

import (
	"go/ast"
	"go/token"
	"strconv"
	"testing"

	"juzhen/internal/weibo"
)

// TestOnlyWeiboKnowsItsCodes fails where a number of the platform's table of error codes is written in
// shipped code outside of the connector: ask weibo what the answer means. The imitation Weibo stands
// alone, and bench sets faults there by their number.
func TestOnlyWeiboKnowsItsCodes(t *testing.T) {
	t.Parallel()

	for _, file := range sources(t) {
		if file.room == "weibo" || file.room == "sandbox" || file.room == "bench" {
			continue
		}
		ast.Inspect(file.tree, func(node ast.Node) bool {
			number, ok := node.(*ast.BasicLit)
			if !ok || number.Kind != token.INT {
				return true
			}
			value, err := strconv.Atoi(number.Value)
			if _, known := weibo.Lookup(value); err == nil && known {
				t.Errorf("%s writes the code %d of Weibo", file.at(number), value)
			}

			return true
		})
	}
}
