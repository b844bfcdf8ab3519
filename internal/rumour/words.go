package rumour

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// Bounds of what is written, in signs, and of how long a rebuttal may hold.
const (
	MaxClaim    = 300
	MaxTruth    = 2000
	MaxLine     = 200 // area, expert
	MaxReason   = 1000
	MaxEvidence = 10
	MaxSource   = 500
	MaxKeywords = 20 // lines
	MaxWords    = 6  // of a line
	maxWord     = 20
	longest     = 366 * 24 * time.Hour
)

// isLink tells whether a source is an address of the web.
func isLink(source string) bool {
	address, err := url.Parse(source)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

// ReadEvidence reads evidence as a form has it: a line each, first the source, then what stands there.
func ReadEvidence(typed string) (list []Evidence) {
	for _, line := range lines(typed) {
		source, note, _ := strings.Cut(strings.ReplaceAll(line, "　", " "), " ")
		list = append(list, Evidence{Source: source, Note: strings.TrimSpace(note)})
	}

	return list
}

// WriteEvidence is ReadEvidence backwards.
func WriteEvidence(list []Evidence) string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = strings.TrimSpace(one.Source + " " + one.Note)
	}

	return strings.Join(all, "\n")
}

// ReadKeywords reads key words as a form has them: a line each, with blanks between the words.
func ReadKeywords(typed string) (all [][]string) {
	for _, line := range lines(typed) {
		all = append(all, strings.Fields(line))
	}

	return all
}

// WriteKeywords is ReadKeywords backwards.
func WriteKeywords(all [][]string) string {
	out := make([]string, len(all))
	for i, words := range all {
		out[i] = strings.Join(words, " ")
	}

	return strings.Join(out, "\n")
}

func lines(typed string) (out []string) {
	for line := range strings.Lines(typed) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}

	return out
}

// clean gives the words as they are kept, or says what is wrong with them.
func (w Words) clean(now time.Time) (Words, error) {
	w.Claim, w.Truth = strings.TrimSpace(w.Claim), strings.TrimSpace(w.Truth)
	w.Area, w.Expert = strings.TrimSpace(w.Area), strings.TrimSpace(w.Expert)
	var wrong fault.Fields

	wrong.Add(text("claim", w.Claim, MaxClaim, i18n.N("请写明传言说了什么")))
	wrong.Add(text("truth", w.Truth, MaxTruth, i18n.N("请写明事实是什么")))
	wrong.Add(text("area", w.Area, MaxLine, i18n.N("请写明适用的地区")))
	wrong.Add(text("expert", w.Expert, MaxLine, i18n.N("请写明哪位预报员或专家确认，怎样确认的")))
	wrong.Add(w.sources())
	wrong.Add(w.keys())

	switch {
	case w.From.IsZero():
		wrong.Add(fault.Invalid("valid_from", "请填写从何时起有效"))
	case w.Until.IsZero():
		wrong.Add(fault.Invalid("valid_until", "请填写有效到何时"))
	case !w.From.Before(w.Until):
		wrong.Add(fault.Invalid("valid_until", "有效期的结束须晚于开始"))
	case !w.Until.After(now):
		wrong.Add(fault.Invalid("valid_until", "有效期已经过去"))
	case w.Until.Sub(w.From) > longest:
		wrong.Add(fault.Invalid("valid_until", "有效期最长一年，不要超出预报和事实能说明的时间"))
	}

	return w, wrong.Err()
}

// text says what is wrong with a text that must be there; nil for nothing.
func text(field, value string, most int, missing string) *fault.Error {
	switch {
	case value == "":
		return fault.Invalid(field, missing)
	case len(value) > 16*most || glyph.Count(value) > most:
		return fault.Invalid(field, "至多 {.max} 字", "max", most)
	case len(glyph.Find(value)) > 0:
		return fault.Invalid(field, "里面有看不见的字符，请去掉")
	}

	return nil
}

func (w Words) sources() *fault.Error {
	switch {
	case len(w.Evidence) == 0:
		return fault.Invalid("evidence", "请至少写一条依据")
	case len(w.Evidence) > MaxEvidence:
		return fault.Invalid("evidence", "依据至多 {.max} 条", "max", MaxEvidence)
	}

	for _, one := range w.Evidence {
		if wrong := text("evidence", one.Source, MaxSource, i18n.N("请写明依据的网址或文件名")); wrong != nil {
			return wrong
		}
		if utf8.RuneCountInString(one.Note) > MaxSource {
			return fault.Invalid("evidence", "至多 {.max} 字", "max", MaxSource)
		}
		if strings.Contains(one.Source, "://") && !isLink(one.Source) {
			return fault.Invalid("evidence", "“{.source}”不是可以打开的网址，请以 http:// 或 https:// 开头",
				"source", glyph.Cut(one.Source, 60))
		}
	}

	return nil
}

func (w Words) keys() *fault.Error {
	switch {
	case len(w.Keywords) == 0:
		return fault.Invalid("keywords", "请至少写一行关键词，用来发现相反的稿件")
	case len(w.Keywords) > MaxKeywords:
		return fault.Invalid("keywords", "关键词至多 {.max} 行", "max", MaxKeywords)
	}

	for _, words := range w.Keywords {
		if len(words) == 0 || len(words) > MaxWords {
			return fault.Invalid("keywords", "每行 1 至 {.max} 个词，用空格分开", "max", MaxWords)
		}

		for _, word := range words {
			if n := utf8.RuneCountInString(word); n < 2 || n > maxWord {
				return fault.Invalid("keywords", "“{.word}”：每个词 2 至 {.max} 字", "word", glyph.Cut(word, 30),
					"max", maxWord)
			}
		}
	}

	return nil
}
