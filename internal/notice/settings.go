package notice

import (
	"fmt"
	"slices"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// Medium is a way out of the console.
type Medium string

// The media.
const (
	Mail  Medium = "mail"
	Robot Medium = "robot"
)

// Clock is a time of the day in Asia/Shanghai, in minutes since midnight.
type Clock int

// String is the time as people write it.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// Settings are how one person wants to be told.
type Settings struct {
	QuietFrom, QuietTo Clock // equal: no quiet hours
	DigestAt           Clock
	Choices            map[Kind]Choice
	Mail               string // the address; empty: none
	MailConfirmed      bool   // a code that was sent there came back
	Version            int    // 0: nothing was ever chosen
}

// Defaults are the settings of who chose nothing: quiet from 22:00 to 07:00, the digest at 08:30.
func Defaults() Settings {
	return Settings{QuietFrom: 22 * 60, QuietTo: 7 * 60, DigestAt: 8*60 + 30}
}

// Of is the choice for a kind.
func (s Settings) Of(kind Kind) Choice {
	if choice, ok := s.Choices[kind]; ok {
		return choice
	}

	return kind.row().choice
}

// Counts tells whether a notice stands at the bell. What is urgent always does.
func (s Settings) Counts(kind Kind, urgent bool) bool { return urgent || s.Of(kind).Console }

// Due is when a notice that was raised at an instant leaves by a medium; false where it does not. Quiet
// hours hold back what is not urgent; what is urgent waits for no digest either.
func (s Settings) Due(kind Kind, urgent bool, medium Medium, at time.Time) (time.Time, bool) {
	choice := s.Of(kind)
	if medium == Robot {
		if !choice.Robot {
			return time.Time{}, false
		}

		return s.afterQuiet(at, urgent), true
	}

	switch {
	case choice.Mail == Off || !s.MailConfirmed:
		return time.Time{}, false
	case choice.Mail == Digest && !urgent:
		return next(at, s.DigestAt), true
	}

	return s.afterQuiet(at, urgent), true
}

// afterQuiet is at itself, or the end of the quiet hours that it lies in.
func (s Settings) afterQuiet(at time.Time, urgent bool) time.Time {
	if urgent || !s.quiet(at) {
		return at
	}

	return next(at, s.QuietTo)
}

func (s Settings) quiet(at time.Time) bool {
	local := at.In(beijing.Zone)
	now := Clock(local.Hour()*60 + local.Minute())
	if s.QuietFrom <= s.QuietTo {
		return s.QuietFrom <= now && now < s.QuietTo
	}

	return now >= s.QuietFrom || now < s.QuietTo
}

// next is the first instant after at that shows a time of the day.
func next(at time.Time, clock Clock) time.Time {
	then := beijing.Day(at).Add(time.Duration(clock) * time.Minute)
	if !then.After(at) {
		then = then.AddDate(0, 0, 1)
	}

	return then.UTC()
}

// check refuses settings that cannot be kept.
func (s Settings) check() error {
	var wrong fault.Fields

	for field, clock := range map[string]Clock{
		"quiet_from": s.QuietFrom, "quiet_to": s.QuietTo, "digest_at": s.DigestAt,
	} {
		if clock < 0 || clock >= 24*60 {
			wrong.Add(fault.Invalid(field, "请填写时刻，如 22:00"))
		}
	}

	for kind, choice := range s.Choices {
		if !kind.Valid() || choice.Mail != Off && choice.Mail != AtOnce && choice.Mail != Digest {
			wrong.Add(fault.Invalid("choices", "通知设置无法读取，请刷新后重试"))
			break
		}
	}

	return wrong.Err()
}

// keptFor is how long a notice stays in the list.
const keptFor = 90 * 24 * time.Hour

// lastKept is the oldest instant whose notices are kept.
func lastKept(now time.Time) time.Time {
	if oldest := now.Add(-keptFor); oldest.After(instant.First) {
		return oldest
	}

	return instant.First
}

// Counting gives the settings with these kinds, and no others, at the bell.
func (s Settings) Counting(at []string) Settings {
	choices := make(map[Kind]Choice, len(kinds))

	for _, kind := range Kinds() {
		choice := s.Of(kind)
		choice.Console = slices.Contains(at, string(kind))
		choices[kind] = choice
	}
	s.Choices = choices

	return s
}
