package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Scenario is one harm with what is expected of it.
type Scenario struct {
	Name        string // for --only
	Harm        string // Chinese, for the table
	Connector   string // commercial unless set
	Full, Small int    // deliveries
	MayNone     bool   // some may stay out, for a reason that is told
	MayPerson   bool   // some may end in front of a person
	OwnPostgres bool
	Ahead       bool          // crowds are marked ahead of their instant
	Root        bool          // only root can do it
	Alone       bool          // not beside others
	Within      time.Duration // bound on how late a start may be; 0: none
	run         func(ctx context.Context, w *world, n int) error
	prepare     func(w *world) error
}

func (sc Scenario) connector() string {
	if sc.Connector == "" {
		return "commercial"
	}

	return sc.Connector
}

// Result is a scenario with its verdict.
type Result struct {
	Scenario
	Verdict
	Skipped string
	Err     error
	Took    time.Duration
}

// OK tells whether the promise held: nothing twice, nothing early, nothing lost, everything settled,
// and only as the scenario allows.
func (r Result) OK() bool {
	verdict := r.Verdict

	return r.Err == nil && verdict.Doubles == 0 && verdict.Early == 0 && verdict.Lost == 0 &&
		verdict.Open == 0 &&
		(verdict.None == 0 || r.MayNone) &&
		(verdict.Person == 0 || r.MayPerson) &&
		verdict.Proved == verdict.Harms &&
		verdict.Slowest <= patience &&
		(r.Within == 0 || verdict.Latest <= r.Within)
}

// FaultOptions say what `juzhen bench faults` does.
type FaultOptions struct {
	Bin      string   // folder with juzhen (built with StopTag) and weibo-sandbox
	Only     []string // names of scenarios; all when empty
	Small    bool     // few deliveries each
	Parallel int      // worlds at once; 3 when 0
	Out      io.Writer
	Keep     string // folder that gets the logs of worlds whose promise did not hold; none when empty
}

// Faults runs the scenarios and prints a line for each. It fails when one promise did not hold.
func Faults(ctx context.Context, faultOptions FaultOptions) ([]Result, error) {
	stage, err := newStage(ctx, faultOptions.Bin, false)
	if err != nil {
		return nil, err
	}
	defer stage.close()
	chosen := choose(faultOptions.Only)
	results := make([]Result, len(chosen))
	var mu sync.Mutex
	table := newFaultTable(faultOptions.Out)
	one := func(i int) {
		results[i] = stage.play(ctx, chosen[i], faultOptions)
		mu.Lock()
		defer mu.Unlock()
		table.add(results[i])
	}
	var group errgroup.Group
	group.SetLimit(max(faultOptions.Parallel, 1))

	for i, sc := range chosen {
		if !sc.Alone {
			group.Go(func() error { one(i); return nil })
		}
	}
	_ = group.Wait()

	for i, sc := range chosen {
		if sc.Alone {
			one(i)
		}
	}

	return results, broken(results)
}

func choose(only []string) []Scenario {
	return slices.DeleteFunc(Scenarios(), func(sc Scenario) bool {
		return len(only) > 0 &&
			!slices.ContainsFunc(only, func(part string) bool { return strings.Contains(sc.Name, part) })
	})
}

func broken(results []Result) error {
	var errs []error

	for _, result := range results {
		if result.Skipped == "" && !result.OK() {
			errs = append(errs, fmt.Errorf("%s: the promise did not hold", result.Name))
		}
	}

	return errors.Join(errs...)
}

// play builds a world, does the harm and lets the judge speak.
func (s *stage) play(ctx context.Context, sc Scenario, faultOptions FaultOptions) (result Result) {
	began := time.Now()
	result.Scenario = sc
	defer func() { result.Took = time.Since(began) }()
	if sc.Root && os.Geteuid() != 0 {
		result.Skipped = "需要 root（挂载小 tmpfs） needs root"
		return result
	}
	n := sc.Full
	if faultOptions.Small {
		n = sc.Small
	}
	w, err := s.newWorld(ctx, sc, n)
	if w != nil {
		defer w.close()
	}
	if err == nil {
		err = sc.run(ctx, w, n)
	}
	if err == nil {
		if err = w.prove(ctx); err == nil {
			result.Verdict, err = w.judge(ctx, sc.MayPerson)
		}
	}
	if result.Err = err; err != nil && w != nil {
		result.Notes = append(w.notes, err.Error())
	}
	if w != nil && !result.OK() && faultOptions.Keep != "" {
		result.Notes = append(result.Notes, w.keepLogs(ctx, filepath.Join(faultOptions.Keep, sc.Name)))
	}

	return result
}
