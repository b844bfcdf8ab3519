package incident

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Said is something that a citizen said to an account.
type Said struct {
	UnitPath string // of the account
	Handle   string // of the account: it is no word of the citizen's
	Author   string
	Text     string
}

// Crowd is that many citizens say the same.
type Crowd struct {
	Words    string // that they have in common, as long as most of them share it; a key word in length
	Citizens int
	UnitPath string // the lowest unit that all of them speak to
}

// Bounds of what counts as a crowd.
const (
	// CrowdFrom is how many citizens within an hour make one. No public standard names a number; it is the
	// house's own (docs/incident.md §3).
	CrowdFrom = 10
	gramLen   = 4   // signs that two texts share before they are alike
	mostSigns = 140 // of a text that is compared; comments are no longer
	moreThan  = 3   // times as many as in an hour of the day before
	mostShare = 0.8 // of the texts share the words that are named
)

var noWords = regexp.MustCompile(`@[\p{Han}\w·-]+(\s|$)|https?://\S+`)

// FindCrowd finds what most citizens say within an hour, beside what was said in the hours before. False
// where fewer than CrowdFrom say the same, or as many used to. One citizen counts once, however often he or
// she says it; names and addresses do not count.
func FindCrowd(hour, before []Said, hoursBefore int) (Crowd, bool) {
	now := authors(hour, nil)
	maps.DeleteFunc(now, func(_ string, n int) bool { return n < CrowdFrom })
	past := authors(before, now)

	grams := slices.SortedFunc(maps.Keys(now), func(a, b string) int {
		return cmp.Or(cmp.Compare(now[b], now[a]), cmp.Compare(a, b))
	})
	for _, gram := range grams {
		if now[gram]*max(hoursBefore, 1) > moreThan*past[gram] {
			return crowdOf(hour, gram, now[gram]), true
		}
	}

	return Crowd{}, false
}

// authors counts the citizens who said each run of signs: of all, or of those that are asked for.
func authors(all []Said, asked map[string]int) map[string]int {
	count, last := map[string]int{}, map[string]string{} // last: who was counted last for a run
	byAuthor := slices.SortedStableFunc(slices.Values(all), func(a, b Said) int {
		return cmp.Compare(a.Author, b.Author)
	})

	for _, one := range byAuthor {
		signs := one.compared()
		for i := 0; i+gramLen <= len(signs); i++ {
			gram := string(signs[i : i+gramLen])
			_, wanted := asked[gram]
			if asked != nil && !wanted || strings.ContainsRune(gram, ' ') || last[gram] == one.Author {
				continue
			}
			last[gram] = one.Author
			count[gram]++
		}
	}

	return count
}

// compared are the signs of a text that are compared: letters and digits in lower case, a blank for each
// run of others.
func (s Said) compared() []rune {
	text := noWords.ReplaceAllString(strings.ReplaceAll(s.Text, "@"+s.Handle, " "), " ")
	var out []rune

	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out = append(out, r)
		case len(out) > 0 && out[len(out)-1] != ' ':
			out = append(out, ' ')
		}
		if len(out) == mostSigns {
			break
		}
	}

	return out
}

// crowdOf makes the words that citizens share as long as most of them still say them, and finds the unit to
// which all speak.
func crowdOf(hour []Said, gram string, citizens int) Crowd {
	crowd := Crowd{Words: gram, Citizens: citizens}
	var texts []string
	var paths []string

	for _, one := range hour {
		text := string(one.compared())
		if strings.Contains(text, gram) {
			texts, paths = append(texts, text), append(paths, one.UnitPath)
		}
	}

	crowd.UnitPath = common(paths)
	for grown := true; grown && utf8.RuneCountInString(crowd.Words) < maxWord; {
		crowd.Words, grown = grow(texts, crowd.Words)
	}

	return crowd
}

// grow adds to words the sign before or behind them that most of the texts share.
func grow(texts []string, words string) (string, bool) {
	next := map[string]int{}

	for _, text := range texts {
		before, after, found := strings.Cut(text, words)
		if !found {
			continue
		}
		if runes := []rune(before); len(runes) > 0 && runes[len(runes)-1] != ' ' {
			next[string(runes[len(runes)-1])+words]++
		}
		if runes := []rune(after); len(runes) > 0 && runes[0] != ' ' {
			next[words+string(runes[0])]++
		}
	}

	for _, longer := range slices.Sorted(maps.Keys(next)) {
		if float64(next[longer]) >= mostShare*float64(len(texts)) {
			return longer, true
		}
	}

	return words, false
}

// common is the path of the lowest unit that lies above all paths, or is one of them.
func common(paths []string) string {
	shared := paths[0]

	for _, path := range paths {
		for !strings.HasPrefix(path, shared) {
			shared = shared[:strings.LastIndexByte(strings.TrimSuffix(shared, "/"), '/')+1]
		}
	}

	return shared
}
