package bench_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"juzhen/internal/bench"
)

var (
	binFlag  = flag.String("bin", "", "folder with programs built before; empty: build them")
	onlyFlag = flag.String("only", "", "scenarios whose names hold one of these, by comma")
	fullFlag = flag.Bool("full", false, "as many deliveries as juzhen bench faults")
	keepFlag = flag.String("keep", "", "folder for the logs of what did not hold")
)

// programs builds console and imitation once for all tests of this run.
var programs = sync.OnceValues(func() (string, error) {
	if *binFlag != "" {
		return *binFlag, nil
	}
	dir, err := os.MkdirTemp("", "juzhen-bench-bin-")
	if err != nil {
		return "", err
	}

	return dir, nil
})

// TestFaults does every harm of the table to a few deliveries each.
func TestFaults(t *testing.T) {
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	if *binFlag == "" {
		defer os.RemoveAll(dir)
		if err := bench.Build(t.Context(), "../..", dir, bench.StopTag); err != nil {
			t.Fatal(err)
		}
	}
	var only []string
	if *onlyFlag != "" {
		only = strings.Split(*onlyFlag, ",")
	}
	var out strings.Builder
	results, err := bench.Faults(t.Context(), bench.FaultOptions{
		Bin: dir, Only: only, Small: !*fullFlag, Parallel: 6, Out: &out, Keep: *keepFlag,
	})
	if again := unclear(results); err != nil && len(again) > 0 {
		fmt.Fprintf(&out, "\nonce more, one at a time, what came out unclear beside others: %v\n", again)
		_, err = bench.Faults(t.Context(), bench.FaultOptions{
			Bin: dir, Only: again, Small: !*fullFlag, Parallel: 1, Out: &out, Keep: *keepFlag,
		})
	}
	t.Log("\n" + out.String())
	if err != nil {
		t.Error(err)
	}
	if len(results) == 0 {
		t.Error("no scenario was run")
	}
}

// unclear names the scenarios in which the harm did not fall where it should or something was slow, on
// a machine that plays six worlds at once. A double, an early one or a loss is never unclear: with one
// of them there is no second try for anybody.
func unclear(results []bench.Result) (names []string) {
	for _, result := range results {
		if result.Doubles > 0 || result.Early > 0 || result.Lost > 0 {
			return nil
		}
		if result.Skipped == "" && !result.OK() {
			names = append(names, result.Name)
		}
	}

	return names
}
