package proofread

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"juzhen/internal/air"
)

// pollutants are the six; ozone once, whatever it is averaged over.
var pollutants = []air.Pollutant{air.PM25, air.PM10, air.SO2, air.NO2, air.O3, air.CO}

// anyPollutant matches one of the six as notices write it.
var anyPollutant = func() string {
	var words []string

	for _, pollutant := range pollutants {
		for _, form := range pollutant.Forms() {
			words = append(words, regexp.QuoteMeta(form))
		}
	}

	return strings.Join(words, "|")
}()

var (
	primaryWord = regexp.MustCompile(
		`(?i)首要污染物(?:仍|均)?[为是:\s]{0,3}((?:` + anyPollutant + `)(?:\s*[(][^)]{1,12}[)])?)`)
	concentration = regexp.MustCompile(
		`(?i)(` + anyPollutant + `)[^0-9，,、]{0,14}?(\d{1,4}(?:\.\d)?)\s*(?:微克|μg|µg|ug)\s*(?:/|每)`)
)

// pollutantOf reads the pollutant with whose name a text begins; "" for none.
func pollutantOf(text string) air.Pollutant {
	text = strings.ToUpper(text)

	for _, pollutant := range pollutants {
		for _, form := range pollutant.Forms() {
			if strings.HasPrefix(text, form) {
				return pollutant
			}
		}
	}

	return ""
}

// primaries finds a first pollutant where the index has none, and one that the concentrations beside it
// contradict by the standard in force on the day.
func primaries(t *passage, context Context) (found []Finding) {
	for _, s := range t.sentences() {
		m := primaryWord.FindStringSubmatchIndex(s.text)
		numbers := indexNumber.FindAllStringSubmatchIndex(s.text, -1)
		if m == nil || len(numbers) > 1 {
			continue
		}
		if len(numbers) == 1 {
			if _, high, ok := bounds(s.text, numbers[0]); ok && high <= 50 {
				found = append(found, t.at(Primary, s.from+m[2], s.from+m[3], "无", sayNoPrimary))
				continue
			}
		}

		name := pollutantOf(s.text[m[2]:m[3]])
		if want := greatest(s.text, name, context); len(want) > 0 {
			suggestion := strings.Join(want, "、")
			found = append(
				found,
				t.at(Primary, s.from+m[2], s.from+m[3], suggestion, sayPrimary, "want", suggestion),
			)
		}
	}

	return found
}

// greatest are the pollutants with the greatest sub-index of those whose concentration the sentence names,
// if name is among them and is not one of the greatest.
func greatest(s string, name air.Pollutant, context Context) (shown []string) {
	averaging := air.Day
	if strings.Contains(s, "小时") && !containsAny(s, "24小时", "8小时") {
		averaging = air.Hour
	}

	values := map[air.Pollutant]*float64{}

	for _, m := range concentration.FindAllStringSubmatch(s, -1) {
		of := pollutantOf(m[1])
		if of == air.O3 && averaging == air.Day {
			of = air.O3Eight
		}
		value, err := strconv.ParseFloat(m[2], 64)
		if err != nil || of == air.CO || values[of] != nil {
			return nil // two of one, or one whose unit is another
		}
		values[of] = &value
	}
	if name == air.O3 && averaging == air.Day {
		name = air.O3Eight
	}
	if len(values) < 2 || values[name] == nil {
		return nil
	}

	index, err := air.On(context.On).Compute(averaging, values)
	if err != nil || slices.Contains(index.Primary, name) {
		return nil
	}

	for _, of := range index.Primary {
		shown = append(shown, of.Name())
	}

	return shown
}
