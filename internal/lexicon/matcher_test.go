package lexicon

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// plainly is the matcher's promise said plainly: at every letter of a text, every word of a map that begins
// there, as it is written (folded), or with up to bridgeLimit signs between two letters.
func plainly(words []Word, text string) (all []Match) {
	folding := newFolding()
	byText, longest := map[string][]int{}, 0

	for i, word := range words {
		folded := folding.text(word.Text)
		byText[folded] = append(byText[folded], i)
		longest = max(longest, len([]rune(folded)))
	}
	letters := []rune(folding.text(text))

	for start := range letters {
		for end := start + 1; end <= min(len(letters), start+longest); end++ {
			for _, i := range byText[string(letters[start:end])] {
				all = append(all, Match{i, start, end})
			}
		}

		var without []rune
		for end, signs := start, 0; end < len(letters) && len(without) < longest; end++ {
			if bridgeable(letters[end]) {
				if signs++; signs > bridgeLimit || end == start {
					break
				}

				continue
			}
			signs = 0
			without = append(without, letters[end])
			if len(without) == end+1-start {
				continue // no sign among them: seen above
			}

			for _, i := range byText[string(without)] {
				if words[i].Through == Bridged && len(without) > 1 {
					all = append(all, Match{i, start, end + 1})
				}
			}
		}
	}

	return all
}

func inOrder(all []Match) []Match {
	slices.SortFunc(all, func(a, b Match) int {
		return cmp.Or(
			cmp.Compare(a.End, b.End),
			cmp.Compare(a.Start, b.Start),
			cmp.Compare(a.Pattern, b.Pattern),
		)
	})

	return all
}

// TestMatcherFindsWhatAMapFinds: few letters, so that words overlap, hold and end each other all the time.
func TestMatcherFindsWhatAMapFinds(t *testing.T) {
	t.Parallel()

	letters := []rune("甲乙丙廠厂aAＡb5.- \u200b𠀀𝐀，。\n")
	texts := rapid.StringOfN(rapid.SampledFrom(letters), 0, 40, -1)
	inWords := rapid.StringOfN(rapid.SampledFrom(letters), 0, 5, -1)

	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Word {
			return Word{
				inWords.Draw(t, "word"),
				rapid.SampledFrom([]Disguise{Folded, Bridged}).Draw(t, "through"),
			}
		}), 0, 12).Draw(t, "words")
		text := texts.Draw(t, "text")

		got, want := inOrder(Build(words).All(text)), inOrder(plainly(words, text))
		if !slices.Equal(got, want) {
			t.Fatalf("words %q in %q:\n got %v\nwant %v", words, text, got, want)
		}
	})
}

func TestDisguises(t *testing.T) {
	t.Parallel()

	m := NewMatcher([]string{"攻府", "vpn", "環保局", "PM2.5", "单"})

	for text, want := range map[string]string{
		"人民攻府":        "攻府",
		"人民攻 府":       "攻 府",
		"攻　府":         "攻　府",
		"攻*-*府":       "攻*-*府",
		"攻****府":      "",
		"攻\u200b府":    "攻\u200b府",
		"攻。府":         "",
		"攻，府":         "",
		"攻\n府":        "",
		"用ＶＰＮ上网":      "ＶＰＮ",
		"V-p_N":       "V-p_N",
		"市環保局和环保局":    "環保局|环保局",
		"pm2.5与PM２．５": "pm2.5|PM２．５",
		"pm25":        "",
		"pm 2.5":      "",
		"簡單":          "單",
		"𝐕𝐏𝐍":         "𝐕𝐏𝐍",
		"坏\xff攻府":     "攻府",
	} {
		letters := []rune(text)

		var got []string
		for _, match := range m.All(text) {
			got = append(got, string(letters[match.Start:match.End]))
		}
		if found := strings.Join(got, "|"); found != want {
			t.Errorf("%q: found %q, want %q", text, found, want)
		}
	}
}

// TestFoldingIsDoneOnce: what is plain stays as it is, so that a word may be folded before or with the text.
func TestFoldingIsDoneOnce(t *testing.T) {
	t.Parallel()

	folding := newFolding()
	for r := range rune(0x30000) {
		if once := folding.letter(r); folding.letter(once) != once {
			t.Errorf("%q becomes %q, and that %q", r, once, folding.letter(once))
		}
	}
}

func TestManyWords(t *testing.T) {
	t.Parallel()

	words := []string{"前"}
	for i := range 10_000 {
		words = append(words, fmt.Sprintf("前%04d", i))
	}
	m := NewMatcher(words)
	if got := len(m.All("前1234前")); got != 3 {
		t.Errorf("%d matches, want 3", got)
	}

	words = words[:0]
	for i := range 200_000 {
		words = append(words, string([]rune{
			rune(0x4e00 + i%5003), rune(0x4e00 + i/7%3001), rune(0x4e00 + i/11%4001), rune(0x4e00 + i/5003),
		}))
	}
	began := time.Now()
	m = NewMatcher(words)
	t.Logf("200,000 words in %v, %d places, %d letters", time.Since(began), len(m.nodes), len(m.beyond))

	for _, i := range []int{0, 77_777, 199_999} {
		if !slices.ContainsFunc(m.All("。"+words[i]), func(match Match) bool { return match.Pattern == i }) {
			t.Errorf("%s was not found", words[i])
		}
	}
}
