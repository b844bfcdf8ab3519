// Package roster keeps who is on duty at a unit from when until when, and the note that whoever leaves hands
// to whoever comes. It says who is on duty now; what is escalated to them is package notice's to decide.
package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// Bounds of a roster.
const (
	MaxPeople  = 10   // of one shift
	MaxNote    = 4000 // letters
	maxShift   = 7 * 24 * time.Hour
	minShift   = 15 * time.Minute
	maxAhead   = 400 * 24 * time.Hour
	noteWithin = 24 * time.Hour // after the end of a shift its note can still be written
	dayMinutes = 24 * 60
)

// Person is somebody on duty.
type Person struct {
	ID   int64
	Name string
	Gone bool // disabled, or without a grant that sees the unit
}

// Read is an acknowledgement of a note.
type Read struct {
	UserID  int64
	Name    string
	Version int // of the note
	At      time.Time
}

// Shift is one line of a roster.
type Shift struct {
	ID          int64
	UnitID      int64
	UnitName    string
	UnitPath    string
	StartsAt    time.Time
	EndsAt      time.Time
	People      []Person
	Note        string
	NoteVersion int // 0: none yet
	NoteBy      int64
	NoteByName  string
	NoteAt      *time.Time
	Reads       []Read   // of every version, in the order of time
	Next        []Person // who comes: those of the next shift of the unit; none where there is none yet
}

// Ref names the shift in the audit trail.
func (s Shift) Ref() string { return fmt.Sprintf("duty_shift/%d", s.ID) }

// At tells whether the shift is on at an instant.
func (s Shift) At(now time.Time) bool { return !now.Before(s.StartsAt) && now.Before(s.EndsAt) }

// Begun tells whether the shift has begun.
func (s Shift) Begun(now time.Time) bool { return !now.Before(s.StartsAt) }

// Over tells whether the shift is over.
func (s Shift) Over(now time.Time) bool { return !now.Before(s.EndsAt) }

// Names are the people of the shift as a sentence names them.
func (s Shift) Names() string { return names(s.People) }

// Comes are the people of the next shift.
func (s Shift) Comes() string { return names(s.Next) }

func names(people []Person) string {
	list := make([]string, len(people))
	for i, person := range people {
		list[i] = person.Name
	}

	return strings.Join(list, "、")
}

// ReadBy is the first acknowledgement of the note as it stands now; nil while nobody read it.
func (s Shift) ReadBy() *Read {
	for i, read := range s.Reads {
		if read.Version == s.NoteVersion && s.NoteVersion > 0 {
			return &s.Reads[i]
		}
	}

	return nil
}

// Handover is how far the note of a shift is.
type Handover string

// The states of a note.
const (
	NotYet  Handover = "not_yet" // the shift goes on or is to come, and nothing is written
	Missing Handover = "missing" // the shift is over, and nothing is written
	Waits   Handover = "waits"   // written, and not read by anybody who comes
	Taken   Handover = "taken"   // read
)

// Label is the Chinese word for the state.
func (h Handover) Label() string {
	return map[Handover]string{
		NotYet:  i18n.N("未写|交班"),
		Missing: i18n.N("没有交班说明"),
		Waits:   i18n.N("等接班人确认"),
		Taken:   i18n.N("已交接"),
	}[h]
}

// Handover says how far the note of the shift is.
func (s Shift) Handover(now time.Time) Handover {
	switch {
	case s.NoteVersion == 0 && s.Over(now):
		return Missing
	case s.NoteVersion == 0:
		return NotYet
	case s.ReadBy() != nil:
		return Taken
	}

	return Waits
}

// Act is what a person does with a shift.
type Act string

// The acts.
const (
	Change  Act = "change"
	Remove  Act = "remove"
	Write   Act = "note"
	Confirm Act = "read"
)

// Acts are what the actor may do with the shift now, in the order in which a page offers it.
func (s Shift) Acts(actor access.Actor, now time.Time) (all []Act) {
	for _, act := range []Act{Confirm, Write, Change, Remove} {
		if s.May(actor, act, now) == nil {
			all = append(all, act)
		}
	}

	return all
}

