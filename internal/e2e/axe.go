package e2e

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

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

// Axe fails the test for each finding of axe-core on the page. There are no exceptions.
func (b *Tab) Axe() {
	b.t.Helper()
	b.axe(axeTags)
}

// Contrast is Axe for the one rule that depends on the theme.
func (b *Tab) Contrast() {
	b.t.Helper()
	b.axe(`{type: "rule", values: ["color-contrast"]}`)
}

func (b *Tab) axe(rules string) {
	b.t.Helper()
	b.loadAxe()
	raw := value(b, "run axe", chromedp.Evaluate[string](
		`axe.run(document, {runOnly: `+rules+`, resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`,
		chromedp.EvalAwaitPromise,
	))
	var found []violation
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		b.t.Fatalf("axe: %v", err)
	}

	for _, v := range found {
		for _, n := range v.Nodes {
			b.t.Errorf(
				"axe on %s: %s (%s): %s at %s\n\t%s\n\t%s",
				b.Path(),
				v.ID,
				v.Impact,
				v.Help,
				target(n.Target),
				n.HTML,
				strings.ReplaceAll(n.Summary, "\n", " "),
			)
		}
	}
}

// loadAxe brings axe-core into the page that is open, and from then on into each page that this window opens.
// It is half a megabyte: sent anew for each look it takes longer than the look.
func (b *Tab) loadAxe() {
	b.t.Helper()
	if value(b, "look for axe", chromedp.Evaluate[bool](`typeof axe === "object"`)) {
		return
	}
	script, err := axeScript()
	if err != nil {
		b.t.Fatalf("axe-core is missing (npm ci --ignore-scripts): %v", err)
	}
	if !b.axeFollows {
		b.axeFollows = true
		value(b, "have axe follow", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument,
				page.AddScriptToEvaluateOnNewDocumentParams{Source: script})

			return err
		}))
	}
	value(b, "load axe", chromedp.Evaluate[bool]("(() => {"+script+"\n; return true})()"))
}

func target(parts []any) string {
	raw, _ := json.Marshal(parts)
	return string(raw)
}
