package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// program is a child process whose words are kept in a file. It dies with us.
type program struct {
	name string
	log  string
	pid  int
	done chan struct{} // closed when it has ended

	mu    sync.Mutex
	lines []string
	heard chan struct{} // closed and renewed at each line
}

// startProgram runs a program with exactly the environment given.
func startProgram(name, log string, env []string, path string, args ...string) (*program, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &program{name: name, log: log, done: make(chan struct{}), heard: make(chan struct{})}
	cmd := exec.Command(path, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir()}, env...)
	cmd.Stdout, cmd.Stderr = w, w
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go p.live(cmd, started)
	err = <-started
	w.Close()
	go p.listen(r, file)

	return p, err
}

// live starts the child on a thread that lives as long as it does: the kernel sends Pdeathsig when that
// thread ends.
func (p *program) live(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	err := cmd.Start()
	if err == nil {
		p.pid = cmd.Process.Pid
	}
	started <- err
	if err == nil {
		_ = cmd.Wait()
	}
}

func (p *program) listen(r io.ReadCloser, f io.WriteCloser) {
	defer r.Close()
	defer f.Close()
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<20)

	for scan.Scan() {
		fmt.Fprintln(f, scan.Text())
		p.mu.Lock()
		p.lines = append(p.lines, scan.Text())
		close(p.heard)
		p.heard = make(chan struct{})
		p.mu.Unlock()
	}
}

// awaitLine waits for a line that holds the mark and gives it.
func (p *program) awaitLine(mark string, limit time.Duration) (string, error) {
	end := time.After(limit)

	for from := 0; ; {
		p.mu.Lock()
		next, fresh := p.heard, p.lines[from:]
		from = len(p.lines)
		p.mu.Unlock()

		for _, line := range fresh {
			if strings.Contains(line, mark) {
				return line, nil
			}
		}

		select {
		case <-next:
		case <-p.done:
			return "", fmt.Errorf("%s ended before it said %q:\n%s", p.name, mark, p.tail())
		case <-end:
			return "", fmt.Errorf("%s did not say %q within %s:\n%s", p.name, mark, limit, p.tail())
		}
	}
}

// said counts the lines that hold the mark.
func (p *program) said(mark string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, line := range p.lines {
		if strings.Contains(line, mark) {
			n++
		}
	}

	return n
}

// tail is the end of what it said.
func (p *program) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines[max(0, len(p.lines)-30):], "\n")
}

func (p *program) signal(sig syscall.Signal) { _ = syscall.Kill(p.pid, sig) }

func (p *program) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// awaitEnd waits for the process to end.
func (p *program) awaitEnd(limit time.Duration) error {
	select {
	case <-p.done:
		return nil
	case <-time.After(limit):
		return errors.New(p.name + " does not end")
	}
}

// stop asks it to end in order, and makes it after the grace.
func (p *program) stop(grace time.Duration) {
	if p.ended() {
		return
	}
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	if p.awaitEnd(grace) != nil {
		p.kill()
	}
}

func (p *program) kill() {
	if !p.ended() {
		p.signal(syscall.SIGKILL)
		_ = p.awaitEnd(5 * time.Second)
	}
}
