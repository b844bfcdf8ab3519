package api_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedClientPostsApprovesAndReadsReach has a foreign generator, pinned by
// testdata/client/go.mod, make a Go client of the OpenAPI file, and a program that knows nothing else
// do the work. The 3.0.3 form is used: the generator reads no 3.1.
func TestGeneratedClientPostsApprovesAndReadsReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := httptest.NewServer(w.kit.Handler())
	defer server.Close()

	dir := t.TempDir()

	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		data, err := os.ReadFile(filepath.Join("testdata", "client", name))
		w.must(err)
		w.must(os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	w.must(os.Mkdir(filepath.Join(dir, "juzhen"), 0o700))
	w.must(
		os.WriteFile(
			filepath.Join(dir, "openapi.json"),
			fetch(t, w.kit, "/api/v1/openapi-3.0.json", ""),
			0o600,
		),
	)
	run := func(name string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(
			os.Environ(),
			"CGO_ENABLED=0",
		) // as everything else is built, so that little is built anew
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}

		return string(out)
	}
	run(
		"go",
		"tool",
		"oapi-codegen",
		"-generate",
		"types,client",
		"-package",
		"juzhen",
		"-o",
		"juzhen/client.go",
		"openapi.json",
	)
	if out := run(
		"go",
		"run",
		".",
		server.URL,
		password,
	); !strings.Contains(
		out,
		"approved, reach of 3 accounts",
	) {
		t.Errorf("client said %q", out)
	}
}
