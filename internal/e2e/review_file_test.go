package e2e

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"juzhen/internal/e2e/world"
	"juzhen/internal/pdf"
)

// TestTheReviewFormIsAFile: printed by Chromium, and set by the program where there is none, the file says
// what the page says, and its text can be selected. Not beside the other browsers of this package: a
// Chromium that has to share two cores with eight may take longer to start than a person is let wait.
func TestTheReviewFormIsAFile(t *testing.T) {
	for name, environ := range map[string]string{
		"Chromium": "JUZHEN_PDF_FONT=" + pdf.Off,
		"font":     "JUZHEN_CHROMIUM=" + pdf.Off,
	} {
		t.Run(name, func(t *testing.T) {
			w := world.New(t, func(setup *world.Setup) { setup.Environ = append(setup.Environ, environ) })
			stored := w.Approve("今天空气质量优，\n请勿焚烧秸秆。", world.In(3*time.Hour), "环保北京", "京环之声")

			reviewer, _ := w.Actor("shenhe")
			standing, _, err := w.Reviews.Standing(t.Context(), reviewer, stored.ID)
			if err != nil {
				t.Fatal(err)
			}

			kind, file := fetched(t, w, fmt.Sprintf("/posts/%d/review-form.pdf", stored.ID))
			if kind != "application/pdf" {
				t.Fatalf("%s: %.300s", kind, file)
			}

			said := selectable(t, file)
			for _, want := range []string{
				"信息发布审核表", "今天空气质量优，", "请勿焚烧秸秆。", "@京环之声", "值班宣传专员",
				hex.EncodeToString(standing.Run.Hash), "批准", "提交时没有发现问题",
			} {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in %s", want, said)
				}
			}
		})
	}
}

// TestNoFileIsOfferedWhereNoneCanBeMade: the page prints as before, and the address says why.
func TestNoFileIsOfferedWhereNoneCanBeMade(t *testing.T) {
	t.Parallel()
	w := world.New(t, func(setup *world.Setup) {
		setup.Environ = append(setup.Environ, "JUZHEN_PDF_FONT="+pdf.Off, "JUZHEN_CHROMIUM="+pdf.Off)
	})
	form := fmt.Sprintf("/posts/%d/review-form", w.Submit("今天空气质量优", nil, "环保北京").ID)

	if _, page := fetched(
		t,
		w,
		form,
	); strings.Contains(page, ".pdf") ||
		!strings.Contains(page, "data-print") {
		t.Error("the page offers a file, or cannot be printed")
	}

	if kind, page := fetched(t, w, form+".pdf"); strings.Contains(kind, "pdf") ||
		!strings.Contains(page, "请用浏览器打印") {
		t.Errorf("%s: %.300s", kind, page)
	}
}

// fetched is what a reviewer gets at an address.
func fetched(t *testing.T, w *world.World, path string) (kind, body string) {
	t.Helper()

	_, token := w.Actor("shenhe")

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}

	r.AddCookie(&http.Cookie{Name: w.Kit().SessionCookie(), Value: token})

	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()

	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}

	return answer.Header.Get("Content-Type"), string(raw)
}

// selectable is the text of a PDF file, without blanks.
func selectable(t *testing.T, file string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}

	out, err := exec.CommandContext(context.Background(), "pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (.ci/ensure pdftext): %v", err)
	}

	return strings.Join(strings.Fields(string(out)), "")
}
