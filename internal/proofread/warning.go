package proofread

import (
	"regexp"
	"strings"
)

// A warning's colour and level: 红一级, 橙二级, 黄三级, 蓝四级, as the plans for emergencies number them; Beijing's
// plan for heavy pollution has no blue any more since 2018 (docs/air-quality.md says how sure that is).
const warningLevels = "红橙黄蓝"

const (
	colour     = `(红|橙|黄|蓝)色?`
	levelWord  = `([一二三四1-4]|Ⅰ|Ⅱ|Ⅲ|Ⅳ|IV|I{1,3})级`
	warnedWith = `[\s，,、(“”"]{0,3}`
)

var warningPairs = []struct {
	find          *regexp.Regexp
	colour, level int // groups
}{
	{regexp.MustCompile(colour + `预警(?:信号)?` + warnedWith + levelWord), 1, 2},
	{regexp.MustCompile(colour + warnedWith + levelWord + `[)”"]?(?:应急)?(?:预警|响应)`), 1, 2},
	{regexp.MustCompile(levelWord + warnedWith + colour + `[)”"]?(?:应急)?(?:预警|响应)`), 2, 1},
	{regexp.MustCompile(levelWord + `(?:应急)?预警` + `[\s(“”"]{0,3}` + colour + `[)”"]`), 2, 1},
}

// warnings finds a level of a warning that is not its colour's.
func warnings(t *passage, _ Context) (found []Finding) {
	taken := map[int]bool{}

	for _, rule := range warningPairs {
		for _, m := range rule.find.FindAllStringSubmatchIndex(t.folded, -1) {
			colour := t.folded[m[2*rule.colour]:m[2*rule.colour+1]]
			from, to := m[2*rule.level], m[2*rule.level+1]
			written := t.folded[from:to]
			want := strings.Index(warningLevels, colour)/len("红") + 1
			if levelNumber(written) == want || taken[from] {
				continue
			}
			taken[from] = true

			suggestion := likeLevel(written, want)
			found = append(found, t.at(WarningLevel, from, to+len("级"), suggestion+"级", sayWarning,
				"colour", colour, "want", suggestion, "found", written))
		}
	}

	return found
}

// numerals are the ways in which notices write the level of a warning.
var numerals = [][]string{
	{"一", "二", "三", "四"}, {"1", "2", "3", "4"}, {"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"}, {"I", "II", "III", "IV"},
}

func levelNumber(written string) int {
	for _, way := range numerals {
		for i, numeral := range way {
			if numeral == written {
				return i + 1
			}
		}
	}

	return 0
}

// likeLevel writes a level in the numerals of another.
func likeLevel(written string, level int) string {
	for _, way := range numerals {
		for _, numeral := range way {
			if numeral == written {
				return way[level-1]
			}
		}
	}

	return numerals[0][level-1]
}
