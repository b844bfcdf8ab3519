//go:build juzhen_stoppoints

// Package stoppoint marks the instants of a send at which the fault tests do harm, and in this build
// does it: when the folder named by STOPPOINTS (which is no setting of the console) holds a file with
// the name of the point, the process harms itself there. The file says how: "kill" or "stop", the
// latter until somebody sends SIGCONT, followed by how many times the point is passed before.
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

// At says that delivery id has come to this point, notes point, id and instant (µs) in the folder and
// does the harm that was ordered. id is 0 where the point does not know it.
func At(p Point, id int64) {
	dir := os.Getenv("STOPPOINTS")
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
		time.Sleep(stopping) // another thread may take the signal: nobody passes a point until it has worked
	}
}

// stopping is far longer than the kernel takes to stop all threads.
const stopping = 50 * time.Millisecond

func note(file string, p Point, id int64) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = fmt.Fprintf(f, "%s %d %d\n", p, id, time.Now().UnixMicro())
}

// skewEvery is how often the file that turns the clock is read.
const skewEvery = 50 * time.Millisecond

var skew struct {
	sync.Mutex
	read time.Time
	by   time.Duration
}

// Now is the wall clock, turned by the duration that the file "clock" in the folder holds.
func Now() time.Time {
	now := time.Now()
	dir := os.Getenv("STOPPOINTS")
	if dir == "" {
		return now
	}
	skew.Lock()
	defer skew.Unlock()
	if now.Sub(skew.read) > skewEvery {
		skew.read, skew.by = now, 0
		if text, err := os.ReadFile(filepath.Join(dir, "clock")); err == nil {
			skew.by, _ = time.ParseDuration(strings.TrimSpace(string(text)))
		}
	}
	return now.Add(skew.by)
}

// During says that the call of delivery id is under way, until the returned function is called: harm
// falls a moment after its beginning, when the request has been written and the sandbox delays its
// answer.
func During(id int64) (over func()) {
	t := time.AfterFunc(100*time.Millisecond, func() { At(DuringCall, id) })
	return func() { t.Stop() }
}
