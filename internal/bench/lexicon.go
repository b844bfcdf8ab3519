package bench

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	goahocorasick "github.com/anknown/ahocorasick"

	"juzhen/internal/lexicon"
)

// prose are sentences of ordinary notices, one a line: those on which internal/lexicon measures false alarms.
//
//go:embed prose.txt
var prose string

// What is looked for, and in how much.
const (
	wordsLooked = 100_000
	proseBytes  = 12 << 20
	plantEvery  = 130 // letters between two planted words: more than 2,000 matches a megabyte
)

// words measures the matcher of word lists beside the fastest library that was found: the same entries and
// the same Chinese prose in the same round, all overlapping matches with their positions. The library gets
// its text as letters, folded beforehand; ours reads UTF-8, once as it is and once with folding in the pass.
func words(_ context.Context, _ *field) (values, error) {
	random := rand.New(rand.NewPCG(1, 2))
	sentences := strings.Fields(prose)
	entries := wordsOf(random, sentences)
	text := proseOf(random, sentences, entries)
	letters := []rune(text)

	library, libraryHeap, err := built(func() (*goahocorasick.Machine, error) {
		machine, all := new(goahocorasick.Machine), make([][]rune, len(entries))
		for i, entry := range entries {
			all[i] = []rune(entry)
		}

		return machine, machine.Build(all)
	})
	if err != nil {
		return nil, err
	}
	plain, plainHeap, _ := built(
		func() (*lexicon.Matcher, error) { return lexicon.NewPlainMatcher(entries), nil },
	)
	folded, foldedHeap, _ := built(
		func() (*lexicon.Matcher, error) { return lexicon.NewMatcher(entries), nil },
	)

	began := time.Now()
	found := len(library.MultiPatternSearch(letters, false))
	libraryTook := time.Since(began)

	plainTook, plainFound := looked(plain, text)
	foldedTook, foldedFound := looked(folded, text)
	if plainFound != found || foldedFound < found {
		return nil, fmt.Errorf("%d matches, %d plain, %d with folding", found, plainFound, foldedFound)
	}
	megabytes := float64(len(text)) / 1e6
	rate := func(took time.Duration) float64 { return megabytes / took.Seconds() }

	return values{
		"matches_per_mb": float64(found) / megabytes,
		"library_ms":     milliseconds(libraryTook),
		"plain_ms":       milliseconds(plainTook),
		"folded_ms":      milliseconds(foldedTook),
		"library_mb_s":   rate(libraryTook),
		"plain_mb_s":     rate(plainTook),
		"folded_mb_s":    rate(foldedTook),
		"library_heap":   libraryHeap,
		"plain_heap":     plainHeap,
		"folded_heap":    foldedHeap,
	}, nil
}

func milliseconds(took time.Duration) float64 { return float64(took.Microseconds()) / 1000 }

// built gives what make makes, and the megabytes that it holds.
func built[T any](makes func() (T, error)) (made T, heap float64, err error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	made, err = makes()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(made)

	return made, (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / 1e6, err
}

func looked(matcher *lexicon.Matcher, text string) (took time.Duration, found int) {
	began := time.Now()
	matcher.Find(text, func(lexicon.Match) bool { found++; return true })

	return time.Since(began), found
}

// wordsOf makes entries of pieces of two sentences each: they begin and end as words of the prose do and
// stand in it seldom.
func wordsOf(random *rand.Rand, sentences []string) []string {
	known := partsOf(sentences)
	entries := make([]string, 0, wordsLooked)
	piece := func() string {
		letters := []rune(strings.Trim(sentences[random.IntN(len(sentences))], "。"))
		at := random.IntN(len(letters) - 2)

		return string(letters[at : at+1+random.IntN(3)])
	}

	for len(entries) < wordsLooked {
		word := piece() + piece()
		if len([]rune(word)) > 2 && !known[word] && !strings.ContainsAny(word, "，、。；：（）《》“”") {
			known[word] = true
			entries = append(entries, word)
		}
	}

	return entries
}

// partsOf gives every part of a sentence that has as many letters as an entry may have.
func partsOf(sentences []string) map[string]bool {
	parts := make(map[string]bool, 2*wordsLooked)

	for _, sentence := range sentences {
		letters := []rune(sentence)
		for from := range letters {
			for to := from + 3; to <= min(len(letters), from+6); to++ {
				parts[string(letters[from:to])] = true
			}
		}
	}

	return parts
}

// proseOf shuffles sentences and plants entries between their letters.
func proseOf(random *rand.Rand, sentences, entries []string) string {
	var text strings.Builder
	text.Grow(proseBytes + 1000)
	since := 0

	for text.Len() < proseBytes {
		sentence := sentences[random.IntN(len(sentences))]
		text.WriteString(sentence)
		if since += len([]rune(sentence)); since > plantEvery {
			text.WriteString(entries[random.IntN(len(entries))])
			since = 0
		}
	}

	return text.String()
}
