package inbox

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
)

// Step is one step of a matter, as it was taken.
type Step struct {
	Act  Act
	From State
	To   State
	Note string
	By   string // "": the console
	At   time.Time
}

// Move is an act on a matter with what goes along.
type Move struct {
	Act      Act
	Revision int
	Note     string
	UnitID   int64 // to whom it is assigned
	OwnerID  int64 // 0: to the unit
	Kind     Kind
	Until    time.Time // until when it is put off; zero: not any more
	Number   string    // to whom outside it is referred, and under which number
	Way      Way
	Link     string
	Result   Result
	Rating   Rating
	Into     int64 // the matter that it is merged into

	into Matter // Into, as it stands
}

func tooLong(field, text string, most int) *fault.Error {
	if glyph.Count(text) <= most {
		return nil
	}

	return fault.Invalid(field, "至多 {.max} 字", "max", most)
}

// needsNote are the acts that are worth nothing without a word, and what is asked for.
var needsNote = map[Act]string{
	Return: i18n.N("请写明为什么退回"),
	Answer: i18n.N("请写下答复的内容"),
	Note:   i18n.N("请写下备注"),
	Reopen: i18n.N("请写明为什么重新打开"),
	Rate:   i18n.N("请写明市民在哪里、怎样说的"),
}

func (m Move) clean(now time.Time) (Move, error) {
	m.Note, m.Number = strings.TrimSpace(m.Note), strings.TrimSpace(m.Number)
	m.Link = strings.TrimSpace(m.Link)
	var wrong fault.Fields

	if text, ok := needsNote[m.Act]; ok && m.Note == "" {
		wrong.Add(fault.Invalid("note", text))
	}
	wrong.Add(tooLong("note", m.Note, MaxText))
	wrong.Add(tooLong("number", m.Number, MaxNumber))

	switch m.Act {
	case Refer:
		if m.Number == "" {
			wrong.Add(fault.Invalid("number", "请写明转给哪个单位、编号多少"))
		}
	case Answer:
		if !slices.Contains(Ways(), m.Way) {
			wrong.Add(fault.Invalid("way", "请选择答复的方式"))
		}
	case Sort:
		if !m.Kind.Valid() {
			wrong.Add(fault.Invalid("kind", "请选择类别"))
		}
	case Snooze:
		if !m.Until.IsZero() && (!m.Until.After(now) || m.Until.After(now.Add(MaxSnooze))) {
			wrong.Add(fault.Invalid("until", "请选择三十天以内、以后的时间"))
		}
	case Close:
		if !slices.Contains(Results(), m.Result) {
			wrong.Add(fault.Invalid("result", "请选择办理结果"))
		}
	case Rate:
		if !m.Rating.Valid() {
			wrong.Add(fault.Invalid("rating", "请选择市民的评价"))
		}
	}

	return m, wrong.Err()
}

// closes says what a matter without an answer may be closed as: nobody's answer is made up.
func (m Matter) closes(move Move) *fault.Error {
	switch {
	case move.Act != Close || m.State == Answered:
		return nil
	case m.AnsweredAt == nil && (move.Result == OnlyAnswered || move.Result == Solved):
		return fault.Invalid("result", "还没有答复，不能按这个结果办结；请先登记答复")
	case move.Note == "":
		return fault.Invalid("note", "没有答复就办结，请写明原因")
	}

	return nil
}

// linked checks the address of a public answer, as those of hand-offs are: it stands under the post of the
// matter, or is a post of the account itself.
func (m Matter) linked(move Move) (Move, *fault.Error) {
	if !move.Way.public() {
		move.Link = ""
		return move, nil
	}
	link, bad := post.ReadLink("link", move.Link)
	if bad != nil {
		return move, bad
	}

	switch {
	case link.ID == m.Thread && move.Way == ByComment:
		move.Link = m.URL()
	case link.UID != "" && link.UID == m.AccountUID && move.Way == ByPost:
		move.Link = "https://weibo.com/" + link.UID + "/" + post.EncodeMID(link.ID)
	case move.Way == ByComment:
		return move, fault.Invalid("link", "这不是市民留言所在的那条微博的网址")
	case m.AccountUID == "":
		return move, fault.Invalid("link", "账号还没有登记微博 UID，无法核对链接；请管理员先登记")
	default:
		return move, fault.Invalid("link", "链接不是 {.account} 的微博，请核对", "account", m.At())
	}

	return move, nil
}
