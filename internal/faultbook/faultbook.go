// Package faultbook keeps the register of faults: what rules, posts and people found wrong with accounts,
// whose it is to put right and until when, what was done, who looked again, and when it was closed out. It
// finds nothing wrong by itself but what package inspect says, and changes nothing on the platform.
package faultbook

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// State is where a fault stands.
type State string

// The states.
const (
	Open      State = "open"      // found, and nobody's yet
	Assigned  State = "assigned"  // a unit has it to put right by a day
	Corrected State = "corrected" // somebody says that it is put right
	Checked   State = "checked"   // another person has looked, and agrees
	Closed    State = "closed"    // out of the book
	Reopened  State = "reopened"  // it was closed, and is there again
)

// States lists all states in the order in which they need people.
func States() []State { return []State{Reopened, Open, Assigned, Corrected, Checked, Closed} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{
		Open:      "待分派",
		Assigned:  "整改中",
		Corrected: "待复核",
		Checked:   "待销号",
		Closed:    "已销号",
		Reopened:  "重新打开",
	}[s]
}

// Act is what people do with a fault.
type Act string

// The acts.
const (
	Assign  Act = "assign"  // to a unit, until a day; also to another one
	Correct Act = "correct" // say what was done
	Pass    Act = "pass"    // look again, and agree
	Return  Act = "return"  // look again, and send it back
	Close   Act = "close"
	Reopen  Act = "reopen"
)

// Label is the Chinese word for the act.
func (a Act) Label() string {
	return map[Act]string{
		Assign:  "分派",
		Correct: "登记整改",
		Pass:    "复核通过",
		Return:  "复核退回",
		Close:   "销号",
		Reopen:  "重新打开",
	}[a]
}

// arrows is the whole of what may be done in which state, and where it leads.
var arrows = map[State]map[Act]State{
	Open:      {Assign: Assigned},
	Assigned:  {Assign: Assigned, Correct: Corrected},
	Corrected: {Pass: Checked, Return: Assigned},
	Checked:   {Close: Closed, Return: Assigned},
	Closed:    {Reopen: Reopened},
	Reopened:  {Assign: Assigned},
}

// After is the state that an act leads to; false where it is not to be done.
func (s State) After(act Act) (State, bool) {
	to, ok := arrows[s][act]
	return to, ok
}

// Source is where a fault comes from.
type Source string

// The sources.
const (
	ByRule   Source = "rule"
	ByPost   Source = "post"
	ByPerson Source = "person"
)

// Label is the Chinese name of the source.
func (s Source) Label() string {
	return map[Source]string{ByRule: "规则", ByPost: "微博", ByPerson: "人工"}[s]
}

// Code names a kind of fault, as inspectors write them down.
type Code struct {
	Code string
	Text string // Chinese source text
	Veto bool   // by 国办秘函〔2019〕19号 one of them fails the account
}

// codes are the faults of inspections: first those that are vetoes, then what notices name beside them.
var codes = []Code{
	{"wording_grave", i18n.N("严重表述错误"), true},
	{"secret", i18n.N("泄露国家秘密"), true},
	{"link_illegal", i18n.N("发布或链接违法不良内容"), true},
	{"opinion", i18n.N("引发严重负面舆情"), true},
	{"silence", i18n.N("超过两周未更新"), true},
	{"zombie", i18n.N("超过三个月未更新，且未列入清理名单"), true},
	{"interaction", i18n.N("未提供有效互动功能"), true},
	{"fakery", i18n.N("购买粉丝、强制点赞等弄虚作假"), true},
	{"wording", i18n.N("错别字、敏感词"), false},
	{"link_dead", i18n.N("链接打不开"), false},
	{"off_console", i18n.N("非本台发布，或账号失管"), false},
	{"renamed", i18n.N("名称、头像或认证擅自变更"), false},
	{"unverified", i18n.N("未通过平台认证"), false},
	{"owner", i18n.N("认证主体与运营单位不符"), false},
	{"duplicate", i18n.N("重复开设账号"), false},
	{"unreported", i18n.N("开设、变更或关停未备案"), false},
	{"reprint_late", i18n.N("要求转载的内容迟缓"), false},
	{"little_original", i18n.N("原创少，或与政务无关"), false},
	{"other", i18n.N("其他问题"), false},
}

// Codes lists the codes in the order in which they are offered.
func Codes() []Code { return slices.Clone(codes) }

// CodeOf gives the code of that name.
func CodeOf(name string) (Code, bool) {
	i := slices.IndexFunc(codes, func(c Code) bool { return c.Code == name })
	if i < 0 {
		return Code{Code: name, Text: name}, false
	}

	return codes[i], true
}

