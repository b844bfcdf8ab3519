package incident

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// Bounds of what is written, in signs, and of what one event holds.
const (
	MaxTitle    = 60
	MaxWords    = 2000 // of a statement, a summary
	MaxReason   = 1000
	MaxKeywords = 10
	maxWord     = 20
	maxVoices   = 500
	oldest      = 30 * 24 * time.Hour // T0 before the event is opened
	farthest    = 90 * 24 * time.Hour // when to look again
)

// ReadKeywords reads key words as a form has them, with blanks or commas between.
func ReadKeywords(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool {
		return strings.ContainsRune(" \t\r\n　,，、;；", r)
	})
}

// clean gives the facts as they are kept, or says what is wrong with them. before is T0 as it is kept,
// which is not asked again: an event may last longer than T0 may lie back.
func (f Facts) clean(before, now time.Time) (Facts, error) {
	f.Title = strings.TrimSpace(f.Title)
	f.T0 = f.T0.UTC().Truncate(time.Minute) // as forms have it
	f.Accounts = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(f.Accounts))),
		func(id int64) bool { return id == f.Lead })
	var wrong fault.Fields

	wrong.Add(text("title", f.Title, MaxTitle, i18n.N("请写明发生了什么")))
	if !f.Grade.Valid() {
		wrong.Add(fault.Invalid("grade", "请选择等级"))
	}

	switch {
	case f.T0.IsZero():
		wrong.Add(fault.Invalid("t0", "请填写事件发生或发现的时间"))
	case f.T0.Equal(before):
	case f.T0.After(now):
		wrong.Add(fault.Invalid("t0", "这个时间还没有到"))
	case now.Sub(f.T0) > oldest:
		wrong.Add(fault.Invalid("t0", "至多是 30 天以前"))
	}

	wrong.Add(keywords(f.Keywords))
	if len(f.Accounts) > maxVoices {
		wrong.Add(fault.Invalid("account", "至多 {.max} 个账号", "max", maxVoices))
	}

	return f, wrong.Err()
}

func keywords(words []string) *fault.Error {
	if len(words) == 0 {
		return fault.Invalid("keywords", "请至少写一个关键词，用来找到相关的留言和待发稿件")
	}
	if len(words) > MaxKeywords {
		return fault.Invalid("keywords", "关键词至多 {.max} 个", "max", MaxKeywords)
	}

	for _, word := range words {
		if n := utf8.RuneCountInString(word); n < 2 || n > maxWord {
			return fault.Invalid("keywords", "“{.word}”：每个词 2 至 {.max} 字",
				"word", glyph.Cut(word, 30), "max", maxWord)
		}
		if wrong := text("keywords", word, maxWord, ""); wrong != nil {
			return wrong
		}
	}

	return nil
}

// text says what is wrong with a text; nil for nothing. One that may be missing has no words for that.
func text(field, value string, most int, missing string) *fault.Error {
	switch {
	case value == "" && missing == "":
		return nil
	case value == "":
		return fault.Invalid(field, missing)
	case len(value) > 16*most || glyph.Count(value) > most:
		return fault.Invalid(field, "至多 {.max} 字", "max", most)
	case len(glyph.Find(value)) > 0:
		return fault.Invalid(field, "里面有看不见的字符，请去掉")
	}

	return nil
}

// Move is an act with what goes along.
type Move struct {
	Act      Act
	Revision int    // as it was shown
	Facts    Facts  // of Edit
	Text     string // of Say: what is said; of AskEnd: what is left to learn; of Follow: what was seen
	Reason   string // why, or where it was done

	PostID     int64      // of Link
	Due        Due        // of Record
	At         time.Time  // of Record: when it was done
	NextAt     *time.Time // of Follow: when to look again; nil: not
	Deliveries []int64    // of Hold and Release
}

// clean gives the move as it is done to the event, or says what is wrong with it.
func (m Move) clean(i Incident, now time.Time) (_ Move, err error) {
	m.Text = strings.TrimSpace(strings.ReplaceAll(m.Text, "\r\n", "\n"))
	m.Reason = strings.TrimSpace(strings.ReplaceAll(m.Reason, "\r\n", "\n"))
	missing, wantsText := reasons(m, i)
	var wrong fault.Fields

	wrong.Add(text("reason", m.Reason, MaxReason, missing))
	if wantsText != "" {
		wrong.Add(text("text", m.Text, MaxWords, wantsText))
	}

	switch m.Act {
	case Edit:
		if m.Facts, err = m.Facts.clean(i.T0, now); err != nil {
			for _, one := range fault.FieldErrors(err) {
				wrong.Add(one)
			}
		}
	case Record:
		wrong.Add(m.recorded(i, now))
	case Follow:
		if m.NextAt != nil && (!m.NextAt.After(now) || m.NextAt.Sub(now) > farthest) {
			wrong.Add(fault.Invalid("next_at", "下次查看须在现在之后、90 天以内"))
		}
	case Link:
		if m.PostID <= 0 {
			wrong.Add(fault.Invalid("post_id", "请填写稿件编号"))
		}
	case Hold, Release:
		if len(m.Deliveries) == 0 || len(m.Deliveries) > mostHeld {
			wrong.Add(fault.Invalid("delivery", "请选择 1 至 {.max} 条发送", "max", mostHeld))
		}
	}

	return m, wrong.Err()
}

// reasons are the words for a missing reason and a missing text; "" where it may be missing.
func reasons(m Move, i Incident) (reason, text string) {
	switch m.Act {
	case Edit:
		if m.Facts.Grade != i.Grade || !m.Facts.T0.Equal(i.T0) {
			return i18n.N("改了等级或起算时间，请写明原因"), ""
		}
	case Say:
		if i.InForce != nil {
			return i18n.N("已有签发的口径，请写明为什么更正"), i18n.N("请写口径")
		}

		return "", i18n.N("请写口径")
	case Return, Resume, Reopen:
		return i18n.N("请写明原因"), ""
	case Record:
		return i18n.N("请写明在哪里：网址或地点"), ""
	case Follow:
		return "", i18n.N("请写明看到了什么")
	case AskEnd:
		return "", i18n.N("请写结束小结：怎样发生，怎样应对，留下什么")
	}

	return "", ""
}

func (m Move) recorded(i Incident, now time.Time) *fault.Error {
	asks := func(clock Clock) bool { return clock.Due == m.Due }

	switch {
	case !slices.ContainsFunc(i.Clocks(), asks):
		return fault.Invalid("due", "这个等级没有这项时限")
	case m.At.IsZero():
		return fault.Invalid("at", "请填写时间")
	case m.At.Before(i.T0) || m.At.After(now):
		return fault.Invalid("at", "时间须在起算时间之后、现在以前")
	}

	return nil
}

// Mentions gives the first of the key words that stands in a text; "" for none.
func (f Facts) Mentions(text string) string {
	text = strings.ToLower(text)
	for _, word := range f.Keywords {
		if strings.Contains(text, strings.ToLower(word)) {
			return word
		}
	}

	return ""
}
