package proofread

import (
	"regexp"

	"juzhen/internal/air"
)

var (
	milligrams = regexp.MustCompile(`(?i)\d\s*(毫克\s*(?:/|每)\s*立方米|mg\s*/\s*m(?:3|³)|mg·m-3)`)
	named      = regexp.MustCompile(`(?i)` + anyPollutant)
)

// units finds milligrams where ambient air is counted in micrograms. Only a sentence that speaks of ambient
// air is looked at, and none that speaks of what leaves a chimney.
func units(t *passage, _ Context) (found []Finding) {
	for _, s := range t.sentences() {
		if !containsAny(s.text, "均值", "日均", "小时", "空气质量", "浓度") ||
			containsAny(s.text, "排放", "烟气", "油烟", "锅炉", "限值", "废气", "烟囱", "车间", "室内", "尾气") {
			continue
		}

		for _, m := range milligrams.FindAllStringSubmatchIndex(s.text, -1) {
			names := named.FindAllString(s.text[:m[2]], -1)
			if len(names) == 0 {
				continue
			}
			name := pollutantOf(names[len(names)-1])
			if name == air.CO || name == "" {
				continue
			}
			suggestion := "微克/立方米"
			if isLatin(after(s.text, m[2])) {
				suggestion = "μg/m³"
			}
			found = append(
				found,
				t.at(Unit, s.from+m[2], s.from+m[3], suggestion, sayUnit, "pollutant", name.Name()),
			)
		}
	}

	return found
}