// May says why the actor may not do an act with the shift now; nil where the actor may. A shift that is over
// stays as it is: it is evidence. Its note is written by who was there, until a day after its end, and
// acknowledged by who comes.
func (s Shift) May(actor access.Actor, act Act, now time.Time) error {
	switch act {
	case Change, Remove:
		if err := access.Require(actor, access.PlanManage, s.UnitPath); err != nil {
			return err
		}
		if s.Over(now) {
			return fault.Conflict("这一班已经结束，不能再改")
		}
		if act == Remove && s.Begun(now) {
			return fault.Conflict("这一班已经开始，不能删除；可以换人或改结束时间")
		}

		return nil
	case Write:
		return s.mayWrite(actor, now)
	case Confirm:
		return s.mayConfirm(actor)
	}

	return fault.Forbidden("没有这种操作")
}

func (s Shift) mayWrite(actor access.Actor, now time.Time) error {
	switch {
	case !has(s.People, actor.UserID):
		return fault.Forbidden("交班说明由这一班的人写")
	case !s.Begun(now):
		return fault.Conflict("这一班还没有开始")
	case now.After(s.EndsAt.Add(noteWithin)):
		return fault.Conflict("这一班结束已超过一天，交班说明不能再写")
	}

	return nil
}

func (s Shift) mayConfirm(actor access.Actor) error {
	switch {
	case !has(s.Next, actor.UserID):
		return fault.Forbidden("交班说明由接班的人确认")
	case s.NoteVersion == 0:
		return fault.Conflict("交班说明还没有写")
	case s.NoteBy == actor.UserID:
		return fault.Conflict("这是您自己写的交班说明，不用确认")
	case slices.ContainsFunc(s.Reads, func(read Read) bool {
		return read.UserID == actor.UserID && read.Version == s.NoteVersion
	}):
		return fault.Conflict("您已经确认过这份交班说明")
	}

	return nil
}

func has(people []Person, user int64) bool {
	return user != 0 && slices.ContainsFunc(people, func(person Person) bool { return person.ID == user })
}

// Entry is a shift as somebody writes it.
type Entry struct {
	StartsAt time.Time
	EndsAt   time.Time
	People   []int64
}

// check says what is wrong with an entry by itself. before is the shift that it changes; nil for a new one.
func (e Entry) check(before *Shift, now time.Time) error {
	var wrong fault.Fields

	switch length := e.EndsAt.Sub(e.StartsAt); {
	case length < minShift:
		wrong.Add(fault.Invalid("ends_at", "结束要晚于开始至少 {.n} 分钟", "n", int(minShift/time.Minute)))
	case length > maxShift:
		wrong.Add(fault.Invalid("ends_at", "一班最长 {.n} 天", "n", int(maxShift/(24*time.Hour))))
	case !e.EndsAt.After(now):
		wrong.Add(fault.Invalid("ends_at", "结束时间已经过去"))
	case e.StartsAt.After(now.Add(maxAhead)):
		wrong.Add(fault.Invalid("starts_at", "太远了，请先排一年以内的班"))
	}
	if before != nil && before.Begun(now) && !e.StartsAt.Equal(before.StartsAt) {
		wrong.Add(fault.Invalid("starts_at", "这一班已经开始，开始时间不能再改"))
	}

	switch {
	case len(e.People) == 0:
		wrong.Add(fault.Invalid("people", "请选择值班的人"))
	case len(e.People) > MaxPeople:
		wrong.Add(fault.Invalid("people", "一班最多 {.max} 人", "max", MaxPeople))
	}

	return wrong.Err()
}

// checkNote gives a note as it is kept.
func checkNote(note string) (string, error) {
	note = strings.TrimSpace(strings.ReplaceAll(note, "\r\n", "\n"))

	switch {
	case note == "":
		return "", fault.Invalid("note", "请写交班说明；没有要交代的，写“无”")
	case glyph.Count(note) > MaxNote:
		return "", fault.Invalid("note", "交班说明最多 {.max} 字", "max", MaxNote)
	case len(glyph.Find(note)) > 0:
		return "", fault.Invalid("note", "交班说明里有看不见的字符，请去掉")
	}

	return note, nil
}
