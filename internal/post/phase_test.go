package post

import (
	"strings"
	"testing"

	"juzhen/internal/fault"
)

// TestLifeOfAPost types out what may be done where, by hand: a row per phase, "-" for "may not".
func TestLifeOfAPost(t *testing.T) {
	t.Parallel()
	const want = `
phase      save      submit     approve   return    withdraw   revise  reschedule  delete
draft      draft     submitted  -         -         withdrawn  -       draft       draft
submitted  -         -          approved  returned  withdrawn  draft   submitted   -
returned   -         submitted  -         -         withdrawn  draft   returned    -
approved   -         -          -         -         withdrawn  draft   approved    -
withdrawn  -         -          -         -         -          draft   -           -`
	lines := strings.Split(strings.TrimSpace(want), "\n")
	acts := strings.Fields(lines[0])[1:]
	if len(acts) != len(Acts()) || len(lines)-1 != len(Phases()) {
		t.Fatalf(
			"table has %d acts and %d phases, code %d and %d",
			len(acts),
			len(lines)-1,
			len(Acts()),
			len(Phases()),
		)
	}

	for _, line := range lines[1:] {
		cells := strings.Fields(line)

		from := Phase(cells[0])
		for i, act := range acts {
			to, ok := from.After(Act(act))
			got := string(to)
			if !ok {
				got = "-"
			}
			if got != cells[i+1] {
				t.Errorf("%s in %s leads to %s, want %s", act, from, got, cells[i+1])
			}
			if ok != from.Allows(Act(act)) {
				t.Errorf("%s in %s: Allows disagrees with After", act, from)
			}
		}
	}
	if Phase("").Allows(Save) || Draft.Allows("dance") {
		t.Error("an unknown phase or act was allowed")
	}
}

func TestEveryPhaseHasANameAndARefusal(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}

	for _, phase := range Phases() {
		text := refused(phase).Plain()
		if phase.Label() == "" || text == "" || seen[text] || !fault.Is(refused(phase), fault.KindConflict) {
			t.Errorf("%s: label %q, refusal %q", phase, phase.Label(), text)
		}
		seen[text] = true
	}
}

func TestTitle(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("空气质量", 10)
	for in, want := range map[string]string{
		"  今日空气质量良 \n详见图": "今日空气质量良",
		long:              string([]rune(long)[:30]) + "…",
		" ":               "",
	} {
		if got := Title(in); got != want {
			t.Errorf("Title(%q) = %q, want %q", in, got, want)
		}
	}
}
