//go:build juzhen_stoppoints

// Package stoppoint marks the instants of a send at which the fault tests do harm, and in this build does it: when the folder
// named by JUZHEN_STOPPOINTS holds a file with the name of the point, the process harms itself there. The file says how:
// "kill" or "stop", the latter until somebody sends SIGCONT, followed by how many times the point is passed before.
package stoppoint

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

var (
	mu     sync.Mutex
	passed = map[Point]int{}
)

// At says that delivery id has come to this point, notes it in the folder and does the harm that was ordered.
func At(p Point, id int64) {
	dir := os.Getenv("JUZHEN_STOPPOINTS")
	if dir == "" {
		return
	}
	mu.Lock()
	defer mu.Unlock()
	order, err := os.ReadFile(filepath.Join(dir, string(p)))
	if err != nil {
		return
	}
	how, after := "", 0
	if n, _ := fmt.Sscan(strings.TrimSpace(string(order)), &how, &after); n == 0 {
		return
	}
	if passed[p]++; passed[p] <= after {
		return
	}
	note(filepath.Join(dir, "reached"), p, id)
	switch how {
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "stop":
		_ = os.Remove(filepath.Join(dir, string(p))) // once
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	}
}

func note(file string, p Point, id int64) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = fmt.Fprintf(f, "%s %d\n", p, id)
}

// During says that the call of delivery id is under way, until the returned function is called: harm falls a moment after its
// beginning, when the request has been written and the sandbox delays its answer.
func During(id int64) (over func()) {
	t := time.AfterFunc(30*time.Millisecond, func() { At(DuringCall, id) })
	return func() { t.Stop() }
}
