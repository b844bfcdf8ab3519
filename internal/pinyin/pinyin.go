// Package pinyin knows how Chinese names are typed by letters: whole syllables or the first letter of each.
package pinyin

import (
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// mostKeys bounds the spellings of one name: a letter may be read in several ways.
const mostKeys = 40

// Keys are the spellings of a name, without tones, blanks apart: all syllables, and first letters alone; a
// letter that is read in several ways gives a spelling more for each (朝阳: chaoyang, zhaoyang, cy, zy). Other
// letters and digits stand as they are, in small letters. What is typed stands in one of them.
func Keys(name string) string {
	var syllables [][]string

	for _, letter := range name {
		switch readings := readingsOf(letter); {
		case readings != nil:
			syllables = append(syllables, readings)
		case unicode.IsLetter(letter), unicode.IsDigit(letter):
			syllables = append(syllables, []string{string(unicode.ToLower(letter))})
		}
	}

	keys, known := []string{}, map[string]bool{}
	add := func(at int, reading string) {
		whole, first := spell(syllables, at, reading)
		for _, key := range []string{whole, first} {
			if key != "" && !known[key] && len(keys) < mostKeys {
				known[key], keys = true, append(keys, key)
			}
		}
	}
	add(-1, "")

	for at, readings := range syllables {
		for _, reading := range readings[1:] {
			add(at, reading)
		}
	}

	return strings.Join(keys, " ")
}

// spell writes all syllables by their first reading, but one by another.
func spell(syllables [][]string, at int, reading string) (whole, first string) {
	var all, firsts strings.Builder

	for i, readings := range syllables {
		read := readings[0]
		if i == at {
			read = reading
		}
		all.WriteString(read)
		firsts.WriteString(string([]rune(read)[:1]))
	}

	return all.String(), firsts.String()
}

var toneless = pinyin.Args{Style: pinyin.Normal, Heteronym: true}

// table is what readingsOf found, letter by letter: names are spelled at each key that somebody presses, and
// they are of few letters.
var table sync.Map

// readingsOf are the different readings of a Chinese letter, the usual one first; nil of another letter.
func readingsOf(letter rune) []string {
	if found, ok := table.Load(letter); ok {
		return found.([]string)
	}
	readings := lookUp(letter)
	table.Store(letter, readings)

	return readings
}

func lookUp(letter rune) (readings []string) {
	known := map[string]bool{}

	for _, reading := range pinyin.SinglePinyin(letter, toneless) {
		if reading != "" && !known[reading] {
			known[reading], readings = true, append(readings, reading)
		}
	}

	return readings
}

// Typed tells whether words may be a spelling: latin letters and digits alone.
func Typed(words string) bool {
	return words != "" && !strings.ContainsFunc(words, func(r rune) bool {
		return r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
}

// Match tells whether what was typed is a part of a spelling of the name.
func Match(name, typed string) bool {
	return Typed(typed) && strings.Contains(Keys(name), strings.ReplaceAll(strings.ToLower(typed), "'", ""))
}
