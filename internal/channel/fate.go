package channel

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/courier"
)

// Fate is what became of a message.
type Fate string

// The fates.
const (
	Waiting Fate = "waiting" // until it is due, for its first try or another one
	Calling Fate = "calling" // a process hands it over
	Sent    Fate = "sent"
	Failed  Fate = "failed"
	Unknown Fate = "unknown" // it may have been taken; it is not said again
	Dropped Fate = "dropped" // nobody needs it any more
)

// Fates are all there are.
func Fates() []Fate { return []Fate{Waiting, Calling, Sent, Failed, Unknown, Dropped} }

// Label is the fate in Chinese.
func (f Fate) Label() string {
	return map[Fate]string{
		Waiting: "等待发出", Calling: "正在发送|渠道", Sent: "已发出|渠道", Failed: "没有发出|渠道", Unknown: "结果不明|渠道",
		Dropped: "不必再发",
	}[f]
}

// arrows are the ways a message can go.
var arrows = map[Fate][]Fate{
	Waiting: {Calling, Dropped},
	Calling: {Waiting, Sent, Failed, Unknown},
}

// To tells whether a message of this fate can come to another.
func (f Fate) To(next Fate) bool { return slices.Contains(arrows[f], next) }

// pauses are how long it waits after each try that was surely not taken; after the last it is given up.
var pauses = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour,
}

// MostTries is how often a message is tried.
var MostTries = len(pauses) + 1

// Verdict says what becomes of a message after its so-many-th try, and how long it waits for the next.
// What may have been taken is not tried again: a telling is said once.
func Verdict(failure *courier.Failure, tries int) (fate Fate, pause time.Duration) {
	switch {
	case failure == nil:
		return Sent, 0
	case failure.Perhaps():
		return Unknown, 0
	case !failure.Reason.Again(), tries >= MostTries:
		return Failed, 0
	}

	return Waiting, pauses[tries-1]
}

// Hours are the minutes of a day in Asia/Shanghai between which a robot says nothing that is not urgent;
// equal: it is never quiet.
type Hours struct {
	From int `gorm:"column:quiet_from"`
	To   int `gorm:"column:quiet_to"`
}

// Nights are the hours of a channel for which nobody chose any.
var Nights = Hours{From: 22 * 60, To: 7 * 60}

const dayMinutes = 24 * 60

// valid tells whether both are minutes of a day.
func (h Hours) valid() bool { return min(h.From, h.To) >= 0 && max(h.From, h.To) < dayMinutes }

// Never tells whether there are none.
func (h Hours) Never() bool { return h.From == h.To }

// Loud is at, or the end of the quiet hours in which it lies. The end itself is loud.
func (h Hours) Loud(at time.Time) time.Time {
	day := beijing.Day(at)
	now := int(at.Sub(day) / time.Minute)
	since := (now - h.From + dayMinutes) % dayMinutes

	length := (h.To - h.From + dayMinutes) % dayMinutes
	if since >= length {
		return at
	}

	return day.Add(time.Duration(now-since+length) * time.Minute).UTC() // every day there has 24 hours
}

// ParseMinute reads a time of day such as "22:00".
func ParseMinute(text string) (minute int, ok bool) {
	hours, minutes, found := strings.Cut(text, ":")
	h, errHours := strconv.Atoi(hours)
	m, errMinutes := strconv.Atoi(minutes)
	minute = h*60 + m

	return minute, found && errors.Join(errHours, errMinutes) == nil && min(h, m) >= 0 && h < 24 && m < 60 &&
		Minute(minute) == text
}

// ReadHours reads hours as they are written; both empty: never. What is no time is refused where it is to be
// kept.
func ReadHours(from, to string) *Hours {
	if from == "" && to == "" {
		return &Hours{}
	}
	first, ok := ParseMinute(from)
	last, too := ParseMinute(to)
	if !ok || !too {
		return &Hours{From: -1}
	}

	return &Hours{From: first, To: last}
}

// Minute writes a minute of a day as people read it.
func Minute(n int) string { return fmt.Sprintf("%02d:%02d", n/60, n%60) }

// due is when a message may leave, not before at: what is urgent breaks the quiet hours.
func (h Hours) due(at time.Time, urgent bool) time.Time {
	if urgent {
		return at
	}

	return h.Loud(at)
}
