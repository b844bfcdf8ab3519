package notice

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/beijing"
)

// at is an instant of one day, as a clock in Beijing shows it.
func at(hour, minute int) time.Time { return time.Date(2026, 12, 1, hour, minute, 0, 0, beijing.Zone) }

// TestWhenANoticeLeaves types out kind of choice × medium × urgency × time of the day.
func TestWhenANoticeLeaves(t *testing.T) {
	t.Parallel()

	never := time.Time{}
	for name, c := range map[string]struct {
		mode   Mode
		robot  bool
		medium Medium
		urgent bool
		at     time.Time
		want   time.Time
	}{
		"at once, by day":               {AtOnce, false, Mail, false, at(15, 0), at(15, 0)},
		"at once, in the quiet evening": {AtOnce, false, Mail, false, at(23, 0), at(31, 0)},
		"at once, in the quiet morning": {AtOnce, false, Mail, false, at(3, 0), at(7, 0)},
		"at the first quiet minute":     {AtOnce, false, Mail, false, at(22, 0), at(31, 0)},
		"at the last quiet minute":      {AtOnce, false, Mail, false, at(6, 59), at(7, 0)},
		"at the end of the quiet":       {AtOnce, false, Mail, false, at(7, 0), at(7, 0)},
		"urgent, at night":              {AtOnce, false, Mail, true, at(3, 0), at(3, 0)},
		"digest, before it":             {Digest, false, Mail, false, at(8, 0), at(8, 30)},
		"digest, at its minute":         {Digest, false, Mail, false, at(8, 30), at(32, 30)},
		"digest, after it":              {Digest, false, Mail, false, at(20, 0), at(32, 30)},
		"urgent waits for no digest":    {Digest, false, Mail, true, at(20, 0), at(20, 0)},
		"no mail":                       {Off, true, Mail, true, at(15, 0), never},
		"robot, by day":                 {Off, true, Robot, false, at(15, 0), at(15, 0)},
		"robot, at night":               {Off, true, Robot, false, at(23, 30), at(31, 0)},
		"robot, urgent at night":        {Off, true, Robot, true, at(23, 30), at(23, 30)},
		"no robot":                      {AtOnce, false, Robot, true, at(15, 0), never},
	} {
		settings := Defaults()
		settings.MailConfirmed = true
		settings.Choices = map[Kind]Choice{Review: {Console: true, Mail: c.mode, Robot: c.robot}}
		due, ok := settings.Due(Review, c.urgent, c.medium, c.at)
		if ok != !c.want.IsZero() || !due.Equal(c.want) {
			t.Errorf("%s: %v, %v, want %v", name, due.In(beijing.Zone), ok, c.want)
		}
	}
}

// TestQuietHoursAreKept: nothing that can wait leaves in them, nothing waits longer than they last, and what
// is urgent does not wait.
func TestQuietHoursAreKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clock := rapid.IntRange(0, 24*60-1)
		settings := Settings{
			QuietFrom: Clock(clock.Draw(t, "from")), QuietTo: Clock(clock.Draw(t, "to")),
			DigestAt: Clock(clock.Draw(t, "digest")), MailConfirmed: true,
		}
		raised := at(0, 0).Add(time.Duration(rapid.IntRange(0, 3*24*3600).Draw(t, "second")) * time.Second)
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")

		for _, medium := range []Medium{Mail, Robot} {
			due, ok := settings.Due(kind, false, medium, raised)
			urgent, told := settings.Due(kind, true, medium, raised)
			if ok != told {
				t.Fatalf("%s by %s: leaves %v, urgent %v", kind, medium, ok, told)
			}
			if !ok {
				continue
			}
			if due.Before(raised) || due.Sub(raised) > 24*time.Hour {
				t.Fatalf("%s by %s: raised %v, leaves %v", kind, medium, raised, due)
			}
			if !urgent.Equal(raised) {
				t.Fatalf("%s by %s: urgent at %v, leaves %v", kind, medium, raised, urgent)
			}
			if (medium == Robot || settings.Of(kind).Mail == AtOnce) && settings.quiet(due) {
				t.Fatalf("%s by %s: leaves at %v, in the quiet of %v–%v", kind, medium, due,
					settings.QuietFrom, settings.QuietTo)
			}
		}
	})
}

func TestAnUnconfirmedAddressGetsNothing(t *testing.T) {
	t.Parallel()
	settings := Defaults()
	settings.Mail = "a@example.cn"
	if due, ok := settings.Due(Outcome, true, Mail, at(15, 0)); ok {
		t.Errorf("leaves at %v", due)
	}
}

func TestWhatIsUrgentAlwaysCounts(t *testing.T) {
	t.Parallel()
	settings := Settings{Choices: map[Kind]Choice{Review: {}}}
	if settings.Counts(Review, false) || !settings.Counts(Review, true) {
		t.Error("switched off at the bell, what is not urgent counts or what is does not")
	}
}

func TestEveryKindIsWhole(t *testing.T) {
	t.Parallel()

	for _, kind := range Kinds() {
		if choice := kind.row().choice; !kind.Valid() || kind.Label() == "" || kind.Help() == "" ||
			!choice.Console || choice.Mail == "" {
			t.Errorf("%s: %+v", kind, kind.row())
		}
	}
	if Kind("").Valid() || Kind("nothing").Valid() {
		t.Error("a kind that is none is valid")
	}
}

func TestOnlySnapshotsArePlaces(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "10:10:", "10:20:10,11,19", "10:20:"} {
		if place, err := ParsePlace(text); err != nil || string(place) != text {
			t.Errorf("%q: %v", text, err)
		}
	}

	for _, text := range []string{
		"10", "10:9:", "a:b:", "10:20:9", "10:20:20", "10:20:12,11", "0:1:", "-1:3:", "01:2:", "10:20:,", "1:2:3:4",
		"99999999999999999999:99999999999999999999:", "10:20:11'",
	} {
		if _, err := ParsePlace(text); err == nil {
			t.Errorf("%q is taken for a place", text)
		}
	}
}
