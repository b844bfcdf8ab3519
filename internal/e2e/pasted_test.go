package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// TestWhatOfficeProgramsLeaveIsCleaned runs the page's rule in Node on what people paste.
func TestWhatOfficeProgramsLeaveIsCleaned(t *testing.T) {
	t.Parallel()
	built := api.Build(api.BuildOptions{
		EntryPoints: []string{"../../static/src/ts/pasted.ts"},
		Bundle:      true,
		Format:      api.FormatIIFE,
		GlobalName:  "rule",
	})
	if len(built.Errors) > 0 {
		t.Fatalf("build: %v", built.Errors)
	}
	script := string(built.OutputFiles[0].Contents) + `
const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", heart = "\u2764\ufe0f\u200d\u{1f525}", dark = "\u{1f44d}\u{1f3fd}";
const cases = [
  ["plain words", "空气质量良", "空气质量良", 0, 0, 0],
  ["one empty line between paragraphs stays", "一\n\n二", "一\n\n二", 0, 0, 0],
  ["many do not", "一\n\n\n\n二", "一\n\n二", 0, 0, 2],
  ["nor at the ends", "\n\n一\n二\n\n", "一\n二", 0, 0, 4],
  ["indents of Word", "　　一段\n　　二段", "一段\n二段", 0, 2, 0],
  ["a line break inside a paragraph", "一\v二\r\n三", "一\n二\n三", 0, 0, 0],
  ["hard blanks and tabs", "PM2.5\u00a0浓度\t35", "PM2.5 浓度 35", 0, 2, 0],
  ["zero width", "环\u200b境\ufeff保\u2060护\u00ad", "环境保护", 4, 0, 0],
  ["direction marks", "AQI \u202e052\u202c", "AQI 052", 2, 0, 0],
  ["a bullet of Wingdings", "\uf0b7\t第一", "• 第一", 0, 0, 0],
  ["joined emoji stay whole", family + heart + dark, family + heart + dark, 0, 0, 0],
  ["a joiner without emoji", "a\u200db", "ab", 1, 0, 0],
  ["a piece of a line keeps its blanks", " beside ", " beside ", 0, 0, 0],
  ["blanks in a row", "一  二", "一 二", 0, 1, 0],
  ["nothing but unseen", "\u200b\u200b", "", 2, 0, 0],
];
for (const [name, raw, text, unseen, blanks, lines] of cases) {
  const got = rule.cleaned(raw);
  const want = { text, unseen, blanks, lines };
  if (["text", "unseen", "blanks", "lines"].some((k) => got[k] !== want[k])) {
    console.log(name + ": " + JSON.stringify(got) + ", want " + JSON.stringify(want));
  }
  if (rule.cleaned(got.text).text !== got.text && raw.includes("\n")) console.log(name + ": not clean after cleaning");
}
console.log("checked " + cases.length);`
	run := exec.Command("node", "-")
	run.Stdin = strings.NewReader(script)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); len(lines) != 1 {
		t.Errorf("%s", out)
	}
}
