package proofread

import (
	"regexp"
	"strings"
	"time"

	"juzhen/internal/air"
	"juzhen/internal/beijing"
)

// A warning's colour and level: 红一级, 橙二级, 黄三级, 蓝四级, as the plans for emergencies number them. Warnings of
// the weather keep their blue; Beijing's plan for heavy pollution has none since 2018 (docs/air-quality.md
// says how sure that is): package air knows the plan of a day.
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

// issuedWarning is a warning of heavy pollution that the text issues, changes or ends, as no report of former
// ones does.
var issuedWarning = regexp.MustCompile(
	`(?:发布|启动|解除|升级为|升级至|降级为|降级至|变更为|调整为|处于)[^，。；！？\n]{0,8}?重污染(?:天气)?(红|橙|黄|蓝)色?预警`,
)

var formerYear = regexp.MustCompile(`(?:20[01][0-9])年|当年|当时|曾`)

// noSuchColour finds colours of warnings of heavy pollution that the plan of the day does not have. taken are
// places of colours that were told.
func noSuchColour(t *passage, on time.Time) (found []Finding, taken map[int]bool) {
	taken = map[int]bool{}
	if len(air.WarningLevels(on)) == 0 {
		return nil, taken
	}

	for _, s := range t.sentences() {
		if year := formerYear.FindString(
			s.text,
		); year != "" &&
			!strings.HasPrefix(year, on.In(beijing.Zone).Format("2006")) {
			continue
		}

		for _, m := range issuedWarning.FindAllStringSubmatchIndex(s.text, -1) {
			from, to := s.from+m[2], s.from+m[3]
			colour := t.folded[from:to]
			if _, ok := air.WarningLevel(colour, on); ok {
				continue
			}
			if strings.HasPrefix(t.folded[to:], "色") {
				to += len("色")
			}
			taken[from] = true
			found = append(found, t.at(WarningLevel, from, to, "", sayNoColour, "colour", colour))
		}
	}

	return found, taken
}

// warnings finds a level of a warning that is not its colour's, and a colour that there is not.
func warnings(t *passage, context Context) (found []Finding) {
	found, none := noSuchColour(t, context.On)
	taken := map[int]bool{}

	for _, rule := range warningPairs {
		for _, m := range rule.find.FindAllStringSubmatchIndex(t.folded, -1) {
			if none[m[2*rule.colour]] {
				continue
			}
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
