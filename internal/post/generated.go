package post

import (
	"slices"
	"strings"
	"unicode"
)

// Generated is what the author says a machine made: the text, the pictures.
type Generated struct {
	Text     bool
	Pictures bool
}

// The words that a reader sees for each, as the rules on generated content ask for. They go out as they
// are, whatever language the console speaks.
const (
	wordsOfText     = "内容由AI生成"
	wordsOfPictures = "图片由AI生成"
)

// CodeUndeclared is the code of the problem that a picture says a machine made it and the author does not.
const CodeUndeclared = "undeclared"

// Words are what readers must see, in one line; "" for nothing.
func (g Generated) Words() string { return strings.Join(g.words(), "，") }

func (g Generated) words() (words []string) {
	if g.Text {
		words = append(words, wordsOfText)
	}
	if g.Pictures {
		words = append(words, wordsOfPictures)
	}

	return words
}

// Declared is the version as it goes out: what the author declares stands as the last line of every
// wording that does not say it yet. What is declared already is left as it is.
func (v Version) Declared() Version {
	if v.Generated == (Generated{}) {
		return v
	}

	v.Text = v.Generated.under(v.Text)

	v.Targets = slices.Clone(v.Targets)
	for i, target := range v.Targets {
		if target.Variant != nil {
			said := v.Generated.under(*target.Variant)
			v.Targets[i].Variant = &said
		}
	}

	return v
}

// under puts the words that a text lacks under it.
func (g Generated) under(text string) string {
	var lacking []string

	for _, words := range g.words() {
		if !says(text, words) {
			lacking = append(lacking, words)
		}
	}

	switch {
	case len(lacking) == 0:
		return text
	case text == "":
		return strings.Join(lacking, "，")
	}

	return text + "\n" + strings.Join(lacking, "，")
}

// says tells whether a line of the text has the words and nothing beside them but others of their kind:
// a sentence that speaks about generated content does not declare it.
func says(text, words string) bool {
	for line := range strings.Lines(text) {
		pieces := strings.FieldsFunc(line, func(r rune) bool {
			return unicode.IsPunct(r) || unicode.IsSpace(r) || unicode.IsSymbol(r)
		})
		if slices.Contains(pieces, words) && !slices.ContainsFunc(pieces, func(piece string) bool {
			return piece != wordsOfText && piece != wordsOfPictures
		}) {
			return true
		}
	}

	return false
}
