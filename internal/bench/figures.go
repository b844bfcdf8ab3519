package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/weibo"
)

var rulesOfBench = weibo.Rules{SafeDomains: []string{safeDomain}}

// FigureOptions say what `juzhen bench` measures.
type FigureOptions struct {
	Self     string   // this program: it is also the stub and the bare client
	Bin      string   // folder of the console to be measured
	Only     []string // names of figures; all when empty
	Rounds   int      // 5 when 0
	Accounts int      // 10,000 when 0
	Out      io.Writer
	Profile  string // folder for CPU profiles of the console during bursts; none when empty
}

// Figure is one thing measured: a function that measures one round and gives values by name.
type Figure struct {
	Name    string
	Title   string
	measure func(ctx context.Context, f *field) (values, error)
	wanted  map[string]want
}

// values of one round by name, in the unit of the name.
type values map[string]float64

// want is the bound a value should keep.
type want struct {
	most float64
	unit string
}

// Figures measures everything wanted, all figures in turn, round after round, and prints medians beside what is wanted.
func Figures(ctx context.Context, o FigureOptions) error {
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	if o.Accounts == 0 {
		o.Accounts = 10_000
	}
	s, err := newStage(ctx, o.Bin, o.Profile != "")
	if err != nil {
		return err
	}
	defer s.close()
	f, err := s.newField(ctx, o)
	if f != nil {
		defer f.close()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "%s · load %s · %d 账号 accounts · 间隔 gap 0 · %d 轮取中位数 rounds, median\n", machine(), load(), o.Accounts, o.Rounds)
	chosen := slices.DeleteFunc(allFigures(), func(g Figure) bool {
		return len(o.Only) > 0 && !slices.ContainsFunc(o.Only, func(part string) bool { return strings.Contains(g.Name, part) })
	})
	got, err := f.rounds(ctx, chosen, o.Rounds)
	if err != nil && f.console != nil && f.console.ended() {
		err = fmt.Errorf("%w; the console had ended:\n%s", err, f.console.tail())
	}
	printFigures(o.Out, chosen, got)
	return err
}

// rounds measures interleaved: each figure once, then all of them again.
func (f *field) rounds(ctx context.Context, chosen []Figure, n int) (map[string][]values, error) {
	got := map[string][]values{}
	for round := range n {
		for _, g := range chosen {
			v, err := g.measure(ctx, f)
			if err != nil {
				return got, fmt.Errorf("%s: %w", g.Name, err)
			}
			got[g.Name] = append(got[g.Name], v)
			fmt.Fprintf(f.log, "  %d/%d %s %s load %s\n", round+1, n, g.Name, v.text(), load())
		}
	}
	return got, nil
}

func (v values) names() []string {
	var names []string
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (v values) text() string {
	var b strings.Builder
	for _, name := range v.names() {
		fmt.Fprintf(&b, "%s=%.4g ", name, v[name])
	}
	return strings.TrimSpace(b.String())
}

func printFigures(out io.Writer, chosen []Figure, got map[string][]values) {
	fmt.Fprintf(out, "\n%-10s %-44s %12s %12s %12s %10s\n", "figure", "value", "median", "min", "max", "wanted")
	for _, g := range chosen {
		if len(got[g.Name]) == 0 {
			continue
		}
		for _, name := range got[g.Name][0].names() {
			var list []float64
			for _, v := range got[g.Name] {
				list = append(list, v[name])
			}
			slices.Sort(list)
			fmt.Fprintf(out, "%-10s %-44s %12.4g %12.4g %12.4g %10s\n", g.Name, name, list[len(list)/2], list[0], list[len(list)-1], g.verdict(name, list[len(list)/2]))
		}
	}
}

func (g Figure) verdict(name string, value float64) string {
	w, ok := g.wanted[name]
	switch {
	case !ok:
		return ""
	case value <= w.most:
		return fmt.Sprintf("✓ ≤ %g", w.most)
	}
	return fmt.Sprintf("✗ ≤ %g", w.most)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// machine tells what the figures were taken on.
func machine() string {
	model := "?"
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
			}
		}
	}
	return fmt.Sprintf("%s × %d", model, cores())
}

func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	one, _, _ := strings.Cut(string(data), " ")
	return one
}

// memory gives the resident and the proportional size of a process in MB.
func memory(pid int) (rss, pss float64, err error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(data)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "Rss: %f kB", &kb); n == 1 {
			rss = kb / 1024
		}
		if n, _ := fmt.Sscanf(line, "Pss: %f kB", &kb); n == 1 {
			pss = kb / 1024
		}
	}
	return rss, pss, nil
}

// awaitReady asks for readiness until the console answers.
func (c *console) awaitReady(limit time.Duration) (string, error) {
	end := time.Now().Add(limit)
	for time.Now().Before(end) && !c.ended() {
		res, err := http.Get("http://" + c.listen + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return "http://" + c.listen, nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return "", fmt.Errorf("the console does not get ready:\n%s", c.tail())
}
