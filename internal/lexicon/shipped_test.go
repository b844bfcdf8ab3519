package lexicon

import (
	"os"
	"slices"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// shippedReady are the lists that come with the program, ready to be looked for.
func shippedReady(t *testing.T) (ready []*compiled) {
	t.Helper()
	words := 0

	for i, list := range shippedLists() {
		entries, err := list.entries()
		if err != nil {
			t.Fatal(err)
		}
		words += len(entries)
		ready = append(ready, compile(version{int64(i + 1), list.kind, list.version}, entries))
	}
	if words < 300 {
		t.Errorf("%d words come with the program, want 300", words)
	}

	return ready
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}

	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// TestFalseAlarmsAreRare: of ordinary notices at most one in a hundred has a finding that stops somebody.
func TestFalseAlarmsAreRare(t *testing.T) {
	t.Parallel()
	ready := shippedReady(t)
	sentences, wrong, hints := lines(t, "notices.txt"), 0, 0
	if len(sentences) < 200 {
		t.Fatalf("%d sentences, want 200", len(sentences))
	}

	for _, sentence := range sentences {
		stops := false

		for _, list := range ready {
			for _, hit := range list.look(sentence, "2026-11-30") {
				stops = stops || hit.Level.AtLeast(Second)
				hints++
				t.Logf("%s: %s (%s)", sentence, hit.Word, hit.Level)
			}
		}
		if stops {
			wrong++
		}
	}
	t.Logf("%d sentences, %d with a wrong finding, %d hints", len(sentences), wrong, hints)
	if wrong*100 > len(sentences) {
		t.Errorf("%d of %d ordinary sentences have a finding", wrong, len(sentences))
	}
}

// TestPlantedErrorsAreFound: each of them, at the level of its kind.
func TestPlantedErrorsAreFound(t *testing.T) {
	t.Parallel()
	ready := shippedReady(t)

	for _, line := range lines(t, "planted.tsv") {
		sentence, word, _ := strings.Cut(line, "\t")

		found := false
		for _, list := range ready {
			found = found || slices.ContainsFunc(list.look(sentence, "2026-11-30"), func(hit Hit) bool {
				return hit.Word == word && hit.Level.AtLeast(Second)
			})
		}
		if !found {
			t.Errorf("%s: %s was not found", sentence, word)
		}
	}
}

// TestEveryShippedWordIsFound, and what it suggests is no finding itself.
func TestEveryShippedWordIsFound(t *testing.T) {
	t.Parallel()

	for _, list := range shippedReady(t) {
		for _, entry := range list.entries {
			if len(list.look("文中有"+entry.Word+"。", "2026-11-30")) == 0 {
				t.Errorf("%s was not found", entry.Word)
			}

			for _, hit := range list.look("文中有"+entry.Suggestion+"。", "2026-11-30") {
				t.Errorf("%s is suggested for %s, and found as %s", entry.Suggestion, entry.Word, hit.Word)
			}
		}
	}
}

// TestSeedOverwritesNothing: the lists come once; what a bureau did to them stays.
func TestSeedOverwritesNothing(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 2 {
		if err := w.s.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	lists, err := w.s.Lists(t.Context(), w.supervisor)
	if err != nil || len(lists) != len(shippedLists()) || lists[0].UnitID != 1 {
		t.Fatalf("%+v %v", lists, err)
	}
	if got := w.look("人民攻府和秸杆", 3); len(got) != 2 {
		t.Errorf("found %q", got)
	}

	if err := w.exec(`UPDATE lexicons SET shipped_version = 0;
		DELETE FROM lexicon_entries WHERE word = '秸杆'`); err != nil {
		t.Fatal(err)
	}
	typo := lists[slices.IndexFunc(lists, func(l List) bool { return l.Kind == Typo })]
	offer, err := w.s.Offer(t.Context(), w.supervisor, typo.ID)
	if err != nil || len(offer) != 1 || offer[0].Word != "秸杆" {
		t.Errorf("offered %+v %v", offer, err)
	}
	if _, err := w.s.TakeOffer(t.Context(), w.district, typo.ID); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("a district took it over: %v", err)
	}
	outcome, err := w.s.TakeOffer(t.Context(), w.supervisor, typo.ID)
	if err != nil || outcome.Change != nil || outcome.Added != 1 {
		t.Errorf("taken over %+v %v", outcome, err)
	}
	if offer, _ := w.s.Offer(t.Context(), access.System("test"), typo.ID); len(offer) != 0 {
		t.Errorf("still offered: %+v", offer)
	}
}
