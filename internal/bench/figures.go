package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
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
	Ahead    int      // so many due at one instant are marked ahead of it; 0: never
	Out      io.Writer
	Profile  string // folder for CPU profiles of the console during bursts; none when empty
}

// Figure is one thing measured: a function that measures one round and gives values by name.
type Figure struct {
	Name    string
	Title   string
	measure func(ctx context.Context, f *field) (values, error)
	wanted  []want
}

// values of one round by name, in the unit of the name.
type values map[string]float64

// want is the bound that a value of a figure should keep.
type want struct {
	key      string
	baseline string  // name of the value it is compared with, from the same round; "": it stands by itself
	most     float64 // of the value, or of its ratio to the baseline
	every    bool    // in every round; else in the median of the rounds
}

// Figures measures everything wanted, all figures in turn, round after round, and prints medians beside
// what is wanted.
func Figures(ctx context.Context, figureOptions FigureOptions) error {
	if figureOptions.Rounds == 0 {
		figureOptions.Rounds = 5
	}
	if figureOptions.Accounts == 0 {
		figureOptions.Accounts = 10_000
	}
	stage, err := newStage(ctx, figureOptions.Bin, figureOptions.Profile != "")
	if err != nil {
		return err
	}
	defer stage.close()
	field, err := stage.newField(ctx, figureOptions)
	if field != nil {
		defer field.close()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(
		figureOptions.Out,
		"%s · load %s · %d 账号 accounts · 间隔 gap 0 · %d 轮取中位数 rounds, median\n",
		machine(),
		load(),
		figureOptions.Accounts,
		figureOptions.Rounds,
	)
	chosen := slices.DeleteFunc(allFigures(), func(figure Figure) bool {
		return len(figureOptions.Only) > 0 &&
			!slices.ContainsFunc(
				figureOptions.Only,
				func(part string) bool { return strings.Contains(figure.Name, part) },
			)
	})
	got, failed := field.rounds(ctx, chosen, figureOptions.Rounds)
	printFigures(figureOptions.Out, chosen, got)
	missed := printVerdicts(figureOptions.Out, chosen, got, failed)

	return errors.Join(failed.all(), missed)
}

// failures are what could not be measured, by the name of the figure.
type failures map[string]error

func (f failures) all() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(f)) {
		errs = append(errs, fmt.Errorf("%s could not be measured: %w", name, f[name]))
	}

	return errors.Join(errs...)
}

// rounds measures interleaved: each figure once, then all of them again. One that fails is told and not
// tried again; the others go on.
func (f *field) rounds(ctx context.Context, chosen []Figure, n int) (map[string][]values, failures) {
	got, failed := map[string][]values{}, failures{}

	for round := range n {
		for _, figure := range chosen {
			if failed[figure.Name] != nil || ctx.Err() != nil {
				continue
			}
			v, err := figure.measure(ctx, f)
			if err != nil {
				failed[figure.Name] = f.afterFailure(ctx, err)
				fmt.Fprintf(
					f.log,
					"  %d/%d %s failed, load %s: %v\n",
					round+1,
					n,
					figure.Name,
					load(),
					failed[figure.Name],
				)

				continue
			}
			got[figure.Name] = append(got[figure.Name], v)
			fmt.Fprintf(f.log, "  %d/%d %s %s load %s\n", round+1, n, figure.Name, v.text(), load())
		}
	}
	if ctx.Err() != nil {
		failed["bench"] = context.Cause(ctx)
	}

	return got, failed
}

// afterFailure leaves nothing of a figure that failed to the next one, and says more of why it did.
func (f *field) afterFailure(ctx context.Context, why error) error {
	if f.console != nil && f.console.ended() {
		why = fmt.Errorf("%w; the console had ended:\n%s", why, f.console.tail())
	}
	if f.console != nil {
		f.console.stop(slack(15 * second))
		f.console = nil // the next figure that needs one starts its own
	}
	if f.db == nil {
		return why
	}
	if _, err := f.db.Pool().Exec(ctx, cancelSQL); err != nil {
		return fmt.Errorf("%w; and nothing could be cleared away: %w", why, err)
	}

	return why
}

// cancelSQL takes what is not settled out of the way of the next figure.
const cancelSQL = "UPDATE deliveries SET state = 'cancelled' WHERE NOT settled"

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
