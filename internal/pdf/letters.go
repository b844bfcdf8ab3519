package pdf

import (
	"fmt"
	"os"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// missing stands for a letter that no font has, so that nobody takes the text for whole.
const missing = '〓'

// perEm is the size at which widths are measured.
const perEm = 1000

// face is a font of the file under its name there.
type face struct {
	name string
	raw  []byte
	font *sfnt.Font
}

// letters are the fonts of a document: Latin letters and digits come from the Go font, which the program
// carries, since Debian's Chinese one has none; everything else from the Chinese one.
type letters struct {
	faces  []face
	buffer sfnt.Buffer
	known  map[rune]letter
}

// The places in letters.faces.
const (
	latinFace = iota
	chineseFace
)

// letter is how a letter is set.
type letter struct {
	shown rune    // itself, or missing
	face  int     // of letters.faces
	wide  float64 // share of the size
}

func loadLetters(path string) (*letters, error) {
	chinese, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}

	l := &letters{known: map[rune]letter{}}

	for _, f := range []face{latinFace: {name: "latin", raw: goregular.TTF}, chineseFace: {name: "chinese", raw: chinese}} {
		if f.font, err = sfnt.Parse(f.raw); err != nil {
			return nil, fmt.Errorf("font %s: %w", path, err)
		}

		l.faces = append(l.faces, f)
	}

	return l, nil
}

// of tells how a letter is set.
func (l *letters) of(r rune) letter {
	if known, ok := l.known[r]; ok {
		return known
	}

	found := letter{shown: r, face: -1}

	order := []int{chineseFace, latinFace} // of marks, those are wanted that are as wide as Chinese letters
	if r <= unicode.MaxLatin1 {
		order = []int{latinFace, chineseFace}
	}

	for _, i := range order {
		f := l.faces[i]

		glyph, err := f.font.GlyphIndex(&l.buffer, r)
		if err != nil || glyph == 0 {
			continue
		}

		advance, err := f.font.GlyphAdvance(&l.buffer, glyph, fixed.I(perEm), font.HintingNone)
		if err == nil {
			found.face, found.wide = i, float64(advance)/64/perEm
			break
		}
	}

	switch {
	case found.face >= 0:
	case r == missing: // not even that
		found = letter{shown: '?', face: latinFace, wide: l.of('?').wide}
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		found = letter{} // joins letters, or cannot be seen
	default:
		found = l.of(missing)
	}

	l.known[r] = found

	return found
}

// noLineBegins are marks that stand at the end of a line rather than at the beginning of the next.
const noLineBegins = "，。、；：！？）》」』】”’…—,.;:!?)]}%"

// split cuts a text into lines of a width, in points at a size. Line breaks of the text stay, Latin words
// stay whole where they can, closing marks hang over.
func (l *letters) split(text string, size, width float64) (lines []string) {
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		lines = append(lines, l.splitLine([]rune(part), size, width)...)
	}

	return lines
}

func (l *letters) splitLine(text []rune, size, width float64) (lines []string) {
	begin, wide, may := 0, 0.0, 0 // may: behind which letter the line may end

	for i := 0; i < len(text); i++ {
		wide += l.of(text[i]).wide * size
		hangs := strings.ContainsRune(noLineBegins, text[i])

		if wide > width && i > begin && !hangs {
			end := may
			if end <= begin {
				end = i // one word that is wider than the line
			}

			lines = append(lines, strings.TrimRight(string(text[begin:end]), " "))
			begin, wide, may, i = end, 0, end, end-1

			continue
		}

		if !inWord(text, i) {
			may = i + 1
		}
	}

	return append(lines, string(text[begin:]))
}

// inWord tells whether letter i and the one behind it belong to one Latin word, or to one sign.
func inWord(text []rune, i int) bool {
	if i+1 >= len(text) {
		return false
	}

	here, next := text[i], text[i+1]
	joins := unicode.Is(unicode.Mn, next) || unicode.Is(unicode.Cf, next)

	return joins || strings.ContainsRune(noLineBegins, next) || latin(here) && latin(next)
}

func latin(r rune) bool { return r > ' ' && r <= unicode.MaxLatin1 }
