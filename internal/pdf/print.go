package pdf

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// policy keeps a page from running scripts and from loading anything. (Chromium prints nothing when scripts
// are switched off as a whole.)
const policy = `<meta http-equiv="Content-Security-Policy" ` +
	`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`

// print has Chromium print a page that stands alone. It runs in a folder of its own that goes with it,
// without scripts and without a way to any network, and ends with its whole group of processes when the
// time is over or the caller left.
func (m *Maker) print(ctx context.Context, page []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "juzhen-pdf-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)

	page = bytes.Replace(page, []byte("<head>"), []byte("<head>"+policy), 1)
	from, to := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(from, page, 0o600); err != nil {
		return nil, err
	}

	ctx, stop := context.WithTimeout(ctx, printTime)
	defer stop()

	program := exec.CommandContext(ctx, m.chromium, arguments(dir, from, to)...)
	program.Dir = dir
	program.Env = []string{
		"HOME=" + dir,
		"TMPDIR=" + dir,
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=C.UTF-8",
	}
	program.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	program.Cancel = func() error { return syscall.Kill(-program.Process.Pid, syscall.SIGKILL) }
	program.WaitDelay = time.Second

	if err := program.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w", m.chromium, err)
	}

	file, err := readFile(to)
	if err != nil {
		return nil, err
	}

	return file, looksWhole(file)
}

// arguments of Chromium. As root it refuses to start with its sandbox; the page is our own, escaped, and
// runs no script.
func arguments(dir, from, to string) []string {
	list := []string{
		"--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
		"--disable-extensions", "--disable-component-update", "--disable-background-networking",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", // the port that discards
		"--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--print-to-pdf=" + to,
	}
	if os.Geteuid() == 0 {
		list = append(list, "--no-sandbox")
	}

	return append(list, "file://"+from)
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()

	raw, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(raw) > maxFile {
		err = errLong
	}

	return raw, err
}
