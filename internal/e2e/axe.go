package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// Exception lets one rule pass for the elements whose path or markup holds Selector, for a reason that is written down.
type Exception struct{ Rule, Selector, Reason string }

// violation is what axe-core reports.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// axeScript reads axe-core from the npm packages; the module root is searched upwards.
var axeScript = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		raw, rerr := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
		if rerr == nil {
			return string(raw), nil
		}
		if up := filepath.Dir(dir); up != dir {
			dir = up
			continue
		}
		err = rerr
	}
	return "", err
})

// axeTags are the rules of WCAG 2.0, 2.1 and 2.2 at levels A and AA.
const axeTags = `["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]`

// Axe fails the test for each finding of axe-core on the page that no exception covers.
func (b *Tab) Axe(exceptions ...Exception) {
	b.t.Helper()
	b.axe(axeTags, exceptions)
}

// Contrast is Axe for the one rule that depends on the theme.
func (b *Tab) Contrast(exceptions ...Exception) {
	b.t.Helper()
	b.axe(`{type: "rule", values: ["color-contrast"]}`, exceptions)
}

func (b *Tab) axe(rules string, exceptions []Exception) {
	b.t.Helper()
	script, err := axeScript()
	if err != nil {
		b.t.Fatalf("axe-core is missing (npm ci --ignore-scripts): %v", err)
	}
	value(b, "load axe", chromedp.Evaluate[bool](`typeof axe === "object" || (`+"() => {"+script+"\n; return true})()"))
	raw := value(b, "run axe", chromedp.Evaluate[string](
		`axe.run(document, {runOnly: `+rules+`, resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	var found []violation
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatalf("axe: %v", err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			at := target(n.Target)
			if slices.ContainsFunc(exceptions, func(e Exception) bool { return e.Rule == v.ID && strings.Contains(at+n.HTML, e.Selector) }) {
				continue
			}
			b.t.Errorf("axe on %s: %s (%s): %s at %s\n\t%s\n\t%s", b.Path(), v.ID, v.Impact, v.Help, at, n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
		}
	}
}

func target(parts []any) string {
	raw, _ := json.Marshal(parts)
	return string(raw)
}
