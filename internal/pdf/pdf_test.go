package pdf

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"juzhen/internal/fault"
)

func maker(t *testing.T, chromium, font string) *Maker {
	t.Helper()

	made := New(chromium, font, slog.New(slog.DiscardHandler))
	if !made.Ready() {
		t.Fatal("needs chromium and fonts-droid-fallback: .ci/ensure chromium pdffont")
	}

	return made
}

// says is the text that a reader of the file can select, without blanks, and its pages.
func says(t *testing.T, file []byte) (text string, pages int) {
	t.Helper()

	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}

	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (.ci/ensure pdftext): %v", err)
	}

	info, err := exec.Command("pdfinfo", path).Output()
	if err != nil {
		t.Fatal(err)
	}

	for line := range strings.Lines(string(info)) {
		if n, ok := strings.CutPrefix(line, "Pages:"); ok {
			pages, _ = strconv.Atoi(strings.TrimSpace(n))
		}
	}

	return strings.Join(strings.Fields(string(out)), ""), pages
}

var form = Document{
	Title: "信息发布审核表",
	Made:  time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC),
	Parts: []Part{
		{Heading: "稿件", Facts: []Fact{{"编号", "第 12 号，第 2 版"}, {"作者", "值班宣传专员"}}},
		{Heading: "发布内容", Text: []string{"今天空气质量优，\n请勿焚烧秸秆。"}},
		{Heading: "审核流程", Table: Table{
			Head:   []string{"步骤", "审核人", "意见"},
			Widths: []float64{1, 1, 2},
			Rows:   [][]string{{"1. 初审", "科室审核员", strings.Repeat("数字已核对，", 12)}, {"2. 终审", "值班主管", "同意"}},
		}},
	},
}

const page = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>审核表</title>
<style>@page { size: A4 }</style></head><h1>信息发布审核表</h1><p>今天空气质量优，请勿焚烧秸秆。</p>
<script>document.body.textContent = "script ran"</script></html>`

// TestBothWaysSayTheSame: the file has text that can be selected, whichever way it was made.
func TestBothWaysSayTheSame(t *testing.T) {
	t.Parallel()

	for name, made := range map[string]*Maker{
		"printed": maker(t, "", Off),
		"set":     maker(t, Off, ""),
	} {
		file, err := made.Make(t.Context(), []byte(page), form)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}

		text, pages := says(t, file)
		for _, want := range []string{"信息发布审核表", "今天空气质量优，", "请勿焚烧秸秆。"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in %q", name, want, text)
			}
		}

		if pages != 1 || strings.Contains(text, "scriptran") {
			t.Errorf("%s: %d pages, %q", name, pages, text)
		}
	}
}

// TestASetDocumentHoldsEverything: facts, rows, long cells and texts over many pages, each page numbered.
func TestASetDocumentHoldsEverything(t *testing.T) {
	t.Parallel()

	long := form
	long.Parts = append([]Part{}, form.Parts...)

	var words []string
	for n := range 900 {
		words = append(words, "第"+strconv.Itoa(n)+"句。")
	}

	long.Parts = append(long.Parts,
		Part{Heading: "一段很长的话", Text: []string{strings.Join(words, "")}},
		Part{Heading: "一个很长的格", Table: Table{
			Head: []string{
				"甲",
				"乙",
			},
			Widths: []float64{1, 9},
			Rows:   [][]string{{"长", strings.Join(words, "")}},
		}},
		Part{Heading: "字体没有的字", Text: []string{"雾😷霾", "“引号”—…μg/m³·1%"}},
	)

	file, err := maker(t, Off, "").Make(t.Context(), nil, long)
	if err != nil {
		t.Fatal(err)
	}

	text, pages := says(t, file)
	for _, want := range []string{
		"第12号，第2版", "值班宣传专员", "1.初审", "值班主管", "第0句。", "第899句。", "雾〓霾", "“引号”—…μg/m³·1%",
		"—1—", "—" + strconv.Itoa(pages) + "—",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}

	if n := strings.Count(text, "第899句。"); n != 2 {
		t.Errorf("the last sentence stands %d times, want in the text and in the cell", n)
	}

	if pages < 4 {
		t.Errorf("%d pages", pages)
	}
}

// TestWhatCannotBeMadeIsTold: no program, a program that fails or hangs, a document without an end, one
// who left, one who comes while another is served.
func TestWhatCannotBeMadeIsTold(t *testing.T) {
	t.Parallel()

	none := New(Off, Off, slog.New(slog.DiscardHandler))
	if _, err := none.Make(
		t.Context(),
		[]byte(page),
		form,
	); none.Ready() ||
		!fault.Is(err, fault.KindUnavailable) {
		t.Errorf("nothing installed: %v", err)
	}

	broken := filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(
		broken,
		[]byte("#!/bin/sh\nexit 3\n"),
		0o700,
	); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}

	if _, err := maker(t, broken, Off).Make(t.Context(), []byte(page), form); err == nil {
		t.Error("a Chromium that fails gave a file")
	}

	file, err := maker(t, broken, "").Make(t.Context(), []byte(page), form)
	if err != nil || looksWhole(file) != nil {
		t.Errorf("a Chromium that fails beside a font: %v", err)
	}

	endless := Document{Title: "长", Parts: []Part{{Text: []string{strings.Repeat("长\n", 60*maxPages)}}}}
	if _, err := maker(t, Off, "").Make(t.Context(), nil, endless); !errors.Is(err, errLong) {
		t.Errorf("without an end: %v", err)
	}

	left, leave := context.WithCancel(t.Context())
	leave()

	busy := maker(t, Off, "")
	busy.turn <- struct{}{}

	if _, err := busy.Make(left, nil, form); !errors.Is(err, errBusy) {
		t.Errorf("while another is served: %v", err)
	}
}

// TestAHangingProgramEndsWithItsGroup: the children of a Chromium do not outlive the request.
func TestAHangingProgramEndsWithItsGroup(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	alive := filepath.Join(dir, "alive")
	hanging := filepath.Join(dir, "chromium")
	// the child holds a pipe open for as long as it lives
	script := "#!/bin/sh\n(exec 9>" + alive + "; sleep 600) &\nwait\n"
	if err := exec.Command("mkfifo", alive).Run(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hanging, []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}

	ctx, leave := context.WithCancel(t.Context())
	done := make(chan error, 1)

	go func() {
		_, err := maker(t, hanging, Off).Make(ctx, []byte(page), form)
		done <- err
	}()

	pipe, err := os.Open(alive) // opens when the child has its end
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()

	leave()

	if err := <-done; err == nil {
		t.Error("a file of a program that hung")
	}

	if _, err := pipe.Read(make([]byte, 1)); err == nil { // ends when nobody holds the other end
		t.Error("the child wrote something")
	}
}
