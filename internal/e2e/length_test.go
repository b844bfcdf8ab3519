package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// TestBrowserCountsAsTheServerDoes runs the page's length rule in Node on the cases that the server's
// rule is tested with.
func TestBrowserCountsAsTheServerDoes(t *testing.T) {
	t.Parallel()
	built := api.Build(api.BuildOptions{
		EntryPoints: []string{"../../static/src/ts/length.ts"},
		Bundle:      true,
		Format:      api.FormatIIFE,
		GlobalName:  "rule",
	})
	if len(built.Errors) > 0 {
		t.Fatalf("build: %v", built.Errors)
	}
	cases, err := os.ReadFile("../weibo/testdata/length.json")
	if err != nil {
		t.Fatal(err)
	}
	script := string(built.OutputFiles[0].Contents) + "\nconst cases = " + string(cases) + `;
for (const c of cases) {
  const got = rule.weiboLength(c.text);
  if (got !== c.length) console.log(c.name + ": " + got + ", want " + c.length);
}
console.log("checked " + cases.length);`
	run := exec.Command("node", "-")
	run.Stdin = strings.NewReader(script)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 1 || lines[0] == "checked 0" {
		t.Errorf("browser and server differ:\n%s", out)
	}
}