// Bounds of what is written, in signs, and of deadlines, in days ahead.
const (
	MaxText    = 2000
	MaxSubject = 200
	MaxAhead   = 366
)

// Fault is a line of the book.
type Fault struct {
	ID          int64
	AccountID   int64
	Handle      string
	AccountPath string // of the unit whose account it is
	UnitID      int64  // who puts it right
	UnitName    string
	UnitPath    string
	Code        string
	Subject     string
	Source      Source
	Description string
	Evidence    string
	State       State
	Deadline    *time.Time // a date; nil until it is assigned
	Correction  string
	CorrectedBy *int64
	CheckedBy   *int64
	Revision    int
	OpenedBy    *int64
	OpenedAt    time.Time
	UpdatedAt   time.Time
	ClosedAt    *time.Time

	Corrector string // names
	Checker   string
	Opener    string
}

// At is the account as people write it.
func (f Fault) At() string { return "@" + f.Handle }

// Kind is the code with its words.
func (f Fault) Kind() Code { c, _ := CodeOf(f.Code); return c }

// Due is the last day, as a date; "" without one.
func (f Fault) Due() string {
	if f.Deadline == nil {
		return ""
	}

	return f.Deadline.Format(time.DateOnly)
}

// Overdue tells whether the last day is over and the fault still waits to be put right.
func (f Fault) Overdue(now time.Time) bool {
	return f.State == Assigned && f.Deadline != nil && f.Due() < beijing.Date(now)
}

// Ref names the fault in the audit trail.
func (f Fault) Ref() string { return "fault/" + strconv.FormatInt(f.ID, 10) }

// Step is one step of a fault, as it was taken.
type Step struct {
	Act  Act // "" of the first
	From State
	To   State
	Note string
	By   string // "" : a rule
	At   time.Time
}

// tooLong says that a text has more signs than it may.
func tooLong(field, text string, most int) *fault.Error {
	if glyph.Count(text) <= most {
		return nil
	}

	return fault.Invalid(field, "至多 {.max} 字", "max", most)
}

// Entry is a fault to be written into the book.
type Entry struct {
	AccountID   int64
	Code        string
	Subject     string
	Description string
	Evidence    string
}

func (n Entry) clean() (Entry, error) {
	n.Subject, n.Description = strings.TrimSpace(n.Subject), strings.TrimSpace(n.Description)
	n.Evidence = strings.TrimSpace(n.Evidence)
	var wrong fault.Fields

	if _, ok := CodeOf(n.Code); !ok {
		wrong.Add(fault.Invalid("code", "请选择是哪一类问题"))
	}
	if n.Description == "" {
		wrong.Add(fault.Invalid("description", "请写明是什么问题"))
	}
	wrong.Add(tooLong("description", n.Description, MaxText))
	wrong.Add(tooLong("evidence", n.Evidence, MaxText))
	wrong.Add(tooLong("subject", n.Subject, MaxSubject))

	return n, wrong.Err()
}

// Move is an act on a fault with what goes along.
type Move struct {
	Act      Act
	Revision int
	Note     string // what was done, what was seen, why
	Evidence string // of a correction
	UnitID   int64  // to whom it is assigned
	Deadline string // its last day: 2026-12-15
}

// needsNote are the acts that are worth nothing without a word, and what is asked for.
var needsNote = map[Act]string{
	Correct: i18n.N("请写明做了什么整改"),
	Pass:    i18n.N("请写明怎样复核的"),
	Return:  i18n.N("请写明为什么退回"),
	Reopen:  i18n.N("请写明为什么重新打开"),
}

func (m Move) clean(now time.Time) (Move, error) {
	m.Note, m.Evidence = strings.TrimSpace(m.Note), strings.TrimSpace(m.Evidence)
	var wrong fault.Fields

	if text, ok := needsNote[m.Act]; ok && m.Note == "" {
		wrong.Add(fault.Invalid("note", text))
	}
	wrong.Add(tooLong("note", m.Note, MaxText))
	wrong.Add(tooLong("evidence", m.Evidence, MaxText))
	if m.Act == Assign {
		day, err := instant.Parse(m.Deadline, time.DateOnly)
		today := beijing.Day(now)

		switch {
		case err != nil:
			wrong.Add(fault.Invalid("deadline", "请填写整改期限"))
		case day.Before(today):
			wrong.Add(fault.Invalid("deadline", "整改期限已经过去"))
		case day.After(today.AddDate(0, 0, MaxAhead)):
			wrong.Add(fault.Invalid("deadline", "整改期限最多在 {.max} 天之内", "max", MaxAhead))
		}
	}

	return m, wrong.Err()
}
