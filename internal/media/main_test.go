package media

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain has pictures decoded by the program as it is installed, and not by this binary: with the race
// detector in it the largest picture takes minutes. Of what one process decodes by itself there is nothing
// to race with.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if slower == 1 {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "juzhen-pictures-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)

	program := filepath.Join(dir, "juzhen")
	build := exec.Command("go", "build", "-trimpath", "-o", program, "juzhen/cmd/juzhen")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if words, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, words)
		return 1
	}
	childProgram = program

	return m.Run()
}
